"""What is told beside a form while somebody types: rooms lend panels, each filled by itself.

The intake desk shows them; it need not know which rooms have something to say. A panel reads what has been typed so
far and stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from open12345.directory.models import Area
from open12345.orders.sight import Sight

if TYPE_CHECKING:  # only its name is needed: scikit-learn is not loaded at every start
    from open12345.classify import Suggestion

#: No panel reads more of a text than this many characters.
_LONGEST = 4000


@dataclass
class Talk:
    """An order as far as it has been typed, and who types it; every value is what stands in the field."""

    sight: Sight
    said: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.said.get(name, "").strip()[:_LONGEST]

    @property
    def text(self) -> str:
        """Title, description and place in one."""
        return "\n".join(filter(None, (self["title"], self["body"], self["place"])))

    @property
    def category(self) -> str:
        """The chosen category, "" for none or one that the pack does not have."""
        return self["category"] if self["category"] in self.sight.pack.category_tree else ""

    @cached_property
    def area(self) -> Area | None:
        """The chosen area."""
        return Area.objects.filter(code=self["area"]).first() if self["area"] else None


@dataclass(frozen=True)
class Panel:
    """One panel: `of` names the fields whose change fills it anew; `read` returns None where it has nothing to say."""

    name: str
    template: str
    of: tuple[str, ...]
    read: Callable[[Talk], Mapping[str, Any] | None]
    order: int = 100


_panels: dict[str, Panel] = {}
_guessers: list[Callable[[Talk], Sequence[Suggestion]]] = []


def lend(panel: Panel) -> None:
    """Add a panel; a second one of the same name replaces the first."""
    _panels[panel.name] = panel


def panel_named(name: str) -> Panel | None:
    """Return a panel."""
    return _panels.get(name)


def panels() -> list[Panel]:
    """Return all panels, in order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.name))


def lend_guesser(read: Callable[[Talk], Sequence[Suggestion]]) -> None:
    """Add one who guesses categories; the likeliest stands first, nothing where there is nothing to go by."""
    if read not in _guessers:
        _guessers.append(read)


def guesses(talk: Talk) -> Sequence[Suggestion]:
    """Return what the first one guesses that has something to say."""
    return next((found for read in _guessers if (found := read(talk))), ())
