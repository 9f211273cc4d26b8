"""Exact numbers out of shares and chance: what is promised comes out to the last order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: A weight below this counts as impossible, above it as unlikely.
_NEVER = 1e-12


def largest_remainder(total: int, weights: ArrayLike) -> Ints:
    """Divide `total` in proportion to `weights`; the parts sum to `total` and none is off by one or more.

    Of equal remainders the earlier part gets the unit. All weights nought: divided evenly.
    Raises ValueError for a negative total, negative weights or none at all.
    """
    shares = np.asarray(weights, dtype=np.float64)
    if total < 0 or shares.size == 0 or bool((shares < 0).any()):
        message = f"cannot divide {total} by {shares.size} weights"
        raise ValueError(message)
    shares = shares / shares.max() if shares.max() else np.ones_like(shares)
    exact = shares * (total / shares.sum())
    parts: Ints = np.floor(exact + 1e-9).astype(np.int64)
    missing = total - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[:missing]] += 1
    return parts


def below(total: int, weights: ArrayLike, most: int) -> Ints:
    """Divide `total` like `largest_remainder`, but no part above `most`; what is cut off goes to the others.

    Raises ValueError where `most` for every part does not reach the total.
    """
    shares = np.asarray(weights, dtype=np.float64)
    if most * shares.size < total:
        message = f"{shares.size} parts of at most {most} cannot hold {total}"
        raise ValueError(message)
    parts = np.zeros(shares.size, dtype=np.int64)
    free = np.ones(shares.size, dtype=np.bool_)
    while True:
        left = total - int(parts[~free].sum())
        parts[free] = largest_remainder(left, shares[free]) if free.any() else 0
        over = free & (parts > most)
        if not over.any():
            return parts
        parts[over] = most
        free &= ~over


def choose(rng: np.random.Generator, candidates: Ints, weights: Floats | None, count: int) -> Ints:
    """Draw `count` of `candidates` without replacement, in proportion to their weights (Gumbel's top k).

    Candidates of weight nought come last, when no other is left. Raises ValueError where there are too few.
    """
    if count > candidates.size:
        message = f"{count} wanted, {candidates.size} there"
        raise ValueError(message)
    if count == candidates.size:
        return candidates
    keys = rng.gumbel(size=candidates.size)
    if weights is not None:
        keys += np.log(np.maximum(weights, _NEVER))
    return np.sort(candidates[np.argpartition(-keys, count)[:count]]) if count else candidates[:0]


def scatter(rng: np.random.Generator, size: int, weights: Sequence[float]) -> Ints:
    """Give each of `size` places an option so that the options' numbers are exact, in random order."""
    counts = largest_remainder(size, weights)
    return rng.permutation(np.repeat(np.arange(len(counts)), counts))


def draw(rng: np.random.Generator, size: int, weights: ArrayLike) -> Ints:
    """Draw `size` options by chance, in proportion to `weights`."""
    cumulated = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(cumulated, rng.random(size) * cumulated[-1], side="right")
    options: Ints = np.minimum(found, cumulated.size - 1)
    return options
