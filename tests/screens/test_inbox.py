"""The approver's desk: applications by their clock, the evidence beside the decision, yes and no at its foot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Town
from tests.orders.walks import EXTENSION, RETURN, dispatched, signed
from tests.screens.conftest import Browser, text_of

pytestmark = pytest.mark.function("HAN-01")
AtScreen = Callable[[str], Browser]
HOME = "/orders/applications/"


def asked(town: Town, said: Mapping[str, Any], **order: Any) -> str:
    number = (signed if said is EXTENSION else dispatched)(town, **order)
    town.do("clerk.urban", number, "apply", said)
    return number


def listed(page: str) -> list[str]:
    """The numbers in the list, in order."""
    return re.findall(r'data-row\s+data-number="(\d+)"', page)


def test_applications_stand_by_their_own_clock_late_ones_first(town: Town, at_screen: AtScreen) -> None:
    town.now -= timedelta(days=7)
    late = asked(town, RETURN)
    town.now += timedelta(days=7)
    new = asked(town, EXTENSION)
    page = at_screen("approver.urban").open(HOME)
    assert listed(page) == [late, new]
    head = page[: page.index(late)]
    assert "已超时" in head
    assert "超时 1" in head
    assert page.count("bench-due") == 2
    assert "clock-red" in page[page.index(late) : page.index(new)]
    assert "退单 · 城市建设管理" in page or "退单 · " in page


def test_the_evidence_and_what_either_answer_leads_to_stand_beside_the_decision(
    town: Town, at_screen: AtScreen
) -> None:
    number = asked(town, EXTENSION)
    pane = at_screen("approver.urban").open(f"{HOME}?open={number}").split('id="pane"')[1]
    form = pane[pane.index('class="action-form"') :]
    assert "路面修复已下单" in form[: form.index("btn-primary")], "the evidence is above the buttons"
    assert "转下一步：专线工作组核定" in form
    assert f'formaction="/orders/{number}/do/decline/"' in form
    assert pane.count("路面修复已下单") == 1, "it is not told twice"
    town.do("approver.urban", number, "grant")
    pane = at_screen("dispatcher").open(f"{HOME}?open={number}").split('id="pane"')[1]
    assert "办理时限由" in pane
    assert "延至" in pane


def test_a_refusal_from_the_same_form_needs_its_reason_and_keeps_what_was_typed(
    town: Town, at_screen: AtScreen
) -> None:
    number, leader = asked(town, RETURN), at_screen("approver.urban")
    page = leader.open(f"{HOME}?open={number}")
    fields: dict[str, object] = dict(leader.fields(page, f"/orders/{number}/do/grant/"))
    refused = text_of(leader.post(f"/orders/{number}/do/decline/", {**fields, "note": ""}, 422))
    assert "必填" in refused
    assert f'formaction="/orders/{number}/do/grant/"' in refused, "the other way stays open"
    fields = dict(leader.fields(refused, f"/orders/{number}/do/decline/"))
    leader.post(f"/orders/{number}/do/decline/", {**fields, "note": "是本单位的事"})
    assert "未同意退单：路口无证设摊占道" in leader.open(HOME)
    assert town.order(number).applications.get().state == "refused"


def test_after_a_decision_the_next_one_opens_and_the_toast_says_what_was_done(town: Town, at_screen: AtScreen) -> None:
    first, second = asked(town, RETURN), asked(town, RETURN, title="路灯不亮")
    leader = at_screen("approver.urban")
    page = leader.open(f"{HOME}?open={first}")
    fields: dict[str, object] = dict(leader.fields(page, f"/orders/{first}/do/grant/"))
    answer = leader.client.post(
        f"/orders/{first}/do/grant/", {**fields, "next": second}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"] == f"{HOME}?open={second}"
    page = leader.open(f"{HOME}?open={second}")
    assert "已同意退单，转专线工作组核定：路口无证设摊占道" in page
    assert listed(page) == [second]


def test_there_is_no_batch_and_nothing_of_others(town: Town, at_screen: AtScreen) -> None:
    number = asked(town, RETURN)
    assert 'name="mark"' not in at_screen("approver.urban").open(HOME)
    for other in ("approver.market", "clerk.urban", "dispatcher"):
        page = at_screen(other).open(HOME)
        assert number not in page
        assert "没有等待您决定的申请" in page


def test_the_card_of_the_home_page_leads_to_the_desk(town: Town, at_screen: AtScreen) -> None:
    number = asked(town, RETURN)
    assert f'href="{HOME}?open={number}"' in at_screen("approver.urban").open("/")


def test_the_list_costs_the_same_for_one_and_for_many(
    town: Town, at_screen: AtScreen, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    leader = at_screen("approver.urban")
    for _ in range(4):
        asked(town, RETURN)
    leader.open(HOME)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        leader.open(HOME)
