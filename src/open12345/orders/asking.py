"""How each field of an action is asked on a screen: its choices, its first value, when it is shown.

The pydantic input of an action says what there is; rooms say here how people fill it in:

    ask("outcome", "contact", choices=contact_outcomes, radios=True)

Nothing here decides: what is posted goes to `services`, whose rules have the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from django.utils.functional import Promise

from open12345.orders.lifecycle import ACTIONS, Action
from open12345.orders.models import Application, Assignment
from open12345.orders.sight import Sight

#: Django's own form: (value, title) or (group, [(value, title), …]).
Choices: TypeAlias = list[tuple[str, Any]]
Aside: TypeAlias = tuple[str, Mapping[str, Any]]
ANY: Final = "*"


@dataclass(frozen=True)
class Asking:
    """An action about to be filled in by one person; `said` is what was typed so far, by field path."""

    action: Action
    sight: Sight
    assignment: Assignment | None = None
    application: Application | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""

    def value(self, name: str) -> str:
        """Return what was typed into a field, or what the order holds of that name."""
        if name in self.said:
            return str(self.said[name])
        return str(getattr(self.sight.seen, name, "") or "")

    @property
    def started(self) -> bool:
        """Say whether anything was typed yet."""
        return bool(self.said)


@dataclass(frozen=True)
class Way:
    """How one field is asked. `needed` marks what a rule demands though the input itself does not."""

    choices: Callable[[Asking], Choices] | None = None
    first: Callable[[Asking], Any] | None = None
    shown: Callable[[Asking], bool] | None = None
    needed: Callable[[Asking], bool] | None = None
    hint: str | Promise = ""
    radios: bool = False
    again: bool = False  # another choice changes what else is asked
    blank: str | Promise = ""  # the words for "nothing chosen"
    when: str = ""  # "field=value": folded away in the browser until that is chosen
    hidden: bool = False
    lines: int = 4


PLAIN: Final = Way()
_ways: dict[tuple[str, str], Way] = {}
_asides: dict[str, Callable[[Asking], Aside]] = {}
_orders: dict[str, tuple[str, ...]] = {}


def ask(name: str, *actions: str, **how: Any) -> None:
    """Say how the field `name` of `actions` is asked (of every action where none is named)."""
    for action in actions or (ANY,):
        if action != ANY:
            ACTIONS[action]
        _ways[action, name] = replace(_ways.get((action, name), PLAIN), **how)


def way_of(action: str, name: str) -> Way:
    """Return how a field is asked: as said for the action, else for every action."""
    return _ways.get((action, name)) or _ways.get((ANY, name)) or PLAIN


def aside(*actions: str) -> Callable[[Callable[[Asking], Aside]], Callable[[Asking], Aside]]:
    """Register what stands beside the form of `actions`: a template and what it shows."""

    def register(make: Callable[[Asking], Aside]) -> Callable[[Asking], Aside]:
        for action in actions:
            ACTIONS[action]
            _asides[action] = make
        return make

    return register


def aside_of(asking: Asking) -> Aside | None:
    """Return what stands beside the form, None for nothing."""
    make = _asides.get(asking.action.name)
    return make(asking) if make else None


def order_of_fields(action: str, *names: str) -> None:
    """Ask the fields `names` of `action` first, in this order."""
    ACTIONS[action]
    _orders[action] = names


def in_order(action: str, names: list[str]) -> list[str]:
    """Return `names` in the order in which `action` asks them."""
    first = [name for name in _orders.get(action, ()) if name in names]
    return first + [name for name in names if name not in first]


def titles(choices: Choices) -> dict[str, str]:
    """Return value → title of a list of choices, groups flattened."""
    found: dict[str, str] = {}
    for value, title in choices:
        found |= titles(title) if isinstance(title, list) else {str(value): str(title)}
    return found
