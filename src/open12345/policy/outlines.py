"""Outlines of areas (`areas.geojson`): read with every mistake named, kept apart from the rest of a pack.

A pack's JSON carries the digest alone: shapes are large, change seldom, and are stored once however many versions of
the pack share them.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from .fields import Code, Entry, Text
from .sources import Source, read_text

if TYPE_CHECKING:  # loaded with the first shape: most commands and packs draw none
    from shapely.geometry.base import BaseGeometry

#: Where an outline may lie (degrees): west, south, east, north of China.
BOUNDS: Final = (73.0, 3.0, 136.0, 54.0)
_SHORTEST_RING: Final = 4
_AXES: Final = 2
_KINDS: Final = {"Polygon": 1, "MultiPolygon": 2}


def _drawn(geometry: dict[str, Any]) -> "BaseGeometry":
    from shapely.geometry import shape  # noqa: PLC0415 - see above

    return shape(geometry)


def _why_invalid(drawn: "BaseGeometry") -> str:
    from shapely import is_valid_reason  # noqa: PLC0415 - see above

    return str(is_valid_reason(drawn))


class Outline(Entry):
    """The outline of one area; `indicative` (示意) where it is drawn and no boundary."""

    geometry: dict[str, Any]
    indicative: bool = False

    @cached_property
    def shape(self) -> "BaseGeometry":
        """The geometry to compute with."""
        return _drawn(self.geometry)


class Outlines(Entry):
    """All outlines of a pack by the code of their area.

    Equal where the digest is: a pack that comes from its stored JSON knows the digest, not the shapes. `source` says
    where they are from.
    """

    digest: str = ""
    source: Text = ""
    shapes: dict[Code, Outline] = Field(default_factory=dict, exclude=True, repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outlines) and (self.digest, self.source) == (other.digest, other.source)

    def __hash__(self) -> int:
        return hash(self.digest)


def digest_of(shapes: Mapping[str, Any]) -> str:
    """Return the SHA-256 of outlines in their JSON form, "" for none."""
    text = json.dumps(shapes, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest() if shapes else ""


def changed_outlines(before: Outlines, after: Outlines) -> Iterator[str]:
    """Yield one line where outlines differ; it counts them where the shapes of both are at hand."""
    if before.digest == after.digest:
        return
    old, new = before.shapes, after.shapes
    if bool(before.digest) > bool(old) or bool(after.digest) > bool(new):
        yield "区域轮廓：有变化"
        return
    changed = sum(old[code] != new[code] for code in old.keys() & new.keys())
    yield f"区域轮廓：新增 {len(new.keys() - old.keys())}、改变 {changed}、删除 {len(old.keys() - new.keys())}"


def read_outlines(path: Path) -> Source:
    """Read a GeoJSON file of areas; each mistake names the feature, and its line where the code tells it."""
    source = Source(path.name)
    text = read_text(path, source)
    data = _parsed(text, source) if text is not None else None
    if isinstance(data, dict):
        shapes = dict(_shapes(data["features"], text or "", source))
        source.data = {"digest": digest_of(shapes), "source": str(data.get("source", "")), "shapes": shapes}
    return source


def _parsed(text: str, source: Source) -> Any:
    try:
        data = json.loads(text, parse_constant=str)
    except ValueError as error:
        source.problem((), f"JSON 写法有误：{error}", getattr(error, "lineno", 1))
        return None
    except RecursionError:
        source.problem((), "JSON 嵌套过深", 1)
        return None
    features = data.get("features") if isinstance(data, dict) else None
    if isinstance(features, list) and data.get("type") == "FeatureCollection":
        return data
    source.problem((), "应为 GeoJSON 的 FeatureCollection，区域写在 features 里", 1)
    return None


def _shapes(features: list[Any], text: str, source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    lines = _lines(text)
    seen: set[str] = set()
    for index, feature in enumerate(features):
        told = feature.get("properties") if isinstance(feature, dict) else None
        code = told.get("code") if isinstance(told, dict) else None
        if not isinstance(code, str) or told is None:
            source.problem(("features", index), "缺少 properties.code（areas.csv 里的区域代码，加引号）")
            continue
        source.lines[(code,)] = source.lines[("shapes", code)] = lines.get(code, 1)
        geometry, indicative = feature.get("geometry"), told.get("indicative", False)
        mistakes = list(_mistakes(geometry))
        mistakes += [f"区域 {code} 的轮廓重复；请只留一处"] if code in seen else []
        mistakes += [] if isinstance(indicative, bool) else ["indicative 应为 true（示意）或 false"]
        for mistake in mistakes:
            source.problem((code,), mistake)
        seen.add(code)
        if not mistakes:
            yield code, {"geometry": {k: geometry[k] for k in ("type", "coordinates")}, "indicative": indicative}


def _lines(text: str) -> dict[str, int]:
    """Return the line on which each quoted word that follows "code" stands first."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for part in line.split('"code"')[1:]:
            found.setdefault(part.partition('"')[2].partition('"')[0], number)
    return found


def _mistakes(geometry: Any) -> Iterator[str]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _KINDS:
        yield "geometry 应为 Polygon 或 MultiPolygon"
        return
    rings = list(_rings(geometry.get("coordinates"), _KINDS[kind]))
    if not rings or None in rings:
        yield "坐标的层次不对：每个环是 [经度, 纬度] 的列表"
        return
    wrong = {mistake for ring in rings for mistake in _ring_mistakes(ring)}
    yield from sorted(wrong)
    if not wrong:
        drawn = _drawn(geometry)
        if not drawn.is_valid:
            yield f"轮廓自相交或互相重叠（{_why_invalid(drawn)}）"
        elif drawn.is_empty or not drawn.area:
            yield "轮廓没有面积"


def _rings(value: Any, depth: int) -> Iterator[Any]:
    """Yield each ring of nested lists, None for what is none."""
    if not isinstance(value, list) or not value:
        yield None
    elif depth:
        for part in value:
            yield from _rings(part, depth - 1)
    else:
        yield value if all(_is_position(point) for point in value) else None


def _is_position(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) == _AXES
        and all(isinstance(axis, int | float) and not isinstance(axis, bool) and math.isfinite(axis) for axis in point)
    )


def _ring_mistakes(ring: list[list[float]]) -> Iterator[str]:
    if len(ring) < _SHORTEST_RING:
        yield "一个环至少要有四个点"
    elif ring[0] != ring[-1]:
        yield "环没有闭合：最后一点应与第一点相同"
    if not all(within_bounds(*point) for point in ring):
        yield "有点不在中国范围内；坐标的次序是 [经度, 纬度]"


def within_bounds(longitude: float, latitude: float) -> bool:
    """Say whether a point may stand for a place here at all."""
    west, south, east, north = BOUNDS
    return west <= longitude <= east and south <= latitude <= north
