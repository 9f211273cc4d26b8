"""The clock table of the work order: when each limit is due, whenever it starts.

Every due moment below was worked out by hand from the State Council's notices of days off for 2025 and 2026 and the
town's limits; none was computed. Hours of the town: 09:00-11:30 and 13:00-17:30, close of business 17:30.
"24:00" is the end of the day it stands with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from open12345.orders.models import Clock
from open12345.orders.stages import ClockKind
from open12345.worktime import SHANGHAI
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town
from tests.orders.walks import EXTENSION, RETURN, UNIT, UPPER, WITHDRAWAL, approver, change_pack, clerk, clock

URGENCIES: Final = ("ordinary", "semi_urgent", "urgent")
Column = tuple[str, str, str]  # due of an ordinary, a semi-urgent and an urgent order; "-" where no such clock runs

#: A half-day as a town may declare it: the morning is worked, business closes at 11:30.
HALF_DAY: Final = {
    "date": "2025-07-09", "kind": "half", "name": "防汛演练", "hours": ["09:00-11:30"], "close": "11:30",
}  # fmt: skip

TABLE: Final[Mapping[str, Mapping[str, Column]]] = {
    # An ordinary Tuesday morning: Wednesday 25 is the next working day, five of them end on Tuesday 1 July.
    "2025-06-24 10:00": {
        "dispatch": ("06-24 15:30", "06-24 11:00", "06-24 10:30"),
        "sign": ("06-25 17:30", "06-24 12:00", "06-24 10:30"),
        "contact": ("06-25 17:30", "06-24 14:00", "06-24 12:00"),
        "return": ("06-25 17:30", "06-24 12:00", "06-24 10:30"),
        "feedback": ("-", "06-25 10:00", "06-24 12:00"),
        "reply": ("07-01 17:30", "06-25 10:00", "06-25 10:00"),
        "report": ("06-24 24:00", "06-24 24:00", "06-24 24:00"),
        "review": ("06-25 17:30", "06-24 14:00", "06-24 11:00"),
        "callback": ("06-25 17:30", "06-25 17:30", "06-24 14:00"),
        "overall": ("07-02 17:30", "06-26 17:30", "06-25 14:30"),
        "decision": ("06-25 17:30", "06-25 17:30", "06-25 17:30"),
        "withdrawal": ("06-24 24:00", "06-24 24:00", "06-24 24:00"),
    },
    # Friday, forty minutes before the close: Monday 30 is next; 4 h run into the night, 24 h into Saturday.
    "2025-06-27 16:50": {
        "dispatch": ("06-30 13:50", "06-27 17:50", "06-27 17:20"),
        "sign": ("06-30 17:30", "06-27 18:50", "06-27 17:20"),
        "contact": ("06-30 17:30", "06-27 20:50", "06-27 18:50"),
        "return": ("06-30 17:30", "06-27 18:50", "06-27 17:20"),
        "feedback": ("-", "06-28 16:50", "06-27 18:50"),
        "reply": ("07-04 17:30", "06-28 16:50", "06-28 16:50"),
        "report": ("06-27 24:00", "06-27 24:00", "06-27 24:00"),
        "review": ("06-30 17:30", "06-27 20:50", "06-27 17:50"),
        "callback": ("06-30 17:30", "06-30 17:30", "06-27 20:50"),
        "overall": ("07-08 17:30", "06-30 17:30", "06-28 21:20"),
        "decision": ("06-30 17:30", "06-30 17:30", "06-30 17:30"),
        "withdrawal": ("06-27 24:00", "06-27 24:00", "06-27 24:00"),
    },
    # The last working day before National Day and Mid-Autumn 2025: off 1 to 8 October, Saturday 11 is worked.
    "2025-09-30 15:00": {
        "dispatch": ("10-09 10:30", "09-30 16:00", "09-30 15:30"),
        "sign": ("10-09 17:30", "09-30 17:00", "09-30 15:30"),
        "contact": ("10-09 17:30", "09-30 19:00", "09-30 17:00"),
        "return": ("10-09 17:30", "09-30 17:00", "09-30 15:30"),
        "feedback": ("-", "10-01 15:00", "09-30 17:00"),
        "reply": ("10-14 17:30", "10-01 15:00", "10-01 15:00"),
        "report": ("09-30 24:00", "09-30 24:00", "09-30 24:00"),
        "review": ("10-09 17:30", "09-30 19:00", "09-30 16:00"),
        "callback": ("10-09 17:30", "10-09 17:30", "09-30 19:00"),
        "overall": ("10-16 17:30", "10-09 17:30", "10-01 19:30"),
        "decision": ("10-09 17:30", "10-09 17:30", "10-09 17:30"),
        "withdrawal": ("09-30 24:00", "09-30 24:00", "09-30 24:00"),
    },
    # The make-up Sunday before that: worked like a Monday. 29 and 30 September follow, then 9 October.
    "2025-09-28 10:00": {
        "dispatch": ("09-28 15:30", "09-28 11:00", "09-28 10:30"),
        "sign": ("09-29 17:30", "09-28 12:00", "09-28 10:30"),
        "contact": ("09-29 17:30", "09-28 14:00", "09-28 12:00"),
        "return": ("09-29 17:30", "09-28 12:00", "09-28 10:30"),
        "feedback": ("-", "09-29 10:00", "09-28 12:00"),
        "reply": ("10-11 17:30", "09-29 10:00", "09-29 10:00"),
        "report": ("09-28 24:00", "09-28 24:00", "09-28 24:00"),
        "review": ("09-29 17:30", "09-28 14:00", "09-28 11:00"),
        "callback": ("09-29 17:30", "09-29 17:30", "09-28 14:00"),
        "overall": ("10-13 17:30", "09-30 17:30", "09-29 14:30"),
        "decision": ("09-29 17:30", "09-29 17:30", "09-29 17:30"),
        "withdrawal": ("09-28 24:00", "09-28 24:00", "09-28 24:00"),
    },
    # The last working day before Spring Festival 2026 is a Saturday; off 15 to 23 February, Saturday 28 is worked.
    "2026-02-14 16:00": {
        "dispatch": ("02-24 11:30", "02-14 17:00", "02-14 16:30"),
        "sign": ("02-24 17:30", "02-14 18:00", "02-14 16:30"),
        "contact": ("02-24 17:30", "02-14 20:00", "02-14 18:00"),
        "return": ("02-24 17:30", "02-14 18:00", "02-14 16:30"),
        "feedback": ("-", "02-15 16:00", "02-14 18:00"),
        "reply": ("02-28 17:30", "02-15 16:00", "02-15 16:00"),
        "report": ("02-14 24:00", "02-14 24:00", "02-14 24:00"),
        "review": ("02-24 17:30", "02-14 20:00", "02-14 17:00"),
        "callback": ("02-24 17:30", "02-24 17:30", "02-14 20:00"),
        "overall": ("03-03 17:30", "02-24 17:30", "02-15 20:30"),
        "decision": ("02-24 17:30", "02-24 17:30", "02-24 17:30"),
        "withdrawal": ("02-14 24:00", "02-14 24:00", "02-14 24:00"),
    },
    # New Year's Eve of the old calendar, at eight in the evening: nobody works, running hours run all the same.
    "2026-02-16 20:00": {
        "dispatch": ("02-24 14:30", "02-16 21:00", "02-16 20:30"),
        "sign": ("02-24 17:30", "02-16 22:00", "02-16 20:30"),
        "contact": ("02-24 17:30", "02-16 24:00", "02-16 22:00"),
        "return": ("02-24 17:30", "02-16 22:00", "02-16 20:30"),
        "feedback": ("-", "02-17 20:00", "02-16 22:00"),
        "reply": ("02-28 17:30", "02-17 20:00", "02-17 20:00"),
        "report": ("02-16 24:00", "02-16 24:00", "02-16 24:00"),
        "review": ("02-24 17:30", "02-16 24:00", "02-16 21:00"),
        "callback": ("02-24 17:30", "02-24 17:30", "02-16 24:00"),
        "overall": ("03-03 17:30", "02-24 17:30", "02-18 00:30"),
        "decision": ("02-24 17:30", "02-24 17:30", "02-24 17:30"),
        "withdrawal": ("02-16 24:00", "02-16 24:00", "02-16 24:00"),
    },
    # A Wednesday night: working hours begin on Thursday 26 at nine.
    "2025-06-25 22:10": {
        "dispatch": ("06-26 14:30", "06-25 23:10", "06-25 22:40"),
        "sign": ("06-26 17:30", "06-26 00:10", "06-25 22:40"),
        "contact": ("06-26 17:30", "06-26 02:10", "06-26 00:10"),
        "return": ("06-26 17:30", "06-26 00:10", "06-25 22:40"),
        "feedback": ("-", "06-26 22:10", "06-26 00:10"),
        "reply": ("07-02 17:30", "06-26 22:10", "06-26 22:10"),
        "report": ("06-25 24:00", "06-25 24:00", "06-25 24:00"),
        "review": ("06-26 17:30", "06-26 02:10", "06-25 23:10"),
        "callback": ("06-26 17:30", "06-26 17:30", "06-26 02:10"),
        "overall": ("07-04 17:30", "06-27 17:30", "06-27 02:40"),
        "decision": ("06-26 17:30", "06-26 17:30", "06-26 17:30"),
        "withdrawal": ("06-25 24:00", "06-25 24:00", "06-25 24:00"),
    },
    # A Tuesday afternoon before a local half-day, which counts as a working day and closes at 11:30.
    "2025-07-08 16:00": {
        "dispatch": ("07-09 11:30", "07-08 17:00", "07-08 16:30"),
        "sign": ("07-09 11:30", "07-08 18:00", "07-08 16:30"),
        "contact": ("07-09 11:30", "07-08 20:00", "07-08 18:00"),
        "return": ("07-09 11:30", "07-08 18:00", "07-08 16:30"),
        "feedback": ("-", "07-09 16:00", "07-08 18:00"),
        "reply": ("07-15 17:30", "07-09 16:00", "07-09 16:00"),
        "report": ("07-08 24:00", "07-08 24:00", "07-08 24:00"),
        "review": ("07-09 11:30", "07-08 20:00", "07-08 17:00"),
        "callback": ("07-09 11:30", "07-09 11:30", "07-08 20:00"),
        "overall": ("07-17 17:30", "07-10 17:30", "07-09 20:30"),
        "decision": ("07-09 11:30", "07-09 11:30", "07-09 11:30"),
        "withdrawal": ("07-08 24:00", "07-08 24:00", "07-08 24:00"),
    },
}  # fmt: skip

#: The reply to an inquiry is due after three working days.
INQUIRY: Final = {
    "2025-06-24 10:00": "06-27 17:30",
    "2025-06-27 16:50": "07-02 17:30",
    "2025-09-30 15:00": "10-11 17:30",
    "2025-09-28 10:00": "10-09 17:30",
    "2026-02-14 16:00": "02-26 17:30",
    "2026-02-16 20:00": "02-26 17:30",
    "2025-06-25 22:10": "06-30 17:30",
    "2025-07-08 16:00": "07-11 17:30",
}


def moment(text: str, year: int = 0) -> datetime:
    """Read "2025-06-24 10:00", or "06-24 24:00" of a year."""
    day, _space, clock_time = (f"{year}-{text}" if year else text).partition(" ")
    ends = clock_time == "24:00"
    read = datetime.strptime(f"{day} {'00:00' if ends else clock_time}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    return read + timedelta(days=1) if ends else read


def column(start: str, urgency: str) -> dict[str, datetime | None]:
    """The due moments of the table for one start and one urgency."""
    at, year = URGENCIES.index(urgency), int(start[:4])
    return {
        kind: None if dues[at] == "-" else moment(dues[at], year) for kind, dues in TABLE[start].items()
    }  # fmt: skip


def exactly(town: Town, at: datetime, by: str, number: str, action: str, said: Mapping[str, Any] | None = None) -> None:
    """Do an action at that very moment."""
    town.now = at - timedelta(minutes=1)  # a minute passes before what people do
    town.do(by, number, action, said)
    assert town.now == at


class Walk:
    """One order on its way, of which a given action falls on the start of the table's row."""

    def __init__(self, town: Town, start: datetime, urgency: str, **said: Any) -> None:
        self.town, self.start, self.said = town, start, {"urgency": urgency, **said}
        self.steps: list[tuple[str, str, Mapping[str, Any]]] = [
            ("dispatcher", "dispatch", {"lead": UNIT}),
            (clerk(), "sign", {}),
            (clerk(), "contact", CONTACT),
            (clerk(), "answer", ANSWER),
            (clerk(), "submit_report", {**REPORT, "site_at": (start - timedelta(minutes=2)).isoformat()}),
        ]

    def to(self, last: str) -> str:
        """Walk so that `last` happens at the start; each step before it a minute earlier than the next."""
        names = [action for _by, action, _said in self.steps]
        wanted = self.steps[: names.index(last) + 1]
        self.town.now = self.start - timedelta(minutes=len(wanted))
        number = self.town.register(**self.said)
        for by, action, said in wanted:
            self.town.do(by, number, action, said)
        assert self.town.now == self.start
        return number


