"""What waits for a call: the pool, one's own tasks, and who holds which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from open12345.callback.models import CallTask
from open12345.directory.models import Post, Staff
from open12345.directory.person import Person
from open12345.orders import queries
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Stage

#: Who may hold a task.
CALLERS = ("callback_agent", "floor_supervisor")


def agents() -> QuerySet[Staff]:
    """Return the agents at work in the centre, to whom tasks can be given."""
    holds = Post.objects.filter(staff=OuterRef("pk"), role="callback_agent")
    return Staff.objects.filter(Exists(holds), is_active=True).order_by("name", "pk")


def open_tasks(at: datetime) -> QuerySet[CallTask]:
    """Return the tasks that hold at `at`: neither ended nor run out, of people who still call."""
    still = Post.objects.filter(staff=OuterRef("staff"), role__in=CALLERS)
    return CallTask.objects.filter(Exists(still), ended_at__isnull=True, until__gt=at, staff__is_active=True)


def waiting(person: Person) -> QuerySet[WorkOrder]:
    """Return the orders to be called back that exist for `person`; all closed-report orders are called."""
    return queries.visible_to(person).filter(stage=Stage.CALLBACK)


def pool(person: Person, at: datetime) -> QuerySet[WorkOrder]:
    """Return the orders that nobody has taken."""
    return waiting(person).filter(~Exists(open_tasks(at).filter(order=OuterRef("pk"))))


def mine(person: Person, at: datetime) -> QuerySet[WorkOrder]:
    """Return the orders that `person` has taken or was given."""
    return waiting(person).filter(Exists(open_tasks(at).filter(order=OuterRef("pk"), staff=person.id or 0)))


def counts(person: Person, at: datetime) -> dict[str, dict[str, int]]:
    """Return of "mine", "pool" and "all" how many orders wait, and how many of them are late, in one query."""
    held = open_tasks(at).filter(order=OuterRef("pk"))
    which = {"mine": Q(Exists(held.filter(staff=person.id or 0))), "pool": ~Q(Exists(held)), "all": Q()}
    wanted = {f"{name}_all": Count("pk", filter=where or None) for name, where in which.items()}
    late = {f"{name}_late": Count("pk", filter=where & Q(due_at__lt=at)) for name, where in which.items()}
    found = waiting(person).order_by().aggregate(**wanted, **late)
    return {name: {"all": int(found[f"{name}_all"]), "late": int(found[f"{name}_late"])} for name in which}


def holders(orders: Iterable[WorkOrder], at: datetime) -> dict[int, CallTask]:
    """Return the task of each order that has one."""
    ids = [order.pk for order in orders]
    return {task.order_id: task for task in open_tasks(at).filter(order__in=ids).select_related("staff")}


def holder(order: WorkOrder, at: datetime) -> CallTask | None:
    """Return whose the order's call is, None for nobody's."""
    return open_tasks(at).filter(order=order).select_related("staff").first()


def loads(staff: Iterable[int], at: datetime) -> dict[int, int]:
    """Return how many open tasks each of `staff` has."""
    rows = open_tasks(at).filter(staff__in=staff).values("staff").annotate(n=Count("pk"))
    return {row["staff"]: row["n"] for row in rows}
