"""Addresses of figures: they read back as they were written, and what they cannot mean is named."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from open12345.facts import links
from open12345.facts.cuts import Cut
from open12345.facts.dimensions import DIMENSIONS
from open12345.facts.links import BadQuestion
from open12345.facts.metrics import METRICS
from open12345.facts.periods import period
from open12345.facts.queries import View

_TEXT = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=12)


_FIRST_DAYS: dict[str, Callable[[date], date]] = {
    "year": lambda day: date(day.year, 1, 1),
    "quarter": lambda day: date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
    "month": lambda day: day.replace(day=1),
    "week": lambda day: day - timedelta(days=day.weekday()),
}


def _keys(name: str) -> st.SearchStrategy[object]:
    if DIMENSIONS[name].step:
        days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
        return days.map(lambda day: _FIRST_DAYS[name](day) if name in _FIRST_DAYS else day)
    if name in {"cell_x", "cell_y"}:
        return st.none() | st.integers(-40_000, 40_000)
    if name in {"hour", "weekday", "anonymous", "enterprise", "confidential", "point_to_point", "repeat"}:
        return st.integers(0, {"hour": 23, "weekday": 6}.get(name, 1))
    return _TEXT


@st.composite
def _cuts(draw: st.DrawFn) -> Cut:
    names = draw(st.lists(st.sampled_from(sorted(DIMENSIONS)), max_size=3, unique=True))
    where = []
    for name in names:
        some = draw(st.lists(_keys(name), min_size=1, max_size=3, unique=True))
        where.append((name, some[0] if len(some) == 1 else tuple(some)))
    by = draw(st.lists(st.sampled_from(sorted(DIMENSIONS)), max_size=2, unique=True))
    over = draw(
        st.sampled_from(["2022", "2022-H1", "2022-Q3", "2022-04", "2022-W15", "2022-04-12", "2022-01-03..2022-02-01"])
    )
    return Cut(draw(st.sampled_from([one.code for one in METRICS])), period(over), tuple(by), tuple(where))


@given(cut=_cuts(), part=st.sampled_from(links.PARTS), adjudicated=st.booleans(), day=st.none() | st.dates())
@pytest.mark.function("KPI-04")
def test_an_address_reads_back_as_it_was_written(cut: Cut, part: str, adjudicated: bool, day: date | None) -> None:
    view = View(as_of=day, adjudicated=adjudicated)
    read = links.read(QueryDict(links.figure_url(cut, part, view).partition("?")[2]))  # type: ignore[arg-type]
    assert (read.metric, read.period, read.part, read.view) == (cut.metric, cut.period, part, view)
    assert tuple(read.where.items()) == cut.where
    assert links.read(QueryDict(links.explore_url(cut, view).partition("?")[2])).by == cut.by


@pytest.mark.parametrize(
    ("query", "what"),
    [("metric=nonsense&period=2022", "metric"), ("metric=orders&period=May", "period"),
     ("metric=orders&period=2022&part=all", "part"), ("metric=orders&period=2022&as_of=today", "as_of"),
     ("metric=orders&period=2022&by=colour", "by"), ("metric=orders&period=2022&basis=x", "basis"),
     ("metric=orders&period=2022&hour=noon", "hour"),
     ("metric=orders&period=2022&hour=24", "hour"), ("metric=orders&period=2022&repeat=2", "repeat"),
     ("metric=orders&period=2022&month=2022-04-12", "month"),
     ("metric=orders&period=2022-06-30..2022-01-01", "ends"), ("metric=orders&period=0001-W01", "period"),
     ("metric=orders&period=9999-W52", "period"), ("metric=orders&period=2022&unit=a%00b", "unit"),
     (f"metric=orders&period=2022&unit={'x' * 201}", "unit"),
     ("metric=orders&period=2022&month=2022-13-01", "month")],
)  # fmt: skip
def test_what_an_address_cannot_mean_is_named(query: str, what: str) -> None:
    with pytest.raises(BadQuestion) as told:
        links.read(QueryDict(query))
    assert told.value.what == what
