"""What people call an area: its name without the words for its office, found in a text at once."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from .trees import AreaRow

_ENDING: Final = re.compile(r"(社区)?(居民|村民)?(委员会|居委会|村委会|居委|村委)?$|社区$|[（(].*$")
_KEY: Final = 2
"""Characters by which names are looked up; a shorter one is not taken for a name."""


class SpokenAreas:
    """The spoken names of a pack's areas; roots and grids are not said.

    A text is walked once, however many names there are: each pair of its characters leads to the names that begin so.
    """

    def __init__(self, rows: Iterable[AreaRow]) -> None:
        """Index the names by how they begin, the longest first; of two areas of one name the first."""
        known: dict[str, str] = {}
        for row in rows:
            name = _ENDING.sub("", row.name)
            if row.parent and row.level != "grid" and len(name) >= _KEY:
                known.setdefault(name, row.code)
        self._begins: dict[str, list[tuple[str, str]]] = {}
        for name, code in sorted(known.items(), key=lambda one: -len(one[0])):
            self._begins.setdefault(name[:_KEY], []).append((name, code))

    def found_in(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (name, area) of what stands in a text, each once, in the order of the text."""
        told = set()
        for place in range(len(text) - _KEY + 1):
            for name, code in self._begins.get(text[place : place + _KEY], ()):
                if name not in told and text.startswith(name, place):
                    told.add(name)
                    yield name, code
