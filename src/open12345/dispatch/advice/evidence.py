"""What is known of who does what: counted practice, and what became of the newest orders of a category (pure).

Two makers fill it alike: `stored` reads the database for a page of orders, `memory` replays closed orders in time
order, so that a model learns from what was known at the moment of each dispatch and from nothing later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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


#: Before the code of a unit: all categories that the duty list gives to it (a level of its own, beside the tree).
LISTED: Final = "@"


class Level(NamedTuple):
    """A category and all below it, or all that the list gives to a unit; in an area and all below it; "" is any."""

    category: str
    area: str

    @property
    def by_list(self) -> bool:
        """Whether it holds what the list gives to one unit."""
        return self.category.startswith(LISTED)


class Tally(NamedTuple):
    """How often a unit kept and gave back: slowly forgotten, fast forgotten, and told (bare, of the last months).

    Days are those of the dispatch: what was sent before a change may be reported long after it. `run` is how much came
    back of what was sent since the last day of which the unit kept anything (slowly forgotten).
    """

    kept: float = 0.0
    back: float = 0.0
    kept_fast: float = 0.0
    back_fast: float = 0.0
    kept_told: int = 0
    back_told: int = 0
    run: float = 0.0


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
    sent: datetime


@dataclass(slots=True)
class Evidence:
    """All that is known at one moment about the levels and categories that were asked for."""

    at: datetime
    tallies: Mapping[Level, Mapping[str, Tally]] = field(default_factory=dict)
    #: Where orders went later that a unit had given back: level → (from, to) → how many of the unit's `run`.
    moves: Mapping[Level, Mapping[tuple[str, str], float]] = field(default_factory=dict)
    #: Of each category, the last sent first.
    past: Mapping[str, Sequence[Past]] = field(default_factory=dict)


def without(known: Evidence, category: str, order: int, levels: Iterable[Level]) -> Evidence:
    """Return what is told of other orders alone: an order is no precedent of itself, nor counted beside itself.

    Bare counts and endings, not what practice weighs. What practice has not counted yet of the order (it is counted
    every ten minutes) cannot be told from what it has: one of the like is left out in its stead for so long.
    """
    past = known.past.get(category, ())
    own = [one for one in past if one.order == order] if order else []
    if not own:
        return known
    tallies = dict(known.tallies)
    for level in levels:
        if level in tallies:
            units = dict(tallies[level])
            for one in own:
                if one.unit in units:
                    units[one.unit] = _less(units[one.unit], one, (day_of(known.at) - day_of(one.sent)).days)
            tallies[level] = units
    others = {**known.past, category: [one for one in past if one.order != order]}
    return replace(known, tallies=tallies, past=others)


def _less(tally: Tally, one: Past, age: int) -> Tally:
    """Return a tally whose bare counts leave one ending out; it may not have been counted yet."""
    if age >= TOLD_DAYS:
        return tally
    if one.kept:
        return tally._replace(kept_told=max(0, tally.kept_told - 1))
    return tally._replace(back_told=max(0, tally.back_told - 1))


@dataclass(frozen=True, slots=True)
class Chain:
    """Levels that are asked about an order, from the widest to the narrowest: by category first, and by place first."""

    matter: tuple[Level, ...]
    place: tuple[Level, ...]

    @property
    def all(self) -> tuple[Level, ...]:
        """Every level once."""
        return tuple(dict.fromkeys((*self.matter, *self.place)))

    @property
    def told(self) -> tuple[Level, ...]:
        """Levels whose counts say something to a person, the narrowest first."""
        return tuple(level for level in reversed(self.matter) if not level.by_list)


def chain(pack: Pack, category: str, area: str) -> Chain:
    """Return the levels of an order.

    A leaf of few orders leans on all that the list gives to the same unit; on its class only where the list says
    nothing, for a class holds the work of many units.
    """
    matters = [row.code for row in reversed(pack.category_tree.lineage(category))] or [""]
    places = [row.code for row in reversed(pack.area_tree.lineage(area))]
    wide = by_list(pack, category) if category and pack.duty.find(category) else matters[:-1]
    matter = [Level(code, "") for code in (*wide, matters[-1])] + [Level(matters[-1], place) for place in places]
    place = [Level(matters[0], place) for place in ("", *places)]
    place += [Level(code, places[-1]) for code in matters[1:]] if places else []
    return Chain(tuple(matter), tuple(place))


def above(pack: Pack, category: str) -> list[str]:
    """Return the categories of all levels under which an order of a category counts."""
    return [*(row.code for row in pack.category_tree.lineage(category)), "", *by_list(pack, category)]


def by_list(pack: Pack, category: str) -> list[str]:
    """Return the level of all that the list gives to the same unit, nothing where it names none or the territory."""
    if not category:
        return []
    named = (item.lead for item in pack.duty.find(category) if not item.to_territory and item.lead in pack.unit_tree)
    return [f"{LISTED}{lead}" for lead in named][:1]


def day_of(at: datetime) -> date:
    """Return the day of a moment by the calendar of the centre."""
    return at.astimezone(SHANGHAI).date()


def single_from(today: date) -> date:
    """Return the day from which practice is counted day by day; before it, by months."""
    return today - timedelta(days=SINGLE)


def period_of(day: date, single: date) -> date:
    """Return the first of the days that are counted together with `day`."""
    return day if day >= single else day.replace(day=1)


#: What an ending of so many days ago weighs: slowly forgotten, and fast.
FORGOTTEN: Final = tuple((0.5 ** (age / SLOW), 0.5 ** (age / FAST)) for age in range(DAYS))


def tally(rows: Iterable[tuple[int, int, int]]) -> Tally:
    """Add up (age in days, kept, back)."""
    counted = [row for row in rows if 0 <= row[0] < DAYS]
    last, run = last_kept(counted), 0.0
    slow_kept = slow_back = fast_kept = fast_back = 0.0
    told_kept = told_back = 0
    for age, kept, back in counted:
        slow, fast = FORGOTTEN[age]
        slow_kept, slow_back = slow_kept + kept * slow, slow_back + back * slow
        fast_kept, fast_back = fast_kept + kept * fast, fast_back + back * fast
        if age < TOLD_DAYS:
            told_kept, told_back = told_kept + kept, told_back + back
        if age < last:
            run += back * slow
    return Tally(slow_kept, slow_back, fast_kept, fast_back, told_kept, told_back, run)


def last_kept(rows: Iterable[tuple[int, int, int]]) -> int:
    """Return how many days ago the last one was sent that was kept, of (age in days, kept, back)."""
    return min((age for age, kept, _back in rows if kept and age >= 0), default=DAYS)


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
