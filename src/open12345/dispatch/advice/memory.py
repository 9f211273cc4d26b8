"""Closed orders replayed in time order: at any moment it knows what the database knew then (for training, benches)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import date, datetime

from open12345.dispatch.advice.evidence import (
    REACH,
    Evidence,
    Level,
    Past,
    Tally,
    day_of,
    levels,
    period_of,
    single_from,
    tally,
)
from open12345.policy import Pack

Counts = dict[date, list[int]]


class Memory:
    """Tell it what happens in time order; ask it in between."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._counted: dict[Level, dict[str, Counts]] = defaultdict(dict)
        self._moved: dict[Level, dict[tuple[str, str], Counts]] = defaultdict(dict)
        self._newest: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=REACH))
        self._past: dict[int, list[Past]] = defaultdict(list)
        self._added: dict[int, tuple[date, Tally]] = {}

    def accepted(self, order: int, category: str) -> None:
        """An order was taken in."""
        self._newest[category].append(order)

    def ended(self, category: str, past: Past) -> None:
        """A unit reported an order, or it came back from there."""
        self._past[past.order].append(past)
        for level in levels(self._pack, category, past.area):
            self._count(self._counted[level].setdefault(past.unit, {}), past.at, kept=past.kept)

    def moved(self, category: str, area: str, before: str, unit: str, at: datetime) -> None:
        """An order that `before` had given back was sent to another unit."""
        for level in levels(self._pack, category, area):
            self._count(self._moved[level].setdefault((before, unit), {}), at, kept=True)

    def _count(self, counts: Counts, at: datetime, *, kept: bool) -> None:
        counts.setdefault(day_of(at), [0, 0])[0 if kept else 1] += 1
        self._added.pop(id(counts), None)

    def evidence(self, categories: Iterable[str], area: str, at: datetime) -> Evidence:
        """Return what is known now of some categories in one area."""
        today = day_of(at)
        wanted = list(dict.fromkeys(categories))
        asked = dict.fromkeys(level for code in wanted for level in levels(self._pack, code, area))
        tallies = {
            level: {unit: self._tally(counts, today) for unit, counts in self._counted[level].items()}
            for level in asked if level in self._counted
        }  # fmt: skip
        moves = {
            level: {pair: self._tally(counts, today).kept_fast for pair, counts in self._moved[level].items()}
            for level in asked if level in self._moved
        }  # fmt: skip
        past = {
            code: sorted(
                (one for order in self._newest[code] for one in self._past.get(order, ())),
                key=lambda one: (one.at, one.order), reverse=True,
            )
            for code in wanted if code in self._newest
        }  # fmt: skip
        return Evidence(at, tallies, moves, past)

    def _tally(self, counts: Counts, today: date) -> Tally:
        """Add up days as the database does; once a day, and after each that is added."""
        found = self._added.get(id(counts))
        if found is None or found[0] != today:
            single = single_from(today)
            rows = (((today - period_of(day, single)).days, kept, back) for day, (kept, back) in counts.items())
            found = self._added[id(counts)] = (today, tally(rows))
        return found[1]
