"""A real complaint in a real browser: from the call to the end, by the people whose work it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from open12345.orders import history, invariants
from open12345.orders.models import WorkOrder
from tests.cast import REPORT, Town
from tests.walks.conftest import PHONE, WIDE

Enter = Callable[..., Page]
BODY = "涞亭南路和沪亭北路路口每天傍晚有无证摊贩占用人行道，老人推车过不去。我叫李秀兰。"


def press(page: Page, name: str) -> None:
    """Press the main button of the form."""
    page.locator("form.action-form button.btn-primary", has_text=name).click()


def choose(page: Page, name: str, value: str) -> None:
    """Choose an answer of a question, at its label."""
    page.locator(f"label.option:has(input[name='{name}'][value='{value}'])").click()


def open_from(page: Page, desk: str, number: str) -> None:
    """Open the order from the list of a desk."""
    page.goto(desk)
    page.locator(f".bench-rows a[href^='/orders/{number}/']").click()
    expect(page.locator(f".pane[data-number='{number}']")).to_be_visible()


@pytest.mark.function("HAN-02", "HAN-05", "HAN-27", "CAL-01", "DIS-18")
@pytest.mark.parametrize(
    "size", [pytest.param(WIDE, id="desk"), pytest.param(PHONE, id="phone", marks=pytest.mark.nightly)]
)
def test_a_complaint_walks_from_the_call_to_its_end(town: Town, enter: Enter, size: ViewportSize) -> None:
    agent = enter("agent", size, door=True)
    agent.locator(".bar-menu").get_by_role("link", name="受理").click()
    agent.get_by_role("link", name="登记诉求", exact=True).first.click()
    agent.fill("[name=body]", BODY)
    choose(agent, "kind", "complaint_help")
    agent.select_option("[name=category]", "A0101")
    agent.select_option("[name=area]", "310117107001")
    agent.fill("[name=phone]", "13812348000")
    expect(agent.locator("#hint-caller")).to_contain_text("这个电话没有工单")
    assert agent.input_value("[name=body]") == BODY
    agent.get_by_role("button", name="登记", exact=True).click()
    expect(agent.locator(".done")).to_contain_text("已登记")
    number = WorkOrder.objects.get().number

    dispatcher = enter("dispatcher", size)
    open_from(dispatcher, "/dispatch/", number)
    expect(dispatcher.locator(".beside").first).to_contain_text("条块结合、以条为主")
    assert dispatcher.input_value("[name=lead]") == "enforcement"
    press(dispatcher, "派单")
    expect(dispatcher.locator(".toasts")).to_contain_text("已派至")

    clerk = enter("clerk.enforcement", size)
    open_from(clerk, "/handling/", number)
    press(clerk, "签收")
    choose(clerk, "outcome", "reached")
    clerk.fill("[name=note]", "已了解出摊时间")
    press(clerk, "先行联系")
    choose(clerk, "method", "phone")
    clerk.fill("[name=text]", "已到场劝离并安排傍晚值守。")
    press(clerk, "答复市民")
    report(clerk)

    reviewer = enter("reviewer", size)
    open_from(reviewer, "/handling/review/", number)
    expect(reviewer.locator(".beside").first).to_contain_text("已全部劝离")
    press(reviewer, "审核通过")

    caller = enter("callback_agent", size)
    open_from(caller, "/callback/", number)
    expect(caller.locator("[name=cause]")).to_be_hidden()
    choose(caller, "satisfied", "dissatisfied")
    expect(caller.locator("[name=cause]")).to_be_visible()
    for name, value in {"contacted": "yes", "truthful": "yes", "solved": "solved", "satisfied": "satisfied"}.items():
        choose(caller, name, value)
    press(caller, "回访结案")
    expect(caller.locator(".toasts")).to_contain_text("已“回访结案”")
    assert town.order(number).stage == "closed"
    assert [*invariants.check_all(), *history.verify(WorkOrder.objects.all())] == []


def report(page: Page) -> None:
    """Break a closing rule, see it told at its field with everything kept, mend it, send it."""
    choose(page, "outcome", "solved")
    choose(page, "fact", "true_fact")
    page.fill("[name=fact_explanation]", "属实")
    choose(page, "demand", "reasonable")
    page.fill("[name=demand_explanation]", str(REPORT["demand_explanation"]))
    expect(page.locator("[name=site_people]")).to_be_hidden()
    choose(page, "on_site", "true")
    page.fill("[name=site_at]", "2025-06-26T09:00")
    page.fill("[name=site_people]", "队员两名")
    page.fill("[name=citizen_said]", "表示认可")
    proceed = page.locator("[name=proceed_reason]")
    proceed.fill("协办内容由本队完成")
    press(page, "提交办结报告")
    wrong = page.locator(".field:has([name=fact_explanation]) .field-error")
    expect(wrong).to_contain_text("说明不能只重复选项的文字")
    expect(page.locator("[name=fact_explanation]")).to_be_focused()
    assert page.input_value("[name=demand_explanation]") == REPORT["demand_explanation"]
    assert page.input_value("[name=site_people]") == "队员两名"
    assert page.input_value("[name=site_at]") == "2025-06-26T09:00"
    assert page.is_checked("[name=on_site][value=true]")
    page.fill("[name=fact_explanation]", str(REPORT["fact_explanation"]))
    press(page, "提交办结报告")
    expect(page.locator(".toasts")).to_contain_text("已“提交办结报告”")


def test_the_reason_of_a_return_brings_its_evidence_without_a_new_page(town: Town, enter: Enter) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    clerk = enter("clerk.urban")
    clerk.goto(f"/orders/{number}/?desk=handling")
    clerk.locator(".deeds a", has_text="退单").click()
    clerk.fill("[name=explanation]", "摊贩归执法队")
    clerk.select_option("[name=reason]", "not_our_duty")
    expect(clerk.locator("[name='evidence.clauses.0.clause']")).to_be_visible()
    assert clerk.input_value("[name=explanation]") == "摊贩归执法队"
    assert clerk.url.endswith("desk=handling")
    clerk.fill("[name='evidence.clauses.0.document']", "镇职责分工")
    clerk.fill("[name='evidence.clauses.0.clause']", "占道经营由综合行政执法队办理")
    clerk.select_option("[name=to]", "enforcement")
    press(clerk, "申请")
    expect(clerk.locator(".order-name")).to_contain_text("锁定")


def test_it_works_without_scripts(town: Town, enter: Enter) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    clerk = enter("clerk.urban", scripts=False)
    clerk.goto(f"/orders/{number}/")
    clerk.locator(".deeds a", has_text="退单").click()
    clerk.select_option("[name=reason]", "not_our_duty")
    clerk.get_by_role("button", name="按已选内容更新表单").click()
    expect(clerk.locator("[name='evidence.clauses.0.clause']")).to_be_visible()
    clerk.goto(f"/orders/{number}/")
    press(clerk, "签收")
    expect(clerk.locator(".order-name")).to_contain_text("办理中")


def test_leaving_lets_the_order_go(town: Town, enter: Enter) -> None:
    number = town.register()
    first, second = enter("dispatcher"), enter("dispatcher2")
    first.goto(f"/orders/{number}/?desk=dispatch")
    second.goto("/dispatch/")
    expect(second.locator(".bench-rows")).to_contain_text("王立群 在办")
    first.goto("/orders/")
    for _ in range(50):
        second.reload()
        if "在办" not in second.locator(".bench-rows").inner_text():
            return
        second.wait_for_timeout(100)
    pytest.fail("the order is still held")
