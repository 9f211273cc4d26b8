from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.worktime import (
    SHANGHAI,
    Calendar,
    Limit,
    NaiveDatetimeError,
    Skipped,
    Unit,
    add,
    deadline,
    due_day,
    extend,
    measure,
    subtract,
    used_share,
)

from .builders import CALENDARS, MIDNIGHT, OFFICE, ROUND_THE_CLOCK, WITH_OWN_DAYS, moments, on


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # working days: the starting day is not counted, close of business of the Nth
        ("2026-09-14 10:00", "1 wd", "2026-09-15 17:30"),
        ("2026-09-14 00:00", "1 wd", "2026-09-15 17:30"),
        ("2026-09-14 23:59", "1 wd", "2026-09-15 17:30"),
        ("2026-09-30 10:00", "1 wd", "2026-10-08 17:30"),
        ("2026-09-30 10:00", "5 wd", "2026-10-13 17:30"),  # over 国庆节, through 调休 on the 10th
        ("2026-10-03 10:00", "1 wd", "2026-10-08 17:30"),  # started on a holiday
        ("2026-10-09 10:00", "1 wd", "2026-10-10 17:30"),  # due on a Saturday made up
        ("2026-09-18 10:00", "1 wd", "2026-09-20 17:30"),  # and on a Sunday made up
        # working hours: 9:00-11:30, 13:00-17:30
        ("2026-09-14 10:00", "4 wh", "2026-09-14 15:30"),
        (
            "2026-09-14 09:00",
            "7 wh",
            "2026-09-14 17:30",
        ),  # the end of the day, not the next morning
        ("2026-09-14 09:00", "2.5 wh", "2026-09-14 11:30"),  # the end of the span, not 13:00
        ("2026-09-14 12:00", "1 wh", "2026-09-14 14:00"),  # started at lunch
        ("2026-09-30 17:00", "1 wh", "2026-10-08 09:30"),  # over 国庆节
        ("2026-10-03 03:00", "1 wh", "2026-10-08 10:00"),
        ("2026-09-14 10:00", "0 wh", "2026-09-14 10:00"),
        # running time
        ("2026-09-30 10:00", "24 h", "2026-10-01 10:00"),
        ("2026-09-30 23:45", "30 min", "2026-10-01 00:15"),
        ("2026-09-30 10:00", "15 d", "2026-10-16 00:00"),  # 24:00 of the 15th
        ("2026-09-30 10:00", "today", "2026-10-01 00:00"),
    ],
)
def test_due_moments_of_an_office(start: str, limit: str, due: str) -> None:
    parsed = Limit.parse(limit)
    assert add(OFFICE, on(start), parsed) == on(due)
    assert deadline(OFFICE, on(start), parsed).due == on(due)


def test_a_pack_may_close_at_midnight() -> None:
    due = add(MIDNIGHT, on("2026-09-30 10:00"), Limit.parse("1 wd"))
    assert due == on("2026-10-09 00:00")
    assert due_day(due) == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-09-29 10:00", "1 wd", "2026-09-30 11:30"),  # a half-day closes at its own time
        ("2026-09-30 10:00", "1 wd", "2026-10-04 17:30"),  # own working day inside the holiday
        ("2026-09-30 10:00", "2 wd", "2026-10-09 17:30"),  # own rest day on the 8th
        ("2026-10-11 10:00", "1 wd", "2026-10-12 15:30"),  # a half-day with its own close
        ("2026-09-30 10:00", "4 wh", "2026-10-04 11:30"),
        ("2026-10-10 17:00", "3 wh", "2026-10-13 09:30"),
    ],
)
def test_own_days_of_a_pack_move_the_due_moment(start: str, limit: str, due: str) -> None:
    assert add(WITH_OWN_DAYS, on(start), Limit.parse(limit)) == on(due)


def test_a_line_that_never_closes_counts_every_hour_of_working_days() -> None:
    due = add(ROUND_THE_CLOCK, on("2026-09-14 22:00"), Limit.parse("4 wh"))
    assert due == on("2026-09-15 02:00")


def test_every_day_left_out_is_named_with_its_reason() -> None:
    found = deadline(OFFICE, on("2026-09-30 10:00"), Limit.parse("5 wd"))
    holiday = [Skipped(date(2026, 10, day), "国庆节") for day in range(1, 8)]
    assert found.skipped == (*holiday, Skipped(date(2026, 10, 11), "周日"))
    assert found.noted == (Skipped(date(2026, 10, 10), "调休上班"),)
    assert not found.provisional


