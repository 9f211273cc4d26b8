"""From which probability on orders may go by themselves, found from how past ones turned out (pure; DIS-16).

A threshold is the smallest of a few cuts from which on the wanted share was right first time, with little doubt: the
lower bound of Wilson's interval counts, not the bare share, so that five right ones of five prove nothing (the bound is
0.65) and 52 of 52 are needed for 95 %. Whoever looks at many cuts and takes the best finds a lucky one: the cuts are
fixed beforehand, and the doubt of one in twenty is shared among those that part the orders differently (Bonferroni),
so that with seven of them 115 of 115 are needed. A category with few orders follows the one above it, as long as its
own orders do not speak against that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import Final

from open12345.policy import Pack

#: One-sided doubt of one in twenty.
Z: Final = 1.645
#: The cuts that are looked at: from which probability on.
CUTS: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
_DOUBT: Final = 0.05
#: With fewer orders of its own a category follows the one above it.
LEAST: Final = 30


@dataclass(frozen=True, slots=True)
class Trial:
    """One past order as it would have gone: with what probability, whether that was right, what people reached.

    `probability` is None where it would have been left to people whatever the threshold; `by_people`: the unit of the
    first dispatch kept it. `why` says what it would have been left for (a code of `careful.WHY`), `guessed` that the
    category was a classifier's.
    """

    category: str
    probability: float | None
    right: bool
    by_people: bool
    why: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A threshold with what it rests on; None where none reaches the wanted share.

    `of` is the category whose orders told it ("" for all), `orders` how many there were, `above` how many of them lie
    at or above it, `right` how many of those were right, `bound` the lower bound of their share, by the doubt that one
    of the cuts looked at has.
    """

    threshold: float | None
    of: str
    orders: int
    above: int = 0
    right: int = 0
    bound: float = 0.0


def lower_bound(right: int, count: int, z: float = Z) -> float:
    """Return the lower end of Wilson's interval for a share: what it is at least, but for a doubt of one in twenty."""
    return max(0.0, _wilson(right, count, -z)) if count else 0.0


def upper_bound(right: int, count: int, z: float = Z) -> float:
    """Return the upper end of the same interval."""
    return _wilson(right, count, z) if count else 1.0


def _wilson(right: int, count: int, z: float) -> float:
    share, square = right / count, z * z
    middle = share + square / (2 * count)
    spread = z * sqrt(share * (1 - share) / count + square / (4 * count * count))
    return (middle + spread) / (1 + square / count)


def smallest(trials: Iterable[Trial], wanted: float) -> Found | None:
    """Return the smallest cut from which on the wanted share was right; None where there is none.

    Told is the smallest probability at or above the cut that an order has: nothing is known of what lies between.
    """
    asked = [(t.probability, t.right) for t in trials if t.probability is not None]
    sizes = {cut: sum(1 for probability, _right in asked if probability >= cut) for cut in CUTS}
    parts = {size: cut for cut, size in sizes.items() if size}  # of cuts that part them alike one is looked at
    for count, cut in sorted(parts.items(), reverse=True):
        above = [(probability, right) for probability, right in asked if probability >= cut]
        right = sum(was_right for _probability, was_right in above)
        bound = lower_bound(right, count, _z(len(parts)))
        if bound >= wanted:
            return Found(min(above)[0], "", len(asked), count, right, bound)
    return None


@lru_cache
def _z(cuts: int) -> float:
    """Return how many deviations leave a doubt of one in twenty for all of so many cuts together."""
    return NormalDist().inv_cdf(1 - _DOUBT / cuts)


class Seeker:
    """Finds thresholds for every category of a pack from the same past orders."""

    def __init__(self, pack: Pack, trials: Sequence[Trial], wanted: float) -> None:
        self._pack, self._wanted = pack, wanted
        self._below: Mapping[str, list[Trial]] = by_category(pack, trials)
        self._found: dict[str, Found] = {}

    def of(self, category: str) -> Found:
        """Return the threshold for a category: from its own orders, else from those of the nearest one above."""
        own = self._below.get(category, [])
        for code in (*(row.code for row in self._pack.category_tree.lineage(category)), ""):
            many = len(self._below.get(code, ()))
            if many >= LEAST or not code:
                found = self._at(code)
                return found if code == category or not self._against(own, found) else _nothing(category, own)
        raise AssertionError

    def _at(self, code: str) -> Found:
        if code not in self._found:
            trials = self._below.get(code, [])
            best = smallest(trials, self._wanted)
            self._found[code] = _nothing(code, trials) if best is None else _of(best, code, len(trials))
        return self._found[code]

    def _against(self, own: Sequence[Trial], found: Found) -> bool:
        """Say whether a category's own few orders contradict what those beside it promise."""
        if found.threshold is None:
            return False
        above = [t.right for t in own if t.probability is not None and t.probability >= found.threshold]
        return bool(above) and upper_bound(sum(above), len(above)) < self._wanted


def _of(found: Found, code: str, orders: int) -> Found:
    return Found(found.threshold, code, orders, found.above, found.right, found.bound)


def _nothing(code: str, trials: Sequence[Trial]) -> Found:
    return Found(None, code, len(trials))


def by_category(pack: Pack, trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    """Return the trials of each category with all below it; "" are all."""
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        for row in pack.category_tree.lineage(trial.category):
            found[row.code].append(trial)
        found[""].append(trial)
    return found


@dataclass(frozen=True, slots=True)
class Tally:
    """What a threshold would have done with some orders, beside what people did with all of them."""

    orders: int = 0
    by_itself: int = 0
    right: int = 0
    by_people: int = 0
    by_people_there: int = 0

    @property
    def share(self) -> float | None:
        """The share that would have gone by itself."""
        return self.by_itself / self.orders if self.orders else None

    @property
    def accuracy(self) -> float | None:
        """The share of those that would have been right first time."""
        return self.right / self.by_itself if self.by_itself else None

    @property
    def people(self) -> float | None:
        """The share of all that people dispatched right first time."""
        return self.by_people / self.orders if self.orders else None

    @property
    def people_there(self) -> float | None:
        """The share that people dispatched right first time of those that would have gone by themselves."""
        return self.by_people_there / self.by_itself if self.by_itself else None


def tally(trials: Iterable[Trial], threshold: float | None) -> Tally:
    """Count what a threshold would have done; None lets nothing go."""
    orders = by_itself = right = by_people = there = 0
    for trial in trials:
        orders += 1
        by_people += trial.by_people
        if threshold is not None and trial.probability is not None and trial.probability >= threshold:
            by_itself += 1
            right += trial.right
            there += trial.by_people
    return Tally(orders, by_itself, right, by_people, there)
