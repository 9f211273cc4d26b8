"""Charts as data: nothing but tokens for colours, a table that says the same, every datum with its address."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.template import Context, Template

from open12345.ui import charts
from open12345.ui.charts import Chart, Point, Series

DAYS = [date(2025, 12, 1) + timedelta(days=n) for n in range(60)]


def _points(count: int) -> list[Point]:
    return [Point(f"<b>{n}</b>", n * 1.5, f"{n * 1.5} %", f"/facts/orders/?unit=u{n}") for n in range(count)]


def _made() -> dict[str, Chart]:
    two = [Series("今年", _points(5)), Series("去年", [Point("x", None)] * 5)]
    return {
        "line": charts.line(two, unit="%"), "bar": charts.bar(_points(30)),
        "columns": charts.bar(_points(3), across=False), "grouped": charts.grouped(two), "heat": charts.heat(two),
        "calendar": charts.calendar({day: Point("", n, url="/x") for n, day in enumerate(DAYS)}),
        "hours": charts.weekdays_and_hours({(0, 8): Point("", 3), (6, 23): Point("", 9)}),
        "map": charts.area_map({"310117107": Point("九亭镇", 4.0, "4", "/y")}, level="street"),
    }  # fmt: skip


MADE = _made()


def _strings(part: Any) -> Iterator[tuple[str, str]]:
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(value, dict | list | tuple):
            yield from _strings(value)
        elif isinstance(value, str):
            yield str(key), value


@pytest.mark.parametrize("kind", MADE)
def test_colours_are_tokens_and_never_those_of_time(kind: str) -> None:
    option = json.loads(json.dumps(MADE[kind].option))
    colours = [value for key, value in _strings(option) if "olor" in key or value.startswith(("#", "rgb"))]
    assert colours
    assert all(re.fullmatch(r"--(accent|muted|ink|edge|line|card|ground)|inherit", colour) for colour in colours), (
        colours
    )


@pytest.mark.parametrize("kind", MADE)
def test_the_table_beside_a_chart_holds_every_value(kind: str) -> None:
    chart = MADE[kind]
    page = Template("{% load charts %}{% chart it id='one' label='说明' %}").render(Context({"it": chart}))
    assert 'aria-label="说明"' in page
    assert "<b>" not in page
    drawn = json.loads(re.search(r'<script id="one-option"[^>]*>(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    data = [datum for series in drawn["series"] for datum in series["data"] if datum["value"] is not None]
    table = page.partition("<table")[2]
    for datum in data:
        assert datum["said"].rpartition("  ")[2] in table
        if "url" in datum:
            assert f'href="{datum["url"]}"' in table
    assert re.search(r"\son\w+=|style=", page) is None


def test_a_calendar_over_the_turn_of_the_year_has_two_bands() -> None:
    bands = MADE["calendar"].option["calendar"]
    assert [band["range"][0] for band in bands] == ["2025-12-01", "2026-01-01"]
    assert [len(series["data"]) for series in MADE["calendar"].option["series"]] == [31, 29]
