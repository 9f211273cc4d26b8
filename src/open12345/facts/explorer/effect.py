"""Before and after a day (政策前后, INS-12): equal spans, with the same spans last year as control.

A difference in differences: how far the figure moved, less how far it moved at the same time last year. Its interval is
the normal one at 95 %: of rates by the variances of the four shares, of volumes by counts as Poisson would have them,
on the logarithm. Of durations the facts keep sums alone: no interval. It says whether the difference is larger than
chance would have it, never why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log, sqrt
from typing import Final, Literal

from open12345.facts.metrics import Metric
from open12345.facts.periods import Period, period
from open12345.facts.queries import Figure, Line

#: Days on each side: no fewer say anything, no more are asked.
FEWEST: Final = 7
MOST: Final = 366
_Z: Final = 1.959964
_HUNDRED: Final = 100.0
Verdict = Literal["up", "down", "unclear", "unknown"]


@dataclass(frozen=True, slots=True)
class Spans:
    """So many days before a day and as many from it on."""

    day: date
    days: int

    @property
    def before(self) -> Period:
        """The days before."""
        return period(f"{self.day - timedelta(days=self.days)}..{self.day - timedelta(days=1)}")

    @property
    def after(self) -> Period:
        """The days from the day on."""
        return period(f"{self.day}..{self.day + timedelta(days=self.days - 1)}")

    @property
    def both(self) -> Period:
        """All of them."""
        return period(f"{self.before.first}..{self.after.last}")


def spans(day: date, wanted: int, today: date) -> Spans | None:
    """Return the spans of whole days that have passed; None where too few have."""
    days = min(max(wanted, FEWEST), MOST, (today - day).days)
    return Spans(day, days) if days >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Effect:
    """The four figures, the two changes, and the difference of the changes with its interval.

    Changes are in per cent of volumes and in the metric's own unit otherwise (points of rates). None: nothing to tell.
    """

    before: Figure
    after: Figure
    control_before: Figure
    control_after: Figure
    change: float | None
    control: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def verdict(self) -> Verdict:
        """Whether the difference is larger than chance would have it, and which way."""
        if self.difference is None or self.low is None or self.high is None:
            return "unknown"
        if self.low <= 0 <= self.high:
            return "unclear"
        return "up" if self.low > 0 else "down"


def effect(asked: Metric, lines: Iterable[Line], found: Spans) -> Effect:
    """Return the effect from an answer by day over both spans, compared with last year."""
    lines = list(lines)
    earlier = [line for line in lines if line.key[0] < found.day]
    later = [line for line in lines if line.key[0] >= found.day]
    four = (
        _sum(asked, (line.figure for line in earlier)), _sum(asked, (line.figure for line in later)),
        _sum(asked, (line.year_before for line in earlier)), _sum(asked, (line.year_before for line in later)),
    )  # fmt: skip
    return Effect(*four, *(_of_volumes(four) if asked.unit == "count" else _of_values(asked, four)))


_Four = tuple[Figure, Figure, Figure, Figure]
_Told = tuple[float | None, float | None, float | None, float | None, float | None]


def _sum(asked: Metric, figures: Iterable[Figure | None]) -> Figure:
    some = [one for one in figures if one is not None]
    below = sum(one.denominator or 0 for one in some) if asked.denominator is not None else None
    above = sum(one.numerator for one in some)
    return Figure(above, below, asked.value(above, below))


def _of_volumes(four: _Four) -> _Told:
    """Ratios of counts; the difference is the ratio of the ratios, in per cent."""
    before, after, control_before, control_after = (one.numerator for one in four)
    change = (after / before - 1) * _HUNDRED if before else None
    control = (control_after / control_before - 1) * _HUNDRED if control_before else None
    if not (before and after and control_before and control_after):
        return change, control, None, None, None
    middle = log(after / before) - log(control_after / control_before)
    wide = _Z * sqrt(sum(1 / count for count in (before, after, control_before, control_after)))
    difference, low, high = ((exp(at) - 1) * _HUNDRED for at in (middle, middle - wide, middle + wide))
    return change, control, difference, low, high


def _of_values(asked: Metric, four: _Four) -> _Told:
    """Differences of rates in points, of durations in their own unit."""
    before, after, control_before, control_after = (one.value for one in four)
    change = None if before is None or after is None else after - before
    control = None if control_before is None or control_after is None else control_after - control_before
    if change is None or control is None:
        return change, control, None, None, None
    if asked.unit != "%":
        return change, control, change - control, None, None
    wide = _Z * sqrt(sum(_variance(one) for one in four))
    middle = change - control
    return change, control, middle, middle - wide, middle + wide


def _variance(figure: Figure) -> float:
    """The variance of a share, in squared points; a share of one or nought as if one more case spoke each way."""
    count = figure.denominator or 0
    share = min(max((figure.value or 0.0) / _HUNDRED, 0.0), 1.0)
    share = (share * count + 1) / (count + 2)
    return share * (1 - share) / (count or 1) * _HUNDRED**2
