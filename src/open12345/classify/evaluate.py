"""How good a classifier is: figures of one held-out set, and splits that keep near-copies together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .classifier import Classifier, Prediction
from .embedded import remembering
from .features import Numbers, Text

_BINS: Final = 15
_TOP: Final = 3
_ROUNDS: Final = 5
_TIMED: Final = 20_000
"""Texts timed at most."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are 0 to 1; `first_level` is the accuracy one level up, equal to `accuracy` where labels are flat."""

    texts: int
    labels: int
    accuracy: float
    macro_f1: float
    top3: float
    first_level: float
    calibration_error: float
    """Expected: mean distance between confidence and accuracy, in 15 bins of equal width."""
    texts_per_second: float
    """On one core: texts by seconds of processor time of this thread, the median of five rounds, without words.

    What an embedding service takes for its vectors is not in it."""
    train_seconds: float | None = None
    """Processor time of training, where this run trained."""

    def as_json(self) -> dict[str, Any]:
        """Return the figures rounded as they are told."""
        found = {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}
        found["texts_per_second"] = round(self.texts_per_second)
        if self.train_seconds is not None:
            found["train_seconds"] = round(self.train_seconds, 2)
        return found


def evaluate(
    model: Classifier,
    texts: Sequence[Text],
    labels: Sequence[str],
    *,
    first: Callable[[str], str] = str,
    train_seconds: float | None = None,
) -> Figures:
    """Ask the model about texts whose labels are known; `first` names the first level of a label.

    A label that the model has never met counts as wrong. Raises ValueError where there is nothing to ask.
    """
    if not texts or len(texts) != len(labels):
        raise ValueError("Evaluation needs texts, and a label for each.")
    from sklearn.metrics import accuracy_score, f1_score  # noqa: PLC0415 - seconds that only judging needs

    model = remembering(model)
    said = model.predict(texts, top=_TOP, explain=False)
    guessed = [each.suggestions[0].code for each in said]
    right = np.array([one == other for one, other in zip(guessed, labels, strict=True)])
    listed = [label in {s.code for s in each.suggestions} for each, label in zip(said, labels, strict=True)]
    above = [each.first_level[0].code == first(label) for each, label in zip(said, labels, strict=True)]
    return Figures(
        texts=len(texts),
        labels=len(set(labels)),
        accuracy=float(accuracy_score(labels, guessed)),
        macro_f1=float(f1_score(labels, guessed, average="macro", labels=sorted(set(labels)), zero_division=0)),
        top3=float(np.mean(listed)),
        first_level=float(np.mean(above)),
        calibration_error=calibration_error(_confidence(said), right),
        texts_per_second=speed(model, texts),
        train_seconds=train_seconds,
    )


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = _BINS) -> float:
    """Return the mean distance between confidence and share of right answers, by bins of equal width."""
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    sure = np.bincount(place, weights=confidence, minlength=bins)
    correct = np.bincount(place, weights=right, minlength=bins)
    return float(np.abs(sure - correct).sum() / max(1, len(right)))


def speed(model: Classifier, texts: Sequence[Text], rounds: int = _ROUNDS) -> float:
    """Return texts per second of this thread's processor time: the median of some rounds after one to warm up."""
    asked = texts[:_TIMED]
    took = []
    for _ in range(rounds + 1):
        start = time.thread_time()
        model.predict(asked, top=_TOP, explain=False)
        took.append(time.thread_time() - start)
    return len(asked) / max(float(np.median(took[1:])), 1e-9)


def splits(
    labels: Sequence[str], groups: Numbers, *, folds: int = 5, seed: int = 0
) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield places to learn from and to ask about: groups whole, labels spread evenly; the same for the same seed."""
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415 - seconds that only learning needs

    dealt = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    yield from dealt.split(np.zeros(len(labels)), list(labels), groups)


def _confidence(said: Sequence[Prediction]) -> NDArray[np.float64]:
    return np.array([each.suggestions[0].probability for each in said], np.float64)
