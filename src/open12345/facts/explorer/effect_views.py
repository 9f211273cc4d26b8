"""The page of before and after (INS-12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from open12345.directory.web import needs
from open12345.facts import links, queries, saying, store, views
from open12345.facts.explorer import choices
from open12345.facts.explorer.asking import Asked, read
from open12345.facts.explorer.effect import Effect, Spans, effect, spans
from open12345.facts.links import BadQuestion
from open12345.facts.metrics import BY_CODE, Metric, metric
from open12345.facts.queries import Answer, Figure
from open12345.facts.views import EXPLORERS
from open12345.facts.words import titled
from open12345.facts.wrong import explained
from open12345.orders import web
from open12345.orders.sight import Sight
from open12345.ui import charts
from open12345.ui.charts import Chart, Point, Series

DAYS: Final = 30
#: Metrics side by side.
SEVERAL: Final = 4
_SPANS: Final = (14, 30, 60, 90, 180)


@dataclass(frozen=True)
class Shown:
    """One metric before and after: figures with their orders, the difference in words, the chart."""

    metric: Metric
    title: str
    rows: list[tuple[str, str, str, str, str, str]]
    difference: str
    interval: str
    verdict: str
    chart: Chart
    known: bool


@needs(*EXPLORERS)
@require_GET
def compare(request: HttpRequest) -> HttpResponseBase:
    """Show metrics before and after a day, with the same spans last year as control."""
    sight = web.look(request)
    today = sight.at.astimezone(sight.pack.calendar().zone).date()
    codes = list(dict.fromkeys(code for code in request.GET.getlist("metric") if code in BY_CODE))[:SEVERAL]
    day = _day(request.GET.get("since", "")) or today - timedelta(days=DAYS)
    days = request.GET.get("days", "")
    wanted = int(days) if days.isascii() and days.isdigit() else DAYS
    found = spans(day, wanted, today)
    try:
        asked = read(request.GET, sight.at)
        codes = codes or [asked.question.metric]
        shown = [_shown(sight, asked, metric(code), found) for code in codes] if found else []
    except (BadQuestion, store.NoFacts) as error:
        return views.refused(request, explained(error, request), "facts/effect.html")
    context = {
        "shown": shown, "spans": found, "day": day.isoformat(), "wanted": wanted, "choices": _SPANS, "today": today,
        "metrics": choices.metrics(), "codes": [*codes, *[""] * SEVERAL][:SEVERAL],
        "chips": choices.chips(asked, sight), "where": links.where_pairs(asked.question.where.items()),
    }  # fmt: skip
    return web.private(render(request, "facts/effect.html", context))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _shown(sight: Sight, asked: Asked, one: Metric, found: Spans) -> Shown:
    view = replace(asked.question.view, compared=True)
    answer = queries.ask(
        one.code, found.both, person=sight.person, at=sight.at, by=("day",), where=asked.question.where, view=view
    )
    told = effect(one, answer.lines, found)
    rows = [
        _row(_("今年"), answer, found, told.before, told.after, told.change),
        _row(_("去年同期（对照）"), answer, _year_before(found), told.control_before, told.control_after, told.control),
    ]
    interval = ""
    if told.low is not None and told.high is not None:
        interval = _("%(low)s 到 %(high)s") % {"low": _step(one, told.low), "high": _step(one, told.high)}
    known = any(
        one.denominator or one.numerator for one in (told.before, told.after, told.control_before, told.control_after)
    )
    step = _step(one, told.difference)
    return Shown(one, titled(one), rows, step, interval, _verdict(told), _chart(answer, found), known)


def _year_before(found: Spans) -> Spans:
    then = found.both.year_before()
    return Spans(then.first + timedelta(days=found.days), found.days)


def _row(
    title: str, answer: Answer, found: Spans, before: Figure, after: Figure, change: float | None
) -> tuple[str, str, str, str, str, str]:
    urls = [links.figure_url(replace(answer.cut, by=(), period=one)) for one in (found.before, found.after)]
    asked = answer.metric
    return (title, saying.printed(asked, before), urls[0], saying.printed(asked, after), urls[1], _step(asked, change))


def _step(asked: Metric, change: float | None) -> str:
    return saying.step(asked, change)


def _verdict(told: Effect) -> str:
    """Say carefully what the difference may mean."""
    return {
        "up": _(
            "和去年同一时候相比，多升（或少降）的部分超出了偶然波动。这说明那天前后有变化，不说明变化是那件事带来的。"
        ),
        "down": _(
            "和去年同一时候相比，多降（或少升）的部分超出了偶然波动。这说明那天前后有变化，不说明变化是那件事带来的。"
        ),
        "unclear": _("和去年同一时候相比，差别在偶然波动之内，不能说有变化。"),
        "unknown": _("数据不够，或这个指标没有算波动范围的办法，只列出数字。"),
    }[told.verdict]


def _chart(answer: Answer, found: Spans) -> Chart:
    """This year and last year, day by day, the day itself marked."""
    asked = answer.metric
    days = {line.key[0]: line for line in answer.lines}
    order = [found.both.first + timedelta(days=n) for n in range(found.both.days)]
    nothing = Figure(
        0, None if asked.denominator is None else 0, asked.value(0, None if asked.denominator is None else 0)
    )

    def point(day: date, *, past: bool) -> Point:
        line = days.get(day)
        figure = (line.year_before if past else line.figure) if line else None
        one = figure or nothing
        url = "" if past or line is None else links.figure_url(answer.cell(line.key))
        return Point(
            f"{day:%m-%d}", None if one.value is None else round(one.value, 2), saying.printed(asked, one), url
        )

    series = [Series(_("今年"), [point(day, past=False) for day in order]),
              Series(_("去年同期"), [point(day, past=True) for day in order])]  # fmt: skip
    unit = "%" if asked.unit == "%" else ""
    return charts.line(series, unit=unit, head=_("日"), mark=f"{found.day:%m-%d}")
