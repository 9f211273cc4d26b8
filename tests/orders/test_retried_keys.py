"""A retried key gets the first answer: told to the same person alone, and only while the order exists for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open12345.directory.person import Person
from open12345.orders import services
from open12345.orders.errors import NotFound, Refused
from open12345.orders.models import Event
from tests.cast import Town, complaint

pytestmark = pytest.mark.function("API-01")
NOTE = {"text": "傍晚再去一次"}


def test_who_may_no_longer_see_the_order_gets_no_answer_again(town: Town) -> None:
    number = town.register(key="k1")
    again = town.create("register", complaint(), key="k1")
    assert (again.number, again.replayed) == (number, True)
    agent = town.person("agent")
    moved = replace(agent, roles=frozenset({"clerk"}), posts=(("clerk", 0, "/centre/urban/"),))
    dismissed = replace(agent, roles=frozenset(), posts=())
    for who in (moved, dismissed):
        with pytest.raises(NotFound) as caught:
            services.create("register", complaint(), by=who, at=town.now, key="k1")
        assert number not in str(vars(caught.value))


def test_an_act_is_not_answered_again_to_who_lost_the_order(town: Town) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    town.do("clerk.enforcement", number, "note", NOTE, key="k2")
    clerk = town.person("clerk.enforcement")
    for who, answer in ((clerk, True), (replace(clerk, posts=(("clerk", 0, "/centre/urban/"),)), False)):
        if answer:
            assert services.perform(number, "note", NOTE, by=who, at=town.now, key="k2").replayed
        else:
            with pytest.raises(NotFound):
                services.perform(number, "note", NOTE, by=who, at=town.now, key="k2")
    assert Event.objects.filter(order__number=number, action="note").count() == 1


def test_the_same_key_of_another_person_is_another_key(town: Town) -> None:
    first = town.create("register", complaint(), key="k3")
    other = town.create("register", complaint(), by="agent2", key="k3")
    assert not other.replayed
    assert other.number != first.number


def test_who_cannot_be_told_from_others_has_no_key(town: Town) -> None:
    nobody = Person("citizen", None, "市民", roles=frozenset({"agent"}), posts=(("agent", None, ""),))
    with pytest.raises(Refused) as caught:
        services.create("register", complaint(), by=nobody, at=town.now, key="k4")
    assert [problem.field for problem in caught.value.problems] == ["Idempotency-Key"]
