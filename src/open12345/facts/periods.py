"""Spans of days by name: 2022, 2022-H1, 2022-Q2, 2022-04, 2022-W15, 2022-04-12, 2022-01-01..2022-06-30."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_MONTHS: Final = {"Y": 12, "H": 6, "Q": 3, "M": 1}
_FORM: Final = re.compile(r"(?P<year>\d{4})(?:-(?:H(?P<H>[12])|Q(?P<Q>[1-4])|(?P<M>0[1-9]|1[0-2])))?")
_WEEK: Final = re.compile(r"(\d{4})-W(\d\d)")
_YEARS: Final = range(1990, 2101)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both counted, and the name by which they were asked for."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        """A span has at least one day."""
        if self.last < self.first:
            raise ValueError(f"{self.name}: ends before it begins")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """Return the last period: the one of the same kind just before; of a free span, as many days before it."""
        months = _MONTHS.get(self._kind)
        if months is None:
            return _free(self.first - _DAY * self.days, self.first - _DAY)
        year, month = divmod(self.first.year * 12 + self.first.month - 1 - months, 12)
        return _of_months(self._kind, year, month + 1)

    def year_before(self) -> Period:
        """Return the same period last year; of a week or a free span, the days with the same dates."""
        months = _MONTHS.get(self._kind)
        if months is not None:
            return _of_months(self._kind, self.first.year - 1, self.first.month)
        return _free(_last_year(self.first), _last_year(self.last))

    @property
    def _kind(self) -> str:
        found = _FORM.fullmatch(self.name)
        if found is None:
            return ""
        return next((kind for kind in "HQM" if found[kind]), "Y")


def period(text: str) -> Period:
    """Read a period; raises ValueError that says how one is written."""
    found, week = _FORM.fullmatch(text), _WEEK.fullmatch(text)
    try:
        if found is not None:
            kind = next((kind for kind in "HQM" if found[kind]), "Y")
            number = int(found[kind]) if kind != "Y" else 1
            return _of_months(kind, int(found["year"]), (number - 1) * _MONTHS[kind] + 1)
        if week is not None:
            first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return Period(text, first, first + 6 * _DAY)
        first_text, _, last_text = text.partition("..")
        first, last = date.fromisoformat(first_text), date.fromisoformat(last_text or first_text)
        if {first.year, last.year} <= set(_YEARS):
            return Period(text, first, last)
    except ValueError as error:
        raise ValueError(f"{text}: {error}. {_HOW}") from error
    raise ValueError(f"{text}: not a period. {_HOW}")


_HOW: Final = "Write 2022, 2022-H1, 2022-Q2, 2022-04, 2022-W15, 2022-04-12 or 2022-01-01..2022-06-30."


def _of_months(kind: str, year: int, month: int) -> Period:
    months = _MONTHS[kind]
    last = month + months - 1
    number = (month - 1) // months + 1
    ending = {"Y": "", "H": f"-H{number}", "Q": f"-Q{number}", "M": f"-{month:02}"}[kind]
    if year not in _YEARS:
        raise ValueError(f"the year {year} is out of reach")
    return Period(f"{year}{ending}", date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def _free(first: date, last: date) -> Period:
    return Period(f"{first}..{last}", first, last)


def _last_year(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))
