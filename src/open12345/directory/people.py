"""Accounts on the screen: changing one, taking a lost second factor away (ADM-02)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from . import access, services
from .errors import DirectoryError
from .models import Post, Staff, Unit
from .person import Person


@transaction.atomic
def change(staff: Staff, said: Mapping[str, Any], *, by: Person, at: datetime) -> bool:
    """Change name, home unit (`unit`, a `Unit`) and extension; False when nothing was different.

    Raises `NotEntitled`, also for one's own account; `DirectoryError` for a unit that is switched off.
    """
    services.check_accounts_right(by, staff)
    staff = Staff.objects.select_for_update(of=("self",)).select_related("unit").get(pk=staff.pk)
    wanted = {name: value for name, value in said.items() if getattr(staff, name) != value}
    if not wanted:
        return False
    unit = wanted.get("unit")
    if isinstance(unit, Unit) and not unit.active:
        raise DirectoryError(_("该单位已停用。"), code="inactive_unit", field="unit")
    before = {name: _told(getattr(staff, name)) for name in wanted}
    after = {name: _told(value) for name, value in wanted.items()}
    for name, value in wanted.items():
        setattr(staff, name, value)
    staff.save(update_fields=list(wanted))
    access.record("staff.change", by=by, at=at, on=f"staff:{staff.pk}", reason=access.before_after(before, after))
    return True


def _told(value: Any) -> Any:
    return value.code if isinstance(value, Unit) else value


@transaction.atomic
def reset_second_factor(staff: Staff, *, reason: str, by: Person, at: datetime) -> int:
    """Take every second factor and recovery code away, for one who lost them; returns how many.

    Raises `NotEntitled`; `DirectoryError` without a reason, or where there is none.
    """
    services.check_accounts_right(by, staff)
    if not reason.strip():
        raise DirectoryError(_("请写明原因，如“本人到场，手机遗失”。"), code="reason", field="reason")
    found = list(Authenticator.objects.filter(user_id=staff.pk))
    if not found:
        raise DirectoryError(_("这个账号没有设置两步验证。"), code="no_factor", field="reason")
    access.record("second_factor.reset", by=by, at=at, on=f"staff:{staff.pk}", reason=reason.strip())
    for one in found:
        one.delete()
    return len(found)


def second_factors(staff: Staff) -> list[str]:
    """The kinds of second factor that the account has set up."""
    kinds = Authenticator.objects.filter(user_id=staff.pk).order_by("type").values_list("type", flat=True)
    return [str(kind) for kind in kinds]


def search(*, text: str = "", unit: Unit | None = None, role: str = "", active: str = "1") -> QuerySet[Staff]:
    """The accounts that fit: `text` in name or user name, home or post in the subtree of `unit`.

    `active`: "1" those at work, "0" those closed, "" all. By unit, then by name.
    """
    found = Staff.objects.select_related("unit").prefetch_related("posts__unit")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(username__icontains=text))
    if active in {"0", "1"}:
        found = found.filter(is_active=active == "1")
    posts = Post.objects.filter(staff=OuterRef("pk"))
    if role and unit:
        return _sorted(found.filter(Exists(posts.filter(role=role, unit__path__startswith=unit.path))))
    if role:
        found = found.filter(Exists(posts.filter(role=role)))
    if unit:
        there = Exists(posts.filter(unit__path__startswith=unit.path))
        found = found.filter(Q(unit__path__startswith=unit.path) | there)
    return _sorted(found)


def _sorted(found: QuerySet[Staff]) -> QuerySet[Staff]:
    return found.order_by("unit__path", "username", "pk")
