"""What concerns somebody and is no act on an order, such as work that is given out: rooms tell it here, others listen.

Acts are heard by `acts.subscribe`. A listener is called inside the teller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from open12345.orders.models import WorkOrder


@dataclass(frozen=True, slots=True)
class News:
    """One thing for one member of staff; `key` tells it from all others of its kind, `count` is how many of it.

    Without `staff` it is for those of the centre whom the listener's table names for its kind. Without an order it
    leads to `page` (the name of an address), and `facts` (codes and figures, no personal data) say what it is about.
    """

    kind: str
    order: WorkOrder | None
    staff: int | None
    key: str
    by: int | None
    at: datetime
    count: int = 1
    page: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


_listeners: list[Callable[[News], None]] = []


def listen(listener: Callable[[News], None]) -> None:
    """Let `listener` hear all news."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(news: News) -> None:
    """Tell everybody who listens."""
    for listener in _listeners:
        listener(news)
