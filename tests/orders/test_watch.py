"""What the platform does by itself when time passes: amber, red, breaches, archiving, seals, new calendars."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from chinese_calendar import constants
from django.db import connection, connections

from open12345.directory import days, packs
from open12345.directory.person import SYSTEM
from open12345.orders import clocks, history, invariants, recomputing, watch
from open12345.orders.models import Anchor, Application, Assignment, Clock, Event, WorkOrder
from open12345.worktime import official
from tests.cast import CONTACT, MORNING, REPORT, Town, jiuting
from tests.orders.walks import (
    EXTENSION,
    UNIT,
    answered,
    at,
    change_pack,
    clerk,
    clock,
    closed,
    dispatched,
    flaws,
    granted,
    reported,
    signed,
)

STATION = "s00101"


def events(number: str, action: str) -> list[Event]:
    """What the order's history holds of an action, oldest first."""
    return list(Event.objects.filter(order__number=number, action=action).order_by("seq"))


def look(town: Town) -> int:
    """Let the watch come by."""
    return watch.mark_breaches(by=SYSTEM, at=town.now)


def colour(town: Town, number: str, kind: str) -> str:
    return clocks.colour(packs.pack_at(town.now)[1], clock(town, number, kind), town.now)


# Running out


def test_a_clock_turns_amber_then_red_as_its_time_is_used(town: Town) -> None:
    number = dispatched(town, urgency="urgent")  # signed within 30 minutes of 9:01
    seen = {}
    for minutes in (0, 22, 23, 30, 31):
        town.now = MORNING + timedelta(minutes=1 + minutes)
        seen[minutes] = colour(town, number, "sign")
    assert seen == {0: "green", 22: "green", 23: "amber", 30: "amber", 31: "red"}


def test_a_working_day_limit_is_amber_by_working_hours_not_by_the_night(town: Town) -> None:
    number = dispatched(town)  # Thursday 9:01, contact by Friday 17:30: fourteen working hours in all, less a minute
    seen = {}
    for moment in (at(6, 27, 9), at(6, 27, 12), at(6, 27, 14, 30), at(6, 27, 17, 30), at(6, 27, 17, 31)):
        town.now = moment
        seen[f"{moment:%H:%M}"] = colour(town, number, "contact")
    assert seen == {"09:00": "green", "12:00": "green", "14:30": "amber", "17:30": "amber", "17:31": "red"}


def test_a_breach_is_put_on_record_once_and_as_of_its_due_moment(town: Town) -> None:
    number = dispatched(town, urgency="urgent")
    town.now = clock(town, number, "sign").due_at
    assert look(town) == 0
    town.wait(seconds=1)
    assert look(town) == 1
    assert look(town) == 0
    town.wait(minutes=1)
    assert look(town) == 0
    (breach,) = events(number, "breach")
    assert breach.facts == {"late": ["sign"], "clocks": [clock(town, number, "sign").pk]}
    assert clock(town, number, "sign").breached_at == clock(town, number, "sign").due_at
    assert flaws() == []


def test_what_stopped_in_time_is_never_late(town: Town) -> None:
    number = dispatched(town, urgency="urgent")
    town.now = clock(town, number, "sign").due_at - timedelta(minutes=1)
    town.do(clerk(), number, "sign")  # the very last moment
    assert clock(town, number, "sign").stopped_at == clock(town, number, "sign").due_at
    town.wait(days=10)
    look(town)
    assert clock(town, number, "sign").breached_at is None
    assert "sign" not in [kind for event in events(number, "breach") for kind in event.facts["late"]]


def test_what_is_stopped_too_late_is_late_though_no_watch_came_by(town: Town) -> None:
    number = dispatched(town, urgency="urgent")
    town.now = clock(town, number, "sign").due_at
    town.do(clerk(), number, "sign")
    assert clock(town, number, "sign").breached_at == clock(town, number, "sign").due_at
    assert look(town) == 0


def test_the_window_for_returns_is_no_limit_to_be_late_for(town: Town) -> None:
    number = signed(town)
    town.do(clerk(), number, "contact", CONTACT)
    window = clock(town, number, "return")
    assert not window.alarm
    assert town.order(number).due_at == clock(town, number, "reply").due_at > window.due_at
    town.now = window.due_at + timedelta(days=30)
    look(town)
    late = [kind for event in events(number, "breach") for kind in event.facts["late"]]
    assert {"reply", "overall"} == set(late)
    assert clock(town, number, "return").breached_at is None
    assert colour(town, number, "return") == "grey"


