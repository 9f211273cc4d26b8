import pickle
from copy import deepcopy
from datetime import date, time

import pytest

from open12345.worktime import Calendar, CalendarError, DayOverride, known_until
from open12345.worktime.calendar import Span

from .builders import MIDNIGHT, OFFICE, WITH_OWN_DAYS


@pytest.mark.parametrize(
    ("day", "works", "reason"),
    [
        (date(2026, 9, 29), True, "工作日"),
        (date(2026, 10, 1), False, "国庆节"),
        (date(2026, 10, 4), False, "国庆节"),  # a Sunday inside the holiday
        (date(2026, 10, 10), True, "调休上班"),  # a Saturday made up
        (date(2026, 10, 11), False, "周日"),
        (date(2026, 10, 17), False, "周六"),
        (date(2026, 1, 1), False, "元旦"),
        (date(2026, 2, 17), False, "春节"),
        (date(2026, 4, 6), False, "清明节"),
        (date(2026, 5, 5), False, "劳动节"),
        (date(2026, 6, 19), False, "端午节"),
        (date(2025, 10, 6), False, "中秋节"),
    ],
)
def test_official_days_carry_their_chinese_reason(day: date, works: bool, reason: str) -> None:
    found = OFFICE.day(day)
    assert (found.works, found.reason, found.provisional) == (works, reason, False)


def test_a_year_without_a_plan_rests_on_weekends_alone_and_says_so() -> None:
    year = known_until().year + 2
    days = [OFFICE.day(date(year, month, day)) for month in range(1, 13) for day in range(1, 29)]
    assert all(day.provisional for day in days)
    assert all(day.works == (day.date.weekday() < 5) for day in days)


def test_years_before_the_first_plan_are_provisional() -> None:
    assert OFFICE.day(date(1999, 5, 3)).provisional


def test_the_last_days_of_the_last_known_year_wait_for_the_next_plan() -> None:
    year = known_until().year
    assert not OFFICE.day(date(year, 12, 28)).provisional
    assert OFFICE.day(date(year, 12, 29)).provisional
    assert not OFFICE.day(date(year - 1, 12, 31)).provisional


@pytest.mark.parametrize(
    ("day", "works", "reason", "close"),
    [
        (date(2026, 9, 30), True, "半天：节前半天", time(11, 30)),
        (date(2026, 10, 4), True, "值守", time(17, 30)),
        (date(2026, 10, 8), False, "台风停工", time(17, 30)),
        (date(2026, 10, 12), True, "半天：学习", time(15, 30)),
    ],
)
def test_own_days_win_over_the_official_ones(day: date, works: bool, reason: str, close: time) -> None:
    found = WITH_OWN_DAYS.day(day)
    assert (found.works, found.reason, found.close) == (works, reason, close)


def test_an_own_day_in_an_unknown_year_is_certain() -> None:
    day = date(known_until().year + 1, 6, 1)
    own = Calendar(overrides={day: DayOverride("rest", "示范")})
    assert not own.day(day).provisional


def test_a_half_day_of_a_calendar_that_closes_at_midnight_closes_at_midnight() -> None:
    day = date(2026, 9, 30)
    half = DayOverride("half", "", ((time(9), time(11, 30)),))
    calendar = Calendar(close=time(0), overrides={day: half})
    assert (calendar.day(day).close, calendar.day(day).reason) == (time(0), "半天")


def test_unnamed_own_days_still_have_a_reason() -> None:
    assert DayOverride("rest").reason == "休息"
    assert DayOverride("work").reason == "调班"


def test_a_day_is_computed_once() -> None:
    assert OFFICE.day(date(2026, 3, 3)) is OFFICE.day(date(2026, 3, 3))


def test_kept_days_are_bounded() -> None:
    calendar = Calendar()
    for ordinal in range(730_000, 730_000 + 10_000):
        calendar.day(date.fromordinal(ordinal))
    assert len(calendar._days) < 9_000


def test_equal_calendars_are_one_key() -> None:
    again = Calendar(overrides=dict(reversed(list(WITH_OWN_DAYS.overrides.items()))))
    assert again == WITH_OWN_DAYS
    assert hash(again) == hash(WITH_OWN_DAYS)
    assert OFFICE not in {MIDNIGHT, WITH_OWN_DAYS}


def test_calendars_travel_between_processes() -> None:
    for copied in (pickle.loads(pickle.dumps(WITH_OWN_DAYS)), deepcopy(WITH_OWN_DAYS)):  # noqa: S301
        assert copied == WITH_OWN_DAYS
        assert copied.day(date(2026, 9, 30)) == WITH_OWN_DAYS.day(date(2026, 9, 30))


def test_later_changes_of_the_given_mapping_change_nothing() -> None:
    given: dict[date, DayOverride] = {}
    calendar = Calendar(overrides=given)
    given[date(2026, 3, 3)] = DayOverride("rest", "晚到")
    assert calendar.day(date(2026, 3, 3)).works


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(9), time(9)),),
        ((time(13), time(9)),),
        ((time(9), time(12)), (time(11), time(17))),
        ((time(13), time(17)), (time(9), time(11))),
    ],
)
def test_hours_that_make_no_day_are_refused(hours: tuple[Span, ...]) -> None:
    with pytest.raises(CalendarError):
        Calendar(hours=hours)


def test_own_days_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(CalendarError, match="needs its working hours"):
        DayOverride("half", "半天")
    with pytest.raises(CalendarError, match="has working hours"):
        DayOverride("rest", "放假", ((time(9), time(12)),))