def due(town: Town, number: str, kind: str) -> datetime | None:
    """When the newest clock of a kind is due, None where there is none; it must have started on the row's start."""
    found = Clock.objects.filter(order__number=number, kind=kind).last()
    if found is None:
        return None
    assert found.started_at == town.now
    return found.due_at


@pytest.mark.parametrize("urgency", URGENCIES)
@pytest.mark.parametrize("start", TABLE)
def test_every_clock_is_due_when_the_table_says(town: Town, start: str, urgency: str) -> None:
    at = moment(start)
    if start == "2025-07-08 16:00":
        town.now = at - timedelta(days=1)
        change_pack(town, days=[HALF_DAY])
    found: dict[str, datetime | None] = {}

    town.now = at
    number = town.register(urgency=urgency)
    found |= {kind: due(town, number, kind) for kind in ("dispatch", "overall")}
    town.now = at - timedelta(minutes=1)
    number = town.register(urgency=urgency)
    exactly(town, at, "agent", number, "ask_centre", WITHDRAWAL)
    found["withdrawal"] = due(town, number, "decision")

    number = Walk(town, at, urgency).to("dispatch")
    found |= {kind: due(town, number, kind) for kind in ("sign", "contact", "return", "feedback", "reply")}
    number = Walk(town, at, urgency).to("answer")
    found["report"] = due(town, number, "report")
    number = Walk(town, at, urgency).to("submit_report")
    found |= {kind: due(town, number, kind) for kind in ("review", "callback")}

    number = Walk(town, at - timedelta(minutes=1), urgency).to("dispatch")
    exactly(town, at, clerk(), number, "apply", RETURN)
    found["decision"] = due(town, number, "decision")

    assert found == column(start, urgency)


