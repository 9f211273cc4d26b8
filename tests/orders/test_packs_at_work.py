"""One order of each pack goes from the call over its unit, the review and the callback to its end."""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django.plugin import DjangoDbBlocker

from open12345.directory import packs
from open12345.orders import history, invariants
from open12345.orders.models import Clock, WorkOrder
from open12345.worktime import SHANGHAI
from tests.cast import ANSWER, CONTACT, HEARD, MORNING, REPORT, Town, open_town, pack_named
from tests.databases import Cleaner

#: A category of the default tree and an area; the unit that its duty list must choose there.
MATTERS = {
    "jiuting": ("A0101", "31011710700101", "enforcement"),
    "baoshan": ("L0301", "310113003001", "s003"),  # 友谊路街道
    "pudong": ("K0701", "310115004001", "s004"),  # 潍坊新村街道
    "qinhuai": ("H0101", "320104002001", "market"),
    "shanghai": ("L0301", "310101002", "d310101"),  # 黄浦区
}


@pytest.fixture(scope="module", params=MATTERS)
def city(request: pytest.FixtureRequest, _cleaner: Cleaner, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """A pack loaded, its people appointed."""
    _cleaner.remember()
    with django_db_blocker.unblock():
        packs.forget()
        yield open_town(pack_named(request.param))
    with django_db_blocker.unblock():
        _cleaner.clean()
        packs.forget()


@pytest.mark.function("DIS-02")
def test_an_order_of_each_pack_is_dispatched_by_its_list_and_closed(city: Town, db: None) -> None:
    town = Town(city.pack, MORNING)
    category, area, unit = MATTERS[town.pack.id]
    kind = next(code for code, one in town.pack.kinds.items() if one.base == "complaint")
    number = town.register(category=category, area=area, kind=kind)
    town.do("dispatcher", number, "dispatch")
    order = town.order(number)
    assert order.lead_unit is not None
    assert order.lead_unit.code == unit
    assert number.startswith(town.pack.area_code)
    assert len(number) == town.pack.number.width

    clerk = f"clerk.{unit}"
    town.do(clerk, number, "sign")
    town.do(clerk, number, "contact", CONTACT)
    town.do(clerk, number, "answer", ANSWER)
    assert town.do(clerk, number, "submit_report", {**REPORT, "proceed_reason": "协办另行反馈"}).stage == "review"
    assert town.do("reviewer", number, "pass_review").stage == "callback"
    assert town.do("callback_agent", number, "close", HEARD).stage == "closed"
    assert [*invariants.check_all(), *history.verify(WorkOrder.objects.all())] == []


#: Where a front line is: a unit on the spot, and the levels between it and the centre.
SPOTS = {"baoshan": ("c003001", ["s003"]), "shanghai": ("w310101002", ["s310101002", "d310101"])}


@pytest.mark.function("DIS-11")
def test_an_order_may_go_straight_to_the_spot_with_the_levels_between_in_copy(city: Town, db: None) -> None:
    """一线通达 (000 三.2, 002 2)."""
    assert (city.pack.frontline is not None) == (city.pack.id in SPOTS)
    if city.pack.frontline is None:
        return
    town = Town(city.pack, MORNING)
    spot, between = SPOTS[town.pack.id]
    assert town.pack.unit_tree[spot].kind in city.pack.frontline.kinds
    number = town.register(category="A0201", area=town.pack.unit_tree[spot].area, kind="complaint")

    done = town.do("dispatcher", number, "dispatch", {"lead": spot, "direct": True, "reason": "一线通达"})

    assert (done.more["lead"], done.more["in_copy"]) == (spot, between)


def test_a_co_handler_of_what_is_due_today_has_until_today(city: Town, db: None) -> None:
    """004 二（五）: an urgent order is done the same day, by all who work on it."""
    if city.pack.id != "qinhuai":
        return
    town = Town(city.pack, MORNING)
    said = {"category": "F0203", "area": "320104002001", "kind": "complaint", "urgency": "urgent"}
    number = town.register(**said)
    town.do("dispatcher", number, "dispatch")

    dues = Clock.objects.filter(order__number=number, kind="reply").values_list("due_at", flat=True)
    assert len(dues) > 1
    assert {due.astimezone(SHANGHAI).date() for due in dues} == {date(2025, 6, 27)}
