"""Closed orders replayed in time order: at any moment it knows what the database knew then (for training, benches)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import date, datetime

from open12345.dispatch.advice.evidence import (
    MONTHS,
    REACH,
    Evidence,
    Level,
    Past,
    levels,
    month_of,
    months_between,
    tally,
)
from open12345.policy import Pack


class Memory:
    """Tell it what happens in time order; ask it in between."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._counted: dict[Level, dict[str, dict[date, list[int]]]] = defaultdict(dict)
        self._newest: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=REACH))
        self._past: dict[int, list[Past]] = defaultdict(list)

    def accepted(self, order: int, category: str) -> None:
        """An order was taken in."""
        self._newest[category].append(order)

    def ended(self, category: str, past: Past) -> None:
        """A unit reported an order, or it came back from there."""
        self._past[past.order].append(past)
        month = month_of(past.at)
        for level in levels(self._pack, category, past.area):
            counts = self._counted[level].setdefault(past.unit, {}).setdefault(month, [0, 0])
            counts[0 if past.kept else 1] += 1

    def evidence(self, categories: Iterable[str], area: str, at: datetime) -> Evidence:
        """Return what is known now of some categories in one area."""
        wanted = list(dict.fromkeys(categories))
        asked = dict.fromkeys(level for code in wanted for level in levels(self._pack, code, area))
        tallies = {
            level: {
                unit: tally((age, kept, back) for age, (kept, back) in aged(months, at))
                for unit, months in self._counted[level].items()
            }
            for level in asked if level in self._counted
        }  # fmt: skip
        past = {
            code: sorted(
                (one for order in self._newest[code] for one in self._past.get(order, ())),
                key=lambda one: (one.at, one.order), reverse=True,
            )
            for code in wanted if code in self._newest
        }  # fmt: skip
        return Evidence(at, tallies, past)


def aged(months: dict[date, list[int]], at: datetime) -> Iterable[tuple[int, tuple[int, int]]]:
    """Yield the counts of each month that is not too old, with its age."""
    for month, (kept, back) in months.items():
        age = months_between(month, at)
        if 0 <= age < MONTHS:
            yield age, (kept, back)
