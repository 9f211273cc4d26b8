"""What is known of who does what: counted practice, and what became of the newest orders of a category (pure).

Two makers fill it alike: `stored` reads the database for a page of orders, `memory` replays closed orders in time
order, so that a model learns from what was known at the moment of each dispatch and from nothing later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from sys import intern
from typing import Final, NamedTuple

from open12345.policy import Pack
from open12345.text import bigrams
from open12345.worktime import SHANGHAI

#: So many of the newest orders of a category are looked at for what became of them.
REACH: Final = 100
#: Months that practice is read back, and those that a reason tells of.
MONTHS: Final = 24
TOLD_MONTHS: Final = 6
#: Months after which practice weighs half: slowly forgotten, and fast enough to show a reorganisation in days.
SLOW: Final = 4.0
FAST: Final = 0.5
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
    #: Of each category, newest first.
    past: Mapping[str, Sequence[Past]] = field(default_factory=dict)


def levels(pack: Pack, category: str, area: str) -> list[Level]:
    """Return every level that an order belongs to: its category and those above, by its area, those above, and any."""
    above = [row.code for row in pack.category_tree.lineage(category)]
    places = [*(row.code for row in pack.area_tree.lineage(area)), ""]
    return [Level(code, place) for code in above for place in places]


def months_between(month: date, at: datetime) -> int:
    """Return how many months lie between a month and that of `at`, by the calendar of the centre."""
    now = at.astimezone(SHANGHAI)
    return (now.year - month.year) * 12 + now.month - month.month


def month_of(at: datetime) -> date:
    """Return the first day of the month of `at`, by the calendar of the centre."""
    return at.astimezone(SHANGHAI).date().replace(day=1)


def tally(rows: Iterator[tuple[int, int, int]]) -> Tally:
    """Add up (age in months, kept, back)."""
    found = [0.0, 0.0, 0.0, 0.0, 0, 0]
    for age, kept, back in rows:
        slow, fast, told = 0.5 ** (age / SLOW), 0.5 ** (age / FAST), age < TOLD_MONTHS
        found = [
            found[0] + kept * slow, found[1] + back * slow, found[2] + kept * fast, found[3] + back * fast,
            found[4] + kept * told, found[5] + back * told,
        ]  # fmt: skip
    return Tally(found[0], found[1], found[2], found[3], int(found[4]), int(found[5]))


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
