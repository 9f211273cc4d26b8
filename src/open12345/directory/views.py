"""Screens of the directory: packs and holidays for the system administrator, entering a demo."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.policy import Pack, PackError, diff_sections, find_pack, read_pack
from open12345.worktime import Day

from . import days, pack_changes, packs, queries, signin
from .errors import DirectoryError
from .forms import DayForm, PackLoadForm
from .models import PackVersion
from .roles import Role
from .web import actor, needs

YEARS = (2000, 2100)
"""First and last year that the calendar shows."""


@require_POST
def enter(request: HttpRequest) -> HttpResponseBase:
    """Enter a demo as one of its people; there is no such page outside a demo."""
    if not settings.DEMO or not signin.enter_as(request, request.POST.get("username", "")):
        raise Http404
    return redirect(settings.LOGIN_REDIRECT_URL)


def closed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Pages of allauth that have no place here: signing up, mail addresses, resetting by mail."""
    del request, args, kwargs
    raise Http404


# Packs


@needs(Role.SYSTEM_ADMIN)
@require_GET
def pack_list(request: HttpRequest) -> HttpResponse:
    """The versions, and the packs on this server that can be checked and loaded."""
    page = Paginator(queries.titled_versions(), 20).get_page(request.GET.get("page"))
    context = {"page": page, "ruling": _ruling_id(), "form": _first_form(), "now": timezone.now()}
    return render(request, "directory/packs.html", context)


def _first_form() -> PackLoadForm:
    """The empty form, on which the pack in force is chosen."""
    own = _own()
    return PackLoadForm(initial={"name": own}, own=own)


def _own() -> str:
    """The pack in force, "" before there is one."""
    try:
        return packs.pack_at(timezone.now())[1].id
    except packs.NoPack:
        return ""


@needs(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def pack_check(request: HttpRequest) -> HttpResponseBase:
    """GET: check a pack of this server and show what it would change. POST: load it, if it is the instance's own."""
    form = PackLoadForm(request.POST or request.GET, own=_own())
    if not form.is_valid():
        return _checked(request, form, None, ())
    try:
        pack = read_pack(find_pack(form.cleaned_data["name"]))
    except PackError as error:
        return _checked(request, form, None, error.problems)
    try:
        packs.check_own(pack, timezone.now())
        if request.method == "POST":
            version = _load(request, form, pack)
            messages.success(request, _("已装载为版本 %s。") % version.pk)
            return redirect("directory:packs")
    except DirectoryError as error:
        form.add_error(error.field or None, error.message)
    return _checked(request, form, pack, ())


def _load(request: HttpRequest, form: PackLoadForm, pack: Pack) -> PackVersion:
    data, now = form.cleaned_data, timezone.now()
    return packs.load_pack(
        packs.with_local_days(pack, data["effective_from"] or now),
        effective_from=data["effective_from"],
        by=actor(request),
        at=now,
        note=data["note"],
    )


def _checked(request: HttpRequest, form: PackLoadForm, pack: Pack | None, problems: Any) -> HttpResponse:
    """The page of a checked pack: its mistakes, or what it changes."""
    refused = form.errors.get("name")
    changes = _changes(pack, form.cleaned_data.get("effective_from")) if pack else {}
    context = {"form": form, "pack": pack, "problems": problems, "refused": refused, **pack_changes.told(changes)}
    return render(request, "directory/pack_check.html", context)


def _changes(pack: Pack, moment: datetime | None) -> dict[str, list[str]]:
    """What the pack changes against the one that will rule then, whose local days stay."""
    start = moment or timezone.now()
    try:
        return diff_sections(packs.pack_at(start)[1], packs.with_local_days(pack, start))
    except packs.NoPack:
        return {}


@needs(Role.SYSTEM_ADMIN)
@require_GET
def pack_version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version and what it changed against the one before it."""
    version = get_object_or_404(queries.versions(), pk=pk)
    before = queries.versions().filter(pk__lt=pk).order_by("-pk").first()
    pack = packs.pack_of(pk)
    changes = diff_sections(packs.pack_of(before.pk), pack) if before else {}
    context = {
        **pack_changes.told(changes),
        "version": version,
        "before": before,
        "pack": pack,
        "ruling": _ruling_id(),
        "now": timezone.now(),
    }
    return render(request, "directory/pack_version.html", context)


def _ruling_id() -> int | None:
    """The version in force, None before there is one."""
    try:
        return packs.pack_at(timezone.now())[0]
    except packs.NoPack:
        return None


# Holidays


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month view; `local` means that the pack has its own rule for it."""

    day: Day
    inside: bool
    local: bool
    today: bool


@needs(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def holidays(request: HttpRequest) -> HttpResponseBase:
    """A month of the working calendar, and a local change to one day of it."""
    month = _month(request.GET.get("month", ""))
    form = DayForm(request.POST or None, initial={"date": request.GET.get("date")})
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, form)
        except DirectoryError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("已生效为规则包的新版本，在办时限随之重算。"))
            day = form.cleaned_data["date"]
            return redirect(f"{request.path}?month={day:%Y-%m}")
    return render(request, "directory/calendar.html", _calendar_context(month, form))


def _change(request: HttpRequest, form: forms.Form) -> None:
    """Set or drop the rule of a day, as the pressed button says."""
    assert isinstance(form, DayForm)  # noqa: S101 - for the type checker
    common: dict[str, Any] = {
        "effective_from": form.cleaned_data["effective_from"],
        "by": actor(request),
        "at": timezone.now(),
        "reason": form.cleaned_data["reason"],
    }
    days.set_day(days.day_rule(**form.rule()), **common)


@needs(Role.SYSTEM_ADMIN)
@require_POST
def holiday_drop(request: HttpRequest) -> HttpResponseBase:
    """Give a day back to the official calendar."""
    day = _date(request.POST.get("date", ""))
    if day is None:
        raise Http404
    try:
        days.drop_day(
            day,
            effective_from=None,
            by=actor(request),
            at=timezone.now(),
            reason=request.POST.get("reason", "") or _("撤销本地调整"),
        )
    except DirectoryError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已恢复为国家日历。"))
    return redirect(f"{reverse('directory:calendar')}?month={day:%Y-%m}")


def _calendar_context(month: date, form: DayForm) -> dict[str, Any]:
    """The weeks of a month as cells, its neighbours, and the local rules from it on."""
    today = timezone.localdate()
    pack = packs.pack_at(timezone.now())[1]
    working, local = pack.calendar(), {rule.date for rule in pack.days}
    weeks = [
        [Cell(working.day(d), d.month == month.month, d in local, d == today) for d in week]
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month)
    ]
    return {
        "weeks": weeks,
        "month": month,
        "before": month - timedelta(days=1),
        "after": month + timedelta(days=32),
        "provisional": any(cell.day.provisional for week in weeks for cell in week if cell.inside),
        "rules": [rule for rule in pack.days if rule.date >= today],
        "form": form,
    }


def _month(text: str) -> date:
    """The first day of the month "2026-10"; this month for anything that is none of our time."""
    found = _date(f"{text}-01")
    ours = found is not None and YEARS[0] <= found.year <= YEARS[1]
    return found if found and ours else timezone.localdate().replace(day=1)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
