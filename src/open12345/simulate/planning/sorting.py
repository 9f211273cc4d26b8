"""What each order is about, where, how it came and who must act: quotas to the last order, the rest by chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from open12345.simulate.chance import key_of
from open12345.simulate.planning import events
from open12345.simulate.planning.arrivals import shrink
from open12345.simulate.planning.quotas import Floats, Ints, Mask, choose, draw, largest_remainder
from open12345.simulate.planning.table import NONE, URGENCIES, Codes, Table, matching
from open12345.simulate.scenarios.scenario import Dimension, Quota, Scenario

#: Weight of an option that the scenario does not speak of: possible, where a quota asks for it.
_UNUSUAL: Final = 1e-9
#: Liking of those that must be taken before any other.
_FIRST: Final = 1e9


class Unreachable(ValueError):
    """A quota that cannot come out beside the others; says which and why."""

    def __init__(self, quota: Quota, message: str) -> None:
        """Name the quota."""
        self.quota = quota
        super().__init__(f"{quota.of} {'、'.join(quota.values)}（{quota.days}）：{message}")


@dataclass(frozen=True, slots=True)
class Demand:
    """A quota in numbers: among `rows`, exactly `count` have one of `options`."""

    quota: Quota
    rows: Mask
    options: Ints
    count: int


class Sorter:
    """Fills the columns of a table one after the other; each column draws from its own dice."""

    def __init__(self, scenario: Scenario, codes: Codes, table: Table, scale: float) -> None:
        """Remember what is planned, and for how many orders."""
        self.scenario, self.codes, self.table, self.scale = scenario, codes, table, scale
        self.wanted: tuple[frozenset[str], ...] = ()

    def dice(self, name: str) -> np.random.Generator:
        """Return the dice of one column."""
        return np.random.default_rng([self.scenario.seed, key_of(name) & 0x7FFFFFFF])

    def sort(self) -> None:
        """Fill every column that says what an order is."""
        table, codes, mix = self.table, self.codes, self.scenario.mix
        Matters(self).fill()
        self._places()
        self._units()
        table.kind[:] = self._column("kind", self._kind_weights(), lambda base: codes.kinds_of((base,)))
        table.channel[:] = self._column("channel", self._channel_weights(), _same(codes.channels))
        table.urgency[:] = self._column("urgency", self._urgency_weights(), _same(URGENCIES))
        usual = np.tile([1 - mix.enterprise, mix.enterprise], (table.size, 1))
        table.enterprise[:] = self._column("enterprise", usual, _same(("false", "true"))) == 1
        table.reason[:] = self._reasons()
        table.anonymous[:] = (self.dice("anonymous").random(table.size) < mix.anonymous) & ~table.enterprise

    # --- quotas ---------------------------------------------------------------------------------------

    def demands(self, of: Dimension, options: Callable[[str], Mask]) -> list[Demand]:
        """Return the quotas of one column in numbers, those of the shortest windows first."""
        found = [quota for quota in self.scenario.quotas if quota.of == of]
        counts = self._counts(found)
        demands = [
            Demand(quota, rows, np.flatnonzero(np.any([options(value) for value in quota.values], axis=0)), count)
            for quota, (rows, count) in zip(found, counts, strict=True)
        ]
        return sorted(demands, key=lambda demand: int(demand.rows.sum()))

    def _counts(self, quotas: Sequence[Quota]) -> list[tuple[Mask, int]]:
        """Turn shares into numbers; those of one whole by largest remainder, so that they sum to it."""
        groups: dict[tuple[str, str], list[Quota]] = defaultdict(list)
        for quota in quotas:
            if quota.percent is not None:
                groups[str(quota.days), quota.among.model_dump_json()].append(quota)
        counts: dict[int, int] = {}
        for group in groups.values():
            base = int(self._rows(group[0]).sum())
            shares = [float(quota.percent or 0) for quota in group]
            parts = largest_remainder(base, [*shares, max(100 - sum(shares), 0)])
            counts |= {id(quota): int(part) for quota, part in zip(group, parts, strict=False)}
        return [(self._rows(quota), counts.get(id(quota), shrink(quota.orders or 0, self.scale))) for quota in quotas]

    def _rows(self, quota: Quota) -> Mask:
        return self.table.on(quota.days) & matching(self.table, self.codes, quota.among)

    def _column(self, of: Dimension, weights: Floats, options: Callable[[str], Mask]) -> Ints:
        """Return a column: first what quotas demand, then by chance what they leave free."""
        rng, demands = self.dice(of), self.demands(of, options)
        weights = weights + _UNUSUAL
        value = np.full(self.table.size, NONE, dtype=np.int64)
        for demand in demands:
            free = np.flatnonzero(demand.rows & (value == NONE))
            chosen = _chosen(rng, demand, value, free, weights[free][:, demand.options].sum(axis=1))
            value[chosen] = demand.options[_rowwise(rng, weights[chosen][:, demand.options])]
            weights[np.ix_(demand.rows, demand.options)] = 0  # what is demanded is not given by chance too
        rest = np.flatnonzero(value == NONE)
        if bool((weights[rest].sum(axis=1) <= 0).any()):
            raise Unreachable(demands[-1].quota, "各项指标合起来不到全部工单，又没有别的取值")
        value[rest] = _rowwise(rng, weights[rest])
        return value

    # --- what is usual --------------------------------------------------------------------------------

    def _kind_weights(self) -> Floats:
        """Kinds are as the category hints, or as common as the scenario says."""
        pack, codes, mix = self.codes.pack, self.codes, self.scenario.mix
        usual = np.array([mix.kinds.get(pack.kinds[code].base, 0.05) if mix.kinds else 1.0 for code in codes.kinds])
        by_leaf = np.tile(usual / usual.sum(), (len(codes.leaves), 1))
        for place, leaf in enumerate(codes.leaves):
            hint = next((row.kind_hint for row in pack.category_tree.lineage(leaf) if row.kind_hint), None)
            if hint in codes.kinds:
                by_leaf[place] *= 0.15
                by_leaf[place, codes.kinds.index(hint)] += 0.85
        return by_leaf[self.table.leaf]

    def _channel_weights(self) -> Floats:
        mix, codes = self.scenario.mix, self.codes
        usual = [mix.channels.get(code, 0.0 if mix.channels else 1.0) for code in codes.channels]
        return np.tile(usual, (self.table.size, 1))

    def _urgency_weights(self) -> Floats:
        """What the category's own urgent words name is urgent more often."""
        pack, codes = self.codes.pack, self.codes
        hot = np.array([any(row.urgent_words for row in pack.category_tree.lineage(leaf)) for leaf in codes.leaves])
        usual = np.array([self.scenario.mix.urgencies.get(code, 0.0) for code in URGENCIES])
        by_leaf = np.tile(usual, (len(codes.leaves), 1))
        by_leaf[hot] *= [6, 3, 1]
        return by_leaf[self.table.leaf]

    def _reasons(self) -> Ints:
        """No reason of its own, unless a quota asks for one; then the urgent first."""
        rng, table = self.dice("reason"), self.table
        value = np.zeros(table.size, dtype=np.int64)
        for demand in self.demands("reason", _same(self.codes.reasons)):
            free = np.flatnonzero(demand.rows & (value == 0))
            liking = np.array([1.0, 0.2, 0.001])[table.urgency[free]]
            value[_chosen(rng, demand, value, free, liking)] = demand.options[0]
        return value

    # --- where and who --------------------------------------------------------------------------------

    def _places(self) -> None:
        """Each area as busy as the scenario says, or as its seed; an event's orders around its place."""
        table, codes, rng = self.table, self.codes, self.dice("area")
        usual = self._area_weights()
        table.area[:] = draw(rng, table.size, usual)
        for number, event in enumerate(self.scenario.events):
            felt = events.curve(event, table.first, int(table.day.max(initial=0)) + 1, table.end)[table.day]
            own = 1 - 1 / (1 + max(event.strength - 1, 0) * felt)
            hit = codes.leaves_below(event.categories)[table.leaf] & (rng.random(table.size) < own)
            table.event[hit] = number
            if event.place is not None:
                weights = events.around(event, codes.pack, codes.areas)
                table.area[hit] = draw(rng, int(hit.sum()), weights)

        for number in range(len(self.wanted)):
            self._move(rng, number, usual)

    def _move(self, rng: np.random.Generator, number: int, usual: Floats) -> None:
        """Bring orders that a kind of unit must lead to the areas that such units look after."""
        table, codes = self.table, self.codes
        theirs = np.array([unit != NONE and codes.unit_kinds[unit] in self.wanted[number] for unit in codes.territory])
        rows = (table.wanted == number) & (codes.leads[table.leaf] == NONE) & ~theirs[table.area]
        if theirs.any():
            table.area[rows] = draw(rng, int(rows.sum()), usual * theirs)

    def _area_weights(self) -> Floats:
        tree, given = self.codes.pack.area_tree, self.scenario.mix.areas
        rng = self.dice("areas")
        weights = rng.lognormal(0, 0.5, len(self.codes.areas))
        for place, code in enumerate(self.codes.areas):
            weights[place] *= next((given[row.code] for row in tree.lineage(code) if row.code in given), 1.0)
        return weights

    def _units(self) -> None:
        """Whom the duty list names for the matter, or the unit of the territory.

        A kind of unit that must lead without leading anything by the list is given its orders all the same.
        """
        table, codes = self.table, self.codes
        lead = codes.leads[table.leaf]
        table.unit[:] = np.where(lead == NONE, codes.territory[table.area], lead)
        nobody = table.unit == NONE
        if nobody.any():
            table.unit[nobody] = next(n for n, kind in enumerate(codes.unit_kinds) if kind != "centre")
        for number, kinds in enumerate(self.wanted):
            such = np.array([kind in kinds for kind in codes.unit_kinds])
            rows = (table.wanted == number) & ~such[table.unit]
            able = np.array([row.kind in kinds for row in codes.pack.units], dtype=np.float64)
            table.unit[rows] = draw(self.dice("unit"), int(rows.sum()), able)


