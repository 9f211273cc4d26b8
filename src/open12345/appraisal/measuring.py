"""Values of all ranked units in a period, asked of the facts: the only place where appraisal counts anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from open12345.appraisal.models import Adjustment
from open12345.appraisal.scheme import Scheme
from open12345.appraisal.scoring import Extra, Measured, Score, Value, table
from open12345.directory.models import Unit
from open12345.directory.person import SYSTEM
from open12345.facts import queries as facts
from open12345.facts.metrics import BY_CODE
from open12345.facts.periods import Period
from open12345.policy import Pack

#: What is held against the minimum count: orders given to the unit as lead in the period.
COUNTED = "dispatches"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit that stands in a group. `way`: the dimension by which its rows are found."""

    unit: Unit
    group: str

    @property
    def way(self) -> str:
        """Directly below the centre: with all below it, that is how work goes straight to a station; else itself."""
        return "unit_top" if self.unit.level == _TOP else "unit"


_TOP = 2


def ranked_units(pack: Pack) -> list[Ranked]:
    """Return all active units of the pack's groups, by group, then name."""
    groups: dict[str, str] = {kind: group.code for group in pack.appraisal.groups for kind in group.kinds}
    places = {group.code: place for place, group in enumerate(pack.appraisal.groups)}
    rows = Unit.objects.filter(kind__in=groups, active=True)
    found = [Ranked(unit, groups[unit.kind]) for unit in rows]
    return sorted(found, key=lambda one: (places[one.group], one.unit.code))


def measure(
    units: Iterable[Ranked], codes: Iterable[str], over: Period, *, at: datetime, view: facts.View
) -> dict[str, dict[str, Value]]:
    """Return unit → indicator → value. As the platform: who may see the result is decided by whoever shows it."""
    rows = list(units)
    ways = {row.unit.code: row.way for row in rows}
    found: dict[str, dict[str, Value]] = {row.unit.code: {} for row in rows}
    for code in codes:
        for way in sorted(set(ways.values())):
            answer = facts.ask(code, over, person=SYSTEM, at=at, by=(way,), view=view)
            for line in answer.lines:
                unit = str(line.key[0] or "")
                if ways.get(unit) == way:
                    found[unit][code] = _value(code, line.figure)
    return found


def _value(code: str, figure: facts.Figure) -> Value:
    metric = BY_CODE[code]
    return Value(figure.numerator, figure.denominator, Decimal(metric.factor) / metric.scale)


def scores(
    pack: Pack, scheme: Scheme, over: Period, *, at: datetime, adjudicated: bool, as_of: date | None = None,
) -> dict[str, Score]:  # fmt: skip
    """Return the table of a period as the facts of now, or of a published day, give it.

    Raises `facts.store.NoFacts`.
    """
    units = ranked_units(pack)
    return table(scheme, measured(units, scheme, over, at=at, adjudicated=adjudicated, as_of=as_of))


def measured(
    units: list[Ranked], scheme: Scheme, over: Period, *, at: datetime, adjudicated: bool, as_of: date | None
) -> list[Measured]:
    """Return what `scoring.table` needs of each unit: one measuring serves any number of schemes."""
    view = facts.View(as_of=as_of, adjudicated=adjudicated, compared=False)
    codes = [*scheme.measures, *([COUNTED] if COUNTED not in scheme.measures else [])]
    found = measure(units, codes, over, at=at, view=view)
    extras = extras_of(over)
    return [
        Measured(row.unit.code, row.group, _orders(found[row.unit.code]), found[row.unit.code],
                 extras.get(row.unit.pk, ()))
        for row in units
    ]  # fmt: skip


def _orders(values: Mapping[str, Value]) -> int:
    return values[COUNTED].numerator if COUNTED in values else 0


def extras_of(over: Period) -> dict[int, tuple[Extra, ...]]:
    """Return what people gave and took, by unit."""
    rows = Adjustment.objects.filter(month__gte=over.first, month__lte=over.last, revoked_at__isnull=True)
    found: dict[int, tuple[Extra, ...]] = {}
    for row in rows.order_by("pk"):
        found[row.unit_id] = (*found.get(row.unit_id, ()), Extra(row.points, row.reason, row.evidence))
    return found
