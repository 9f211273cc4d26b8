# ruff: noqa: INP001 - a script, run by its path
"""Draw the outlines of a pack's areas: `packs/<name>/areas.geojson` from its `areas.csv`.

    .venv/bin/python scripts/outlines.py packs/jiuting --siblings all-areas.csv

Real are the outlines that npm's `echarts@4` carries (Apache-2.0): districts of Shanghai, cities of Jiangsu. It is
fetched into a temporary folder; only the outlines that the pack needs are kept. Everything else is drawn: the cells
of a Voronoi diagram inside the outline of the area above, around centres that a generator seeded with the parent's
code strews evenly, and marked `"indicative": true` (示意). Approximate centres stand in CENTRES where a cell would
otherwise lie in a wrong corner. Same input, same file.

`--siblings` names a CSV (code, parent, name) with the brothers that the pack itself does not have: the town of
Jiuting is a cell among all towns of Songjiang.
"""

import argparse
import csv
import json
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

SOURCE: Final = "npm echarts@4, map/json/province"
LICENCE: Final = "Apache-2.0"
NOTE: Final = (
    "Outlines of districts (Nanjing: of the city) as echarts 4 draws them, simplified to about 100 m; it names no "
    "datum, its label points are those of maps in GCJ-02, and they are kept as they are. What is marked indicative "
    "(示意) is drawn: no boundary, a Voronoi cell around a strewn centre."
)
PROVINCES: Final = {"31": "shanghai", "32": "jiangsu"}
#: Approximate centres (degrees), so that a cell lies in the right corner; a cell is indicative all the same.
#: Towns and streets of Songjiang, districts of Nanjing.
CENTRES: Final[Mapping[str, tuple[float, float]]] = {
    "310117001": (121.233, 31.008), "310117002": (121.205, 30.998), "310117003": (121.222, 31.032),
    "310117004": (121.252, 31.012), "310117005": (121.192, 31.055), "310117006": (121.322, 31.150),
    "310117102": (121.260, 31.122), "310117103": (121.190, 31.098), "310117104": (121.312, 31.022),
    "310117105": (121.322, 31.066), "310117106": (121.262, 31.085), "310117107": (121.318, 31.128),
    "310117109": (121.190, 30.955), "310117116": (121.140, 30.978), "310117117": (121.062, 30.930),
    "310117120": (121.310, 30.948), "310117121": (121.135, 31.032),
    "320102": (118.838, 32.078), "320104": (118.798, 32.022), "320105": (118.722, 31.998),
    "320106": (118.768, 32.072), "320111": (118.590, 32.055), "320113": (118.930, 32.135),
    "320114": (118.765, 31.958), "320115": (118.842, 31.905), "320116": (118.838, 32.380),
    "320117": (119.030, 31.650), "320118": (118.895, 31.328),
}  # fmt: skip
NANJING: Final = ("320100", "南京市", [code for code in CENTRES if code.startswith("3201")])
FIRST_ZONE: Final = "400"
GRID: Final = 1e-5  # degrees: about a metre
CRUMB: Final = 1e-8  # square degrees: a square of ten metres
SEAM: Final = 3e-3  # degrees: gaps between districts of the source that are closed
ROUNDS: Final = 30
MOST_TRIES: Final = 100_000


@dataclass(frozen=True)
class Row:
    """One area of a list."""

    code: str
    parent: str
    name: str
    level: str = ""


