"""Where a point lies: the outlines of the pack's areas, kept per process."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from shapely.geometry import Point
from shapely.strtree import STRtree

from open12345.policy import AreaRow, Outline, Pack

from .models import Area, AreaOutlines

MOST_AT_ONCE: Final = 400
"""A map of more outlines than this is drawn coarser unless a level is asked for."""


@dataclass(frozen=True)
class Atlas:
    """The outlines of one pack by code, and a tree to find them by place."""

    shapes: Mapping[str, Outline]

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(self.shapes)

    @cached_property
    def _tree(self) -> STRtree:
        return STRtree([self.shapes[code].shape for code in self._codes])

    def codes_at(self, longitude: float, latitude: float) -> list[str]:
        """Return the areas whose outline holds the point, borders included, in the order of the pack."""
        found = self._tree.query(Point(longitude, latitude), predicate="intersects")
        return [self._codes[index] for index in sorted(found)]


@lru_cache(maxsize=4)
def _stored(digest: str) -> Atlas:
    """Read stored outlines; raises `AreaOutlines.DoesNotExist` (which is not remembered)."""
    content = AreaOutlines.objects.values_list("content", flat=True).get(digest=digest)
    return Atlas({code: Outline.model_validate(outline) for code, outline in content.items()})


def atlas_of(pack: Pack) -> Atlas | None:
    """Return the outlines of a pack, None where it has none; one query per process and pack."""
    try:
        return _stored(pack.outlines.digest) if pack.outlines.digest else None
    except AreaOutlines.DoesNotExist:
        return None


def row_at(pack: Pack, longitude: float, latitude: float) -> AreaRow | None:
    """Return the narrowest area of the pack that holds the point; on a border the first in the pack's order."""
    atlas = atlas_of(pack)
    found = atlas.codes_at(longitude, latitude) if atlas else []
    known = [code for code in found if code in pack.area_tree]
    deepest = max(known, key=lambda code: len(pack.area_tree.lineage(code)), default=None)
    return pack.area_tree[deepest] if deepest else None


def at(pack: Pack, longitude: float, latitude: float) -> Area | None:
    """Return the narrowest area in use that holds the point: where one has been switched off, the one above it."""
    row = row_at(pack, longitude, latitude)
    codes = [above.code for above in pack.area_tree.lineage(row.code)] if row else []
    in_use = {area.code: area for area in Area.objects.filter(code__in=codes, active=True)}
    return next((in_use[code] for code in codes if code in in_use), None)


def agree(pack: Pack, one: str, other: str) -> bool:
    """Say whether one of two areas lies in the other, or they are the same."""
    tree = pack.area_tree
    return one in {row.code for row in tree.lineage(other)} or other in {row.code for row in tree.lineage(one)}


def outline_of(pack: Pack, code: str) -> Outline | None:
    """Return the outline of an area, None where it has none."""
    atlas = atlas_of(pack)
    return atlas.shapes.get(code) if atlas else None


def features(pack: Pack, *, level: str = "", within: str = "") -> Iterator[dict[str, Any]]:
    """Yield the areas as GeoJSON features, wide ones first: of a level, and of an area and what is below it.

    Where an area has none of that level below it, its own outline stands for them, or the map would have a hole there.
    Without a level, as many levels from the top as stay within `MOST_AT_ONCE` outlines.
    """
    atlas, tree = atlas_of(pack), pack.area_tree
    rows = tree.subtree(within) if within else tree.top_down()
    drawn = [row for row in rows if atlas and row.code in atlas.shapes]
    fitting = _levels_that_fit(drawn)
    wanted = _of_level(pack, drawn, level) if level else [row for row in drawn if row.level in fitting]
    for row in sorted(wanted, key=lambda row: len(tree.lineage(row.code))):
        if atlas:
            yield feature(row, atlas.shapes[row.code])


def indicative(pack: Pack, level: str, within: str) -> bool:
    """Say whether any of these outlines is drawn and no boundary."""
    return any(one["properties"]["indicative"] for one in features(pack, level=level, within=within))


def _of_level(pack: Pack, drawn: list[AreaRow], level: str) -> list[AreaRow]:
    """Return the areas of a level, and the narrowest of the wider ones that have none of them below."""
    lineages = {row.code: pack.area_tree.lineage(row.code) for row in drawn}
    covered = {above.code for row in drawn if row.level == level for above in lineages[row.code]}
    if not covered:
        return []
    bare = {
        row.code
        for row in drawn
        if row.code not in covered and all(above.level != level for above in lineages[row.code])
    }
    wider = {above.code for code in bare for above in lineages[code][1:]}
    return [row for row in drawn if row.level == level or row.code in bare - wider]


def _levels_that_fit(rows: list[AreaRow]) -> set[str]:
    levels: dict[str, int] = {}
    for row in rows:
        levels[row.level] = levels.get(row.level, 0) + 1
    fitting: set[str] = set()
    total = 0
    for level, count in levels.items():
        total += count
        if fitting and total > MOST_AT_ONCE:
            break
        fitting.add(level)
    return fitting


def feature(row: AreaRow, outline: Outline) -> dict[str, Any]:
    """Return one area as a GeoJSON feature."""
    told = {"code": row.code, "name": row.name, "level": row.level, "indicative": outline.indicative}
    return {"type": "Feature", "properties": told, "geometry": outline.geometry}
