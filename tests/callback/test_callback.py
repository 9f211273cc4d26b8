"""The centre asks the citizen: attempts, answers, a new round or the end (order.md, "Callback")."""

from __future__ import annotations

from typing import Any

import pytest

from open12345.orders import queries
from open12345.orders.errors import NotAllowed
from open12345.orders.models import Event, Record
from tests.cast import HEARD, Town
from tests.orders.walks import (
    UNHAPPY,
    UNIT,
    assignment,
    at,
    clerk,
    clock,
    closed,
    flaws,
    redo,
    refused,
    reported,
    running,
    to_callback,
)

BUSY = {"outcome": "busy"}
AGAIN = {**UNHAPPY, "reason": "市民说摊贩第二天又来了"}


def attempt(town: Town, number: str, **said: Any) -> None:
    town.do("callback_agent", number, "log_attempt", {**BUSY, **said})


def facts(number: str, action: str) -> dict[str, Any]:
    event = Event.objects.filter(order__number=number, action=action).last()
    assert event is not None
    return dict(event.facts)


@pytest.mark.function("CAL-01", "CAL-04")
def test_a_content_citizen_closes_the_order(town: Town) -> None:
    number = to_callback(town)
    said = {**HEARD, "satisfied": "basically", "process_satisfied": "very_satisfied", "wish": "多来看看 13812348000"}
    town.do("callback_agent", number, "close", said)
    order = town.order(number)
    assert (order.stage, order.solved, order.satisfied, order.callbacks) == ("closed", "solved", "basically", 1)
    assert order.closed_at == town.now
    found = facts(number, "close")
    assert (found["valid"], found["process"], found["ended"]) == (True, "very_satisfied", "connected")
    assert "13812348000" not in str(Record.objects.get(order=order, kind="callback").content)
    assert running(town, number) == set()
    assert flaws() == []


@pytest.mark.function("CAL-10")
def test_the_callback_is_due_one_working_day_after_the_report_review_included(town: Town) -> None:
    number = reported(town)
    submitted = town.now
    callback = clock(town, number, "callback")
    assert (callback.started_at, callback.due_at, callback.limit) == (submitted, at(6, 27, 17, 30), "1 wd")
    town.now = at(6, 27, 17, 0)
    town.do("reviewer", number, "pass_review")
    town.now = at(6, 27, 17, 40)
    attempt(town, number)
    callback = clock(town, number, "callback")
    assert (callback.stopped_at, callback.breached_at) == (town.now, at(6, 27, 17, 30))


@pytest.mark.function("CAL-10")
def test_the_first_attempt_stops_the_clock_at_the_time_of_the_call(town: Town) -> None:
    number = to_callback(town)
    called = at(6, 27, 17, 20)
    town.now = at(6, 27, 18, 0)
    attempt(town, number, at=called.isoformat())
    attempt(town, number)
    callback = clock(town, number, "callback")
    assert (callback.stopped_at, callback.breached_at) == (called, None)
    assert town.order(number).attempts == 2


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"solved": "maybe"}, ("solved", "unknown")),
        ({"satisfied": "great"}, ("satisfied", "unknown")),
        ({"process_satisfied": "great"}, ("process_satisfied", "unknown")),
        ({"contacted": "perhaps"}, ("contacted", "unknown")),
        ({"truthful": "perhaps"}, ("truthful", "unknown")),
        ({"cause": "weather"}, ("cause", "unknown")),
        ({"solved": ""}, ("solved", "missing")),
        ({"satisfied": ""}, ("satisfied", "missing")),
        ({"satisfied": "dissatisfied"}, ("cause", "missing")),
        ({"solved": "not_solved"}, ("__all__", "must_redispatch")),
        ({"satisfied": "dissatisfied", "cause": "attitude"}, ("__all__", "must_redispatch")),
        ({"ended": "unreachable"}, ("ended", "too_few_attempts")),
        ({"ended": "anonymous"}, ("ended", "not_anonymous")),
        ({"ended": "bored"}, ("ended", "literal_error")),
    ],
)
def test_what_the_citizen_said_is_one_of_the_pack_s_answers(
    town: Town, said: dict[str, str], problem: tuple[str, str]
) -> None:
    number = to_callback(town)
    assert refused(town, "callback_agent", number, "close", {**HEARD, **said}) == {problem}


