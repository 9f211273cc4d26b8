"""The words of a text that decided: what each n-gram gave to an answer, laid over the characters it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .features import Features, Found, Numbers, Text, shortened
from .nodes import Node

_SHORTEST, _LONGEST = 2, 6
_MOST: Final = 5
_WORTH: Final = 0.25
"""A character must give this share of what the best gives to make a word longer."""
_LEAST: Final = 0.2
"""A word must weigh this share of the weightiest."""
_PARTICLES: Final = frozenset("的了在是和与及就都也被把我你他她它这那有到从对向为")
"""What no word told begins or ends with, where it can do without."""

_TIED, _LOOSE = 0.5, 0.1
"""Bonds (`Features.bonds`) within a word, and between words."""

Given = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """One text's row, and the decisions that were asked."""

    row: sparse.csr_matrix
    root: Node
    branches: tuple[Node, ...]
    first: Numbers
    """Place of the first level of each label."""

    def of(self, label: int) -> dict[int, float]:
        """Return by column what each n-gram spoke for the label, at both decisions, beside the mean of the others."""
        first = int(self.first[label])
        branch = self.branches[first]
        within = label - int(np.flatnonzero(self.first == first)[0])
        given: dict[int, float] = {}
        for node, outcome in ((self.root, first), (branch, within)):
            for column, share in _spoken(self.row, node, outcome):
                given[column] = given.get(column, 0.0) + share
        return given


def _spoken(row: sparse.csr_matrix, node: Node, outcome: int) -> Iterator[tuple[int, float]]:
    if len(node.codes) == 1:
        return
    place, hit = node.met(row.indices)
    weights = node.weights[place]
    beside = (weights.sum(axis=1) - weights[:, outcome]) / (len(node.codes) - 1)
    shares = row.data[hit] * (weights[:, outcome] - beside) * node.scale.slope
    yield from zip(row.indices[hit].tolist(), shares.tolist(), strict=True)


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as words are told of it, read once for all answers: where its n-grams stand, how characters hang."""

    parts: tuple[str, str]
    found: tuple[Found, ...]
    bonds: tuple[Given, ...]

    @classmethod
    def of(cls, features: Features, text: Text) -> Reading:
        """Read a text."""
        parts = (text.title, shortened(text.body, features.settings.longest))
        return cls(parts, tuple(features.locate(text)), tuple(features.bonds(part) for part in parts))


def deciding_words(reading: Reading, given: dict[int, float]) -> tuple[str, ...]:
    """Return up to five runs of 2 to 6 characters of title and body that spoke for an answer, weightiest first.

    No run stands within another; where nothing spoke for the answer, none.
    """
    parts = reading.parts
    laid = [_laid(found, len(part), given) for found, part in zip(reading.found, parts, strict=True)]
    best = max((float(each.max()) for each in laid if len(each)), default=0.0)
    if best <= 0:
        return ()
    runs = [
        run
        for each, part, bonds in zip(laid, parts, reading.bonds, strict=True)
        for run in _runs(part, each, best * _WORTH, bonds)
    ]
    chosen: list[tuple[float, str]] = []
    for weight, word in sorted(runs, key=lambda run: (-run[0], run[1])):
        if len(chosen) == _MOST or (chosen and weight < chosen[0][0] * _LEAST):
            break
        if not any(word in other or other in word for _weight, other in chosen):
            chosen.append((weight, word))
    return tuple(word for _weight, word in chosen)


def _laid(found: Found, length: int, given: dict[int, float]) -> Given:
    """Return what each character gave: an n-gram shares its part among its occurrences and their characters."""
    if not len(found.column):
        return np.zeros(length)
    columns, place, times = np.unique(found.column, return_inverse=True, return_counts=True)
    share = np.array([given.get(column, 0.0) for column in columns.tolist()]) / times
    each = share[place] / found.size
    edge = np.zeros(length + 1)
    np.add.at(edge, found.at, each)
    np.add.at(edge, found.at + found.size, -each)
    return np.cumsum(edge)[:length]


def _runs(part: str, given: Given, floor: float, bonds: Given) -> Iterator[tuple[float, str]]:
    """Yield runs of letters and digits whose characters gave enough, whole words of 2 to 6 characters, with weight."""
    start = 0
    while start < len(part):
        if given[start] < floor or not part[start].isalnum():
            start += 1
            continue
        end = start
        while end < len(part) and given[end] >= floor and part[end].isalnum():
            end += 1
        first, last = _whole(part, bonds, *_cut(given, start, end))
        if last - first >= _SHORTEST:
            yield float(given[first:last].sum()), part[first:last]
        start = end


def _cut(given: Given, start: int, end: int) -> tuple[int, int]:
    """Return the best six characters of a longer run."""
    if end - start > _LONGEST:
        start += int(np.convolve(given[start:end], np.ones(_LONGEST), "valid").argmax())
        end = start + _LONGEST
    return start, end


def _whole(part: str, bonds: Given, start: int, end: int) -> tuple[int, int]:
    """Return the run with the rest of a word it cuts, without the piece of another or a particle at its ends."""

    def joins(place: int) -> bool:
        return 0 < place < len(part) and part[place - 1].isalnum() and part[place].isalnum()

    while end - start < _LONGEST and joins(start) and bonds[start] >= _TIED:
        start -= 1
    while end - start < _LONGEST and joins(end) and bonds[end] >= _TIED:
        end += 1
    if end - start < _SHORTEST:  # a character alone is no word: the neighbour that hangs on it comes along
        before = bonds[start] if joins(start) and part[start - 1] not in _PARTICLES else -1
        after = bonds[end] if joins(end) and part[end] not in _PARTICLES else -1
        if max(before, after) < 0:
            return start, end
        return (start - 1, end) if before > after else (start, end + 1)
    while end - start > _SHORTEST and (part[start] in _PARTICLES or bonds[start + 1] < _LOOSE):
        start += 1
    while end - start > _SHORTEST and (part[end - 1] in _PARTICLES or bonds[end - 1] < _LOOSE):
        end -= 1
    return start, end
