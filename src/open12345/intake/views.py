"""Screens of the intake room: the desk, the form of a new order or a draft, what a caller has open."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.directory import access
from open12345.directory.web import client_ip, needs
from open12345.intake import desk as own
from open12345.orders import lists, queries, requesters, services, web
from open12345.orders.action_forms import ActionForm, form_for, typed
from open12345.orders.asking import Asking
from open12345.orders.errors import DomainError, NotFound
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import WorkOrder
from open12345.orders.services import Aim, Outcome
from open12345.orders.sight import Sight
from open12345.orders.stages import Stage

WHO = ("agent", "dispatcher")


@needs(*WHO)
@require_GET
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show the agent's drafts and what they took in lately; the door to a new order."""
    sight = web.look(request)
    drafts = own.drafts_of(sight.person)[: lists.SIZE]
    page = lists.page_of(own.taken_in_by(sight.person), request.GET.get("after", ""), by="pk", down=True)
    done = request.GET.get("done", "")
    context = {
        "sight": sight,
        "drafts": [lists.line(order, sight.pack, sight.at) for order in drafts],
        "lines": lists.lines(page.rows, sight.pack, sight.at),
        "page": page,
        "rest": "",
        "done": queries.visible_to(sight.person).filter(number=done).first() if done else None,
    }
    return web.private(render(request, "intake/desk.html", context))


@needs(*WHO)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Show the form of a new order; register it, or keep it as a draft."""
    sight = web.look(request)
    if request.method == "GET":
        said = {"same_call_as": request.GET.get("same_call_as", "")}
        return _form(request, sight, form_for(Asking(ACTIONS["register"], sight, said=said)))
    action = "save_draft" if "draft" in request.POST else "register"
    asking = Asking(ACTIONS["register"], sight, said=typed(request.POST), posted=True)
    form = form_for(asking)
    if "look" in request.POST:
        return _form(request, sight, form)
    try:
        outcome = services.create(action, form.said, by=sight.person, at=sight.at, key=request.POST.get("key", ""))
    except DomainError as error:
        return _form(request, sight, form_for(asking, web.explained(error)), status=error.status)
    return _taken(request, outcome)


def _taken(request: HttpRequest, outcome: Outcome) -> HttpResponseBase:
    if outcome.stage == Stage.DRAFT:
        messages.success(request, _("已暂存：%(number)s") % {"number": outcome.number})
        return redirect("intake:draft", outcome.number)
    return redirect(f"{reverse('intake:desk')}?done={outcome.number}")


def _form(
    request: HttpRequest, sight: Sight, form: ActionForm, *, status: int = 200, draft: WorkOrder | None = None
) -> HttpResponse:
    said = form.asking.said
    callers = _caller(sight, str(said.get("phone", "")))
    context: dict[str, Any] = {"sight": sight, "form": form, "draft": draft, **callers}
    first = said.get("same_call_as")
    if first:
        context["first"] = queries.visible_to(sight.person).select_related("requester").filter(number=first).first()
    return web.private(render(request, "intake/form.html", context, status=status))


@needs(*WHO)
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, number: str) -> HttpResponseBase:
    """Go on with a draft of one's own: as it was typed, for only its author sees it."""
    sight = web.look_at(request, number)
    if sight.order.stage != Stage.DRAFT:
        raise Http404
    if request.method == "GET":
        on = f"order:{number}"
        access.record("draft.open", by=sight.person, at=sight.at, on=on, ip=client_ip(request))
        said = own.as_typed(sight.order)
        return _form(request, sight, form_for(Asking(ACTIONS["edit_draft"], sight, said=said)), draft=sight.order)
    asking = Asking(ACTIONS["edit_draft"], sight, said=typed(request.POST), posted=True)
    form = form_for(asking)
    if "look" in request.POST:
        return _form(request, sight, form, draft=sight.order)
    try:
        return _keep(request, sight, form)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        asking.sight = web.look_at(request, number)
        again = form_for(asking, web.explained(error))
        return _form(request, asking.sight, again, status=error.status, draft=asking.sight.order)


def _keep(request: HttpRequest, sight: Sight, form: ActionForm) -> HttpResponseBase:
    """Write the draft anew; submit it where that was pressed, so that what was typed is kept even if it may not go."""
    number, key = sight.order.number, request.POST.get("key", "")
    seen = request.POST.get("seq", "")[:18]
    aim = Aim(expected=int(seen) if seen.isdecimal() else None)
    outcome = services.perform(number, "edit_draft", form.said, by=sight.person, at=sight.at, key=key, aim=aim)
    if "draft" not in request.POST:
        outcome = services.perform(number, "submit", {}, by=sight.person, at=sight.at, key=f"{key}.submit")
    return _taken(request, outcome)


@needs(*WHO)
@require_POST
def caller(request: HttpRequest) -> HttpResponseBase:
    """Show what the caller of a phone has open; the phone comes by POST and stands in no address."""
    sight = web.look(request)
    context = {"sight": sight, **_caller(sight, request.POST.get("phone", ""))}
    return web.private(render(request, "intake/parts/caller.html", context))


def _caller(sight: Sight, phone: str) -> dict[str, Any]:
    found = own.orders_of_phone(sight.person, phone)
    return {"callers": lists.lines(found, sight.pack, sight.at), "asked_phone": bool(requesters.phone_index(phone))}
