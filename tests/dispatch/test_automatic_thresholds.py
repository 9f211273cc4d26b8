"""A threshold is promised only where past orders prove it; few orders follow those of the category above."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.dispatch.automatic.thresholds import LEAST, Seeker, Trial, lower_bound, smallest, tally, upper_bound
from open12345.policy import Pack
from tests.cast import jiuting

pytestmark = pytest.mark.function("DIS-16")


def trials(right: int, wrong: int = 0, *, at: float = 0.9, category: str = "A0101") -> list[Trial]:
    """So many right and wrong ones of one probability."""
    made = [Trial(category, at, right=True, by_people=True)] * right
    return made + [Trial(category, at, right=False, by_people=True)] * wrong


@pytest.fixture(scope="module")
def pack() -> Pack:
    return jiuting()


def test_five_of_five_prove_nothing() -> None:
    assert lower_bound(5, 5) == pytest.approx(0.649, abs=0.001)
    assert smallest(trials(5), 0.95) is None
    assert smallest(trials(51), 0.95) is None
    assert smallest(trials(52), 0.95) is not None


def test_the_smallest_probability_from_which_enough_were_right_is_found() -> None:
    found = smallest([*trials(200, 2, at=0.95), *trials(60, 3, at=0.8), *trials(40, 30, at=0.6)], 0.95)
    assert found is not None
    assert (found.threshold, found.above, found.right) == (0.8, 265, 260)
    assert found.bound >= 0.95


def test_whoever_looks_at_many_cuts_must_prove_more() -> None:
    """A coin that is right in 93 of 100 must hardly ever find a cut that promises 95 %."""
    dice = random.Random(7)
    found = 0
    for _ in range(400):
        made = [Trial("A0101", dice.uniform(0.4, 1), right=dice.random() < 0.93, by_people=True) for _ in range(150)]
        found += smallest(made, 0.93) is not None
    assert found / 400 <= 0.05


def test_the_more_cuts_part_the_orders_the_more_of_them_are_needed() -> None:
    spread = [Trial("A0101", 0.4 + 0.6 * n / 60, right=True, by_people=True) for n in range(60)]
    assert smallest(trials(60), 0.95) is not None
    assert smallest(spread, 0.95) is None


def test_orders_of_the_same_probability_are_not_parted() -> None:
    assert smallest([*trials(60), *trials(0, 40)], 0.9) is None


def test_wrong_at_the_top_is_no_reason_to_let_the_bottom_go() -> None:
    assert smallest([*trials(10, 30, at=0.99), *trials(50, at=0.5)], 0.95) is None


def test_a_category_with_few_orders_follows_the_one_above(pack: Pack) -> None:
    few, many = trials(8, category="A0101"), trials(200, category="A0102")
    found = Seeker(pack, [*few, *many], 0.95).of("A0101")
    assert (found.threshold, found.of, found.orders) == (0.9, "A01", 208)


def test_unless_its_own_few_orders_speak_against_that(pack: Pack) -> None:
    few, many = trials(2, 8, category="A0101"), trials(2000, category="A0102")
    seeker = Seeker(pack, [*few, *many], 0.95)
    assert seeker.of("A0101").threshold is None
    assert seeker.of("A0102").threshold == 0.9


def test_a_category_with_enough_orders_speaks_for_itself(pack: Pack) -> None:
    bad, good = trials(LEAST, LEAST, category="A0101"), trials(500, category="A0102")
    found = Seeker(pack, [*bad, *good], 0.95).of("A0101")
    assert (found.threshold, found.of, found.orders) == (None, "A0101", 2 * LEAST)


def test_nothing_known_promises_nothing(pack: Pack) -> None:
    found = Seeker(pack, [], 0.95).of("A0101")
    assert (found.threshold, found.orders) == (None, 0)


def test_what_a_threshold_would_have_done_is_counted_beside_people() -> None:
    left = Trial("A0101", None, right=False, by_people=True)
    people_wrong = Trial("A0101", 0.95, right=True, by_people=False)
    found = tally([*trials(6, 2), left, people_wrong], 0.9)
    assert (found.orders, found.by_itself, found.right) == (10, 9, 7)
    assert [found.share, found.accuracy] == [0.9, pytest.approx(7 / 9)]
    assert [found.people, found.people_there] == [0.9, pytest.approx(8 / 9)]
    nothing = tally([left], None)
    assert (nothing.share, nothing.accuracy, nothing.people_there) == (0, None, None)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_bounds_stand_around_the_share(right: int, wrong: int) -> None:
    count = right + wrong
    low, high = lower_bound(right, count), upper_bound(right, count)
    assert 0 <= low <= high <= 1 + 1e-12
    if count:
        assert low <= right / count + 1e-12
        assert high >= right / count - 1e-12


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=120), st.sampled_from([0.6, 0.8, 0.95]))
def test_what_is_promised_was_kept_by_the_orders_it_was_found_in(rows: list[tuple[int, bool]], wanted: float) -> None:
    made = [Trial("A0101", step / 20, right=right, by_people=True) for step, right in rows]
    found = smallest(made, wanted)
    if found is not None:
        told = tally(made, found.threshold)
        assert (told.by_itself, told.right) == (found.above, found.right)
        assert told.accuracy is not None
        assert told.accuracy >= wanted
