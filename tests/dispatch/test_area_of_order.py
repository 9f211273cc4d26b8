"""An order that arrives without an area: set by its point, suggested to the dispatcher by its words."""

from __future__ import annotations

from typing import Any

import pytest

from open12345.directory.models import Area
from open12345.dispatch import area_help
from open12345.orders import queries
from open12345.orders.models import Event
from open12345.orders.sight import Sight
from open12345.policy import Pack
from tests.cast import Town

pytestmark = pytest.mark.function("DIS-14")
GRID, ELSEWHERE = "31011710700101", "31011710700201"


def inside(pack: Pack, code: str) -> dict[str, Any]:
    spot = pack.outlines.shapes[code].shape.representative_point()
    return {"longitude": round(spot.x, 6), "latitude": round(spot.y, 6)}


def card(town: Town, number: str) -> str:
    person = town.person("dispatcher")
    sight = Sight(person=person, at=town.now, pack=town.pack, seen=queries.get_for(person, number, whole=True))
    found = area_help.likely(sight)
    return f"{found['likely'].code} {found['likely'].why}" if found else ""


def test_a_point_without_an_area_sets_the_area_that_holds_it(town: Town) -> None:
    order = town.order(town.register(**inside(town.pack, GRID)))
    assert order.area is not None
    assert order.area.code == GRID
    assert Event.objects.get(order=order).facts["area_by"] == "point"


def test_what_was_said_stands_against_the_point(town: Town) -> None:
    order = town.order(town.register(area=ELSEWHERE, **inside(town.pack, GRID)))
    assert order.area is not None
    assert order.area.code == ELSEWHERE
    assert "area_by" not in Event.objects.get(order=order).facts


def test_of_an_area_that_was_switched_off_the_one_above_is_set(town: Town) -> None:
    Area.objects.filter(code=GRID).update(active=False)
    order = town.order(town.register(**inside(town.pack, GRID)))
    assert order.area is not None
    assert order.area.code == "310117107001"


def test_a_point_outside_sets_nothing(town: Town) -> None:
    order = town.order(town.register(longitude=116.4, latitude=39.9))
    assert order.area is None


def test_the_words_of_an_order_without_area_are_told_to_the_dispatcher(town: Town) -> None:
    named = town.register(body="亭中社区门口的路灯三天不亮，走路看不清。")
    assert card(town, named) == "310117107001 提到“亭中”"
    assert card(town, town.register(area=GRID, phone="13912348001")) == ""
    assert card(town, town.register(body="楼上装修太吵，天天敲到半夜。", phone="13912348002")) == ""