def test_time_in_review_is_not_counted_and_the_rest_runs_out(town: Town) -> None:
    number = reported(town, urgency="urgent")  # reply within 24 h of 9:01
    before = clock(town, number, "reply")
    assert before.paused_at == town.now
    town.wait(hours=30)
    look(town)
    assert clock(town, number, "reply").breached_at is None
    town.do("reviewer", number, "send_back", {"reason": "请补充"})
    after = clock(town, number, "reply")
    assert after.due_at - before.due_at == timedelta(hours=30, minutes=1)
    assert town.order(number).assignments.get(role="lead").due_at == after.due_at
    town.now = after.due_at
    look(town)
    assert clock(town, number, "reply").breached_at is None
    town.wait(minutes=1)
    assert look(town) == 1
    assert clock(town, number, "reply").breached_at == after.due_at
    assert [e.facts["late"] for e in events(number, "breach")].count(["reply"]) == 1
    assert flaws() == []


@pytest.mark.parametrize(
    ("sent_back", "due"),
    [
        (at(6, 26, 18), at(7, 3, 17, 30)),  # still the starting day, which does not count: nothing was lost
        (at(6, 27, 9), at(7, 3, 17, 30)),  # the first of five working days, all of it left
        (at(6, 27, 18), at(7, 4, 17, 30)),  # that day was lost in review
        (at(6, 30, 9), at(7, 4, 17, 30)),  # and the weekend is nobody's loss
    ],
)
def test_days_in_review_are_given_back_but_not_the_starting_day(town: Town, sent_back: datetime, due: datetime) -> None:
    number = reported(town)  # Thursday 26 June; reply by Thursday 3 July
    town.now = sent_back
    town.do("reviewer", number, "send_back", {"reason": "请补充"})
    assert clock(town, number, "reply").due_at == due
    assert town.order(number).assignments.get(role="lead").due_at == due


def test_a_breach_stays_when_the_clock_is_paused_after_it(town: Town) -> None:
    number = answered(town, urgency="urgent")
    due = clock(town, number, "reply").due_at
    town.now = due + timedelta(hours=1)
    look(town)
    late = {**REPORT, "late_reason": town.pack.closing.late_reasons[0].code}
    town.do(clerk(), number, "submit_report", late)
    town.wait(hours=5)
    town.do("reviewer", number, "send_back", {"reason": "请补充"})
    assert (clock(town, number, "reply").due_at, clock(town, number, "reply").breached_at) == (due, due)
    town.wait(days=1)
    look(town)
    assert sum("reply" in event.facts["late"] for event in events(number, "breach")) == 1


def test_a_worker_that_slept_for_three_days_catches_up(town: Town) -> None:
    urgent, calm, quiet = dispatched(town, urgency="urgent"), signed(town), town.register()
    due = {n: {c.kind: c.due_at for c in WorkOrder.objects.get(number=n).clocks.all()} for n in (urgent, calm, quiet)}
    town.wait(days=3)  # Sunday: the working-day limits of Friday have passed, those of next week have not
    assert look(town) > 0
    for number in (urgent, calm, quiet):
        for one in WorkOrder.objects.get(number=number).clocks.filter(alarm=True, stopped_at=None):
            late = due[number][one.kind] < town.now
            assert one.breached_at == (due[number][one.kind] if late else None), one.kind
        assert len(events(number, "breach")) == 1
    assert look(town) == 0
    anchors = Anchor.objects.count()
    assert history.seal(town.now) is not None
    assert Anchor.objects.count() == anchors + 1  # one seal for the hours slept, not one for each
    assert history.seal(town.now + timedelta(hours=1)) is None
    assert flaws() == []


