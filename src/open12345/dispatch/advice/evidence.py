"""What is known of who does what: counted practice, and what became of the newest orders of a category (pure).

Two makers fill it alike: `stored` reads the database for a page of orders, `memory` replays closed orders in time
order, so that a model learns from what was known at the moment of each dispatch and from nothing later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from sys import intern
from typing import Final, NamedTuple

from open12345.policy import Pack
from open12345.text import bigrams
from open12345.worktime import SHANGHAI

#: So many of the newest orders of a category are looked at for what became of them.
REACH: Final = 100
#: Days that practice is read back, and months that a reason tells of.
DAYS: Final = 730
TOLD_MONTHS: Final = 6
TOLD_DAYS: Final = 182
#: Days that are counted one by one; older ones together with their month.
SINGLE: Final = 21
#: Days after which practice weighs half: slowly forgotten, and fast enough to show a reorganisation in days.
SLOW: Final = 120.0
FAST: Final = 3.0
#: Characters of a text that are compared.
_LONGEST: Final = 300
_KEPT_TEXTS: Final = 5_000


class Level(NamedTuple):
    """A category and all below it, in an area and all below it; "" is any."""

    category: str
    area: str


class Tally(NamedTuple):
    """How often a unit kept and gave back: slowly forgotten, fast forgotten, and told (bare, of the last months)."""

    kept: float = 0.0
    back: float = 0.0
    kept_fast: float = 0.0
    back_fast: float = 0.0
    kept_told: int = 0
    back_told: int = 0


NOTHING: Final = Tally()


@dataclass(frozen=True, slots=True)
class Past:
    """What became of one order at one unit: kept (reported) or given back, known since `at`."""

    order: int
    number: str
    area: str
    unit: str
    kept: bool
    at: datetime
    text: str


@dataclass(slots=True)
class Evidence:
    """All that is known at one moment about the levels and categories that were asked for."""

    at: datetime
    tallies: Mapping[Level, Mapping[str, Tally]] = field(default_factory=dict)
    #: Where orders went next that a unit had given back: level → (from, to) → how many, fast forgotten.
    moves: Mapping[Level, Mapping[tuple[str, str], float]] = field(default_factory=dict)
    #: Of each category, newest first.
    past: Mapping[str, Sequence[Past]] = field(default_factory=dict)


def levels(pack: Pack, category: str, area: str) -> list[Level]:
    """Return every level that an order belongs to: its category, those above and any, by its area, those above, any."""
    above = [*(row.code for row in pack.category_tree.lineage(category)), ""]
    places = [*(row.code for row in pack.area_tree.lineage(area)), ""]
    return [Level(code, place) for code in above for place in places]


def day_of(at: datetime) -> date:
    """Return the day of a moment by the calendar of the centre."""
    return at.astimezone(SHANGHAI).date()


def single_from(today: date) -> date:
    """Return the day from which practice is counted day by day; before it, by months."""
    return today - timedelta(days=SINGLE)


def period_of(day: date, single: date) -> date:
    """Return the first of the days that are counted together with `day`."""
    return day if day >= single else day.replace(day=1)


def tally(rows: Iterable[tuple[int, int, int]]) -> Tally:
    """Add up (age in days, kept, back)."""
    slow, fast, told = [0.0, 0.0], [0.0, 0.0], [0, 0]
    for age, *counts in rows:
        if not 0 <= age < DAYS:
            continue
        for n, count in enumerate(counts):
            slow[n] += count * 0.5 ** (age / SLOW)
            fast[n] += count * 0.5 ** (age / FAST)
            told[n] += count * (age < TOLD_DAYS)
    return Tally(slow[0], slow[1], fast[0], fast[1], told[0], told[1])


class Words:
    """The pairs of characters of texts, each text cut once in a process as long as it is asked for."""

    def __init__(self, most: int = _KEPT_TEXTS) -> None:
        self._kept: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._most = most

    def of(self, text: str) -> frozenset[str]:
        """Return the pairs of a text."""
        found = self._kept.get(text)
        if found is None:
            found = self._kept[text] = frozenset(map(intern, bigrams(text[:_LONGEST])))
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found

    def make_room(self, most: int) -> None:
        """Keep up to so many texts from now on (some 5 KB each): training compares tens of thousands."""
        self._most = max(self._most, most)


WORDS: Final = Words()


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of pairs that two texts have in common, 0 to 1."""
    if not one or not other:
        return 0.0
    both = len(one & other)
    return both / (len(one) + len(other) - both)
