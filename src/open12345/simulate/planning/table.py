"""The plan's memory: a few numbers per order in columns, and the lists of codes they count in.

Thirty bytes an order: half a million orders stay below 20 MB, and any one can be asked for without those before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from open12345.policy import Pack
from open12345.policy.names import TERRITORY
from open12345.simulate.planning.quotas import Ints, Mask
from open12345.simulate.scenarios.scenario import Where
from open12345.simulate.scenarios.windows import Days

NONE: Final = -1
URGENCIES: Final = ("urgent", "semi_urgent", "ordinary")


class Codes:
    """The pack's codes as lists; a column of the table holds places in them."""

    def __init__(self, pack: Pack, reasons: tuple[str, ...] = ()) -> None:
        """List what orders can be; `reasons` are those of dispatch that a scenario counts."""
        self.pack = pack
        self.leaves = tuple(row.code for row in pack.category_tree.leaves())
        self.places = {code: place for place, code in enumerate(self.leaves)}
        self.lineages = tuple(frozenset(row.code for row in pack.category_tree.lineage(code)) for code in self.leaves)
        self.channels = tuple(code for code in pack.channels if code not in {"import", "api"})
        self.kinds = tuple(pack.kinds)
        self.units = tuple(row.code for row in pack.units)
        self.areas = _areas(pack)
        self.reasons = ("", *reasons)

    @cached_property
    def upper(self) -> Mask:
        """Which channels bring orders of a platform above."""
        return np.array([self.pack.channels[code].origin == "upper" for code in self.channels])

    @cached_property
    def territory(self) -> Ints:
        """Area → the unit that looks after it, NONE where none does."""
        found = (self.pack.territory_unit(code) for code in self.areas)
        return np.array([self.units.index(unit.code) if unit else NONE for unit in found])

    @cached_property
    def leads(self) -> Ints:
        """Leaf → the unit that the duty list names first, NONE for the territory."""
        return np.array([self._lead(code) for code in self.leaves])

    def _lead(self, leaf: str) -> int:
        item = next(iter(self.pack.duty.find(leaf)), None)
        return NONE if item is None or item.lead == TERRITORY else self.units.index(item.lead)

    @cached_property
    def unit_kinds(self) -> tuple[str, ...]:
        """Unit → the kind of the unit directly below the centre to which it belongs (or its own)."""
        return tuple(self._top_kind(code) for code in self.units)

    def _top_kind(self, code: str) -> str:
        line = [row for row in self.pack.unit_tree.lineage(code) if row.kind != "centre"]
        return line[-1].kind if line else "centre"

    @cached_property
    def ground_kinds(self) -> frozenset[str]:
        """The kinds of unit that look after areas."""
        return frozenset(self.unit_kinds[unit] for unit in self.territory if unit != NONE)

    @cached_property
    def leaf_kinds(self) -> tuple[frozenset[str], ...]:
        """Leaf → the kinds of unit that may lead it."""
        return tuple(self.ground_kinds if lead == NONE else frozenset({self.unit_kinds[lead]}) for lead in self.leads)

    def leaves_below(self, categories: tuple[str, ...]) -> Mask:
        """Return which leaves are one of `categories` or lie below one."""
        return np.array([not lineage.isdisjoint(categories) for lineage in self.lineages])

    def kinds_of(self, bases: tuple[str, ...]) -> Mask:
        """Return which kinds of the pack count as one of `bases`."""
        return np.array([self.pack.kinds[code].base in bases for code in self.kinds])


def _areas(pack: Pack) -> tuple[str, ...]:
    """Return the areas that orders name: communities, and what has none below it; no grids."""
    rows = [row for row in pack.areas if row.level != "grid"]
    above = {row.parent for row in rows}
    return tuple(row.code for row in rows if row.code not in above)


def column(size: int, kind: type[np.signedinteger] = np.int16) -> Ints:
    """Return a column that says nothing yet."""
    return np.full(size, NONE, dtype=kind)


@dataclass(slots=True)
class Table:
    """One row per order, in order of time."""

    first: date
    end: date
    day: Ints
    second: Ints
    leaf: Ints = field(init=False)
    area: Ints = field(init=False)
    unit: Ints = field(init=False)
    kind: Ints = field(init=False)
    channel: Ints = field(init=False)
    urgency: Ints = field(init=False)
    reason: Ints = field(init=False)
    event: Ints = field(init=False)
    wanted: Ints = field(init=False)
    fate: Ints = field(init=False)
    solved: Ints = field(init=False)
    satisfied: Ints = field(init=False)
    cause: Ints = field(init=False)
    repeats: Ints = field(init=False)
    enterprise: Mask = field(init=False)
    anonymous: Mask = field(init=False)

    def __post_init__(self) -> None:
        """Make the empty columns."""
        size = self.day.size
        for name in ("leaf", "area", "unit"):
            setattr(self, name, column(size))
        for name in ("kind", "channel", "urgency", "reason", "event", "wanted", "fate", "solved", "satisfied", "cause"):
            setattr(self, name, column(size, np.int8))
        self.repeats = column(size, np.int32)
        self.enterprise = np.zeros(size, dtype=np.bool_)
        self.anonymous = np.zeros(size, dtype=np.bool_)

    @property
    def size(self) -> int:
        """How many orders there are."""
        return int(self.day.size)

    def on(self, days: Days) -> Mask:
        """Return which orders are registered on these days."""
        start, stop = ((day - self.first).days for day in days.at(self.end))
        return (self.day >= start) & (self.day <= stop)


def matching(table: Table, codes: Codes, where: Where) -> Mask:
    """Return which orders `where` means, as far as they are planned."""
    found = np.ones(table.size, dtype=np.bool_)
    if where.categories:
        found &= codes.leaves_below(where.categories)[table.leaf]
    if where.channels:
        found &= np.isin(table.channel, [codes.channels.index(code) for code in where.channels])
    if where.kinds:
        found &= codes.kinds_of(where.kinds)[table.kind]
    if where.urgencies:
        found &= np.isin(table.urgency, [URGENCIES.index(code) for code in where.urgencies])
    if where.unit_kinds:
        found &= np.array([kind in where.unit_kinds for kind in codes.unit_kinds])[table.unit]
    if where.enterprise is not None:
        found &= table.enterprise == where.enterprise
    if where.reason is not None:
        found &= np.array([reason.startswith(where.reason) for reason in codes.reasons])[table.reason]
    return found
