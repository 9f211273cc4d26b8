"""Another department answers a question of fact in one working day, and changes nothing else (002)."""

from typing import Any

import pytest

from open12345.orders.errors import Conflict, NotAllowed
from open12345.orders.models import Record
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.orders.walks import UNIT, answered, assignment, at, clerk, clock, flaws, refused, running, signed

pytestmark = pytest.mark.function("HAN-04")
QUESTION = {"unit": "police", "question": "李秀兰说摊主王某有前科，电话13912345678，是否属实"}


def test_the_verifier_answers_on_the_order_and_nothing_else_moves(town: Town) -> None:
    number = answered(town)
    before = {(c.kind, c.assignment_id, c.due_at) for c in town.order(number).clocks.filter(stopped_at=None)}
    town.do(clerk(), number, "ask_verifier", QUESTION)
    asked = assignment(town, number, "police")
    assert (asked.role, asked.due_at) == ("verifier", at(6, 27, 17, 30))
    assert "13912345678" not in asked.question
    town.do("worker.police", number, "sign")
    town.do("worker.police", number, "verify", {"text": "查无此人"})
    order = town.order(number)
    assert order.stage == "handling"
    assert before == {(c.kind, c.assignment_id, c.due_at) for c in order.clocks.filter(stopped_at=None)}
    assert assignment(town, number, "police").state == "checked"
    assert clock(town, number, "reply", "police").stopped_at == town.now
    assert Record.objects.get(order=order, kind="verification").content == {"text": "查无此人"}
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"
    assert flaws() == []


def test_a_verifier_does_nothing_but_verify(town: Town) -> None:
    number = answered(town)
    town.do(clerk(), number, "ask_verifier", QUESTION)
    town.do(clerk("police"), number, "sign")
    deeds: dict[str, dict[str, Any]] = {
        "contact": CONTACT,
        "answer": ANSWER,
        "arrive": {"people": "民警", "found": "无"},
        "submit_report": REPORT,
        "hand_down": {"unit": "s00101"},
        "ask_verifier": {"unit": "market", "question": "有照吗"},
        "apply": {"kind": "return", "reason": "not_our_duty"},
    }
    for action, said in deeds.items():
        with pytest.raises((NotAllowed, Conflict)):
            town.do(clerk("police"), number, action, said)
    assert assignment(town, number, "police").state == "signed"


def test_the_lead_does_not_ask_itself_and_waits_for_the_answer(town: Town) -> None:
    number = answered(town)
    own = {**QUESTION, "unit": UNIT}
    assert refused(town, clerk(), number, "ask_verifier", own) == {("unit", "same")}
    town.do(clerk(), number, "ask_verifier", QUESTION)
    assert refused(town, clerk(), number, "submit_report", REPORT) == {("proceed_reason", "others_open")}


def test_a_question_may_be_answered_while_the_report_is_in_review(town: Town) -> None:
    number = answered(town)
    town.do(clerk(), number, "ask_verifier", QUESTION)
    town.do(clerk(), number, "submit_report", {**REPORT, "proceed_reason": "不影响结论"})
    town.do(clerk("police"), number, "sign")
    town.do(clerk("police"), number, "verify", {"text": "查无此人"})
    assert town.order(number).stage == "review"
    assert flaws() == []


def test_a_question_unanswered_when_the_round_ends_is_let_go(town: Town) -> None:
    number = signed(town)
    town.do(clerk(), number, "ask_verifier", QUESTION)
    town.do("dispatcher", number, "take_back", {"reason": "改派"})
    assert assignment(town, number, "police").state == "taken_back"
    assert running(town, number) == {"dispatch", "overall"}
