"""What a recommendation consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Source = Literal["duty", "territory", "practice", "precedents", "facility", "returned"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for, or (weight below 0) against a unit.

    `weight` is what it adds to the logit of the probability; `number` is the order that a precedent is about, "" else.
    """

    source: Source
    text: str
    weight: float = 0.0
    number: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored with a decision."""
        return asdict(self) | {"weight": round(self.weight, 3)}


@dataclass(frozen=True, slots=True)
class Tip:
    """What a lent source says of one order: this unit, because of that; `strength` from 0 to 1."""

    lead: str
    text: str
    strength: float = 1.0
    source: Source = "facility"
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A unit for an order, with the reasons a person can check; `probability` that it will keep the order (0-1)."""

    lead: str
    co_handlers: tuple[str, ...]
    probability: float
    reasons: tuple[Reason, ...]
    item: str = ""
    principle: str = ""
    clause: str = ""
    responsibility: str = ""
    no_return: bool = False
    #: Number of the trained model (`TrainedClassifier`), None while the default weights are used.
    model: int | None = None
    #: What the model was asked with, by name: kept with every automatic decision.
    features: Mapping[str, float] = field(default_factory=dict)
    #: A rule says it, which no history doubts: the duty list alone speaks for it (the category is set, nothing is known
    #: of the like), or two disputes leave the territory alone.
    ruled: bool = False

    def sure(self, floor: float) -> bool:
        """Say whether the probability reaches `floor` (`sure_from` of the pack).

        A unit that the list names is not doubted for want of history: a duty that is new has none.
        """
        return self.probability >= floor or self.ruled

    @property
    def ground(self) -> str:
        """The weightiest reason that speaks for the unit and names no other order, as the unit may read it; or ""."""
        return next((reason.text for reason in self.reasons if reason.weight > 0 and not reason.number), "")

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored with a decision."""
        return {
            "lead": self.lead, "co_handlers": list(self.co_handlers), "probability": round(self.probability, 4),
            "reasons": [reason.as_json() for reason in self.reasons], "item": self.item, "principle": self.principle,
            "clause": self.clause, "responsibility": self.responsibility, "no_return": self.no_return,
            "model": self.model, "features": {name: round(value, 4) for name, value in self.features.items()},
        }  # fmt: skip
