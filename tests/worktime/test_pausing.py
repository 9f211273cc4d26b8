from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.worktime import Calendar, Limit, Unit, add, measure, resume, used_share

from .builders import CALENDARS, OFFICE, moments, on

UNITS = st.sampled_from(list(Unit))
LIMITS = st.sampled_from([Limit.parse(text) for text in ("3 wd", "1 wd", "9 wh", "30 h", "4 d", "today")])


@pytest.mark.parametrize(
    ("due", "paused", "resumed", "unit", "new"),
    [
        # a working day is lost when its close fell into the pause
        ("2026-09-16 17:30", "2026-09-14 10:00", "2026-09-14 17:00", Unit.WD, "2026-09-16 17:30"),
        ("2026-09-16 17:30", "2026-09-14 10:00", "2026-09-15 09:00", Unit.WD, "2026-09-17 17:30"),
        ("2026-09-16 17:30", "2026-09-14 18:00", "2026-09-15 08:00", Unit.WD, "2026-09-16 17:30"),
        ("2026-09-30 17:30", "2026-09-29 10:00", "2026-10-08 10:00", Unit.WD, "2026-10-09 17:30"),
        ("2026-09-16 17:30", "2026-09-16 10:00", "2026-09-17 18:00", Unit.WD, "2026-09-18 17:30"),
        # a due that another platform gave keeps its time of day
        ("2026-09-16 10:00", "2026-09-14 10:00", "2026-09-15 09:00", Unit.WD, "2026-09-17 10:00"),
        # what was left in working hours is left after the pause
        ("2026-09-14 15:30", "2026-09-14 14:30", "2026-09-15 08:00", Unit.WH, "2026-09-15 10:00"),
        ("2026-09-30 17:30", "2026-09-30 16:30", "2026-10-02 10:00", Unit.WH, "2026-10-08 10:00"),
        ("2026-09-14 15:30", "2026-09-14 14:30", "2026-09-14 14:40", Unit.H, "2026-09-14 15:40"),
        ("2026-09-14 15:30", "2026-09-14 14:30", "2026-09-14 14:40", Unit.MIN, "2026-09-14 15:40"),
        # calendar days move by the midnights slept through
        ("2026-09-17 00:00", "2026-09-14 10:00", "2026-09-16 08:00", Unit.D, "2026-09-19 00:00"),
        (
            "2026-09-15 00:00",
            "2026-09-14 10:00",
            "2026-09-14 12:00",
            Unit.TODAY,
            "2026-09-15 00:00",
        ),
        # who was late stays late
        ("2026-09-14 17:30", "2026-09-15 10:00", "2026-09-16 10:00", Unit.WD, "2026-09-14 17:30"),
    ],
)
def test_a_pause_moves_the_due_moment(due: str, paused: str, resumed: str, unit: Unit, new: str) -> None:
    assert resume(OFFICE, on(due), on(paused), on(resumed), unit) == on(new)


@given(CALENDARS, moments(days=10), LIMITS, st.floats(0, 1), moments())
def test_a_pause_never_takes_time_away_and_never_makes_late(
    cal: Calendar, start: datetime, limit: Limit, share: float, resumed: datetime
) -> None:
    due = add(cal, start, limit)
    paused = start + (due - start) * share
    if not paused < due or resumed < paused:
        return
    new = resume(cal, due, paused, resumed, limit.unit)
    assert new >= due
    assert new >= resumed
    if limit.unit in {Unit.WH, Unit.H}:
        left = measure(cal, paused, due, limit.unit)
        assert measure(cal, resumed, new, limit.unit) == left


@given(CALENDARS, moments(), moments(), UNITS)
def test_a_pause_of_no_length_changes_nothing(cal: Calendar, due: datetime, paused: datetime, unit: Unit) -> None:
    assert resume(cal, due, paused, paused, unit) == due


@given(CALENDARS, moments(days=10), LIMITS, st.lists(moments(), min_size=3, max_size=3))
def test_two_pauses_back_to_back_are_one(cal: Calendar, start: datetime, limit: Limit, times: list[datetime]) -> None:
    paused, between, resumed = sorted(times)
    due = add(cal, start, limit)
    if paused >= due:
        return
    halves = resume(cal, due, paused, between, limit.unit)
    if between < halves:
        halves = resume(cal, halves, between, resumed, limit.unit)
        assert halves == resume(cal, due, paused, resumed, limit.unit)


def test_resuming_before_pausing_is_refused() -> None:
    with pytest.raises(ValueError, match="before paused"):
        resume(OFFICE, on("2026-09-16 17:30"), on("2026-09-15 10:00"), on("2026-09-14 10:00"), Unit.WD)


@given(CALENDARS, moments(days=10), LIMITS, moments(), moments())
def test_the_share_used_grows_from_nothing_to_one(
    cal: Calendar, start: datetime, limit: Limit, one: datetime, other: datetime
) -> None:
    due = add(cal, start, limit)
    earlier, later = sorted((one, other))
    first, second = (used_share(cal, start, due, now, limit.unit) for now in (earlier, later))
    assert 0 <= first <= second
    assert used_share(cal, start, due, start, limit.unit) == 0
    assert used_share(cal, start, due, due, limit.unit) == pytest.approx(1)
    assert later > due or second <= 1


def test_a_weekend_uses_nothing_of_a_working_limit() -> None:
    start, due = on("2026-09-11 13:30"), on("2026-09-14 17:30")
    friday, sunday = (
        used_share(OFFICE, start, due, now, Unit.WD) for now in (on("2026-09-11 17:30"), on("2026-09-13 20:00"))
    )
    assert friday == sunday == pytest.approx(4 / 11)


def test_a_limit_of_no_length_is_used_up_when_it_is_due() -> None:
    start = on("2026-09-12 10:00")  # a Saturday, due on the Sunday by another platform
    due = start + timedelta(days=1)
    assert used_share(OFFICE, start, due, start + timedelta(hours=1), Unit.WD) == 0
    assert used_share(OFFICE, start, due, due, Unit.WD) == 1
