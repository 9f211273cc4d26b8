"""Moments and days: zones, microseconds of a day, and which day a midnight ends."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400_000_000
"""Microseconds in a day."""
ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


class NaiveDatetimeError(ValueError):
    """A datetime without a time zone; which moment it means cannot be known."""


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return `moment` on the clock of `zone`; `NaiveDatetimeError` if it has no time zone."""
    if moment.tzinfo is zone:
        return moment
    if moment.utcoffset() is None:
        raise NaiveDatetimeError(f"{moment.isoformat()} has no time zone (such as {zone.key})")
    return moment.astimezone(zone)


def micros(value: time | datetime) -> int:
    """Return the microseconds since 0:00."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def end_micros(value: time) -> int:
    """Return the microseconds since 0:00 of an end, for which 0:00 is written for 24:00."""
    return micros(value) or DAY


def at(day: date, microseconds: int, zone: ZoneInfo) -> datetime:
    """Return the moment `microseconds` after 0:00 of `day` (`DAY` = 24:00, the next midnight)."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return midnight + timedelta(microseconds=microseconds)


def due_day(due: datetime) -> date:
    """Return the day `due` belongs to, in its own zone: midnight is 24:00 of the day before."""
    return (due - _TICK).date()


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return 24:00 of `day`."""
    return at(day + ONE_DAY, 0, zone)
