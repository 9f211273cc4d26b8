"""A grid station has no leader of its own: its return is decided by the unit that handed the work down."""

import pytest

from open12345.orders import invariants
from open12345.orders.errors import NotAllowed, NotFound
from open12345.orders.models import Application, Event
from tests.cast import CONTACT, Town

EVIDENCE = {"visit": {"at": "2025-06-26T10:00", "people": "网格员", "found": "不在本网格"}, "right_place": "隔壁网格"}


@pytest.mark.function("DIS-11")
def test_a_stations_return_goes_to_the_community_that_handed_down(town: Town) -> None:
    number = town.register(area="31011710700101", category="L0101")
    town.do("dispatcher", number, "dispatch")
    town.do("clerk.c001", number, "sign")
    town.do("clerk.c001", number, "contact", CONTACT)
    child = town.do("clerk.c001", number, "hand_down", {"unit": "s00101"}).more["child"]
    town.do("clerk.s00101", number, "sign")
    asked = {"kind": "return", "reason": "wrong_place", "evidence": EVIDENCE}
    town.do("clerk.s00101", number, "apply", asked)
    for stranger in ("approver.c002", "clerk.s00101", "dispatcher"):
        with pytest.raises((NotAllowed, NotFound)):
            town.do(stranger, number, "grant")
    town.do("approver.c001", number, "grant")
    town.do("clerk.c001", number, "grant")
    order = town.order(number)
    assert order.stage == "handling"
    assert (order.returns_asked, order.returns_granted) == (0, 0)  # the rate is of the order's lead
    assert Event.objects.filter(order=order, action="apply", facts__kind="return", assignment=child).exists()
    assert list(invariants.check_all()) == []
    states = dict(order.assignments.values_list("pk", "state"))
    assert states[child] == "returned"
    assert order.assignments.get(unit__code="c001").state == "working"


@pytest.mark.function("HAN-11")
def test_a_stations_extension_is_not_counted_as_the_orders(town: Town) -> None:
    number = town.register(area="31011710700101", category="L0101")
    town.do("dispatcher", number, "dispatch")
    town.do("clerk.c001", number, "sign")
    town.do("clerk.c001", number, "contact", CONTACT)
    town.do("clerk.c001", number, "hand_down", {"unit": "s00101"})
    town.do("clerk.s00101", number, "sign")
    asked = {"kind": "extension", "reason": "works", "evidence": {"plan": "周五前完成采购并安装完毕"}}
    town.do("clerk.c001", number, "apply", {**asked, "limit": "2 wd"})
    for who in ("approver.c001", "dispatcher"):
        town.do(who, number, "grant")
    assert town.order(number).extensions == 1
    town.do("clerk.s00101", number, "apply", {**asked, "limit": "1 wd"})
    for who in ("approver.c001", "clerk.c001"):
        town.do(who, number, "grant")
    assert Application.objects.filter(order__number=number, kind="extension", state="granted").count() == 2
    assert town.order(number).extensions == 1
    assert list(invariants.check_all()) == []
