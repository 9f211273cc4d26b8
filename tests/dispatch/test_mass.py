"""What many say of one matter goes to one unit by one decision, order by order (DIS-15)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from open12345.directory.models import Staff
from open12345.orders.models import WorkOrder
from open12345.repeats.models import Group, Kind, Member
from tests.cast import Town
from tests.orders.walks import flaws
from tests.repeats.stories import LETTER, order_of, phone

pytestmark = pytest.mark.function("DIS-15")
HERE = "泰亭西路69弄映陵雅苑"


def sent_by_many(town: Town, people: int = 4) -> tuple[Group, list[WorkOrder]]:
    """Let so many people send one text; return their group and orders."""
    orders = [order_of(town, body=LETTER, place=HERE, phone=phone(n)) for n in range(people)]
    member = Member.objects.select_related("group").get(order=orders[-1].pk, kind=Kind.SENT)
    return member.group, orders


def signed_in(client: Client, town: Town, name: str) -> Client:
    client.force_login(Staff.objects.get(pk=town.person(name).id or 0))
    return client


def stages(orders: list[WorkOrder]) -> list[str]:
    return [WorkOrder.objects.get(pk=order.pk).stage for order in orders]


def test_one_decision_sends_every_marked_order_of_the_group(town: Town, client: Client) -> None:
    group, orders = sent_by_many(town)
    url = reverse("dispatch:mass", args=[group.pk])
    page = signed_in(client, town, "dispatcher").get(url).content.decode()
    assert all(order.number in page for order in orders)
    client.post(url, {"mark": [order.number for order in orders[:3]], "lead": "urban", "reason": "同一工地"})
    assert stages(orders) == ["dispatched"] * 3 + ["accepted"]
    assert {WorkOrder.objects.get(pk=o.pk).lead_unit.code for o in orders[:3]} == {"urban"}  # type: ignore[union-attr]
    events = [order.events.get(action="dispatch") for order in orders[:3]]
    assert len({event.order_id for event in events}) == 3, "each has its own history"
    assert flaws() == []


def test_nothing_goes_before_a_unit_is_chosen_and_something_is_marked(town: Town, client: Client) -> None:
    group, orders = sent_by_many(town)
    url = reverse("dispatch:mass", args=[group.pk])
    signed_in(client, town, "dispatcher")
    answer = client.post(url, {"lead": "urban"}).content.decode()
    assert "没有勾选工单" in answer
    answer = client.post(url, {"mark": [orders[0].number], "lead": ""}).content.decode()
    assert "请选择主办单位" in answer
    assert "checked" in answer, "what was marked stays marked"
    assert stages(orders) == ["accepted"] * 4


def test_an_order_of_another_group_does_not_go_along(town: Town, client: Client) -> None:
    group, orders = sent_by_many(town)
    other = town.register()
    url = reverse("dispatch:mass", args=[group.pk])
    marked = [orders[0].number, other]
    signed_in(client, town, "dispatcher").post(url, {"mark": marked, "lead": "urban"})
    assert (town.order(other).stage, stages(orders)[0]) == ("accepted", "dispatched")


def test_where_somebody_was_first_the_rest_goes_on(town: Town, client: Client) -> None:
    group, orders = sent_by_many(town)
    signed_in(client, town, "dispatcher")
    town.do("dispatcher", orders[1].number, "dispatch", {"lead": "market"})
    url = reverse("dispatch:mass", args=[group.pk])
    client.post(url, {"mark": [order.number for order in orders], "lead": "urban"})
    assert stages(orders) == ["dispatched"] * 4
    leads = [WorkOrder.objects.get(pk=o.pk).lead_unit.code for o in orders]  # type: ignore[union-attr]
    assert leads == ["urban", "market", "urban", "urban"]


@pytest.mark.parametrize("who", ["agent", "clerk.urban", "system_admin"])
def test_others_do_not_find_the_page(town: Town, client: Client, who: str) -> None:
    group, orders = sent_by_many(town)
    url = reverse("dispatch:mass", args=[group.pk])
    signed_in(client, town, who)
    assert client.get(url).status_code in (403, 404)
    assert client.post(url, {"mark": [orders[0].number], "lead": "urban"}).status_code in (403, 404)
    assert stages(orders) == ["accepted"] * 4


def test_the_group_offers_it_while_something_waits(town: Town, client: Client) -> None:
    group, orders = sent_by_many(town)
    signed_in(client, town, "dispatcher")
    page, mass = reverse("repeats:group", args=[group.pk]), reverse("dispatch:mass", args=[group.pk])
    assert mass in client.get(page).content.decode()
    client.post(mass, {"mark": [order.number for order in orders], "lead": "urban"})
    assert mass not in client.get(page).content.decode()
    assert client.get(mass).status_code == 302
    assert client.get(reverse("dispatch:mass", args=[group.pk + 999])).status_code == 404
