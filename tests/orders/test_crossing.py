"""Two orders of one caller, two people, crosswise: neither waits for ever, and the citizen keeps one order."""

from __future__ import annotations

from threading import Event as Flag
from threading import Thread

import pytest
from django.db import connection, connections, transaction

from open12345.orders import queries
from open12345.orders.errors import DomainError
from open12345.orders.models import Link
from open12345.orders.services import Outcome
from tests.cast import Town
from tests.orders.test_races import Crowd, attempt, crowd, flaws, town

__all__ = ["crowd", "town"]
ROUNDS = 12


def test_two_orders_are_never_merged_into_each_other(town: Town, crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        one, other = town.register(), town.register()
        tries = [attempt(town, "agent", one, "merge", {"into": other})] * 4
        tries += [attempt(town, "agent2", other, "merge", {"into": one})] * 4
        results = crowd.together(tries)
        stages = sorted(town.order(number).stage for number in (one, other))
        won = [r for r in results if isinstance(r, Outcome)]
        assert all(isinstance(r, Outcome | DomainError) for r in results)
        assert stages == (["accepted", "cancelled"] if won else ["accepted", "accepted"])
        assert len(won) <= 1
    assert flaws() == []


def test_two_orders_are_related_crosswise_without_waiting(town: Town, crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        one, other = town.register(), town.register(phone="13987654321")
        tries = [attempt(town, "agent", one, "relate", {"other": other})]
        tries += [attempt(town, "agent2", other, "relate", {"other": one})]
        assert all(isinstance(r, Outcome) for r in crowd.together(tries))
        assert Link.objects.filter(order__number__in=(one, other), kind="related").count() == 2


@pytest.mark.function("INT-09")
def test_who_calls_again_is_taken_in_while_somebody_works_on_the_first_order(town: Town) -> None:
    number = town.register()
    held, done = Flag(), Flag()

    def work() -> None:
        with transaction.atomic():
            queries.get_for(town.person("dispatcher"), number, lock=True)
            held.set()
            done.wait(20)
        connections.close_all()

    somebody = Thread(target=work)
    somebody.start()
    try:
        assert held.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        again = town.register()
    finally:
        done.set()
        somebody.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert Link.objects.filter(order__number=again, other__number=number, kind="repeat_of").exists()
