"""How much each feature weighs is learnt from the centre's own orders, each asked as of the moment of its dispatch.

The newest dispatches are held back. The regression leans on the default weights, so that few orders move it little;
its probabilities are set right on the newest part of what was learnt. Nothing is used that was not known at the time,
but for the category, which is that under which the order ended.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from open12345.classify import calibration_error
from open12345.directory.person import Person
from open12345.dispatch import learning
from open12345.dispatch.advice import replay
from open12345.dispatch.advice.evidence import WORDS
from open12345.dispatch.advice.features import NAMES
from open12345.dispatch.advice.replay import Sent
from open12345.dispatch.advice.weights import DEFAULT, Weights, digest_of, of_row, ranked
from open12345.dispatch.models import Learnt, TrainedClassifier
from open12345.policy import Pack

#: Dispatches that are learnt from, the newest; fewer than `LEAST` teach nothing.
MOST: Final = 12_000
LEAST: Final = 300
#: Part of what is learnt that probabilities are set right on.
_CALIBRATED: Final = 0.25
#: How many dispatches the default weights count for.
_LEANING: Final = 20.0
_ROUNDS: Final = 25
_TEXTS: Final = 40_000
_SEED: Final = 12345

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How good a ranking is on dispatches: the keeper first, among three; beside it who stands first in the list."""

    orders: int
    accuracy: float
    top3: float
    calibration_error: float
    log_loss: float
    list_accuracy: float
    per_second: float

    def as_json(self) -> dict[str, Any]:
        """Return it as cards and commands tell it."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def teach(pack: Pack, *, by: Person, at: datetime, most: int = replay.MOST) -> TrainedClassifier:
    """Train on the newest dispatches and keep the weights with their card, not yet in force; raises `NotLearnt`."""
    WORDS.make_room(_TEXTS)
    story = replay.read(pack, at=at, most=most)
    sent = list(replay.replay(pack, story, most=MOST))
    cut = round(len(sent) * (1 - learning.HELD_BACK))
    taught, held = sent[:cut], sent[cut:]
    if len(taught) < LEAST:
        raise learning.NotLearnt(
            f"{len(sent)} dispatches were kept in the end, too few to learn from: {LEAST} are needed besides those "
            "that are held back. Until then the default weights are used."
        )
    begun = time.process_time()
    found = fit(taught, upset(pack, story, until=taught[-1].at))
    took = time.process_time() - begun
    card = {
        "texts": len(taught), "labels": {},
        "first_day": taught[0].at.isoformat(), "last_day": taught[-1].at.isoformat(),
        "source": f"{pack.id}: dispatches of orders that a unit kept",
        "measures": {"held_back": measured(found, held).as_json() | {"train_seconds": round(took, 2)},
                     "default_weights": measured(DEFAULT, held).as_json()},
        "settings": {"weights": {name: round(value, 4) for name, value in found.of.items()},
                     "shift": round(found.shift, 4), "calibrated": [round(value, 4) for value in found.calibrated]},
    }  # fmt: skip
    file = found.dump()
    return learning.keep(pack, Learnt.UNIT, card, digest_of(file), file, by=by, at=at)


def upset(pack: Pack, story: replay.Story, *, until: datetime) -> list[Sent]:
    """Return dispatches of a past with reorganisations that never were, so that the weights can follow a real one.

    Made of what was known at `until` alone: a share that ended later is not there yet, whenever it was sent.
    """
    known = _before(story, until)
    if not known.shares:
        return []
    found = replay.replay(pack, replay.shaken(known, _SEED), most=MOST)
    return list(found)


def _before(story: replay.Story, until: datetime) -> replay.Story:
    shares = [one for one in story.shares if one.at <= until]
    return replay.Story([one for one in story.taken if one.at <= until], shares)


def fit(taught: Sequence[Sent], upsets: Sequence[Sent] = ()) -> Weights:
    """Return the weights that tell keepers from others, and a calibration of the probability of who stands first.

    `upsets` are learnt from too, yet probabilities are set right on what really happened alone.
    """
    cut = round(len(taught) * (1 - _CALIBRATED))
    rows, kept = _table([*taught[:cut], *upsets])
    start = np.array([DEFAULT.shift, *(DEFAULT.of[name] for name in NAMES)])
    found = _logistic(rows, kept, start)
    weights = Weights(float(found[0]), dict(zip(NAMES, map(float, found[1:]), strict=True)))
    return _calibrated(weights, taught[cut:])


def _table(sent: Sequence[Sent]) -> tuple[Numbers, Numbers]:
    rows = [[1.0, *(own.values.get(name, 0.0) for name in NAMES)] for one in sent for own in one.candidates]
    kept = [float(own.unit == one.keeper) for one in sent for own in one.candidates]
    return np.array(rows, dtype=np.float64), np.array(kept)


def _logistic(rows: Numbers, kept: Numbers, start: Numbers, leaning: float = _LEANING) -> Numbers:
    """Return the maximum a posteriori of a logistic regression around `start`, by Newton's method."""
    found = start.copy()
    pull = np.full(len(start), leaning)
    for _ in range(_ROUNDS):
        sure = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (kept - sure) - pull * (found - start)
        bend = (rows * (sure * (1 - sure))[:, None]).T @ rows + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        found += np.clip(step, -2, 2)
        if float(np.abs(step).max()) < 1e-6:  # noqa: PLR2004 - as good as nothing
            break
    return found


