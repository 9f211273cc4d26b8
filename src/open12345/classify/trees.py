"""Where a label stands: which first level it belongs to. Flat where no tree is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ROOT = ""


class TreeError(ValueError):
    """A tree in which a code is above itself."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Code to the code above it; a code that is not named, or whose parent is "", is of the first level."""

    parents: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code in self.parents:
            self.lineage(code)

    def lineage(self, code: str) -> tuple[str, ...]:
        """Return the code and those above it, first level last; raises `TreeError` where it goes in a circle."""
        line = [code]
        while (above := self.parents.get(line[-1], ROOT)) != ROOT:
            if above in line:
                raise TreeError(f"{above} stands above itself.")
            line.append(above)
        return tuple(line)

    def first(self, code: str) -> str:
        """Return the code of the first level that `code` belongs to."""
        return self.lineage(code)[-1]

    def below(self, labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the labels by first level, both in order."""
        found: dict[str, list[str]] = {}
        for label in sorted(set(labels)):
            found.setdefault(self.first(label), []).append(label)
        return {first: tuple(found[first]) for first in sorted(found)}
