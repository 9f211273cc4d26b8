"""What automatic dispatch drops of a person who is erased: the words of their orders that decided (SEC-06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from open12345.orders import privacy


def forget(_index: bytes, requesters: Sequence[int], _at: datetime) -> int:
    """Take the words out of every decision about the orders of a person; return of how many.

    The decision stays with its category, unit, figures and reasons, none of which is taken from what was said.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [list(requesters)])
        return int(cursor.rowcount)


_FORGET: Final = """
    UPDATE dispatch_automaticdispatch AS a SET basis = jsonb_set(a.basis, '{words}', '[]'::jsonb, false)
    FROM orders_workorder o
    WHERE o.id = a.order_id AND o.requester_id = ANY(%s) AND jsonb_array_length(coalesce(a.basis -> 'words', '[]')) > 0
"""


def listen() -> None:
    """Subscribe; called once when the room starts."""
    privacy.on_erasing(forget)
