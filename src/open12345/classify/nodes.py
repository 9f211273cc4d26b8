"""One decision among a few outcomes: linear scores and probabilities that are meant."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .features import Numbers

Scores = NDArray[np.float32]
_SLOPES: Final = (-1.5, 4.0)
"""Logarithms between which a slope lies."""
_SHIFTS: Final = (-10.0, 10.0)


@dataclass(frozen=True, slots=True)
class Learning:
    """How a decision is learnt; chosen on splits other than those reported (docs/classifier.md)."""

    cost: float = 1.0
    """Of a support vector machine: the higher, the closer to the training texts."""
    even: float = 0.3
    """Share (0-1) of a column's stretch that all have alike; the rest goes by how it tells outcomes apart."""
    balance: float = 0.0
    """0: each text weighs the same; 1: each outcome does."""
    folds: int = 3
    """Held-out parts by which probabilities are calibrated."""
    seed: int = 12345


@dataclass(frozen=True, slots=True)
class Scale:
    """How scores become probabilities: each outcome's own chance against all others, then together 1."""

    slope: float = 5.0
    shift: float = 0.5

    def __call__(self, scores: Scores) -> Scores:
        """Return probabilities; measured on held-out texts half as far off as a softmax of the scores."""
        logs = -np.logaddexp(0, -(scores * np.float32(self.slope) + np.float32(self.shift)))
        found = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(found / found.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True)
class Node:
    """Weights of the columns that count here (`columns`, in order) for each outcome, and how scores are scaled."""

    codes: tuple[str, ...]
    columns: NDArray[np.int32]
    weights: Scores
    bias: Scores
    scale: Scale
    priors: Scores
    """Share of each outcome in training."""

    def scores(self, rows: sparse.csr_matrix) -> Scores:
        """Return a score per row and outcome."""
        if len(self.codes) == 1:
            return np.zeros((rows.shape[0], 1), np.float32)
        if rows.shape[0] == 1:  # somebody waits while typing: no array as wide as all columns
            place, hit = self.met(rows.indices)
            one: Scores = (rows.data[hit, None] * self.weights[place]).sum(axis=0, dtype=np.float32) + self.bias
            return one[None, :]
        found: Scores = picked(rows, self.columns) @ self.weights + self.bias
        return found

    def met(self, indices: NDArray[np.int32]) -> tuple[Numbers, Numbers]:
        """Return which columns count here: their places among `columns`, and where they stand in `indices`."""
        if not len(self.columns):
            none = np.zeros(0, np.int64)
            return none, none
        place = np.searchsorted(self.columns, indices)
        place[place == len(self.columns)] = 0
        hit = np.flatnonzero(self.columns[place] == indices)
        return place[hit], hit

    def probabilities(self, rows: sparse.csr_matrix, trust: Scores) -> Scores:
        """Return the probability of each outcome; what is not trusted (0-1, per row) goes by the priors."""
        own = self.scale(self.scores(rows))
        return trust[:, None] * own + (1 - trust[:, None]) * self.priors[None, :]


def learn(rows: sparse.csr_matrix, labels: Numbers, codes: tuple[str, ...], scale: Scale, learning: Learning) -> Node:
    """Learn one decision; `labels` are places in `codes`, each of which must occur."""
    columns = np.unique(rows.indices).astype(np.int32)
    counts = np.bincount(labels, minlength=len(codes))
    priors = (counts / counts.sum()).astype(np.float32)
    if len(codes) == 1:
        none = np.zeros((0, 1), np.float32)
        return Node(codes, columns[:0], none, np.zeros(1, np.float32), scale, priors)
    weights, bias = linear(picked(rows, columns), labels, len(codes), learning)
    return Node(codes, columns, weights, bias, scale, priors)


