"""The small answers of the intake desk: caller, panels beside the form, the draft saved while one types, calls."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.web import needs
from open12345.intake import after, appointments, keeping, points
from open12345.intake import desk as own
from open12345.intake.views import WHO, seen
from open12345.orders import hints, web
from open12345.orders.action_forms import form_for, typed
from open12345.orders.asking import Asking
from open12345.orders.errors import DomainError, NotFound
from open12345.orders.lifecycle import ACTIONS


@needs(*WHO)
@require_POST
def caller(request: HttpRequest) -> HttpResponseBase:
    """Show what the caller of a phone has open; the phone comes by POST and stands in no address."""
    sight = web.look(request)
    found = own.caller_of(sight, request.POST.get("phone", ""), request.POST.get("body", "")[:2000])
    context = {"sight": sight, "caller": found}
    return web.private(render(request, "intake/parts/caller.html", context))


@needs(*WHO)
@require_POST
def hint(request: HttpRequest, name: str) -> HttpResponseBase:
    """Fill one panel beside the form by what has been typed so far."""
    panel = hints.panel_named(name)
    if panel is None:
        raise Http404
    sight = web.look(request)
    said = {field: request.POST.get(field, "") for field in panel.of}
    found = panel.read(hints.Talk(sight, said))
    return web.private(render(request, panel.template, {"panel": found, "sight": sight}) if found else HttpResponse())


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
        kept = keeping.keep(form.said, by=sight.person, at=sight.at, key=key, number=number, seen=seen(request))
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