@dataclass
class Drawing:
    """What is known of the outlines while they are drawn from the top down."""

    own: Mapping[str, Row]
    children: Mapping[str, Sequence[str]]
    real: Mapping[str, BaseGeometry]
    found: dict[str, BaseGeometry] = field(default_factory=dict)
    indicative: dict[str, bool] = field(default_factory=dict)

    def outline(self, code: str) -> BaseGeometry:
        """Return the outline of an area, drawing it (and what is above and beside it) first where need be."""
        if code not in self.found:
            known = self._known(code)
            if known is not None:
                self._keep(code, known, indicative=False)
            else:
                self._divide(self._above(code))
        return self.found[code]

    def _known(self, code: str) -> BaseGeometry | None:
        row = self.own.get(code)
        if row is None or row.name in self.real:
            return self.real.get(row.name) if row else None
        parts = [self.real.get(self.own[child].name) for child in self.children.get(code, ()) if child in self.own]
        if not parts or not all(parts) or row.parent:
            return None
        whole = shapely.union_all([part for part in parts if part is not None])
        return whole.buffer(SEAM, join_style="mitre").buffer(-SEAM, join_style="mitre")

    def _above(self, code: str) -> str:
        if code in NANJING[2]:
            self._keep(NANJING[0], self.real[NANJING[1]], indicative=False)
            return NANJING[0]
        parent = self.own[code].parent
        if not parent:
            raise SystemExit(f"{code} {self.own[code].name}: no outline in echarts@4, and nothing above it")
        self.outline(parent)
        return parent

    def _divide(self, parent: str) -> None:
        """Give each child of `parent` its cell."""
        codes = NANJING[2] if parent == NANJING[0] else sorted(self.children[parent])
        whole = self.found[parent]
        for code, cell in zip(codes, cells(whole, codes, parent), strict=True):
            self._keep(code, cell, indicative=True)

    def _keep(self, code: str, outline: BaseGeometry, *, indicative: bool) -> None:
        self.found[code] = only_areas(shapely.set_precision(outline, GRID))
        self.indicative[code] = indicative


def cells(whole: BaseGeometry, codes: Sequence[str], seed: str) -> list[BaseGeometry]:
    """Divide `whole` into one cell for each code, evenly but for those whose centre is known."""
    rng = random.Random(f"open12345 {seed}")  # noqa: S311 - strewn, not secret
    centres = [Point(CENTRES[code]) if code in CENTRES else somewhere(whole, rng) for code in codes]
    for _round in range(ROUNDS):
        found = voronoi(whole, centres)
        centres = [
            centre if code in CENTRES else middle(cell)
            for code, centre, cell in zip(codes, centres, found, strict=True)
        ]  # fmt: skip
    return voronoi(whole, centres)


def somewhere(whole: BaseGeometry, rng: random.Random) -> Point:
    """Return a point in `whole`."""
    west, south, east, north = whole.bounds
    for _try in range(MOST_TRIES):
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if whole.contains(point):
            return point
    raise SystemExit("an outline without room for a point")


def middle(cell: BaseGeometry) -> Point:
    """Return the middle of a cell, which may be bent or in parts."""
    largest = max(getattr(cell, "geoms", [cell]), key=lambda part: part.area)
    return largest.centroid if largest.contains(largest.centroid) else largest.representative_point()


def voronoi(whole: BaseGeometry, centres: Sequence[Point]) -> list[BaseGeometry]:
    """Return the cell of each centre, cut to `whole`."""
    if len(centres) == 1:
        return [whole]
    raw = shapely.voronoi_polygons(MultiPoint(centres), extend_to=whole)
    tree = shapely.STRtree(raw.geoms)
    places = [int(tree.query(centre, predicate="intersects")[0]) for centre in centres]
    return [only_areas(raw.geoms[place].intersection(whole)) for place in places]


def only_areas(shape: BaseGeometry) -> BaseGeometry:
    """Drop points and lines that cutting left behind, and crumbs smaller than a hut."""
    parts = [part for part in polygons(shape) if part.area > CRUMB]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def polygons(shape: BaseGeometry) -> Iterator[Polygon]:
    """Yield the polygons that a shape consists of."""
    if isinstance(shape, Polygon):
        yield shape
    for part in getattr(shape, "geoms", ()):
        yield from polygons(part)


# echarts


def fetch(folder: Path) -> Path:
    """Return the folder with the maps of `echarts@4`, fetched by npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch echarts@4")
    command = [npm, "pack", "echarts@4", "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603
    with tarfile.open(next(folder.glob("echarts-*.tgz"))) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package" / "map" / "json" / "province"


def outlines_of(maps: Path, province: str) -> dict[str, BaseGeometry]:
    """Return the outlines of a province's map by name."""
    data = json.loads((maps / f"{province}.json").read_text(encoding="utf-8"))
    return {each["properties"]["name"]: decoded(each["geometry"]) for each in data["features"]}


