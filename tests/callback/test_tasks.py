"""Callback tasks: taken from the pool, given by the floor supervisor, held by one, let go (CAL-02)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from open12345.callback import queries, services
from open12345.callback.models import CallTask
from open12345.directory.models import Staff
from open12345.directory.person import Person
from open12345.orders.errors import NotAllowed, Refused
from tests.cast import HEARD, Town
from tests.orders.walks import UNHAPPY, refused, to_callback

pytestmark = pytest.mark.function("CAL-02")
ATTEMPT = {"outcome": "no_answer"}


def waiting(town: Town, count: int) -> list[str]:
    return [to_callback(town) for _ in range(count)]


def numbers(rows: object) -> set[str]:
    return set(rows.values_list("number", flat=True))  # type: ignore[attr-defined]


def test_what_is_taken_is_ones_own_and_leaves_the_pool(town: Town) -> None:
    first, second = waiting(town, 2)
    he, deng = town.person("callback_agent"), town.person("callback_agent2")
    assert numbers(queries.pool(he, town.now)) == {first, second}
    assert services.take([first], by=he, at=town.now).numbers == (first,)
    assert numbers(queries.mine(he, town.now)) == {first}
    assert numbers(queries.mine(deng, town.now)) == set()
    assert numbers(queries.pool(deng, town.now)) == {second}
    assert numbers(queries.waiting(deng)) == {first, second}, "others still see it"


def test_the_next_few_are_those_due_first(town: Town) -> None:
    made = []
    for _ in range(3):
        made += waiting(town, 1)
        town.wait(hours=26)
    assert services.take_next(2, by=town.person("callback_agent"), at=town.now).numbers == tuple(made[:2])
    for absurd in (0, 101):
        with pytest.raises(Refused):
            services.take_next(absurd, by=town.person("callback_agent"), at=town.now)


@pytest.mark.parametrize(
    ("action", "said"),
    [("log_attempt", ATTEMPT), ("close", HEARD), ("redispatch", {**UNHAPPY, "reason": "又来了"})],
)
def test_on_anothers_task_one_is_told_whose_it_is(town: Town, action: str, said: dict[str, object]) -> None:
    (number,) = waiting(town, 1)
    he = town.person("callback_agent")
    services.take([number], by=he, at=town.now)
    with pytest.raises(Refused) as refusal:
        town.do("callback_agent2", number, action, said)
    assert refusal.value.problems[0].code == "held"
    assert he.name in refusal.value.problems[0].message
    assert town.order(number).stage == "callback"
    services.release([number], by=he, at=town.now)
    town.do("callback_agent2", number, action, said)


def test_a_call_ends_the_task_and_only_its_own(town: Town) -> None:
    first, second = waiting(town, 2)
    he = town.person("callback_agent")
    services.take([first, second], by=he, at=town.now)
    town.do("callback_agent", first, "close", HEARD)
    assert dict(CallTask.objects.values_list("order__number", "ended")) == {first: "done", second: ""}


def test_nobody_else_releases_it_but_the_floor_supervisor(town: Town) -> None:
    (number,) = waiting(town, 1)
    services.take([number], by=town.person("callback_agent"), at=town.now)
    assert services.release([number], by=town.person("callback_agent2"), at=town.now) == 0
    assert services.release([number], by=town.person("floor_supervisor"), at=town.now) == 1
    assert numbers(queries.pool(town.person("callback_agent2"), town.now)) == {number}


def test_after_the_shift_it_is_free_and_a_call_made_keeps_it(town: Town) -> None:
    (number,) = waiting(town, 1)
    he, deng = town.person("callback_agent"), town.person("callback_agent2")
    services.take([number], by=he, at=town.now)
    town.wait(hours=7)
    town.do("callback_agent", number, "log_attempt", ATTEMPT)
    town.wait(hours=7)
    assert numbers(queries.pool(deng, town.now)) == set(), "he called an hour before the end"
    town.wait(hours=2)
    assert services.take([number], by=deng, at=town.now).numbers == (number,)
    assert sorted(CallTask.objects.values_list("staff", "ended")) == sorted([(he.id, "lapsed"), (deng.id, "")])


def test_who_left_holds_nothing(town: Town) -> None:
    (number,) = waiting(town, 1)
    he, deng = town.person("callback_agent"), town.person("callback_agent2")
    services.take([number], by=he, at=town.now)
    Staff.objects.filter(pk=he.id or 0).update(is_active=False)
    assert services.take([number], by=deng, at=town.now).numbers == (number,)


def test_the_floor_supervisor_gives_evenly_to_whoever_has_least(town: Town) -> None:
    made = waiting(town, 5)
    he, deng, boss = (town.person(name) for name in ("callback_agent", "callback_agent2", "floor_supervisor"))
    services.take(made[:2], by=he, at=town.now)
    given = services.assign(made, [he.id or 0, deng.id or 0], by=boss, at=town.now)
    assert set(given.numbers) == set(made[2:]), "what he had taken stays his"
    assert numbers(queries.mine(deng, town.now)) >= set(made[2:4])
    assert {len(numbers(queries.mine(person, town.now))) for person in (he, deng)} == {2, 3}


def test_only_the_floor_supervisor_gives_and_only_to_agents(town: Town) -> None:
    (number,) = waiting(town, 1)
    he, boss = town.person("callback_agent"), town.person("floor_supervisor")
    with pytest.raises(NotAllowed):
        services.assign([number], [he.id or 0], by=he, at=town.now)
    with pytest.raises(NotAllowed):
        services.take([number], by=town.person("clerk.urban"), at=town.now)
    for nobody in ([], [town.person("clerk.urban").id or 0], [he.id or 0, 0]):
        with pytest.raises(Refused):
            services.assign([number], nobody, by=boss, at=town.now)
    assert not CallTask.objects.exists()


def test_what_waits_for_no_call_is_not_taken(town: Town) -> None:
    (number,) = waiting(town, 1)
    town.do("callback_agent", number, "close", HEARD)
    taken = services.take([number, "no such"], by=town.person("callback_agent2"), at=town.now)
    assert taken.numbers == ()
    assert not CallTask.objects.exists()


def test_of_two_who_take_the_same_one_wins(committed_town: Town) -> None:
    town = committed_town
    number, start = to_callback(town), Barrier(2)
    people = [town.person("callback_agent"), town.person("callback_agent2")]

    def take(person: Person) -> services.Taken:
        start.wait()
        try:
            return services.take([number], by=person, at=town.now + timedelta(minutes=1))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(take, people)
    winner, loser = (first, second) if first.numbers else (second, first)
    assert (winner.numbers, loser.numbers) == ((number,), ())
    assert loser.held == ((number, people[0 if winner is first else 1].name),)
    assert refused(town, "callback_agent" if winner is second else "callback_agent2", number, "close", HEARD)
