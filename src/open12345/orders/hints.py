"""What is told beside a form while somebody types: rooms lend panels, each filled by itself.

The intake desk shows them; it need not know which rooms have something to say. A panel reads what has been typed so
far and stores nothing. All panels of one answer read the same talk, and ask what they share once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from open12345.directory.models import Area
from open12345.orders.sight import Sight
from open12345.text import places

if TYPE_CHECKING:  # only its name is needed: scikit-learn is not loaded at every start
    from open12345.classify import Suggestion

T = TypeVar("T")
#: No panel reads more of a text than this many characters.
_LONGEST = 4000


@dataclass
class Talk:
    """An order as far as it has been typed, and who types it; every value is what stands in the field."""

    sight: Sight
    said: Mapping[str, str] = field(default_factory=dict)
    _asked: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)

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

    @cached_property
    def places(self) -> list[str]:
        """The places that the description names."""
        return places(self["body"])

    @property
    def place(self) -> str:
        """The place that was typed, else the first one named; "" for none."""
        return self["place"] or next(iter(self.places), "")

    def once(self, read: Callable[[Talk], T]) -> T:
        """Return what `read` says of this talk, asked once for all panels."""
        if read not in self._asked:
            self._asked[read] = read(self)
        return cast("T", self._asked[read])


@dataclass(frozen=True)
class Panel:
    """One panel: `of` names the fields whose change fills it anew; `read` returns None where it has nothing to say.

    `place`: beside the form, below the caller's phone, or the strip right below the description on a narrow screen.
    """

    name: str
    template: str
    of: tuple[str, ...]
    read: Callable[[Talk], Mapping[str, Any] | None]
    order: int = 100
    place: Literal["beside", "caller", "strip"] = "beside"


_panels: dict[str, Panel] = {}
_guessers: list[Callable[[Talk], Sequence[Suggestion]]] = []
_offerers: list[Callable[[Talk], Sequence[str]]] = []


def lend(panel: Panel) -> None:
    """Add a panel; a second one of the same name replaces the first."""
    _panels[panel.name] = panel


def panels() -> list[Panel]:
    """Return all panels, in order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.name))


def lend_guesser(read: Callable[[Talk], Sequence[Suggestion]]) -> None:
    """Add one who guesses categories; the likeliest stands first, nothing where there is nothing to go by."""
    if read not in _guessers:
        _guessers.append(read)


def guesses(talk: Talk) -> Sequence[Suggestion]:
    """Return what the first one guesses that has something to say; asked once for a talk."""
    return talk.once(_guesses)


def lend_offers(read: Callable[[Talk], Sequence[str]]) -> None:
    """Add one who knows which categories are offered beside the form, by code, the best first."""
    if read not in _offerers:
        _offerers.append(read)


def first_offered(talk: Talk) -> str:
    """Return the category that is offered first, "" for none: what other panels tell should fit it."""
    return next((codes[0] for read in _offerers if (codes := read(talk))), "")


def _guesses(talk: Talk) -> Sequence[Suggestion]:
    return next((found for read in _guessers if (found := read(talk))), ())