def decoded(geometry: Mapping[str, Any]) -> BaseGeometry:
    """Undo echarts' compression: zigzag deltas of 1/1024 degree, each in one character."""
    parts, offsets = geometry["coordinates"], geometry["encodeOffsets"]
    if geometry["type"] == "Polygon":
        parts, offsets = [parts], [offsets]
    shapes = [
        Polygon(*_ends([_ring(ring, offset) for ring, offset in zip(part, starts, strict=True)]))
        for part, starts in zip(parts, offsets, strict=True)
    ]
    return only_areas(shapely.make_valid(shapely.union_all(shapes)))


def _ends(rings: list[list[tuple[float, float]]]) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    return rings[0], rings[1:]


def _ring(text: str, start: Sequence[int]) -> list[tuple[float, float]]:
    x, y = start
    ring = []
    for east, north in zip(text[::2], text[1::2], strict=True):
        x, y = x + _zigzag(ord(east) - 64), y + _zigzag(ord(north) - 64)
        ring.append((x / 1024, y / 1024))
    return ring


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


# Files


def read_rows(path: Path) -> dict[str, Row]:
    """Return the areas of a list by code; other columns are passed over."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["code"]: Row(row["code"], row["parent"], row["name"], row.get("level", ""))
            for row in csv.DictReader(file)
        }


def children_of(*lists: Mapping[str, Row]) -> dict[str, list[str]]:
    """Return the codes below each area, of all lists together."""
    found: dict[str, dict[str, None]] = {}
    for rows in lists:
        for row in rows.values():
            if row.parent:
                found.setdefault(row.parent, {})[row.code] = None
    return {code: list(below) for code, below in found.items()}


def towns(rows: Mapping[str, Row]) -> dict[str, Row]:
    """Leave out zones: from 400 on a code of the third level is no division, and lies inside others."""
    return {code: row for code, row in rows.items() if code[6:9] < FIRST_ZONE}


def features(drawing: Drawing, codes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the outline of each area of the pack, as GeoJSON."""
    for code in codes:
        outline = drawing.outline(code)
        marked = {"indicative": True} if drawing.indicative[code] else {}
        told = {"code": code, "name": drawing.own[code].name, **marked}
        yield {"type": "Feature", "properties": told, "geometry": _rounded(mapping(shapely.normalize(outline)))}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return round(value, 5) if isinstance(value, float) else value


def write(path: Path, found: Sequence[Mapping[str, Any]]) -> None:
    """Write one feature a line, so that a change can be read."""
    head = {"type": "FeatureCollection", "source": SOURCE, "licence": LICENCE, "note": NOTE}
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in found)
    start = json.dumps(head, ensure_ascii=False)[:-1]
    path.write_text(f'{start}, "features": [\n{lines}\n]}}\n', encoding="utf-8")


def main() -> None:
    """Read the command line, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("pack", type=Path, help="folder with areas.csv; areas.geojson is written beside it")
    parser.add_argument("--siblings", type=Path, help="CSV (code, parent, name) with areas that the pack lacks")
    parser.add_argument("--levels", help="draw these alone, with commas: city,district,street (default: all)")
    parser.add_argument("--out", type=Path, help="another file to write")
    parser.add_argument("--echarts", type=Path, help="a folder with the package's files, instead of fetching it")
    asked = parser.parse_args()
    own = read_rows(asked.pack / "areas.csv")
    more = towns(read_rows(asked.siblings)) if asked.siblings else {}
    with tempfile.TemporaryDirectory() as folder:
        maps = asked.echarts / "map" / "json" / "province" if asked.echarts else fetch(Path(folder))
        provinces = {PROVINCES[code[:2]] for code in own if code[:2] in PROVINCES}
        real = {name: shape for each in sorted(provinces) for name, shape in outlines_of(maps, each).items()}
    drawing = Drawing(own, children_of(own, more), real)
    levels = asked.levels.split(",") if asked.levels else None
    codes = [code for code, row in own.items() if levels is None or row.level in levels]
    found = list(features(drawing, codes))
    out = asked.out or asked.pack / "areas.geojson"
    write(out, found)
    drawn = sum(drawing.indicative[code] for code in codes)
    sys.stdout.write(f"{out}: {len(found)} outlines, {drawn} of them indicative, {out.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
