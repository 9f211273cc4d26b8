"""Shares become whole numbers: nothing lost, nothing above its bound, drawn the same by the same dice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.simulate.planning.quotas import below, choose, draw, largest_remainder, scatter

WEIGHTS = st.lists(st.floats(0, 1000, allow_nan=False), min_size=1, max_size=40)


@given(total=st.integers(0, 300_000), weights=WEIGHTS)
def test_the_parts_sum_to_the_whole_and_are_off_by_less_than_one(total: int, weights: list[float]) -> None:
    parts = largest_remainder(total, weights)
    assert int(parts.sum()) == total
    whole = sum(weights)
    if whole > 1e-6:
        exact = np.array(weights) * total / whole
        assert (np.abs(parts - exact) < 1 + 1e-6).all()


@given(total=st.integers(0, 5000), weights=WEIGHTS, spare=st.integers(0, 50))
def test_no_part_passes_its_bound_and_nothing_is_lost(total: int, weights: list[float], spare: int) -> None:
    most = -(-total // len(weights)) + spare
    parts = below(total, weights, most)
    assert int(parts.sum()) == total
    assert int(parts.max()) <= most


def test_a_bound_that_cannot_hold_the_total_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        below(10, [1, 1, 1], 3)


@pytest.mark.parametrize(("total", "weights"), [(-1, [1.0]), (5, []), (5, [1.0, -0.5])])
def test_what_cannot_be_divided_is_refused(total: int, weights: list[float]) -> None:
    with pytest.raises(ValueError, match="cannot divide"):
        largest_remainder(total, weights)


@given(count=st.integers(0, 60), seed=st.integers(0, 9))
def test_a_draw_has_its_number_without_repetition(count: int, seed: int) -> None:
    candidates = np.arange(100, 160)
    chosen = choose(np.random.default_rng(seed), candidates, np.linspace(0, 3, 60), count)
    assert len(set(chosen.tolist())) == count
    assert set(chosen.tolist()) <= set(candidates.tolist())
    assert (np.diff(chosen) > 0).all()


def test_heavier_candidates_are_drawn_more_often_and_those_of_no_weight_last() -> None:
    weights = np.array([1.0] * 50 + [9.0] * 50 + [0.0] * 50)
    chosen = choose(np.random.default_rng(1), np.arange(150), weights, 40)
    assert (chosen >= 100).sum() == 0
    assert (chosen >= 50).sum() > 25
    assert (choose(np.random.default_rng(1), np.arange(150), weights, 120) >= 100).sum() == 20


def test_too_few_candidates_are_refused() -> None:
    with pytest.raises(ValueError, match="4 wanted, 3 there"):
        choose(np.random.default_rng(1), np.arange(3), None, 4)


def test_scattered_options_have_exact_numbers_and_drawn_ones_nearly() -> None:
    found = scatter(np.random.default_rng(3), 1000, [5, 3, 2])
    assert np.bincount(found).tolist() == [500, 300, 200]
    assert np.abs(np.bincount(draw(np.random.default_rng(3), 10_000, [5, 3, 2])) / 1000 - [5, 3, 2]).max() < 0.3
