"""A dispatch that is undone within seconds was none: no round, no return, no second dispatch; only history knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from open12345.orders.errors import Conflict, NotAllowed
from tests.cast import Town
from tests.orders.walks import (
    RETURN,
    approver,
    assignment,
    clerk,
    clock,
    dispatched,
    flaws,
    refused,
    running,
    to_callback,
)

pytestmark = pytest.mark.function("DIS-01", "DIS-13")


def undone(town: Town, number: str) -> None:
    """Undo the dispatch that was just made."""
    town.now -= timedelta(seconds=50)  # ten seconds after it
    town.do("dispatcher", number, "undo_dispatch")


def test_the_next_dispatch_is_the_first(town: Town) -> None:
    number = town.register()
    due = clock(town, number, "dispatch").due_at
    town.do("dispatcher", number, "dispatch", {"lead": "urban", "co_handlers": ["market"], "in_copy": ["health"]})
    undone(town, number)
    order = town.order(number)
    assert (order.stage, order.round, order.dispatched_at, order.lead_unit) == ("accepted", 0, None, None)
    assert (order.returns_asked, order.returns_granted, order.attempts, order.reopened) == (0, 0, 0, 0)
    assert set(order.assignments.values_list("state", flat=True)) == {"taken_back"}
    assert running(town, number) == {"dispatch", "overall"}
    assert (order.clocks.filter(kind="dispatch").count(), clock(town, number, "dispatch").due_at) == (1, due)
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement", "no_return": False})
    order = town.order(number)
    assert order.round == 1
    assert clock(town, number, "reply", "enforcement").limit == clock(town, number, "reply", "urban").limit
    assert [e.action for e in order.events.order_by("seq")][-3:] == ["dispatch", "undo_dispatch", "dispatch"]
    assert flaws() == []


def test_the_same_unit_may_get_it_again_and_works_on_its_new_share(town: Town) -> None:
    number = dispatched(town)
    undone(town, number)
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    town.do(clerk(), number, "sign")
    assert assignment(town, number, "urban").state == "signed"
    assert sorted(town.order(number).assignments.values_list("state", flat=True)) == ["signed", "taken_back"]
    assert flaws() == []


def test_who_had_it_for_a_moment_can_do_nothing_to_it(town: Town) -> None:
    number = dispatched(town)
    undone(town, number)
    town.do("dispatcher", number, "dispatch", {"lead": "market"})
    with pytest.raises(Conflict):
        town.do(clerk(), number, "sign")
    with pytest.raises(NotAllowed):
        town.do(clerk(), number, "note", {"text": "还能写吗"})
    with pytest.raises(NotAllowed):
        town.do("agent", number, "undo_dispatch")


def test_a_dispatch_after_a_return_is_undone_to_that_round(town: Town) -> None:
    number = dispatched(town)
    first = town.order(number).dispatched_at
    town.do(clerk(), number, "apply", RETURN)
    town.do(approver(), number, "grant")
    town.do("dispatcher", number, "grant")
    town.do("dispatcher", number, "dispatch", {"lead": "market"})
    undone(town, number)
    order = town.order(number)
    assert (order.round, order.dispatched_at, order.returns_granted) == (1, first, 1)
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    assert town.order(number).round == 2
    assert flaws() == []


def test_undone_twice_in_a_row_leaves_no_trace_in_the_count(town: Town) -> None:
    number = town.register()
    for lead in ("urban", "market"):
        town.do("dispatcher", number, "dispatch", {"lead": lead})
        undone(town, number)
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    assert town.order(number).round == 1
    assert flaws() == []


def test_only_what_was_just_dispatched_is_undone(town: Town) -> None:
    number = dispatched(town)
    assert refused(town, "dispatcher", number, "undo_dispatch", {}) == {("__all__", "too_late")}
    other = dispatched(town)
    town.do("agent", other, "note", {"text": "市民又来电"})
    town.now -= timedelta(seconds=50)
    assert refused(town, "dispatcher", other, "undo_dispatch", {}) == {("__all__", "gone_on")}


def test_a_redispatch_after_a_callback_is_no_dispatch_to_undo(town: Town) -> None:
    number = to_callback(town)
    said = {
        "contacted": "yes", "truthful": "yes", "solved": "not_solved", "satisfied": "dissatisfied",
        "cause": "perfunctory", "reason": "没有解决",
    }  # fmt: skip
    town.do("callback_agent", number, "redispatch", said)
    town.now -= timedelta(seconds=50)
    assert refused(town, "dispatcher", number, "undo_dispatch", {}) == {("__all__", "gone_on")}
