"""The duty roster (值班): who answers for a unit, when, and on which phone (ADM-01)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from . import access
from .errors import DirectoryError, NotEntitled
from .models import DutyShift, Staff, Unit
from .person import Person
from .roles import Role

LONGEST = timedelta(days=3)
"""No turn lasts longer; a longer one is a slip of the date."""

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as it is typed."""

    staff: Staff
    kind: str
    starts_at: datetime
    ends_at: datetime
    phone: str = ""


# Asking


def on_duty(unit: Unit, at: datetime) -> list[DutyShift]:
    """Who is on duty for `unit` at a moment: leaders first, then those on duty, then standby. One query."""
    found = DutyShift.objects.filter(unit=unit, starts_at__lte=at, ends_at__gt=at).select_related("staff", "unit")
    order = [kind.value for kind in DutyShift.Kind]
    return sorted(found, key=lambda shift: (order.index(shift.kind), shift.starts_at, shift.pk))


def between(unit: Unit, start: datetime, end: datetime) -> list[DutyShift]:
    """The turns of `unit` that touch [start, end), by their beginning."""
    found = DutyShift.objects.filter(unit=unit, starts_at__lt=end, ends_at__gt=start)
    return list(found.select_related("staff").order_by("starts_at", "kind", "pk"))


def gaps(shifts: Iterable[DutyShift], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The spans of [start, end) in which nobody is on duty; leaders and standby do not count."""
    found, free_from = [], start
    for shift in sorted(shifts, key=lambda one: one.starts_at):
        if shift.kind != DutyShift.Kind.DUTY:
            continue
        if shift.starts_at > free_from:
            found.append((free_from, min(shift.starts_at, end)))
        free_from = max(free_from, shift.ends_at)
    return [*found, (free_from, end)] if free_from < end else found


def overlaps(shifts: list[DutyShift]) -> list[tuple[DutyShift, DutyShift]]:
    """Pairs of turns, one of them in `shifts`, that want the same person at the same time, in whatever unit."""
    if not shifts:
        return []
    first, last = min(s.starts_at for s in shifts), max(s.ends_at for s in shifts)
    people = {shift.staff_id for shift in shifts}
    near = DutyShift.objects.filter(staff__in=people, starts_at__lt=last, ends_at__gt=first)
    everything = sorted(near.select_related("staff", "unit"), key=lambda s: (s.starts_at, s.pk))
    own = {shift.pk for shift in shifts}
    return [
        (a, b)
        for place, a in enumerate(everything)
        for b in everything[place + 1 :]
        if a.staff_id == b.staff_id and b.starts_at < a.ends_at and (a.pk in own or b.pk in own)
    ]


def candidates(unit: Unit) -> QuerySet[Staff]:
    """Who can be put on duty for `unit`: the active people of its subtree, by home or post."""
    there = Q(unit__path__startswith=unit.path) | Q(posts__unit__path__startswith=unit.path)
    return Staff.objects.filter(there, is_active=True).distinct().order_by("unit__path", "name", "pk")


def may_edit(by: Person, unit: Unit) -> bool:
    """Whether a person keeps the roster of `unit`: the system administrator, or who is in charge of it."""
    return by.kind == "system" or by.has(Role.SYSTEM_ADMIN) or by.covers(unit.path, Role.APPROVER)


# Writing


def add(unit: Unit, turn: Turn, *, by: Person, at: datetime) -> DutyShift:
    """Put somebody on duty. Raises `NotEntitled`; `DirectoryError` for a wrong span or the same turn twice."""
    _check(unit, turn, by)
    return _save(DutyShift(unit=unit), turn, "duty.add", by, at)


def change(shift: DutyShift, turn: Turn, *, by: Person, at: datetime) -> DutyShift:
    """Change a turn; raises as `add` does."""
    _check(shift.unit, turn, by)
    return _save(shift, turn, "duty.change", by, at)


@transaction.atomic
def remove(shift: DutyShift, *, by: Person, at: datetime) -> None:
    """Take a turn away. Raises `NotEntitled`."""
    _check_right(shift.unit, by)
    access.record("duty.remove", by=by, at=at, on=f"unit:{shift.unit.code}", reason=_told(shift))
    shift.delete()


@transaction.atomic
def copy_week(unit: Unit, monday: datetime, *, by: Person, at: datetime) -> int:
    """Repeat the turns that began in the week before `monday`; returns how many were made.

    Those that are there already, and people who no longer work, are passed over.
    """
    _check_right(unit, by)
    earlier = DutyShift.objects.filter(unit=unit, starts_at__gte=monday - WEEK, starts_at__lt=monday)
    new = [
        DutyShift(
            unit=unit,
            staff_id=shift.staff_id,
            kind=shift.kind,
            phone=shift.phone,
            starts_at=shift.starts_at + WEEK,
            ends_at=shift.ends_at + WEEK,
        )
        for shift in earlier.filter(staff__is_active=True)
    ]
    before = DutyShift.objects.filter(unit=unit).count()
    DutyShift.objects.bulk_create(new, ignore_conflicts=True)
    made = DutyShift.objects.filter(unit=unit).count() - before
    access.record("duty.copy", by=by, at=at, on=f"unit:{unit.code}", reason=f"{monday:%Y-%m-%d}: {made}")
    return made


def _check_right(unit: Unit, by: Person) -> None:
    if not may_edit(by, unit):
        raise NotEntitled(_("只有系统管理员和本单位负责人可以排班。"), code="not_entitled")


def _check(unit: Unit, turn: Turn, by: Person) -> None:
    _check_right(unit, by)
    if turn.ends_at <= turn.starts_at:
        raise DirectoryError(_("结束须晚于开始。"), code="span", field="ends")
    if turn.ends_at - turn.starts_at > LONGEST:
        raise DirectoryError(_("一班不超过三天。"), code="span", field="ends")
    if not turn.staff.is_active:
        raise DirectoryError(_("账号已停用。"), code="inactive", field="staff")


def _save(shift: DutyShift, turn: Turn, act: str, by: Person, at: datetime) -> DutyShift:
    """Store a turn with its line in the access record."""
    before = _told(shift) if shift.pk else ""
    shift.staff, shift.kind, shift.phone = turn.staff, turn.kind, turn.phone
    shift.starts_at, shift.ends_at = turn.starts_at, turn.ends_at
    try:
        with transaction.atomic():
            shift.save()
            reason = f"{before} → {_told(shift)}" if before else _told(shift)
            access.record(act, by=by, at=at, on=f"unit:{shift.unit.code}", reason=reason)
    except IntegrityError as error:
        raise DirectoryError(_("这一班已经排了同一个人。"), code="twice", field="staff") from error
    return shift


def _told(shift: DutyShift) -> str:
    """A turn in the access record."""
    start, end = timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at)
    return f"staff:{shift.staff_id} {shift.kind} {start:%Y-%m-%d %H:%M}–{end:%Y-%m-%d %H:%M}"