@pytest.mark.function("CAL-04")
@pytest.mark.parametrize("cause", ["policy", "not_reasonable", "needs_time", "third_party", "judicial"])
def test_dissatisfied_for_an_objective_cause_is_explained_and_closed(town: Town, cause: str) -> None:
    number = to_callback(town)
    said = {**HEARD, "satisfied": "very_dissatisfied", "cause": cause}
    assert town.do("callback_agent", number, "close", said).stage == "closed"
    assert not town.order(number).twice_unhappy


@pytest.mark.function("CAL-04")
def test_the_scale_maps_to_the_five_levels_with_weights(town: Town) -> None:
    scale = {level.code: (level.five, str(level.weight), level.satisfied) for level in town.pack.callback.scale}
    assert scale == {
        "very_satisfied": (5, "1", True),
        "satisfied": (4, "1", True),
        "basically": (3, "0.8", True),
        "dissatisfied": (2, "0", False),
        "very_dissatisfied": (1, "0", False),
    }


@pytest.mark.function("CAL-05")
@pytest.mark.parametrize(
    "said",
    [
        {"solved": "not_solved"},
        {"satisfied": "dissatisfied", "cause": "slow"},
        {"satisfied": "very_dissatisfied", "cause": "untrue"},
    ],
)
def test_unsolved_or_badly_done_it_begins_again_with_new_clocks(town: Town, said: dict[str, str]) -> None:
    number = to_callback(town)
    first = clock(town, number, "reply")
    town.wait(days=1)
    town.do("callback_agent", number, "redispatch", {**HEARD, **said, "reason": "没有解决，李秀兰13812348000"})
    order = town.order(number)
    assert (order.stage, order.round, order.callbacks, order.attempts) == ("dispatched", 2, 1, 0)
    assert (order.contacted_at, order.answered_at, order.submitted_at) == (None, None, None)
    again = clock(town, number, "reply")
    assert (again.round, again.started_at, again.limit) == (2, town.now, first.limit)
    assert running(town, number) == {"sign", "contact", "reply", "overall"}  # the same unit may not return it
    assert assignment(town, number, UNIT).no_return
    assert "13812348000" not in facts(number, "redispatch")["reason"]
    redo(town, number)
    assert town.order(number).stage == "callback"
    assert flaws() == []


@pytest.mark.function("CAL-05", "DIS-13")
def test_another_unit_may_take_the_second_round(town: Town) -> None:
    number = to_callback(town)
    said = {**AGAIN, "lead": "enforcement", "co_handlers": ["c001"]}
    town.do("dispatcher", number, "redispatch", said)
    lead = assignment(town, number, "enforcement")
    assert (lead.round, lead.role, lead.no_return, lead.responsibility) == (2, "lead", False, "designated")
    assert assignment(town, number, "c001").role == "co_handler"
    assert facts(number, "redispatch")["changed_unit"] is True
    assert "return" in running(town, number)
    assert assignment(town, number, UNIT).state == "checked"  # what it did in the first round stands
    assert flaws() == []


@pytest.mark.function("CAL-06")
def test_after_the_second_callback_the_order_always_closes_and_an_unhappy_one_is_marked(town: Town) -> None:
    number = to_callback(town)
    town.do("callback_agent", number, "redispatch", AGAIN)
    redo(town, number)
    assert refused(town, "callback_agent", number, "redispatch", AGAIN) == {("__all__", "last_callback")}
    town.do("callback_agent", number, "close", UNHAPPY)
    order = town.order(number)
    assert (order.stage, order.callbacks, order.twice_unhappy, order.satisfied) == ("closed", 2, True, "dissatisfied")
    assert facts(number, "close")["supervise"] is True
    assert flaws() == []


def test_content_at_the_second_callback_is_not_marked(town: Town) -> None:
    number = to_callback(town)
    town.do("callback_agent", number, "redispatch", AGAIN)
    redo(town, number)
    town.do("callback_agent", number, "close", HEARD)
    assert not town.order(number).twice_unhappy


@pytest.mark.function("CAL-03")
def test_who_is_not_reached_in_three_calls_on_two_days_is_closed_as_unreachable(town: Town) -> None:
    number = to_callback(town)
    unreachable = {"ended": "unreachable"}
    few = {("ended", "too_few_attempts")}
    for _ in range(3):
        assert refused(town, "callback_agent", number, "close", unreachable) == few
        attempt(town, number)
    assert refused(town, "callback_agent", number, "close", unreachable) == few  # all on one day
    town.wait(days=1)
    attempt(town, number)
    town.do("callback_agent", number, "close", unreachable)
    order = town.order(number)
    assert (order.stage, order.solved, order.satisfied, order.callbacks) == ("closed", "", "", 1)
    assert facts(number, "close")["valid"] is False  # no valid callback
    assert flaws() == []


