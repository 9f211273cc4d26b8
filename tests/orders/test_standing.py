"""What concerns the order as a whole (a note, unmasking) is open to the units that hold a share of it."""

from dataclasses import replace

import pytest

from open12345.directory.person import Person
from open12345.orders import queries, rights
from open12345.orders.errors import Conflict, NotAllowed, NotFound
from open12345.orders.models import Application, Event, Record, WorkOrder
from tests.cast import Town
from tests.orders.walks import UNHAPPY, UNIT, clerk, to_callback

NOTE = {"text": "傍晚再去一次"}


def handed_out(town: Town) -> str:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    town.do("clerk.enforcement", number, "sign")
    return number


def offered(town: Town, number: str, who: str) -> set[str]:
    scene = queries.scene_of(town.order(number), town.pack)
    return {offer.action.name for offer in rights.offers(scene, town.person(who)) if offer.allowed}


def test_the_lead_unit_notes_and_unmasks_on_its_own_account(town: Town) -> None:
    number = handed_out(town)
    assert {"note", "unmask"} <= offered(town, number, "clerk.enforcement")
    town.do("clerk.enforcement", number, "note", NOTE)
    town.do("clerk.enforcement", number, "unmask", {"reason": "联系市民"})
    lead = town.order(number).assignments.get()
    assert set(Event.objects.filter(action__in=["note", "unmask"]).values_list("assignment", flat=True)) == {lead.pk}
    assert Record.objects.get().assignment_id == lead.pk


def test_the_centre_notes_for_no_unit(town: Town) -> None:
    number = handed_out(town)
    town.do("dispatcher", number, "note", NOTE)
    assert Event.objects.get(action="note").assignment is None


def test_a_unit_whose_share_was_taken_back_has_no_say(town: Town) -> None:
    number = handed_out(town)
    town.do("dispatcher", number, "take_back", {"reason": "派错单位"})
    assert offered(town, number, "clerk.enforcement") == set()
    for action, said in (("note", NOTE), ("unmask", {"reason": "看看"})):
        with pytest.raises(NotAllowed):
            town.do("clerk.enforcement", number, action, said)


def test_nothing_of_an_earlier_round_can_be_aimed_at(town: Town) -> None:
    number = to_callback(town, UNIT)
    old = town.order(number).assignments.get(role="lead")
    town.do("callback_agent", number, "redispatch", {**UNHAPPY, "reason": "市民说没有解决"})
    town.do(clerk(UNIT), number, "sign")
    scene = queries.scene_of(town.order(number), town.pack)
    assert old.pk in {assignment.pk for assignment in scene.assignments}
    assert scene.assignment(old.pk) is None
    for action in ("contact", "arrive", "answer", "submit_report", "apply", "hand_down"):
        with pytest.raises(NotAllowed) as caught:
            town.do(clerk(UNIT), number, action, {}, assignment=old.pk)
        assert caught.value.code == "no_assignment", action


def test_a_unit_above_sees_but_does_not_note(town: Town) -> None:
    number = handed_out(town)
    with pytest.raises((NotAllowed, NotFound)):
        town.do("clerk.urban", number, "note", NOTE)


def machine(town: Town, like: str) -> Person:
    """A key that holds the posts of `like` and, by accident, the number of that account."""
    return replace(town.person(like), kind="machine", name="接口")


def test_a_machine_is_not_the_member_of_staff_with_its_number(town: Town) -> None:
    agent = town.person("agent")
    number = town.create("save_draft", {"body": "还没写完"}).number
    town.people["key"] = machine(town, "agent")
    assert queries.visible_to(agent).filter(number=number).exists()
    assert not queries.visible_to(town.people["key"]).filter(number=number).exists()
    own = town.create("save_draft", {"body": "接口的暂存"}, by="key").number
    assert WorkOrder.objects.get(number=own).created_by == -(agent.id or 0)
    assert not queries.visible_to(agent).filter(number=own).exists()
    with pytest.raises(NotFound):
        town.do("agent", own, "discard")


def test_a_machine_does_not_decide_what_it_asked(town: Town) -> None:
    number = handed_out(town)
    clerk, approver = town.person("clerk.enforcement"), town.person("approver.enforcement")
    town.people["key"] = replace(
        machine(town, "clerk.enforcement"),
        roles=clerk.roles | approver.roles,
        posts=(*clerk.posts, *approver.posts),
    )
    said = {
        "kind": "extension", "reason": "cross_unit", "limit": "2 wd",
        "evidence": {"plan": "与市场监管所联合整治，周五前完成"},
    }  # fmt: skip
    town.do("key", number, "apply", said)
    asked = Application.objects.get()
    assert asked.asked_by == -(clerk.id or 0)
    with pytest.raises((NotAllowed, Conflict)):
        town.do("key", number, "grant", {}, application=asked.pk)
    town.do("approver.enforcement", number, "grant", {}, application=asked.pk)
