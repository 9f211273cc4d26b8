"""CHANGED WORLDS of `make bench-dispatch`: practice leaves the list; how fast that is followed.

From a day on two departments do each other's work and three towns do a class of matters themselves. A few
orders say little, so there are several such worlds, each with other departments, towns and another class, and what is
told is of all of them together. Before the change the list is right and was always followed, as people do.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from bench.dispatch_ground import A_DAY, BEGIN, DAYS, SEED, WORLDS, Bench, ask, share, words
from open12345.dispatch.advice.evidence import Past
from open12345.dispatch.advice.memory import Memory
from open12345.dispatch.advice.weights import Weights
from open12345.simulate.speech.texts import Spoken

RIGHT_AGAIN, WINDOW = 0.9, 40
#: Days before the change, and those of them on which the recommender is asked already.
BEFORE, WATCHED = 30, 3
GROUPS: Final = ("swapped", "areas", "unchanged")
#: Probabilities below which a desk might say that it is not sure (`sure_from` of a pack).
FLOORS: Final = (0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Hit:
    """An order that was dispatched: how long after the change (days), whom it is about, and who was right."""

    day: float
    group: str
    right: bool
    listed: bool
    #: The probability of the first unit.
    sure: float


@dataclass(frozen=True)
class World:
    """Who does what from `day` on, other than the list says."""

    bench: Bench
    number: int
    day: datetime
    swap: dict[str, str]
    towns: frozenset[str]
    kind: str

    def truth(self, category: str, area: str, at: datetime) -> tuple[str, str]:
        """Return who does it, and in which group of orders it is."""
        unit, pack = self.bench.by_list(category, area), self.bench.pack
        if at < self.day:
            return unit, "unchanged"
        if first_level(self.bench, category) == self.kind and self.towns & _codes(pack.area_tree.lineage(area)):
            here = pack.territory_unit(area)
            return (here.code, "areas") if here and here.code != unit else (unit, "unchanged")
        return (self.swap[unit], "swapped") if unit in self.swap else (unit, "unchanged")

    @property
    def told(self) -> str:
        """What changes, in words."""
        pack = self.bench.pack
        one, other = (pack.unit_tree[code].name for code in self.swap)
        towns = "、".join(pack.area_tree[code].name for code in sorted(self.towns))
        return f"{one} ⇄ {other}; {towns}: {pack.category_tree[self.kind].title}"


def _codes(rows: Sequence[Any]) -> set[str]:
    return {row.code for row in rows}


def first_level(bench: Bench, category: str) -> str:
    """Return the category's first level."""
    return bench.pack.category_tree.lineage(category)[-1].code


def worlds(bench: Bench) -> list[World]:
    """Return the worlds: each swaps the next two of the busiest departments, in other towns and another class."""
    territory = {unit.code for unit in map(bench.pack.territory_unit, bench.areas) if unit}
    counts = Counter(bench.by_list(one.category, bench.areas[0]) for one in bench.asked)
    busy = [unit for unit, _n in counts.most_common() if unit and unit not in territory]
    by_others: Counter[str] = Counter()
    for said in bench.asked:
        by_others[first_level(bench, said.category)] += bench.by_list(said.category, bench.areas[0]) not in territory
    classes = [kind for kind, _n in by_others.most_common()]
    towns = sorted(row.code for row in bench.pack.area_tree.children(bench.pack.area_tree.roots[0].code))
    day = BEGIN + timedelta(days=BEFORE)
    return [
        World(bench, n, day, dict([busy[2 * n : 2 * n + 2], busy[2 * n : 2 * n + 2][::-1]]),
              frozenset(towns[3 * n : 3 * n + 3]), classes[n])
        for n in range(WORLDS)
    ]  # fmt: skip


def changed(bench: Bench, weigh: Weights) -> dict[str, Any]:
    """Follow the recommender from day to day in each world; returns what all of them come to."""
    some = worlds(bench)
    each = [follow(world, weigh) for world in some]
    told: dict[str, Any] = {"worlds": [world.told for world in some], "orders_a_day": A_DAY, "days": DAYS}
    before = [hit.right for hits in each for hit in hits if hit.day < 0]
    told |= {"right_before": share(before), "floor": [below(each, floor) for floor in FLOORS]}
    return told | {group: course(each, group) for group in GROUPS}


