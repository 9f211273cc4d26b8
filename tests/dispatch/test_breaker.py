"""The circuit breaker as a machine: what it lets through, when it opens, how it comes back (DIS-06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.dispatch.automatic import breaker
from open12345.dispatch.automatic.breaker import LONGEST, Cause, Standing, State, Window
from open12345.policy.dispatching import BreakerRule
from open12345.worktime import SHANGHAI

pytestmark = pytest.mark.function("DIS-06")

NOON = datetime(2025, 6, 26, 12, 0, tzinfo=SHANGHAI)
RULE = BreakerRule(window=10, least=5, floor=0.8, pause_minutes=60, sample=0.5, probes=3)


@st.composite
def rules(draw: st.DrawFn) -> BreakerRule:
    window = draw(st.integers(5, 30))
    return BreakerRule(
        window=window,
        least=draw(st.integers(3, window)),
        floor=draw(st.sampled_from([0.0, 0.5, 0.8, 0.9, 1.0])),
        pause_minutes=draw(st.integers(1, 120)),
        sample=draw(st.sampled_from([0.0, 0.2, 0.5, 1.0])),
        probes=draw(st.integers(1, 12)),
    )


class Road:
    """One breaker on its way: orders come, go if they may, and end some day; what a room keeps in rows, in lists."""

    def __init__(self, rule: BreakerRule) -> None:
        self.rule, self.at, self.standing = rule, NOON, Standing()
        self.sent: list[tuple[int, bool]] = []  # (dispatch, probe) of which nothing is known yet
        self.ended: list[tuple[int, bool]] = []  # (dispatch, right), newest first
        self.after = self.number = 0
        self.changes: list[breaker.Step] = []

    def window(self) -> Window:
        since = tuple(right for one, right in self.ended if one > self.after)
        return Window(since, sum(1 for one, _probe in self.sent if one > self.after))

    def take(self, step: breaker.Step | None) -> None:
        if step is not None:
            self.standing = Standing(step.state, self.at, step.forced, step.fails)
            self.after = self.number
            self.changes.append(step)

    def order(self, draw: float) -> breaker.Admission:
        self.take(breaker.wake(self.rule, self.standing, self.at))
        told = breaker.admit(self.rule, self.standing, self.window(), draw)
        if told.allowed:
            self.number += 1
            self.sent.append((self.number, told.probe))
        return told

    def end(self, place: int, *, right: bool) -> None:
        if self.sent:
            one, _probe = self.sent.pop(place % len(self.sent))
            self.ended.insert(0, (one, right))
            self.take(breaker.judge(self.rule, self.standing, self.window()))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.floats(0, 1, exclude_max=True)),
        st.tuples(st.just("right"), st.integers(0, 50)),
        st.tuples(st.just("wrong"), st.integers(0, 50)),
        st.tuples(st.just("wait"), st.integers(1, 500)),
        st.tuples(st.just("force"), st.sampled_from([State.OPEN, State.CLOSED, None])),
    ),
    max_size=150,
)


def walk(road: Road, what: str, much: object) -> breaker.Admission | None:
    if what == "order":
        return road.order(float(str(much)))
    if what == "wait":
        road.at += timedelta(minutes=int(str(much)))
    elif what == "force":
        road.take(breaker.force(much) if isinstance(much, State) else breaker.release(road.standing))
    else:
        road.end(int(str(much)), right=what == "right")
    return None


@given(rules(), STEPS)
def test_on_any_road_nothing_goes_while_open_and_only_sampled_probes_while_half_open(
    rule: BreakerRule, steps: list[tuple[str, object]]
) -> None:
    road = Road(rule)
    for what, much in steps:
        told = walk(road, what, much)
        state = road.standing.state
        if told is not None and told.allowed:
            assert state is not State.OPEN
            assert told.probe is (state is State.HALF_OPEN)
            assert not told.probe or float(str(much)) < rule.sample
        if state is State.HALF_OPEN:
            probes = road.window()
            assert probes.outstanding + len(probes.outcomes) <= rule.probes
            assert all(probes.outcomes)


@given(rules(), STEPS)
def test_on_any_road_it_closes_only_by_probes_kept_in_a_row_and_by_a_persons_word(
    rule: BreakerRule, steps: list[tuple[str, object]]
) -> None:
    road = Road(rule)
    for what, much in steps:
        before, held, made = road.standing, road.window(), len(road.changes)
        walk(road, what, much)
        for step in road.changes[made:]:
            if before.forced:
                assert step.cause in {Cause.FORCED, Cause.RELEASED}
            if step.cause is Cause.PROBES_KEPT:
                assert before.state is State.HALF_OPEN
                assert all(held.outcomes)
                assert len(held.outcomes) == rule.probes - 1
                assert what == "right"
            elif step.state is State.CLOSED:
                assert step.cause in {Cause.FORCED, Cause.RELEASED}
            if step.cause is Cause.TRIPPED:
                assert step.figures["rate"] < rule.floor
                assert step.figures["outcomes"] >= rule.least
        if len(road.changes) > made:
            assert not road.window().outcomes  # nothing of before counts


@given(rules(), st.integers(0, 20))
def test_a_pause_doubles_with_each_probe_that_fails_up_to_a_cap(rule: BreakerRule, fails: int) -> None:
    first = breaker.pause(rule, 0)
    assert first == timedelta(minutes=rule.pause_minutes)
    assert breaker.pause(rule, fails) == min(first * 2**fails, first * LONGEST)


def test_the_longest_pause_that_a_pack_may_ask_for_ends_some_day() -> None:
    longest = max(one.le for one in BreakerRule.model_fields["pause_minutes"].metadata if hasattr(one, "le"))
    open_now = Standing(State.OPEN, NOON, fails=99)
    assert breaker.wake(BreakerRule(pause_minutes=longest), open_now, NOON) is None


def test_it_trips_below_the_floor_when_enough_is_known_and_not_before() -> None:
    assert breaker.judge(RULE, Standing(), Window((False,) * 4)) is None
    step = breaker.judge(RULE, Standing(), Window((False, False, True, True, True)))
    assert step is not None
    assert (step.state, step.cause) == (State.OPEN, Cause.TRIPPED)
    assert step.figures == {
        "outcomes": 5, "bad": 2, "rate": 0.6, "floor": 0.8, "least": 5, "pause_minutes": 60,
    }  # fmt: skip
    assert breaker.judge(RULE, Standing(), Window((False, *(True,) * 4))) is None  # at the floor, not below it


def test_only_the_newest_outcomes_stand_in_the_window() -> None:
    assert breaker.judge(RULE, Standing(), Window((*(True,) * 10, *(False,) * 10))) is None


def test_it_half_opens_when_the_pause_is_over_and_a_failed_probe_makes_the_next_pause_longer() -> None:
    opened = Standing(State.OPEN, NOON)
    assert breaker.wake(RULE, opened, NOON + timedelta(minutes=59)) is None
    half = breaker.wake(RULE, opened, NOON + timedelta(minutes=60))
    assert half is not None
    assert half.state is State.HALF_OPEN
    again = breaker.judge(RULE, Standing(State.HALF_OPEN, NOON), Window((False, True)))
    assert again is not None
    assert (again.cause, again.fails, again.figures["pause_minutes"]) == (Cause.PROBE_FAILED, 1, 120)
    rested = Standing(State.OPEN, NOON, fails=again.fails)
    assert breaker.wake(RULE, rested, NOON + timedelta(minutes=119)) is None
    assert breaker.wake(RULE, rested, NOON + timedelta(minutes=120)) is not None


def test_what_a_person_holds_stays_until_it_is_released() -> None:
    held = Standing(State.CLOSED, NOON, forced=True)
    assert breaker.judge(RULE, held, Window((False,) * 10)) is None
    assert breaker.admit(RULE, held, Window((False,) * 10), 0.99).allowed
    shut = replace(held, state=State.OPEN)
    assert breaker.wake(RULE, shut, NOON + timedelta(days=9)) is None
    back = breaker.release(shut)
    assert back is not None
    assert back.state is State.HALF_OPEN  # it comes back by sampling
    plain = breaker.release(shut, sampling=False)
    assert plain is not None
    assert plain.state is State.CLOSED
    assert breaker.release(Standing()) is None
    with pytest.raises(ValueError, match="forced open or closed"):
        breaker.force(State.HALF_OPEN)
