"""The register itself: adding a facility, changing one, retiring one; each on record (DIS-19)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from open12345.directory import access
from open12345.directory.errors import DirectoryError, NotEntitled
from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.directory.roles import Role
from open12345.dispatch.facilities.nearby import plate
from open12345.dispatch.models import Facility
from open12345.policy import Pack, within_bounds

#: Who keeps the register, as units and areas; who may look: those who take in and dispatch.
KEEPERS: Final = frozenset({Role.SYSTEM_ADMIN.value})
SEERS: Final = KEEPERS | {Role.AGENT.value, Role.DISPATCHER.value}
#: A number on a plate: what a text can be searched for.
CODE: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9._/#-]{0,62}[A-Z0-9])?")
#: Columns of a row besides kind and number.
VALUES: Final = ("title", "owner_id", "place", "longitude", "latitude", "active")
FINE: Final = Decimal("0.000001")


def check_right(by: Person) -> None:
    """Raise `NotEntitled` for whoever does not keep the register."""
    if by.kind != "system" and not by.has(*KEEPERS):
        raise NotEntitled(_("只有系统管理员可以维护设施登记。"), code="not_entitled")


def search(
    pack: Pack, *, text: str = "", kind: str = "", owner: Unit | None = None, active: str = "1"
) -> QuerySet[Facility]:
    """Return what fits, by kind and number; `active` "1" in use, "0" retired, "" all.

    A text is looked for at the start of numbers, and anywhere in titles, places and names of owners.
    """
    found = Facility.objects.filter(pack=pack.id).select_related("owner")
    if kind:
        found = found.filter(kind=kind)
    if owner is not None:
        found = found.filter(owner__path__startswith=owner.path)
    if active:
        found = found.filter(active=active == "1")
    if text:
        owners = list(Unit.objects.filter(name__icontains=text).values_list("pk", flat=True))
        words = Q(title__icontains=text) | Q(place__icontains=text) | Q(owner__in=owners)
        found = found.filter(Q(code__startswith=plate(text)) | words)
    return found.order_by("kind", "code")


def values_of(facility: Facility) -> dict[str, Any]:
    """Return the row as it is compared."""
    return {name: getattr(facility, name) for name in VALUES}


def wrong(pack: Pack, kind: str, code: str, said: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (field, what is wrong, what would be right) for a row whose values have their types already."""
    kinds = {one.code: one.title for one in pack.dispatching.facilities}
    if kind not in kinds:
        yield "kind", _("没有这种设施：%s") % kind, _("改为 %s 之一") % "、".join(kinds.values())
    if not CODE.fullmatch(code):
        yield "code", _("编号不合规"), _("照牌子上的写：字母、数字和 - _ . / #，不超过 64 个")
    longitude, latitude = said.get("longitude"), said.get("latitude")
    if longitude is None or latitude is None or within_bounds(float(longitude), float(latitude)):
        return
    if within_bounds(float(latitude), float(longitude)):
        yield "longitude", _("经度和纬度写反了"), _("经度约 73 至 135，纬度约 18 至 54")
    else:
        yield "longitude", _("坐标不在国内"), _("经度约 73 至 135，纬度约 18 至 54")


def _refuse(pack: Pack, kind: str, code: str, said: Mapping[str, Any]) -> None:
    for field, reason, remedy in wrong(pack, kind, code, said):
        raise DirectoryError(f"{reason}（{remedy}）", code="wrong", field=field)


@transaction.atomic
def add(pack: Pack, kind: str, code: str, said: Mapping[str, Any], *, by: Person, at: datetime) -> Facility:
    """Enter a facility; raises `NotEntitled`, `DirectoryError` at the field for a wrong value or a number taken."""
    check_right(by)
    code = plate(code)
    _refuse(pack, kind, code, said)
    taken = DirectoryError(_("这种设施里已经有这个编号。"), code="code_taken", field="code")
    if Facility.objects.filter(pack=pack.id, kind=kind, code=code).exists():
        raise taken
    row = Facility(pack=pack.id, kind=kind, code=code, changed_at=at, **said)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # somebody else has just entered it
        raise taken from error
    access.record("facility.create", by=by, at=at, on=named(row), reason=_told({}, said))
    return row


@transaction.atomic
def change(pack: Pack, pk: int, said: Mapping[str, Any], *, by: Person, at: datetime) -> bool:
    """Change a facility, or retire and restore it (`active`); False when nothing was different.

    Its kind and number stay: another number is another facility. Raises what `add` raises, and `Facility.DoesNotExist`.
    """
    check_right(by)
    row = Facility.objects.select_for_update().get(pk=pk, pack=pack.id)
    before = values_of(row)
    wanted = {name: value for name, value in said.items() if before[name] != value}
    if not wanted:
        return False
    _refuse(pack, row.kind, row.code, before | wanted)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.changed_at = at
    row.save(update_fields=[*wanted, "changed_at"])
    act = "change"
    if set(wanted) == {"active"}:
        act = "restore" if wanted["active"] else "retire"
    access.record(f"facility.{act}", by=by, at=at, on=named(row), reason=_told(before, wanted))
    return True


def named(row: Facility) -> str:
    """Return how the access record calls a facility."""
    return f"facility:{row.kind}:{row.code}"


def _told(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return what changed, owners by their codes."""
    ids = {values["owner_id"] for values in (before, after) if values.get("owner_id")}
    codes = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "code"))
    return access.before_after(_by_code(before, codes), _by_code(after, codes))


def _by_code(values: Mapping[str, Any], codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "owner" if name == "owner_id" else name: codes.get(value, "") if name == "owner_id" else value
        for name, value in values.items()
    }
