"""Which chart an answer is drawn as, and that chart: its kind follows from the dimensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.facts import links, saying
from open12345.facts.dimensions import dimension
from open12345.facts.explorer.asking import Asked
from open12345.facts.explorer.table import Shown, cases
from open12345.facts.queries import Answer, Figure, Line
from open12345.facts.words import filled, labels, span, titled
from open12345.policy import Pack
from open12345.ui import charts
from open12345.ui.charts import Chart, Point, Series

KINDS: Final[dict[str, str | Promise]] = {
    "line": __("折线"), "columns": __("柱形"), "calendar": __("日历"), "heat": __("热力"), "map": __("地图"),
    "bar": __("条形"), "grouped": __("分组"), "lines": __("折线"),
}  # fmt: skip
_LEVELS: Final = {
    "area_district": "district",
    "area_street": "street",
    "area_community": "community",
    "area_grid": "grid",
}
#: As many lines or groups can be told apart by one accent and greys.
SERIES: Final = 5
_HEAT: Final = 40
_BARS: Final = 15
#: Pairs of bars: the table below must stay in sight.
_PAIRED: Final = 6
_GROUPS: Final = 8


def kinds(asked: Asked) -> tuple[str, ...]:
    """Return the charts that fit, the one that is drawn unasked first."""
    by = asked.question.by
    if not by:
        return ("line", "columns")
    if len(by) == 1:
        found = _alone(by[0])
        judged = asked.sort in {"worse", "better"} and "map" in found  # a map tells levels, not changes
        return found[::-1] if judged else found
    if set(by) == {"weekday", "hour"}:
        return ("heat", "lines")
    return ("lines", "heat", "grouped") if dimension(by[0]).step else ("grouped", "heat")


def _alone(name: str) -> tuple[str, ...]:
    if name == "day":
        return ("line", "calendar", "columns")
    if dimension(name).step or name in {"weekday", "hour"}:
        return ("columns",) if name in {"weekday", "hour"} else ("line", "columns")
    return ("map", "bar") if name in _LEVELS else ("bar",)


def chosen(asked: Asked) -> str:
    """Return the kind that is drawn; a year or a quarter of days is a calendar."""
    fitting = kinds(asked)
    if asked.chart in fitting:
        return asked.chart
    if asked.question.by == ("day",) and asked.question.period.days > charts.DOTTED:
        return "calendar"
    return fitting[0]


def drawn(answer: Answer, shown: Shown, asked: Asked, pack: Pack) -> Chart | None:
    """Return the chart of an answer; None where there is nothing to draw."""
    lines = [row.line for row in shown.rows if row.line.key]
    if not any(line.figure.value is not None for line in lines):
        return None
    return _DRAW[chosen(asked)](_Drawing(answer, asked, pack), lines)


def undrawn(chart: Chart | None, answer: Answer, asked: Asked) -> tuple[int, int] | None:
    """Return how many rows of the first dimension a chart of bars shows, and of how many; None where it shows all."""
    if chart is None or not answer.cut.by or chosen(asked) not in {"bar", "grouped"}:
        return None
    every = {line.key[0] for line in answer.lines if cases(line.figure) >= asked.least and _known(line)}
    return (len(chart.rows), len(every)) if len(chart.rows) < len(every) else None


def _known(line: Line) -> bool:
    return any(map(cases, (line.figure, line.before, line.year_before)))


class _Drawing:
    """What all kinds of charts need of one answer."""

    def __init__(self, answer: Answer, asked: Asked, pack: Pack) -> None:
        self.answer, self.asked, self.pack = answer, asked, pack
        self.by = answer.cut.by
        self.unit = "%" if answer.metric.unit == "%" else ""
        self.head = titled(dimension(self.by[0])) if self.by else ""

    def point(self, line: Line, figure: Figure | None = None, *, word: int = 0) -> Point:
        """One figure, with its orders; an earlier one (`figure`) has none here."""
        one = line.figure if figure is None else figure
        url = links.figure_url(self.answer.cell(line.key), view=self.asked.question.view) if figure is None else ""
        return Point(filled(line.words[word]), _round(one.value), saying.printed(self.answer.metric, one), url)

    def compared(self, lines: Sequence[Line]) -> list[Series]:
        """The present, the last period and last year, as far as they were asked."""
        answer = self.answer
        found = [Series(span(answer.cut.period), [self.point(line) for line in lines])]
        if answer.before and any(line.before and line.before.value for line in lines):
            found.append(Series(_("上期"), [self.point(line, line.before or _NONE) for line in lines]))
        if answer.year_before and any(line.year_before and line.year_before.value for line in lines):
            found.append(Series(_("去年同期"), [self.point(line, line.year_before or _NONE) for line in lines]))
        return found


_NONE: Final = Figure(0, None, None)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _line(one: _Drawing, lines: Sequence[Line]) -> Chart:
    return charts.line(one.compared(_in_time(one, lines)), unit=one.unit, head=one.head)


def _columns(one: _Drawing, lines: Sequence[Line]) -> Chart:
    points = [one.point(line) for line in _in_time(one, lines)]
    return charts.bar(points, unit=one.unit, head=one.head, across=False)


def _bar(one: _Drawing, lines: Sequence[Line]) -> Chart:
    """The first rows; beside the last period where there was one."""
    both = one.compared(lines[:_PAIRED])[:2]
    if len(both) > 1 and both[1].name == _("上期"):
        return charts.grouped(both, unit=one.unit, head=one.head, across=True)
    return charts.bar([one.point(line) for line in lines[:_BARS]], unit=one.unit, head=one.head)


def _calendar(one: _Drawing, lines: Sequence[Line]) -> Chart:
    return charts.calendar({line.key[0]: one.point(line) for line in lines}, head=one.head)


def _map(one: _Drawing, lines: Sequence[Line]) -> Chart:
    level = _LEVELS[one.by[0]]
    return charts.area_map({line.key[0]: one.point(line) for line in lines if line.key[0]}, level=level, head=one.head,
                           unit=one.unit)  # fmt: skip


def _in_time(one: _Drawing, lines: Sequence[Line]) -> list[Line]:
    """Return the lines by time, those of which nothing is known between them: a line must not leap over a quiet day."""
    name, over = one.by[0], one.answer.cut.period
    found = {line.key[0]: line for line in lines}
    if name not in _STEPS:
        return [found[key] for key in sorted(found)]
    missing = [key for key in _STEPS[name](min(found), min(max(found), over.last)) if key not in found]
    said = labels(name, missing, one.pack)
    below = None if one.answer.metric.denominator is None else 0
    none = Figure(0, below, one.answer.metric.value(0, below))
    found |= {key: Line((key,), (said[key],), none, none, none) for key in missing}
    return [found[key] for key in sorted(found)]


def _days(first: date, last: date, step: int = 1) -> list[date]:
    return [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    months = (first.year * 12 + first.month - 1 + n for n in range(count + 1))
    return [date(month // 12, month % 12 + 1, 1) for month in months]


_STEPS: Final[dict[str, Callable[[date, date], list[date]]]] = {
    "day": _days, "week": lambda first, last: _days(first, last, 7), "month": _months,
}  # fmt: skip


def _pairs(one: _Drawing, lines: Sequence[Line], most: int) -> tuple[list[Series], list[str]]:
    """Return the second dimension as series over the first: those with most cases, in the order of their names."""
    weights: dict[Any, int] = {}
    for line in lines:
        weights[line.key[1]] = weights.get(line.key[1], 0) + cases(line.figure)
    seconds = sorted(sorted(weights, key=lambda key: -weights[key])[:most], key=_sortable)
    firsts = sorted({line.key[0] for line in lines}, key=_sortable)
    found = {line.key: line for line in lines}
    words = {(place, line.key[place]): filled(line.words[place]) for line in lines for place in (0, 1)}
    series = [
        Series(words[1, second], [
            one.point(found[first, second]) if (first, second) in found else Point(words[0, first], None)
            for first in firsts
        ])
        for second in seconds
    ]  # fmt: skip
    return series, [words[0, first] for first in firsts]


def _sortable(key: Any) -> tuple[bool, Any]:
    return (key in (None, ""), key if key not in (None, "") else 0)


def _grouped(one: _Drawing, lines: Sequence[Line]) -> Chart:
    weights: dict[Any, int] = {}
    for line in lines:
        weights[line.key[0]] = weights.get(line.key[0], 0) + cases(line.figure)
    most = sorted(weights, key=lambda key: -weights[key])[:_GROUPS]
    series, firsts = _pairs(one, [line for line in lines if line.key[0] in most], SERIES)
    return charts.grouped(series, unit=one.unit, head=one.head, across=len(firsts) > SERIES * 2)


def _lines(one: _Drawing, lines: Sequence[Line]) -> Chart:
    return charts.line(_pairs(one, lines, SERIES)[0], unit=one.unit, head=one.head)


def _heat(one: _Drawing, lines: Sequence[Line]) -> Chart:
    if set(one.by) == {"weekday", "hour"}:
        day, hour = one.by.index("weekday"), one.by.index("hour")
        cells = {(line.key[day], line.key[hour]): one.point(line, word=hour) for line in lines}
        return charts.weekdays_and_hours(cells, head=titled(dimension("hour")))
    return charts.heat(_pairs(one, lines, _HEAT)[0], head=one.head, unit=one.unit)


_DRAW: Final[dict[str, Callable[[_Drawing, Sequence[Line]], Chart]]] = {
    "line": _line, "columns": _columns, "bar": _bar, "calendar": _calendar, "map": _map, "grouped": _grouped,
    "lines": _lines, "heat": _heat,
}  # fmt: skip
