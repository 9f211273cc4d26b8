"""What an address of this room asks for: a month, as published, as of a day, or as things stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from open12345.appraisal import queries
from open12345.appraisal.models import Edition
from open12345.appraisal.months import Month, month_named, month_of
from open12345.appraisal.services import DECIDE, PREPARE
from open12345.facts.links import BadQuestion
from open12345.facts.wrong import Wrong, explained
from open12345.orders import web
from open12345.orders.sight import Sight

_View = Callable[..., HttpResponseBase]
_DIGITS = 5


@dataclass(frozen=True)
class Asked:
    """Which month is asked for, and how. `standing`: the last edition of that month, shown or not."""

    month: Month
    edition: Edition | None = None
    as_of: date | None = None
    now: bool = False
    standing: Edition | None = None


def told(view: _View) -> _View:
    """Let a view say in words what is wrong with its address."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except BadQuestion as error:
            wrong = explained(error, request)
            context = {"wrong": wrong, **may(web.look(request))}
            return web.private(render(request, "appraisal/none.html", context, status=wrong.status))

    return answered


def may(sight: Sight) -> dict[str, bool]:
    """Return what the person may do here, for templates."""
    person = sight.person
    return {
        "all_seen": queries.sees_all(person), "prepares": person.has(*PREPARE), "decides": person.has(*DECIDE),
    }  # fmt: skip


def asked_of(request: HttpRequest, sight: Sight) -> Asked:
    """Read the address. Units see published editions alone; without a month, the last published one.

    Raises `BadQuestion` for what is no month or no day.
    """
    all_seen = queries.sees_all(sight.person)
    month = month_asked(request, sight)
    as_of = _day(request.GET.get("as_of", "")) if all_seen else None
    now = all_seen and "now" in request.GET
    standing = queries.edition_of(month, any_state=all_seen)
    edition = None if as_of or now else standing
    if edition is not None and (number := request.GET.get("edition", "")).isdecimal() and len(number) < _DIGITS:
        rows = Edition.objects.filter(month=month.first, number=int(number))
        edition = (rows if all_seen else rows.filter(published_at__isnull=False)).first()
        if edition is None:
            raise Http404
    return Asked(month, edition, as_of, now, standing)


def month_asked(request: HttpRequest, sight: Sight) -> Month:
    """Return the month of an address, the last published one where it names none; raises `BadQuestion`."""
    text = request.GET.get("month", "")
    try:
        return month_named(text) if text else last_month(sight)
    except ValueError as error:
        raise BadQuestion("calendar_month", text) from error


def last_month(sight: Sight) -> Month:
    """Return the last published month; before there is one, the last that is over."""
    published = queries.published_months()
    return published[0] if published else month_of(queries.today(sight.pack, sight.at)).back()


def not_begun(sight: Sight, month: Month) -> Wrong | None:
    """Say that a month lies ahead, where it does: nothing is counted of it, not even full points for nothing."""
    this = month_of(queries.today(sight.pack, sight.at))
    if month <= this:
        return None
    title = _("%(month)s 还没有开始") % {"month": month}
    return Wrong(title, _("没有开始的月份没有得分和名次。"), f"?month={this}", _("看 %(month)s") % {"month": this})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadQuestion("as_of", text) from error