@pytest.mark.parametrize("start", INQUIRY)
def test_an_inquiry_is_answered_within_three_working_days(town: Town, start: str) -> None:
    at = moment(start)
    if start == "2025-07-08 16:00":
        town.now = at - timedelta(days=1)
        change_pack(town, days=[HALF_DAY])
    number = Walk(town, at, "ordinary", kind="inquiry").to("dispatch")
    assert due(town, number, "reply") == moment(INQUIRY[start], int(start[:4]))


@pytest.mark.parametrize(
    ("upper_due", "reply", "overall"),
    [
        # Four working hours before the district's date, each time counted back by hand; the overall limit likewise.
        ("2025-07-01 17:30", "2025-07-01 13:30", "2025-07-01 13:30"),
        ("2025-07-01 10:00", "2025-06-30 14:30", "2025-06-30 14:30"),
        ("2025-07-03 18:00", "2025-07-02 17:30", "2025-07-03 13:30"),  # our own five working days end earlier
    ],
)
def test_the_date_of_the_platform_above_counts_where_it_is_earlier(
    town: Town, upper_due: str, reply: str, overall: str
) -> None:
    above = {**UPPER, "upper_due_at": moment(upper_due).isoformat()}
    number = Walk(town, moment("2025-06-25 10:00"), "ordinary", **above).to("dispatch")
    assert clock(town, number, "reply").due_at == moment(reply)
    assert clock(town, number, "overall").due_at == moment(overall)
    assert town.order(number).assignments.get(role="lead").due_at == moment(reply)


