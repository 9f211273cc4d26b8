"""The dispatch queue: what waits for a unit, by clock, with whom the duty list names."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from open12345.directory.web import needs
from open12345.dispatch.asked import Reasoned, reasoned
from open12345.orders import lists, queries, web
from open12345.orders.stages import ClockKind, Stage


@dataclass(frozen=True)
class Waiting:
    """An order of the queue with the first suggestion."""

    line: lists.Line
    suggestion: Reasoned | None


@needs("dispatcher")
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the orders that wait for dispatch, the one due first on top."""
    sight = web.look(request)
    orders = queries.visible_to(sight.person).filter(stage=Stage.ACCEPTED)
    if request.GET.get("returned"):
        orders = orders.filter(returns_granted__gt=0)
    page = lists.page_of(orders.select_related("area"), request.GET.get("after", ""), by="due_at")
    lines = lists.lines(page.rows, sight.pack, sight.at, ClockKind.DISPATCH)
    context = {
        "sight": sight,
        "waiting": [Waiting(one, next(iter(reasoned(sight.pack, one.order)), None)) for one in lines],
        "counts": lists.counts(orders, sight.at),
        "page": page,
        "rest": "returned=1" if request.GET.get("returned") else "",
        "returned": bool(request.GET.get("returned")),
    }
    return web.private(render(request, "dispatch/queue.html", context))
