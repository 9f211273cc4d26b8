"""Charts as data: options of ECharts with a table that says the same, for the tag `{% chart %}`.

Nothing here draws. `ui/static/ui/chart.js` does: it puts the tokens of the page in the place of names of colours
("--accent"), and opens the address of a point that is clicked. Colour: one accent and greys; green, amber and red mean
time and stand in no chart. Texts come in the reader's language, values already printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

Option = dict[str, Any]

_indicative: list[Callable[[str, str], bool]] = []


def provide_outlines(indicative: Callable[[str, str], bool]) -> None:
    """Tell charts how to learn whether outlines of a level, or within an area, are drawn and no boundaries."""
    _indicative[:] = [indicative]


def indicative(chart: Chart) -> bool:
    """Say whether a map must say that its outlines are drawn."""
    return bool(_indicative) and _indicative[0](chart.level, chart.within)


ROW: Final = 30
"""Height of a horizontal bar, with the room around it (pixels)."""
_LINES: Final = (
    ("--accent", "solid"), ("--muted", "solid"), ("--ink", "dashed"), ("--muted", "dotted"), ("--edge", "solid"),
    ("--accent", "dashed"),
)  # fmt: skip
DOTTED: Final = 62
"""Up to so many points of a line are dots."""
_LABELLED: Final = 24
"""Up to so many bars bear their value."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value: what it is called, how it is printed, and where a click leads ("" for nowhere)."""

    label: str
    value: float | None
    text: str = ""
    url: str = ""

    @property
    def said(self) -> str:
        """The value in words."""
        return self.text or ("–" if self.value is None else f"{self.value:,g}")


@dataclass(frozen=True, slots=True)
class Series:
    """Values that belong together: a line, or the bars of one colour."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Chart:
    """An option, its table (heads, then rows of points), and how high it wants to be (pixels).

    `level`, `within`: which outlines of the pack's areas a map is drawn of.
    """

    option: Option
    heads: tuple[str, ...]
    rows: tuple[tuple[Point, ...], ...]
    height: int = 320
    level: str = ""
    within: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def line(series: Sequence[Series], *, unit: str = "", head: str = "", area: bool = False, mark: str = "") -> Chart:
    """Return lines over the labels of the first series (times); all have a point for each of them.

    `mark`: a label at which a line stands upright.
    """
    option = _plane(series, unit)
    option["tooltip"] = {**_TOOLTIP, "trigger": "axis"}
    option["xAxis"] = _names(_labels(series), gap=False)
    option["yAxis"] = _values(unit, _top(series))
    option["series"] = [_line(one, place, series, area=area) for place, one in enumerate(series)]
    if mark:
        style = {"color": "--ink", "type": "dashed"}
        option["series"][0]["markLine"] = {
            "symbol": "none", "silent": True, "lineStyle": style, "label": {"color": "--ink", "formatter": "{b}"},
            "data": [{"xAxis": mark, "name": mark}],
        }  # fmt: skip
    return Chart(option, *_table(series, head))


def bar(points: Sequence[Point], *, unit: str = "", head: str = "", name: str = "", across: bool = True) -> Chart:
    """Return one bar for each point, the first on top (`across`) or at the left."""
    one = [Series(name, points)]
    option = _plane(one, unit)
    label = {"show": len(points) <= _LABELLED, "position": "right" if across else "top", "color": "--muted"}
    option["series"] = [_bars(one[0], 0, one, label)]
    axes = _names(_labels(one), across=across), _values(unit, _top(one))
    option["yAxis"], option["xAxis"] = axes if across else axes[::-1]
    height = max(160, len(points) * ROW + 48) if across else 320
    return Chart(option, *_table(one, head), height=height)


def grouped(series: Sequence[Series], *, unit: str = "", head: str = "", across: bool = False) -> Chart:
    """Return for each label of the first series a group of bars, one of each series."""
    option = _plane(series, unit)
    option["series"] = [_bars(one, place, series, {"show": False}) for place, one in enumerate(series)]
    axes = _names(_labels(series), across=across), _values(unit, _top(series))
    option["yAxis"], option["xAxis"] = axes if across else axes[::-1]
    count = len(series[0].points) if series else 0
    return Chart(
        option, *_table(series, head), height=max(200, count * (14 * len(series) + 14) + 64) if across else 360
    )


def heat(rows: Sequence[Series], *, head: str = "", unit: str = "") -> Chart:
    """Return a field of squares, the darker the more: a series for each row, a point for each column."""
    rows = list(rows)
    data = [
        _datum(one, [x, y, one.value], row.name)
        for y, row in enumerate(rows) for x, one in enumerate(row.points) if one.value is not None
    ]  # fmt: skip
    option = {
        **_BASE, "grid": {"top": 8, "right": 8, "bottom": 56, "left": 8, "containLabel": True},
        "xAxis": {**_names(_labels(rows)), "splitArea": {"show": False}},
        "yAxis": {**_names([row.name for row in rows], across=True), "splitArea": {"show": False}},
        "visualMap": _scale(_ends(rows), unit), "series": [_field(data)],
    }  # fmt: skip
    return Chart(option, *_table(rows, head), height=max(200, len(rows) * 28 + 96))


def calendar(days: Mapping[date, Point], *, head: str = "") -> Chart:
    """Return a square for each day, a week in a column, a year in a band of its own."""
    first, last = min(days, default=date(2000, 1, 1)), max(days, default=date(2000, 1, 1))
    years = range(first.year, last.year + 1)
    points = [
        replaced
        for day, one in sorted(days.items())
        for replaced in [Point(day.isoformat(), one.value, one.text, one.url)]
    ]
    told = [Series("", points)]
    option = {
        **_BASE, "visualMap": {**_scale(_ends(told)), "left": 48},
        "calendar": [_band(place, year, first, last) for place, year in enumerate(years)],
        "series": [
            {**_field([_datum(one, [one.label, one.value]) for one in points if one.label.startswith(f"{year}-")]),
             "coordinateSystem": "calendar", "calendarIndex": place}
            for place, year in enumerate(years)
        ],
    }  # fmt: skip
    return Chart(option, *_table(told, head), height=len(years) * _BAND + 80)


def area_map(areas: Mapping[str, Point], *, level: str = "", within: str = "", head: str = "",
             unit: str = "") -> Chart:  # fmt: skip
    """Return the pack's areas by code, the darker the more; those of a level, or below one of them."""
    told = [Series("", list(areas.values()))]
    data = [{**_datum(one, one.value), "name": code, "title": one.label} for code, one in areas.items()]
    series = {
        "type": "map", "map": "areas", "nameProperty": "code", "data": data, "aspectScale": 0.86, **_MIDDLE,
        "selectedMode": False, "itemStyle": {"areaColor": "--ground", "borderColor": "--edge"},
        "label": {"show": False}, "emphasis": {"label": {"show": False}, "itemStyle": _LIT},
    }  # fmt: skip
    option = {**_BASE, "visualMap": _scale(_ends(told), unit), "series": [series]}
    return Chart(option, *_table(told, head), height=480, level=level, within=within)