@pytest.mark.function("CAL-03")
def test_two_days_are_not_made_up_by_telling_other_times(town: Town) -> None:
    number = to_callback(town)
    for told, code in ((at(6, 25, 9), "before_report"), (at(6, 28, 9), "future")):
        said = {**BUSY, "at": told.isoformat()}
        assert refused(town, "callback_agent", number, "log_attempt", said) == {("at", code)}


@pytest.mark.function("CAL-03")
def test_attempts_of_the_first_round_do_not_count_in_the_second(town: Town) -> None:
    number = to_callback(town)
    attempt(town, number)
    town.wait(days=1)
    attempt(town, number)
    attempt(town, number)
    town.do("callback_agent", number, "redispatch", AGAIN)
    redo(town, number)
    assert town.order(number).attempts == 0
    assert refused(town, "callback_agent", number, "close", {"ended": "unreachable"}) == {("ended", "too_few_attempts")}


@pytest.mark.function("CAL-08")
def test_an_anonymous_order_is_closed_by_the_centre_without_a_call(town: Town) -> None:
    number = to_callback(town, anonymous=True, name="", phone="")
    town.do("callback_agent", number, "close", {"ended": "anonymous"})
    order = town.order(number)
    assert (order.stage, order.solved, order.satisfied) == ("closed", "", "")
    assert facts(number, "close")["valid"] is False
    assert flaws() == []


def test_units_do_not_call_back_on_themselves(town: Town) -> None:
    number = to_callback(town)
    for somebody in (clerk(), "reviewer", "supervisor", "agent"):
        with pytest.raises(NotAllowed):
            town.do(somebody, number, "close", HEARD)


@pytest.mark.function("CAL-01")
def test_the_queue_of_callbacks_is_by_due_moment(town: Town) -> None:
    slow, fast = to_callback(town), to_callback(town, urgency="urgent")
    queue = queries.visible_to(town.person("callback_agent")).filter(stage="callback").order_by("due_at")
    assert [order.number for order in queue] == [fast, slow]


def test_a_closed_order_is_reopened_by_a_supervisor_with_a_reason(town: Town) -> None:
    number = closed(town)
    with pytest.raises(NotAllowed):
        town.do("dispatcher", number, "reopen", {"reason": "又来了"})
    assert refused(town, "supervisor", number, "reopen", {"reason": " "}) == {("reason", "string_too_short")}
    town.do("supervisor", number, "reopen", {"reason": "市民在线评价未解决"})
    order = town.order(number)
    assert (order.stage, order.round, order.reopened, order.closed_at) == ("dispatched", 2, 1, None)
    assert clock(town, number, "overall").started_at == town.now
    redo(town, number)
    town.do("callback_agent", number, "close", HEARD)
    assert flaws() == []


def test_an_order_answered_at_once_is_reopened_only_with_a_lead(town: Town) -> None:
    number = town.register(kind="inquiry", category="P01")
    town.do("agent", number, "answer_directly", {"text": "工作日九点到五点"})
    assert refused(town, "supervisor", number, "reopen", {"reason": "答错了"}) == {("lead", "missing")}
    town.do("supervisor", number, "reopen", {"reason": "答错了", "lead": "service"})
    assert (town.order(number).stage, town.order(number).round) == ("dispatched", 1)
    assert flaws() == []


def test_what_was_not_accepted_waits_for_dispatch_when_reopened(town: Town) -> None:
    number = town.register()
    town.do("agent", number, "refuse", {"reason": "outside_area", "told": "请拨打当地热线"})
    town.do("supervisor", number, "reopen", {"reason": "就在本镇"})
    order = town.order(number)
    assert (order.stage, order.round, order.accepted_at) == ("accepted", 0, at(6, 26, 9, 0))
    assert running(town, number) == {"dispatch", "overall"}
    assert flaws() == []


@pytest.mark.parametrize(("days", "rested"), [(29, False), (31, True)])
def test_an_order_is_archived_thirty_days_after_it_closed(town: Town, days: int, rested: bool) -> None:
    number = closed(town)
    town.wait(days=days)
    if rested:
        assert town.do("system", number, "archive").stage == "archived"
    else:
        assert refused(town, "supervisor", number, "archive", {}) == {("__all__", "too_early")}
    assert flaws() == []
