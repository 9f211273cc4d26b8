"""The callback desk: script, tries, results, a new round, the last callback, anonymous callers, the platform above."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from open12345.callback.models import DirectCheck
from tests.cast import HEARD, Town
from tests.orders.walks import UNHAPPY, UPPER, closed, redo, reported, to_callback
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]


@pytest.mark.function("CAL-01", "CAL-04")
def test_the_script_is_read_and_its_answers_are_kept(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town)
    agent = at_screen("callback_agent")
    assert number in agent.open("/callback/")
    page = agent.open(f"/orders/{number}/?desk=callback")
    for asked in ("您好，这里是九亭镇便民服务专线", "您反映的问题解决了吗？", "您对办理过程", "非常满意", "基本满意"):
        assert asked in page
    missing = text_of(agent.do(number, "close", {"ended": "connected"}, status=422))
    assert "请询问并填写" in missing
    why = text_of(agent.do(number, "close", {**HEARD, "satisfied": "dissatisfied"}, status=422))
    assert "请填写不满意的原因" in why
    agent.do(
        number, "close", {**HEARD, "process_satisfied": "basically", "wish": "希望常来巡查"}, query="&desk=callback"
    )
    order = town.order(number)
    assert (order.stage, order.solved, order.satisfied) == ("closed", "solved", "satisfied")
    told = agent.open(f"/orders/{number}/")
    assert "基本满意" in told
    assert "希望常来巡查" in told


@pytest.mark.function("CAL-03")
def test_three_tries_on_two_days_end_it_as_unreachable(town: Town, at_screen: AtScreen) -> None:
    town.now -= timedelta(days=4)
    number = to_callback(town)
    for _ in range(2):
        town.do("callback_agent", number, "log_attempt", {"outcome": "no_answer"})
    town.now += timedelta(days=4)
    agent = at_screen("callback_agent")
    assert "未接通 2 次" in agent.open("/callback/")
    early = text_of(agent.do(number, "close", {"ended": "unreachable"}, status=422))
    assert "要在至少 2 天里呼叫 3 次" in early
    agent.do(number, "log_attempt", {"outcome": "powered_off"})
    page = agent.open(f"/orders/{number}/")
    assert "未接通 3 次" in page
    assert "关机或停机" in page
    agent.do(number, "close", {"ended": "unreachable"})
    assert town.order(number).stage == "closed"


@pytest.mark.function("CAL-05")
def test_what_is_not_solved_goes_back_with_new_clocks(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town)
    agent = at_screen("callback_agent")
    refused = text_of(agent.do(number, "close", UNHAPPY, status=422))
    assert "请“重新派单”" in refused
    form = agent.open(f"/orders/{number}/?do=redispatch")
    assert agent.fields(form, f"/orders/{number}/do/redispatch/")["lead"] == ["urban"], "the unit stays unless changed"
    agent.do(number, "redispatch", {**UNHAPPY, "reason": "摊贩又回来了"})
    assert (town.order(number).stage, town.order(number).round) == ("dispatched", 2)
    page = at_screen("clerk.urban").open(f"/orders/{number}/")
    assert "第 2 轮" in page
    assert "摊贩又回来了" in page
    assert "签收时限" in page


@pytest.mark.function("CAL-06")
def test_the_second_callback_always_ends_and_marks_the_unhappy(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town)
    agent = at_screen("callback_agent")
    agent.do(number, "redispatch", {**UNHAPPY, "reason": "又回来了"})
    redo(town, number)
    assert "第二次回访" in agent.open("/callback/")
    page = agent.open(f"/orders/{number}/")
    assert "这是最后一次回访" in page
    again = text_of(agent.do(number, "redispatch", {**UNHAPPY, "reason": "还要重办"}, status=422))
    assert "已是最后一次回访" in again
    agent.do(number, "close", UNHAPPY)
    assert town.order(number).twice_unhappy
    assert "两次不满意" in agent.open(f"/orders/{number}/")


@pytest.mark.function("CAL-08")
def test_an_anonymous_order_is_closed_without_a_call(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town, anonymous=True, name="", phone="")
    agent = at_screen("callback_agent")
    page = agent.open(f"/orders/{number}/")
    assert agent.fields(page, f"/orders/{number}/do/close/")["ended"] == ["anonymous"]
    agent.do(number, "close", {"ended": "anonymous"})
    assert town.order(number).stage == "closed"
    known = to_callback(town)
    assert "匿名，无法回访" not in agent.open(f"/orders/{known}/")


@pytest.mark.function("INT-14")
def test_an_order_from_above_waits_for_the_verdict_from_above(town: Town, at_screen: AtScreen) -> None:
    due = (town.now + timedelta(days=9)).isoformat()
    number = reported(town, **{**UPPER, "upper_due_at": due})
    at_screen("reviewer").do(number, "pass_review")
    dispatcher = at_screen("dispatcher")
    assert number in dispatcher.open("/callback/upper/")
    assert number not in at_screen("callback_agent").open("/callback/")
    dispatcher.do(number, "close_by_upper", {"solved": "solved", "satisfied": "satisfied", "note": "区回访满意"})
    assert town.order(number).stage == "closed"
    assert "区回访满意" in dispatcher.open(f"/orders/{number}/")
    second = reported(town, **{**UPPER, "foreign_number": "QX2", "upper_due_at": due})
    at_screen("reviewer").do(second, "pass_review")
    dispatcher.do(second, "reopen_by_upper", {"reason": "区里退回重办"})
    assert town.order(second).stage == "dispatched"


@pytest.mark.function("CAL-02")
def test_tasks_are_taken_seen_and_released_on_the_desk(town: Town, at_screen: AtScreen) -> None:
    first, second = to_callback(town), to_callback(town)
    agent, other, boss = at_screen("callback_agent"), at_screen("callback_agent2"), at_screen("floor_supervisor")
    agent.post("/callback/take/", {"mark": [first]})
    mine = agent.open("/callback/")
    assert first in mine
    assert second not in mine, "one's own come first"
    pool = other.open("/callback/?tab=pool")
    assert second in pool
    assert first not in pool
    assert f"{town.person('callback_agent').name} 负责" in other.open("/callback/?tab=all")
    told = text_of(other.do(first, "close", HEARD, status=422))
    assert f"这件回访由 {town.person('callback_agent').name} 负责" in told
    other.post("/callback/take/", {"count": "1"})
    assert second in other.open("/callback/")
    boss.post("/callback/release/", {"mark": [first, second]})
    assert "callback_agent2" not in boss.open("/callback/?tab=all")
    staff = [str(town.person(name).id) for name in ("callback_agent", "callback_agent2")]
    boss.post("/callback/assign/", {"mark": [first, second], "staff": staff})
    assert {first in page.open("/callback/?tab=mine") for page in (agent, other)} == {True, False}
    other.post("/callback/assign/", {"mark": [first], "staff": staff}, 404)
    at_screen("clerk.urban").post("/callback/take/", {"mark": [first]}, 404)


@pytest.mark.function("CAL-11")
def test_a_drawn_answer_is_checked_at_the_desk_and_suggested_to_the_supervisor(town: Town, at_screen: AtScreen) -> None:
    number = town.register(kind="inquiry", category="P01")
    town.do("agent", number, "answer_directly", {"text": "工作日九点到五点办理"})
    if not DirectCheck.objects.exists():
        DirectCheck.objects.create(order=town.order(number), drawn_at=town.now, share=1)
    agent, boss = at_screen("callback_agent"), at_screen("supervisor")
    assert number in agent.open("/callback/?tab=checks")
    assert number not in boss.open("/callback/reopen/")
    bad = {"heard": "no", "solved": "not_solved", "satisfied": "dissatisfied", "cause": "perfunctory"}
    agent.do(number, "check_answer", {**bad, "wish": "请说清要带什么材料"}, query="&desk=callback")
    assert f'data-number="{number}"' not in agent.open("/callback/?tab=checks")
    assert number in boss.open("/callback/reopen/")
    assert "请说清要带什么材料" in boss.open(f"/orders/{number}/")
    plain = closed(town)
    assert "do=check_answer" not in agent.open(f"/orders/{plain}/"), "nothing was drawn there"