def linear(rows: sparse.csr_matrix, labels: Numbers, outcomes: int, learning: Learning) -> tuple[Scores, Scores]:
    """Return weights (columns x outcomes) and bias: a support vector machine for each outcome against all others.

    Columns are stretched beforehand by how differently they stand in the two (log-count ratios, "NBSVM": S. Wang and
    C. Manning, Baselines and Bigrams, ACL 2012); the stretch is part of the weights returned. An outcome without a
    text scores as one that is ruled out.
    """
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - seconds that only learning needs
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    weights = np.zeros((rows.shape[1], outcomes), np.float32)
    bias = np.full(outcomes, -1, np.float32)
    counts = np.bincount(labels, minlength=outcomes)
    met = np.flatnonzero(counts)
    if len(met) < 2:  # noqa: PLR2004 - one alone is told from nothing
        return weights, bias
    whole = np.bincount(rows.indices, minlength=rows.shape[1]).astype(np.float64)
    for outcome in met[:1] if len(met) == 2 else met:  # noqa: PLR2004 - one plane parts two
        inside = np.bincount(rows[labels == outcome].indices, minlength=rows.shape[1]).astype(np.float64)
        stretch = stretched(inside, whole - inside, learning.even)
        far = sparse.csr_matrix((rows.data * stretch[rows.indices], rows.indices, rows.indptr), rows.shape)
        balance = {True: (len(labels) / len(met) / counts[outcome]) ** learning.balance, False: 1.0}
        machine = LinearSVC(C=learning.cost, tol=0.01, random_state=learning.seed, class_weight=balance)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(far, labels == outcome)
        weights[:, outcome], bias[outcome] = machine.coef_[0] * stretch, machine.intercept_[0]
    if len(met) == 2:  # noqa: PLR2004 - the same
        weights[:, met[1]], bias[met[1]] = -weights[:, met[0]], -bias[met[0]]
    return weights, bias


def stretched(inside: NDArray[np.float64], outside: NDArray[np.float64], even: float) -> NDArray[np.float64]:
    """Return the stretch of each column: `even` for all alike, the rest by the size of its log-count ratio."""
    ratio = np.abs(np.log((inside + 1) / (inside + 1).sum()) - np.log((outside + 1) / (outside + 1).sum()))
    usual = np.sqrt(np.mean(ratio**2))
    return np.asarray(even + (1 - even) * ratio / (usual if usual > 0 else 1))


def picked(rows: sparse.csr_matrix, columns: NDArray[np.int32]) -> sparse.csr_matrix:
    """Return the rows with these columns alone, numbered anew; much quicker than indexing."""
    if len(columns) == rows.shape[1]:
        return rows
    place = np.full(rows.shape[1], -1, np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    found = place[rows.indices]
    kept = found >= 0
    ends = np.concatenate([[0], np.cumsum(kept)])[rows.indptr].astype(np.int32)
    return sparse.csr_matrix((rows.data[kept], found[kept], ends), shape=(rows.shape[0], len(columns)))


def held_out(
    rows: sparse.csr_matrix, labels: Numbers, outcomes: int, parts: Sequence[Numbers], learning: Learning
) -> Scores:
    """Return the scores of every text by a decision learnt without its part (places of rows)."""
    scores = np.zeros((rows.shape[0], outcomes), np.float32)
    for part in parts:
        rest = np.setdiff1d(np.arange(rows.shape[0]), part)
        if len(part) and len(rest):
            weights, bias = linear(rows[rest], labels[rest], outcomes, learning)
            scores[part] = rows[part] @ weights + bias
    return scores


def calibrated(held: Sequence[tuple[Scores, Numbers]]) -> Scale:
    """Return the scale that makes held-out scores the likeliest probabilities; a plain one where there are none.

    Much as in Platt's scaling, one text more is thought to have been there for each decision, of which any outcome
    might have been right: however well the held-out texts are told apart, nothing becomes certain.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - seconds that only learning needs

    held = [(scores, labels) for scores, labels in held if len(labels) and scores.shape[1] > 1]
    if not held:
        return Scale()

    def loss(tried: NDArray[np.float64]) -> float:
        scale = Scale(float(np.exp(tried[0])), float(tried[1]))
        return sum(_surprise(np.log(np.maximum(scale(scores), 1e-9)), labels) for scores, labels in held)

    found = minimize(loss, [np.log(5.0), 0.5], method="Nelder-Mead", options={"xatol": 0.01, "fatol": 0.01}).x
    return Scale(float(np.exp(np.clip(found[0], *_SLOPES))), float(np.clip(found[1], *_SHIFTS)))


def _surprise(logs: Scores, labels: Numbers) -> float:
    right = float(logs[np.arange(len(labels)), labels].sum())
    return -(right + float(logs.mean()))
