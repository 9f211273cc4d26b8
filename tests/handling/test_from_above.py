"""An order from the platform above: its date less our reserve, reported up, closed, reopened or taken back by it."""

import pytest

from open12345.orders.errors import NotAllowed
from tests.cast import REPORT, Town
from tests.orders.walks import (
    RETURN_UP,
    UNIT,
    UPPER,
    WITHDRAWAL,
    answered,
    application,
    assignment,
    at,
    clerk,
    clock,
    flaws,
    redo,
    refused,
    reported,
    running,
)


def reported_up(town: Town) -> str:
    number = reported(town, **UPPER)
    assert town.do("reviewer", number, "pass_review").stage == "reported_up"
    return number


def test_reply_and_overall_are_due_by_the_date_above_less_the_reserve(town: Town) -> None:
    number = answered(town, **UPPER | {"upper_due_at": "2025-07-01T17:30:00+08:00"})
    for kind in ("reply", "overall"):
        assert clock(town, number, kind).due_at == at(7, 1, 13, 30)  # less 4 working hours
    assert assignment(town, number, UNIT).due_at == at(7, 1, 13, 30)
    assert clock(town, number, "contact").limit == "1 wd"


def test_a_date_above_later_than_our_own_limit_does_not_make_it_longer(town: Town) -> None:
    number = answered(town, **UPPER | {"upper_due_at": "2025-12-01T17:30:00+08:00"})
    assert clock(town, number, "reply").due_at == at(7, 3, 17, 30)


def test_without_a_date_from_above_our_own_limits_run(town: Town) -> None:
    number = answered(town, **{k: v for k, v in UPPER.items() if k != "upper_due_at"})
    assert clock(town, number, "reply").limit == "5 wd"


def test_what_passed_our_review_is_reported_up_and_closed_by_the_platform_above(town: Town) -> None:
    number = reported_up(town)
    assert running(town, number) == {"overall"}
    with pytest.raises(NotAllowed):
        town.do("callback_agent", number, "close_by_upper", {})
    said = {"solved": "solved", "satisfied": "very_satisfied", "note": "区级回访 13812348000"}
    town.do("dispatcher", number, "close_by_upper", said)
    order = town.order(number)
    assert (order.stage, order.solved, order.satisfied, order.callbacks) == ("closed", "solved", "very_satisfied", 0)
    assert "13812348000" not in str(order.events.last().facts)  # type: ignore[union-attr] # has events
    assert running(town, number) == set()
    assert flaws() == []


def test_reopened_by_the_platform_above_it_runs_by_the_new_date(town: Town) -> None:
    number = reported_up(town)
    town.now = at(7, 7, 9, 0)  # the old date is over
    past = {"reason": "区级回访未解决", "upper_due_at": "2025-07-04T17:30:00+08:00"}
    assert refused(town, "dispatcher", number, "reopen_by_upper", past) == {("upper_due_at", "past")}
    town.do("dispatcher", number, "reopen_by_upper", {**past, "upper_due_at": "2025-07-09T17:30:00+08:00"})
    order = town.order(number)
    assert (order.stage, order.round, order.reopened) == ("dispatched", 2, 1)
    assert clock(town, number, "reply").due_at == clock(town, number, "overall").due_at == at(7, 9, 13, 30)
    redo(town, number)
    assert town.order(number).stage == "reported_up"
    assert flaws() == []


def test_reopened_without_a_new_date_it_runs_by_our_own_limits(town: Town) -> None:
    number = reported_up(town)
    town.now = at(7, 7, 9, 0)
    town.do("dispatcher", number, "reopen_by_upper", {"reason": "区级回访未解决"})
    assert clock(town, number, "reply").due_at == at(7, 14, 17, 30)
    assert town.order(number).upper_due_at is None


def test_reopened_while_the_old_date_stands_it_stays_due_then(town: Town) -> None:
    number = reported_up(town)
    town.do("dispatcher", number, "reopen_by_upper", {"reason": "区级回访未解决", "lead": "enforcement"})
    assert clock(town, number, "reply").due_at == at(7, 3, 17, 30)  # 5 wd come before 4 July less the reserve
    assert clock(town, number, "overall").due_at == at(7, 4, 13, 30)
    assert town.order(number).lead_unit.code == "enforcement"  # type: ignore[union-attr] # just dispatched


@pytest.mark.parametrize("verdict", ["grant", "decline"])
def test_a_return_to_above_follows_our_own_check_and_waits_for_the_verdict(town: Town, verdict: str) -> None:
    number = town.register(**UPPER)
    town.do("agent", number, "ask_centre", RETURN_UP)
    with pytest.raises(NotAllowed):
        town.do("dispatcher", number, "grant")  # our own check is the supervisor's
    town.do("supervisor", number, "grant")
    order = town.order(number)
    assert (order.stage, order.upper_returns) == ("accepted", 0)
    assert order.locked_by == application(town, number).pk
    town.do("dispatcher", number, verdict, {"note": "区里的意见"})
    order = town.order(number)
    assert (order.stage, order.upper_returns) == ({"grant": "cancelled", "decline": "accepted"}[verdict], 1)
    assert order.locked_by is None
    assert flaws() == []


def test_a_return_that_our_own_check_declines_never_went_up(town: Town) -> None:
    number = town.register(**UPPER)
    town.do("agent", number, "ask_centre", RETURN_UP)
    town.do("supervisor", number, "decline", {"note": "是我们的事"})
    assert town.order(number).upper_returns == 0


def test_our_own_orders_are_not_returned_up_and_theirs_not_withdrawn(town: Town) -> None:
    own, upper = town.register(), town.register(**UPPER)
    assert refused(town, "agent", own, "ask_centre", RETURN_UP) == {("kind", "stage")}
    assert refused(town, "agent", upper, "ask_centre", WITHDRAWAL) == {("kind", "stage")}


def test_an_order_from_below_walks_like_our_own(town: Town) -> None:
    number = reported(town, channel="grid", origin="lower", foreign_system="grid", foreign_number="G1")
    assert town.do("reviewer", number, "pass_review").stage == "callback"


def test_a_late_report_of_an_order_from_above_says_why(town: Town) -> None:
    number = answered(town, **UPPER | {"upper_due_at": "2025-07-01T17:30:00+08:00"})
    town.now = at(7, 1, 13, 31)
    assert refused(town, clerk(), number, "submit_report", REPORT) == {("late_reason", "missing")}
