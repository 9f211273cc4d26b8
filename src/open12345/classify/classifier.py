"""What every classifier of texts is to the rest of the house, whichever way it finds its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from .features import Text


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category with its probability (0-1) and the words of the text that spoke for it, weightiest first."""

    code: str
    probability: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a classifier says of one text."""

    suggestions: tuple[Suggestion, ...]
    """The likeliest categories, likeliest first."""
    first_level: tuple[Suggestion, ...]
    """The likeliest categories of the first level; each has the probability of all below it together."""
    known: float
    """Share (0-1) of the text's n-grams that training has met; 0 for an empty text."""
    strangeness: float
    """0 (like what was trained on, and clear) to 1 (nothing like it, or no category stands out)."""
    plain: bool = False
    """Answered without the embedding service that the classifier has learnt with: it was away."""


@runtime_checkable
class Classifier(Protocol):
    """A model of our own, a transformer or a service over the network: `predict` is all that is asked of it.

    Whatever stands behind it must answer the same for the same text, with probabilities that are meant (0.8 is right
    eight times in ten), and raise rather than guess where it cannot answer.
    """

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the codes that it can answer with."""
        ...

    def predict(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        """Return one prediction per text, in order; without `explain` no words, which is quicker."""
        ...