def test_nothing_is_left_out_of_running_time() -> None:
    for limit in ("24 h", "30 min", "15 d", "today"):
        found = deadline(OFFICE, on("2027-01-01 10:00"), Limit.parse(limit))
        assert (found.skipped, found.provisional) == ((), False)


def test_a_limit_that_enters_an_unknown_year_is_provisional() -> None:
    assert deadline(OFFICE, on("2035-12-01 10:00"), Limit.parse("5 wd")).provisional
    assert deadline(OFFICE, on("2035-12-01 10:00"), Limit.parse("4 wh")).provisional
    assert not deadline(OFFICE, on("2025-12-30 10:00"), Limit.parse("5 wd")).provisional


def test_working_hours_started_out_of_hours_tell_from_when_they_run() -> None:
    found = deadline(OFFICE, on("2026-09-14 19:00"), Limit.parse("1 wh"))
    assert found.runs_from == on("2026-09-15 09:00")
    assert deadline(OFFICE, on("2026-09-14 10:00"), Limit.parse("1 wh")).runs_from is None


def test_other_zones_are_read_in_the_calendar_s_own() -> None:
    evening = datetime(2026, 9, 13, 17, 0, tzinfo=UTC)  # 01:00 of the 14th in Shanghai
    found = deadline(OFFICE, evening, Limit.parse("1 wd"))
    assert (found.start, found.due) == (on("2026-09-14 01:00"), on("2026-09-15 17:30"))
    assert found.due.tzinfo is SHANGHAI


def test_moments_without_a_zone_are_refused() -> None:
    naive = datetime(2026, 9, 14, 10, 0)  # noqa: DTZ001 - what is refused
    with pytest.raises(NaiveDatetimeError, match="2026-09-14T10:00:00 has no time zone"):
        deadline(OFFICE, naive, Limit.parse("1 wd"))
    with pytest.raises(NaiveDatetimeError):
        measure(OFFICE, on("2026-09-14 10:00"), naive, Unit.H)
    with pytest.raises(NaiveDatetimeError):
        used_share(OFFICE, on("2026-09-14 10:00"), on("2026-09-15 10:00"), naive, Unit.H)


@pytest.mark.parametrize(
    ("start", "end", "unit", "length"),
    [
        ("2026-09-30 10:00", "2026-10-13 17:30", Unit.WD, "5"),
        ("2026-09-30 10:00", "2026-09-30 17:30", Unit.WD, "0"),
        ("2026-09-30 10:00", "2026-10-08 00:00", Unit.WD, "0"),  # 24:00 of the 7th
        ("2026-09-30 10:00", "2026-10-08 00:01", Unit.WD, "1"),
        ("2026-09-14 10:00", "2026-09-14 15:30", Unit.WH, "4"),
        ("2026-09-30 17:00", "2026-10-08 09:30", Unit.WH, "1"),
        ("2026-09-30 10:00", "2026-10-01 10:00", Unit.H, "24"),
        ("2026-09-30 10:00", "2026-09-30 10:20", Unit.MIN, "20"),
        ("2026-09-30 10:00", "2026-10-16 00:00", Unit.D, "15"),
        ("2026-10-08 09:30", "2026-09-30 17:00", Unit.WH, "-1"),  # backwards: late by
    ],
)
def test_lengths_in_the_units_of_a_clock(start: str, end: str, unit: Unit, length: str) -> None:
    assert measure(OFFICE, on(start), on(end), unit) == Decimal(length)


EXACT = st.sampled_from([Unit.H, Unit.WH, Unit.MIN])
LENGTHS = st.builds(
    lambda us, unit: Limit(Decimal(us) / (60_000_000 if unit is Unit.MIN else 3_600_000_000), unit),
    st.integers(0, 40 * 3_600_000_000),
    EXACT,
)


@given(CALENDARS, moments(), LENGTHS)
def test_measuring_gives_back_what_was_added(cal: Calendar, start: datetime, limit: Limit) -> None:
    assert measure(cal, start, add(cal, start, limit), limit.unit) == limit.number


@given(CALENDARS, moments(), moments(), EXACT)
def test_adding_the_measure_comes_to_the_end_of_that_working_time(
    cal: Calendar, one: datetime, other: datetime, unit: Unit
) -> None:
    start, end = sorted((one, other))
    length = measure(cal, start, end, unit)
    reached = add(cal, start, Limit(length, unit))
    assert reached <= end
    assert measure(cal, start, reached, unit) == length
    if unit is not Unit.WH:
        assert reached == end


@given(CALENDARS, moments(), LENGTHS)
def test_subtracting_leaves_exactly_the_reserve(cal: Calendar, due: datetime, limit: Limit) -> None:
    before = subtract(cal, due, limit)
    assert before <= due
    assert measure(cal, before, due, limit.unit) == limit.number


