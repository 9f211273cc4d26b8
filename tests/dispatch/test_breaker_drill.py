"""The drill: two units swap duties, the lamp trips, people dispatch, practice is learnt, probes close it (DIS-06).

`make drill` plays the same for people to look at (docs/drill.md).
"""

from __future__ import annotations

import pytest

from open12345.directory.person import SYSTEM
from open12345.dispatch import learning
from open12345.dispatch.advice import practice, teaching
from open12345.dispatch.automatic import breakers
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import (
    AutomaticDispatch,
    BreakerChange,
    BreakerScope,
    Decision,
    Ending,
    Standing,
    TrainedClassifier,
)
from tests.cast import Town
from tests.dispatch.deciding import switch
from tests.dispatch.drilling import MATTER, NEW, OLD, Day
from tests.orders.walks import flaws

pytestmark = pytest.mark.function("DIS-06")


def learnt_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> TrainedClassifier:
    """What people did is learnt: practice is counted, and how units are recommended trained and put in force."""
    practice.refresh(town.pack, at=town.now)
    monkeypatch.setattr(teaching, "LEAST", 8)  # a centre waits for 300 dispatches; a test has a few
    model = teaching.teach(town.pack, by=SYSTEM, at=town.now)
    learning.promote(town.pack, model.pk, by=SYSTEM, at=town.now)
    model.refresh_from_db()
    assert model.standing == Standing.IN_FORCE, model.why
    return model


def not_blindly(row: AutomaticDispatch, model: TrainedClassifier) -> None:
    """After the trip nothing goes but probes of the new model, and nothing at all behind an open breaker."""
    if row.decision == Decision.DISPATCHED:
        assert row.probe
        assert "open" not in row.breakers.values()
        assert row.recommender_id == model.pk
    elif "open" in row.breakers.values():
        assert row.why == "held"


def test_a_reorganisation_trips_the_lamp_and_nothing_goes_blindly_until_probes_prove_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(town, category=MATTER)
    rule = town.pack.dispatching.breaker
    day = Day(town)

    for _ in range(rule.least):  # all is well
        row = day.order()
        assert (row.decision, row.ending) == (Decision.DISPATCHED, Ending.KEPT)
    assert day.lamp == "green"

    day.right = NEW  # the two units swap duties; neither list nor practice knows of it
    after = 0
    while day.lamp == "green":
        row = day.order()
        assert row.ending in {Ending.RETURNED, Ending.KEPT}
        after += 1
        assert after <= rule.least, "the lamp did not trip in time"
    assert day.lamp == "red"
    tripped = BreakerChange.objects.filter(scope="global").latest("pk")
    assert tripped.cause == "tripped"
    assert tripped.figures["rate"] < rule.floor

    for _ in range(2):  # the desk has fallen back: people dispatch, the platform only suggests
        row = day.order()
        assert (row.decision, row.why, row.probe) == (Decision.LEFT, "held", False)
    assert day.lamp == "red"

    model = learnt_anew(town, monkeypatch)
    blind = AutomaticDispatch.objects.filter(decision=Decision.DISPATCHED).count()
    opened = 0
    for _ in range(60):
        if day.closed:
            break
        town.wait(minutes=rule.pause_minutes)
        breakers.watch(town.pack, town.now)
        opened += day.lamp == "amber"
        row = day.order()
        not_blindly(row, model)
    assert day.closed
    assert opened > 0
    # The old unit gets nothing of this matter any more, and so no probes to prove it right: a person clears it.
    assert day.lamp == "amber"
    by = town.person("supervisor")
    for state in (State.CLOSED, None):
        breakers.force(town.pack, BreakerScope.UNIT, OLD, state, by=by, at=town.now, reason="职责已调整")
    assert day.lamp == "green"
    closed = BreakerChange.objects.filter(scope="global").latest("pk")
    assert (closed.cause, closed.figures["bad"]) == ("probes_kept", 0)
    since = AutomaticDispatch.objects.filter(decision=Decision.DISPATCHED).count() - blind
    assert since == sum(1 for row in day.sent if row.probe)
    last = day.order(draw=0.99)
    assert (last.decision, last.probe, last.ending) == (Decision.DISPATCHED, False, Ending.KEPT)
    assert last.unit is not None
    assert last.unit.code == NEW
    assert flaws() == []
