"""When people speak of something unknown, nothing goes by itself until the texts are ordinary again (DIS-06)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.dispatch.automatic import breakers, surge
from open12345.dispatch.automatic.breaker import Cause, Standing, State
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope, Decision, TrainedClassifier
from open12345.orders.models import WorkOrder
from open12345.policy.dispatching import SurgeRule
from tests.cast import Town
from tests.dispatch.breaking import ask, quick, standing

pytestmark = pytest.mark.function("DIS-06")
RULE = SurgeRule(window=20, sigmas=3)


@pytest.fixture
def town(town: Town) -> Town:
    town.pack = quick(town.pack)
    return town


def looked(town: Town, *strangeness: float | None) -> None:
    """The platform looks at orders that are so strange (None: no classifier read them)."""
    order = town.order(town.register())
    for value in strangeness:
        town.wait(minutes=1)
        AutomaticDispatch.objects.create(
            order=order, at=town.now, round=1, decision=Decision.LEFT, why="unknown",
            basis={} if value is None else {"strangeness": value},
        )  # fmt: skip


def test_many_strange_texts_stop_all_and_ordinary_ones_let_it_go_on(town: Town) -> None:
    looked(town, *[0.1] * 20)
    assert ask(town).allowed
    looked(town, *[0.95] * 7)  # 7 of 20, beside 10 % and three deviations of 6.7 %
    held = ask(town)
    assert (held.allowed, held.held_by, held.states["surge"]) == (False, "surge", "open")
    change = BreakerChange.objects.get(scope="surge")
    assert change.figures["outcomes"] == 20
    assert change.figures["bad"] == 7
    looked(town, *[0.1] * 13)  # 7 still stand in the window
    assert not ask(town).allowed
    looked(town, 0.1)
    assert not ask(town).allowed  # fewer than the bound, not yet calm
    looked(town, *[0.1] * 6)
    assert ask(town).allowed
    assert list(BreakerChange.objects.order_by("pk").values_list("cause", flat=True)) == ["tripped", "ordinary"]


def test_too_few_texts_and_texts_that_nobody_read_say_nothing(town: Town) -> None:
    looked(town, *[0.95] * 19, *[None] * 30)
    assert ask(town).allowed
    looked(town, 0.95)
    assert not ask(town).allowed


def test_the_watch_sees_it_though_nobody_asks(town: Town) -> None:
    looked(town, *[0.95] * 20)
    assert breakers.watch(town.pack, town.now) == 1
    assert standing(town, BreakerScope.SURGE).state is State.OPEN


def test_the_classifiers_own_share_is_what_it_is_compared_with(town: Town) -> None:
    TrainedClassifier.objects.create(
        made_at=town.now, pack=town.pack.id, card={"measures": {"strange_share": 0.5}}, digest="d", file=b"",
        standing="in_force", decided_at=town.now,
    )  # fmt: skip
    looked(town, *[0.1] * 10, *[0.95] * 10)
    assert surge.look(town.pack).usual == 0.5
    assert ask(town).allowed


def test_a_person_may_let_it_go_on_all_the_same(town: Town) -> None:
    looked(town, *[0.95] * 20)
    by = town.person("floor_supervisor")
    scope = BreakerScope.SURGE
    breakers.force(town.pack, scope, "", State.CLOSED, by=by, at=town.now, reason="台风天，已核对")
    assert ask(town).allowed
    breakers.force(town.pack, scope, "", None, by=by, at=town.now, reason="台风过了")
    assert not ask(town).allowed


@given(st.integers(0, 20), st.floats(0.01, 0.99))
def test_what_opens_it_never_closes_it(strange: int, usual: float) -> None:
    look = surge.measure(RULE, strange, 20, usual)
    assert look.usual <= look.calm <= look.bound <= 1
    opened = surge.step_of(RULE, Standing(), look)
    closed = surge.step_of(RULE, Standing(State.OPEN), look)
    assert opened is None or closed is None
    assert opened is None or opened.cause is Cause.TRIPPED


def test_a_flood_of_one_category_is_told_beside_the_same_hours_of_the_weeks_before(town: Town) -> None:
    numbers = [town.register() for _ in range(8)]
    for weeks, number in enumerate(numbers[:2], start=1):  # one a week was usual
        WorkOrder.objects.filter(number=number).update(accepted_at=town.now - timedelta(weeks=weeks, minutes=1))
    town.wait(minutes=5)
    (flood,) = surge.floods(town.pack, town.now)
    assert (flood.category, flood.count) == ("A0101", 6)
    assert flood.title == town.pack.category_tree["A0101"].title
    WorkOrder.objects.filter(number__in=numbers[2:4]).update(accepted_at=town.now - timedelta(hours=20))
    assert surge.floods(town.pack, town.now) == []
