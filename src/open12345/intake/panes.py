"""The small answers of the intake desk: help while one types, the draft saved meanwhile, calls."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.web import needs
from open12345.intake import after, appointments, helps, keeping, points
from open12345.intake.views import WHO, seen
from open12345.orders import web
from open12345.orders.action_forms import form_for, typed
from open12345.orders.asking import Asking
from open12345.orders.errors import DomainError, NotFound
from open12345.orders.lifecycle import ACTIONS
from open12345.ui import timing


@needs(*WHO)
@require_POST
def help_(request: HttpRequest) -> HttpResponseBase:
    """Fill the panels that `panels` names ("name:digest", by spaces) by what has been typed.

    What is drawn already stays out. One request for all of them; what is typed comes by POST and stands in no address.
    """
    with timing.stopwatch() as watch, timing.lap("all"):
        with timing.lap("look"):
            sight = web.look(request)
        asked = (one.partition(":") for one in request.POST.get("panels", "").split())
        names = {name: digest for name, _, digest in asked}
        said = {name: request.POST.get(name, "") for name in helps.fields()}
        drawn = helps.draw(request, sight, said, names)
        pieces = [render_to_string("intake/parts/panel.html", {"drawn": one, "again": True}) for one in drawn]
    return web.private(HttpResponse("".join(pieces), headers={"Server-Timing": watch.header()}))


@needs(*WHO)
@require_GET
def dots(request: HttpRequest) -> HttpResponseBase:
    """Return where open orders are, for the map beside the form."""
    return web.private(JsonResponse({"orders": points.open_orders(web.look(request).person)}))


@needs(*WHO)
@require_POST
def keep(request: HttpRequest) -> HttpResponseBase:
    """Save the form as the agent's own draft while it is being filled in."""
    sight = web.look(request)
    form = form_for(Asking(ACTIONS["register"], sight, said=typed(request.POST), posted=True))
    number, key = request.POST.get("number", ""), request.POST.get("key", "")
    try:
        page, mark = keeping.page_in(request.POST), seen(request)
        kept = keeping.keep(form.said, by=sight.person, at=sight.at, key=key, number=number, seen=mark, page=page)
    except DomainError as error:
        return web.private(JsonResponse({"message": error.message}, status=error.status))
    told = _("已自动保存 %(at)s") % {"at": localtime(sight.at).strftime("%H:%M")}
    found = {"number": kept.number, "seq": str(kept.mark), "message": told}
    return web.private(JsonResponse(found))


@needs(*WHO)
@require_POST
def appoint(request: HttpRequest) -> HttpResponseBase:
    """Promise a call on an order that exists."""
    sight = web.look_at(request, request.POST.get("number", ""))
    wishes = after.after(request.POST)
    number = sight.order.number
    try:
        appointments.make(number, wishes.call_at, wishes.said["call_about"], by=sight.person, now=sight.at)
    except DomainError as error:
        messages.error(request, _("没有记下预约回电：%(why)s") % {"why": error.message})
    else:
        messages.success(request, _("已记下预约回电"))
    return redirect("intake:desk")


@needs(*WHO)
@require_POST
def called(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Note what came of a promised call."""
    sight = web.look(request)
    result, told = request.POST.get("result", ""), request.POST.get("told", "")
    try:
        appointments.finish(pk, result, told, by=sight.person, now=sight.at)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已记录回电结果"))
    return redirect("intake:desk")
