"""Where a point lies: the outlines of the pack, asked by people and by screens."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from open12345.directory import areas, packs
from open12345.directory.models import Area, AreaOutlines, PackVersion, Staff
from open12345.directory.person import SYSTEM, Person
from open12345.policy import Pack
from tests.cast import MORNING, Town, jiuting

TOWN, GRID = "310117107", "31011710700101"
pytestmark = [pytest.mark.django_db, pytest.mark.function("DIS-14")]


@pytest.fixture
def town(settled: dict[str, Person], db: None) -> Town:
    return Town(jiuting(), MORNING, settled)


def inside(code: str) -> tuple[float, float]:
    point = jiuting().outlines.shapes[code].shape.representative_point()
    return point.x, point.y


def test_a_point_finds_the_narrowest_area(town: Town) -> None:
    found = areas.at(town.pack, *inside(GRID))

    assert found is not None
    assert found.code == GRID


def test_where_the_narrowest_area_is_out_of_use_the_one_above_answers(town: Town) -> None:
    Area.objects.filter(code=GRID).update(active=False)
    found = areas.at(town.pack, *inside(GRID))

    assert found is not None
    assert found.code == "310117107001"


def test_far_away_there_is_no_area(town: Town) -> None:
    assert areas.at(town.pack, 116.4, 39.9) is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(east=st.floats(0, 1), north=st.floats(0, 1))
def test_every_point_of_the_town_lies_in_a_community(town: Town, east: float, north: float) -> None:
    shape = jiuting().outlines.shapes[TOWN].shape
    west, south, right, top = shape.bounds
    point = Point(west + east * (right - west), south + north * (top - south))
    if shape.buffer(-2e-5).contains(point):
        row = areas.row_at(town.pack, point.x, point.y)
        assert row is not None
        assert row.level in {"community", "grid"}


def test_versions_that_differ_in_other_things_share_the_outlines(town: Town) -> None:
    changed = Pack.model_validate(town.pack.model_dump(mode="json") | {"title": "另一个标题"})
    changed = changed.model_copy(update={"outlines": town.pack.outlines})
    packs.load_pack(changed, effective_from=None, by=SYSTEM, at=MORNING + timedelta(minutes=1))

    assert PackVersion.objects.count() == 2
    assert AreaOutlines.objects.count() == 1


def test_a_pack_from_its_json_finds_its_outlines_again(town: Town) -> None:
    again = Pack.model_validate(town.pack.model_dump(mode="json"))

    assert again.outlines.shapes == {}
    assert areas.outline_of(again, GRID) == jiuting().outlines.shapes[GRID]


def test_local_days_do_not_lose_the_outlines(town: Town) -> None:
    stored = packs.pack_at(MORNING)[1]
    day = {"date": "2025-07-01", "kind": "rest", "name": "台风停课", "local": True}
    local = Pack.model_validate(stored.model_dump(mode="json") | {"days": [day]})
    packs.load_pack(local, effective_from=None, by=SYSTEM, at=MORNING + timedelta(minutes=1))

    merged = packs.with_local_days(jiuting(), MORNING + timedelta(minutes=2))

    assert any(rule.local for rule in merged.days)
    assert merged.outlines.shapes == jiuting().outlines.shapes


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(GRID, GRID, True), (GRID, TOWN, True), (TOWN, GRID, True), (GRID, "310117107002", False)],
)
def test_areas_agree_where_one_lies_in_the_other(town: Town, one: str, other: str, expected: bool) -> None:
    assert areas.agree(town.pack, one, other) is expected


# Over the wire


@pytest.fixture
def agent(town: Town) -> Client:
    client = Client()
    client.force_login(Staff.objects.get(pk=town.person("agent").id or 0))
    return client


def features(client: Client, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(client.get("/map/areas.geojson", asked).content)["features"]
    return found


def test_the_map_of_a_town_has_all_its_areas_the_wide_ones_first(agent: Client) -> None:
    levels = [one["properties"]["level"] for one in features(agent)]

    assert levels[:3] == ["district", "street", "community"]
    assert levels[-1] == "grid"
    assert len(levels) == len(jiuting().areas)


def test_a_level_and_an_area_narrow_the_map(agent: Client) -> None:
    assert {one["properties"]["level"] for one in features(agent, level="community")} == {"community"}
    assert [one["properties"]["code"] for one in features(agent, within="310117107001")] == [
        "310117107001", GRID, "31011710700102",
    ]  # fmt: skip
    assert agent.get("/map/areas.geojson", {"within": "999"}).status_code == 404


def test_where_an_area_has_none_of_the_level_below_it_its_own_outline_fills_the_hole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pack, bare = jiuting(), "310117107001"
    grids = {row.code for row in pack.area_tree.subtree(bare)} - {bare}
    atlas = areas.Atlas({code: shape for code, shape in pack.outlines.shapes.items() if code not in grids})
    monkeypatch.setattr(areas, "atlas_of", lambda _pack: atlas)

    found = [one["properties"]["code"] for one in areas.features(pack, level="grid")]

    assert set(found) == {row.code for row in pack.areas if row.level == "grid"} - grids | {bare}, "not the town itself"
    assert len(found) == len(set(found))
    assert not list(areas.features(pack, level="city")), "nothing of a level that the pack does not have"


def test_a_large_pack_is_drawn_coarser(agent: Client, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "MOST_AT_ONCE", 40)

    assert {one["properties"]["level"] for one in features(agent)} == {"district", "street", "community"}


def test_outlines_that_have_not_changed_are_not_sent_again(agent: Client) -> None:
    first = agent.get("/map/areas.geojson")
    again = agent.get("/map/areas.geojson", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert "private" in first.headers["Cache-Control"]
    assert agent.get("/map/areas.geojson", {"level": "grid"}).headers["ETag"] != first.headers["ETag"]


def test_the_area_of_a_point_comes_with_its_name_and_outline(agent: Client) -> None:
    lon, lat = inside(GRID)
    found = agent.get("/map/at", {"lon": str(lon), "lat": str(lat)}).json()

    assert found["code"] == GRID
    assert found["path"].startswith("松江区九亭镇亭中社区")
    assert found["feature"]["properties"]["indicative"] is True


@pytest.mark.parametrize(
    "asked", [{}, {"lon": "x", "lat": "31"}, {"lon": "nan", "lat": "nan"}, {"lon": "2", "lat": "48"}]
)
def test_a_point_that_is_none_has_no_area(agent: Client, asked: dict[str, str]) -> None:
    assert agent.get("/map/at", asked).json() == {"code": ""}


def test_whoever_is_not_signed_in_gets_no_map(client: Client, town: Town) -> None:
    assert client.get("/map/areas.geojson").status_code == 302
    assert client.get("/map/at").status_code == 302
