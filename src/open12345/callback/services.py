"""Taking, giving and releasing callback tasks. One transaction each; of two who take the same order one wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from open12345.callback import queries
from open12345.callback.models import CallTask, Ended
from open12345.directory.person import Person
from open12345.orders import news
from open12345.orders.errors import NotAllowed, refuse
from open12345.orders.models import WorkOrder
from open12345.orders.news import News

#: A shift: after it, without a call in between, the order is free again.
SHIFT: Final = timedelta(hours=8)
AT_MOST: Final = 100


@dataclass(frozen=True)
class Taken:
    """What came of taking: numbers taken, and who holds each of the others ("" where it waits for no call any more)."""

    numbers: tuple[str, ...] = ()
    held: tuple[tuple[str, str], ...] = ()


def take(numbers: Sequence[str], *, by: Person, at: datetime) -> Taken:
    """Take the orders `numbers` from the pool; those that others hold stay theirs."""
    _may(by, *queries.CALLERS)
    return _give(numbers, [by.id or 0], by, at)


@transaction.atomic
def take_next(count: int, *, by: Person, at: datetime) -> Taken:
    """Take the `count` orders of the pool that are due first; orders just being taken by others are passed over."""
    _may(by, *queries.CALLERS)
    if not 1 <= count <= AT_MOST:
        raise refuse("count", "range", _("请填写 1 至 %(n)s") % {"n": AT_MOST})
    rows = queries.pool(by, at).order_by("due_at", "pk")
    found = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:count]
    return _give([order.number for order in found], [by.id or 0], by, at)


def assign(numbers: Sequence[str], staff: Sequence[int], *, by: Person, at: datetime) -> Taken:
    """Give orders to agents, evenly: each next one to whoever has least. What others hold stays theirs."""
    _may(by, "floor_supervisor")
    known = list(queries.agents().filter(pk__in=staff).values_list("pk", flat=True))
    if not known or len(known) != len(set(staff)):
        raise refuse("staff", "unknown", _("请选择回访员"))
    return _give(numbers, known, by, at)


@transaction.atomic
def _give(numbers: Sequence[str], staff: Sequence[int], by: Person, at: datetime) -> Taken:
    """Write the tasks, the orders locked: an order that is closed meanwhile is called no more."""
    orders = list(_locked(numbers[:AT_MOST], by))
    held = queries.holders(orders, at)
    free = [order for order in orders if order.pk not in held]
    CallTask.objects.filter(order__in=free, ended_at__isnull=True).update(ended_at=at, ended=Ended.LAPSED)
    load = dict.fromkeys(staff, 0) | queries.loads(staff, at)
    given: dict[int, list[CallTask]] = defaultdict(list)
    for order in free:
        least = min(staff, key=lambda person: load[person])
        load[least] += 1
        given[least].append(CallTask.objects.create(order=order, staff_id=least, at=at, by=by.ref, until=at + SHIFT))
    for whom, tasks in given.items():
        if whom != by.id:
            first = tasks[0]
            news.tell(News("tasks_given", first.order, whom, str(first.pk), by.ref, at, len(tasks)))
    others = [order for order in orders if order.pk in held and held[order.pk].staff_id not in staff]
    theirs = [(order.number, held[order.pk].staff.name) for order in others]
    gone = set(numbers[:AT_MOST]) - {order.number for order in orders}
    return Taken(tuple(order.number for order in free), (*theirs, *((number, "") for number in sorted(gone))))


def _locked(numbers: Iterable[str], by: Person) -> QuerySet[WorkOrder]:
    """Lock in the order of ids, so that two who take several never wait for each other."""
    rows = queries.waiting(by).filter(number__in=list(numbers)).order_by("pk")
    return rows.select_for_update(of=("self",), no_key=True)


def release(numbers: Sequence[str], *, by: Person, at: datetime) -> int:
    """Put orders back into the pool: one's own, or anybody's for the floor supervisor; returns how many."""
    _may(by, *queries.CALLERS)
    tasks = CallTask.objects.filter(order__number__in=numbers[:AT_MOST], ended_at__isnull=True)
    if not by.has("floor_supervisor"):
        tasks = tasks.filter(staff=by.id or 0)
    return tasks.update(ended_at=at, ended=Ended.RELEASED)


def renew(order: WorkOrder, by: Person, at: datetime) -> None:
    """A call was made: whose task it is keeps it for another shift."""
    queries.open_tasks(at).filter(order=order, staff=by.id or 0).update(until=at + SHIFT)


def finish(order: WorkOrder, at: datetime) -> None:
    """The callback is over, whoever made it."""
    CallTask.objects.filter(order=order, ended_at__isnull=True).update(ended_at=at, ended=Ended.DONE)


def _may(by: Person, *roles: str) -> None:
    if not by.has(*roles):
        raise NotAllowed(_("您的岗位不能分派回访"))
