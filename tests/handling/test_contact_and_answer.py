"""First contact and the answer to the citizen: recorded with outcome and time, each an act of its own (003 art. 6)."""

from typing import Any

import pytest

from open12345.orders import attachments, privacy
from open12345.orders.attachments import Upload
from open12345.orders.errors import NotAllowed
from open12345.orders.models import Event, Record
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.orders.files import png
from tests.orders.walks import (
    UNIT,
    answered,
    assignment,
    at,
    clerk,
    clock,
    dispatched,
    flaws,
    refused,
    running,
    signed,
)


def facts(number: str, action: str) -> dict[str, Any]:
    event = Event.objects.filter(order__number=number, action=action).last()
    assert event is not None
    return dict(event.facts)


@pytest.mark.function("HAN-02", "HAN-26")
def test_the_first_contact_stops_its_clock_at_the_time_of_the_call(town: Town) -> None:
    number = signed(town, urgency="semi_urgent")
    called = town.now
    town.wait(hours=2)
    upload = Upload("通话.png", "recording", [png()])
    file = attachments.add(number, upload, by=town.person(clerk()), at=town.now).attachment
    said = {**CONTACT, "at": called.isoformat(), "recording": file.pk}
    town.do(clerk(), number, "contact", said)
    assert clock(town, number, "contact").stopped_at == called
    assert clock(town, number, "feedback").stopped_at == called
    assert town.order(number).contacted_at == called
    assert assignment(town, number, UNIT).state == "working"
    assert facts(number, "contact")["same_day"] is True
    record = Record.objects.get(order__number=number, kind="contact")
    assert (record.content["outcome"], record.content["recording"]) == ("reached", file.pk)
    assert flaws() == []


@pytest.mark.function("HAN-26")
def test_contact_on_the_next_working_day_is_in_time_but_not_the_same_day(town: Town) -> None:
    number = dispatched(town)
    town.now = at(6, 27, 17, 29)
    town.do(clerk(), number, "contact", CONTACT)  # before signing: the citizen comes first
    assert facts(number, "contact")["same_day"] is False
    assert clock(town, number, "contact").breached_at is None
    assert town.order(number).stage == "dispatched"


@pytest.mark.function("HAN-26")
def test_a_missed_contact_limit_needs_a_reason_of_the_pack(town: Town) -> None:
    number = signed(town)
    town.now = at(6, 27, 17, 31)
    assert refused(town, clerk(), number, "contact", CONTACT) == {("late_reason", "missing")}
    in_time = {**CONTACT, "at": at(6, 27, 17, 0).isoformat()}
    town.do(clerk(), number, "contact", {**in_time})
    assert clock(town, number, "contact").breached_at is None
    late = signed(town)
    town.wait(days=4)
    town.do(clerk(), late, "contact", {**CONTACT, "late_reason": "emergency_duty"})
    assert facts(late, "contact")["late_reason"] == "emergency_duty"
    assert clock(town, late, "contact").breached_at == clock(town, late, "contact").due_at
    assert flaws() == []


@pytest.mark.parametrize("action", ["contact", "answer"])
def test_nobody_was_called_in_the_future_or_before_the_order_came(town: Town, action: str) -> None:
    number = signed(town)
    said = CONTACT if action == "contact" else ANSWER
    ahead = (town.now.replace(minute=50)).isoformat()
    assert refused(town, clerk(), number, action, {**said, "at": ahead}) == {("at", "future")}
    before = at(6, 25, 9, 0).isoformat()
    assert refused(town, clerk(), number, action, {**said, "at": before}) == {("at", "before_dispatch")}


def test_an_unknown_outcome_method_or_reason_is_told_with_what_there_is(town: Town) -> None:
    number = signed(town)
    assert refused(town, clerk(), number, "contact", {"outcome": "pigeon"}) == {("outcome", "unknown")}
    assert refused(town, clerk(), number, "answer", {**ANSWER, "method": "pigeon"}) == {("method", "unknown")}
    said = {**CONTACT, "late_reason": "13812348000"}
    assert refused(town, clerk(), number, "contact", said) == {("late_reason", "unknown")}


@pytest.mark.function("HAN-02")
def test_who_cannot_be_reached_was_tried_twice_before_the_report(town: Town) -> None:
    number = signed(town)
    town.do(clerk(), number, "answer", {**ANSWER, "method": "message"})
    town.do(clerk(), number, "contact", {"outcome": "no_answer"})
    assert town.order(number).contacted_at is None
    assert "contact" not in running(town, number)
    assert refused(town, clerk(), number, "submit_report", REPORT) == {("__all__", "not_contacted")}
    town.do(clerk(), number, "contact", {"outcome": "powered_off"})
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"


