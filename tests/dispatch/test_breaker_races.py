"""Several workers at once: no more probes go than a half-open breaker allows, and no ending is lost (DIS-06)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection, transaction

from open12345.directory.person import Person
from open12345.dispatch.automatic import breakers, runs
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.automatic.replay import Asked
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope, Ending, Replay
from tests.cast import Town, jiuting
from tests.dispatch.breaking import LEAF, RULE, quick, standing, written
from tests.orders.walks import UNIT, dispatched

pytestmark = [pytest.mark.function("DIS-06")]
T = TypeVar("T")
CLOSED = breakers.Verdict(allowed=True)


@pytest.fixture
def town(committed_town: Town) -> Town:
    return replace(committed_town, pack=quick(jiuting()))


def together(tries: list[Callable[[], T]]) -> list[T]:
    """Let each try run in a thread with a connection of its own, all starting at once."""
    gate = Barrier(len(tries))

    def run(one: Callable[[], T]) -> T:
        try:
            gate.wait(timeout=20)
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tries)) as pool:
        return [found.result(timeout=60) for found in [pool.submit(run, one) for one in tries]]


def rows(town: Town, count: int) -> list[AutomaticDispatch]:
    return [written(town, dispatched(town), UNIT, CLOSED) for _ in range(count)]


def test_two_workers_never_send_more_probes_than_allowed(town: Town) -> None:
    numbers = [dispatched(town) for _ in range(8)]
    with transaction.atomic():
        for row in rows(town, 4):
            breakers.note_ending(row, Ending.RETURNED, pack=town.pack, at=town.now)
    later = town.now + timedelta(minutes=RULE.pause_minutes + 1)

    def send(number: str) -> bool:
        with transaction.atomic():
            verdict = breakers.ask(town.pack, LEAF, UNIT, later, 0.0)
            if verdict.allowed:
                assert verdict.probe
                written(town, number, UNIT, verdict)
            return verdict.allowed

    sent = together([lambda number=number: send(number) for number in numbers])  # type: ignore[misc]
    assert sum(sent) == RULE.probes
    assert AutomaticDispatch.objects.filter(probe=True).count() == RULE.probes
    assert BreakerChange.objects.filter(scope="global", cause="pause_over").count() == 1


def test_two_people_who_ask_for_one_replay_at_once_get_the_same_one(town: Town) -> None:
    people = [town.person("supervisor"), town.person("floor_supervisor")]
    asked = Asked(3, 0.95, LEAF)

    def press(by: Person) -> int:
        return runs.ask(town.pack, asked, by=by, at=town.now).pk

    told = together([lambda by=by: press(by) for by in people * 2])  # type: ignore[misc]
    assert len(set(told)) == 1
    assert Replay.objects.count() == 1
    assert str(Replay.objects.get().state) == "waiting"


def test_endings_noted_at_once_trip_a_breaker_once(town: Town) -> None:
    found = rows(town, 6)

    def end(row: AutomaticDispatch) -> bool:
        with transaction.atomic():
            return breakers.note_ending(row, Ending.RETURNED, pack=town.pack, at=town.now)

    assert all(together([lambda row=row: end(row) for row in found]))  # type: ignore[misc]
    assert standing(town).state is State.OPEN
    for scope, code in ((BreakerScope.CATEGORY, LEAF), (BreakerScope.UNIT, UNIT)):
        change = BreakerChange.objects.get(scope=scope, key=code)
        assert (change.figures["outcomes"], change.figures["bad"]) == (RULE.least, RULE.least), "locked: judged in turn"
    wide = BreakerChange.objects.get(scope=BreakerScope.ALL, key="").figures
    assert wide["bad"] == wide["outcomes"], "each of them went wrong"
    assert RULE.least <= wide["outcomes"] <= len(found), "locked by who trips it: more may have ended meanwhile"


def test_an_ending_waits_for_none_of_another_matter(town: Town) -> None:
    """While one transaction with an ending is still open, that of another category and unit is done."""
    one = rows(town, 1)[0]
    other = written(town, dispatched(town, "market"), "market", CLOSED, category="C0101")

    def end(row: AutomaticDispatch) -> bool:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '3s'")
            return breakers.note_ending(row, Ending.KEPT, pack=town.pack, at=town.now)

    with transaction.atomic():
        assert breakers.note_ending(one, Ending.RETURNED, pack=town.pack, at=town.now)
        assert together([lambda: end(other)]) == [True]


def test_all_is_tripped_by_what_others_noted_meanwhile(town: Town) -> None:
    found = [written(town, dispatched(town, unit), unit, CLOSED, category=code)
             for unit, code in (("market", "C0101"), ("urban", "D0201"), (UNIT, LEAF), (UNIT, LEAF))]  # fmt: skip

    def end(row: AutomaticDispatch) -> bool:
        with transaction.atomic():
            return breakers.note_ending(row, Ending.RETURNED, pack=town.pack, at=town.now)

    assert all(together([lambda row=row: end(row) for row in found]))  # type: ignore[misc]
    breakers.watch(town.pack, town.now)
    assert standing(town).state is State.OPEN
    assert BreakerChange.objects.filter(scope="global").count() == 1


def test_one_ending_noted_twice_at_once_counts_once(town: Town) -> None:
    (row,) = rows(town, 1)

    def end() -> bool:
        with transaction.atomic():
            return breakers.note_ending(row, Ending.RETURNED, pack=town.pack, at=town.now)

    assert sorted(together([end, end])) == [False, True]


def test_asking_while_the_master_switch_is_thrown_never_hangs(town: Town) -> None:
    numbers = [dispatched(town) for _ in range(3)]

    def send(number: str) -> bool:
        with transaction.atomic():
            verdict = breakers.ask(town.pack, LEAF, UNIT, town.now, 0.0)
            if verdict.allowed:
                written(town, number, UNIT, verdict)
            return verdict.allowed

    def throw() -> bool:
        by = town.person("supervisor")
        breakers.force(town.pack, BreakerScope.MASTER, "", State.OPEN, by=by, at=town.now, reason="演练")
        return True

    together([throw, *(lambda number=number: send(number) for number in numbers)])
    assert not send(numbers[0])
