"""Our own classifier: the first level, then what lies below it; probabilities multiply.

Pure: everything it needs comes with the texts, and the same texts, settings and seed make the same model.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse

from .classifier import Prediction, Suggestion
from .copies import copies
from .features import Features, Numbers, Settings, Text
from .nodes import Learning, Node, Scores, calibrated, held_out, learn
from .trees import Tree
from .words import Reading, Weights, deciding_words

_ENOUGH: Final = 12
"""A text with fewer known n-grams than this says little."""
_LEAST_KNOWN: Final = 0.05
"""Share of held-out texts that are known less than `floor`."""


Weigh = Callable[[int, Scores], Scores]


class TrainingError(ValueError):
    """Texts from which nothing can be learnt."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Some texts as they were read: rows, share of known n-grams, trust, and the probabilities of both levels."""

    rows: sparse.csr_matrix
    known: Scores
    trust: Scores
    first: Scores
    every: Scores


@dataclass(slots=True)
class Model:
    """Features, the first decision and one below each of its outcomes (of those with more than themselves)."""

    features: Features
    tree: Tree
    root: Node
    branches: dict[str, Node]
    floor: float
    """Known share that 19 of 20 held-out texts reach; below it probabilities give way to what is common."""
    labels: tuple[str, ...] = field(init=False)
    _first: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.labels = tuple(code for first in self.root.codes for code in self.branches[first].codes)
        self._first = np.repeat(
            np.arange(len(self.root.codes)), [len(self.branches[first].codes) for first in self.root.codes]
        )

    def predict(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        """Return the `top` likeliest categories of each text, with the words that decided where asked."""
        return self.answers(texts, top, explain=explain)

    def answers(
        self, texts: Sequence[Text], top: int, *, explain: bool, plain: bool = False, weigh: Weigh | None = None
    ) -> list[Prediction]:
        """Return `predict`, with probabilities that `weigh` makes of ours: (place of the first text, ours of some)."""
        found: list[Prediction] = []
        done = 0
        for rows, known in self.features.batches(texts):
            trust = self._trust(rows, known)
            first, every = self._chances(rows, trust)
            if weigh is not None:
                every = weigh(done, every)
                first = self._summed(every)
            batch = texts[done : done + rows.shape[0]]
            done += rows.shape[0]
            seen = Seen(rows, known, trust, first, every)
            found += self._told(seen, batch if explain else [], top, plain=plain)
        return found

    def _summed(self, every: Scores) -> Scores:
        """Return the probabilities of the first level from those of the labels."""
        starts = np.searchsorted(self._first, np.arange(len(self.root.codes)))
        return np.asarray(np.add.reduceat(every, starts, axis=1), np.float32)

    def probabilities(self, texts: Sequence[Text]) -> tuple[Scores, Scores]:
        """Return the probabilities of the first level (in the order of `root.codes`) and of `labels`, per text."""
        parts = [self._chances(rows, self._trust(rows, known)) for rows, known in self.features.batches(texts)]
        if not parts:
            return np.zeros((0, len(self.root.codes)), np.float32), np.zeros((0, len(self.labels)), np.float32)
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def _chances(self, rows: sparse.csr_matrix, trust: Scores) -> tuple[Scores, Scores]:
        first = self.root.probabilities(rows, trust)
        if len(self.labels) == len(self.root.codes):
            return first, first
        below = [self.branches[code].probabilities(rows, trust) for code in self.root.codes]
        return first, np.concatenate(below, axis=1) * first[:, self._first]

    def _trust(self, rows: sparse.csr_matrix, known: Scores) -> Scores:
        """Return 1 for texts like those of training, falling to 0 where half of what is usual is unknown."""
        by_share = np.clip(2 * known / max(self.floor, 1e-6) - 1, 0, 1)
        by_count = np.clip(np.diff(rows.indptr) / _ENOUGH, 0, 1)
        return np.asarray(by_share * by_count, np.float32)

    def _told(self, seen: Seen, texts: Sequence[Text], top: int, *, plain: bool) -> list[Prediction]:
        first, every = seen.first, seen.every
        best, best_first = ranked(every, top), ranked(first, top)
        strange = 1 - seen.trust * first.max(axis=1)
        told = []
        for place in range(seen.rows.shape[0]):
            weights = self._weights(seen.rows[place]) if texts else None
            reading = Reading.of(self.features, texts[place]) if texts else None
            suggestions = tuple(
                Suggestion(
                    self.labels[n],
                    float(every[place, n]),
                    deciding_words(reading, weights.of(n)) if weights and reading else (),
                )
                for n in best[place]
            )
            above = tuple(Suggestion(self.root.codes[n], float(first[place, n])) for n in best_first[place])
            told.append(Prediction(suggestions, above, float(seen.known[place]), float(strange[place]), plain))
        return told

    def _weights(self, row: sparse.csr_matrix) -> Weights:
        return Weights(row, self.root, tuple(self.branches[code] for code in self.root.codes), self._first)


def train(
    texts: Sequence[Text],
    labels: Sequence[str],
    *,
    tree: Tree | None = None,
    groups: Numbers | None = None,
    settings: Settings | None = None,
    learning: Learning | None = None,
) -> Model:
    """Learn from texts and their labels; raises `TrainingError` where there are fewer than two of either.

    `groups` marks near-copies (found here when not given): calibration never asks about a copy of what it has learnt.
    """
    tree, learning = tree or Tree(), learning or Learning()
    if len(texts) != len(labels) or len(set(labels)) < 2:  # noqa: PLR2004 - else nothing is told apart
        raise TrainingError("A classifier needs a label for every text, and at least two different labels.")
    labels = [str(label) for label in labels]
    features = Features.learn(texts, settings or Settings())
    rows, _known = features.read(texts)
    below = tree.below(labels)
    first_of = {label: n for n, codes in enumerate(below.values()) for label in codes}
    first = np.array([first_of[label] for label in labels])
    parts = calibration_parts(first, copies(texts) if groups is None else groups, learning)
    held = held_out(rows, first, len(below), parts, learning)
    root = learn(rows, first, tuple(below), calibrated([(held, first)]), learning)
    branches = _branches(rows, labels, below, parts, learning)
    return Model(features, tree, root, branches, _floor(texts, parts, features.settings))


def _branches(
    rows: sparse.csr_matrix,
    labels: Sequence[str],
    below: dict[str, tuple[str, ...]],
    parts: Sequence[Numbers],
    learning: Learning,
) -> dict[str, Node]:
    """Learn a decision below each first level; all share one scale, because many have too few texts for their own."""
    members: dict[str, tuple[Numbers, Numbers]] = {}
    held = []
    for first, codes in below.items():
        places = {code: n for n, code in enumerate(codes)}
        mine = np.array([n for n, label in enumerate(labels) if label in places], np.int64)
        own = np.array([places[labels[n]] for n in mine], np.int64)
        members[first] = mine, own
        if len(codes) > 1:
            shares = [np.flatnonzero(np.isin(mine, part)) for part in parts]
            held.append((held_out(rows[mine], own, len(codes), shares, learning), own))
    scale = calibrated(held)
    return {first: learn(rows[mine], own, below[first], scale, learning) for first, (mine, own) in members.items()}


def calibration_parts(labels: Numbers, groups: Numbers, learning: Learning) -> list[Numbers]:
    """Return the held-out parts, groups whole, labels as evenly as they go; none where there are too few groups."""
    if len(np.unique(groups)) < learning.folds or np.bincount(labels).max() < learning.folds:
        return []
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415 - seconds that only learning needs

    dealt = StratifiedGroupKFold(learning.folds, shuffle=True, random_state=learning.seed)
    with warnings.catch_warnings():  # labels with fewer texts than parts are as even as they can be
        warnings.simplefilter("ignore", UserWarning)
        return [part for _rest, part in dealt.split(np.zeros(len(labels)), labels, groups)]


def _floor(texts: Sequence[Text], parts: Sequence[Numbers], settings: Settings) -> float:
    """Return the known share that 19 of 20 texts of one held-out part reach by the n-grams of the others."""
    if not parts:
        return 0.5
    rest = np.setdiff1d(np.arange(len(texts)), parts[0])
    features = Features.learn([texts[n] for n in rest], settings)
    _rows, known = features.read([texts[n] for n in parts[0]])
    return float(np.quantile(known, _LEAST_KNOWN))


def ranked(chances: Scores, top: int) -> Numbers:
    """Return the places of the `top` highest of each row, highest first; equals in their order."""
    return np.argsort(-chances, axis=1, kind="stable")[:, :top]
