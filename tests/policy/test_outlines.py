"""Outlines of areas: what a file may hold, and what the pack of Jiuting draws."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import Point

from open12345.policy import Pack, diff_packs, read_pack
from tests.policy.breaking import Copy

FILE = "areas.geojson"
TOWN = "310117107"
#: What rounding coordinates to a metre may leave between neighbours, as a share of the area above.
CRACK = 0.001
SQUARE = [[121.3, 31.1], [121.4, 31.1], [121.4, 31.2], [121.3, 31.2], [121.3, 31.1]]


def feature(code: Any, coordinates: Any, kind: str = "Polygon", **told: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"code": code, **told}, "geometry": geometry}


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


@pytest.mark.function("DIS-14")
def test_each_area_of_jiuting_has_an_outline_and_says_whether_it_is_drawn(jiuting: Pack) -> None:
    shapes = jiuting.outlines.shapes

    assert set(shapes) == set(jiuting.area_tree)
    assert [code for code, outline in shapes.items() if not outline.indicative] == ["310117"]
    assert "echarts" in jiuting.outlines.source


@pytest.mark.function("DIS-14")
def test_the_parts_of_an_area_cover_it_and_do_not_overlap(jiuting: Pack) -> None:
    shapes = {code: outline.shape for code, outline in jiuting.outlines.shapes.items()}
    for row in jiuting.area_tree.subtree(TOWN):
        parts = [shapes[child.code] for child in jiuting.area_tree.children(row.code)]
        if parts:
            whole = shapely.union_all(parts)
            assert whole.symmetric_difference(shapes[row.code]).area < CRACK * shapes[row.code].area, row.name
            assert sum(part.area for part in parts) - whole.area < CRACK * shapes[row.code].area, row.name


def test_a_pack_needs_no_outlines(copy: Copy) -> None:
    (copy.folder / FILE).unlink()

    assert read_pack(copy.folder).outlines.digest == ""


def test_the_json_of_a_pack_carries_the_digest_of_its_outlines_alone(jiuting: Pack) -> None:
    stored = jiuting.model_dump(mode="json")["outlines"]

    assert stored == {"digest": jiuting.outlines.digest, "source": jiuting.outlines.source}
    assert len(stored["digest"]) == 64


def test_moved_outlines_are_another_pack_and_the_difference_counts_them(copy: Copy, jiuting: Pack) -> None:
    data = json.loads((copy.folder / FILE).read_text(encoding="utf-8"))
    data["features"] = data["features"][:-1]
    data["features"][1]["geometry"] = {"type": "Polygon", "coordinates": [SQUARE]}
    copy.write(FILE, json.dumps(data).encode())
    after = read_pack(copy.folder)

    assert after.digest != jiuting.digest
    assert diff_packs(jiuting, after) == ["区域轮廓：新增 0、改变 1、删除 1"]
    assert diff_packs(Pack.model_validate(jiuting.model_dump(mode="json")), after) == ["区域轮廓：有变化"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "JSON 写法有误"),
        (b"[" * 100_000, "JSON"),
        (b"[1, 2]", "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": {}}', "FeatureCollection"),
        (collection("nothing"), "properties.code"),
        (collection(feature(310117, [SQUARE])), "properties.code"),
        (collection(feature("310117", [SQUARE], indicative="yes")), "indicative"),
        (collection(feature("310117", [SQUARE], "Point")), "Polygon"),
        (collection(feature("310117", SQUARE)), "坐标的层次"),
        (collection(feature("310117", [])), "坐标的层次"),
        (collection(feature("310117", [[["121", "31"]] * 4])), "坐标的层次"),
        (collection(feature("310117", [[[float("nan"), 31.1], [1, 1], [2, 2], [3, 3]]])), "坐标的层次"),
        (collection(feature("310117", [SQUARE[:3]])), "至少要有四个点"),
        (collection(feature("310117", [SQUARE[:-1]])), "没有闭合"),
        (collection(feature("310117", [[[y, x] for x, y in SQUARE]])), "不在中国范围内"),
        (collection(feature("310117", [[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]])), "自相交"),
        (collection(feature("310117", [SQUARE]), feature("310117", [SQUARE])), "重复"),
        (collection(feature("999999", [SQUARE])), "没有区域 “999999”"),
    ],
)  # fmt: skip
def test_each_mistake_names_the_file_and_what_is_wrong(copy: Copy, content: bytes, told: str) -> None:
    copy.write(FILE, content)
    problem = copy.only_problem()

    assert problem.file == FILE
    assert told in problem.message


def test_a_mistake_is_found_by_the_line_and_the_code_of_its_area(copy: Copy) -> None:
    path = copy.folder / FILE
    lines = path.read_text(encoding="utf-8").split("\n")
    place = next(n for n, line in enumerate(lines) if '"310117107001"' in line)
    broken = json.loads(lines[place].rstrip(","))
    broken["geometry"]["coordinates"][0].pop()
    lines[place] = json.dumps(broken) + ","
    path.write_text("\n".join(lines), encoding="utf-8")

    problem = copy.only_problem()

    assert (problem.line, problem.where) == (place + 1, "310117107001")
    assert "没有闭合" in problem.message


def test_a_misspelt_file_of_outlines_is_named(copy: Copy) -> None:
    (copy.folder / FILE).rename(copy.folder / "area.geojson")

    assert "areas.geojson" in copy.only_problem().message


# The script that draws them


def encoded(ring: list[list[float]]) -> tuple[str, list[int]]:
    """Compress a ring as echarts does."""
    steps = [[round(axis * 1024) for axis in point] for point in ring]
    x, y = start = steps[0]
    text = ""
    for point in steps:
        for delta in (point[0] - x, point[1] - y):
            text += chr(((delta << 1) ^ (delta >> 31)) + 64)
        x, y = point
    return text, start


@pytest.fixture
def draw(tmp_path: Path) -> Callable[[list[str]], dict[str, Any]]:
    """Run the script on a small district whose outline a made-up echarts knows."""
    text, start = encoded(SQUARE)
    outline = {"type": "Polygon", "coordinates": [text], "encodeOffsets": [start]}
    maps = tmp_path / "echarts" / "map" / "json" / "province"
    maps.mkdir(parents=True)
    data = {"features": [{"properties": {"name": "方城区"}, "geometry": outline}]}
    (maps / "shanghai.json").write_text(json.dumps(data), encoding="utf-8")

    def run(rows: list[str]) -> dict[str, Any]:
        pack = tmp_path / "pack"
        shutil.rmtree(pack, ignore_errors=True)
        pack.mkdir()
        (pack / "areas.csv").write_text("\n".join(["code,parent,name", *rows]) + "\n", encoding="utf-8")
        script = Path(__file__).resolve().parents[2] / "scripts" / "outlines.py"
        command = [sys.executable, str(script), str(pack), "--echarts", str(tmp_path / "echarts")]
        subprocess.run(command, check=True, capture_output=True)
        found: dict[str, Any] = json.loads((pack / FILE).read_text(encoding="utf-8"))
        return found

    return run


def test_the_script_keeps_the_real_outline_and_divides_it_evenly_and_always_alike(
    draw: Callable[[list[str]], dict[str, Any]],
) -> None:
    rows = ["310199,,方城区", *(f"31019900{n},310199,{n}街道" for n in range(1, 7))]
    drawn = draw(rows)
    shapes = {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in drawn["features"]}
    district = shapes.pop("310199")

    assert district.bounds == pytest.approx((121.3, 31.1, 121.4, 31.2), abs=0.001)
    assert [f["properties"].get("indicative", False) for f in drawn["features"]] == [False, *[True] * 6]
    assert shapely.union_all(list(shapes.values())).symmetric_difference(district).area < CRACK * district.area
    assert min(shape.area for shape in shapes.values()) > district.area / 12, "even cells"
    assert all(district.buffer(1e-4).contains(Point(shape.centroid)) for shape in shapes.values())
    assert draw(rows) == drawn
