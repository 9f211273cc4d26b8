"""Closed orders replayed in time order: at any moment it knows what the database knew then (for training, benches)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import date, datetime

from open12345.dispatch.advice.evidence import DAYS, REACH, Evidence, Level, Past, above, chain, day_of
from open12345.dispatch.advice.periods import Periods
from open12345.policy import Pack


class Memory:
    """Tell it what happens in time order; ask it in between."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._counted: dict[Level, dict[str, Periods]] = defaultdict(lambda: defaultdict(Periods))
        self._moved: dict[Level, dict[tuple[str, str], Periods]] = defaultdict(lambda: defaultdict(Periods))
        self._newest: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=REACH))
        self._past: dict[int, list[Past]] = defaultdict(list)
        self._known: dict[tuple[str, str], list[Level]] = {}

    def accepted(self, order: int, category: str) -> None:
        """An order was taken in."""
        self._newest[category].append(order)

    def ended(self, category: str, past: Past) -> None:
        """A unit reported an order, or it came back from there."""
        self._past[past.order].append(past)
        for level in self._levels(category, past.area):
            self._counted[level][past.unit].add(day_of(past.sent), kept=past.kept)

    def moved(self, category: str, area: str, before: str, unit: str, sent: datetime) -> None:
        """An order that `before`, sent it at `sent`, had given back was sent to another unit."""
        for level in self._levels(category, area):
            self._moved[level][before, unit].add(day_of(sent), kept=True)

    def _levels(self, category: str, area: str) -> list[Level]:
        found = self._known.get((category, area))
        if found is None:
            places = [*(row.code for row in self._pack.area_tree.lineage(area)), ""]
            found = [Level(code, place) for code in above(self._pack, category) for place in places]
            self._known[category, area] = found
        return found

    def evidence(self, categories: Iterable[str], area: str, at: datetime) -> Evidence:
        """Return what is known now of some categories in one area."""
        today = day_of(at)
        wanted = list(dict.fromkeys(categories))
        asked = dict.fromkeys(level for code in wanted for level in chain(self._pack, code, area).all)
        tallies = {
            level: {unit: counts.tally(today) for unit, counts in self._counted[level].items()}
            for level in asked if level in self._counted
        }  # fmt: skip
        moves = {level: self._run(level, today) for level in asked if level in self._moved}
        past = {
            code: sorted(
                (one for order in self._newest[code] for one in self._past.get(order, ())),
                key=lambda one: (one.sent, one.order), reverse=True,
            )
            for code in wanted if code in self._newest
        }  # fmt: skip
        return Evidence(at, tallies, {level: pairs for level, pairs in moves.items() if pairs}, past)

    def _run(self, level: Level, today: date) -> dict[tuple[str, str], float]:
        """Return where went what a unit gave back of all that was sent since it last kept anything."""
        counted, found = self._counted[level], {}
        for (before, unit), counts in self._moved[level].items():
            own = counted.get(before)
            if run := counts.kept_since(today, own.last_kept(today) if own is not None else DAYS):
                found[before, unit] = run
        return found
