"""The one engine that makes points of values: pure, exact, and able to say of each point why it was lost.

A scheme (`scheme.Scheme`) is data; values come from the facts (`measuring`). Everything is Decimal and rounded per item
to two places, so that a total is exactly the sum of its lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from open12345.appraisal.scheme import Item, Scheme

_CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Value:
    """Σ numerator and Σ denominator of one indicator and unit; `factor`: by what the quotient is multiplied."""

    numerator: int
    denominator: int | None = None
    factor: Decimal = HUNDRED

    @property
    def number(self) -> Decimal | None:
        """The value as printed; None where nothing counts."""
        if self.denominator is None:
            return Decimal(self.numerator)
        return self.factor * self.numerator / self.denominator if self.denominator else None


NOTHING: Final = Value(0, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of one unit: its value, the points it gave, and how many it could have given.

    `why`: "" counted by rule, "none" nothing to count, "stub" the source does not say how, "missing" not measured yet.
    """

    code: str
    title: str
    rule: str
    value: Value
    points: Decimal
    maximum: Decimal
    why: str = ""

    @property
    def lost(self) -> Decimal:
        """Points that were not given."""
        return self.maximum - self.points


@dataclass(frozen=True, slots=True)
class Extra:
    """A bonus (above zero) or a deduction that people gave, with its reason."""

    points: Decimal
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one unit in a period. `orders`: dispatched to it as lead, against the minimum count."""

    unit: str
    group: str
    orders: int
    values: Mapping[str, Value]
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What a unit has. `rank` is None below the minimum count; `lists`: "red", "black"; `floors`: codes missed."""

    unit: str
    group: str
    orders: int
    lines: tuple[Line, ...]
    extras: tuple[Extra, ...]
    total: Decimal
    maximum: Decimal
    rank: int | None = None
    ranked: int = 0
    band: str = ""
    listed: str = ""
    floors: tuple[str, ...] = field(default=())

    @property
    def percent(self) -> Decimal:
        """The total in per cent of the maximum."""
        return HUNDRED * self.total / self.maximum if self.maximum else ZERO


def table(scheme: Scheme, units: Iterable[Measured]) -> dict[str, Score]:
    """Return each unit's score with its place in its group; the order of `units` does not matter."""
    rows = sorted(units, key=lambda one: one.unit)
    totals = _group_totals(scheme, rows)
    scores = [_score(scheme, row, totals) for row in rows]
    return {score.unit: score for score in _listed(scheme, list(_ranked(scheme, scores)))}


def _group_totals(scheme: Scheme, rows: Sequence[Measured]) -> dict[tuple[str, str], int]:
    """Σ of each indicator over each group, for what is a share of it."""
    totals: dict[tuple[str, str], int] = {}
    for row in rows:
        for item in scheme.items:
            place = row.group, item.code
            totals[place] = totals.get(place, 0) + row.values.get(item.code, NOTHING).numerator
    return totals


def _score(scheme: Scheme, row: Measured, totals: Mapping[tuple[str, str], int]) -> Score:
    lines = tuple(_line(item, row, totals) for item in scheme.items)
    total = sum((line.points for line in lines), ZERO) + sum((one.points for one in row.extras), ZERO)
    maximum = scheme.maximum
    percent = HUNDRED * total / maximum if maximum else ZERO
    band = next((one.code for one in scheme.bands if percent >= one.at_least), "")
    missed = tuple(floor.indicator for floor in scheme.floors if _misses(scheme, row, floor.indicator, floor.at_least))
    return Score(row.unit, row.group, row.orders, lines, row.extras, rounded(total), maximum, band=band, floors=missed)


def _misses(scheme: Scheme, row: Measured, code: str, at_least: Decimal) -> bool:
    number = row.values.get(code, NOTHING).number
    if number is None:
        return False
    return number > at_least if code in scheme.falling else number < at_least


