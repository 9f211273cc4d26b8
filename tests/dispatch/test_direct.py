"""A listed need goes from the leader in charge straight to a unit's leader (DIS-09)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from open12345.directory.models import Staff
from open12345.dispatch.direct_desk import listed
from open12345.notify.models import Notice
from open12345.orders import rights
from open12345.orders.errors import NotAllowed
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.queries import scene_of
from tests.cast import Town
from tests.orders.walks import assignment, flaws, refused

pytestmark = pytest.mark.function("DIS-09")
MEDICAL = {"category": "J0201", "body": "家中老人每周三次血透，今天没有车去医院", "area": "310117107001"}
SENT = {"need": "medical", "lead": "urban"}


def test_the_leader_in_charge_sends_a_listed_need_to_the_units_leader(town: Town) -> None:
    number = town.register(**MEDICAL)
    town.do("leader", number, "send_directly", {**SENT, "reason": "两小时内联系"})
    lead = assignment(town, number, "urban")
    assert (lead.responsibility, lead.no_return, town.order(number).stage) == ("designated", True, "dispatched")
    assert lead.clause.startswith("点对点派单：急重症就医配药")
    facts = town.order(number).events.get(action="send_directly").facts
    assert (facts["need"], facts["sent_by"]) == ("medical", town.person("leader").name)
    assert facts["reason"] == "点对点派单：急重症就医配药；两小时内联系"
    notices = {(n.kind, tuple(n.roles)) for n in Notice.objects.filter(order=lead.order_id, unit=lead.unit_id)}
    assert ("sent_directly", ("approver",)) in notices, "the unit's own leader is told"
    assert flaws() == []


def test_a_dispatcher_sends_it_on_a_leaders_word_and_names_the_leader(town: Town) -> None:
    number = town.register(**MEDICAL)
    assert refused(town, "dispatcher", number, "send_directly", SENT) == {("sent_by", "missing")}
    town.do("dispatcher", number, "send_directly", {**SENT, "sent_by": "分管副镇长 李某"})
    assert town.order(number).events.get(action="send_directly").facts["sent_by"] == "分管副镇长 李某"


def test_what_is_not_listed_goes_the_ordinary_way(town: Town) -> None:
    number = town.register()
    assert refused(town, "leader", number, "send_directly", SENT) == {("need", "not_listed")}
    order = town.order(number)
    scene = scene_of(order, town.pack)
    offered = rights.offers_of(scene, ACTIONS["send_directly"], town.person("leader"))
    assert not any(offer.allowed for offer in offered), "the button is not there either"
    with pytest.raises(NotAllowed):
        town.do("leader", number, "dispatch", {"lead": "urban"})


def test_a_word_makes_it_listed_where_nobody_set_the_category(town: Town) -> None:
    said = town.register(category="", body="我父亲明天要做透析，村口封了出不去，求助")
    other = town.register(category="", body="楼下有人摆摊，晚上很吵")
    waiting = {order.number for order in listed(town.person("leader"), town.pack)}
    assert said in waiting
    assert other not in waiting


@pytest.mark.parametrize("who", ["agent", "supervisor", "clerk.urban"])
def test_nobody_else_may(town: Town, who: str) -> None:
    number = town.register(**MEDICAL)
    if who == "clerk.urban":
        town.do("dispatcher", number, "dispatch", {"lead": "urban"})
        town.do("dispatcher", number, "take_back", {"reason": "改为点对点"})
    with pytest.raises(NotAllowed):
        town.do(who, number, "send_directly", SENT)


def test_it_can_be_undone_at_once(town: Town) -> None:
    number = town.register(**MEDICAL)
    town.do("leader", number, "send_directly", SENT)
    town.now -= timedelta(seconds=50)
    town.do("dispatcher", number, "undo_dispatch")
    assert (town.order(number).stage, town.order(number).round) == ("accepted", 0)
    assert flaws() == []


def test_the_leaders_desk_lists_what_waits_and_what_was_sent(town: Town, client: Client) -> None:
    waits, gone, other = town.register(**MEDICAL), town.register(**MEDICAL), town.register()
    town.do("leader", gone, "send_directly", SENT)
    client.force_login(Staff.objects.get(pk=town.person("leader").id or 0))
    page = client.get(reverse("dispatch:direct")).content.decode()
    assert waits in page
    assert gone not in page
    assert other not in page
    page = client.get(reverse("dispatch:direct"), {"tab": "sent"}).content.decode()
    assert gone in page
    assert waits not in page
