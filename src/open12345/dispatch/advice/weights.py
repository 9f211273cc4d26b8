"""How much each feature weighs: a small logistic regression, trained or as it stands before anything is trained."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from open12345.dispatch import learnt
from open12345.dispatch.advice.features import NAMES, Candidate
from open12345.dispatch.models import Learnt, TrainedClassifier

#: Raised where a feature means something else than before: older weights would be wrong.
_VERSION: Final = 2


class WeightsError(Exception):
    """A file of weights that this version cannot read."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a feature adds to the logit; `slope` and `shift` make a probability of it that can be relied on."""

    shift: float
    of: Mapping[str, float] = field(default_factory=dict)
    calibrated: tuple[float, float] = (1.0, 0.0)
    number: int | None = None

    def parts(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return what each feature of a unit adds."""
        return {name: self.of.get(name, 0.0) * value for name, value in values.items()}

    def score(self, values: Mapping[str, float]) -> float:
        """Return the logit before calibration."""
        return self.shift + sum(self.parts(values).values())

    def probability(self, values: Mapping[str, float]) -> float:
        """Return how likely the unit keeps the order."""
        slope, shift = self.calibrated
        return sigmoid(slope * self.score(values) + shift)

    def dump(self) -> bytes:
        """Return the file."""
        told = {"version": _VERSION, "shift": self.shift, "of": dict(self.of), "calibrated": list(self.calibrated)}
        return json.dumps(told, sort_keys=True).encode()


#: Before anything is trained the duty list leads, practice corrects it where it is clear, a return counts strongly.
DEFAULT: Final = Weights(
    shift=-2.6,
    of={
        "duty": 3.4, "duty_next": 1.0, "territory": 1.2, "share": 0.35, "rate": 0.8,
        "heir": 8.0, "lost": -6.0,
        "recent": 1.6, "recent_others": -1.0, "recent_back": -2.5, "alike": 0.8, "alike_others": -0.4,
        "alike_back": -1.2, "came_back": -4.0, "lent": 5.0,
    },
)  # fmt: skip


def sigmoid(value: float) -> float:
    """Return the probability of a logit."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def ranked(candidates: Sequence[Candidate], weigh: Weights) -> list[tuple[str, float]]:
    """Return units with their probabilities, the likeliest first; together they are never more than certain."""
    sure = [(own.unit, weigh.probability(own.values)) for own in candidates]
    total = max(1.0, sum(probability for _unit, probability in sure))
    return sorted(((unit, probability / total) for unit, probability in sure), key=lambda pair: -pair[1])


def read(file: bytes, number: int | None = None) -> Weights:
    """Return the weights of a file; raises `WeightsError` for one that is not of this version or names other things."""
    try:
        told = json.loads(file)
        of = {str(name): float(value) for name, value in told["of"].items()}
        slope, shift = (float(value) for value in told["calibrated"])
        found = Weights(float(told["shift"]), of, (slope, shift), number)
        version = told["version"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(str(error)) from error
    numbers = [found.shift, slope, shift, *of.values()]
    if version != _VERSION or not set(of) <= set(NAMES) or not all(map(math.isfinite, numbers)):
        raise WeightsError("another version")
    return found


def digest_of(file: bytes) -> str:
    """Return the name of a file by what is in it."""
    return hashlib.sha256(file).hexdigest()


def in_force(pack: str) -> Weights:
    """Return the weights in force for a pack, the default ones where none are or they cannot be read."""
    row = learnt.row_in_force(pack, Learnt.UNIT)
    if row is None:
        return DEFAULT
    found = _read.get(row.digest)
    if found is None:
        found = _read[row.digest] = of_row(row) or DEFAULT
    return found


def of_row(row: TrainedClassifier) -> Weights | None:
    """Return the weights of a stored model, None (and a line in the log) for a damaged one."""
    try:
        return read(bytes(row.file), row.pk)
    except WeightsError:
        learnt.log.exception("recommender %s cannot be read; train another one", row.pk)
        return None


_read: dict[str, Weights] = {}
