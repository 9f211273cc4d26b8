"""What can be asked about orders. Every list, search, export, API and screen enters by `visible_to` or `get_for`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import cast

from django.contrib.postgres.search import SearchQuery
from django.db import OperationalError, connection
from django.db.models import DateTimeField, Exists, Func, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.directory.roles import CENTRE_ROLES
from open12345.orders import requesters
from open12345.orders.errors import Conflict, NotFound
from open12345.orders.models import (
    Application,
    Assignment,
    Attachment,
    Clock,
    Event,
    ForeignNumber,
    Record,
    Requester,
    WorkOrder,
)
from open12345.orders.rights import Scene
from open12345.orders.stages import Stage
from open12345.orders.store import prepared
from open12345.policy import Pack
from open12345.text import bigrams

_NOW = Func(function="clock_timestamp", output_field=DateTimeField())
_UNIT_ROLES = ("clerk", "approver", "worker")


def database_time() -> datetime:
    """Return the database's time: the one clock that all web and worker machines share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cast("datetime", cast("tuple[object]", cursor.fetchone())[0])


def clock_health() -> dict[str, object]:
    """Return how many clocks run, how many ran out, and how far behind the overdue watch is (seconds)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE due_at < now() AND alarm),
                   coalesce(extract(epoch FROM now() - min(due_at)
                            FILTER (WHERE due_at < now() AND alarm AND breached_at IS NULL)), 0)::int
            FROM orders_clock WHERE stopped_at IS NULL AND paused_at IS NULL
            """
        )
        running, late, behind = cast("tuple[int, int, int]", cursor.fetchone())
    return {"running": running, "late": late, "watch_behind_s": behind}


def visible_to(person: Person, below: Collection[int] | None = None) -> QuerySet[WorkOrder]:
    """Return the orders that exist for `person`.

    The centre sees all but other people's drafts; a unit sees what it or a unit below it was ever given;
    administrators and watchers see none (product.md, "The people who use it").

    `below`: the ids of the person's units and of those below (`units_of`), where the caller knows them. The planner
    then knows how many orders they have; by path it takes every unit for an average one (20 times too few, measured).
    """
    orders = WorkOrder.objects.all()
    if person.kind == "system":
        return orders
    own_draft = Q(stage=Stage.DRAFT, created_by=person.ref) if person.ref else Q(pk__in=[])
    if not person.roles.isdisjoint(CENTRE_ROLES):
        return orders.filter(~Q(stage=Stage.DRAFT) | own_draft)
    paths = person.paths(*_UNIT_ROLES)
    if not paths:
        return orders.none()
    given = Assignment.objects.filter(_given_to(paths) if below is None else Q(unit__in=below), order=OuterRef("pk"))
    return orders.filter(Exists(given)).exclude(stage=Stage.DRAFT)


def _given_to(paths: Iterable[str]) -> Q:
    found = Q()
    for path in paths:
        found |= Q(unit__path__startswith=path)
    return found


def units_of(person: Person, known: Iterable[tuple[int, str]] | None = None) -> list[int] | None:
    """Return the ids of the units through which alone the person sees orders; None for who sees them otherwise.

    `known` are (id, path) of all units, active or not, where the caller has them; else one query.
    """
    if person.kind == "system" or not person.roles.isdisjoint(CENTRE_ROLES):
        return None
    paths = person.paths(*_UNIT_ROLES)
    if not paths:
        return []
    rows = Unit.objects.values_list("pk", "path") if known is None else known
    return [pk for pk, path in rows if path.startswith(paths)]


def newest_of(units: Collection[int], before: int | None, at_most: int) -> list[int]:
    """Return the ids, highest first, of the orders last given to `units`, read from an index alone (no door).

    Each unit's own, then the highest of all of them: a few hundred entries per unit however many orders it has. None
    that belongs between two of them is left out; an order given twice counts twice towards `at_most`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"units": list(units), "before": before, "most": at_most})
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


_NEWEST = """
    SELECT mine.order_id
    FROM unnest(%(units)s::bigint[]) AS own (unit),
    LATERAL (
        SELECT order_id FROM orders_assignment
        WHERE unit_id = own.unit AND (%(before)s::bigint IS NULL OR order_id < %(before)s::bigint)
        ORDER BY order_id DESC LIMIT %(most)s
    ) AS mine
    ORDER BY mine.order_id DESC LIMIT %(most)s
