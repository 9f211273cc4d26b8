"""The callback queue, and the orders that wait for the platform above."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from open12345.directory.web import needs
from open12345.orders import lists, queries, web
from open12345.orders.stages import ClockKind, Stage


@needs("callback_agent")
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the orders to be called back: never tried first, each by its clock."""
    return _list(request, Stage.CALLBACK, "callback/queue.html")


@needs("dispatcher")
@require_GET
def upper(request: HttpRequest) -> HttpResponseBase:
    """List the orders reported up, whose result the platform above will tell."""
    return _list(request, Stage.REPORTED_UP, "callback/upper.html")


def _list(request: HttpRequest, stage: Stage, template: str) -> HttpResponseBase:
    sight = web.look(request)
    orders = queries.visible_to(sight.person).filter(stage=stage)
    page = lists.page_of(orders.select_related("lead_unit"), request.GET.get("after", ""), by="due_at")
    context = {
        "sight": sight,
        "lines": lists.lines(page.rows, sight.pack, sight.at, ClockKind.CALLBACK),
        "counts": lists.counts(orders, sight.at),
        "page": page,
        "rest": "",
    }
    return web.private(render(request, template, context))
