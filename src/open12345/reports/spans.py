"""Periods of papers: which one an expression means, how it is said in words, which one a paper of a day is about."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from open12345.facts.periods import YEARS, Period, period
from open12345.policy import names

_DAY: Final = timedelta(days=1)
_SHORT: Final = re.compile(r"\d\d-\d\d")
_HALVES: Final = {"1": "上半年", "2": "下半年"}
_QUARTERS: Final = {"1": "一", "2": "二", "3": "三", "4": "四"}
_MONTHS: Final = {"month": 1, "two_months": 2, "quarter": 3, "half_year": 6, "year": 12}
_WEEKS: Final = {"week": 7, "two_weeks": 14}
_DATE: Final = re.compile(r"(\d{4})(?:-(?:H[12]|Q[1-4]|W(\d\d)|(\d\d)(?:-(\d\d))?))?")
_HOW: Final = "Write 2022, 2022-H1, 2022-Q2, 2022-04, 2022-W15, 2022-04-12 or 2022-04-01..2022-05-31"
_NAMED: Final = re.compile(r"(\d{4})(?:-(?:H([12])|Q([1-4])|W(\d\d)|(\d\d)))?")


def meant(expression: str | None, paper: Period) -> Period:
    """Return the period that an outline means in a paper about `paper`.

    Empty: the paper's own. `before`, `year_before`: the one before it, the same of last year; `year`: from New Year to
    the paper's end. `A..B`: from A to B, of which each is `period` (its first or last day), a day, a day without its
    year, or a period by name. Raises ValueError for anything else.
    """
    if not expression or expression == "period":
        return paper
    if expression in {"before", "year_before"}:
        return paper.before() if expression == "before" else paper.year_before()
    if expression == "year":
        return _span(date(paper.last.year, 1, 1), paper.last)
    first, dots, last = expression.partition("..")
    if not dots:
        return period(expression)
    return _span(_end(first, paper).first, _end(last, paper).last)


def _end(text: str, paper: Period) -> Period:
    if text == "period":
        return paper
    return period(f"{paper.first.year}-{text}" if _SHORT.fullmatch(text) else text)


def _span(first: date, last: date) -> Period:
    return Period(f"{first}..{last}", first, last)


def until(over: Period, today: date) -> Period:
    """Return a period that is not over yet as far as it has come: so it is measured against as much of another one."""
    if not over.first <= today < over.last:
        return over
    if _NAMED.fullmatch(over.name):
        return period(f"{over.name}..{today}")
    return _span(over.first, today)


def read(text: str) -> Period:
    """Return a period by its name. Raises ValueError that says in words what is wrong and how one is written."""
    try:
        return period(text)
    except ValueError as error:
        raise ValueError(f"{text}: {_wrong(text)}. {_HOW}") from error


def _wrong(text: str) -> str:
    """Say what is wrong with what should name a period."""
    first, dots, last = text.partition("..")
    ends = [_DATE.fullmatch(end) for end in (first, last) if end]
    if any(end is None for end in ends) or not ends:
        return "not a period"
    for end in ends:
        if (wrong := _wrong_end(end)) if end else "":
            return wrong
    return "it ends before it begins" if dots and first > last else "not a period"


def _wrong_end(end: re.Match[str]) -> str:
    year, week, month, day = end.groups()
    if int(year) not in YEARS:
        return f"years go from {YEARS[0]} to {YEARS[-1]}"
    if week:
        return "" if 1 <= int(week) <= date(int(year), 12, 28).isocalendar().week else f"{year} has no week {week}"
    if month and not 1 <= int(month) <= 12:  # noqa: PLR2004 - months
        return f"there is no month {month}"
    if day and not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
        return f"there is no {year}-{month}-{day}"
    return ""


def called(over: Period) -> str:
    """Return the name of a period, of one that ends early that of the whole."""
    whole = over.name.partition("..")[0]
    return whole if _NAMED.fullmatch(whole) else over.name


def before_said(over: Period) -> str:
    """Return what the last period is called where this one ends early, 上月同期; "" where it is a whole one."""
    found = _NAMED.fullmatch(called(over))
    if found is None or called(over) == over.name:
        return ""
    _year, half, quarter, week, month = found.groups()
    if half:
        return "上个半年同期"
    if quarter:
        return "上季度同期"
    return "上周同期" if week else "上月同期" if month else "上年同期"


def shifted(expression: str, now: Period, paper: Period) -> Period:
    """Return what a figure of the days `now` is measured against: its own last year, its own period before, or else."""
    if expression == "year_before":
        return now.year_before()
    return now.before() if expression == "before" else meant(expression, paper)


def said(over: Period) -> str:
    """Return a period in the words of a paper: 2022年上半年, 2022年4月, 2022年4月1日至5月31日."""
    found = _NAMED.fullmatch(over.name)
    if found is None:
        return _days(over)
    year, half, quarter, week, month = found.groups()
    if half:
        return f"{year}年{_HALVES[half]}"
    if quarter:
        return f"{year}年第{_QUARTERS[quarter]}季度"
    if week:
        return f"{year}年第{int(week)}周（{day_said(over.first)}至{day_said(over.last)}）"
    return f"{year}年{int(month)}月" if month else f"{year}年"


def _days(over: Period) -> str:
    if over.first == over.last:
        return day_said(over.first, year=True)
    if (over.first.month, over.first.day, over.last.month, over.last.day) == (1, 1, 12, 31):
        first, last = over.first.year, over.last.year
        return f"{first}年" if first == last else f"{first}年至{last}年"
    return f"{day_said(over.first, year=True)}至{day_said(over.last, year=over.first.year != over.last.year)}"


def day_said(day: date, *, year: bool = False) -> str:
    """Return a day as papers write it: 4月12日, 2022年4月12日."""
    return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"


def ended_before(length: names.Period, day: date) -> Period:
    """Return the last period of a kind that was over when `day` began: what a paper made on that day is about."""
    last = day - _DAY
    if length == "day":
        return period(last.isoformat())
    if length in _WEEKS:
        sunday = day - _DAY * (day.isoweekday())
        if length == "week":
            year, week, _weekday = sunday.isocalendar()
            return period(f"{year}-W{week:02}")
        return _span(sunday - _DAY * (_WEEKS[length] - 1), sunday)
    months = _MONTHS[length]
    number = (day.year * 12 + day.month - 1) // months - 1
    first = _month(number * months)
    return _named(length, first, _month((number + 1) * months) - _DAY)


def fits(length: names.Period, over: Period) -> bool:
    """Say whether a period is one of a kind: a month for a monthly paper; one that ends early by its whole."""
    whole = period(called(over))
    same = ended_before(length, whole.last + _DAY)
    return (same.first, same.last) == (whole.first, whole.last)


def begins(length: names.Period, day: date) -> date:
    """Return the day on which the paper that is due next was or is due: the first one after its period."""
    return ended_before(length, day).last + _DAY


def _month(number: int) -> date:
    year, month = divmod(number, 12)
    return date(year, month + 1, 1)


def _named(length: names.Period, first: date, last: date) -> Period:
    year = first.year
    name = {
        "month": f"{year}-{first.month:02}", "quarter": f"{year}-Q{(first.month + 2) // 3}",
        "half_year": f"{year}-H{1 if first.month == 1 else 2}", "year": f"{year}",
    }.get(length)  # fmt: skip
    return period(name) if name else _span(first, last)
