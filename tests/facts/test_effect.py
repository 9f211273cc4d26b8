"""Before and after a day (INS-12): the difference of differences, its interval, and what is said of it."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from open12345.facts import services
from open12345.facts.explorer.effect import FEWEST, effect, spans
from open12345.facts.metrics import metric
from open12345.facts.queries import Figure, Line
from tests.cast import Town
from tests.facts.looking import look, text
from tests.orders.walks import dispatched

DAY, TODAY = date(2025, 6, 1), date(2025, 7, 31)
RATE, VOLUME = metric("contacted_in_time"), metric("orders")


def _lines(
    days: int, before: tuple[int, int], after: tuple[int, int], control: tuple[int, int], then: tuple[int, int]
) -> list[Line]:
    """The same day again and again, on each side of the day: above and below, this year and last."""

    def of(pair: tuple[int, int]) -> Figure:
        return Figure(pair[0], pair[1], RATE.value(*pair))

    return [
        Line((DAY + timedelta(days=n),), ("",), of(before if n < 0 else after), None, of(control if n < 0 else then))
        for n in range(-days, days)
    ]


@pytest.mark.function("INS-12")
def test_what_last_year_did_too_is_no_effect() -> None:
    found = spans(DAY, 30, TODAY)
    assert found
    told = effect(RATE, _lines(30, (80, 100), (90, 100), (70, 100), (80, 100)), found)
    assert told.change == pytest.approx(10)
    assert told.control == pytest.approx(10)
    assert told.difference == pytest.approx(0)
    assert told.verdict == "unclear"


@pytest.mark.function("INS-12")
@pytest.mark.parametrize(("after", "verdict"), [(90, "up"), (70, "down"), (80, "unclear")])
def test_a_large_difference_is_told_by_its_direction(after: int, verdict: str) -> None:
    found = spans(DAY, 30, TODAY)
    assert found
    told = effect(RATE, _lines(30, (80, 100), (after, 100), (80, 100), (80, 100)), found)
    assert told.verdict == verdict
    assert told.low is not None
    assert told.high is not None
    assert told.difference is not None
    assert told.low < told.difference < told.high


def test_of_volumes_the_ratio_of_ratios_is_told_in_per_cent() -> None:
    found = spans(DAY, 30, TODAY)
    assert found
    told = effect(VOLUME, [Line(one.key, one.words, Figure(one.figure.numerator, None, 0), None,
                                Figure(one.year_before.numerator if one.year_before else 0, None, 0))
                           for one in _lines(30, (100, 1), (150, 1), (100, 1), (120, 1))], found)  # fmt: skip
    assert told.change == pytest.approx(50)
    assert told.control == pytest.approx(20)
    assert told.difference == pytest.approx(25)
    assert told.verdict == "up"


def test_chance_alone_is_called_an_effect_about_once_in_twenty() -> None:
    found = spans(DAY, 10, TODAY)
    assert found
    dice, called = Random(5), 0
    for _ in range(400):
        four = [[sum(dice.random() < 0.8 for _ in range(20)) for _ in range(2)] for _ in range(2)]
        pairs = [(count, 20) for row in four for count in row]
        called += effect(RATE, _lines(1, *pairs), found).verdict != "unclear"
    assert 4 <= called <= 40


def test_days_that_have_not_passed_are_not_waited_for_and_too_few_say_nothing() -> None:
    found = spans(date(2025, 7, 21), 30, TODAY)
    assert found
    assert (found.days, found.before.name, found.after.name) == (10, "2025-07-11..2025-07-20", "2025-07-21..2025-07-30")
    assert spans(TODAY - timedelta(days=FEWEST - 1), 30, TODAY) is None


@pytest.mark.function("INS-12")
def test_the_page_compares_and_says_what_it_does_not_know(watched: Town) -> None:
    dispatched(watched)
    services.refresh(watched.now)
    page = text(look(watched, "leader", "/facts/effect/?metric=orders&metric=solved&since=2025-06-20&days=14"))
    assert page.count("变化之差") >= 2
    assert "数据不够" in page
    assert "part=" not in page
    assert "太少" in text(look(watched, "leader", "/facts/effect/?since=2999-01-01"))