class Matters:
    """The category of every order, together with the kind of unit that leads it (one follows from the other)."""

    def __init__(self, sorter: Sorter) -> None:
        """Weigh every leaf on every day."""
        self.sorter, self.table, self.codes = sorter, sorter.table, sorter.codes
        self.rng = sorter.dice("category")
        days = int(self.table.day.max(initial=0)) + 1
        felt = events.likelier(sorter.scenario.events, self.codes.lineages, self.table.first, days, self.table.end)
        self.weights = felt * self._usual()

    def fill(self) -> None:
        """Categories that a quota names, then kinds of unit, then what is left."""
        for demand in self.sorter.demands("category", lambda code: self.codes.leaves_below((code,))):
            self._fulfil(demand)
        self._by_unit_kind()
        rest = np.flatnonzero(self.table.leaf == NONE)
        self.table.leaf[rest] = self._leaves(rest, np.arange(len(self.codes.leaves)))

    def _usual(self) -> Floats:
        """A named category has its weight, divided over the leaves below it; others share what is left alike."""
        named, tree = self.sorter.scenario.mix.categories, self.codes.pack.category_tree
        weights = np.zeros(len(self.codes.leaves))
        groups: dict[str, list[int]] = defaultdict(list)
        for place, leaf in enumerate(self.codes.leaves):
            line = [row.code for row in tree.lineage(leaf)]
            groups[next((code for code in line if code in named), line[-1])].append(place)
        for code, places in groups.items():
            own = self.sorter.dice(code).lognormal(0, 0.7, len(places))
            weights[places] = named.get(code, 1.0) * own / own.sum()
        return weights

    def _fulfil(self, demand: Demand) -> None:
        free = np.flatnonzero(demand.rows & (self.table.leaf == NONE))
        chosen = _chosen(self.rng, demand, self.table.leaf, free, self._likes(demand.options)[self.table.day[free]])
        self.table.leaf[chosen] = self._leaves(chosen, demand.options)
        days = np.unique(self.table.day[demand.rows])
        self.weights[np.ix_(days, demand.options)] = 0

    def _likes(self, options: Ints) -> Floats:
        """Return the share of some leaves in each day's orders."""
        return self.weights[:, options].sum(axis=1) / np.maximum(self.weights.sum(axis=1), 1e-9)  # type: ignore[no-any-return]

    def _by_unit_kind(self) -> None:
        """Decide the kind of unit of every order of a window, and give the free ones a category that such units lead.

        A category that falls to the territory leaves the kind open (street, town, committee) until a quota takes it.
        """
        table, codes = self.table, self.codes
        ground = codes.leads == NONE
        demands = self.sorter.demands("unit_kind", lambda kind: np.array([kind in found for found in codes.leaf_kinds]))
        for number, demand in enumerate(demands):
            values = set(demand.quota.values)
            own = ~ground & np.array([bool(found & values) for found in codes.leaf_kinds])
            options = demand.options if demand.options.size else np.flatnonzero(ground)
            known = table.leaf != NONE
            fixed = known & own[table.leaf]
            waiting = known & ground[table.leaf] & (table.wanted == NONE) & bool(values & codes.ground_kinds)
            free = np.flatnonzero(demand.rows & (waiting | ~known))
            liking = np.where(waiting[free], _FIRST, self._likes(options)[table.day[free]])
            state = np.where(fixed, number, table.wanted)
            chosen = _chosen(self.rng, replace(demand, options=np.array([number])), state, free, liking)
            table.wanted[chosen] = number
            new = chosen[table.leaf[chosen] == NONE]
            table.leaf[new] = self._leaves(new, options)
        self.sorter.wanted = tuple(frozenset(demand.quota.values) for demand in demands)

    def _leaves(self, rows: Ints, options: Ints) -> Ints:
        """Draw one of some leaves for each of `rows` (in order of time) as likely as on its day."""
        found = np.empty(rows.size, dtype=np.int64)
        for start, stop, day in _by_day(self.table.day[rows]):
            weights = self.weights[day, options]
            if not weights.sum():
                weights = np.ones_like(weights)
            found[start:stop] = options[draw(self.rng, stop - start, weights)]
        return found


