"""The cards of the home page: rooms lend them when they start; a page shows those of its reader's desks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

Text = str | Promise
TOP = 5
"""How many rows a card shows at most."""


@dataclass(frozen=True, slots=True)
class Visit:
    """When the page is opened, and since when everything counts as new to its reader."""

    at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that opens the very list that it counts. Only what is late may be coloured."""

    label: Text
    value: int
    url: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to do, a click away. It is due, or it happened, at a moment; `happened`: what happened then (申请)."""

    url: str
    title: str
    note: str = ""
    due: datetime | None = None
    at: datetime | None = None
    late: bool = False
    strong: bool = False
    happened: Text = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card shows now: figures, the first rows, or a sentence where there are none."""

    figures: Sequence[Figure] = ()
    rows: Sequence[Row] = ()
    empty: Text = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One desk on the home page. `read` returns None where there is nothing to say at all."""

    name: str
    title: Text
    url_name: str
    roles: frozenset[str]
    read: Callable[[Any, Visit], Shown | None]
    order: int = 100
    aside: bool = False
    action: tuple[str, Text, str] | None = None  # address, words and key of what one comes to do

    @property
    def action_url(self) -> str:
        """Where the action leads."""
        return reverse(self.action[0]) if self.action else ""

    @property
    def url(self) -> str:
        """The list behind it."""
        return reverse(self.url_name)


_cards: dict[str, Card] = {}


def lend(card: Card) -> None:
    """Add a card; a second one of the same name replaces the first."""
    _cards[card.name] = card


def forget(name: str) -> None:
    """Take a card away (tests)."""
    _cards.pop(name, None)


def cards_for(roles: Collection[str], person: object, visit: Visit) -> list[tuple[Card, Shown]]:
    """Return the cards of one who holds `roles`, in order, each with what it shows."""
    mine = sorted((c for c in _cards.values() if not c.roles.isdisjoint(roles)), key=lambda c: (c.order, c.name))
    shown = ((card, card.read(person, visit)) for card in mine)
    return [(card, found) for card, found in shown if found is not None]
