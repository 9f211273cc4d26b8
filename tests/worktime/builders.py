"""Calendars and moments that the tests of this room share."""

from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from open12345.worktime import SHANGHAI, Calendar, DayOverride

OFFICE = Calendar()
MIDNIGHT = Calendar(close=time(0))
ROUND_THE_CLOCK = Calendar(close=time(0), hours=((time(0), time(0)),))
WITH_OWN_DAYS = Calendar(
    overrides={
        date(2026, 9, 30): DayOverride("half", "节前半天", ((time(9), time(11, 30)),)),
        date(2026, 10, 4): DayOverride("work", "值守"),
        date(2026, 10, 8): DayOverride("rest", "台风停工"),
        date(2026, 10, 12): DayOverride("half", "学习", ((time(13), time(15)),), time(15, 30)),
    }
)
CALENDARS = st.sampled_from([OFFICE, MIDNIGHT, ROUND_THE_CLOCK, WITH_OWN_DAYS])


def on(text: str) -> datetime:
    """Read "2026-09-30 10:00" as a moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def moments(first: str = "2026-09-14 00:00", days: int = 45) -> st.SearchStrategy[datetime]:
    """Moments around National Day 2026, in and out of hours, to the microsecond."""
    return st.one_of(
        st.integers(0, days * 24 * 4).map(lambda quarters: on(first) + timedelta(minutes=15 * quarters)),
        st.integers(0, days * 86_400_000_000).map(lambda us: on(first) + timedelta(microseconds=us)),
    )
