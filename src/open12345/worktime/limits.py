"""The length of a clock: "5 wd", "4 wh", "24 h", "30 min", "15 d" or "today"."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a limit counts; `WD`, `D` and `TODAY` end with a day, `WH`, `H` and `MIN` are exact."""

    WD = "wd"
    WH = "wh"
    H = "h"
    MIN = "min"
    D = "d"
    TODAY = "today"


MICROSECONDS: dict[Unit, int] = {
    Unit.WH: 3_600_000_000,
    Unit.H: 3_600_000_000,
    Unit.MIN: 60_000_000,
}
"""Microseconds in one of the exact units."""

WHOLE_DAYS = frozenset({Unit.WD, Unit.D, Unit.TODAY})
_DAYS_AT_MOST = 3660
_AT_MOST = {
    Unit.WD: _DAYS_AT_MOST,
    Unit.D: _DAYS_AT_MOST,
    Unit.TODAY: 1,
    Unit.WH: _DAYS_AT_MOST * 24,
    Unit.H: _DAYS_AT_MOST * 24,
    Unit.MIN: _DAYS_AT_MOST * 24 * 60,
}
_WRITTEN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(wd|wh|h|min|d)")


class LimitError(ValueError):
    """A text or number that is no limit; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time in one unit; `min` is running minutes (1/60 h).

    Whole-day units take whole numbers from 1, exact units any number from 0; at most ten years.
    """

    number: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a number that the unit cannot count (`LimitError`)."""
        number, most = self.number, _AT_MOST[self.unit]
        if not (number.is_finite() and 0 <= number <= most):
            raise LimitError(f"{number} {self.unit} is out of range: 0 to {most} {self.unit}")
        if self.unit in WHOLE_DAYS and (number < 1 or number != number.to_integral_value()):
            raise LimitError(f"{number} {self.unit}: days are whole numbers from 1 (parts: h or wh)")

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Read "5 wd", "4 wh", "1.5 h", "30 min", "15 d" or "today"; `LimitError` otherwise."""
        written = text.strip().lower()
        if written == Unit.TODAY:
            return cls(Decimal(1), Unit.TODAY)
        match = _WRITTEN.fullmatch(written)
        if match is None:
            raise LimitError(f'{text!r} is no limit: write "5 wd", "4 wh", "24 h", "30 min", "15 d" or "today"')
        return cls(Decimal(match[1]), Unit(match[2]))

    def __str__(self) -> str:
        """Return the text that `parse` reads back."""
        return str(self.unit) if self.unit is Unit.TODAY else f"{self.plain} {self.unit}"

    @property
    def plain(self) -> str:
        """The number without exponent or trailing zeros: 5, 1.5."""
        return f"{self.number.normalize():f}"

    @property
    def microseconds(self) -> int:
        """The length of an exact limit, rounded; KeyError for whole-day units."""
        return int((self.number * MICROSECONDS[self.unit]).to_integral_value())
