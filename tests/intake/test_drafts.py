"""A draft is kept for its author, resumed, and becomes an order only when it is complete."""

import pytest

from open12345.orders import queries, requesters
from open12345.orders.errors import Conflict, NotFound
from open12345.orders.models import ForeignNumber, Requester
from tests.cast import Town, complaint
from tests.orders.walks import UPPER, flaws, refused, running

pytestmark = pytest.mark.function("INT-03")


def draft(town: Town, **said: object) -> str:
    return town.create("save_draft", said).number


def test_a_draft_is_resumed_with_what_was_typed_and_submitted(town: Town) -> None:
    number = draft(town, body="路口每天有摊贩", name="李秀兰", phone="13812348000")
    town.wait(hours=1)
    town.do("agent", number, "edit_draft", complaint())
    town.do("agent", number, "edit_draft", complaint(title="摊贩占道"))
    assert town.do("agent", number, "submit").stage == "accepted"
    order = town.order(number)
    assert order.title == "摊贩占道"
    assert order.accepted_at == town.now
    assert requesters.open_requester(order.requester).phone == "13812348000"
    assert running(town, number) == {"dispatch", "overall"}
    assert flaws() == []


def test_an_empty_draft_is_kept_but_not_submitted(town: Town) -> None:
    number = draft(town)
    assert town.order(number).stage == "draft"
    assert running(town, number) == set()
    missing = {("kind", "missing"), ("body", "missing"), ("phone", "missing")}
    assert refused(town, "agent", number, "submit", {}) == missing


def test_nobody_else_sees_a_draft(town: Town) -> None:
    number = draft(town, **complaint())
    for somebody in ("agent2", "dispatcher", "supervisor", "leader", "clerk.enforcement"):
        assert not queries.visible_to(town.person(somebody)).filter(number=number).exists()
        with pytest.raises(NotFound):
            town.do(somebody, number, "submit")
    town.do("agent", number, "submit")
    assert queries.visible_to(town.person("agent2")).filter(number=number).exists()


def test_a_discarded_draft_was_never_an_order(town: Town) -> None:
    number = draft(town, body="写了一半")
    town.do("agent", number, "discard")
    assert town.order(number).accepted_at is None
    assert refused(town, "supervisor", number, "reopen", {"reason": "误作废"}) == {("__all__", "never_submitted")}
    assert flaws() == []


def test_what_is_wrong_in_a_draft_is_said_while_it_is_typed(town: Town) -> None:
    number = draft(town, body="路灯不亮")
    wrong = {"phone": "12", "category": "A", "channel": "pigeon", "foreign_number": "QX1"}
    found = refused(town, "agent", number, "edit_draft", {"body": "路灯不亮", **wrong})
    assert found == {
        ("phone", "invalid"),
        ("category", "unknown"),
        ("channel", "unknown"),
        ("foreign_number", "incomplete"),
    }


def test_a_category_that_needs_a_place_is_not_submitted_without_one(town: Town) -> None:
    number = draft(town, **complaint(category="B02", title="井盖不见了", body="井盖不见了，很危险"))
    assert refused(town, "agent", number, "submit", {}) == {("place", "required")}
    fuller = complaint(category="B02", title="井盖不见了", body="井盖不见了，很危险", place="涞寅路口")
    town.do("agent", number, "edit_draft", fuller)
    assert town.do("agent", number, "submit").stage == "accepted"


def test_a_number_of_the_platform_above_is_kept_while_the_draft_is_edited(town: Town) -> None:
    number = draft(town, **complaint(channel="upper", origin="upper"))
    assert refused(town, "agent", number, "submit", {}) == {("foreign_number", "missing")}
    for foreign in ("QX20250626009", "QX20250626010"):
        town.do("agent", number, "edit_draft", complaint(**UPPER | {"foreign_number": foreign}))
    assert [f.number for f in ForeignNumber.objects.filter(order__number=number)] == ["QX20250626010"]
    town.do("agent", number, "edit_draft", complaint())
    assert not ForeignNumber.objects.filter(order__number=number).exists()
    town.do("agent", number, "submit")
    with pytest.raises(Conflict):
        town.do("agent", number, "edit_draft", complaint())


def test_editing_a_draft_of_the_same_call_leaves_the_caller_of_the_first_order_alone(town: Town) -> None:
    first = town.register()
    number = draft(town, body="还有路灯不亮", kind="complaint_help", same_call_as=first)
    town.do("agent", number, "edit_draft", {"body": "还有路灯不亮", "kind": "complaint_help"})
    assert Requester.objects.count() == 1
    assert requesters.open_requester(town.order(first).requester).phone == "13812348000"
    assert town.do("agent", number, "submit").stage == "accepted"
