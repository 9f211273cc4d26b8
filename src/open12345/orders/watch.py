"""What the platform does by itself to many orders: each by the same one function that people use."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.orders import clocks, queries, recomputing, services
from open12345.orders.errors import Conflict, NotFound, Refused
from open12345.orders.models import Assignment, Clock, WorkOrder
from open12345.orders.stages import Stage
from open12345.policy import Pack
from open12345.text import bigrams
from open12345.worktime import add

_AT_ONCE = 1000


def mark_breaches(*, by: Person, at: datetime) -> int:
    """Put on record every alarm clock that ran out unnoticed; return how many (one indexed scan)."""
    late = Clock.objects.filter(
        stopped_at__isnull=True, paused_at__isnull=True, due_at__lt=at, alarm=True, breached_at__isnull=True
    )
    numbers = dict.fromkeys(late.order_by("due_at").values_list("order__number", flat=True)[:_AT_ONCE])
    return sum(_mark(number, by=by, at=at) for number in numbers)


def _mark(number: str, *, by: Person, at: datetime) -> int:
    """Mark what is late of one order; another watcher may have been there since the scan."""
    with transaction.atomic():
        if not _lock(number, by):
            return 0
        running = Clock.objects.filter(order__number=number, stopped_at__isnull=True).order_by("due_at")
        late = [clock.pk for clock in running if clocks.unmarked(clock, at)]
        return len(late) if late and _try(number, "breach", {"clocks": late}, by=by, at=at) else 0


def _lock(number: str, by: Person) -> bool:
    try:
        queries.get_for(by, number, lock=True)
    except NotFound:
        return False
    return True


def _try(number: str, action: str, said: dict[str, object], *, by: Person, at: datetime) -> bool:
    """Do `action`; False where somebody changed the order in between so that it no longer applies."""
    try:
        services.perform(number, action, said, by=by, at=at)
    except (Conflict, NotFound, Refused):
        return False
    return True


def archive_rested(*, by: Person, at: datetime) -> int:
    """Archive the closed orders whose time is over; return how many."""
    _version, pack = packs.pack_at(at)
    closed = WorkOrder.objects.filter(stage=Stage.CLOSED).order_by("closed_at")
    done = 0
    for number, closed_at in closed.values_list("number", "closed_at")[:_AT_ONCE]:
        if closed_at is None or add(pack.calendar(), closed_at, pack.archive_after) > at:
            break
        done += _try(number, "archive", {}, by=by, at=at)
    return done


def recompute(cause: str, *, by: Person, at: datetime) -> int:
    """Compute the running deadlines anew; only orders of which one moves get an event. Return how many did."""
    _version, pack = packs.pack_at(at)
    running = Clock.objects.filter(stopped_at__isnull=True, breached_at__isnull=True).select_related("order")
    numbers = {clock.order.number for clock in running.iterator() if clocks.moved(pack, clock, at)}
    return sum(_recompute(number, cause, pack, by=by, at=at) for number in sorted(numbers))


def _recompute(number: str, cause: str, pack: Pack, *, by: Person, at: datetime) -> bool:
    with transaction.atomic():
        if not _lock(number, by):
            return False
        running = list(Clock.objects.filter(order__number=number, stopped_at__isnull=True).order_by("pk"))
        given = Assignment.objects.filter(order__number=number)
        moves = recomputing.moves(pack, running, given, at)
        return bool(moves) and _try(number, "recompute", {"cause": cause}, by=by, at=at)


def index_words(order_id: int) -> None:
    """Store the bigrams of what may be read in the open, so that any substring of two characters is found."""
    order = WorkOrder.objects.filter(pk=order_id).only("title", "body", "place").first()
    if order is None:
        return
    words = sorted(set(bigrams(f"{order.title} {order.place} {order.body}")))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_workorder SET search = array_to_tsvector(%s) WHERE id = %s", [words, order_id])
