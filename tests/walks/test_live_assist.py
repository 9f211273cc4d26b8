"""Help while one types on a phone: in sight below the description, taken by a finger, without the page jumping."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.walks.conftest import PHONE

Enter = Callable[..., Page]


@pytest.mark.function("INT-04", "INT-08")
def test_on_a_phone_help_stands_below_the_description_and_nothing_jumps(town: Town, enter: Enter) -> None:
    agent = enter("agent", PHONE)
    agent.goto("/intake/new/")
    asked: list[str] = []
    agent.on("request", lambda request: asked.append(request.url) if "/intake/help/" in request.url else None)
    strip, title = agent.locator("#hint-strip"), agent.locator("[name=title]")
    expect(agent.locator("[name=body]")).to_be_focused()
    empty, below = strip.bounding_box(), title.bounding_box()
    agent.keyboard.type("亭中居委会门口路灯不亮三天了，", delay=2)
    lamp = strip.get_by_role("button", name="路灯不亮")
    expect(lamp).to_be_in_viewport()
    assert len(asked) <= 3, "the pause between two keys is not worth a question"
    assert (strip.bounding_box(), title.bounding_box()) == (empty, below)
    expect(agent.locator("[data-tells]")).to_contain_text("路灯不亮")
    agent.keyboard.type("还有人触电，线在冒烟", delay=2)
    expect(strip.locator("[data-alarm]")).to_contain_text("119")
    expect(agent.locator("[data-alarms]")).to_contain_text("119")
    expect(strip).to_be_in_viewport()
    assert (strip.bounding_box(), title.bounding_box()) == (empty, below)
    assert agent.locator("[name=urgency]:checked").input_value() == "ordinary", "nothing is set by itself"
    lamp.click()
    expect(agent.locator("[name=category]")).not_to_have_value("")
    expect(agent.locator("[name=kind]:checked")).to_have_count(1)
    expect(lamp).to_have_count(0)
    agent.keyboard.press("Alt+r")
    expect(agent.locator("[name=area]")).not_to_have_value("")
    expect(agent.locator("[data-kept]")).to_contain_text("已自动保存")
    assert WorkOrder.objects.get().stage == "draft"
    agent.close(run_before_unload=False)


@pytest.mark.function("INT-04")
def test_typing_on_takes_a_question_back_and_asks_again_with_all_that_changed(town: Town, enter: Enter) -> None:
    agent = enter("agent")
    agent.goto("/intake/new/")
    held: list[str] = []

    def hold(route: object) -> None:
        held.append(route.request.post_data or "")  # type: ignore[attr-defined]
        if len(held) > 1:
            route.continue_()  # type: ignore[attr-defined]

    agent.route("**/intake/help/", hold)
    agent.fill("[name=phone]", "13812348000")
    agent.wait_for_timeout(600)
    agent.locator("[name=body]").press_sequentially("亭中居委会门口路灯不亮")
    expect(agent.locator("#hint-suggest")).to_contain_text("路灯不亮")
    expect(agent.locator("#hint-caller")).to_contain_text("这个电话没有工单")
