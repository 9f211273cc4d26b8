"""Where a matter is, so that two orders can be told to be at one place, at two, or at no place that can be compared."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from open12345.text import bare, places

#: Points this near (metres) are one place whatever it is called; this near where no names speak against it.
ONE_PLACE, NEAR_BY = 30.0, 150.0
#: A cell of the grid of points (degrees): about 110 m from south to north, the grain of a coarse point.
_CELL: Final = 0.001
_METRES: Final = 111_320.0
_ROAD: Final = re.compile("(?P<road>.*?(?:公路|大道|大街|路|街|巷|胡同))(?P<number>[0-9].*)?$")
_CROSSING: Final = "路口"
_SHORTEST: Final = 4


class Same(Enum):
    """What two places say of each other."""

    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Place:
    """`names`: exact enough for one place (house number, crossing, estate); `roads`: roads without a number."""

    names: frozenset[str] = frozenset()
    roads: frozenset[str] = frozenset()
    point: tuple[float, float] | None = None

    @property
    def known(self) -> bool:
        """Whether there is anything to compare."""
        return bool(self.names or self.roads or self.point)


@lru_cache(maxsize=4096)
def place_of(place: str, body: str, point: tuple[float, float] | None) -> Place:
    """Return the place of an order: what its own field names, else what its text names, and its point (degrees)."""
    found = places(place) or places(body)
    names: set[str] = set()
    roads: set[str] = set()
    for text in found:
        match = _ROAD.fullmatch(text)
        if match is None or match["number"]:
            names.add(text)
        if match is not None:
            roads.add(match["road"])
    whole = bare(place)
    if not found and len(whole) >= _SHORTEST:
        names.add(whole)  # no road and no estate, but typed: 九亭医院门诊大厅
    return Place(frozenset(names), frozenset(roads), point)


def same_place(one: Place, other: Place) -> Same:
    """Say whether two places are one; a road alone says neither yes nor no."""
    apart = metres(one.point, other.point)
    if one.names & other.names or (apart is not None and apart <= ONE_PLACE):
        return Same.YES
    differ = bool(one.names and other.names)
    if apart is not None and apart <= NEAR_BY and not differ:
        return Same.YES
    if one.roads & other.roads and not differ:
        return Same.UNKNOWN
    if differ or (apart is not None and apart > NEAR_BY) or (one.roads and other.roads):
        return Same.NO
    return Same.UNKNOWN


def contradict(one: Place, other: Place) -> bool:
    """Say whether what two places are called speaks against one: other names, or other house numbers of one estate.

    Stricter than `same_place`: estates have many gates, and points stand for whole blocks.
    """
    if one.names and other.names and not one.names & other.names:
        return True
    here, there = _numbered(one), _numbered(other)
    return bool(here and there and not here & there)


def _numbered(place: Place) -> set[str]:
    return {name for name in place.names if (road := _ROAD.fullmatch(name)) is not None and road["number"]}


def metres(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float | None:
    """Return how far apart two points are, None where one is not known; flat, which is enough for a few hundred."""
    if one is None or other is None:
        return None
    across = (one[0] - other[0]) * math.cos(math.radians(one[1]))
    return math.hypot(across, one[1] - other[1]) * _METRES


def keys_of(place: Place) -> list[int]:
    """Return the keys under which an order is kept: its names and the cell of its point."""
    cells = [_cell(*_at(place.point))] if place.point else []
    return sorted({*map(_key, place.names), *cells})


def keys_around(place: Place) -> list[int]:
    """Return the keys under which orders at the same place are found: as `keys_of`, with the cells around."""
    if place.point is None:
        return sorted(map(_key, place.names))
    x, y = _at(place.point)
    cells = {_cell(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    return sorted({*map(_key, place.names), *cells})


def _at(point: tuple[float, float]) -> tuple[int, int]:
    return math.floor(point[0] / _CELL), math.floor(point[1] / _CELL)


def _cell(x: int, y: int) -> int:
    return _key(f"{x}/{y}")


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
