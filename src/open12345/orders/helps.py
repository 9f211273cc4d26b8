"""What stands at the right of an opened order: rooms lend it, each for the desks where it helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from open12345.orders.sight import Sight


@dataclass(frozen=True)
class Help:
    """One panel. `read` returns what it shows, None where there is nothing to show."""

    name: str
    template: str
    read: Callable[[Sight], Mapping[str, Any] | None]
    desks: frozenset[str]
    order: int = 100


_panels: dict[str, Help] = {}


def lend(panel: Help) -> None:
    """Add a panel; a second one of the same name replaces the first."""
    _panels[panel.name] = panel


def helps_at(desk: str, sight: Sight) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the panels of a desk with what they show, in order."""
    wanted = sorted((p for p in _panels.values() if desk in p.desks), key=lambda p: (p.order, p.name))
    shown = ((panel.template, panel.read(sight)) for panel in wanted)
    return [(template, found) for template, found in shown if found is not None]