def cells(squares: Sequence[tuple[float, float, Point]], size: float, *, level: str = "", head: str = "",
          unit: str = "") -> Chart:  # fmt: skip
    """Return squares of `size` degrees on the outlines of the pack's areas, by their south-western corners."""
    told = [Series("", [one for _x, _y, one in squares])]
    data = [_datum(one, [round(x, 6), round(y, 6), one.value]) for x, y, one in squares]
    geo = {
        "map": "areas", "nameProperty": "code", "aspectScale": 0.86, **_MIDDLE, "silent": True,
        "itemStyle": {"areaColor": "--ground", "borderColor": "--edge"}, "label": {"show": False},
    }  # fmt: skip
    series = {
        "type": "custom",
        "coordinateSystem": "geo",
        "cell": size,
        "data": data,
        "cursor": _cursor(told[0].points),
    }
    option = {**_BASE, "visualMap": {**_scale(_ends(told), unit), "dimension": 2}, "geo": geo, "series": [series]}
    return Chart(option, *_table(told, head), height=560, level=level)


def weekdays_and_hours(cells: Mapping[tuple[int, int], Point], *, head: str = "") -> Chart:
    """Return weekday (0 is Monday) by hour, the darker the more."""
    days = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    empty = Point("", None)
    rows = [
        Series(name, [_renamed(cells.get((day, hour), empty), f"{hour}") for hour in range(24)])
        for day, name in enumerate(days)
    ]  # fmt: skip
    return heat(rows, head=head)


def _renamed(one: Point, label: str) -> Point:
    return Point(label, one.value, one.text, one.url)


# -- parts of an option -----------------------------------------------------------------------------------------------

_LIT: Final = {"borderColor": "--ink", "borderWidth": 1, "areaColor": "inherit"}
_TOOLTIP: Final = {
    "show": True, "trigger": "item", "renderMode": "richText", "confine": True, "backgroundColor": "--card",
    "borderColor": "--edge", "textStyle": {"color": "--ink", "fontSize": 13},
    "axisPointer": {"lineStyle": {"color": "--edge"}},
}  # fmt: skip
_BASE: Final[Option] = {"animation": False, "textStyle": {"color": "--ink"}, "tooltip": _TOOLTIP}
_NEARLY_ALL: Final = 60
#: A map as large as fits above its key.
_MIDDLE: Final = {"layoutCenter": ["50%", "45%"], "layoutSize": "86%"}
#: Height of a year in a calendar (pixels); up to so many days its squares do not grow with the page.
_BAND: Final = 132
_SHORT: Final = 100


def _plane(series: Sequence[Series], unit: str) -> Option:
    """The frame of lines and bars; a legend only where there is more than one."""
    many = len(series) > 1
    legend = {"show": many, "top": 0, "left": 0, "type": "scroll", "textStyle": {"color": "--ink"}, "itemWidth": 18}
    grid = {"top": 40 if many else 16, "right": 56 if unit else 40, "bottom": 8, "left": 16, "containLabel": True}
    return {**_BASE, "legend": legend, "grid": grid}


