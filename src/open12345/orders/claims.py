"""Who has an order open at a desk (占有): shown to others, let go on leaving or idle, never in anybody's way.

A claim is no lock: two savers are told apart by the order's seq (`services.Aim.expected`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast

from django.db import connection

from open12345.directory.person import Person
from open12345.orders.models import Claim, WorkOrder
from open12345.orders.stages import Stage

#: How long an open page holds its order without a sign of life.
IDLE: Final = timedelta(minutes=5)
#: At which stage a desk takes the order it opens, and whose desk that is.
DESKS: Final = {Stage.ACCEPTED: "dispatcher", Stage.REVIEW: "reviewer", Stage.CALLBACK: "callback_agent"}


def wants(order: WorkOrder, person: Person) -> bool:
    """Say whether opening the order makes `person` its holder."""
    role = DESKS.get(Stage(order.stage))
    return role is not None and person.has(role)


def take(order: WorkOrder, by: Person, at: datetime) -> Claim | None:
    """Hold the order for `by` until `at` + IDLE unless somebody else does; returns who holds it now.

    One statement: of two desks that open the order together one holds it.
    """
    if by.id is None:
        return held(order, at)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders_claim (order_id, staff, staff_name, until) VALUES (%s, %s, %s, %s)
            ON CONFLICT (order_id) DO UPDATE
            SET staff = EXCLUDED.staff, staff_name = EXCLUDED.staff_name, until = EXCLUDED.until
            WHERE orders_claim.staff = EXCLUDED.staff OR orders_claim.until < %s
            RETURNING staff, staff_name, until
            """,
            [order.pk, by.id, by.name, at + IDLE, at],
        )
        row = cast("tuple[int, str, datetime] | None", cursor.fetchone())
    if row is None:
        return held(order, at)
    return Claim(order=order, staff=row[0], staff_name=row[1], until=row[2])


def held(order: WorkOrder, at: datetime) -> Claim | None:
    """Return who holds the order at `at`, None for nobody; no query where the order brought its claim along."""
    if "claim" in order._state.fields_cache:
        brought: Claim | None = getattr(order, "claim", None)
        return brought if brought is not None and brought.until >= at else None
    return Claim.objects.filter(order=order, until__gte=at).first()


def release(order: WorkOrder, by: Person, until: datetime | None = None) -> bool:
    """Let the order go; with `until`, only the very claim that a page took, not one taken since."""
    mine = Claim.objects.filter(order=order, staff=by.id or 0)
    if until is not None:
        mine = mine.filter(until=until)
    return mine.delete()[0] > 0
