"""Where the process rooms hang in: the effect of each action, extra rules, and who wants to hear of it.

The life-cycle table says who may do what when; a room's `acts.py` says what it does to the order:

    @effect("sign", NoInput)
    def sign(change: Change, said: NoInput) -> None: ...

Upper rooms never reach down: they `subscribe` to an action (same transaction) or ask for a job after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, field_validator

from open12345.orders.errors import Problem
from open12345.orders.inputs import clean_form
from open12345.orders.lifecycle import ACTIONS

if TYPE_CHECKING:
    from open12345.orders.change import Change


_YEARS = range(2000, 2101)


class Input(BaseModel):
    """What must be filled in for an action; unknown fields are refused so that a typing error shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _clean_forms(cls, value: Any) -> Any:
        return clean_form(value) if isinstance(value, dict) else value

    @field_validator("*", mode="after")
    @classmethod
    def _of_our_time(cls, value: Any) -> Any:
        """Working time cannot be computed at the ends of the calendar (years 1 and 9999)."""
        if isinstance(value, datetime) and value.year not in _YEARS:
            raise ValueError(_("年份应在 2000 至 2100 之间"))
        return value


class NoInput(Input):
    """An action that needs nothing but the deed."""


I = TypeVar("I", bound=Input)  # noqa: E741 - the usual name of a single type variable of inputs


@dataclass(frozen=True, slots=True)
class Act:
    """The effect registered for an action, with the input it needs."""

    input: type[Input]
    run: Callable[[Change, Any], None]


_acts: dict[str, Act] = {}
_rules: dict[str, list[Callable[[Change, Any], Iterable[Problem]]]] = defaultdict(list)
_subscribers: dict[str, list[Callable[[Change], None]]] = defaultdict(list)
_tasks: dict[str, list[str]] = defaultdict(list)
_fits: dict[str, Callable[[Any, Any], bool]] = {}


def effect(action: str, takes: type[I]) -> Callable[[Callable[[Change, I], None]], Callable[[Change, I], None]]:
    """Register the decorated function as what `action` does; raises KeyError for an action not in the table."""
    ACTIONS[action]

    def register(run: Callable[[Change, I], None]) -> Callable[[Change, I], None]:
        if action in _acts:
            msg = f"two effects for {action}"
            raise ValueError(msg)
        _acts[action] = Act(takes, run)
        return run

    return register


def rule(action: str) -> Callable[[Callable[[Change, Any], Iterable[Problem]]], Callable[..., Any]]:
    """Register the decorated function as a further check of `action`; it yields problems."""
    ACTIONS[action]

    def register(check: Callable[[Change, Any], Iterable[Problem]]) -> Callable[..., Any]:
        _rules[action].append(check)
        return check

    return register


def subscribe(action: str, handler: Callable[[Change], None]) -> None:
    """Call `handler` inside the transaction of every `action`, after its effect."""
    ACTIONS[action]
    if handler not in _subscribers[action]:
        _subscribers[action].append(handler)


def afterwards(action: str, task: str) -> None:
    """Enqueue `task(order_id=…, seq=…)` with every `action`, in the same transaction."""
    ACTIONS[action]
    if task not in _tasks[action]:
        _tasks[action].append(task)


def only_where(action: str, fits: Callable[[Any, Any], bool]) -> None:
    """Offer `action` only where `fits(order, assignment)` holds; its rules still have the last word."""
    ACTIONS[action]
    _fits[action] = fits


def fits(action: str, order: Any, assignment: Any) -> bool:
    """Say whether there is any point in offering `action` on an order, as whoever holds `assignment`."""
    wanted = _fits.get(action)
    return wanted is None or wanted(order, assignment)


def act_of(action: str) -> Act:
    """Return the act registered for `action`; KeyError means that its room is not installed."""
    return _acts[action]


def rules_of(action: str) -> list[Callable[[Change, Any], Iterable[Problem]]]:
    """Return the further checks of `action`."""
    return _rules[action]


def subscribers_of(action: str) -> list[Callable[[Change], None]]:
    """Return who hears of `action` in its transaction."""
    return _subscribers[action]


def tasks_after(action: str) -> list[str]:
    """Return the tasks to enqueue with `action`."""
    return _tasks[action]


def registered() -> frozenset[str]:
    """Return the names of the actions that have an effect."""
    return frozenset(_acts)
