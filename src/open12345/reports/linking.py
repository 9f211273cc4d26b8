"""From a figure of a paper to the orders that it counts, and a paper's parts with these links, for the web view."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.urls import reverse

from open12345.facts import links
from open12345.facts.cuts import Cut
from open12345.facts.dimensions import DIMENSIONS
from open12345.facts.metrics import BY_CODE
from open12345.facts.periods import period
from open12345.facts.queries import View
from open12345.reports import shape
from open12345.reports.writing import Content
from open12345.ui import charts
from open12345.ui.charts import Point, Series

Json = dict[str, Any]
_DAY_LENGTH = 10


def url_of(query: Json) -> str:
    """Return where the orders behind a figure are listed; of papers issued, the register."""
    if query["metric"] == "issued":
        first, _, last = query["period"].partition("..")
        kind = query["where"].get("kind", "")
        return f"{reverse('reports:register')}?kind={kind}" + (f"&year={first[:4]}" if not last else "")
    if query["metric"] not in BY_CODE or not set(query["where"]) <= set(DIMENSIONS):
        return ""
    where = tuple((name, _value(value)) for name, value in query["where"].items())
    view = View(adjudicated=bool(query.get("adjudicated")), basis=query.get("basis") or None)
    cut = Cut(query["metric"], period(query["period"]), (), where, basis=query.get("basis") or None)
    return links.figure_url(cut, view=view)


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_value(one) for one in value)
    if isinstance(value, str) and len(value) == _DAY_LENGTH and value[4] == value[7] == "-":
        return date.fromisoformat(value)
    return value


def linked(content: Content, *, drafting: bool = False) -> list[Json]:
    """Return the parts of a paper with the addresses of its figures and charts that can be clicked."""
    parts, tables, drawn = [], 0, 0
    for block in shape.parts(content, drafting=drafting):
        shown = dict(block)
        if block["type"] == "text":
            shown["lines"] = [{**line, "pieces": _pieces(line["runs"])} for line in block["lines"]]
        elif block["type"] == "table":
            tables += 1
            shown |= {"number": tables, "rows": [[_cell(cell) for cell in row] for row in block["rows"]]}
        elif block["type"] == "chart":
            drawn += 1
            shown |= {"number": drawn, "chart": _chart(block), "id": f"chart-{drawn}"}
        parts.append(shown)
    return parts


def _pieces(runs: list[shape.Run]) -> list[Json]:
    """Put the runs of one figure together: nobody types between them."""
    return [{"name": name, "runs": [_run(run) for run in some]} for name, some in groupby(runs, lambda run: run.group)]


def _run(run: shape.Run) -> Json:
    return {"text": run.text, "name": run.name, "url": url_of(run.value["query"]) if run.value else ""}


def _cell(cell: Json) -> Json:
    if "o" in cell:
        return {**cell, "url": reverse("orders:page", args=[cell["o"]])}
    return {**cell, "url": url_of(cell["q"]) if "q" in cell else ""}


def _chart(block: Json) -> charts.Chart:
    series = []
    for place, one in enumerate(block["series"]):
        points = zip(block["labels"], one["values"], block["queries"], strict=True)
        series.append(Series(one["name"], [Point(label, value, f"{value:g}", url_of(query) if place == 0 else "")
                                           for label, value, query in points]))  # fmt: skip
    if block["shape"] == "line":
        return charts.line(series)
    if len(series) > 1:
        return charts.grouped(series)
    return charts.bar(series[0].points, name=series[0].name, across=len(block["labels"]) > 6)  # noqa: PLR2004 - few names stand
