"""Screens of the duty roster (值班): a week of one unit, and one turn of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from . import queries, shifts
from .admin_forms import ShiftForm
from .errors import DirectoryError
from .models import DutyShift, Unit
from .person import Person
from .roles import CENTRE_ROLES, UNIT_ROLES, Role
from .web import actor, needs

READERS: Final = frozenset({Role.SYSTEM_ADMIN.value}) | CENTRE_ROLES | UNIT_ROLES
KEEPERS: Final = frozenset({Role.SYSTEM_ADMIN.value, Role.APPROVER.value})
DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week view: its turns by kind, in the order of the kinds."""

    date: date
    today: bool
    cells: list[list[DutyShift]]


@needs(*READERS)
@require_http_methods(["GET", "POST"])
def duty(request: HttpRequest) -> HttpResponseBase:
    """The week of a unit; POST puts somebody on duty."""
    by = actor(request)
    units = _units(by)
    unit = _unit(units, request.GET.get("unit", ""), by)
    if unit is None:
        return render(request, "directory/duty.html", {"unit": None})
    if request.method == "POST" and not shifts.may_edit(by, unit):
        raise Http404
    monday = _monday(request.GET.get("week", ""))
    initial = {"date": max(monday, timezone.localdate()), "starts": "08:30", "ends": "08:30", "phone": unit.phone}
    form = ShiftForm(request.POST or None, staff=shifts.candidates(unit), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = _add(unit, form, by)
        except DirectoryError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("已排 %d 班。") % made)
            return redirect(_url(unit, _monday_of(form.cleaned_data["date"])))
    return render(request, "directory/duty.html", _context(unit, units, monday, form, by))


@transaction.atomic
def _add(unit: Unit, form: ShiftForm, by: Person) -> int:
    spans = form.spans()
    for start, end in spans:
        shifts.add(unit, _turn(form, start, end), by=by, at=timezone.now())
    return len(spans)


def _turn(form: ShiftForm, start: datetime, end: datetime) -> shifts.Turn:
    data = form.cleaned_data
    return shifts.Turn(data["staff"], data["kind"], start, end, data["phone"].strip())


@needs(*KEEPERS)
@require_http_methods(["GET", "POST"])
def shift(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One turn; POST changes it, or removes it (`do=remove`)."""
    by = actor(request)
    turn = DutyShift.objects.select_related("unit", "staff").filter(pk=pk).first()
    if turn is None or not shifts.may_edit(by, turn.unit):
        raise Http404
    back = _url(turn.unit, _monday_of(timezone.localtime(turn.starts_at).date()))
    if request.POST.get("do") == "remove":
        shifts.remove(turn, by=by, at=timezone.now())
        messages.success(request, _("已撤销这一班。"))
        return redirect(back)
    form = ShiftForm(request.POST or None, staff=shifts.candidates(turn.unit), initial=_initial(turn))
    del form.fields["until"]
    if request.method == "POST" and form.is_valid():
        try:
            shifts.change(turn, _turn(form, *form.spans()[0]), by=by, at=timezone.now())
        except DirectoryError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect(_url(turn.unit, _monday_of(form.cleaned_data["date"])))
    return render(request, "directory/shift.html", {"turn": turn, "form": form, "back": back})


def _initial(turn: DutyShift) -> dict[str, Any]:
    start, end = timezone.localtime(turn.starts_at), timezone.localtime(turn.ends_at)
    return {
        "staff": turn.staff_id,
        "kind": turn.kind,
        "date": start.date(),
        "starts": start.time(),
        "ends": end.time(),
        "phone": turn.phone,
    }


@needs(*KEEPERS)
@require_POST
def duty_copy(request: HttpRequest) -> HttpResponseBase:
    """Repeat last week's turns in this one."""
    by = actor(request)
    unit = _unit(_units(by), request.POST.get("unit", ""), by)
    if unit is None or not shifts.may_edit(by, unit):
        raise Http404
    monday = _monday(request.POST.get("week", ""))
    made = shifts.copy_week(unit, _start(monday), by=by, at=timezone.now())
    if made:
        messages.success(request, _("已复制上周的 %d 班。") % made)
    else:
        messages.info(request, _("上周没有可复制的班次。"))
    return redirect(_url(unit, monday))


def _context(unit: Unit, units: QuerySet[Unit], monday: date, form: ShiftForm, by: Person) -> dict[str, Any]:
    start, end = _start(monday), _start(monday + timedelta(days=DAYS))
    found, now = shifts.between(unit, start, end), timezone.now()
    return {
        "unit": unit,
        "units": units,
        "kinds": DutyShift.Kind.choices,
        "days": _days(found, monday),
        "any": bool(found),
        "monday": monday,
        "sunday": monday + timedelta(days=DAYS - 1),
        "before": monday - timedelta(days=DAYS),
        "after": monday + timedelta(days=DAYS),
        "now_on": shifts.on_duty(unit, now),
        "gaps": shifts.gaps(found, max(start, now) if start <= now < end else start, end) if found else [],
        "overlaps": shifts.overlaps(found),
        "form": form,
        "may_edit": shifts.may_edit(by, unit),
    }


def _days(found: list[DutyShift], monday: date) -> list[Day]:
    """The turns by the day on which they begin; those that began before the week stand on its first day."""
    days = []
    for place in range(DAYS):
        day = monday + timedelta(days=place)
        of_day = [s for s in found if max(timezone.localtime(s.starts_at).date(), monday) == day]
        cells = [[s for s in of_day if s.kind == kind.value] for kind in DutyShift.Kind]
        days.append(Day(day, day == timezone.localdate(), cells))
    return days


def _units(by: Person) -> QuerySet[Unit]:
    """The units whose roster one may read, in tree order."""
    return queries.visible_units(by).filter(active=True).order_by("path")


def _unit(units: QuerySet[Unit], code: str, by: Person) -> Unit | None:
    """The unit that is asked for, else one's own, else the first; one that may not be seen does not exist."""
    if code:
        found = units.filter(code=code).first()
        if found is None:
            raise Http404
        return found
    return units.filter(pk=by.unit_id or 0).first() or units.first()


def _url(unit: Unit, monday: date) -> str:
    return f"{reverse('directory:duty')}?unit={unit.code}&week={monday:%Y-%m-%d}"


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _monday(text: str) -> date:
    """The Monday of the week of a date; of this week for anything that is none of our time."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = timezone.localdate()
    ours = 2000 <= day.year <= 2100  # noqa: PLR2004 - as the calendar
    return _monday_of(day if ours else timezone.localdate())
