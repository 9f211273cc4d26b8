"""An order goes to one lead, with co-handlers and units in copy; it may be taken back."""

from collections.abc import Callable
from datetime import datetime

import pytest

from open12345.directory.models import Unit
from open12345.orders import queries
from open12345.orders.errors import Conflict, NotAllowed
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.orders.walks import (
    EXTENSION,
    UNIT,
    answered,
    application,
    assignment,
    clerk,
    clock,
    dispatched,
    flaws,
    refused,
    running,
    signed,
)

REPORT = {"outcome": "solved", "fact_explanation": "已配合清理完毕"}


@pytest.mark.function("DIS-12")
def test_a_co_handler_signs_like_the_lead_and_reports_by_three_fifths_of_its_limit(town: Town) -> None:
    number = dispatched(town, co_handlers=["sanitation", "c001"])
    lead, helper = clock(town, number, "reply", UNIT), clock(town, number, "reply", "sanitation")
    assert lead.due_at == datetime(2025, 7, 3, 17, 30, tzinfo=SHANGHAI)  # 5 wd
    assert helper.due_at == datetime(2025, 7, 1, 17, 30, tzinfo=SHANGHAI)  # 3 wd
    assert assignment(town, number, "sanitation").due_at == helper.due_at
    assert clock(town, number, "sign", "sanitation").limit == clock(town, number, "sign", UNIT).limit
    town.do(clerk("sanitation"), number, "sign")
    assert town.order(number).stage == "dispatched"  # only the lead's signature begins the handling
    town.do(clerk(), number, "sign")
    town.do(clerk("sanitation"), number, "submit_report", REPORT)
    assert assignment(town, number, "sanitation").state == "checked"
    assert clock(town, number, "reply", "sanitation").stopped_at == town.now
    assert clock(town, number, "reply", UNIT).stopped_at is None
    assert flaws() == []


def test_a_late_co_handler_is_counted_late_and_the_lead_is_not(town: Town) -> None:
    number = signed(town, co_handlers=["sanitation"])
    town.do(clerk("sanitation"), number, "sign")
    town.now = datetime(2025, 7, 2, 9, 0, tzinfo=SHANGHAI)
    town.do(clerk("sanitation"), number, "submit_report", REPORT)
    assert clock(town, number, "reply", "sanitation").breached_at == datetime(2025, 7, 1, 17, 30, tzinfo=SHANGHAI)
    assert clock(town, number, "reply", UNIT).breached_at is None


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"lead": "nowhere"}, ("lead", "unknown")),
        ({"lead": UNIT, "co_handlers": ["nowhere"]}, ("co_handlers", "unknown")),
        ({"lead": UNIT, "in_copy": ["nowhere"]}, ("in_copy", "unknown")),
        ({"lead": UNIT, "co_handlers": [UNIT]}, ("co_handlers", "lead_twice")),
        ({"lead": UNIT, "co_handlers": ["c001", "c001"]}, ("co_handlers", "twice")),
        ({"lead": UNIT, "co_handlers": ["c001"] * 11}, ("co_handlers", "too_long")),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(town: Town, said: dict[str, object], problem: object) -> None:
    number = town.register()
    assert refused(town, "dispatcher", number, "dispatch", said) == {problem}
    assert not town.order(number).assignments.exists()


def test_a_unit_that_is_gone_is_given_nothing(town: Town) -> None:
    Unit.objects.filter(code="culture").update(active=False)
    number = town.register()
    assert refused(town, "dispatcher", number, "dispatch", {"lead": "culture"}) == {("lead", "unknown")}


@pytest.mark.function("DIS-11")
def test_an_order_goes_straight_to_the_station_with_the_levels_between_in_copy(town: Town) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "s00101", "direct": True, "in_copy": ["sanitation"]})
    copies = town.order(number).assignments.filter(role="copy").values_list("unit__code", "state")
    assert set(copies) == {("sanitation", "copied"), ("c001", "copied")}
    for unit in ("c001", "sanitation"):
        assert queries.visible_to(town.person(clerk(unit))).filter(number=number).exists()
        with pytest.raises((NotAllowed, Conflict)):
            town.do(clerk(unit), number, "sign")
    town.do("worker.s00101", number, "sign")
    assert town.order(number).stage == "handling"
    assert flaws() == []


def test_who_leads_or_helps_is_not_in_copy_as_well(town: Town) -> None:
    number = town.register()
    said = {"lead": "s00101", "direct": True, "co_handlers": ["c001"], "in_copy": ["s00101", "c001", "police"]}
    town.do("dispatcher", number, "dispatch", said)
    roles = sorted(town.order(number).assignments.values_list("unit__code", "role"))
    assert roles == [("c001", "co_handler"), ("police", "copy"), ("s00101", "lead")]


@pytest.mark.function("DIS-13")
@pytest.mark.parametrize("start", [dispatched, signed, answered])
def test_an_order_taken_back_waits_for_dispatch_anew(town: Town, start: Callable[..., str]) -> None:
    number = start(town, co_handlers=["sanitation"])
    assert refused(town, "dispatcher", number, "take_back", {"reason": " "}) == {("reason", "string_too_short")}
    town.do("supervisor", number, "take_back", {"reason": "李秀兰13812348000说地点在隔壁镇"})
    order = town.order(number)
    assert (order.stage, order.lead_unit, order.round) == ("accepted", None, 1)
    assert set(order.assignments.values_list("state", flat=True)) == {"taken_back"}
    assert running(town, number) == {"dispatch", "overall"}
    reason = order.events.get(action="take_back").facts["reason"]
    assert "13812348000" not in reason
    assert "李秀兰" not in reason
    town.do("dispatcher", number, "dispatch", {"lead": "housing"})
    assert town.order(number).round == 2
    assert clock(town, number, "reply", "housing").started_at == town.now
    assert flaws() == []


def test_who_was_done_when_the_order_is_taken_back_stays_done(town: Town) -> None:
    number = signed(town, co_handlers=["sanitation"])
    town.do(clerk("sanitation"), number, "sign")
    town.do(clerk("sanitation"), number, "submit_report", REPORT)
    done_at = town.now
    town.wait(hours=1)
    town.do("dispatcher", number, "take_back", {"reason": "改派"})
    helper = assignment(town, number, "sanitation")
    assert (helper.state, helper.ended_at) == ("checked", done_at)
    assert assignment(town, number, UNIT).state == "taken_back"


def test_taking_back_ends_what_was_asked_for(town: Town) -> None:
    number = signed(town)
    town.do(clerk(), number, "apply", EXTENSION)
    town.do("dispatcher", number, "take_back", {"reason": "改派"})
    assert application(town, number).state == "lapsed"
    assert "decision" not in running(town, number)
    assert flaws() == []


def test_an_urgent_order_has_shorter_clocks_everywhere(town: Town) -> None:
    number = dispatched(town, co_handlers=["sanitation"], urgency="urgent")
    start = town.now
    kinds = {"sign": 30, "contact": 120, "return": 30, "feedback": 120, "reply": 24 * 60}
    minutes = {kind: (clock(town, number, kind, UNIT).due_at - start).total_seconds() / 60 for kind in kinds}
    assert minutes == kinds
    assert (clock(town, number, "reply", "sanitation").due_at - start).total_seconds() == 24 * 3600 * 0.6