@pytest.mark.function("HAN-27")
def test_answer_and_report_are_two_acts_with_two_times(town: Town) -> None:
    number = answered(town)
    told = town.order(number).answered_at
    assert told == town.now
    assert clock(town, number, "report", UNIT).due_at == at(6, 27, 0, 0)  # 24:00 of the day of the answer
    town.wait(hours=3)
    town.do(clerk(), number, "submit_report", REPORT)
    order = town.order(number)
    assert order.submitted_at == town.now
    assert order.answered_at == told
    assert clock(town, number, "report").breached_at is None
    assert "report" not in running(town, number)
    assert [r.kind for r in order.records.order_by("pk")] == ["contact", "answer", "report"]


def test_a_report_on_the_day_after_the_answer_is_late(town: Town) -> None:
    number = answered(town)
    town.now = at(6, 27, 0, 30)
    town.do(clerk(), number, "submit_report", REPORT)
    assert clock(town, number, "report").breached_at == at(6, 27, 0, 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("摊贩已清，有事找张队 13987654321", "private_number"),
        ("请到居委会找身份证310117198001011230的当事人", "private_number"),
        ("我们保证以后不会再有摊贩", "warning_words"),
        ("这不归我们管", "warning_words"),
    ],
)
def test_what_the_citizen_is_told_is_looked_through(town: Town, text: str, code: str) -> None:
    number = signed(town)
    assert refused(town, clerk(), number, "answer", {**ANSWER, "text": text}) == {("text", code)}


def test_a_warned_answer_goes_out_with_a_reason_and_service_numbers_pass(town: Town) -> None:
    number = signed(town)
    said = {**ANSWER, "text": "执法队承诺周五复查，可打12345或62112345、021-12315"}
    assert refused(town, clerk(), number, "answer", said) == {("text", "warning_words")}
    town.do(clerk(), number, "answer", {**said, "warning_reason": "复查日期已排定"})
    assert facts(number, "answer")["warned"] is True


@pytest.mark.function("INT-07")
def test_of_a_confidential_order_the_handlers_never_learn_who_asked(town: Town) -> None:
    number = signed(town, confidential=True)
    for action, said in (("contact", CONTACT), ("answer", ANSWER), ("unmask", {"reason": "要联系"})):
        with pytest.raises(NotAllowed):
            town.do(clerk(), number, action, said)
    for what in ("requester", "text", "records"):
        with pytest.raises(NotAllowed):
            privacy.reveal(number, what, "要联系", by=town.person(clerk()), at=town.now)
    shown = privacy.shown_requester(town.order(number), town.person(clerk()))
    assert (shown.name, shown.phone, shown.address) == ("", "", "")
    town.do("agent", number, "contact_for", {**CONTACT, "note": "李秀兰说傍晚出摊，电话13812348000"})
    town.do("agent", number, "answer_for", ANSWER)
    assert assignment(town, number, UNIT).contacted_at is not None
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"
    kept = str(list(Record.objects.filter(order__number=number).values_list("content", flat=True)))
    assert "13812348000" not in kept
    assert "李秀兰" not in kept
    assert flaws() == []


@pytest.mark.function("INT-07", "CAL-08")
def test_nobody_can_contact_or_answer_an_anonymous_caller_and_nobody_is_late_for_it(town: Town) -> None:
    number = signed(town, anonymous=True, name="", phone="")
    assert "contact" not in set(town.order(number).clocks.values_list("kind", flat=True))
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"


@pytest.mark.function("SEC-02")
def test_unmasking_leaves_its_reason_before_it_shows_anything(town: Town) -> None:
    number = answered(town)
    seen = privacy.reveal(number, "requester", "电话记错，核对", by=town.person(clerk()), at=town.now)
    assert (seen["name"], seen["phone"]) == ("李秀兰", "13812348000")
    assert facts(number, "unmask") == {"reason": "电话记错，核对", "what": "requester"}
    shown = privacy.shown_requester(town.order(number), town.person(clerk()))
    assert (shown.name, shown.phone) == ("李**", "138****8000")
    with pytest.raises(NotAllowed):
        privacy.reveal(number, "requester", "好奇", by=town.person("leader"), at=town.now)
    assert refused(town, clerk(), number, "unmask", {"reason": "  "}) == {("reason", "string_too_short")}
