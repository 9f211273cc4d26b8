"""What one order says in figures: each flag stands on the row of the unit that earned it."""

from datetime import timedelta

import pytest

from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town, jiuting
from tests.facts.rows import fresh
from tests.orders.walks import (
    EXTENSION,
    RETURN,
    UNHAPPY,
    UNIT,
    clerk,
    closed,
    dispatched,
    granted,
    redo,
    signed,
    to_callback,
)

LATE = jiuting().closing.late_reasons[0].code


def test_an_order_that_goes_well_is_in_time_everywhere_and_solved_at_once(watched: Town) -> None:
    number = closed(watched)
    row = fresh(watched)[number, UNIT]
    good = ("main", "given", "dispatched", "dispatched_in_time", "first_right", "sign_due", "signed_in_time",
            "contact_due", "contacted_in_time", "contacted_today", "reply_due", "done", "done_in_time", "over", "called",  # noqa: E501
            "called_in_time", "asked", "valid", "rated", "content", "answered", "solved", "solved_1st", "appraised",
            "contact_confirmed", "reported_solved")  # fmt: skip
    bad = ("late_within", "late_outright", "returned", "redone", "repeat", "extended", "urged", "direct", "cancelled",
           "solved_2nd", "solved_3rd", "returns_asked", "overall_late", "anonymous")  # fmt: skip
    assert {name: row[name] for name in good} == dict.fromkeys(good, 1)
    assert {name: row[name] for name in bad} == dict.fromkeys(bad, 0)
    assert row["satisfied_weight"] == 1000
    assert row["unit_top_kind"] == "department"
    assert (row["sign_minutes"], row["handling_days"], row["excluded"]) == (1, 0, "")
    assert row["accepted_at"].hour == 9
    assert row["accepted_day"].isoformat() == "2025-06-26"


def test_an_open_order_is_neither_due_nor_late_until_its_limit_has_passed(watched: Town) -> None:
    number = signed(watched)
    row = fresh(watched)[number, UNIT]
    assert (row["reply_due"], row["done"], row["over"], row["appraised"]) == (0, 0, 0, 0)
    assert (row["signed_in_time"], row["contact_due"], row["contacted_in_time"]) == (1, 0, 0)
    assert (row["sign_running"], row["contact_running"]) == (0, 1)


def test_every_unit_with_a_share_has_a_row_and_one_of_them_stands_for_the_order(watched: Town) -> None:
    number = dispatched(watched, co_handlers=["enforcement"])
    rows = fresh(watched)
    assert (rows[number, UNIT]["main"], rows[number, UNIT]["role"]) == (1, "lead")
    assert (rows[number, "enforcement"]["main"], rows[number, "enforcement"]["role"]) == (0, "co_handler")
    assert rows[number, "enforcement"]["given"] == 0


def test_an_order_that_waits_for_dispatch_has_one_row_without_a_unit(watched: Town) -> None:
    number = watched.register()
    rows = fresh(watched)
    assert [key for key in rows if key[0] == number] == [(number, "")]
    assert rows[number, ""]["main"] == 1
    assert rows[number, ""]["dispatched_day"] is None


def test_a_draft_does_not_count(watched: Town) -> None:
    number = watched.create("save_draft", {"channel": "phone", "title": "半句话"}).number
    assert number not in {key[0] for key in fresh(watched)}


def test_a_returned_order_was_not_first_right_and_its_first_unit_is_excused(watched: Town) -> None:
    number = signed(watched)
    granted(watched, number, RETURN)
    rows = fresh(watched)
    assert (rows[number, UNIT]["returned"], rows[number, UNIT]["returns_granted"], rows[number, ""]["main"]) == (
        1,
        1,
        1,
    )
    watched.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    rows = fresh(watched)
    assert (number, "") not in rows
    assert rows[number, "enforcement"]["main"] == 1
    assert rows[number, "enforcement"]["first_right"] == 0
    assert " misdirected " in rows[number, UNIT]["excluded"]
    assert rows[number, "enforcement"]["returns_asked"] == 0


def test_a_dispatch_undone_at_once_never_was(watched: Town) -> None:
    number = dispatched(watched)
    watched.now -= timedelta(seconds=58)  # at once
    watched.do("dispatcher", number, "undo_dispatch")
    watched.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    rows = fresh(watched)
    assert (number, UNIT) not in rows
    assert rows[number, "enforcement"]["first_right"] == 1


def test_whoever_reports_after_the_limit_is_late_outright(watched: Town) -> None:
    number = signed(watched)
    watched.now += timedelta(days=40)
    watched.do(clerk(), number, "contact", CONTACT | {"late_reason": LATE})
    watched.do(clerk(), number, "answer", ANSWER)
    watched.do(clerk(), number, "submit_report", {**REPORT, "late_reason": LATE})
    watched.do("reviewer", number, "pass_review")
    row = fresh(watched)[number, UNIT]
    assert (row["reply_due"], row["done"], row["done_in_time"], row["late_outright"], row["late_within"]) == (
        1,
        1,
        0,
        1,
        0,
    )
    assert (row["contacted_in_time"], row["contacted_today"]) == (0, 0)
    assert row["handling_days"] > 20


def test_an_extension_asked_in_time_keeps_a_later_report_in_time(watched: Town) -> None:
    number = signed(watched)
    before = fresh(watched)[number, UNIT]["due_at"]
    granted(watched, number, EXTENSION)
    row = fresh(watched)[number, UNIT]
    assert row["due_at"] > before
    assert (row["extended"], row["extensions"]) == (1, 1)


def test_what_is_solved_at_the_second_round_says_so(watched: Town) -> None:
    number = to_callback(watched)
    watched.do("callback_agent", number, "redispatch", {**UNHAPPY, "reason": "没有解决"})
    redo(watched, number)
    watched.do("callback_agent", number, "close", HEARD)
    row = fresh(watched)[number, UNIT]
    assert (row["redone"], row["rounds_again"]) == (1, 1)
    assert (row["solved"], row["solved_1st"], row["solved_2nd"], row["solved_3rd"]) == (1, 0, 1, 0)
    assert row["first_right"] == 1


def test_nobody_is_late_for_calling_who_left_no_number(watched: Town) -> None:
    number = signed(watched, name="", phone="", anonymous=True)
    row = fresh(watched)[number, UNIT]
    assert (row["anonymous"], row["contact_due"]) == (1, 0)
    assert " anonymous " in row["excluded"]


@pytest.mark.parametrize("days", [1, 4, 9, 30])
def test_working_days_are_those_of_the_calendar(watched: Town, days: int) -> None:
    from open12345.worktime import Unit, measure  # noqa: PLC0415 - beside its use

    number = signed(watched)
    begun = watched.order(number).dispatched_at
    watched.do(clerk(), number, "contact", CONTACT)
    watched.do(clerk(), number, "answer", ANSWER)
    watched.now += timedelta(days=days)
    watched.do(clerk(), number, "submit_report", {**REPORT, "late_reason": LATE})
    order = watched.order(number)
    assert begun is not None
    assert order.submitted_at is not None
    wanted = measure(watched.pack.calendar(), begun, order.submitted_at, Unit.WD)
    assert fresh(watched)[number, UNIT]["handling_days"] == wanted
