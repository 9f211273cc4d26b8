"""Which facility an order is about: the one whose number was said, else the nearest of the kind that it names.

A page of orders takes three queries at most, whatever the size of the register: numbers by their index, the boxes
around all points by theirs, the facilities found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.db.models import Q

from open12345.dispatch.models import Facility, FoundBy
from open12345.orders import privacy
from open12345.orders.models import WorkOrder
from open12345.policy import Pack
from open12345.policy.dispatching import FacilityKind
from open12345.text import normalise

Point: TypeAlias = tuple[float, float]

#: No text is read further than this many characters for numbers, and no more than so many are looked up.
_LONGEST, _MOST = 2000, 20
#: Letters, digits and what joins them on a plate; "L 0123" is L-0123.
_NUMBER: Final = re.compile(r"(?<![A-Z0-9])(?:[A-Z]{1,6} ?(?=[0-9]{2}))?[A-Z0-9]+(?:[-_/.#][A-Z0-9]+)*(?![A-Z0-9])")
_LETTERS_DIGITS: Final = re.compile(r"([A-Z]+)([0-9].*)")
#: A number of digits alone means a facility only where its kind was named within so many characters before it.
_BEFORE: Final = 12
#: Metres beyond which a number that was said does not fit the point of the order.
FAR: Final = 500
#: Another owner's facility of the kind makes the nearest one uncertain when it is not this many times, nor this many
#: metres, farther away.
_TIMES, _METRES = 1.5, 10.0
_EARTH: Final = 6_371_008.8  # metres
_DEGREE: Final = math.radians(_EARTH)  # metres of a degree of latitude


@dataclass(frozen=True, slots=True)
class Asked:
    """What tells of a facility: the category ("" for none), the words, and a point that may be used to the metre."""

    category: str
    text: str
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The facility that an order is about."""

    facility: Facility
    kind: FacilityKind
    how: FoundBy
    #: Metres from the order's point, None where it has none.
    metres: int | None = None
    #: Nearly as near stands one of another owner: its metres.
    rival: int | None = None

    @property
    def is_far(self) -> bool:
        """Whether the number that was said stands far from the point of the order."""
        return self.metres is not None and self.metres > max(FAR, self.kind.within)


@dataclass(frozen=True, slots=True)
class _Near:
    pk: int
    kind: str
    owner: int
    metres: float


def asked_of(order: WorkOrder) -> Asked:
    """Return what an order tells; a coarse or confidential point tells nothing here."""
    text = f"{order.title}\n{order.place}\n{order.body}"
    return Asked(order.category, text, privacy.exact_point(order))


def find(pack: Pack, asked: Asked) -> Match | None:
    """Return the facility that one order is about."""
    return find_all(pack, [asked])[0]


def find_all(pack: Pack, asked: Sequence[Asked]) -> list[Match | None]:
    """Return for each the facility it is about, None where nothing tells."""
    texts = [normalise(one.text[:_LONGEST]).upper() for one in asked]
    kinds = [kinds_of(pack, one.category, text) for one, text in zip(asked, texts, strict=True)]
    said = _said(pack, texts, kinds)
    near = _near(pack, [
        (one.point, () if number else _narrowed(pack, one.category, text, own))
        for one, text, own, number in zip(asked, texts, kinds, said, strict=True)
    ])  # fmt: skip
    wanted = {number for number in said if number} | {found[0].pk for found in near if found}
    rows = Facility.objects.select_related("owner").in_bulk(wanted) if wanted else {}
    titles = {kind.code: kind for kind in pack.dispatching.facilities}
    return [
        _match(rows, titles, one.point, number, found) for one, number, found in zip(asked, said, near, strict=True)
    ]


def _match(
    rows: Mapping[int, Facility], kinds: Mapping[str, FacilityKind], point: Point | None, said: int | None,
    near: Sequence[_Near],
) -> Match | None:  # fmt: skip
    facility = rows.get(said or (near[0].pk if near else 0))
    if facility is None:  # none, or it was written away between two queries
        return None
    kind = kinds[facility.kind]
    if said:
        far = round(metres(point, where(facility))) if point else None
        return Match(facility, kind, FoundBy.SAID, far)
    first = near[0]
    other = next((one for one in near if one.owner != first.owner), None)
    rival = other is not None and other.metres <= max(first.metres * _TIMES, first.metres + _METRES)
    return Match(facility, kind, FoundBy.NEAR, round(first.metres), round(other.metres) if other and rival else None)


def kinds_of(pack: Pack, category: str, text: str) -> tuple[FacilityKind, ...]:
    """Return the kinds that a matter may be about: those of its category, else those that its words name."""
    registered = pack.dispatching.facilities
    above = {row.code for row in pack.category_tree.lineage(category)} if category else set()
    decided = tuple(kind for kind in registered if not above.isdisjoint(kind.categories))
    return decided or tuple(kind for kind in registered if _names(kind, text))


