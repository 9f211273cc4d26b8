"""People at their desks in a real browser: by keyboard, side by side, on the unhappy path, at both sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from open12345.orders import history, invariants
from open12345.orders.models import WorkOrder
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.orders.walks import dispatched, signed, to_callback
from tests.walks.conftest import PHONE, WIDE
from tests.walks.test_complaint import choose, open_from, press

Enter = Callable[..., Page]
#: Both sizes by night; the first walk of test_complaint goes at both by day.
SIZES = pytest.mark.parametrize(
    "size", [pytest.param(WIDE, id="desk"), pytest.param(PHONE, id="phone", marks=pytest.mark.nightly)]
)


@pytest.mark.function("DIS-01")
def test_a_queue_is_cleared_by_keyboard_alone(town: Town, enter: Enter) -> None:
    numbers = [town.register(title=f"第{n}件", area="310117107001") for n in range(3)]
    unsure = town.register(title="说不清是什么事", category="", area="310117107001")
    page = enter("dispatcher")
    page.goto("/dispatch/")
    expect(page.locator(f".pane[data-number='{numbers[0]}']")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(f".pane[data-number='{numbers[1]}']")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator(f".pane[data-number='{numbers[0]}']")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toasts")).to_contain_text("已派至")
    expect(page.locator(f".pane[data-number='{numbers[1]}']")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator(".toasts")).to_contain_text("已撤销")
    assert town.order(numbers[0]).stage == "accepted"
    page.goto("/dispatch/")
    expect(page.locator(".pane")).to_be_visible()
    for _ in (*numbers, unsure):
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.wait_for_timeout(150)
    expect(page.get_by_role("button", name="按推荐派单")).to_be_enabled()
    page.keyboard.press("b")
    expect(page.locator(".toasts")).to_contain_text("派单 3 件；1 件没有办成：推荐的单位没有把握")
    expect(page.locator(".toasts")).to_contain_text(f"（…{unsure[-4:]}）")
    assert {town.order(number).stage for number in numbers} == {"dispatched"}
    assert town.order(unsure).stage == "accepted"


@pytest.mark.function("DIS-01")
def test_a_unit_is_found_among_many_by_its_name_and_ticked(town: Town, enter: Enter) -> None:
    number, name = town.register(area="310117107001"), town.pack.unit_tree["housing"].name
    page = enter("dispatcher")
    page.goto(f"/orders/{number}/?do=dispatch")
    many = page.locator("details.options-more").first
    many.locator("summary").click()
    many.get_by_role("searchbox").fill(name)
    many.get_by_role("searchbox").press("Enter")
    expect(many.locator("summary")).to_contain_text(name)
    expect(many.get_by_role("checkbox", name=name)).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toasts")).to_contain_text("已派至")
    assert town.order(number).assignments.filter(role="co_handler", unit__code="housing").exists()


def test_help_tells_the_keys_and_the_palette_finds_the_way(town: Town, enter: Enter) -> None:
    signed(town)
    page = enter("clerk.urban")
    page.goto("/handling/")
    expect(page.locator(".pane")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("下一行")
    expect(page.locator("#help")).to_contain_text("单位接下派来的工单")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("现场")
    page.keyboard.press("Enter")
    expect(page.locator("form.action-form h3")).to_contain_text("现场查看")
    page.keyboard.press("Control+k")
    page.keyboard.type("审批")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator(".bar-search [name=q]")).to_be_focused()


def test_what_was_typed_is_not_left_without_asking(town: Town, enter: Enter) -> None:
    first, second = signed(town, title="甲"), signed(town, title="乙")
    page = enter("clerk.urban")
    open_from(page, "/handling/", first)
    pick(page, "answer")
    page.fill("[name=text]", "写了一半的答复")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator(f".bench-rows a[href^='/orders/{second}/']").click()
    expect(page.locator(f".pane[data-number='{first}']")).to_be_visible()
    assert page.input_value("[name=text]") == "写了一半的答复"


@pytest.mark.function("DIS-17")
def test_two_people_on_one_order_the_second_is_told_and_keeps_what_was_typed(town: Town, enter: Enter) -> None:
    number = town.register(area="310117107001")
    first, second = enter("dispatcher"), enter("dispatcher2")
    open_from(first, "/dispatch/", number)
    open_from(second, "/dispatch/", number)
    expect(second.locator(".claim")).to_contain_text("王立群 正在处理")
    second.fill("form.action-form [name=reason]", "区领导指定，十点电话")
    press(first, "派单")
    expect(first.locator(".toasts")).to_contain_text("已派至")
    press(second, "派单")
    expect(second.locator(".news")).to_contain_text("王立群")
    assert second.input_value("form.action-form [name=reason]") == "区领导指定，十点电话"
    assert town.order(number).stage == "dispatched"


@SIZES
@pytest.mark.function("HAN-10", "HAN-11", "CAL-04", "CAL-05", "CAL-06")
def test_the_unhappy_path_walks_to_its_end(town: Town, enter: Enter, size: ViewportSize) -> None:
    number = dispatched(town, area="310117107001")
    clerk, approver, dispatcher = enter("clerk.urban", size), enter("approver.urban", size), enter("dispatcher", size)
    open_from(clerk, "/handling/", number)
    press(clerk, "签收")
    expect(clerk.locator(".toasts")).to_contain_text("已“签收”")
    pick(clerk, "apply")
    clerk.select_option("form.action-form [name=reason]", "not_our_duty")
    clerk.fill("[name='evidence.clauses.0.document']", "镇职责分工")
    clerk.fill("[name='evidence.clauses.0.clause']", "占道经营由综合行政执法队办理")
    clerk.select_option("[name=to]", "enforcement")
    press(clerk, "申请")
    expect(clerk.locator(".toasts")).to_contain_text("已申请退单")
    decide(approver, number, "decline", "本队职责，不同意退单")
    assert town.order(number).stage == "handling"

    clerk.goto(f"/orders/{number}/?do=apply&kind=extension&desk=handling")
    clerk.select_option("form.action-form [name=reason]", index=1)
    clerk.select_option("[name=limit]", "2 wd")
    clerk.fill("[name=explanation]", "检测机构约了后天")
    expect(clerk.locator("[name='evidence.plan']")).to_be_visible()
    assert clerk.input_value("[name=explanation]") == "检测机构约了后天", "typed while the form was asked anew"
    clerk.fill("[name='evidence.plan']", "需等待第三方检测报告，预计两个工作日")
    press(clerk, "申请")
    expect(clerk.locator(".toasts")).to_contain_text("已申请延期")
    decide(approver, number, "grant", "同意延期")
    decide(dispatcher, number, "grant", "同意延期")
    expect(dispatcher.locator(".toasts")).to_contain_text("已同意延期")
    assert town.order(number).extensions == 1
    finish(town, number)

    caller = enter("callback_agent", size)
    open_from(caller, "/callback/", number)
    pick(caller, "redispatch")
    hear(caller, solved="not_solved", satisfied="dissatisfied")
    caller.select_option("[name=lead]", "urban")
    caller.fill("form.action-form [name=reason]", "摊贩第二天又回来了")
    press(caller, "重新派单")
    expect(caller.locator(".toasts")).to_contain_text("已重新派至")
    assert town.order(number).round == 2
    town.do("clerk.urban", number, "sign")
    finish(town, number)
    open_from(caller, "/callback/", number)
    expect(caller.locator(".pane .beside")).to_contain_text("这是最后一次回访")
    hear(caller, solved="not_solved", satisfied="dissatisfied")
    press(caller, "回访结案")
    expect(caller.locator(".toasts")).to_contain_text("已“回访结案”")
    assert town.order(number).twice_unhappy
    assert [*invariants.check_all(), *history.verify(WorkOrder.objects.all())] == []


def pick(page: Page, action: str) -> None:
    """Choose what to do, and wait until its form stands there."""
    page.locator(f".deeds a[href*='do={action}']").first.click()
    expect(page.locator(f"form.action-form[action$='/do/{action}/']")).to_be_visible()


def decide(page: Page, number: str, what: str, note: str) -> None:
    """Decide an application from the inbox."""
    page.goto("/orders/applications/")
    page.locator(f"a.bench-open[href^='/orders/{number}/']").first.click()
    expect(page.locator(".pane .decide")).to_be_visible()
    page.fill("form.action-form [name=note]", note)
    page.locator(f"form.action-form button{'.btn-primary' if what == 'grant' else '[formaction]'}").click()
    expect(page.locator(".toasts")).to_contain_text("同意")


def finish(town: Town, number: str) -> None:
    """Let the unit report and the reviewer pass."""
    town.wait(minutes=1)
    town.do("clerk.urban", number, "contact", CONTACT)
    town.do("clerk.urban", number, "answer", ANSWER)
    town.do(
        "clerk.urban",
        number,
        "submit_report",
        {**REPORT, "fact_explanation": f"第{town.order(number).round}次到场核实"},
    )
    town.do("reviewer", number, "pass_review")


def hear(page: Page, **answers: str) -> None:
    """Tick what the citizen said, as far as it is asked."""
    for name, value in {"contacted": "yes", "truthful": "yes", **answers}.items():
        option = page.locator(f"form.action-form label.option:has(input[name='{name}'][value='{value}'])")
        if option.count() and option.is_visible():
            option.click()
            expect(option.locator("input")).to_be_checked()
    cause = page.locator("form.action-form [name=cause]")
    if cause.count() and page.locator("form.action-form .field:has([name=cause])").is_visible():
        cause.select_option("rebound")


@SIZES
@pytest.mark.function("CAL-01")
def test_the_callback_desk_is_worked_at_both_sizes(town: Town, enter: Enter, size: ViewportSize) -> None:
    number = to_callback(town)
    page = enter("callback_agent", size)
    open_from(page, "/callback/", number)
    pick(page, "log_attempt")
    choose(page, "outcome", "busy")
    press(page, "未接通")
    expect(page.locator(".toasts")).to_contain_text("已“未接通”")
    assert town.order(number).attempts == 1
