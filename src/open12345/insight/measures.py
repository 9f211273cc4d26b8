"""The indicators of a portrait: each beside the median of the peers and beside the period before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

from open12345.directory.person import SYSTEM
from open12345.facts import queries
from open12345.facts.cuts import Cut, Part
from open12345.facts.metrics import Metric, metric
from open12345.facts.periods import Period
from open12345.facts.queries import Figure, Key, View
from open12345.insight.subjects import Subject

#: What a portrait says of a unit, in this order; of an area, how its orders were handled.
INDICATORS: Final = (
    "signed_in_time", "contacted_in_time", "done_in_time", "handling_days", "returns", "solved", "satisfied", "redone",
    "repeats",
)  # fmt: skip
#: A median of fewer units would tell of one of them.
ENOUGH_PEERS: Final = 3
#: A portrait may be half a minute behind: while orders move, its figures are not counted anew for every reader.
KEPT: Final = 30.0
PLAIN: Final = View(compared=False, within=KEPT)


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator of one subject; `middle`: the peers' median, None where too few of them count."""

    metric: Metric
    figure: Figure
    before: Figure | None
    middle: float | None
    cut: Cut
    enough: bool
    enough_before: bool = True

    @property
    def part(self) -> Part:
        """Return which orders to open: of a rate that should be high those that were not so, else those that count."""
        return "numerator" if self.metric.falling or self.metric.denominator is None else "rest"

    @property
    def above(self) -> float | None:
        """How far above the median, in the indicator's unit."""
        return None if self.figure.value is None or self.middle is None else self.figure.value - self.middle

    @property
    def moved(self) -> float | None:
        """How far above the period before."""
        before = self.before.value if self.before else None
        return None if self.figure.value is None or before is None else self.figure.value - before


def measures(subject: Subject, period: Period, *, at: datetime, minimum: int) -> list[Measure]:
    """Return the indicators of a subject; raises `store.NoFacts`.

    Asked of all peers at once: their median is for everybody who sees the portrait, their figures are not.
    """
    before = period.before()
    found = queries.ask_several(
        INDICATORS, (period, before), person=SYSTEM, at=at, by=(subject.dimension,),
        where={subject.dimension: subject.peers}, view=PLAIN,
    )  # fmt: skip
    return [_measure(code, subject, period, found[code, period], found[code, before], minimum) for code in INDICATORS]


def _measure(
    code: str, subject: Subject, period: Period, now: Mapping[Key, Figure], then: Mapping[Key, Figure], minimum: int
) -> Measure:
    none, key = Figure(0, 0, None), (subject.code,)
    counted = [figure.value for figure in now.values() if counts(figure, minimum)]
    values = [value for value in counted if value is not None]
    figure = now.get(key, none)
    cut = Cut(code, period, (), tuple(subject.where.items()))
    middle = median(values) if len(values) >= ENOUGH_PEERS else None
    past = then.get(key, none)
    return Measure(metric(code), figure, past, middle, cut, counts(figure, minimum), counts(past, minimum))


def counts(figure: Figure, minimum: int) -> bool:
    """Say whether a figure rests on enough orders to be compared."""
    return figure.value is not None and (figure.denominator or 0) >= minimum
