"""What can be asked about notices. What one may not see is never told: lists go through `orders.queries.visible_to`."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, cast

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from open12345.directory.person import Person
from open12345.directory.roles import CENTRE_ROLES
from open12345.notify.models import Notice, NoticeSeen
from open12345.orders import queries
from open12345.orders.models import Assignment
from open12345.orders.stages import LIVE_STATES, State

COUNTED: Final = 99
"""How far orders with unseen notices are counted; more is told as "99+"."""
LOOKED_AT: Final = 400
"""How many unseen notices are looked at for it, the newest: one order rarely has more than a few."""
_STANDING: Final = (*LIVE_STATES, State.COPIED)
_ROOT_SLASHES: Final = 2  # "/centre/"


@dataclass(frozen=True)
class Seen:
    """What a person has seen."""

    up_to: int = 0
    also: frozenset[int] = field(default_factory=frozenset)

    def has(self, pk: int) -> bool:
        """Say whether they have seen this notice."""
        return pk <= self.up_to or pk in self.also


def seen_by(person: Person) -> Seen:
    """Return what the person has seen, in one query."""
    row = NoticeSeen.objects.filter(staff=person.id or 0).first()
    return Seen(row.up_to, frozenset(row.also)) if row else Seen()


def notices_of(person: Person) -> QuerySet[Notice]:
    """Return the notices for this person, of orders that exist for them; not of what they did themselves.

    What is about a unit's share goes with the share: once it is taken back or returned, so is the notice.
    """
    if person.kind != "staff" or person.id is None:
        return Notice.objects.none()
    share = Assignment.objects.filter(pk=OuterRef("assignment"), state__in=_STANDING)
    return (
        Notice.objects.filter(_addressed(person), _of_orders(person))
        .filter(Q(assignment__isnull=True) | Exists(share))
        .exclude(by=person.id, by__isnull=False)
    )


def _of_orders(person: Person) -> Q:
    """Of orders that exist for the person; the centre also hears what is about no order.

    The range of one keeps the planner from hashing all orders of the centre for a look at a few hundred notices.
    """
    orders = queries.visible_to(person)
    if not person.is_centre:
        return Q(order__in=orders)
    return Q(order__isnull=True) | Q(Exists(orders.filter(pk__gte=OuterRef("order"), pk__lte=OuterRef("order"))))


def subject_of(order: int | None, notice: int) -> int:
    """Return by what notices are told together: their order, else each by itself (below zero)."""
    return order if order is not None else -notice


def _addressed(person: Person) -> Q:
    """The person themselves, their posts unit by unit, and their posts in the centre."""
    units: dict[int, list[str]] = defaultdict(list)
    centre: list[str] = []
    for role, unit, path in person.posts:
        if unit is not None:
            units[unit].append(role)
        if role in CENTRE_ROLES or path.count("/") == _ROOT_SLASHES:
            centre.append(role)
    whom = Q(staff=person.id)
    for unit, roles in units.items():
        whom |= Q(unit_id=unit, roles__overlap=roles)
    return whom | Q(unit__isnull=True, staff__isnull=True, roles__overlap=centre) if centre else whom


def newest(person: Person, found: QuerySet[Notice], most: int) -> list[Notice]:
    """Return the newest of `found` with their orders.

    A unit's are a small part of all, found by an index of their own and then sorted: the planner would rather walk all
    notices backwards until there are enough, which for a quiet unit never comes (57 ms at 300,000, measured).
    """
    moment = F("at").desc() if person.is_centre else (F("at") + timedelta(0)).desc()
    return list(found.select_related("order").order_by(moment, "-pk")[:most])


def unseen(found: QuerySet[Notice], seen: Seen) -> QuerySet[Notice]:
    """Return those of the notices that have not been seen."""
    return found.filter(pk__gt=seen.up_to).exclude(pk__in=seen.also)


def earlier_told(found: QuerySet[Notice], page: Sequence[Notice]) -> set[int]:
    """Return the orders of a further page that have a newer notice: they stood on a page before it."""
    if not page:
        return set()
    newer = found.filter(order__in={notice.order_id for notice in page}, at__gte=page[0].at)
    newer = newer.filter(Q(at__gt=page[0].at) | Q(pk__gt=page[0].pk))
    return set(newer.order_by().values_list("order_id", flat=True).distinct())


def count_unseen(person: Person) -> int:
    """Return how many orders have notices that the person has not seen, counted to one more than `COUNTED`."""
    found = unseen(notices_of(person), seen_by(person))
    if not person.is_centre:  # few: looked at whole, lest all be walked through
        of_orders = set(found.values_list("order_id", flat=True))
        return min(len(of_orders), COUNTED + 1)
    rows = [subject_of(*row) for row in found.order_by("-pk").values_list("order_id", "pk")[: LOOKED_AT + 1]]
    return COUNTED + 1 if len(rows) > LOOKED_AT else min(len(set(rows)), COUNTED + 1)


def state_of(staff: int) -> str:
    """Return a mark that changes whenever the count of this member of staff may: one statement.

    It is made of everything that the count depends on: their posts, what they have seen, the newest notices for
    these posts, and whether the share that a notice is about still stands. (Whether an order exists for somebody
    changes with their posts alone, once there is a notice of it.) The CASE keeps the planner from thinking that hardly
    any notice is for these roles, and so from reading all of a unit instead of the newest few hundred.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"staff": staff, "most": LOOKED_AT + 1, "centre": sorted(CENTRE_ROLES)})
        row = cast("tuple[object, ...]", cursor.fetchone())
    return hashlib.sha256(repr(row).encode()).hexdigest()[:24]


_STATE: Final = """
    WITH post AS MATERIALIZED (
        SELECT p.unit_id, p.role, p.role = ANY(%(centre)s) OR u.parent_id IS NULL AS of_centre
        FROM directory_post p JOIN directory_unit u ON u.id = p.unit_id WHERE p.staff_id = %(staff)s
    ),
    seen AS MATERIALIZED (
        SELECT coalesce(max(up_to), 0) AS up_to, max(also::text) AS also FROM notify_noticeseen WHERE staff = %(staff)s
    ),
    found AS (
        (SELECT n.id, n.assignment FROM notify_notice n WHERE n.staff = %(staff)s
          AND n.id > (SELECT up_to FROM seen) ORDER BY n.id DESC LIMIT %(most)s)
        UNION ALL
        SELECT p.id, p.assignment FROM (SELECT unit_id, array_agg(role::varchar) AS roles FROM post GROUP BY unit_id) u
          CROSS JOIN LATERAL (
            SELECT n.id, n.assignment FROM notify_notice n WHERE n.unit_id = u.unit_id
            AND CASE WHEN n.roles && u.roles THEN true ELSE false END
            AND n.id > (SELECT up_to FROM seen) ORDER BY n.id DESC LIMIT %(most)s) p
        UNION ALL
        (SELECT n.id, n.assignment FROM notify_notice n WHERE n.unit_id IS NULL AND n.staff IS NULL
          AND EXISTS (SELECT 1 FROM post WHERE of_centre)
          AND CASE WHEN n.roles && (SELECT array_agg(role::varchar) FROM post) THEN true ELSE false END
          AND n.id > (SELECT up_to FROM seen) ORDER BY n.id DESC LIMIT %(most)s)
    )
    SELECT (SELECT array_agg(unit_id || role ORDER BY unit_id, role) FROM post), (SELECT up_to FROM seen),
           (SELECT also FROM seen), (SELECT array_agg(f.id || coalesce(a.state, '') ORDER BY f.id)
                                     FROM found f LEFT JOIN orders_assignment a ON a.id = f.assignment)
"""
