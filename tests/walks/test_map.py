"""The map in a real browser: a click or a key sets point and area, the draft keeps it, the order page shows it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from open12345.orders.models import WorkOrder
from tests.cast import Town, jiuting
from tests.walks.conftest import PHONE, WIDE

Enter = Callable[..., Page]
GRID = "31011710700101"
BODY = "路灯三盏不亮，晚上走路看不清。"
pytestmark = pytest.mark.function("DIS-14")


@pytest.fixture
def quiet() -> Callable[[Page], list[str]]:
    """Gather what a page says to the console and what its policy refuses."""

    def watch(page: Page) -> list[str]:
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return said

    return watch


def opened(page: Page) -> None:
    """Unfold the map of the form and wait until it is drawn."""
    page.keyboard.press("Alt+t")
    page.wait_for_selector("[data-map] .map-grid")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_click_sets_point_and_area_and_the_order_shows_them(
    town: Town, enter: Enter, quiet: Callable[[Page], list[str]], size: ViewportSize
) -> None:
    town.register(area=GRID, longitude=121.3212, latitude=31.1273, title="已有一件")
    agent = enter("agent", size)
    said = quiet(agent)
    agent.goto("/intake/new/")
    agent.fill("[name=body]", BODY)
    agent.locator("[name=kind]").first.check()
    agent.fill("[name=phone]", "13812348000")
    agent.locator(".map-pick summary").click()
    agent.wait_for_selector("[data-map] .map-grid")
    expect(agent.locator("[data-map] .map-dot")).to_have_count(1)
    expect(agent.locator("[data-map]")).to_contain_text("区域界线为示意")
    box = agent.locator("[data-map]").bounding_box()
    assert box is not None
    agent.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.62)
    expect(agent.locator("[data-map-said]")).to_contain_text("松江区九亭镇")
    area = agent.input_value("#intake [name=area]")
    assert area.startswith("310117107")
    assert agent.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    expect(agent.locator("[data-kept]")).to_contain_text("已自动保存")
    agent.wait_for_timeout(2500)
    agent.reload()
    agent.locator("[data-map]").scroll_into_view_if_needed()  # drawn where it is looked at
    expect(agent.locator("[data-map] .map-point")).to_have_count(1)
    agent.locator("[data-register]").click()
    expect(agent.locator(".done")).to_contain_text("已登记")
    order = WorkOrder.objects.latest("pk")
    assert (order.area.code if order.area else "") == area
    assert order.longitude is not None
    agent.goto(f"/orders/{order.number}/")
    agent.locator(".map-card").scroll_into_view_if_needed()
    expect(agent.locator(".map-card .map-point")).to_have_count(1)
    expect(agent.locator(".map-card .map-chosen")).to_have_count(1)
    assert said == []


def test_without_a_mouse_enter_takes_the_middle_of_the_map(town: Town, enter: Enter) -> None:
    agent = enter("agent")
    agent.goto("/intake/new/")
    agent.keyboard.type(BODY)
    opened(agent)
    expect(agent.locator("[data-map]")).to_be_focused()
    agent.keyboard.press("ArrowDown")
    agent.keyboard.press("Enter")
    expect(agent.locator("[data-map-said]")).to_contain_text("九亭镇")
    assert agent.input_value("#intake [name=longitude]")
    agent.locator("[data-map-clear]").press("Enter")
    expect(agent.locator("[data-map] .map-point")).to_have_count(0)
    assert agent.input_value("#intake [name=longitude]") == ""


def test_another_area_than_that_of_the_point_is_warned_of(town: Town, enter: Enter) -> None:
    point = jiuting().outlines.shapes[GRID].shape.representative_point()
    said = {"body": BODY, "area": "31011710700201", "longitude": point.x, "latitude": point.y}
    number = town.create("save_draft", said).number
    agent = enter("agent")
    agent.goto(f"/intake/drafts/{number}/")

    expect(agent.locator("#hint-suggest")).to_contain_text(re.compile("选点在.*亭中社区第一网格.*请核对"))


def test_the_dispatcher_sees_the_place_beside_the_order_and_no_page_without_a_map_fetches_leaflet(
    town: Town, enter: Enter
) -> None:
    number = town.register(area=GRID)
    dispatcher = enter("dispatcher")
    fetched: list[str] = []
    dispatcher.on("request", lambda request: fetched.append(request.url) if "leaflet" in request.url else None)
    dispatcher.goto("/orders/")
    dispatcher.goto(f"/orders/{town.register()}/")
    dispatcher.wait_for_timeout(500)
    assert fetched == []
    dispatcher.goto(f"/dispatch/?open={number}")
    expect(dispatcher.locator(".pane-help .map-chosen")).to_have_count(1)
    assert any(url.endswith(".js") for url in fetched)


def test_the_name_of_an_area_is_text_on_the_map(town: Town, enter: Enter) -> None:
    def renamed(route: Route) -> None:
        answer = route.fetch()
        content = answer.json()
        for area in content["features"]:
            area["properties"]["name"] = "<i>区</i>"
        route.fulfill(response=answer, json=content)

    agent = enter("agent")
    agent.route("**/map/areas.geojson*", renamed)
    agent.goto("/intake/new/")
    opened(agent)
    box = agent.locator("[data-map]")
    box.hover()
    expect(box.locator(".leaflet-tooltip").first).to_contain_text("<i>区</i>")
    expect(box.locator("i")).to_have_count(0)
