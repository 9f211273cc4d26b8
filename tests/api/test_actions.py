"""What may be done is offered, done once, and told to whoever came second."""

from __future__ import annotations

from datetime import timedelta

import pytest

from open12345.orders.models import Application, Event, WorkOrder
from open12345.orders.queries import database_time
from tests.api.callers import Caller, machine
from tests.api.test_orders import TOLD, handed_out, taken
from tests.cast import CONTACT, Town

pytestmark = pytest.mark.function("API-01")

PLAN = {"plan": "与市场监管所联合整治，周五前完成"}


def test_offers_say_what_is_allowed_and_why_not(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    offers = {offer["action"]: offer for offer in unit.get(f"/orders/{number}/actions").json()["actions"]}
    assert offers["sign"]["allowed"] is True
    assert offers["sign"]["assignment"] == WorkOrder.objects.get().assignments.get().pk
    assert "dispatch" not in offers
    unit.act(number, "sign")
    told = unit.get(f"/orders/{number}/actions").json()
    offers = {offer["action"]: offer for offer in told["actions"]}
    assert offers["sign"]["allowed"] is False
    assert offers["sign"]["why_not"]
    assert told["seq"] == 3


def test_an_offer_tells_what_must_be_filled_in(centre: Caller) -> None:
    number = taken(centre)
    offers = {offer["action"]: offer for offer in centre.get(f"/orders/{number}/actions").json()["actions"]}
    assert offers["refuse"]["input"]["required"] == ["reason", "told"]
    assert offers["refuse"]["input"]["properties"]["told"]["title"] == "告知内容"


def test_every_allowed_offer_can_be_aimed_at(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    (offer,) = [o for o in unit.get(f"/orders/{number}/actions").json()["actions"] if o["action"] == "sign"]
    answer = unit.act(number, "sign", assignment=offer["assignment"])
    assert answer.status_code == 200
    assert answer.json()["stage"] == "handling"


def test_an_aim_that_is_not_there_is_told(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    answer = unit.act(number, "sign", assignment=10**12)
    assert answer.status_code == 403
    assert answer.json()["code"] == "no_assignment"


def test_whoever_looked_before_the_last_change_is_told_who_was_first(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    assert unit.act(number, "sign", expected_seq=2).status_code == 200
    late = unit.act(number, "contact", CONTACT, expected_seq=2)
    assert late.status_code == 409
    told = late.json()
    assert (told["code"], told["facts"]) == ("overtaken", {"seq": 3})
    assert "综合执法队系统" in told["detail"]
    assert unit.act(number, "contact", CONTACT, expected_seq=3).status_code == 200


def test_the_clients_own_time_is_kept_beside_the_servers(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    moment = database_time() - timedelta(hours=3)
    unit.act(number, "sign", client_at=moment.isoformat())
    event = Event.objects.get(action="sign")
    assert event.client_at == moment
    assert event.at > moment


def test_an_application_is_asked_and_granted(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    unit.act(number, "sign")
    said = {"kind": "extension", "reason": "cross_unit", "limit": "2 wd", "evidence": PLAN}
    assert unit.act(number, "apply", said).status_code == 200
    asked = Application.objects.get()
    assert unit.get(f"/orders/{number}").json()["applications"][0]["id"] == asked.pk
    assert unit.act(number, "grant", application=asked.pk).status_code == 403
    leader = machine("approver@enforcement", name="队长")
    assert leader.act(number, "grant", application=asked.pk).status_code == 200
    asked.refresh_from_db()
    assert asked.decisions


@pytest.mark.parametrize("action", ["attach", "breach", "recompute", "register", "save_draft", "unmask", "fly", "%00"])
def test_what_is_no_action_of_a_client_does_not_exist(centre: Caller, action: str) -> None:
    answer = centre.act(taken(centre), action)
    assert answer.status_code == 404
    assert answer.json()["code"] in {"no_such_action", "no_such_address"}


def test_a_wrong_field_is_named_inside_the_data(centre: Caller) -> None:
    answer = centre.act(taken(centre), "dispatch", {"lead": "nobody", "leed": 1})
    assert answer.status_code == 422
    assert "leed" in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.function("SEC-02")
def test_unmasking_puts_the_reason_on_record_and_shows_the_caller(centre: Caller) -> None:
    number = taken(centre, **TOLD)
    answer = centre.post(f"/orders/{number}/unmask", {"reason": "回电 13800001111 核实"})
    assert answer.status_code == 200
    assert answer.json()["values"]["phone"] == "13812348000"
    assert answer["Cache-Control"] == "no-store"
    event = Event.objects.get(action="unmask")
    assert event.facts["what"] == "requester"
    assert "13800001111" not in event.facts["reason"]


@pytest.mark.function("SEC-02")
def test_without_a_reason_nothing_is_shown(centre: Caller) -> None:
    number = taken(centre, **TOLD)
    for said in ({}, {"reason": ""}, {"reason": "查", "what": "everything"}):
        answer = centre.post(f"/orders/{number}/unmask", said)
        assert answer.status_code == 422
        assert "13812348000" not in answer.content.decode()
    assert not Event.objects.filter(action="unmask").exists()


@pytest.mark.function("SEC-02")
def test_handlers_of_a_confidential_order_unmask_nothing(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre, **TOLD, confidential=True)
    answer = unit.post(f"/orders/{number}/unmask", {"reason": "想看看"})
    assert (answer.status_code, answer.json()["code"]) == (403, "confidential")
    assert "13812348000" not in answer.content.decode()


def test_the_words_as_said_are_opened_too(centre: Caller, town: Town) -> None:
    number = taken(centre, body="我的电话是13812348000，摊贩太多，请来管")
    values = centre.post(f"/orders/{number}/unmask", {"reason": "核实", "what": "text"}).json()["values"]
    assert "13812348000" in values["text"]