def _by_day(days: Ints) -> Iterator[tuple[int, int, int]]:
    edges = np.flatnonzero(np.diff(days)) + 1
    bounds = [0, *edges.tolist(), days.size]
    for start, stop in pairwise(bounds):
        if stop > start:
            yield start, stop, int(days[start])


def _chosen(rng: np.random.Generator, demand: Demand, value: Ints, free: Ints, liking: Floats) -> Ints:
    """Draw the orders that a demand still lacks."""
    there = int(np.isin(value[demand.rows], demand.options).sum())
    lacking = demand.count - there
    possible = liking > 0
    free, liking = free[possible], liking[possible]
    if lacking < 0:
        raise Unreachable(demand.quota, f"其他指标已使这类工单达到 {there} 件，超过 {demand.count} 件")
    if lacking > free.size:
        raise Unreachable(demand.quota, f"还差 {lacking} 件，但只剩 {free.size} 件未定")
    return choose(rng, free, liking, lacking)


def _rowwise(rng: np.random.Generator, weights: Floats) -> Ints:
    """Draw an option for each row by its own weights."""
    cumulated = np.cumsum(weights, axis=1)
    drawn = rng.random(weights.shape[0]) * cumulated[:, -1]
    options: Ints = np.minimum((cumulated <= drawn[:, None]).sum(axis=1), weights.shape[1] - 1)
    return options


def _same(options: Sequence[str]) -> Callable[[str], Mask]:
    """Return a test of options by their code."""
    return lambda code: np.array([option == code for option in options])
