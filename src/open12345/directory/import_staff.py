"""Accounts and posts from CSV files: good rows are kept, bad ones told with their remedy."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from . import access, services
from .csvfile import Columns, Line, RowProblem, read_rows
from .errors import DirectoryError
from .import_report import Report, trial
from .models import Staff, Unit
from .person import Person
from .roles import ADMINISTRATORS, STAFF_ROLES, Role, may_hold

USERNAME: Final = re.compile(r"[\w.@+-]{2,60}")
STAFF_COLUMNS: Final[Columns] = {
    "username": ("用户名", "账号", "工号"),
    "name": ("姓名",),
    "unit": ("单位", "单位代码", "所在单位"),
    "roles": ("角色", "岗位", "role"),
    "phone_ext": ("分机", "电话分机"),
}


def import_staff_csv(
    raw: bytes,
    *,
    by: Person,
    at: datetime,
    random_passwords: bool = False,
    dry_run: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> Report:
    """Open accounts and appoint (username, name, unit, roles, phone_ext).

    `roles` holds codes or Chinese names, with "、" or ";" between; "role@unit" appoints elsewhere
    than in the home unit. An account that exists is brought up to date and gets the posts that it
    lacks; nothing is taken away. New accounts get a one-time password with `random_passwords`,
    else none: they are entered by link (`services.password_link`) or identity provider.
    Each row is a transaction of its own. Raises `NotEntitled`, `DirectoryError` as for units.
    """
    services.check_accounts_right(by)
    lines = list(read_rows(raw, STAFF_COLUMNS, ["username", "name", "unit"]))
    units = {unit.code: unit for unit in Unit.objects.filter(active=True)}
    report, seen = Report(), set[str]()

    def work() -> Report:
        for line in lines:
            try:
                row = _StaffRow.read(line, units, seen)
                with transaction.atomic():
                    _take(row, report, by, at, random_password=random_passwords)
            except RowProblem as problem:
                report.rejected.append(line.reject(problem))
            except DirectoryError as error:
                wrong = RowProblem(error.field or "username", error.message, _("改正后重新导入"))
                report.rejected.append(line.reject(wrong))
            progress()
        access.record("import.staff", by=by, at=at, reason=report.summary())
        return report

    return trial(work, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _StaffRow:
    username: str
    name: str
    unit: Unit
    posts: tuple[tuple[str, Unit], ...]
    phone_ext: str

    @classmethod
    def read(cls, line: Line, units: dict[str, Unit], seen: set[str]) -> "_StaffRow":
        """One row, each field checked; raises `RowProblem`."""
        username = Staff.normalize_username(line.need("username", _("填写用户名")))
        if not USERNAME.fullmatch(username):
            raise RowProblem("username", _("用户名不合规"), _("2 到 60 个文字、数字或 . @ + - _"))
        if username.casefold() in seen:
            raise RowProblem("username", _("文件内用户名重复"), _("删去多余的一行"))
        name = line.need("name", _("填写姓名"))
        if len(name) > 60:  # noqa: PLR2004 - width of the column
            raise RowProblem("name", _("姓名过长"), _("不超过 60 个字"))
        home = _unit(line.need("unit", _("填写单位代码")), units, "unit")
        posts = tuple(_posts(line.get("roles"), home, units))
        seen.add(username.casefold())
        return cls(username, name, home, posts, line.get("phone_ext")[:20])


def _unit(code: str, units: dict[str, Unit], field_name: str) -> Unit:
    """The active unit with this code, or this name where no other has it."""
    named = [unit for unit in units.values() if unit.name == code]
    found = units.get(code) or (named[0] if len(named) == 1 else None)
    if found is None:
        raise RowProblem(field_name, _("没有这个单位：%s") % code, _("填写启用单位的代码"))
    return found


def _posts(text: str, home: Unit, units: dict[str, Unit]) -> Iterable[tuple[str, Unit]]:
    """The posts that a cell names; two administrators in one cell are refused (三员)."""
    labels = {str(role.label): role.value for role in Role}
    found: list[tuple[str, Unit]] = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[;；、,，|/]", text))):
        name, _at, place = part.partition("@")
        role = labels.get(name, name)
        if role not in STAFF_ROLES:
            raise RowProblem("roles", _("没有这种角色：%s") % name, "、".join(sorted(STAFF_ROLES)))
        unit = _unit(place, units, "roles") if place else home
        if not may_hold(role, unit.kind):
            text = _("%(role)s只能设在中心，不能设在%(unit)s") % {"role": Role(role).label, "unit": unit.name}
            raise RowProblem("roles", text, _("写成“%s@中心代码”，或改用本单位的角色") % role)
        found.append((role, unit))
    if len({role for role, _unit in found} & ADMINISTRATORS) > 1:
        raise RowProblem("roles", _("一个账号只能担任一种管理员"), _("为每种管理员各开一个账号"))
    return found


def _take(row: _StaffRow, report: Report, by: Person, at: datetime, *, random_password: bool) -> None:
    """Create or update one account and give it its posts."""
    staff = Staff.objects.filter(username__iexact=row.username).first()
    created, password = staff is None, None
    if staff is None:
        password = secrets.token_urlsafe(12) if random_password else None
        staff = services.create_staff(row.username, row.name, unit=row.unit, by=by, at=at, password=password)
    changed = _update(staff, row)
    held = set(staff.posts.values_list("role", "unit_id"))
    wanted = [(role, unit) for role, unit in row.posts if (role, unit.pk) not in held]
    for role, unit in wanted:
        services.appoint(staff, role, unit, by=by, at=at)
    if created and password:
        report.passwords[row.username] = password
    if created:
        report.created.append(row.username)
    elif changed or wanted:
        report.updated.append(row.username)
    else:
        report.unchanged += 1


def _update(staff: Staff, row: _StaffRow) -> bool:
    """Bring name, home unit and extension up to date; an empty extension leaves the old one."""
    wanted = {
        "name": row.name,
        "unit_id": row.unit.pk,
        "phone_ext": row.phone_ext or staff.phone_ext,
    }
    changed = [name for name, value in wanted.items() if getattr(staff, name) != value]
    for name in changed:
        setattr(staff, name, wanted[name])
    if changed:
        staff.save(update_fields=[name.removesuffix("_id") for name in changed])
    return bool(changed)
