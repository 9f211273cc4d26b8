"""The centre's review: a report stands as of its submission, or goes back and the time in review is not counted."""

from datetime import datetime, timedelta

import pytest

from open12345.orders.errors import NotAllowed
from open12345.orders.models import Event
from tests.cast import REPORT, Town
from tests.orders.walks import (
    UNIT,
    answered,
    assignment,
    at,
    change_pack,
    clerk,
    clock,
    flaws,
    refused,
    reported,
    running,
)


def test_a_report_that_passes_counts_from_its_submission(town: Town) -> None:
    number = reported(town)
    submitted = town.now
    assert running(town, number) == {"return", "reply", "review", "callback", "overall"}
    town.now = at(7, 9, 9, 0)  # long after the reply was due
    town.do("reviewer", number, "pass_review", {"note": "好"})
    reply = clock(town, number, "reply")
    assert (reply.stopped_at, reply.breached_at) == (submitted, None)
    assert clock(town, number, "review").breached_at == at(6, 27, 17, 30)
    assert town.order(number).submitted_at == submitted
    assert assignment(town, number, UNIT).state == "checked"
    assert running(town, number) == {"callback", "overall"}
    assert flaws() == []


@pytest.mark.parametrize(
    ("urgency", "submitted", "back"),
    [
        ("semi_urgent", at(6, 26, 11, 0), at(6, 26, 15, 30)),  # 24 running hours
        ("semi_urgent", at(6, 26, 23, 50), at(6, 27, 8, 0)),
        ("urgent", at(6, 26, 9, 30), at(6, 26, 9, 31)),
    ],
)
def test_sent_back_the_exact_clock_runs_on_to_the_minute(
    town: Town, urgency: str, submitted: datetime, back: datetime
) -> None:
    number = reported_at(town, submitted, urgency=urgency)
    before = clock(town, number, "reply").due_at
    town.now = back - timedelta(minutes=1)
    town.do("reviewer", number, "send_back", {"reason": "没有照片"})
    reply = clock(town, number, "reply")
    assert reply.due_at - before == back - submitted
    assert reply.paused_seconds == (back - submitted).total_seconds()
    assert assignment(town, number, UNIT).due_at == reply.due_at


@pytest.mark.parametrize(
    ("submitted", "back", "due"),
    [
        (at(6, 27, 10, 0), at(6, 27, 16, 0), at(7, 3, 17, 30)),  # no close of business lost
        (at(6, 27, 10, 0), at(6, 30, 9, 0), at(7, 4, 17, 30)),  # Friday's lost, the weekend is nobody's
        (at(6, 27, 18, 0), at(6, 30, 9, 0), at(7, 3, 17, 30)),  # after Friday's close nothing is lost
        (at(7, 3, 17, 0), at(7, 7, 9, 0), at(7, 7, 17, 30)),  # Thursday's and Friday's
    ],
)
def test_sent_back_a_clock_of_working_days_moves_by_the_days_lost(
    town: Town, submitted: datetime, back: datetime, due: datetime
) -> None:
    number = reported_at(town, submitted)
    town.now = back - timedelta(minutes=1)
    town.do("reviewer", number, "send_back", {"reason": "没有照片"})
    assert clock(town, number, "reply").due_at == due
    assert flaws() == []


def reported_at(town: Town, moment: datetime, **said: str) -> str:
    """An order whose report came in at `moment`."""
    number = answered(town, **said)
    town.now = moment - timedelta(minutes=1)
    town.do(clerk(), number, "submit_report", REPORT)
    return number


def test_a_report_sent_back_is_made_again(town: Town) -> None:
    number = reported(town)
    assert refused(town, "reviewer", number, "send_back", {"reason": ""}) == {("reason", "string_too_short")}
    town.do("reviewer", number, "send_back", {"reason": "李秀兰13812348000说没人来过"})
    order = town.order(number)
    assert (order.stage, order.submitted_at, order.outcome) == ("handling", None, "")
    assert running(town, number) == {"return", "reply", "overall"}
    assert "13812348000" not in Event.objects.get(order=order, action="send_back").facts["reason"]
    town.wait(hours=1)
    town.do(clerk(), number, "submit_report", {**REPORT, "outcome": "explained"})
    again = town.now
    town.do("reviewer", number, "pass_review")
    assert town.order(number).submitted_at == clock(town, number, "reply").stopped_at == again
    assert order.records.filter(kind="report").count() == 2
    assert flaws() == []


def test_who_reviews_does_not_handle_and_who_handles_does_not_review(town: Town) -> None:
    number = reported(town)
    for somebody in (clerk(), "callback_agent", "dispatcher", "supervisor", "leader"):
        with pytest.raises(NotAllowed):
            town.do(somebody, number, "pass_review")


def test_in_review_the_report_clock_and_the_reply_clock_stand(town: Town) -> None:
    number = reported(town)
    reply = clock(town, number, "reply")
    assert reply.paused_at == town.now
    assert town.order(number).due_at == min(clock(town, number, k).due_at for k in ("review", "callback", "overall"))


def test_without_review_a_report_goes_straight_to_the_callback(town: Town) -> None:
    change_pack(town, review=False)
    number = answered(town)
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "callback"
    assert running(town, number) == {"callback", "overall"}
    assert clock(town, number, "reply").stopped_at == town.now
    assert flaws() == []