@pytest.mark.parametrize("start", TABLE)
def test_every_row_of_the_table_covers_every_kind(start: str) -> None:
    assert set(TABLE[start]) - {"withdrawal"} == set(ClockKind.values)


# Which action starts and which stops

SITE: Final = {"found": "七处摊贩，均已劝离", "people": "队员两名"}
LIMITED: Final = {"limit": "12 h"}
#: (who, what, said, the clocks that it starts, the clocks that it stops)
STORY: Final[tuple[tuple[str, str, Mapping[str, Any], set[str], set[str]], ...]] = (
    ("dispatcher", "dispatch", {"lead": UNIT}, {"sign", "contact", "return", "feedback", "reply"}, {"dispatch"}),
    (clerk(), "sign", {}, set(), {"sign"}),
    (clerk(), "contact", CONTACT, set(), {"contact", "feedback"}),
    (clerk(), "apply", {**EXTENSION, **LIMITED}, {"decision"}, set()),
    (approver(), "grant", {}, {"decision"}, {"decision"}),
    ("dispatcher", "decline", {"note": "按期办理"}, set(), {"decision"}),
    (clerk(), "answer", ANSWER, {"report"}, set()),
    (clerk(), "submit_report", REPORT, {"review", "callback"}, {"report"}),
    ("reviewer", "send_back", {"reason": "请补充现场情况"}, set(), {"review", "callback"}),
    (clerk(), "submit_report", REPORT, {"review", "callback"}, set()),
    ("reviewer", "pass_review", {}, set(), {"review", "reply", "return"}),
    ("callback_agent", "log_attempt", {"outcome": "no_answer"}, set(), {"callback"}),
    ("callback_agent", "close", HEARD, set(), {"overall"}),
)


