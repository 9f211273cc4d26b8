"""Closed orders replayed in time order: at any moment it knows what the database knew then (for training, benches)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import date, datetime

from open12345.dispatch.advice.evidence import (
    REACH,
    SLOW,
    Evidence,
    Level,
    Past,
    Tally,
    above,
    chain,
    day_of,
    last_kept,
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
        self._known: dict[tuple[str, str], list[Level]] = {}

    def accepted(self, order: int, category: str) -> None:
        """An order was taken in."""
        self._newest[category].append(order)

    def ended(self, category: str, past: Past) -> None:
        """A unit reported an order, or it came back from there."""
        self._past[past.order].append(past)
        for level in self._levels(category, past.area):
            self._count(self._counted[level].setdefault(past.unit, {}), past.sent, kept=past.kept)

    def moved(self, category: str, area: str, before: str, unit: str, sent: datetime) -> None:
        """An order that `before`, sent it at `sent`, had given back was sent to another unit."""
        for level in self._levels(category, area):
            self._count(self._moved[level].setdefault((before, unit), {}), sent, kept=True)

    def _levels(self, category: str, area: str) -> list[Level]:
        found = self._known.get((category, area))
        if found is None:
            places = [*(row.code for row in self._pack.area_tree.lineage(area)), ""]
            found = [Level(code, place) for code in above(self._pack, category) for place in places]
            self._known[category, area] = found
        return found

    def _count(self, counts: Counts, at: datetime, *, kept: bool) -> None:
        counts.setdefault(day_of(at), [0, 0])[0 if kept else 1] += 1
        self._added.pop(id(counts), None)

    def evidence(self, categories: Iterable[str], area: str, at: datetime) -> Evidence:
        """Return what is known now of some categories in one area."""
        today = day_of(at)
        wanted = list(dict.fromkeys(categories))
        asked = dict.fromkeys(level for code in wanted for level in chain(self._pack, code, area).all)
        tallies = {
            level: {unit: self._tally(counts, today) for unit, counts in self._counted[level].items()}
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
        found = {}
        for (before, unit), counts in self._moved[level].items():
            last = last_kept(self._aged(self._counted[level].get(before, {}), today))
            rows = [(age, kept) for age, kept, _back in self._aged(counts, today) if 0 <= age < last]
            if rows:
                found[before, unit] = sum(kept * 0.5 ** (age / SLOW) for age, kept in rows)
        return found

    def _tally(self, counts: Counts, today: date) -> Tally:
        """Add up days as the database does; once a day, and after each that is added."""
        found = self._added.get(id(counts))
        if found is None or found[0] != today:
            found = self._added[id(counts)] = (today, tally(self._aged(counts, today)))
        return found[1]

    @staticmethod
    def _aged(counts: Counts, today: date) -> list[tuple[int, int, int]]:
        """Return (age in days, kept, back), days and months as the table counts them."""
        single, rows = single_from(today), defaultdict[date, list[int]](lambda: [0, 0])
        for day, (kept, back) in counts.items():
            period = period_of(day, single)
            rows[period][0] += kept
            rows[period][1] += back
        return [((today - day).days, kept, back) for day, (kept, back) in rows.items()]
