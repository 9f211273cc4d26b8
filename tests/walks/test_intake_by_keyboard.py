"""A call taken without a mouse: words typed, suggestions taken by key, saved by itself, reloaded, registered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from open12345.intake.models import Typed
from open12345.orders.models import Event, Link, WorkOrder
from open12345.orders.stages import LinkKind
from tests.cast import Town
from tests.orders.walks import dispatched

Enter = Callable[..., Page]
BODY = "亭中居委会门口路灯不亮三天了，涞亭南路12号也不亮，晚上老人摔跤。"


@pytest.mark.function("INT-01", "INT-03", "INT-04", "INT-06")
def test_a_call_is_taken_by_keyboard_alone_and_outlives_a_reload(town: Town, enter: Enter) -> None:
    agent = enter("agent")
    agent.goto("/intake/")
    agent.keyboard.press("n")
    expect(agent.locator("[name=body]")).to_be_focused()
    agent.keyboard.type(BODY)
    offer = agent.locator("[data-key='alt+1']")
    expect(offer).to_contain_text("路灯不亮")
    agent.keyboard.press("Alt+1")
    agent.keyboard.press("Alt+r")
    agent.keyboard.press("Alt+o")
    agent.keyboard.type("13812348000")
    expect(agent.locator("#hint-caller")).to_contain_text("这个电话没有工单")
    agent.keyboard.press("Enter")
    agent.keyboard.type("李秀兰")
    expect(agent.locator("[data-kept]")).to_contain_text("已自动保存")
    draft = WorkOrder.objects.get()
    expect(agent).to_have_url(re.compile(f"/intake/drafts/{draft.number}/$"))
    expect(agent.locator("[data-kept]")).to_contain_text("已自动保存")
    agent.wait_for_timeout(2500)
    agent.reload()
    assert agent.input_value("[name=body]") == BODY
    assert agent.input_value("[name=name]") == "李秀兰"
    expect(agent.locator("#hint-duty")).to_contain_text("亭中社区居委会")
    agent.keyboard.press("Alt+f")
    agent.keyboard.type("路灯")
    agent.keyboard.press("ArrowDown")
    agent.keyboard.press("Enter")
    agent.keyboard.press("Alt+m")
    expect(agent).to_have_url(re.compile("same_call_as="))
    expect(agent.locator("[name=body]")).to_be_focused()
    first = WorkOrder.objects.get()
    assert (first.stage, first.number, first.category[:3]) == ("accepted", draft.number, "B03")
    assert first.area is not None
    agent.keyboard.type("还有一件：垃圾桶满了没有人收，味道很大。")
    agent.keyboard.press("Alt+f")
    agent.keyboard.type("垃圾")
    agent.keyboard.press("Enter")
    agent.locator("[name=kind]").first.press("Space")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".done")).to_contain_text("已登记")
    other = WorkOrder.objects.exclude(pk=first.pk).get()
    assert other.requester_id == first.requester_id
    assert Link.objects.filter(order=other, other=first, kind=LinkKind.SAME_CALL).exists()
    assert Event.objects.filter(action="register").count() + Event.objects.filter(action="submit").count() == 2


@pytest.mark.function("INT-09")
def test_a_known_caller_is_urged_for_with_one_key(town: Town, enter: Enter) -> None:
    number = dispatched(town, title="路口摊贩", phone="13812348000")
    agent = enter("agent")
    agent.goto("/intake/new/")
    agent.keyboard.type("摊贩又来了，比昨天还多")
    agent.keyboard.press("Alt+o")
    agent.keyboard.type("13812348000")
    expect(agent.locator("#hint-caller")).to_contain_text("路口摊贩")
    agent.keyboard.press("Alt+c")
    expect(agent.locator(".toasts")).to_contain_text("已催办")
    assert town.order(number).urges == 1
    assert not WorkOrder.objects.filter(stage="draft").exists()


@pytest.mark.function("INT-03")
def test_what_could_not_be_saved_is_told_and_saved_later(town: Town, enter: Enter) -> None:
    agent = enter("agent")
    agent.goto("/intake/new/")
    agent.route("**/intake/keep/", lambda route: route.abort())
    agent.keyboard.type(BODY)
    expect(agent.locator("[data-kept]")).to_contain_text("没有保存")
    assert not WorkOrder.objects.exists()
    agent.unroute("**/intake/keep/")
    expect(agent.locator("[data-kept]")).to_contain_text("已自动保存")
    assert WorkOrder.objects.get().body == BODY
    agent.goto("/intake/")
    expect(agent.locator("h1")).to_contain_text("受理")


@pytest.mark.function("INT-03")
def test_a_save_that_arrived_unanswered_does_not_stop_the_next_one(town: Town, enter: Enter) -> None:
    agent = enter("agent")
    agent.goto("/intake/new/")
    agent.keyboard.type(BODY)
    agent.keyboard.press("Tab")
    expect(agent.locator("[data-kept]")).to_contain_text("已自动保存")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    agent.route("**/intake/keep/", lose)
    agent.keyboard.type("亭中")
    agent.keyboard.press("Shift+Tab")
    expect(agent.locator("[data-kept]")).to_contain_text("没有保存")
    assert Typed.objects.get().version == 1, "it did arrive"
    agent.unroute("**/intake/keep/")
    agent.keyboard.press("End")
    agent.keyboard.type("，又灭了")
    agent.keyboard.press("Tab")
    expect(agent.locator("[data-kept]")).to_contain_text("已自动保存")
    assert Typed.objects.get().version == 2
    agent.goto("/intake/")
    expect(agent.locator("h1")).to_contain_text("受理")
