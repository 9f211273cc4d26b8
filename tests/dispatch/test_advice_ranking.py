"""One ranked list of units: list, practice, newest endings and alike orders, each with a reason a person can check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open12345.dispatch.advice import (
    Reason,
    Recommendation,
    Tip,
    lend_source,
    practice,
    recommend,
    recommend_all,
    sources,
    weights,
)
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.orders.walks import RETURN, dispatched, granted, reported

TINGZHONG = "310117107001"
LAMP = "A0101"  # the list names enforcement
ELSEWHERE = "310117107002"  # c002's
LOCAL = "K04"  # the list names each place's own unit


def advised(town: Town, number: str, **more: object) -> list[Recommendation]:
    order = WorkOrder.objects.select_related("area").get(number=number)
    return recommend(town.pack, order, at=town.now, **more)  # type: ignore[arg-type]


def told(one: Recommendation, source: str) -> list[str]:
    return [reason.text for reason in one.reasons if reason.source == source]


def counted(town: Town) -> None:
    practice.refresh(town.pack, at=town.now)


@pytest.mark.function("DIS-04")
def test_before_anything_is_known_the_duty_list_leads_and_says_its_clause(town: Town) -> None:
    number = town.register(area=TINGZHONG)
    first, second = advised(town, number)
    assert (first.lead, second.lead) == ("enforcement", "c001")
    assert 0.6 < first.probability < 0.95
    assert second.probability < first.probability / 2
    assert told(first, "duty")[0].startswith("责任清单 A-1")
    assert "条块结合" in told(first, "duty")[0]
    assert first.co_handlers == ("c001",)
    assert (first.responsibility, first.no_return) == ("first_asked", True)
    assert told(second, "territory") == ["属地托管（兜底责任）"]
    assert first.as_json()["lead"] == "enforcement"


@pytest.mark.function("DIS-04", "DIS-08")
def test_who_keeps_the_like_overtakes_the_list_and_the_counts_are_told(town: Town) -> None:
    for _ in range(6):
        back = dispatched(town, "enforcement", category="A0103", area=TINGZHONG)
        town.do("supervisor", back, "take_back", {"reason": "应由市容所办理"})
        town.do("dispatcher", back, "dispatch", {"lead": "urban"})
        town.do("clerk.urban", back, "sign")
    number = town.register(category="A0103", area=TINGZHONG)
    counted(town)
    before = advised(town, number)
    assert next(one for one in before if one.lead == "enforcement").features["recent_back"] > 0.5
    for _ in range(6):
        reported(town, "urban", category="A0103", area=TINGZHONG)
    counted(town)
    first = advised(town, number)[0]
    assert first.lead == "urban"
    assert any("6 件由它办结（近 6 个月）" in text for text in told(first, "practice"))
    other = next(one for one in advised(town, number) if one.lead == "enforcement")
    assert any("退回 6 件" in text for text in told(other, "practice"))
    assert sum(reason.weight for reason in other.reasons if reason.source == "practice") < 0


@pytest.mark.function("DIS-04")
def test_a_return_shows_at_once_without_waiting_for_the_count(town: Town) -> None:
    number = town.register(area=TINGZHONG)
    sure = advised(town, number)[0].probability
    for _ in range(3):
        back = dispatched(town, "enforcement", area=TINGZHONG)
        town.do("supervisor", back, "take_back", {"reason": "派错"})
    unsure = next(one for one in advised(town, number) if one.lead == "enforcement")
    assert unsure.probability < sure - 0.1


@pytest.mark.function("DIS-04")
def test_an_order_does_not_go_back_to_who_returned_it(town: Town) -> None:
    number = dispatched(town, "urban", category="A0103", area=TINGZHONG)
    granted(town, number, RETURN)
    found = {one.lead: one for one in advised(town, number)}
    assert "urban" not in found or told(found["urban"], "returned")
    assert advised(town, number)[0].lead == "enforcement"


@pytest.mark.function("DIS-04")
def test_alike_orders_are_named_with_where_they_ended(town: Town) -> None:
    body = "朱龙路夜排档油烟直排，半夜还在炒菜，味道飘进卧室。"
    kept = reported(town, "urban", body=body, title="夜排档油烟")
    back = dispatched(town, "market", body=body, title="夜排档油烟扰民")
    town.do("supervisor", back, "take_back", {"reason": "不归它管"})
    number = town.register(body=body, title="夜排档油烟")
    found = {one.lead: one for one in advised(town, number)}
    (text,) = told(found["urban"], "precedents")
    assert text.startswith(f"相似工单 …{kept[-4:]} 由它办结，相似 ")
    assert [r.number for r in found["urban"].reasons if r.source == "precedents"] == [kept]
    assert found["urban"].features["alike"] > 0.7
    if "market" in found:
        assert found["market"].features["alike_back"] > 0.5
    stranger = advised(town, number, viewer=town.person("clerk.greening"))
    assert not [r for one in stranger for r in one.reasons if r.number], "what one may not see is not named"
    assert any(r.number == kept for one in advised(town, number, viewer=town.person("dispatcher")) for r in one.reasons)
    assert back


@pytest.mark.function("DIS-04")
def test_the_clause_that_a_unit_reads_names_no_other_order(town: Town) -> None:
    body = "朱龙路夜排档油烟直排，半夜还在炒菜，味道飘进卧室。"
    reported(town, "urban", body=body, title="夜排档油烟")
    number = town.register(body=body, title="夜排档油烟")
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    assert "相似工单" not in town.order(number).assignments.get(role="lead").clause


def test_what_a_unit_reads_speaks_for_it() -> None:
    said = (Reason("practice", "退回 9 件", -2.0), Reason("precedents", "…0001", 1.0, "2025-0001"))
    assert Recommendation("urban", (), 0.3, said).ground == ""
    assert Recommendation("urban", (), 0.3, (*said, Reason("duty", "清单", 0.5))).ground == "清单"


@pytest.mark.function("DIS-10")
def test_after_two_returns_the_territory_alone_is_left(town: Town) -> None:
    number = dispatched(town, "urban", area=TINGZHONG)
    granted(town, number, RETURN)
    town.do("dispatcher", number, "dispatch", {"lead": "housing"})
    granted(town, number, RETURN, "housing")
    assert [one.lead for one in advised(town, number)] == ["c001"]


def test_a_lent_source_adds_its_reason_and_what_is_not_in_the_pack_is_left_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_lent", {})
    number = town.register(area=TINGZHONG)
    tips = [Tip("greening", "绿化带编号 G-7 由它管护"), Tip("nobody", "?")]
    lend_source("test", lambda _pack, orders, _at: [tips for _ in orders])
    found = {one.lead: one for one in advised(town, number)}
    assert told(found["greening"], "facility") == ["绿化带编号 G-7 由它管护"]
    assert "nobody" not in found


def test_a_page_of_orders_asks_as_much_as_one(town: Town, django_assert_num_queries: object) -> None:
    numbers = [town.register(category=code, area=TINGZHONG) for code in ("A0101", "A0103", "G0101", "", "C0101")]
    counted(town)
    orders = list(WorkOrder.objects.select_related("area").filter(number__in=numbers))
    recommend_all(town.pack, orders, at=town.now)  # which models are in force is asked once in 15 s
    with django_assert_num_queries(1):  # type: ignore[operator]
        recommend_all(town.pack, orders, at=town.now)


@pytest.mark.function("DIS-04")
def test_an_order_is_no_precedent_of_itself_and_its_one_return_is_told_once(town: Town) -> None:
    number = dispatched(town, "enforcement", area=TINGZHONG)
    town.do("supervisor", number, "take_back", {"reason": "派错"})
    town.wait(minutes=1)
    for count in (False, True):  # practice counts it ten minutes later
        if count:
            counted(town)
        found = next(one for one in advised(town, number) if one.lead == "enforcement")
        against = [reason.text for reason in found.reasons if "退回" in reason.text]
        assert against == ["这件工单曾从它退回"], "one return is told once"
        assert number not in {reason.number for one in advised(town, number) for reason in one.reasons}
        assert found.features["alike_back"] == 0, "it is no precedent of itself"


@pytest.mark.function("DIS-04")
def test_another_orders_return_still_speaks_beside_ones_own(town: Town) -> None:
    other = dispatched(town, "enforcement", area=TINGZHONG)
    town.do("supervisor", other, "take_back", {"reason": "派错"})
    number = dispatched(town, "enforcement", area=TINGZHONG)
    town.do("supervisor", number, "take_back", {"reason": "派错"})
    town.wait(minutes=1)
    counted(town)
    found = next(one for one in advised(town, number) if one.lead == "enforcement")
    assert found.features["recent_back"] > 0
    assert {reason.number for reason in found.reasons} >= {other}
    assert any("0 件由它办结，退回 1 件" in text for text in told(found, "practice"))


@pytest.mark.function("DIS-04")
def test_what_other_places_do_themselves_speaks_for_the_unit_of_this_place(town: Town) -> None:
    before = advised(town, town.register(category=LOCAL, area=TINGZHONG))[0]
    for _ in range(4):
        reported(town, "c002", category=LOCAL, area=ELSEWHERE)
    counted(town)
    first = advised(town, town.register(category=LOCAL, area=TINGZHONG))[0]
    assert (before.lead, first.lead) == ("c001", "c001")
    assert first.probability >= before.probability, "the list gives it to each place's own unit"


@pytest.mark.function("DIS-04")
def test_a_listed_unit_is_not_doubted_for_want_of_history(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    timid = replace(weights.DEFAULT, shift=-9.0)
    monkeypatch.setattr(weights, "in_force", lambda _pack: timid)
    first = advised(town, town.register(area=TINGZHONG))[0]
    assert (first.lead, first.probability < 0.1, first.sure(0.3)) == ("enforcement", True, True)
    back = dispatched(town, "enforcement", area=TINGZHONG)
    town.do("supervisor", back, "take_back", {"reason": "派错"})
    town.wait(minutes=1)
    again = next(one for one in advised(town, town.register(area=TINGZHONG)) if one.lead == "enforcement")
    assert not again.sure(0.3), "what is known of it counts"
