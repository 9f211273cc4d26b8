"""Whether two orders are one matter: pure, by what a person could check too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from sys import intern
from typing import Final

from open12345.repeats.places import Place, Same, contradict, place_of, same_place
from open12345.text import bare, bigrams
from open12345.worktime import SHANGHAI

#: Share of pairs of characters in common (Jaccard) from which one text is a near copy of another.
NEAR_COPY: Final = 0.8
#: A copy of fewer letters says nothing by itself (路灯不亮): it needs the same place.
_TELLING: Final = 20
#: A copy by another phone that has neither place nor area to compare is thought of one person from so many letters on.
_OWN_WORDS: Final = 40
#: One person: how alike the words are at the same place, without a place to compare, and where places differ.
_AT_ONE_PLACE, _ANYWHERE, _ELSEWHERE = 0.12, 0.3, 0.9
#: Several people at one place: how alike the words are where the category differs or is not chosen yet.
_ONE_MATTER: Final = 0.3
#: Several people are a mass complaint within this time (figures.md), and from so many on, by level.
MASS_WITHIN: Final = timedelta(hours=24)
LEVELS: Final = ((10, "red"), (5, "orange"), (3, "yellow"))
MANY: Final = 3
#: Calendar days within which a second order is a repeat, where the pack says nothing (figures.md).
WINDOW: Final = 30


@dataclass(frozen=True)
class Matter:
    """One order, or a call as far as it has been typed: what repeats are told by.

    `person`: the blind index of the phone, None where nobody knows it; `call`: the requester's row, which all orders of
    one call share; `stage`: of an order that is there.
    """

    body: str
    at: datetime
    place_text: str = ""
    point: tuple[float, float] | None = None
    category: str = ""
    area: int | None = None
    person: bytes | None = None
    call: int | None = None
    order: int | None = None
    stage: str = ""

    @cached_property
    def place(self) -> Place:
        """Where it is."""
        return place_of(self.place_text, self.body, self.point)

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Its pairs of characters."""
        return _pairs(self.body)

    @cached_property
    def telling(self) -> bool:
        """Whether the text is long enough to be known again by itself."""
        return len(bare(self.body)) >= _TELLING

    @property
    def who(self) -> bytes | int | None:
        """Whom it counts for: the person, or the call where nobody knows the person."""
        return self.person if self.person is not None else self.call


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    """The same copies and neighbours are compared for each order that arrives among them."""
    return frozenset(map(intern, bigrams(text)))


def alike(one: Matter, other: Matter) -> float:
    """Return the share of pairs of characters that two texts have in common, 0 to 1."""
    both = len(one.pairs & other.pairs)
    return both / (len(one.pairs) + len(other.pairs) - both or 1)


def days_between(one: Matter, other: Matter) -> int:
    """Return how many calendar days lie between two orders."""
    return abs((one.at.astimezone(SHANGHAI).date() - other.at.astimezone(SHANGHAI).date()).days)


@dataclass
class Match:
    """An order and why it is one matter with the new one; `again`, `sent` and `mass` may hold together.

    `again` by another phone with the same words is `sent` with one other person: who looks decides.
    """

    other: Matter
    again: bool = False
    sent: bool = False
    mass: bool = False
    alike: float | None = None
    place: Same = Same.UNKNOWN

    @property
    def any(self) -> bool:
        """Whether it is a match at all."""
        return self.again or self.sent or self.mass


def compare(new: Matter, other: Matter, *, copy: bool, window: int = WINDOW) -> Match:
    """Say in which ways `other` is about the same matter as `new`.

    `copy`: their texts are near copies of one wording; `window` in calendar days. Two orders of one call are two
    matters: they were split, or told one after the other.
    """
    match = Match(other)
    if new.order == other.order is not None or (new.call is not None and new.call == other.call):
        return match
    apart = abs(new.at - other.at)
    if apart > timedelta(days=window - 1) and days_between(new, other) > window:
        return match
    match.place = same_place(new.place, other.place)
    category = bool(new.category) and new.category == other.category
    if new.person is not None and new.person == other.person:
        match.alike = alike(new, other)
        match.again = _again(new, other, match, category=category)
        return match
    if copy and match.place is not Same.NO and (match.place is Same.YES or (new.telling and other.telling)):
        match.alike = alike(new, other)
        match.sent = match.alike >= NEAR_COPY
    if match.place is Same.YES and apart <= MASS_WITHIN:
        if not category and match.alike is None:
            match.alike = alike(new, other)
        match.mass = category or match.sent or (match.alike or 0) >= _ONE_MATTER
    return match


def _again(new: Matter, other: Matter, match: Match, *, category: bool) -> bool:
    """Say whether the same person asks about the same matter."""
    words = match.alike or 0.0
    if match.place is Same.YES:
        return category or words >= _AT_ONE_PLACE
    if match.place is Same.NO:
        return category and words >= _ELSEWHERE
    same_area = new.area is not None and new.area == other.area
    return words >= _ANYWHERE or (category and same_area)


def may_be_one_person(new: Matter, match: Match) -> bool:
    """Say whether a copy from another phone may be the same person's: all that tells where it is must agree.

    Other people of one estate use the words that everybody uses; so do those of other areas about the same matter.
    """
    other = match.other
    if match.place is Same.YES:
        return not contradict(new.place, other.place)
    if new.area is not None and other.area is not None:
        return new.area == other.area
    return min(len(bare(new.body)), len(bare(other.body))) >= _OWN_WORDS


def level_of(persons: int) -> str:
    """Return how grave a mass complaint of so many persons is, "" for none."""
    return next((name for least, name in LEVELS if persons >= least), "")