def follow(world: World, weigh: Weights) -> list[Hit]:
    """Dispatch every order to whom is named first; a wrong unit returns it, a second time a person knows."""
    memory, hits = Memory(world.bench.pack), []
    later: list[Any] = []
    for number, (at, said, area) in enumerate(arrivals(world), 1):
        while later and later[0][0] <= at:
            when, _n, past, category, again = heapq.heappop(later)
            memory.ended(category, past)
            if again is not None:
                dispatch(world, memory, weigh, later, when, *again)
        memory.accepted(number, said.category)
        unit, group = world.truth(said.category, area, at)
        if unit:
            first, sure = dispatch(world, memory, weigh, later, at, number, said, area, unit)
            listed = world.bench.by_list(said.category, area) == unit
            hits.append(Hit((at - world.day) / timedelta(days=1), group, first == unit, listed, sure))
    return [hit for hit in hits if hit.day >= -WATCHED]


def dispatch(  # noqa: PLR0913, PLR0917 - a bench
    world: World, memory: Memory, weigh: Weights, later: list[Any], at: datetime, number: int, said: Spoken, area: str,
    unit: str, given: tuple[tuple[str, datetime], ...] = (),
) -> tuple[str, float]:  # fmt: skip
    """Send one order; what becomes of it is known later: kept after days, back after hours."""
    dice = Random(f"{world.number}/{number}/{len(given)}")  # noqa: S311 - an order ends alike whoever is asked
    back = frozenset(before for before, _sent in given)
    known = len(back) > 1 or at < world.day - timedelta(days=WATCHED)
    ranked = [] if known else ask(world.bench, memory, weigh, ((said.category, 1.0),), area, said, at, back, number)
    first, sure = (ranked[0].lead, ranked[0].probability) if ranked else (unit, 1.0)
    for before, sent in given:
        memory.moved(said.category, area, before, first, sent)
    kept = first == unit
    when = at + (timedelta(days=dice.uniform(1, 5)) if kept else timedelta(hours=dice.uniform(4, 36)))
    past = Past(number, f"N{number:08}", area, first, kept, when, words(said), at)
    again = None if kept else (number, said, area, unit, (*given, (first, at)))
    heapq.heappush(later, (when, number * 4 + len(given), past, said.category, again))
    return first, sure


def arrivals(world: World) -> Iterator[tuple[datetime, Spoken, str]]:
    """Yield orders, some categories far commoner than others, from a month before the change on."""
    bench, dice = world.bench, Random(SEED + world.number)  # noqa: S311 - the same
    by_leaf: dict[str, list[Spoken]] = {}
    for said in (*bench.learnt, *bench.asked):
        by_leaf.setdefault(said.category, []).append(said)
    leaves = sorted(by_leaf)
    dice.shuffle(leaves)
    weights = [1 / (n + 10) for n in range(len(leaves))]
    every, at = timedelta(days=1) / A_DAY, BEGIN
    while at < world.day + timedelta(days=DAYS):
        (leaf,) = dice.choices(leaves, weights)
        yield at, dice.choice(by_leaf[leaf]), dice.choice(bench.areas)
        at += every


def below(each: Sequence[Sequence[Hit]], floor: float) -> dict[str, Any]:
    """Return how many first dispatches fall below a floor, and how often the first unit was right there and above."""
    every = [hit for hits in each for hit in hits]
    under = [hit.right for hit in every if hit.sure < floor]
    return {
        "floor": floor, "orders": len(every), "below": len(under), "right_below": share(under),
        "right_above": share([hit.right for hit in every if hit.sure >= floor]),
    }  # fmt: skip


def course(each: Sequence[Sequence[Hit]], group: str) -> dict[str, Any]:
    """Return how often the first unit was right, day by day after the change, and when it is right again."""
    after = [[hit for hit in hits if hit.day >= 0 and hit.group == group] for hits in each]
    every = [hit for hits in after for hit in hits]
    days: dict[int, list[bool]] = {}
    for hit in every:
        days.setdefault(int(hit.day) + 1, []).append(hit.right)
    shown = (1, 2, 3, 5, 7, 10, 14, 21, 28)
    return {
        "orders_after": len(every), "right": share([hit.right for hit in every]),
        "in_each": [share([hit.right for hit in hits]) for hits in after],
        "list_right": share([hit.listed for hit in every]),
        "right_on_day": {n: share(days[n]) for n in shown if n in days},
        "right_again_after": [_again(hits) for hits in after],
    }  # fmt: skip


def _again(hits: Sequence[Hit]) -> dict[str, float] | None:
    """Return after how many orders and days nine of ten were right again, None where it was not within the run."""
    window: deque[bool] = deque(maxlen=WINDOW)
    for number, hit in enumerate(hits, 1):
        window.append(hit.right)
        if len(window) == WINDOW and sum(window) / WINDOW >= RIGHT_AGAIN:
            return {"orders": number, "days": round(hit.day, 1)}
    return None