def test_more_than_a_look_can_hold_is_marked_by_the_next_ones(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_AT_ONCE", 2)
    numbers = [town.register(urgency="urgent") for _n in range(5)]
    town.wait(hours=1)
    assert [look(town), look(town), look(town), look(town)] == [2, 2, 1, 0]
    assert all(len(events(number, "breach")) == 1 for number in numbers)


@pytest.fixture
def open_house(committed_town: Town) -> Town:
    """The town, where every commit is real."""
    return committed_town


def test_two_watchers_at_once_mark_a_breach_once(open_house: Town) -> None:
    town = open_house
    numbers = [town.register(urgency="urgent") for _n in range(6)]
    town.wait(hours=1)
    gate = Barrier(4)

    def watcher(_n: int) -> int:
        try:
            gate.wait(30)
            return look(town)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        marked = list(pool.map(watcher, range(4), timeout=60))
    assert sum(marked) == len(numbers)
    assert [len(events(number, "breach")) for number in numbers] == [1] * len(numbers)
    assert all(event.facts["late"] == ["dispatch"] for number in numbers for event in events(number, "breach"))
    assert flaws() == []


def test_two_that_recompute_at_once_move_a_clock_once(open_house: Town) -> None:
    town = open_house
    number = dispatched(town)
    day_off(town, date(2025, 7, 1))
    gate = Barrier(3)

    def recompute(_n: int) -> int:
        try:
            gate.wait(30)
            return watch.recompute("calendar", by=SYSTEM, at=town.now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(recompute, range(3), timeout=60)) == [0, 0, 1]
    assert len(events(number, "recompute")) == 1


# Archiving


def test_a_closed_order_is_archived_after_its_rest_not_before(town: Town) -> None:
    number = closed(town)  # Thursday 26 June 2025: 30 calendar days end with Saturday 26 July
    assert town.order(number).closed_at.date() == date(2025, 6, 26)  # type: ignore[union-attr]
    assert watch.archive_rested(by=SYSTEM, at=at(7, 26, 23, 59)) == 0
    assert town.order(number).stage == "closed"
    assert watch.archive_rested(by=SYSTEM, at=at(7, 27)) == 1
    assert town.order(number).stage == "archived"
    assert watch.archive_rested(by=SYSTEM, at=at(7, 28)) == 0
    assert len(events(number, "archive")) == 1


def test_nothing_is_archived_while_an_appeal_is_open(town: Town) -> None:
    waiting, other = closed(town), closed(town)
    appeal = Application.objects.create(
        order=town.order(waiting), round=1, kind="appraisal", reason="x", asked_at=town.now
    )
    assert watch.archive_rested(by=SYSTEM, at=at(8, 1)) == 1
    assert (town.order(waiting).stage, town.order(other).stage) == ("closed", "archived")
    appeal.state = "refused"
    appeal.save()
    assert watch.archive_rested(by=SYSTEM, at=at(8, 1)) == 1


def test_the_rest_begins_anew_when_an_order_was_reopened(town: Town) -> None:
    number = closed(town)
    town.wait(days=29)
    town.do("supervisor", number, "reopen", {"reason": "市民再次反映", "lead": UNIT})
    assert watch.archive_rested(by=SYSTEM, at=town.now + timedelta(days=2)) == 0
    assert town.order(number).stage == "dispatched"


# A calendar that changes


def day_off(town: Town, day: date, **more: Any) -> None:
    """Declare a local day off, from now on."""
    rule = days.day_rule(**{"date": day, "kind": "rest", "name": "台风停工", **more})
    days.set_day(rule, effective_from=town.now, by=SYSTEM, at=town.now, reason="防汛指挥部通知")


def recompute(town: Town) -> int:
    return watch.recompute("calendar", by=SYSTEM, at=town.now)


def dues(number: str) -> dict[str, datetime]:
    return {c.kind: c.due_at for c in Clock.objects.filter(order__number=number).order_by("pk")}


@pytest.mark.function("ADM-04")
def test_a_typhoon_day_off_moves_what_runs_over_it(town: Town) -> None:
    number = signed(town)  # reply by Thursday 3 July
    before = dues(number)
    assert before["reply"] == at(7, 3, 17, 30)
    town.wait(hours=1)
    day_off(town, date(2025, 7, 1))
    assert recompute(town) == 1
    after = dues(number)
    assert {kind for kind in after if after[kind] != before[kind]} == {"reply", "overall"}
    assert (after["reply"], after["overall"]) == (at(7, 4, 17, 30), at(7, 7, 17, 30))
    lead = town.order(number).assignments.get(role="lead")
    assert lead.due_at == at(7, 4, 17, 30)
    (event,) = events(number, "recompute")
    assert event.actor_kind == "system"
    assert event.facts["cause"] == "calendar"
    moved = {kind: (datetime.fromisoformat(old), datetime.fromisoformat(new)) for kind, old, new in event.facts["dues"]}
    assert moved == {kind: (before[kind], after[kind]) for kind in ("reply", "overall")}
    told = clocks.explain(packs.pack_at(town.now)[1], clock(town, number, "reply"))
    assert "7月1日 台风停工" in told
    assert told.endswith("截止2025年7月4日（周五）17:30")
    assert recompute(town) == 0
    assert flaws() == []


@pytest.mark.function("ADM-04")
def test_the_queue_and_the_order_follow_the_moved_clock(town: Town) -> None:
    number = signed(town)
    town.do(clerk(), number, "contact", CONTACT)
    assert town.order(number).due_at == at(7, 3, 17, 30)
    day_off(town, date(2025, 7, 1))
    recompute(town)
    assert town.order(number).due_at == at(7, 4, 17, 30)


@pytest.mark.function("ADM-04")
def test_what_has_run_out_stays_late_whether_marked_or_not(town: Town) -> None:
    marked, unmarked = signed(town), signed(town)
    for number in (marked, unmarked):
        town.do(clerk(), number, "contact", CONTACT)
    reply = clock(town, marked, "reply")
    town.now = at(7, 3, 18)  # after the close of the last working day of both
    Clock.objects.filter(order__number=unmarked, kind="reply").update(breached_at=None)
    assert look(town) == 2
    Clock.objects.filter(order__number=unmarked, kind="reply").update(breached_at=None)
    day_off(town, date(2025, 7, 4))  # moves "overall", which is still running
    recompute(town)
    for number in (marked, unmarked):
        assert clock(town, number, "reply").due_at == reply.due_at
        assert clock(town, number, "overall").due_at > at(7, 4, 17, 30)
    assert clock(town, marked, "reply").breached_at == reply.due_at


@pytest.mark.function("ADM-04")
def test_no_clock_becomes_late_because_a_day_off_was_withdrawn(town: Town) -> None:
    day_off(town, date(2025, 6, 27))
    number = dispatched(town)
    assert clock(town, number, "contact").due_at == at(6, 30, 17, 30)
    town.now = at(6, 27, 17)
    days.drop_day(date(2025, 6, 27), effective_from=None, by=SYSTEM, at=town.now, reason="台风转向")
    recompute(town)
    assert clock(town, number, "contact").due_at == at(6, 27, 17, 30)
    day_off(town, date(2025, 6, 27))
    recompute(town)
    assert clock(town, number, "contact").due_at == at(6, 30, 17, 30)
    town.now = at(6, 27, 17, 20)
    days.drop_day(date(2025, 6, 27), effective_from=None, by=SYSTEM, at=town.now, reason="台风转向")
    town.now = at(6, 27, 17, 31)  # the worker came too late: nobody can keep a limit of a minute ago
    recompute(town)
    kept = clock(town, number, "contact")
    assert kept.due_at == at(6, 30, 17, 30)
    told = clocks.explain(packs.pack_at(town.now)[1], kept)
    assert told.endswith("工作日历其后有变，仍按原定时限；实际截止2025年6月30日（周一）17:30")


@pytest.mark.function("ADM-04")
def test_a_year_published_later_moves_provisional_clocks_and_takes_the_mark_away(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unpublish(monkeypatch, 2026)
    town.now = datetime(2025, 12, 30, 9, 0, tzinfo=MORNING.tzinfo)
    number = signed(town)
    reply = clock(town, number, "reply")
    assert reply.provisional
    assert reply.due_at == datetime(2026, 1, 6, 17, 30, tzinfo=MORNING.tzinfo)  # 31, 1, 2, 5, 6 January
    assert "暂按周末推算" in clocks.explain(town.pack, reply)
    monkeypatch.undo()
    _forget_calendars()
    assert recompute(town) == 1
    moved = clock(town, number, "reply")
    # 31 December, then Sunday 4 January (make-up day), 5, 6 and 7: 1 to 3 January are off.
    assert moved.due_at == datetime(2026, 1, 7, 17, 30, tzinfo=MORNING.tzinfo)
    assert not moved.provisional
    told = clocks.explain(town.pack, moved)
    assert "元旦" in told
    assert "暂按" not in told
    assert town.order(number).assignments.get(role="lead").due_at == moved.due_at


def _unpublish(monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    """Let the official calendar know nothing of `year`."""
    for name in ("holidays", "workdays"):
        known = {day: why for day, why in getattr(constants, name).items() if day.year < year}
        monkeypatch.setattr(constants, name, known)
    _forget_calendars()


def _forget_calendars() -> None:
    """Drop what was computed of days; a restart does as much."""
    official.known_until.cache_clear()
    official._last_year.cache_clear()
    packs._read.cache_clear()
    clocks._explain_parts.cache_clear()
    jiuting().__dict__.pop("_calendar", None)
    packs.forget()
    for pack in (jiuting(), packs.pack_at(MORNING)[1]):
        pack.calendar()._days.clear()


@pytest.fixture(autouse=True)
def _calendars_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "monkeypatch" in request.fixturenames:
        request.getfixturevalue("monkeypatch").undo()
        official.known_until.cache_clear()
        official._last_year.cache_clear()


@pytest.mark.function("ADM-04")
def test_an_extended_limit_keeps_the_date_the_citizen_was_told(town: Town) -> None:
    number = signed(town)
    granted(town, number, EXTENSION)
    promised = clock(town, number, "reply").due_at
    day_off(town, date(2025, 7, 1))
    recompute(town)
    kept = clock(town, number, "reply")
    assert kept.due_at == promised
    told = clocks.explain(packs.pack_at(town.now)[1], kept)
    assert "延期 3 wd" in told
    assert told.endswith("实际截止2025年7月8日（周二）17:30")


@pytest.mark.function("ADM-04")
def test_a_report_in_review_gets_the_day_back_too(town: Town) -> None:
    number = reported(town)  # on the first of five working days; reply by Thursday 3 July
    town.now = at(6, 27, 10)
    day_off(town, date(2025, 7, 1))
    recompute(town)
    assert clock(town, number, "reply").due_at == at(7, 4, 17, 30)
    town.now = at(7, 2, 9)  # back after Thursday 26, Friday 27 and Monday 30 have closed in review
    town.do("reviewer", number, "send_back", {"reason": "请补充"})
    assert clock(town, number, "reply").due_at == at(7, 8, 17, 30)  # five of five left: 2, 3, 4, 7, 8 July
    assert flaws() == []


@pytest.mark.function("ADM-04")
def test_units_below_and_beside_follow_the_lead(town: Town) -> None:
    number = signed(town, "c001", ["urban"])
    town.do(clerk("c001"), number, "hand_down", {"unit": STATION})
    given = {a.unit.code: a for a in Assignment.objects.filter(order__number=number).select_related("unit")}
    before = {code: a.due_at for code, a in given.items()}
    assert (before["c001"], before[STATION]) == (at(7, 3, 17, 30), at(7, 3, 13, 30))
    day_off(town, date(2025, 7, 1))
    recompute(town)
    after = {a.unit.code: a.due_at for a in Assignment.objects.filter(order__number=number).select_related("unit")}
    assert (after["c001"], after[STATION]) == (at(7, 4, 17, 30), at(7, 4, 13, 30))
    assert after["urban"] == at(7, 2, 17, 30)  # three working days of its own: 27, 30 June, 2 July
    days.drop_day(date(2025, 7, 1), effective_from=None, by=SYSTEM, at=town.now, reason="台风转向")
    recompute(town)
    again = {a.unit.code: a.due_at for a in Assignment.objects.filter(order__number=number).select_related("unit")}
    assert again == before
    assert recompute(town) == 0
    assert flaws() == []


def test_a_date_of_the_platform_above_does_not_move(town: Town) -> None:
    number = signed(
        town, channel="upper", origin="upper", foreign_system="district", foreign_number="QX1",
        upper_due_at="2025-07-02T17:30:00+08:00",
    )  # fmt: skip
    before = dues(number)
    day_off(town, date(2025, 7, 1))
    recompute(town)
    assert dues(number)["reply"] == before["reply"] == at(7, 2, 13, 30)


# Checks of the store


@pytest.mark.parametrize("state", ["waiting", "signed"])
def test_fsck_names_an_assignment_that_is_not_due_with_its_clock(town: Town, state: str) -> None:
    number = dispatched(town) if state == "waiting" else signed(town)
    assert flaws() == []
    lead = Assignment.objects.filter(order__number=number, role="lead")
    lead.update(due_at=at(7, 2, 17, 30))
    found = [flaw for flaw in invariants.check_all() if flaw.code == "assignment_due_with_clock"]
    assert [flaw.order for flaw in found] == [number]
    lead.update(due_at=None)
    assert "assignment_due_with_clock" in {flaw.code for flaw in invariants.check_all()}


def test_moving_nothing_is_no_event(town: Town) -> None:
    number = signed(town)
    assert recompute(town) == 0
    running = list(Clock.objects.filter(order__number=number, stopped_at=None))
    assert recomputing.moves(town.pack, running, town.order(number).assignments.all(), town.now) == []
    assert events(number, "recompute") == []
    change_pack(town, title="新名称")
    assert recompute(town) == 0
    assert connection.in_atomic_block
