"""The unit desk (what is due today) and the review queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from open12345.directory.roles import UNIT_ROLES
from open12345.directory.web import needs
from open12345.handling.desk import TABS, counts, tasks_of
from open12345.orders import lists, queries, web
from open12345.orders.listing import Tab
from open12345.orders.models import Assignment
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind, Stage


@dataclass(frozen=True)
class Task:
    """One assignment on the desk."""

    given: Assignment
    line: lists.Line
    when: str  # late, today, later


@needs(*UNIT_ROLES)
@require_GET
def desk(request: HttpRequest) -> HttpResponseBase:
    """List what the person's unit has to do, by clock."""
    sight = web.look(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "todo"
    found = tasks_of(sight.person, tab).select_related("order", "order__lead_unit", "unit", "parent__unit")
    known = counts(sight.person)
    page = lists.page_of(found, request.GET.get("after", ""), by="due_at")
    context = {
        "sight": sight,
        "tasks": _tasks(page.rows, sight),
        "tabs": [Tab(code, title, code == tab, known[code]) for code, (title, _where) in TABS.items()],
        "page": page,
        "rest": f"tab={tab}",
        "tab": tab,
    }
    return web.private(render(request, "handling/desk.html", context))


def _tasks(found: list[Assignment], sight: Sight) -> list[Task]:
    orders = list({given.order_id: given.order for given in found}.values())
    by_order = {line.order.pk: line for line in lists.lines(orders, sight.pack, sight.at)}
    return [Task(given, by_order[given.order_id], _when(given.due_at, sight.at)) for given in found]


def _when(due: datetime | None, now: datetime) -> str:
    if due is None:
        return "later"
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return "late" if due < now else "today" if due <= midnight else "later"


@needs("reviewer")
@require_GET
def reviews(request: HttpRequest) -> HttpResponseBase:
    """List the closing reports that wait for review, the one due first on top."""
    sight = web.look(request)
    orders = queries.visible_to(sight.person).filter(stage=Stage.REVIEW)
    page = lists.page_of(orders.select_related("lead_unit"), request.GET.get("after", ""), by="due_at")
    context = {
        "sight": sight,
        "lines": lists.lines(page.rows, sight.pack, sight.at, ClockKind.REVIEW),
        "counts": lists.counts(orders, sight.at),
        "page": page,
        "rest": "",
    }
    return web.private(render(request, "handling/reviews.html", context))
