"""Return, extension, withdrawal: reason, evidence, window, two pairs of eyes, effect (order.md, "Applications")."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from open12345.orders.errors import Conflict, NotAllowed, NotFound
from open12345.orders.models import Event
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.orders.walks import (
    EXTENSION,
    RETURN,
    UNIT,
    WITHDRAWAL,
    answered,
    application,
    approver,
    assignment,
    at,
    change_pack,
    clerk,
    clock,
    dispatched,
    flaws,
    granted,
    refused,
    running,
    signed,
)

VISIT = {"at": "2025-06-26T10:00", "people": "队员两名", "found": "路口在九里亭街道一侧"}
CLAUSE = {"document": "镇职责分工", "clause": "摊贩归执法队"}


@pytest.mark.function("HAN-10")
def test_a_granted_return_sends_the_order_back_with_advice_where_to(town: Town) -> None:
    number = dispatched(town)
    town.do(clerk(), number, "apply", RETURN)
    order = town.order(number)
    assert order.locked_by == application(town, number).pk
    assert (order.returns_asked, order.stage) == (1, "dispatched")
    town.do(approver(), number, "grant", {"note": "同意"})
    assert application(town, number).step == 1
    town.do("dispatcher", number, "grant", {"note": "改派执法队"})
    order = town.order(number)
    assert (order.stage, order.locked_by, order.returns_granted, order.lead_unit) == ("accepted", None, 1, None)
    assert assignment(town, number, UNIT).state == "returned"
    assert running(town, number) == {"dispatch", "overall"}
    assert Event.objects.filter(order=order, action="grant").last().facts["advice"] == "enforcement"  # type: ignore[union-attr]
    assert [d["granted"] for d in application(town, number).decisions] == [True, True]
    assert flaws() == []


@pytest.mark.function("HAN-10")
def test_a_refused_return_costs_the_time_it_took(town: Town) -> None:
    number = signed(town)
    before = clock(town, number, "reply").due_at
    town.do(clerk(), number, "apply", RETURN)
    town.do(approver(), number, "grant")
    town.wait(hours=3)
    assert refused(town, "dispatcher", number, "decline", {"note": ""}) == {("note", "string_too_short")}
    town.do("dispatcher", number, "decline", {"note": "就是你们的职责"})
    order = town.order(number)
    assert (order.stage, order.locked_by, order.returns_granted) == ("handling", None, 0)
    assert application(town, number).state == "refused"
    assert clock(town, number, "reply").due_at == before
    assert "decision" not in running(town, number)
    assert flaws() == []


WRONG_EVIDENCE: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("not_our_duty", {}, ("evidence.clauses", "missing")),
    ("not_our_duty", {"clauses": []}, ("evidence.clauses", "missing")),
    ("not_our_duty", {"clauses": [CLAUSE] * 6}, ("evidence.clauses", "invalid")),
    ("not_our_duty", {"clauses": [{"document": "职责"}]}, ("evidence.clauses", "invalid")),
    ("not_our_duty", {"clauses": "见附件"}, ("evidence.clauses", "invalid")),
    ("not_our_duty", {"clauses": [CLAUSE], "more": "x"}, ("evidence.more", "unknown")),
    ("wrong_place", {"right_place": "九里亭"}, ("evidence.visit", "missing")),
    ("wrong_place", {"right_place": "九里亭", "visit": {"at": "x"}}, ("evidence.visit", "invalid")),
    ("other_demand", {"real_demand": "短"}, ("evidence.real_demand", "invalid")),
    ("missing_elements", {"missing": "weather", "tried": "打了三次电话"}, ("evidence.missing", "invalid")),
    ("missing_elements", {"missing": "place"}, ("evidence.tried", "missing")),
    ("duplicate", {}, ("evidence.orders", "missing")),
    ("duplicate", {"orders": ["310117209901011000001"]}, ("evidence.orders", "invalid")),
    ("duplicate", {"orders": ["1"] * 6}, ("evidence.orders", "invalid")),
    ("duty", {}, ("reason", "too_broad")),
    ("tired", {}, ("reason", "unknown")),
]


@pytest.mark.function("HAN-10")
@pytest.mark.parametrize(("reason", "evidence", "problem"), WRONG_EVIDENCE)
def test_each_reason_asks_for_its_own_evidence(
    town: Town, reason: str, evidence: dict[str, Any], problem: tuple[str, str]
) -> None:
    number = signed(town)
    said = {"kind": "return", "reason": reason, "evidence": evidence}
    assert refused(town, clerk(), number, "apply", said) == {problem}
    assert town.order(number).locked_by is None


@pytest.mark.parametrize(
    ("reason", "evidence"),
    [
        ("not_our_duty", {"clauses": [CLAUSE] * 5}),
        ("upper_duty", {"clauses": [CLAUSE], "department": "区绿化市容局"}),
        ("wrong_place", {"visit": VISIT, "right_place": "九里亭街道涞寅路"}),
        ("other_demand", {"real_demand": "市民要的是增设停车位"}),
        ("missing_elements", {"missing": "contact", "tried": "电话空号，短信未回"}),
    ],
)
def test_each_reason_with_its_evidence_is_taken(town: Town, reason: str, evidence: dict[str, Any]) -> None:
    number = signed(town)
    town.do(clerk(), number, "apply", {"kind": "return", "reason": reason, "evidence": evidence})
    assert application(town, number).state == "pending"


def test_a_duplicate_names_the_orders_it_repeats(town: Town) -> None:
    first, number = signed(town), signed(town)
    said = {"kind": "return", "reason": "duplicate", "evidence": {"orders": [first]}}
    town.do(clerk(), number, "apply", said)
    assert application(town, number).evidence == {"orders": [first]}


def test_what_is_written_in_an_application_is_masked(town: Town) -> None:
    number = signed(town)
    said = {**RETURN, "evidence": {"clauses": [{**CLAUSE, "clause": "李秀兰13812348000自己说不归我们"}]}}
    town.do(clerk(), number, "apply", {**said, "explanation": "电话13812348000"})
    kept = application(town, number)
    assert "13812348000" not in f"{kept.evidence}{kept.explanation}"
    assert "李秀兰" not in f"{kept.evidence}"


@pytest.mark.function("HAN-10")
@pytest.mark.parametrize(("moment", "open_still"), [(at(6, 27, 17, 30), True), (at(6, 27, 17, 31), False)])
def test_a_return_is_asked_before_its_window_closes(town: Town, moment: datetime, open_still: bool) -> None:
    number = signed(town)
    town.now = moment.replace(minute=moment.minute - 1)
    if open_still:
        town.do(clerk(), number, "apply", RETURN)
    else:
        town.wait(minutes=1)
        assert refused(town, clerk(), number, "apply", RETURN) == {("kind", "window")}
        assert clock(town, number, "return").breached_at is None  # a window, no limit


def test_an_order_may_be_returned_twice_at_most(town: Town) -> None:
    number = dispatched(town)
    for _ in range(2):
        town.do(clerk(), number, "apply", RETURN)
        town.do(approver(), number, "decline", {"note": "是我们的"})
    assert refused(town, clerk(), number, "apply", RETURN) == {("kind", "at_most")}
    assert town.order(number).returns_asked == 2


def test_what_was_withdrawn_does_not_count(town: Town) -> None:
    number = dispatched(town)
    for _ in range(3):
        town.do(clerk(), number, "apply", RETURN)
        town.do(approver(), number, "withdraw_application")
    town.do(clerk(), number, "apply", RETURN)
    assert town.order(number).locked_by is not None


@pytest.mark.function("HAN-10")
def test_a_pending_return_locks_the_order(town: Town) -> None:
    number = answered(town)
    town.do(clerk(), number, "apply", RETURN)
    for by, action, said in (
        (clerk(), "submit_report", REPORT),
        (clerk(), "contact", CONTACT),
        (clerk(), "answer", ANSWER),
        (clerk(), "apply", EXTENSION),
        ("dispatcher", "take_back", {"reason": "改派"}),
    ):
        with pytest.raises(Conflict) as caught:
            town.do(by, number, action, said)
        assert caught.value.code == "locked"
    town.do("agent", number, "urge", {"text": "又来电"})  # the citizen may always ask
    town.do(clerk(), number, "note", {"text": "等批"})
    town.do(clerk(), number, "withdraw_application")
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"


def test_nobody_decides_what_they_asked_or_what_is_not_theirs(town: Town) -> None:
    number = signed(town)
    town.do(approver(), number, "apply", RETURN)  # the leader asks in person
    for somebody in (approver(), clerk(), "dispatcher", "supervisor", "leader", "approver.police"):
        with pytest.raises((NotAllowed, NotFound)):
            town.do(somebody, number, "grant")
    town.do(approver(), number, "withdraw_application")
    town.do(clerk(), number, "apply", RETURN)
    town.do(approver(), number, "grant")
    for somebody in (approver(), clerk()):  # the unit's own consent is not the centre's
        with pytest.raises(NotAllowed):
            town.do(somebody, number, "grant")
    town.do("supervisor", number, "grant")


def test_each_step_is_decided_within_a_working_day(town: Town) -> None:
    number = signed(town)
    town.do(clerk(), number, "apply", RETURN)
    assert clock(town, number, "decision").due_at == at(6, 27, 17, 30)
    town.now = at(6, 30, 9, 0)
    town.do(approver(), number, "grant")
    first, second = town.order(number).clocks.filter(kind="decision").order_by("pk")
    assert (first.breached_at, second.due_at) == (at(6, 27, 17, 30), at(7, 1, 17, 30))


@pytest.mark.function("HAN-11")
def test_an_extension_moves_the_reply_and_is_told(town: Town) -> None:
    number = signed(town)
    granted(town, number, EXTENSION)  # 3 wd
    reply = clock(town, number, "reply")
    assert (reply.due_at, reply.extended_by, reply.limit) == (at(7, 8, 17, 30), "3 wd", "5 wd")
    assert assignment(town, number, UNIT).due_at == reply.due_at
    assert town.order(number).extensions == 1
    facts = Event.objects.filter(order__number=number, action="grant").order_by("seq").last()
    assert facts is not None
    assert (facts.facts["limit"], datetime.fromisoformat(facts.facts["due"])) == ("3 wd", reply.due_at)
    assert refused(town, clerk(), number, "apply", EXTENSION) == {("kind", "at_most")}
    assert flaws() == []


@pytest.mark.function("HAN-11")
@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        ("", ("limit", "invalid")),
        ("三天", ("limit", "invalid")),
        ("-1 wd", ("limit", "invalid")),
        ("0 wd", ("limit", "invalid")),
        ("6 wd", ("limit", "too_long")),
        ("3 d", ("limit", "too_long")),
        ("9999999999999999999999 wd", ("limit", "invalid")),
        ("1.5 wd", ("limit", "invalid")),
    ],
)
def test_an_extension_is_no_longer_than_the_limit_it_extends(town: Town, limit: str, problem: tuple[str, str]) -> None:
    number = signed(town)
    assert refused(town, clerk(), number, "apply", {**EXTENSION, "limit": limit}) == {problem}


def test_an_extension_is_asked_before_the_reply_is_due(town: Town) -> None:
    number = signed(town)
    town.now = at(7, 3, 17, 31)
    assert ("kind", "window") in refused(town, clerk(), number, "apply", EXTENSION)


def test_an_extension_does_not_hold_the_work_up(town: Town) -> None:
    number = answered(town)
    town.do(clerk(), number, "apply", EXTENSION)
    town.do(clerk(), number, "submit_report", REPORT)
    assert application(town, number).state == "lapsed"
    assert "decision" not in running(town, number)
    with pytest.raises(Conflict):
        town.do(approver(), number, "grant")
    assert flaws() == []


def test_only_the_lead_asks_for_an_extension(town: Town) -> None:
    number = signed(town, co_handlers=["sanitation"])
    town.do(clerk("sanitation"), number, "sign")
    assert ("kind", "asker") in refused(town, clerk("sanitation"), number, "apply", EXTENSION)
    assert ("kind", "asker") in refused(town, "dispatcher", number, "ask_centre", EXTENSION)
    assert ("kind", "asker") in refused(town, clerk(), number, "apply", WITHDRAWAL)


def test_an_unsigned_order_is_not_extended_and_an_unknown_thing_not_asked(town: Town) -> None:
    number = dispatched(town)
    assert refused(town, clerk(), number, "apply", EXTENSION) == {("kind", "stage")}
    assert refused(town, clerk(), number, "apply", {**EXTENSION, "kind": "holiday"}) == {("kind", "unknown")}
    assert refused(town, clerk(), number, "apply", {**RETURN, "to": "13812348000"}) == {("to", "unknown")}


@pytest.mark.function("HAN-18")
@pytest.mark.parametrize("start", ["accepted", "dispatched", "handling"])
def test_an_order_the_citizen_gave_up_is_withdrawn(town: Town, start: str) -> None:
    number = town.register() if start == "accepted" else (dispatched if start == "dispatched" else signed)(town)
    said = {**WITHDRAWAL, "evidence": {"called_on": "昨天", "said": "不"}}
    problems = {("evidence.called_on", "invalid"), ("evidence.said", "invalid")}
    assert refused(town, "agent", number, "ask_centre", said) == problems
    town.do("agent", number, "ask_centre", WITHDRAWAL)
    with pytest.raises(NotAllowed):
        town.do("agent2", number, "grant")
    assert town.do("dispatcher", number, "grant").stage == "cancelled"
    order = town.order(number)
    assert running(town, number) == set()
    assert set(order.assignments.values_list("state", flat=True)) <= {"taken_back"}
    assert flaws() == []
    town.do("supervisor", number, "reopen", {"reason": "市民说没有要求撤单"})
    assert town.order(number).stage == "accepted"
    assert town.order(number).lead_unit is None
    assert flaws() == []


def test_a_withdrawal_granted_ends_what_else_was_asked(town: Town) -> None:
    number = signed(town)
    town.do(clerk(), number, "apply", EXTENSION)
    town.do("agent", number, "ask_centre", WITHDRAWAL)
    withdrawal = application(town, number)
    town.do("supervisor", number, "grant", application=withdrawal.pk)
    assert set(town.order(number).applications.values_list("kind", "state")) == {
        ("extension", "lapsed"),
        ("withdrawal", "granted"),
    }
    assert flaws() == []


def test_a_kind_that_the_pack_no_longer_has_stops_nobody(town: Town) -> None:
    number = answered(town)
    town.do(clerk(), number, "apply", RETURN)
    rest = {code: rule for code, rule in town.pack.model_dump(mode="json")["applications"].items() if code != "return"}
    change_pack(town, applications=rest)
    with pytest.raises(NotAllowed):
        town.do(approver(), number, "grant")
    town.do(clerk(), number, "withdraw_application")
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"
    assert flaws() == []
