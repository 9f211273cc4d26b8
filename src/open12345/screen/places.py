"""Which areas the map in the middle shows, and into which of them an order falls."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from open12345.directory import areas
from open12345.policy import Pack
from open12345.policy.names import AREA_LEVELS

#: A map of fewer areas says nothing.
_ENOUGH: Final = 2
_FORMAL: Final = re.compile(r"(社区)?[居村]民?委员?会$|（[^）]*）$")


@lru_cache(maxsize=8)
def _level(outlines: str, rows: tuple[tuple[str, str], ...], drawn: frozenset[str]) -> str:
    del outlines
    counted = {level: sum(1 for code, own in rows if own == level and code in drawn) for level in AREA_LEVELS}
    return next((level for level, some in counted.items() if some >= _ENOUGH), "")


def level_of_map(pack: Pack) -> str:
    """Return the widest level of which the pack draws several areas: streets of a district, communities of a town."""
    atlas = areas.atlas_of(pack)
    drawn = frozenset(atlas.shapes) if atlas else frozenset()
    return _level(pack.outlines.digest, tuple((row.code, row.level) for row in pack.areas), drawn)


def drawn(pack: Pack, level: str, code: str | None) -> str:
    """Return the area of that level in which an area lies; "" where it lies in none."""
    return next((row.code for row in pack.area_tree.lineage(code) if row.level == level), "")


def short(name: str) -> str:
    """Return what people call an area: 亭中 for 亭中社区居委会."""
    return _FORMAL.sub("", name) or name


def below(pack: Pack, code: str) -> list[str]:
    """Return the codes of an area and of those below it; none for one that nobody knows."""
    return [row.code for row in pack.area_tree.subtree(code)]
