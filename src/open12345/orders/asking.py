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

from open12345.orders.errors import Problem
from open12345.orders.lifecycle import ACTIONS, Action
from open12345.orders.models import Application, Assignment
from open12345.orders.sight import Sight

#: Django's own form: (value, title) or (group, [(value, title), …]).
Choices: TypeAlias = list[tuple[str, Any]]
Words: TypeAlias = "str | Promise | Callable[[Asking], str]"
Aside: TypeAlias = tuple[str, Mapping[str, Any]]
ANY: Final = "*"


@dataclass
class Asking:
    """An action about to be filled in by one person; `said` is what was typed so far, by field path.

    `posted`: a form came in, what is not there was left empty. `refresh`: it only wants to be asked anew.
    """

    action: Action
    sight: Sight
    assignment: Assignment | None = None
    application: Application | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    posted: bool = False
    refresh: bool = False
    problems: tuple[Problem, ...] = ()

    def wrong(self, name: str) -> bool:
        """Say whether the domain found something wrong with a field."""
        return any(problem.field == name for problem in self.problems)

    def flagged(self, code: str) -> bool:
        """Say whether a rule of the domain objected."""
        return any(problem.code == code for problem in self.problems)

    def value(self, name: str) -> str:
        """Return what was typed into a field, or what the order holds of that name."""
        if name in self.said:
            return str(self.said[name])
        return str(getattr(self.sight.seen, name, "") or "")


@dataclass(frozen=True)
class Way:
    """How one field is asked. `needed` marks what a rule demands though the input itself does not."""

    choices: Callable[[Asking], Choices] | Choices | None = None
    first: Any = None  # a value, or what makes one of the asking
    shown: Callable[[Asking], bool] | None = None
    needed: Callable[[Asking], bool] | bool = False
    hint: Words = ""
    title: Words = ""  # the field's own title where empty
    radios: bool = False
    again: bool = False  # another choice changes what else is asked
    blank: str | Promise = ""  # the words for "nothing chosen"
    when: Words = ""  # "field=value|value": folded away in the browser until that is chosen
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
        _ways[action, name] = replace(way_of(action, name), **how)


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


def made_for(asking: Asking, value: Any) -> Any:
    """Return a value of a `Way`, made for this asking where it depends on it."""
    return value(asking) if callable(value) and not isinstance(value, Promise) else value


def titles(choices: Choices) -> dict[str, str]:
    """Return value → title of a list of choices, groups flattened."""
    found: dict[str, str] = {}
    for value, title in choices:
        found |= titles(title) if isinstance(title, list) else {str(value): str(title)}
    return found
