"""Months: what is locked and published."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from open12345.facts.periods import YEARS, Period


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of the calendar."""

    first: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    @property
    def period(self) -> Period:
        """The same as a period of the facts."""
        return Period(str(self), self.first, self.last)

    def back(self, months: int = 1) -> Month:
        """Return the month so many before."""
        found = self
        for _turn in range(months):
            found = month_of(found.first - timedelta(days=1))
        return found

    def next(self) -> Month:
        """Return the month after."""
        return month_of(self.last + timedelta(days=1))


def month_of(day: date) -> Month:
    """Return the month of a day."""
    return Month(day.replace(day=1))


def month_named(text: str) -> Month:
    """Read 2026-10; raises ValueError, for a month that no table can have too."""
    found = Month(date.fromisoformat(f"{text}-01"))
    if found.first.year not in YEARS:
        raise ValueError(f"the year {found.first.year} is out of reach")
    return found