def _line(item: Item, row: Measured, totals: Mapping[tuple[str, str], int]) -> Line:
    value = row.values.get(item.code, NOTHING)
    if item.why:
        return Line(item.code, item.title, item.rule, value, rounded(ZERO), ZERO, item.why)
    number = value.number
    if number is None:
        given = item.points if item.where_none == "full" and item.rule != "deduction" else ZERO
        return Line(item.code, item.title, item.rule, value, rounded(given), item.maximum, "none")
    if item.rule == "share_of_group":
        whole = totals[row.group, item.code]
        value = Value(value.numerator, whole)
        points = item.points * value.numerator / whole if whole else ZERO
    else:
        points = _BY_RULE[item.rule](item, number)
    return Line(item.code, item.title, item.rule, value, rounded(points), item.maximum)


def rounded(points: Decimal) -> Decimal:
    """Two places, halves up."""
    return points.quantize(_CENT, ROUND_HALF_UP)


def _linear(item: Item, number: Decimal) -> Decimal:
    share = (number - item.zero) / (item.full - item.zero)
    return item.points * min(Decimal(1), max(ZERO, share))


def _all_or_nothing(item: Item, number: Decimal) -> Decimal:
    reached = number <= item.at_least if item.falling else number >= item.at_least
    return item.points if reached else ZERO


def _band(item: Item, number: Decimal) -> Decimal:
    share = next((step.share for step in item.steps if number >= step.at_least), ZERO)
    return item.points * share / HUNDRED


def _deduction(item: Item, number: Decimal) -> Decimal:
    taken = item.each * number
    return -(min(taken, item.at_most) if item.at_most else taken)


_BY_RULE: Final[Mapping[str, Any]] = {
    "linear": _linear, "all_or_nothing": _all_or_nothing, "band": _band, "deduction": _deduction,
}  # fmt: skip


def _ranked(scheme: Scheme, scores: Collection[Score]) -> Iterable[Score]:
    """Give places within each group: equal totals share one (1, 2, 2, 4); below the minimum count there is none."""
    counted = [score for score in scores if score.orders >= scheme.minimum]
    for score in scores:
        group = [one for one in counted if one.group == score.group]
        if score.orders < scheme.minimum:
            yield _with(score, rank=None, ranked=len(group))
        else:
            yield _with(score, rank=1 + sum(one.total > score.total for one in group), ranked=len(group))


def _listed(scheme: Scheme, scores: Sequence[Score]) -> Iterable[Score]:
    """Put the first and the last on the red and the black list; a group too small for both is halved.

    Whoever stands level with the last of its group is not on the red list, nor with the first on the black one.
    """
    red: set[str] = set()
    for group in {score.group for score in scores}:
        places = [score for score in scores if score.group == group and score.rank is not None]
        first = min(scheme.top, len(places) // 2)
        lowest = min((score.total for score in places), default=ZERO)
        red |= {score.unit for score in places if (score.rank or 0) <= first and score.total > lowest}
    black = set(_black(scheme, [score for score in scores if score.rank is not None and score.unit not in red]))
    for score in scores:
        yield _with(score, listed="red" if score.unit in red else "black" if score.unit in black else "")


def _black(scheme: Scheme, places: Sequence[Score]) -> Iterable[str]:
    for score in places:
        others = [one for one in places if scheme.bottom_of_all or one.group == score.group]
        if not any(_beneath(scheme, score, one) for one in others):
            continue
        last = sum(_beneath(scheme, one, score) for one in others)
        size = len(others) if scheme.bottom_of_all else score.ranked // 2
        if last < min(scheme.bottom, size):
            yield score.unit


def _beneath(scheme: Scheme, one: Score, score: Score) -> bool:
    """Say whether `one` stands below `score`; ties stand together."""
    return one.percent < score.percent if scheme.bottom_of_all else one.total < score.total


def _with(score: Score, **changes: Any) -> Score:

    return replace(score, **changes)