def _names(labels: Sequence[str], *, across: bool = False, gap: bool = True) -> Option:
    label: Option = {"color": "--muted", "hideOverlap": not across}
    if across:
        label |= {"width": 132, "overflow": "truncate", "interval": 0, "color": "--ink"}
    return {
        "type": "category", "data": list(labels), "inverse": across, "boundaryGap": gap, "axisLabel": label,
        "axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": "--edge"}},
    }  # fmt: skip


def _top(series: Sequence[Series]) -> float:
    return max((point.value for one in series for point in one.points if point.value is not None), default=0.0)


def _values(unit: str, top: float) -> Option:
    full = {"max": 100, "interval": 20} if unit == "%" and _NEARLY_ALL < top <= 100 else {}  # noqa: PLR2004 - per cent
    return {
        "type": "value", **(full or {"minInterval": 0 if unit else 1}), "splitNumber": 4,
        "axisLabel": {"color": "--muted", "formatter": f"{{value}}{unit}", "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": "--line"}},
    }  # fmt: skip


def _line(one: Series, place: int, series: Sequence[Series], *, area: bool) -> Option:
    colour, kind = _LINES[place % len(_LINES)]
    name = one.name if len(series) > 1 else ""
    return {
        "type": "line", "name": one.name, "data": [_datum(point, point.value, name) for point in one.points],
        "symbol": "circle", "symbolSize": 6, "showSymbol": len(one.points) <= DOTTED, "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "type": kind, "width": 2}, **({"areaStyle": {"opacity": 0.08}} if area else {}),
    }  # fmt: skip


def _bars(one: Series, place: int, series: Sequence[Series], label: Option) -> Option:
    name = one.name if len(series) > 1 else ""
    data = [{**_datum(point, point.value, name), "label": {"formatter": point.said}} for point in one.points]
    return {
        "type": "bar", "name": one.name, "data": data, "barMaxWidth": 20, "label": label,
        "itemStyle": {"color": _LINES[place % len(_LINES)][0], "borderRadius": 2}, "cursor": _cursor(one.points),
    }  # fmt: skip


def _field(data: list[Option]) -> Option:
    style = {"borderColor": "--card", "borderWidth": 2, "borderRadius": 2}
    emphasis = {"itemStyle": {"borderColor": "--ink", "borderWidth": 1}}
    return {"type": "heatmap", "data": data, "itemStyle": style, "emphasis": emphasis}


def _band(place: int, year: int, first: date, last: date) -> Option:
    """One year of a calendar."""
    begin, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
    short = (end - begin).days < _SHORT
    days = [_("日"), _("一"), _("二"), _("三"), _("四"), _("五"), _("六")]
    return {
        "top": 28 + place * _BAND, "left": 48, "cellSize": [22, 14] if short else ["auto", 14],
        **({} if short else {"right": 8}),
        "range": [begin.isoformat(), end.isoformat()], "splitLine": {"lineStyle": {"color": "--edge", "width": 1}},
        "itemStyle": {"color": "--ground", "borderColor": "--card", "borderWidth": 2},
        "dayLabel": {"firstDay": 1, "nameMap": days, "color": "--muted", "fontSize": 11},
        "monthLabel": {"nameMap": [_("%(n)s月") % {"n": n} for n in range(1, 13)], "color": "--muted", "fontSize": 11},
        "yearLabel": {"show": True, "color": "--muted", "fontSize": 12, "margin": 26},
    }  # fmt: skip


def _scale(ends: tuple[float, float], unit: str = "") -> Option:
    """The key of light and dark."""
    return {
        "type": "continuous", "min": ends[0], "max": ends[1], "orient": "horizontal", "left": "center", "bottom": 0,
        "calculable": False, "itemWidth": 10, "itemHeight": 120, "inRange": {"color": ["--line", "--accent"]},
        "textStyle": {"color": "--muted"}, "text": [f"{ends[1]:,g}{unit}", f"{ends[0]:,g}{unit}"],
    }  # fmt: skip


def _ends(series: Sequence[Series]) -> tuple[float, float]:
    values = [one.value for row in series for one in row.points if one.value is not None]
    low, high = min(values, default=0), max(values, default=1)
    low = 0 if low >= 0 and low * 3 < high else low
    return round(low, 2), round(high if high > low else low + 1, 2)


def _datum(one: Point, value: Any, name: str = "") -> Option:
    said = f"{name}  {one.said}" if name else one.said
    return {"name": one.label, "value": value, "said": said, **({"url": one.url} if one.url else {})}


def _cursor(points: Sequence[Point]) -> str:
    return "pointer" if any(one.url for one in points) else "default"


def _labels(series: Sequence[Series]) -> list[str]:
    return [one.label for one in series[0].points] if series else []


def _table(series: Sequence[Series], head: str) -> tuple[tuple[str, ...], tuple[tuple[Point, ...], ...]]:
    """The same in a table: a row for each label, a column for each series."""
    heads = (head, *((one.name or _("数值")) for one in series))
    rows = zip(*(one.points for one in series), strict=True)
    return heads, tuple((Point(row[0].label, None, row[0].label), *row) for row in rows)
