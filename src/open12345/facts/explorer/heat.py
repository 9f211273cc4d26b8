"""The map of heat by cell and hour (INS-13).

For people's sake confidential orders are never on it, nor cells that hold fewer orders than `LEAST` in what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from open12345.directory import areas
from open12345.directory.web import needs
from open12345.facts import links, queries, store, views
from open12345.facts.dimensions import CELL
from open12345.facts.explorer import choices
from open12345.facts.explorer.asking import Asked, read
from open12345.facts.links import BadQuestion, Question
from open12345.facts.metrics import BY_CODE
from open12345.facts.queries import Answer
from open12345.facts.views import EXPLORERS
from open12345.facts.words import titled
from open12345.facts.wrong import explained
from open12345.orders import web
from open12345.orders.sight import Sight
from open12345.ui import charts
from open12345.ui.charts import Point

#: Orders that a cell has at least, to be shown.
LEAST: Final = 3
HOURS: Final = 24
OPEN_ONLY: Final = {"confidential": 0}


@dataclass(frozen=True)
class Heat:
    """What is on the map: the squares, the orders they hold, those in cells too small, those without a place."""

    squares: list[tuple[float, float, Point]]
    shown: int
    hidden: int
    nowhere: int


@needs(*EXPLORERS)
@require_GET
def heat(request: HttpRequest) -> HttpResponseBase:
    """Draw how many orders came from where, of the whole day or of one hour of it."""
    sight = web.look(request)
    try:
        asked = read(request.GET, sight.at)
        asked = replace(asked, question=_volume(asked.question))
        hour = _hour(request.GET.get("at", ""))
        answer, hours = _ask(sight, asked, hour), _by_hour(sight, asked)
    except (BadQuestion, store.NoFacts) as error:
        return views.refused(request, explained(error, request), "facts/heat.html")
    found = heat_of(answer)
    context = {
        "asked": asked, "title": titled(answer.metric), "found": found, "hour": hour, "hours": hours, "least": LEAST,
        "chart": _cells(found.squares, sight) if found.squares else None,
        "metrics": [(one.code, titled(one)) for one in BY_CODE.values() if one.denominator is None],
        "periods": choices.PERIODS.items(), "period": asked.over or asked.question.period.name,
        "free": asked.over not in choices.PERIODS, "chips": choices.chips(asked, sight),
        "where": links.where_pairs(asked.question.where.items()),
    }  # fmt: skip
    return web.private(render(request, "facts/heat.html", context))


def _volume(question: Question) -> Question:
    """Only volumes have heat; a rate is asked for how many orders stand below it."""
    code = question.metric if BY_CODE[question.metric].denominator is None else "orders"
    where = {name: value for name, value in question.where.items() if name != "confidential"}
    return replace(question, metric=code, by=(), where=where)


def _hour(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) < HOURS else None


def _ask(sight: Sight, asked: Asked, hour: int | None, by: tuple[str, ...] = ("cell_x", "cell_y")) -> Answer:
    where: dict[str, Any] = {**asked.question.where, **OPEN_ONLY}
    where |= {"hour": hour} if hour is not None else {}
    return queries.ask(
        asked.question.metric, asked.question.period, person=sight.person, at=sight.at, by=by, where=where,
        view=replace(asked.question.view, compared=False),
    )  # fmt: skip


def _cells(squares: list[tuple[float, float, Point]], sight: Sight) -> charts.Chart:
    return charts.cells(squares, 1 / CELL, level=_level(sight), head=_("网格"), unit=_(" 件"))


def _level(sight: Sight) -> str:
    """Return the narrowest areas that have outlines: the others would take the room."""
    found = list(areas.features(sight.pack))
    return str(found[-1]["properties"]["level"]) if found else ""


def _by_hour(sight: Sight, asked: Asked) -> charts.Chart:
    """The same over the hours of the day; a click shows that hour."""
    counts = {line.key[0]: line.figure.numerator for line in _ask(sight, asked, None, ("hour",)).lines}
    points = [
        Point(f"{hour}", counts.get(hour, 0), f"{counts.get(hour, 0):,}", f"?{asked.address(at=hour)}")
        for hour in range(HOURS)
    ]
    return charts.bar(points, head=_("小时"), across=False)


def heat_of(answer: Answer) -> Heat:
    """Return what of an answer by cells may be shown."""
    squares, hidden, nowhere = [], 0, 0
    for line in answer.lines:
        x, y = line.key
        count = line.figure.numerator
        if x is None or y is None:
            nowhere += count
        elif count < LEAST:
            hidden += count
        else:
            middle = f"{(x + 0.5) / CELL:.3f}, {(y + 0.5) / CELL:.3f}"
            squares.append(
                (x / CELL, y / CELL, Point(middle, count, f"{count:,}", links.figure_url(answer.cell(line.key))))
            )
    shown = sum(int(one.value or 0) for _x, _y, one in squares)
    return Heat(squares, shown, hidden, nowhere)
