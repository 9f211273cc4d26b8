"""Short ways to automatic dispatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from open12345.classify import Prediction, Suggestion, Text
from open12345.dispatch import learnt
from open12345.dispatch.automatic import deciding, modes
from open12345.dispatch.automatic.modes import Choice
from open12345.dispatch.models import AutomaticDispatch, CategoryMode, Learnt, Mode, Standing, TrainedClassifier
from tests.cast import Town

LEAF = "A0101"
#: What the duty list of the town names for it.
LEAD = "enforcement"


def switch(town: Town, mode: Mode = Mode.AUTOMATIC, category: str = LEAF, *, threshold: float = 0.01) -> CategoryMode:
    """Decide about a category; automatic from a low threshold on."""
    choice = Choice(mode, "试行", threshold, 0.95, {"orders": 100})
    return modes.decide(town.pack, category, choice, by=town.person("supervisor"), at=town.now)


def looked(town: Town, number: str, *, draw: float = 0.5) -> AutomaticDispatch | None:
    """Let the platform look at an order a minute later, as its worker does."""
    now = town.now + timedelta(minutes=1)
    return deciding.look(town.order(number).pk, now=lambda: now, draw=lambda: draw)


def decided(town: Town, number: str, *, draw: float = 0.5) -> AutomaticDispatch:
    """The same where something is decided."""
    row = looked(town, number, draw=draw)
    assert row is not None
    row.refresh_from_db()
    return row


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """What is in force is asked anew, not remembered from another test."""
    modes.forget()
    learnt.forget()
    yield
    modes.forget()
    learnt.forget()


@dataclass
class Stub:
    """A classifier that says the same of every text."""

    code: str = LEAF
    probability: float = 0.9
    strangeness: float = 0.1
    broken: bool = False
    labels: tuple[str, ...] = (LEAF,)

    def predict(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        if self.broken:
            raise ConnectionError("the service does not answer")
        found = (Suggestion(self.code, self.probability, ("摊贩", "占道")),)
        return [Prediction(found, found, known=1.0, strangeness=self.strangeness) for _text in texts]


def in_force(town: Town, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> TrainedClassifier:
    """Put a classifier in force."""
    row = TrainedClassifier.objects.create(
        made_at=town.now, pack=town.pack.id, tells=Learnt.CATEGORY, card={}, digest=f"{id(stub):064d}", file=b"",
        standing=Standing.IN_FORCE, decided_at=town.now,
    )  # fmt: skip
    monkeypatch.setattr(learnt, "read", lambda _row: stub)
    learnt.forget()
    return row