def _calibrated(weights: Weights, sent: Sequence[Sent]) -> Weights:
    """Set slope and shift right on who stands first."""
    best = [
        (max(one.candidates, key=lambda own: weights.score(own.values)), one.keeper) for one in sent if one.candidates
    ]
    if not best:
        return weights
    rows = np.array([[weights.score(own.values), 1.0] for own, _keeper in best])
    right = np.array([float(own.unit == keeper) for own, keeper in best])
    slope, shift = _logistic(rows, right, np.array([1.0, 0.0]), leaning=5.0)
    return Weights(weights.shift, weights.of, (max(0.1, float(slope)), float(shift)))


def measured(weights: Weights, sent: Sequence[Sent]) -> Ranking:
    """Return how good the ranking is; raises `NotLearnt` where there is nothing to measure with."""
    if not sent:
        raise learning.NotLearnt("No dispatch was kept since: there is nothing to measure with yet.")
    begun = time.thread_time()
    lists = [ranked(one.candidates, weights) for one in sent]
    took = time.thread_time() - begun
    first = [found[0] if found else ("", 0.0) for found in lists]
    right = np.array([unit == one.keeper for (unit, _p), one in zip(first, sent, strict=True)])
    sure = np.array([probability for _unit, probability in first])
    listed = [next((own.unit for own in one.candidates if _leads(own)), "") for one in sent]
    return Ranking(
        len(sent), float(right.mean()),
        sum(one.keeper in [unit for unit, _p in found[:3]] for found, one in zip(lists, sent, strict=True)) / len(sent),
        calibration_error(sure, right), _log_loss(sure, right),
        sum(unit == one.keeper for unit, one in zip(listed, sent, strict=True)) / len(sent),
        len(sent) / max(took, 1e-9),
    )  # fmt: skip


def _leads(own: Any) -> bool:
    return bool(own.values.get("duty")) or bool(own.values.get("territory"))


def _log_loss(sure: Numbers, right: NDArray[np.bool_]) -> float:
    safe = np.clip(sure, 1e-6, 1 - 1e-6)
    return float(-np.where(right, np.log(safe), np.log(1 - safe)).mean())


def held_since(pack: Pack, after: datetime, at: datetime) -> list[Sent]:
    """Return the dispatches later than `after`, with what was known at each."""
    WORDS.make_room(_TEXTS)
    return [one for one in replay.replay(pack, replay.read(pack, at=at), since=after, most=MOST) if one.at > after]


def worse(own: Ranking, other: Ranking) -> str:
    """Return in which figure a ranking is worse than another on the same dispatches, "" for none."""
    if own.accuracy < other.accuracy:
        return f"accuracy {own.accuracy:.3f} < {other.accuracy:.3f}, n={own.orders}"
    if math.isclose(own.accuracy, other.accuracy) and own.log_loss > other.log_loss:
        return f"log_loss {own.log_loss:.3f} > {other.log_loss:.3f}, n={own.orders}"
    return ""


learning.add_kind(
    Learnt.UNIT,
    learning.Kind(
        read=of_row, without=lambda: DEFAULT, held=held_since,
        measured=lambda model, _pack, held: measured(model, held), worse=worse,
        told=lambda figures: f"accuracy {figures.accuracy:.3f}, first 3 {figures.top3:.3f}",
    ),
)  # fmt: skip
