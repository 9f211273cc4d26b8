"""The figures of a scenario's text beside those counted from the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from open12345.policy import Pack
from open12345.simulate.counting import Counting, Found
from open12345.simulate.planning.arrivals import shrink
from open12345.simulate.scenarios.rounding import how_printed, step
from open12345.simulate.scenarios.scenario import Figure, Scenario

_RATES: Final = frozenset({"share", "growth", "yearly_growth", "satisfied_rate", "solved_rate", "daily_mean"})
_UNSCALED: Final = frozenset({"accounts", "units", "busiest_day"})
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Checked:
    """One figure of the text and what was counted; `same` is nothing where its room comes later.

    `how` says "declared" of what the pack in force says of its units, which no table counts. `expected` is what the
    text prints, at a smaller scale what is left of it; `of` what was divided by what.
    """

    code: str
    title: str
    sentence: str
    seed: str
    expected: str
    counted: str
    same: bool | None
    of: str = ""
    how: str = ""
    room: str = ""
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line for a program."""
        return asdict(self)


def figures(scenario: Scenario, pack: Pack, *, end: date, scale: float = 1.0) -> list[Checked]:
    """Count every figure of the scenario in this instance.

    `end` is the run's last day; of a run that was ended early, what was not over then waits. At a scale below 1 numbers
    are compared with the scaled ones (to within one order for rounding), rates with what so few orders can show.
    """
    counting = Counting(pack, end)
    early = scenario.until is not None and end < scenario.until
    return [_checked(figure, counting, scale, early=early) for figure in scenario.figures]


def _checked(figure: Figure, counting: Counting, scale: float, *, early: bool) -> Checked:
    told = (figure.code, figure.title, figure.quote, figure.seed)
    if figure.count is None:
        return Checked(*told, _shown(figure.value, figure), "", None, room=figure.room, why=figure.why)
    if early and counting.not_over(figure.count):
        return Checked(*told, _shown(figure.value, figure), "", None, room="not over", why=figure.why)
    found = counting.found(figure.count)
    expected = _expected(figure, scale)
    same, how = _compare(figure, found, expected, scale)
    of = f"{found.numerator} / {found.denominator}" if found.denominator is not None else ""
    how = "declared" if figure.count.measure == "accounts" and not figure.count.role else how
    counted = _exact(found, figure)
    return Checked(*told, _shown(expected, figure), counted, same, of, how, why=figure.why)


def _expected(figure: Figure, scale: float) -> Decimal | date:
    """Return the figure at this scale; rates do not change."""
    if figure.count is None or isinstance(figure.value, date) or figure.count.measure in _RATES | _UNSCALED:
        return figure.value
    return Decimal(shrink(int(figure.value), scale))


def _compare(figure: Figure, found: Found, expected: Decimal | date, scale: float) -> tuple[bool, str]:
    if found.value is None or isinstance(expected, date) or isinstance(found.value, date):
        return found.value == expected, ""
    if figure.count is not None and figure.count.measure in _RATES:
        how = how_printed(found.value, expected)
        return (bool(how), how if how == "truncated" else "") if scale == 1 else (_near(found, expected), "")
    return abs(found.value - expected) <= (0 if scale == 1 else 1), ""


def _near(found: Found, expected: Decimal) -> bool:
    """Say whether a rate of few orders is as near as their number allows: both sides rounded to whole orders."""
    if not isinstance(found.value, Decimal) or not found.denominator:
        return False
    room = step(expected) + (_HUNDRED + abs(expected)) / found.denominator
    return abs(found.value - expected) <= room


def _shown(value: Decimal | date, figure: Figure) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}{' ' + figure.unit if figure.unit else ''}"


def _exact(found: Found, figure: Figure) -> str:
    """Return what was counted, a rate with one more place than the text prints."""
    if found.value is None:
        return "–"
    if isinstance(found.value, date) or isinstance(figure.value, date):
        return str(found.value)
    if figure.count is not None and figure.count.measure in _RATES:
        return _shown(found.value.quantize(step(figure.value) / 10), figure)
    return _shown(found.value, figure)
