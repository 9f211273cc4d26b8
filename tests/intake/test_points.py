"""The point of a matter: kept with the order, never finer than its words, and warned of where it does not fit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from open12345.api import showing
from open12345.intake import desk, keeping, points
from open12345.intake.points import open_orders
from open12345.orders import chain, history, map_card, privacy, queries
from open12345.orders.errors import Refused
from open12345.orders.hints import Talk
from open12345.orders.models import Event, WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.whereabouts import says
from open12345.text import places
from tests.cast import Town, jiuting

GRID, ELSEWHERE = "31011710700101", "31011710700201"
HOME = "松江区九亭镇涞亭南路88弄5号301室"
pytestmark = pytest.mark.function("DIS-14")


def inside(code: str) -> dict[str, Any]:
    point = jiuting().outlines.shapes[code].shape.representative_point()
    return {"longitude": round(point.x, 6), "latitude": round(point.y, 6)}


def stored(order: WorkOrder) -> tuple[float, float]:
    return float(order.longitude or 0), float(order.latitude or 0)


def test_a_point_stands_on_the_order_and_its_event_holds_no_coordinate(town: Town) -> None:
    said = inside(GRID)
    order = town.order(town.register(area=GRID, **said))
    event = Event.objects.get(order=order)

    assert stored(order) == (said["longitude"], said["latitude"])
    assert event.facts["located"] is True
    assert str(said["longitude"]) not in str(event.facts)


def test_a_moved_point_shows_in_the_history(town: Town) -> None:
    number = town.register(**inside(GRID))
    order = WorkOrder.objects.filter(number=number)
    assert not list(history.verify(order))

    order.update(longitude=Decimal("121.3"))

    assert [flaw.code for flaw in history.verify(order)] == ["text_edited"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"longitude": 121.3}, "longitude"),
        ({"latitude": 31.1}, "longitude"),
        ({"longitude": 2.3, "latitude": 48.8}, "longitude"),
        ({"longitude": 121.3, "latitude": 91}, "latitude"),
        ({"longitude": "here", "latitude": 31.1}, "longitude"),
        ({"longitude": float("nan"), "latitude": 31.1}, "longitude"),
    ],
)
def test_half_a_point_or_one_abroad_is_refused_at_its_field(town: Town, said: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        town.register(**said)

    assert field in {problem.field for problem in refused.value.problems}
    assert all("Input" not in problem.message for problem in refused.value.problems), "in our words"


@pytest.mark.parametrize("point", [("121.3", None), (None, "31.1"), ("31.1", "121.3"), ("0", "0")])
def test_the_database_refuses_half_a_point_and_one_abroad(town: Town, point: tuple[Any, Any]) -> None:
    number = town.register()
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkOrder.objects.filter(number=number).update(longitude=point[0], latitude=point[1])


def test_where_the_place_is_masked_the_point_is_coarse_too(town: Town) -> None:
    fine = town.order(town.register(place="涞亭南路88弄", address=HOME, **inside(GRID)))
    home = town.order(town.register(place=HOME, address=HOME, **inside(GRID)))

    assert fine.place == "涞亭南路88弄"
    assert stored(fine) == tuple(inside(GRID).values())
    assert home.place != HOME
    assert stored(home) == tuple(round(axis, 3) for axis in inside(GRID).values())
    nowhere = town.order(town.register(body="楼上半夜一直有人搬东西，吵得睡不着。", address=HOME, **inside(GRID)))
    assert stored(nowhere) == stored(home), "an address and no place"


def test_of_a_confidential_order_the_point_is_for_the_centre_alone(town: Town) -> None:
    number = town.register(confidential=True, area=GRID, **inside(GRID))
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    order = town.order(number)

    assert privacy.shown_point(order, town.person("dispatcher")) == tuple(inside(GRID).values())
    assert privacy.shown_point(order, town.person("clerk.enforcement")) is None
    assert _told(order, town, "clerk.enforcement") == (None, None)
    assert _told(order, town, "dispatcher") == tuple(inside(GRID).values())
    shown = map_card.card(Sight(town.person("clerk.enforcement"), town.now, town.pack, order))
    assert shown is not None
    assert (shown["area"], shown["lon"]) == (GRID, ""), "the area, which the elements name too"


def _told(order: WorkOrder, town: Town, name: str) -> tuple[float | None, float | None]:
    shape = showing.order(order, queries.scene_of(order, town.pack), town.person(name), town.now)
    return shape.longitude, shape.latitude


def test_without_area_and_point_there_is_no_map(town: Town) -> None:
    order = town.order(town.register())

    assert map_card.card(Sight(town.person("dispatcher"), town.now, town.pack, order)) is None


def test_a_draft_keeps_the_point_as_it_was_set(town: Town) -> None:
    agent, said = town.person("agent"), {"body": "路灯不亮", **{k: str(v) for k, v in inside(GRID).items()}}
    kept = keeping.keep(said, by=agent, at=town.now, key="k")
    typed = desk.as_typed(town.order(kept.number))
    assert {name: float(typed[name]) for name in inside(GRID)} == inside(GRID)

    town.do("agent", kept.number, "edit_draft", {"body": "路灯不亮"})
    assert town.order(kept.number).longitude is None, "cleared"


def test_the_parts_of_an_order_are_where_it_is(town: Town) -> None:
    number = town.register(**inside(GRID))
    done = town.do("dispatcher", number, "split", {"parts": [{"body": "涞亭南路路灯三盏不亮", "category": "B03"}]})

    assert stored(town.order(done.more["parts"][0])) == tuple(inside(GRID).values())


def talk(town: Town, **said: str) -> Talk:
    return Talk(Sight(town.person("agent"), town.now, town.pack), said)


def test_a_point_in_another_area_is_warned_of_and_not_refused(town: Town) -> None:
    point = {name: str(value) for name, value in inside(GRID).items()}

    assert "亭中社区第一网格" in points.disagreement(talk(town, area=ELSEWHERE, **point))
    assert points.disagreement(talk(town, area=GRID, **point)) == ""
    assert points.disagreement(talk(town, area="310117107", **point)) == "", "the town holds the point"
    assert points.disagreement(talk(town, area=GRID)) == ""
    assert town.register(area=ELSEWHERE, **inside(GRID))


def test_the_dots_are_open_orders_that_the_person_may_see(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    open_one, second = town.register(**inside(GRID)), town.register(**inside(ELSEWHERE))
    town.register()
    town.create("save_draft", {"body": "别人的草稿", **inside(GRID)}, by="agent2")
    town.do("dispatcher", second, "refuse", {"reason": "outside_area", "told": "您反映的地点不在九亭镇"})

    assert [one["number"] for one in open_orders(town.person("agent"))] == [open_one]
    assert open_orders(town.person("clerk.market")) == []
    monkeypatch.setattr(points, "MOST_DOTS", 0)
    assert open_orders(town.person("agent")) == []


def test_an_order_without_a_point_has_the_digest_it_always_had(town: Town) -> None:
    order = town.order(town.register())

    assert chain.order_digest(order) == chain.content_digest([order.title, order.body, order.place], order.sealed)


@given(axis=st.floats(73, 136))
def test_a_coordinate_of_any_length_is_read_back_equal(axis: float) -> None:
    assert abs(float(Decimal(str(axis)).quantize(Decimal("0.000001"))) - axis) <= 1e-6


# Areas by what was said


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("亭中", "九亭中心路上有人占道", False),
        ("亭中", "九亭镇九亭中心路88号门口", False),
        ("亭南", "涞亭南路1288弄", False),
        ("亭东", "沪亭北路与亭东路路口", False),
        ("亭源", "亭源路坑洼", False),
        ("亭中", "亭中新苑3号楼漏水", True),
        ("亭中", "亭中社区门口", True),
        ("亭中", "我住亭中，楼下吵", True),
        ("亭中", "九亭中心路和亭中社区之间", True),
        ("九亭家园", "九亭家园二期", True),
    ],
)
def test_an_area_is_named_by_its_own_name_and_not_inside_a_longer_one(name: str, text: str, said: bool) -> None:
    assert says(name, text, places(text)) is said
