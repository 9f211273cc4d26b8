"""When an order is looked at: with each one that is taken in, in its transaction, where anything goes by itself."""

from __future__ import annotations

from open12345.dispatch.automatic import modes
from open12345.orders.acts import subscribe
from open12345.orders.change import Change

TASK = "dispatch.look"


def taken_in(change: Change) -> None:
    """Ask for a look at a new order; nothing where no category goes by itself: no job, no row, no statement more.

    Where one does, every order gets its look and its row, whatever its category: the watch over unknown matter
    (陌生事项激增) needs to see all that arrives.
    """
    if modes.anything_automatic(change.pack):
        change.enqueue(TASK, order_id=change.order.pk)


def listen() -> None:
    """Subscribe; called once when the room starts."""
    for action in ("register", "submit"):
        subscribe(action, taken_in)
