"""Dispatch on screens: the duty list's reason, responsibilities, straight to a station, co-handlers, taking back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Town
from tests.orders.walks import RETURN, UNHAPPY, assignment, dispatched, granted, signed, to_callback
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]


@pytest.mark.function("DIS-18", "DIS-02")
def test_the_duty_list_names_the_unit_with_principle_and_clause(town: Town, at_screen: AtScreen) -> None:
    number = town.register(category="A0101", area="310117107001")
    dispatcher = at_screen("dispatcher")
    page = dispatcher.open(f"/orders/{number}/")
    assert "条块结合、以条为主" in page
    assert "003 附件1 第八条" in page
    assert "首接负责" in page
    assert "不得退单" in page
    fields = dispatcher.fields(page, f"/orders/{number}/do/dispatch/")
    assert fields["lead"] == ["enforcement"]
    assert fields["co_handlers"] == ["c001"], "the community of the place handles with it"
    dispatcher.post(f"/orders/{number}/do/dispatch/", dict(fields))
    given = assignment(town, number, "enforcement")
    assert (given.responsibility, given.no_return) == ("first_asked", True)
    told = at_screen("clerk.enforcement").open(f"/orders/{number}/")
    assert "派单原则" in told
    assert "条块结合、以条为主" in told


def test_an_order_opened_beside_its_list_is_weighed_once(town: Town, at_screen: AtScreen) -> None:
    number = town.register(category="A0101", area="310117107001")
    with CaptureQueriesContext(connection) as asked:
        page = at_screen("dispatcher").open(f"/dispatch/?open={number}")
    assert "003 附件1 第八条" in page.split('id="pane"')[1]
    assert sum("dispatch_practice" in one["sql"] for one in asked.captured_queries) == 1


@pytest.mark.function("DIS-17")
def test_a_unit_that_is_first_responsible_may_not_return(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, "enforcement", category="A0101")
    typed = {
        "kind": "return", "reason": "not_our_duty", "evidence.clauses.0.document": "分工",
        "evidence.clauses.0.clause": "不归我们",
    }  # fmt: skip
    clerk = at_screen("clerk.enforcement")
    refused = text_of(clerk.post(f"/orders/{number}/do/apply/", typed, 422))
    assert "不得退单" in refused
    assert "不归我们" in refused


@pytest.mark.function("DIS-10")
def test_designated_and_fallback_responsibility(town: Town, at_screen: AtScreen) -> None:
    number = town.register(area="310117107001")
    dispatcher = at_screen("dispatcher")
    typed = {"lead": "market", "co_handlers": [], "responsibility": "designated"}
    refused = text_of(dispatcher.do(number, "dispatch", typed, status=422))
    assert "指定责任要写明依据" in refused
    dispatcher.do(number, "dispatch", {**typed, "reason": "镇长办公会 11 月 20 日指定"})
    given = assignment(town, number, "market")
    assert (given.responsibility, given.no_return) == ("designated", True)
    other = town.register(area="310117107001", category="")
    page = dispatcher.open(f"/orders/{other}/")
    assert "兜底" in page
    dispatcher.post(f"/orders/{other}/do/dispatch/", dict(dispatcher.fields(page, f"/orders/{other}/do/dispatch/")))
    assert assignment(town, other, "c001").responsibility == "fallback"


@pytest.mark.function("DIS-10")
def test_after_two_disputes_only_the_territory_or_a_designated_unit_is_left(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, area="310117107001")
    granted(town, number, RETURN)
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    granted(town, number, RETURN)
    dispatcher = at_screen("dispatcher")
    page = dispatcher.open(f"/orders/{number}/")
    assert "兜底" in page
    assert dispatcher.fields(page, f"/orders/{number}/do/dispatch/")["lead"] == ["c001"]
    refused = dispatcher.do(number, "dispatch", {"lead": "urban", "co_handlers": []}, status=422)
    assert "已两次退单" in text_of(refused)
    dispatcher.do(number, "dispatch", {"lead": "c001"})


@pytest.mark.function("DIS-11")
def test_straight_to_a_station_with_the_levels_between_in_copy(town: Town, at_screen: AtScreen) -> None:
    station = next(u for u in town.pack.units if u.kind == "station" and u.parent == "c001")
    number = town.register(area="310117107001")
    at_screen("dispatcher").do(number, "dispatch", {"lead": station.code, "co_handlers": [], "direct": "on"})
    assert assignment(town, number, "c001").role == "copy"
    assert number in at_screen(f"clerk.{station.code}").open("/handling/")
    above = at_screen("clerk.c001")
    assert "已抄送" in above.open(f"/orders/{number}/")
    assert number not in above.open("/handling/"), "a copy is no work"


@pytest.mark.function("DIS-12")
def test_co_handlers_sign_and_report_their_share(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    at_screen("dispatcher").do(number, "dispatch", {"lead": "urban", "co_handlers": ["greening", "market"]})
    helper = at_screen("clerk.greening")
    assert "协办" in helper.open("/handling/")
    helper.do(number, "sign")
    town.do("clerk.urban", number, "sign")
    page = helper.open(f"/orders/{number}/?do=submit_report")
    assert 'name="demand"' not in page, "a co-handler reports only its own findings"
    refused = text_of(helper.do(number, "submit_report", {"outcome": "solved"}, status=422))
    assert "请写明办理情况" in refused
    helper.do(number, "submit_report", {"outcome": "solved", "fact_explanation": "倒伏树木已扶正。"})
    assert "倒伏树木已扶正" in at_screen("clerk.urban").open(f"/orders/{number}/")
    waiting = at_screen("clerk.urban").open(f"/orders/{number}/?do=submit_report")
    assert 'name="proceed_reason"' in waiting, "the market office has not reported yet"


@pytest.mark.function("DIS-13")
def test_an_order_is_taken_back_and_dispatched_to_another(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    dispatcher = at_screen("dispatcher")
    refused = text_of(dispatcher.do(number, "take_back", {"reason": ""}, status=422))
    assert "必填" in refused
    dispatcher.do(number, "take_back", {"reason": "应由执法队办理"})
    assert town.order(number).stage == "accepted"
    assert "应由执法队办理" in dispatcher.open(f"/orders/{number}/")
    dispatcher.do(number, "dispatch", {"lead": "enforcement", "co_handlers": []})
    assert town.order(number).round == 2
    page = dispatcher.open(f"/orders/{number}/")
    assert "第 2 轮" in page
    assert "第 1 轮" in page
    assert "已收回" in page


@pytest.mark.function("DIS-13")
def test_redispatch_after_a_callback_may_change_the_unit(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town)
    typed = {**UNHAPPY, "reason": "摊贩第二天又来了", "lead": "enforcement"}
    at_screen("callback_agent").do(number, "redispatch", typed)
    order = town.order(number)
    assert (order.stage, order.round) == ("dispatched", 2)
    page = at_screen("clerk.enforcement").open(f"/orders/{number}/")
    assert "更换单位" in page
    assert "敷衍应付" in page


def test_after_dispatch_the_queue_stands_open_again(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    dispatcher = at_screen("dispatcher")
    page = dispatcher.open(f"/orders/{number}/?desk=dispatch")
    fields = dispatcher.fields(page, f"/orders/{number}/do/dispatch/")
    done = dispatcher.post(f"/orders/{number}/do/dispatch/", dict(fields))
    assert done.headers["Location"] == "/dispatch/"
    assert f"已派至 综合行政执法队：路口无证设摊占道 {number}" in dispatcher.open("/dispatch/")
