"""What is made to be printed: the record sheet of an order, and the flow chart."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from open12345.directory.web import needs
from open12345.orders import flow as flows
from open12345.orders import privacy, web
from open12345.orders.errors import DomainError, NotFound
from open12345.orders.sheet import sheet_of
from open12345.orders.sight import Sight

UNPROCESSABLE = 422


@needs()
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the record sheet; posted with a reason, the caller stands on it in plain, this once and on record."""
    sight = web.look_at(request, number)
    opened: dict[str, Any] = {}
    if request.method == "POST":
        opened = _opened(sight, request.POST.get("reason", ""))
    context = {"sight": sight, "order": sight.order, "sheet": sheet_of(sight), **opened}
    status = UNPROCESSABLE if opened.get("problem") else 200
    return web.private(render(request, "orders/sheet.html", context, status=status))


def _opened(sight: Sight, reason: str) -> dict[str, Any]:
    try:
        plain = privacy.reveal(sight.order.number, "requester", reason, by=sight.person, at=sight.at)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return {"problem": web.explained(error)[0].message, "reason": reason}
    return {"plain": plain, "reason": reason}


@needs()
@require_GET
def flow(request: HttpRequest) -> HttpResponseBase:
    """Show the flow chart of the pack in force."""
    sight = web.look(request)
    return _chart(request, sight, flows.drawing(sight.pack))


@needs()
@require_GET
def flow_of(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show where an order stands on the chart, and the way it went."""
    sight = web.look_at(request, number)
    return _chart(request, sight, flows.drawing(sight.pack, sight.events, str(sight.order.stage)), order=sight.order)


def _chart(request: HttpRequest, sight: Sight, drawing: flows.Drawing, **more: Any) -> HttpResponseBase:
    return web.private(render(request, "orders/flow.html", {"sight": sight, "drawing": drawing, **more}))