@given(CALENDARS, moments(), st.integers(1, 20))
def test_working_days_added_are_measured(cal: Calendar, start: datetime, days: int) -> None:
    due = add(cal, start, Limit(Decimal(days), Unit.WD))
    assert measure(cal, start, due, Unit.WD) == days
    assert cal.day(due_day(due)).works


@given(CALENDARS, moments(), st.integers(1, 20))
def test_working_days_subtracted_are_measured(cal: Calendar, due: datetime, days: int) -> None:
    before = subtract(cal, due, Limit(Decimal(days), Unit.WD))
    first = due_day(before)
    passed = [first + timedelta(days=n + 1) for n in range((due_day(due) - first).days)]
    last_works = cal.day(due_day(due)).works
    assert sum(cal.day(day).works for day in passed) == (days if last_works else days - 1)


@given(CALENDARS, moments(), st.sampled_from(list(Unit)), st.integers(1, 9), st.integers(1, 9))
def test_more_time_is_never_due_sooner(cal: Calendar, start: datetime, unit: Unit, less: int, more: int) -> None:
    if unit is Unit.TODAY:
        less = more = 1
    less, more = sorted((less, more))
    sooner = add(cal, start, Limit(Decimal(less), unit))
    assert start <= sooner <= add(cal, start, Limit(Decimal(more), unit))


@given(CALENDARS, moments(), moments(), st.sampled_from(list(Unit)))
def test_who_starts_later_is_never_due_sooner(cal: Calendar, one: datetime, other: datetime, unit: Unit) -> None:
    limit = Limit(Decimal(1), unit)
    first, second = sorted((one, other))
    assert add(cal, first, limit) <= add(cal, second, limit)


@given(CALENDARS, moments(), moments(), moments())
def test_working_time_is_additive(cal: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    a, b, c = sorted((one, two, three))
    parts = measure(cal, a, b, Unit.WH) * 3600 + measure(cal, b, c, Unit.WH) * 3600
    assert round(parts, 6) == round(measure(cal, a, c, Unit.WH) * 3600, 6)


@given(CALENDARS, moments(), st.sampled_from(["1 wd", "5 wd", "4 wh", "24 h", "15 d", "today"]))
def test_the_deadline_agrees_with_add_and_accounts_for_every_day(cal: Calendar, start: datetime, text: str) -> None:
    limit = Limit.parse(text)
    found = deadline(cal, start, limit)
    assert found.due == add(cal, start, limit)
    if limit.unit is Unit.WD:
        passed = (due_day(found.due) - found.start.date()).days
        assert passed == int(limit.number) + len(found.skipped)
    assert all(not cal.day(skipped.date).works for skipped in found.skipped)
    assert all(cal.day(noted.date).works for noted in found.noted)


def test_an_extension_counts_from_the_day_that_ends_at_midnight() -> None:
    due = add(MIDNIGHT, on("2026-09-14 10:00"), Limit.parse("1 wd"))
    assert extend(MIDNIGHT, due, Limit.parse("1 wd")) == on("2026-09-17 00:00")
    today = add(OFFICE, on("2026-09-14 10:00"), Limit.parse("today"))
    assert extend(OFFICE, today, Limit.parse("1 d")) == on("2026-09-16 00:00")


@given(CALENDARS, moments(), st.integers(1, 9), st.integers(1, 9), st.sampled_from([Unit.WD, Unit.D]))
def test_extending_is_the_same_as_having_had_more(
    cal: Calendar, start: datetime, days: int, more: int, unit: Unit
) -> None:
    first = add(cal, start, Limit(Decimal(days), unit))
    at_once = add(cal, start, Limit(Decimal(days + more), unit))
    assert extend(cal, first, Limit(Decimal(more), unit)) == at_once


def test_calendar_days_end_at_24_00_whatever_the_hour_of_the_start() -> None:
    for hour in ("00:00", "09:00", "23:59"):
        due = add(OFFICE, on(f"2026-09-14 {hour}"), Limit.parse("2 d"))
        assert due == on("2026-09-17 00:00")


def test_daylight_saving_does_not_stretch_running_hours() -> None:
    abroad = Calendar(zone=ZoneInfo("Europe/Berlin"))
    start = datetime(2026, 10, 24, 22, 0, tzinfo=abroad.zone)  # the night of 25 hours
    due = add(abroad, start, Limit.parse("24 h"))
    assert due.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=24)
    assert measure(abroad, start, due, Unit.H) == 24