"""


def get_for(person: Person, number: str, *, lock: bool = False, wait: bool = True, whole: bool = False) -> WorkOrder:
    """Return the order with `number`; what the person may not see does not exist (`NotFound`).

    `lock` keeps other changes of it out until the transaction ends, yet not links to it from other orders.
    Without `wait`, an order that somebody else has locked is a `Conflict`.
    `whole` brings along what its page shows beside it: area, leading unit, who has it open, and the database's time
    (`asked_at`).
    """
    orders = visible_to(person).select_related("requester")
    if whole:
        orders = orders.select_related("requester", "area", "lead_unit", "claim").annotate(asked_at=_NOW)
    if lock:
        orders = orders.select_for_update(of=("self",), no_key=True, nowait=not wait)
    try:
        order = orders.filter(number=number).first() if number.isprintable() else None
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Conflict(_("工单 %(number)s 正在被别人处理，请稍后再试") % {"number": number}, code="busy") from error
    if order is None:
        raise NotFound(_("没有这件工单"))
    return order


def scene_of(order: WorkOrder, pack: Pack) -> Scene:
    """Return everything a right depends on, in two queries."""
    return Scene(
        order=order,
        pack=pack,
        assignments=assignments_of(order),
        applications=list(order.applications.order_by("pk")),
    )


def assignments_of(order: WorkOrder) -> list[Assignment]:
    """Return every assignment of the order with its unit, the oldest first."""
    return list(order.assignments.select_related("unit").order_by("pk"))


def by_phone(person: Person, phone: str) -> QuerySet[WorkOrder]:
    """Return the visible orders of one caller, found by the blind index of the phone.

    For the centre alone: whoever else could try the four hidden digits of a phone until one hits.
    """
    index = requesters.phone_index(phone)
    if index is None:
        return WorkOrder.objects.none()
    if not (person.is_centre or person.kind == "system"):
        return WorkOrder.objects.none()
    # The callers are looked up first: else the planner walks all orders backwards until a page is full.
    callers = list(Requester.objects.filter(phone_index=index).values_list("pk", flat=True))
    return visible_to(person).filter(requester_id__in=callers)


def by_any_number(person: Person, number: str) -> QuerySet[WorkOrder]:
    """Return the visible orders with this number of ours or of another platform."""
    wanted = number.replace(" ", "").strip()
    if not wanted.isprintable():
        return WorkOrder.objects.none()
    # Two index scans; joined to the other platforms' numbers, every order would be read.
    foreign = list(ForeignNumber.objects.filter(number=wanted).values_list("order_id", flat=True))
    return visible_to(person).filter(Q(number=wanted) | Q(pk__in=foreign))


def by_words(person: Person, words: str) -> QuerySet[WorkOrder]:
    """Return the visible orders whose title, place or body hold all of `words` (two characters or more)."""
    return with_words(visible_to(person), words)


def with_words(orders: QuerySet[WorkOrder], words: str) -> QuerySet[WorkOrder]:
    """Return those of `orders` whose index holds all pairs of characters of `words` (no door)."""
    wanted = sorted(set(bigrams(words)))
    if not wanted:
        return WorkOrder.objects.none()
    quoted = " & ".join("'" + word.replace("\\", "").replace("'", "''") + "'" for word in wanted)
    return orders.filter(search=SearchQuery(quoted, search_type="raw", config="simple"))


def open_orders_of(requester_index: bytes) -> QuerySet[WorkOrder]:
    """Return one caller's orders that are not ended, newest first (domain use: no door)."""
    ended = (Stage.CLOSED, Stage.ARCHIVED, Stage.CANCELLED, Stage.DRAFT)
    return WorkOrder.objects.filter(requester__phone_index=requester_index).exclude(stage__in=ended).order_by("-pk")


def open_texts_of(requester_index: bytes, at_most: int) -> list[tuple[int, str]]:
    """Return (id, body) of one caller's newest open orders (domain use: no door).

    The person is looked up first, on purpose: for the LIMIT alone the planner would walk all orders backwards (16 ms
    at 6,000 orders, measured; so 0.1 ms).
    """
    return cast("list[tuple[int, str]]", prepared(_OPEN_TEXTS, [requester_index, at_most]))


_OPEN_TEXTS = """
    WITH who AS MATERIALIZED (
        SELECT id FROM orders_requester WHERE phone_index = %s ORDER BY id DESC LIMIT 50
    ), mine AS MATERIALIZED (
        SELECT o.id, o.body FROM who JOIN orders_workorder o ON o.requester_id = who.id
        WHERE o.stage NOT IN ('closed', 'archived', 'cancelled', 'draft')
    )
    SELECT id, body FROM mine ORDER BY id DESC LIMIT %s
"""


def timeline(order: WorkOrder) -> QuerySet[Event]:
    """Return the order's history, oldest first."""
    return order.events.order_by("seq")


def clocks_of(order: WorkOrder) -> QuerySet[Clock]:
    """Return all clocks of the order, the running ones by due moment first."""
    return order.clocks.order_by("stopped_at", "due_at")


def records_of(order: WorkOrder) -> QuerySet[Record]:
    """Return what people wrote on the order, oldest first."""
    return order.records.order_by("pk")


def attachments_of(order: WorkOrder) -> QuerySet[Attachment]:
    """Return the order's files, oldest first."""
    return order.attachments.order_by("pk")


def inbox(person: Person) -> QuerySet[Application]:
    """Return the pending applications on visible orders; `rights` tells which this person decides."""
    return (
        Application.objects.filter(state="pending", order__in=visible_to(person))
        .select_related("order", "asked_unit", "assignment__parent")
        .order_by("asked_at")
    )
