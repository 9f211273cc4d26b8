"""Spans of days by name: 2022, 2022-H1, 2022-Q2, 2022-04, 2022-W15, 2022-04-12, 2022-01-01..2022-06-30.

A kind of period may end early: 2022-04..2022-04-12 is April until the 12th, and stands beside March until the 12th.
"""

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
#: What may be asked for; the period before one may lie outside.
YEARS: Final = range(1990, 2101)


class EndsFirst(ValueError):
    """A span whose last day lies before its first."""


class NotBegun(ValueError):
    """A period of which no day has come yet."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both counted, and the name by which they were asked for."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        """A span has at least one day."""
        if self.last < self.first:
            raise EndsFirst(f"{self.name}: ends before it begins.")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """Return the last period: the one of the same kind just before; of a free span, as many days before it.

        Of one that ends early, as much of the last one.
        """
        if self._whole is not None:
            return self._as_much_of(self._whole.before())
        months = _MONTHS.get(self._kind)
        if months is None:
            return _free(self.first - _DAY * self.days, self.first - _DAY)
        year, month = divmod(self.first.year * 12 + self.first.month - 1 - months, 12)
        return _of_months(self._kind, year, month + 1)

    def year_before(self) -> Period:
        """Return the same period last year; of a week or a free span, the days with the same dates."""
        if self._whole is not None:
            return self._as_much_of(self._whole.year_before())
        months = _MONTHS.get(self._kind)
        if months is not None:
            return _of_months(self._kind, self.first.year - 1, self.first.month)
        return _free(_last_year(self.first), _last_year(self.last))

    @property
    def _whole(self) -> Period | None:
        """The period that this one would be, had it not ended early."""
        kind, early, _last = self.name.partition("..")
        return _named(kind) if early else None

    def _as_much_of(self, other: Period) -> Period:
        """Return as much of another period of the kind as this is of its own: whole months, then days."""
        if _WEEK.fullmatch(self.name.partition("..")[0]):
            return _free(other.first, other.first + _DAY * (self.days - 1))
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        year, month = divmod(other.first.year * 12 + other.first.month - 1 + months, 12)
        last = date(year, month + 1, min(self.last.day, monthrange(year, month + 1)[1]))
        return _until(other, min(last, other.last))

    @property
    def _kind(self) -> str:
        found = _FORM.fullmatch(self.name)
        if found is None:
            return ""
        return next((kind for kind in "HQM" if found[kind]), "Y")


def period(text: str) -> Period:
    """Read a period; raises ValueError that says how one is written."""
    try:
        first_text, _, last_text = text.partition("..")
        whole = _named(first_text)
        if whole is not None:
            return _until(whole, date.fromisoformat(last_text)) if last_text else whole
        first, last = date.fromisoformat(first_text), date.fromisoformat(last_text or first_text)
        if {first.year, last.year} <= set(YEARS):
            return Period(text, first, last)
    except EndsFirst:
        raise
    except ValueError as error:
        raise ValueError(f"{text}: {error}. {_HOW}") from error
    raise ValueError(f"{text}: not a period. {_HOW}")


def _named(text: str) -> Period | None:
    """Read a year, half-year, quarter, month or week; None for anything else."""
    found, week = _FORM.fullmatch(text), _WEEK.fullmatch(text)
    if (said := found or week) is not None and int(said[1]) not in YEARS:
        raise ValueError(f"the year {said[1]} is out of reach")
    if found is not None:
        kind = next((kind for kind in "HQM" if found[kind]), "Y")
        number = int(found[kind]) if kind != "Y" else 1
        return _of_months(kind, int(found["year"]), (number - 1) * _MONTHS[kind] + 1)
    if week is not None:
        first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return Period(text, first, first + 6 * _DAY)
    return None


def _until(whole: Period, last: date) -> Period:
    """Return a period that ends early; the whole of it where it does not."""
    if last == whole.last:
        return whole
    if not whole.first <= last < whole.last:
        raise ValueError(f"{last} is not in {whole.name}")
    return Period(f"{whole.name}..{last}", whole.first, last)


def begun(asked: Period, today: date) -> Period:
    """Return a period that has begun; raises `NotBegun` for one of which nothing can be known."""
    if asked.first > today:
        raise NotBegun(f"{asked.name} has not begun yet: today is {today}.")
    return asked


def so_far(asked: Period, today: date) -> Period:
    """Return as much of a period as there has been, so that it meets its equal; raises `NotBegun`.

    A free span has no kind that another could equal: it stays as it was asked.
    """
    whole = _named(begun(asked, today).name)
    return asked if whole is None or today >= asked.last else _until(whole, today)


#: What a period may be called by the day on which it is asked for, and how far back it lies.
RECENT: Final = {
    "today": ("D", 0), "this_week": ("W", 0), "this_month": ("M", 0), "this_quarter": ("Q", 0), "this_half": ("H", 0),
    "this_year": ("Y", 0), "yesterday": ("D", 1), "last_week": ("W", 1), "last_month": ("M", 1),
    "last_quarter": ("Q", 1), "last_half": ("H", 1), "last_year": ("Y", 1),
}  # fmt: skip


def recent(name: str, today: date) -> Period:
    """Return a period by a name of `RECENT`; what is not over yet ends today, so that it meets its equal."""
    kind, back = RECENT[name]
    if kind == "D":
        return period((today - _DAY * back).isoformat())
    if kind == "W":
        year, week, _day = (today - 7 * _DAY * back).isocalendar()
        whole = period(f"{year}-W{week:02}")
        return whole if back else _until(whole, today)
    months = _MONTHS[kind]
    whole = _of_months(kind, today.year, (today.month - 1) // months * months + 1)
    return whole.before() if back else _until(whole, today)


_HOW: Final = "Write 2022, 2022-H1, 2022-Q2, 2022-04, 2022-W15, 2022-04-12 or 2022-01-01..2022-06-30."


def _of_months(kind: str, year: int, month: int) -> Period:
    months = _MONTHS[kind]
    last = month + months - 1
    number = (month - 1) // months + 1
    ending = {"Y": "", "H": f"-H{number}", "Q": f"-Q{number}", "M": f"-{month:02}"}[kind]
    return Period(f"{year}{ending}", date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def _free(first: date, last: date) -> Period:
    return Period(f"{first}..{last}", first, last)


def _last_year(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))
