"""Breakers over real orders: what ends a dispatch, which breakers it moves, who may force, what cannot be undone."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from open12345.directory.models import AccessLog
from open12345.dispatch.automatic import breakers, endings, figures, keys, lamps
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope, Ending
from open12345.notify import queries, words
from open12345.notify.models import Notice
from open12345.orders.errors import NotAllowed, NotFound, Refused
from open12345.orders.models import Clock, Event
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town
from tests.dispatch.breaking import LEAF, ask, quick, sent, standing
from tests.dispatch.deciding import switch
from tests.orders.walks import RETURN, UNHAPPY, UNIT, WITHDRAWAL, change_pack, clerk, granted, redo

pytestmark = pytest.mark.function("DIS-06")
TAKEN = {"reason": "派错了"}


@pytest.fixture
def town(town: Town) -> Town:
    change_pack(town, dispatching=quick(town.pack).dispatching.model_dump(mode="json"))
    return town


def ending(row: AutomaticDispatch) -> str:
    row.refresh_from_db()
    return str(row.ending)


def took(town: Town, number: str) -> None:
    town.do("dispatcher", number, "take_back", TAKEN)


# What ends an automatic dispatch


def test_a_granted_return_a_take_back_and_an_undoing_speak_against_it(town: Town) -> None:
    back = sent(town)
    town.do(clerk(), back.order.number, "sign")
    granted(town, back.order.number, RETURN)
    undone = sent(town)
    town.now -= timedelta(minutes=1)  # one may undo within a minute
    town.do("dispatcher", undone.order.number, "undo_dispatch")
    away = sent(town)
    took(town, away.order.number)
    assert [ending(row) for row in (back, away, undone)] == ["returned", "taken_back", "undone"]
    assert away.ended_at is not None


def test_a_return_that_is_only_asked_for_or_refused_says_nothing_yet(town: Town) -> None:
    row = sent(town)
    town.do(clerk(), row.order.number, "sign")
    town.do(clerk(), row.order.number, "apply", RETURN)
    assert ending(row) == ""
    town.do("approver.urban", row.order.number, "decline", {"note": "是我们的"})
    assert ending(row) == ""


def test_a_leads_report_keeps_it_and_a_co_handlers_says_nothing(town: Town) -> None:
    row = sent(town, co_handlers=["sanitation"])
    number = row.order.number
    town.do(clerk(), number, "sign")
    town.do(clerk("sanitation"), number, "sign")
    town.do(clerk("sanitation"), number, "submit_report", {"outcome": "solved", "fact_explanation": "已配合清理完毕"})
    assert ending(row) == ""
    for action, said in (("contact", CONTACT), ("answer", ANSWER), ("submit_report", REPORT)):
        town.do(clerk(), number, action, said)
    assert ending(row) == "kept"


def given_up(town: Town, row: AutomaticDispatch) -> None:
    town.do("agent", row.order.number, "ask_centre", WITHDRAWAL)
    town.do("dispatcher", row.order.number, "grant")
    assert town.order(row.order.number).stage == "cancelled"


def test_a_citizen_who_gives_up_says_nothing_for_it_nor_against_it(town: Town) -> None:
    row = sent(town)
    given_up(town, row)
    assert ending(row) == "void"
    found = keys.known(town.pack, [keys.ALL])[keys.ALL]
    assert keys.window(town.pack, keys.ALL, found).outcomes == ()
    day = figures.days(town.pack, town.now)[-1]
    assert (day.sent, day.ended, day.kept) == (1, 0, 0)
    with transaction.atomic():
        assert not breakers.note_ending(row, Ending.KEPT, pack=town.pack, at=town.now)


def test_a_probe_that_is_withdrawn_neither_closes_a_breaker_nor_holds_its_place(town: Town) -> None:
    for row in [sent(town) for _ in range(4)]:
        took(town, row.order.number)
    town.wait(minutes=61)
    probes = [sent(town) for _ in range(3)]
    assert all(row.probe for row in probes)
    assert not ask(town).allowed, "all places are taken"
    for row in probes:
        given_up(town, row)
    assert standing(town).state is State.HALF_OPEN
    more = ask(town)
    assert (more.allowed, more.probe) == (True, True)


def test_an_order_that_ended_unheard_holds_no_place_and_counts_for_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sent(town)
    with monkeypatch.context() as deaf:
        deaf.setattr(endings, "_note", lambda *_args, **_more: None)
        given_up(town, row)
    assert ending(row) == ""
    town.wait(days=9)
    assert endings.settle(town.pack, town.now) == 0
    assert ending(row) == "void"


def test_what_was_kept_does_not_become_void(town: Town) -> None:
    row = sent(town)
    redo(town, row.order.number)
    assert ending(row) == "kept"
    with transaction.atomic():
        assert not breakers.note_ending(row, Ending.VOID, pack=town.pack, at=town.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomaticDispatch.objects.filter(pk=row.pk).update(ending=Ending.VOID)


@pytest.mark.parametrize(("lead", "end"), [(UNIT, "kept"), ("enforcement", "redispatched")])
def test_after_a_callback_another_unit_speaks_against_it_and_the_same_one_does_not(
    town: Town, lead: str, end: str
) -> None:
    row = sent(town)
    redo(town, row.order.number)
    assert ending(row) == "kept"  # so far
    town.do("callback_agent", row.order.number, "redispatch", {**UNHAPPY, "reason": "没有到场", "lead": lead})
    assert ending(row) == end


def test_only_the_round_that_went_by_itself_counts(town: Town) -> None:
    row = sent(town)
    number = row.order.number
    took(town, number)
    town.do("dispatcher", number, "dispatch", {"lead": UNIT})
    redo(town, number)
    town.do("callback_agent", number, "close", HEARD)
    assert ending(row) == "taken_back"


def test_what_nobody_may_return_any_more_is_kept_unless_a_return_waits(town: Town) -> None:
    quiet, asked = sent(town), sent(town)
    town.do(clerk(), asked.order.number, "sign")
    town.do(clerk(), asked.order.number, "apply", RETURN)
    assert endings.settle(town.pack, town.now) == 0
    due = Clock.objects.get(order=quiet.order, kind="return").due_at
    town.now = due
    town.wait(days=3)
    assert endings.settle(town.pack, town.now) == 1
    assert (ending(quiet), ending(asked)) == ("kept", "")


# Which breakers move


def test_returns_trip_the_breakers_of_the_category_all_above_it_the_unit_and_all(town: Town) -> None:
    rows = [sent(town) for _ in range(4)]
    others = [sent(town, "enforcement", category="B0101") for _ in range(2)]
    for row in rows[:3]:
        took(town, row.order.number)
    assert BreakerChange.objects.count() == 0  # three say too little
    took(town, rows[3].order.number)
    names = {(c.scope, c.key, c.state, c.cause) for c in BreakerChange.objects.all()}
    above = [row.code for row in town.pack.category_tree.lineage(LEAF)]
    assert names == {
        ("global", "", "open", "tripped"), ("unit", UNIT, "open", "tripped"),
        *(("category", code, "open", "tripped") for code in above),
    }  # fmt: skip
    change = BreakerChange.objects.get(scope="global")
    assert change.figures["outcomes"] == 4
    assert change.figures["bad"] == 4
    assert change.figures["floor"] == 0.8
    assert change.figures["after"] == others[1].pk
    verdict = ask(town)
    assert (verdict.allowed, verdict.held_by) == (False, "global")
    assert verdict.states[f"unit:{UNIT}"] == "open"
    assert verdict.states["master"] == "closed"
    redo_ok = ask(town, unit="enforcement", category="B0101")
    assert redo_ok.held_by == "global"


def test_a_category_that_trips_leaves_others_alone(town: Town) -> None:
    kept = [sent(town, "enforcement", category="B0101") for _ in range(20)]
    for row in kept:
        town.do("clerk.enforcement", row.order.number, "sign")
        with transaction.atomic():
            breakers.note_ending(row, "kept", pack=town.pack, at=town.now)  # type: ignore[arg-type]
    rows = [sent(town) for _ in range(4)]
    took(town, rows[0].order.number)
    for row in rows[1:]:
        with transaction.atomic():
            breakers.note_ending(row, "kept", pack=town.pack, at=town.now)  # type: ignore[arg-type]
    assert standing(town).state is State.CLOSED
    assert standing(town, BreakerScope.UNIT, UNIT).state is State.OPEN
    assert ask(town, unit="enforcement", category="B0101").allowed
    held = ask(town)
    assert not held.allowed
    assert held.held_by.startswith("category:")


def tripped(town: Town) -> None:
    for row in [sent(town) for _ in range(4)]:
        took(town, row.order.number)
    assert standing(town).state is State.OPEN


def test_it_comes_back_by_probes_and_closes_when_all_were_kept(town: Town) -> None:
    tripped(town)
    assert not ask(town).allowed
    town.wait(minutes=61)
    assert not ask(town, draw=0.9).allowed  # not in the sample
    assert standing(town).state is State.HALF_OPEN
    probes = [sent(town) for _ in range(3)]
    assert all(row.probe for row in probes)
    assert not ask(town).allowed  # three are out
    for row in probes:
        redo(town, row.order.number)
    assert standing(town).state is State.CLOSED
    assert ask(town, draw=0.99).allowed
    causes = list(BreakerChange.objects.filter(scope="global").order_by("pk").values_list("cause", flat=True))
    assert causes == ["tripped", "pause_over", "probes_kept"]


def test_a_probe_that_fails_opens_it_for_longer_and_what_was_sent_before_does_not_count(town: Town) -> None:
    late = sent(town)
    tripped(town)
    town.wait(minutes=61)
    probe = sent(town)
    took(town, late.order.number)  # sent before the trip
    assert standing(town).state is State.HALF_OPEN
    took(town, probe.order.number)
    assert standing(town).state is State.OPEN
    change = BreakerChange.objects.filter(scope="global").latest("pk")
    assert (change.cause, change.figures["pause_minutes"]) == ("probe_failed", 120)
    town.wait(minutes=61)
    assert standing(town).state is State.OPEN
    assert breakers.watch(town.pack, town.now) == 0
    town.wait(minutes=61)
    assert breakers.watch(town.pack, town.now) > 0  # the lamp tells the truth though nobody asks
    assert standing(town).state is State.HALF_OPEN


# A person's word


def force(
    town: Town, scope: str, key: str, state: State | None, *, by: str = "supervisor", reason: str = "演练"
) -> None:
    breakers.force(town.pack, BreakerScope(scope), key, state, by=town.person(by), at=town.now, reason=reason)


def test_the_master_switch_stops_all_and_is_on_record(town: Town) -> None:
    force(town, "master", "", State.OPEN)
    assert ask(town).held_by == "master"
    line = AccessLog.objects.latest("pk")
    assert (line.act, line.object, line.staff_id) == ("breaker.force", "breaker:master", town.person("supervisor").id)
    assert "演练" in line.reason
    force(town, "master", "", None)
    assert ask(town).allowed


def test_what_is_forced_closed_goes_on_though_all_comes_back(town: Town) -> None:
    force(town, "global", "", State.CLOSED)
    for row in [sent(town) for _ in range(4)]:
        took(town, row.order.number)
    assert standing(town).state is State.CLOSED
    assert standing(town, BreakerScope.UNIT, UNIT).state is State.OPEN


def test_a_unit_held_open_comes_back_by_sampling(town: Town) -> None:
    force(town, "unit", UNIT, State.OPEN)
    town.wait(days=30)
    assert ask(town).held_by == f"unit:{UNIT}"
    assert ask(town, unit="enforcement").allowed
    force(town, "unit", UNIT, None)
    assert ask(town).probe


def test_who_may_not_force_and_what_cannot_be_forced_is_told(town: Town) -> None:
    with pytest.raises(NotAllowed):
        force(town, "master", "", State.OPEN, by="dispatcher")
    with pytest.raises(Refused):
        force(town, "master", "", State.OPEN, reason="  ")
    with pytest.raises(Refused):
        force(town, "global", "", None)
    for scope, key in (("unit", "nowhere"), ("category", ""), ("global", "A01")):
        with pytest.raises(NotFound):
            force(town, scope, key, State.OPEN)
    assert not BreakerChange.objects.exists()


# Who hears of it


def test_dispatchers_and_floor_supervisors_hear_of_it_and_the_history_of_orders_is_not_touched(town: Town) -> None:
    tripped(town)
    events = Event.objects.count()
    force(town, "master", "", State.OPEN)
    assert Event.objects.count() == events
    for name in ("dispatcher", "floor_supervisor"):
        told = words.told(queries.notices_of(town.person(name)).order_by("-pk"), queries.Seen(), town.pack)
        of_breakers = {(one.title, one.subject, one.detail) for one in told if one.kind == "breaker_tripped"}
        assert ("自动派单已熔断", "全部自动派单", "一次派准 0%") in of_breakers
        assert ("自动派单已熔断", "自动派单总开关", "人工强制") in of_breakers
    for name in ("agent", clerk(), "supervisor"):
        assert not queries.notices_of(town.person(name)).filter(order__isnull=True).exists()


def test_a_half_opening_is_no_news_and_a_closing_is(town: Town) -> None:
    tripped(town)
    told = Notice.objects.filter(order__isnull=True)
    before = told.count()
    town.wait(minutes=61)
    assert breakers.watch(town.pack, town.now) > 0
    assert told.count() == before
    for row in [sent(town) for _ in range(3)]:
        redo(town, row.order.number)
    assert told.filter(kind="breaker_closed", facts__scope="global").exists()
    queries.count_unseen(town.person("dispatcher"))


# What cannot be undone


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dispatch_breakerchange SET state = 'closed'",
        "DELETE FROM dispatch_breakerchange",
        "TRUNCATE dispatch_breakerchange",
        "DELETE FROM dispatch_automaticdispatch",
        "TRUNCATE dispatch_automaticdispatch",
        "UPDATE dispatch_automaticdispatch SET probability = 1",
        "UPDATE dispatch_automaticdispatch SET basis = '{\"a\": 1}'",
        "UPDATE dispatch_automaticdispatch SET ending = ''",
        "UPDATE dispatch_automaticdispatch SET ending = 'kept'",
        "UPDATE dispatch_automaticdispatch SET ending = 'returned', ended_at = now()",
    ],
)
def test_the_application_cannot_rewrite_the_record(town: Town, statement: str) -> None:
    tripped(town)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert BreakerChange.objects.filter(state="open").exists()


def test_nor_can_the_owner(owner_cursor: psycopg.Cursor[tuple[object, ...]], committed_db: None) -> None:
    owner_cursor.execute(
        "INSERT INTO dispatch_breakerchange (pack, scope, key, state_from, state, cause, forced, figures, at, reason)"
        " VALUES ('jiuting', 'global', '', 'closed', 'open', 'tripped', false, '{}', now(), '')"
    )
    for statement in ("UPDATE dispatch_breakerchange SET state = 'closed'", "DELETE FROM dispatch_breakerchange"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            owner_cursor.execute(statement)


def test_a_half_open_breaker_of_which_nothing_comes_any_more_keeps_nobody_uneasy(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lamps, "_LOOKS", 3)
    switch(town)
    by = town.person("supervisor")
    for state in (State.OPEN, None):
        breakers.force(town.pack, BreakerScope.UNIT, "market", state, by=by, at=town.now, reason="职责调整")
    assert lamps.lamp(town.pack).colour == "amber"
    for _ in range(3):
        sent(town)
    assert lamps.lamp(town.pack).colour == "green", "none of the next looks was about the unit"
    assert standing(town, BreakerScope.UNIT, "market").state is State.HALF_OPEN, "the first one goes as a probe"
    sent(town, "market", category="C0101")
    assert lamps.lamp(town.pack).colour == "amber"
