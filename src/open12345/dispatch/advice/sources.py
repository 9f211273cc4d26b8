"""Who else knows something about who looks after a matter: rooms lend what they know (the facility register)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from open12345.dispatch.advice.shapes import Tip
from open12345.orders.models import WorkOrder
from open12345.policy import Pack

#: Reads a page of orders at once and returns tips for each, in the same order: a list may not ask once per row.
Read: TypeAlias = Callable[[Pack, Sequence[WorkOrder], datetime], Sequence[Sequence[Tip]]]

_lent: dict[str, Read] = {}


def lend_source(name: str, read: Read) -> None:
    """Add a source; a second one of the same name replaces the first."""
    _lent[name] = read


def tips(pack: Pack, orders: Sequence[WorkOrder], at: datetime) -> list[list[Tip]]:
    """Return for each order what all lent sources say, units that the pack does not have left out."""
    found: list[list[Tip]] = [[] for _ in orders]
    for read in _lent.values():
        for own, said in zip(found, read(pack, orders, at), strict=True):
            own += [tip for tip in said if tip.lead in pack.unit_tree]
    return found