def test_each_clock_starts_and_stops_with_its_action(town: Town) -> None:
    number = town.register(urgency="semi_urgent")
    assert kinds_of(started_now(town, number)) == {"dispatch", "overall"}
    for by, action, said, starts, stops in STORY:
        if "site_at" in said:
            said = {**said, "site_at": town.now.isoformat()}  # noqa: PLW2901 - the same report, seen today
        town.do(by, number, action, said)
        own = Clock.objects.filter(order__number=number)
        submitted = town.order(number).submitted_at if action == "pass_review" else None
        stopped = [c.kind for c in own if c.stopped_at == town.now or (submitted and c.stopped_at == submitted)]
        already = {"report"} if submitted else set()
        assert kinds_of(started_now(town, number)) == starts, action
        assert set(stopped) - already == stops, action
    assert not Clock.objects.filter(order__number=number, stopped_at=None).exists()


def started_now(town: Town, number: str) -> list[Clock]:
    return list(Clock.objects.filter(order__number=number, started_at=town.now))


def kinds_of(clocks: list[Clock]) -> set[str]:
    return {str(clock.kind) for clock in clocks}


def test_the_reply_clock_stops_at_the_submission_of_the_report_that_passes(town: Town) -> None:
    number = Walk(town, moment("2025-06-24 10:00"), "ordinary").to("submit_report")
    submitted = town.now
    town.wait(hours=20)
    town.do("reviewer", number, "pass_review")
    assert clock(town, number, "reply").stopped_at == submitted
    assert clock(town, number, "review").stopped_at == town.now


@pytest.mark.parametrize(
    ("action", "said"), [("arrive", SITE), ("answer", ANSWER), ("contact", CONTACT)],
)  # fmt: skip
def test_the_first_sign_of_work_stops_the_feedback_clock(town: Town, action: str, said: Mapping[str, Any]) -> None:
    number = Walk(town, moment("2025-06-24 10:00"), "urgent").to("sign")
    assert clock(town, number, "feedback").stopped_at is None
    town.do(clerk(), number, action, said)
    assert clock(town, number, "feedback").stopped_at == town.now


@pytest.mark.parametrize("round_opener", ["take_back", "redispatch"])
def test_a_new_dispatch_starts_its_limits_anew(town: Town, round_opener: str) -> None:
    start = moment("2025-06-24 10:00")
    number = Walk(town, start, "ordinary").to("sign" if round_opener == "take_back" else "submit_report")
    if round_opener == "take_back":
        town.do("dispatcher", number, "take_back", {"reason": "派错单位"})
        assert clock(town, number, "reply").stopped_at == town.now
        assert clock(town, number, "dispatch").started_at == town.now
        again = moment("2025-06-26 09:00")
        exactly(town, again, "dispatcher", number, "dispatch", {"lead": UNIT})
        assert clock(town, number, "overall").started_at < start  # one limit over all rounds that the centre opens
    else:
        town.do("reviewer", number, "pass_review")
        again = moment("2025-06-26 09:00")
        unhappy = {**HEARD, "solved": "not_solved", "reason": "问题依旧"}
        exactly(town, again, "callback_agent", number, "redispatch", unhappy)
        assert clock(town, number, "overall").started_at == again
    assert clock(town, number, "reply").due_at == moment("2025-07-03 17:30")
    assert clock(town, number, "sign").due_at == moment("2025-06-27 17:30")
