"""The application end for people, at a desk or on a phone: today in five lines, what is late and whose, what rises.

The same picture as the big screen, in words and with links: each line opens its orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from open12345.directory.web import actor, needs
from open12345.screen import picture
from open12345.screen.readers import READERS

_UNITS: Final = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One of the five lines: words before the number, the number, its unit, what else is to say, where it leads."""

    lead: str
    value: str
    unit: str
    rest: str = ""
    url: str = ""
    late: bool = False


@needs(*READERS)
@require_GET
def today(request: HttpRequest) -> HttpResponseBase:
    """The page; asked again by itself with what it shows, it answers 204 while nothing has changed."""
    found = picture.now()
    again = request.headers.get("HX-Request") == "true"
    if again and request.GET.get("seen") == found.etag.strip('"'):
        return HttpResponse(status=204)
    context = {
        "told": found.told, "lines": lines(found.told), "units": late_units(found.told), "seen": found.etag.strip('"'),
        "at": found.at, "hot": hot(found.told), "rates": rates(found.told), "orders_url": reverse("orders:list"),
        "instructs": actor(request).has("leader"),
    }  # fmt: skip
    answer = render(request, "screen/parts/today.html" if again else "screen/leader.html", context)
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def lines(told: Mapping[str, Any]) -> list[Line]:
    """Return the day in five lines."""
    figures = {figure["code"]: figure for figure in told["figures"]}
    value = {code: figure["value"] for code, figure in figures.items()}
    orders, day = reverse("orders:list"), told["day"]
    (_yesterday, before), (_week, week) = figures["accepted"]["beside"]
    return [
        Line(_("今天受理"), str(value["accepted"]), _("件"), _("%(change)s，上周此时 %(week)s 件")
             % {"change": _change(value["accepted"], before), "week": week},
             f"{orders}?{urlencode({'state': 'all', 'from': day, 'to': day})}"),
        Line(_("今天结案"), str(value["closed"]), _("件"), _("在办 %(open)s 件") % {"open": value["open"]},
             f"{orders}?state=open"),
        Line(_("已超时"), str(value["late"]), _("件"), url=f"{orders}?state=late", late=bool(value["late"])),
        Line(_("2 小时内到期"), str(value["soon"]), _("件"),
             url=f"{orders}?{urlencode({'state': 'open', 'soon': '1'})}"),
        Line(_("近 30 天满意率"), *_satisfied(figures["satisfied"])),
    ]  # fmt: skip


def _change(now: int, before: int) -> str:
    if now == before:
        return _("与昨天此时持平")
    words = _("比昨天此时多 %(n)s 件") if now > before else _("比昨天此时少 %(n)s 件")
    return words % {"n": abs(now - before)}


def _satisfied(figure: Mapping[str, Any]) -> tuple[str, str, str]:
    value, before = figure["value"], figure["beside"][0][1]
    if value is None:
        return "–", "", _("还没有评价")
    if before is None or value == before:
        return f"{value:.1f}", "%", _("与前 30 天持平") if before is not None else ""
    words = _("比前 30 天升 %(n)s 个百分点") if value > before else _("比前 30 天降 %(n)s 个百分点")
    return f"{value:.1f}", "%", words % {"n": f"{abs(value - before):.1f}"}


def late_units(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return whose the late orders are, most first, each with the address of its list."""
    url = reverse("orders:list")
    found = told["late_units"][:_UNITS]
    return [unit | {"url": f"{url}?{urlencode({'state': 'late', 'unit': unit['code']})}"} for unit in found]


def rates(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rates of the last thirty days; none where there was nothing to count in sixty."""
    return told["rates"] if any(one["value"] is not None or one["before"] is not None for one in told["rates"]) else []


def hot(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what rises above the usual, each with the address of today's orders of it."""
    url, day = reverse("orders:list"), told["day"]
    return [
        one | {"url": f"{url}?{urlencode({'state': 'all', 'category': one['code'], 'from': day, 'to': day})}"}
        for one in told["hot"]
        if one["rises"]
    ]