def _narrowed(pack: Pack, category: str, text: str, kinds: tuple[FacilityKind, ...]) -> tuple[FacilityKind, ...]:
    """Return the kinds that may be sought by place: of a category that is about none of them, words are not enough."""
    above = {row.code for row in pack.category_tree.lineage(category)} if category else set()
    if above and not any(above.intersection(kind.categories) for kind in kinds):
        return ()
    named = tuple(kind for kind in kinds if _names(kind, text))
    return named or kinds


def _names(kind: FacilityKind, text: str) -> bool:
    return any(word.upper() in text for word in kind.words)


# By its number


def plate(code: str) -> str:
    """Return a number as the register keeps it: half-width, capital letters, no spaces."""
    return normalise(code).upper().replace(" ", "")


def _said(pack: Pack, texts: Sequence[str], kinds: Sequence[Sequence[FacilityKind]]) -> list[int | None]:
    """Return the facility whose number stands first in each text, among the kinds that the matter may be about."""
    spelled = [list(_numbers(text)) if own else [] for text, own in zip(texts, kinds, strict=True)]
    wanted = {code for own in spelled for codes, _start in own for code in codes}
    if not wanted:
        return [None] * len(texts)
    rows = Facility.objects.filter(pack=pack.id, code__in=wanted, active=True).values_list("pk", "kind", "code")
    by_code: dict[str, list[tuple[int, str]]] = {}
    for pk, kind, code in rows:
        by_code.setdefault(code, []).append((pk, kind))
    return [
        next(_fitting(text, own, numbers, by_code), None)
        for text, own, numbers in zip(texts, kinds, spelled, strict=True)
    ]


def _fitting(
    text: str, kinds: Sequence[FacilityKind], numbers: Iterable[tuple[Sequence[str], int]],
    by_code: Mapping[str, Sequence[tuple[int, str]]],
) -> Iterator[int]:  # fmt: skip
    for codes, start in numbers:
        for kind in kinds:
            bare = codes[0].isdigit() and not _names(kind, text[max(0, start - _BEFORE) : start])
            if not bare:
                yield from (pk for code in codes for pk, own in by_code.get(code, ()) if own == kind.code)


def _numbers(text: str) -> Iterator[tuple[list[str], int]]:
    """Yield what may be a number on a plate, in each spelling that the register may have, and where it stands."""
    found = (one for one in _NUMBER.finditer(text) if any(letter.isdigit() for letter in one[0]))
    for _place, one in zip(range(_MOST), found, strict=False):
        code = one[0].replace(" ", "")
        parts = _LETTERS_DIGITS.fullmatch(code)
        other = f"{parts[1]}-{parts[2]}" if parts else code.replace("-", "", 1)
        yield list(dict.fromkeys((code, other))), one.start()


# By its place


def where(facility: Facility) -> Point:
    """Return where a facility stands: longitude, latitude."""
    return float(facility.longitude), float(facility.latitude)


def metres(one: Point, other: Point) -> float:
    """Return how far two points are from each other (haversine)."""
    (west, south), (east, north) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    half = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def _near(pack: Pack, asked: Sequence[tuple[Point | None, Sequence[FacilityKind]]]) -> list[list[_Near]]:
    """Return the facilities around each point that are near enough for their kind, the nearest first."""
    boxes = [_box(point, kinds) for point, kinds in asked if point and kinds]
    if not boxes:
        return [[] for _ in asked]
    around = boxes[0]
    for box in boxes[1:]:
        around |= box
    rows = list(
        Facility.objects.filter(around, pack=pack.id, active=True).values_list(
            "pk", "kind", "owner_id", "longitude", "latitude"
        )
    )
    return [sorted(_around(point, kinds, rows), key=lambda one: one.metres) for point, kinds in asked]


def _box(point: Point, kinds: Sequence[FacilityKind]) -> Q:
    """Return the square around a point that holds whatever is near enough."""
    (longitude, latitude), reach = point, max(kind.within for kind in kinds)
    tall, wide = reach / _DEGREE, reach / (_DEGREE * math.cos(math.radians(latitude)))
    return Q(
        kind__in=[kind.code for kind in kinds],
        latitude__range=(round(latitude - tall, 6), round(latitude + tall, 6)),
        longitude__range=(round(longitude - wide, 6), round(longitude + wide, 6)),
    )


def _around(
    point: Point | None, kinds: Sequence[FacilityKind], rows: Iterable[tuple[int, str, int, object, object]]
) -> Iterator[_Near]:
    within = {kind.code: kind.within for kind in kinds}
    if point is None or not within:
        return
    for pk, kind, owner, longitude, latitude in rows:
        far = metres(point, (float(str(longitude)), float(str(latitude)))) if kind in within else math.inf
        if far <= within.get(kind, 0):
            yield _Near(pk, kind, owner, far)
