"""Stretches of days as a scenario writes them: whole dates, or days counted back from the run's last day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, InstanceOf, PlainSerializer

_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_YEAR: Final = re.compile(r"(\d{4})")
_BACK: Final = re.compile(r"-\d{1,4}|0")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch from its first to its last day; both dates, or both days before the run's end (0 its last day)."""

    first: date | int
    last: date | int

    @classmethod
    def parse(cls, text: str) -> Days:
        """Read "2022-04-12", "2022-04-01..2022-05-31", "2022-04", "2022", "-364..0".

        Raises ValueError, in words for the author of a scenario.
        """
        start, dots, end = (part.strip() for part in text.partition(".."))
        first = _end_of(start, later=False)
        last = _end_of(end if dots else start, later=True)
        if first is None or last is None or isinstance(first, int) != isinstance(last, int):
            raise ValueError(
                f"日期 “{text[:40]}” 的写法不对；应写成 2022-04-12、2022-04-01..2022-05-31、2022-04、2022，"
                "或从最后一天往回数的 -364..0"
            )
        if _number(last) < _number(first):
            raise ValueError(f"日期 “{text[:40]}” 的结束早于开始")
        return cls(first, last)

    def __str__(self) -> str:
        """Return the text that reads as this."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    @property
    def rolling(self) -> bool:
        """Say whether it is counted back from the run's last day."""
        return isinstance(self.first, int)

    def at(self, end: date) -> tuple[date, date]:
        """Return the first and the last date, the run's last day being `end`."""
        return _dated(self.first, end), _dated(self.last, end)


def _end_of(text: str, *, later: bool) -> date | int | None:
    if _BACK.fullmatch(text):
        return int(text)
    try:
        if match := _DAY.fullmatch(text):
            return date(*map(int, match.groups()))
        if match := _MONTH.fullmatch(text):
            year, month = map(int, match.groups())
            return date(year, month, calendar.monthrange(year, month)[1] if later else 1)
        if match := _YEAR.fullmatch(text):
            return date(int(match[1]), 12, 31) if later else date(int(match[1]), 1, 1)
    except (ValueError, calendar.IllegalMonthError):
        return None
    return None


def _number(day: date | int) -> int:
    return day if isinstance(day, int) else day.toordinal()


def _dated(day: date | int, end: date) -> date:
    return end + timedelta(days=day) if isinstance(day, int) else day


def _read(value: object) -> object:
    if isinstance(value, date):  # YAML reads a bare 2022-04-12
        return Days.parse(value.isoformat()[:10])
    return Days.parse(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else value


DaysText = Annotated[InstanceOf[Days], BeforeValidator(_read), PlainSerializer(str, return_type=str)]
