"""The menu: rooms add their entries when they start; a page shows those that its reader may open."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

_entries: dict[str, "Entry"] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `roles` empty means everyone who is signed in.

    `count` tells how much waits there for a reader; the home page shows it.
    """

    url_name: str
    label: str | Promise
    roles: frozenset[str] = frozenset()
    order: int = 100
    hint: str | Promise = ""
    count: Callable[[Any], int] | None = None

    def is_for(self, roles: Collection[str]) -> bool:
        """Whether one who holds `roles` may open it."""
        return not self.roles or not self.roles.isdisjoint(roles)

    @property
    def url(self) -> str:
        """Its address."""
        return reverse(self.url_name)


def register(entry: Entry) -> None:
    """Add an entry; a second one for the same page replaces the first."""
    _entries[entry.url_name] = entry


def entries_for(roles: Collection[str]) -> list[Entry]:
    """The entries for one who holds `roles`, in order."""
    found = [entry for entry in _entries.values() if entry.is_for(roles)]
    return sorted(found, key=lambda entry: (entry.order, entry.url_name))


def forget(url_name: str) -> None:
    """Take an entry away (tests)."""
    _entries.pop(url_name, None)
