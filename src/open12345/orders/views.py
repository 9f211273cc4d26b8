"""Screens of the orders room: one order, what may be done to it, the list of all, the applications inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.web import needs
from open12345.orders import bench, claims, deeds, helps, map_card, privacy, services, telling, toasts, undo, web
from open12345.orders.action_forms import ActionForm, form_for, typed
from open12345.orders.asking import Asking, aside_of
from open12345.orders.clock_faces import faces
from open12345.orders.errors import Conflict, DomainError, NotFound
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Claim
from open12345.orders.services import Aim
from open12345.orders.sight import Sight
from open12345.orders.stages import Role

UNPROCESSABLE = 422
#: After these the unit has nothing more to do on the order for now: its desk goes on with the next.
FINISHING = frozenset({"submit_report", "apply", "verify", "hand_down", "grant", "decline", "check_child", "recall"})


# One order


@needs()
@require_GET
def page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show an order as who asks sees it, with the form of what they want (`?do=`) or have to do."""
    if request.GET.get("pane"):
        context = pane_of(request, number, desk=web.desk_of(request))
        return web.private(render(request, "orders/parts/pane.html", context))
    sight = web.look_at(request, number)
    found = deeds.deeds_for(sight)
    return _show(request, sight, found, _form_wanted(request, sight, found))


def pane_of(request: HttpRequest, number: str, *, desk: str) -> dict[str, Any]:
    """Return what an order shows beside the list of a desk; Http404 where it does not exist for who asks."""
    sight = web.look_at(request, number)
    found = deeds.deeds_for(sight)
    form = _form_wanted(request, sight, found)
    panels = helps.helps_at(desk, sight)
    return {**_act(request, sight, found, form), **_whole(sight), "desk": desk, "pane": True, "helps": panels}


def _form_wanted(request: HttpRequest, sight: Sight, found: list[deeds.Deed]) -> ActionForm | None:
    """The form that the address names, else that of the next step."""
    wanted = deeds.deed_wanted(found, request.GET) if "do" in request.GET else deeds.main_deed(sight, found)
    return _form_of(sight, wanted) if wanted is not None and wanted.allowed else None


def _form_of(sight: Sight, deed: deeds.Deed) -> ActionForm:
    aim = {
        "assignment": str(deed.assignment.pk) if deed.assignment else "",
        "application": str(deed.application.pk) if deed.application else "",
    }
    asking = deeds.asking(sight, deed.name, dict(deed.preset), **aim)
    asking.url = _do_url(sight, deed.name)
    return form_for(asking)


def _do_url(sight: Sight, action: str) -> str:
    return reverse("orders:do", args=[sight.order.number, action])


def _show(
    request: HttpRequest, sight: Sight, found: list[deeds.Deed], form: ActionForm | None, *, status: int = 200,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    context = {**_act(request, sight, found, form), **more}
    if request.headers.get("HX-Request"):
        answer = render(request, "orders/parts/act.html", context, status=status)
    else:
        answer = render(request, "orders/page.html", {**context, **_whole(sight)}, status=status)
    answer.headers["Vary"] = "HX-Request"
    return web.private(answer)


def _act(request: HttpRequest, sight: Sight, found: list[deeds.Deed], form: ActionForm | None) -> dict[str, Any]:
    """What the form and its buttons show."""
    desk = web.desk_of(request)
    more = [deed for deed in found if deed.allowed and deed.aside]
    return {
        "more": more,
        "more_open": len(more) == sum(deed.allowed for deed in found)
        or (form is not None and any(deed.name == form.asking.action.name for deed in more)),
        "sight": sight,
        "order": sight.order,
        "allowed": [deed for deed in found if deed.allowed],
        "greyed": [deed for deed in found if not deed.allowed],
        "form": form,
        "doing": form.asking if form else None,
        "rival": deeds.rival_of(form.asking, found) if form else None,
        "aside": aside_of(form.asking) if form else None,
        "desk": desk,
        "back": web.desk_named(desk),
    }


def _whole(sight: Sight) -> dict[str, Any]:
    """What the page shows besides the form."""
    leads = {a.pk for a in sight.scene.assignments if a.role == Role.LEAD and a.parent_id is None}
    running = [c for c in sight.clocks if c.stopped_at is None and c.assignment_id in {None, *leads}]
    stopped = [c for c in sight.clocks if c.stopped_at is not None]
    told = telling.history(sight)
    shown = faces(sight.pack, running, sight.at)
    passed = [one for one in shown if one.state == "stopped"]  # a window that has closed by itself
    return {
        "claim": _claim(sight),
        "clocks": [one for one in shown if one.state != "stopped"],
        "stopped": [*passed, *faces(sight.pack, stopped, sight.at)],
        "told": told,
        "sealed": any(one.sealed for one in told),
        "applications": telling.applications(sight),
        "facts": telling.elements(sight),
        "map": map_card.card(sight),
    }


def _claim(sight: Sight) -> Claim | None:
    """Hold the order where this is the desk it waits for; say who holds it."""
    order, person = sight.order, sight.person
    return claims.take(order, person, sight.at) if claims.wants(order, person) else claims.held(order, sight.at)


@needs()
@require_POST
def do(request: HttpRequest, number: str, action: str) -> HttpResponseBase:
    """Do what the form says; where the domain says no, show the form again with everything typed."""
    if action not in ACTIONS or ACTIONS[action].creates:
        raise Http404
    sight = web.look_at(request, number)
    asking = _posted(request, sight, action)
    form = form_for(asking)
    if asking.refresh:
        found = deeds.deeds_for(sight)
        offered = any(deed.name == action and deed.allowed for deed in found)
        return _show(request, sight, found, form if offered else None)
    try:
        services.perform(
            number, action, form.said, by=sight.person, at=sight.at, key=_key(request), aim=_aim(request, asking)
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return _again(request, number, action, error)
    return _done(request, asking)


def _posted(request: HttpRequest, sight: Sight, action: str) -> Asking:
    aim = {name: request.POST.get(name, "") for name in ("assignment", "application")}
    asking = deeds.asking(sight, action, typed(request.POST), **aim)
    asking.posted, asking.refresh = True, "refresh" in request.POST
    asking.url = _do_url(sight, action)
    return asking


def _key(request: HttpRequest) -> str:
    """The key of the form as it was drawn: the same form sent twice acts once."""
    return request.POST.get("key", "")[:80]


def _aim(request: HttpRequest, asking: Asking) -> Aim:
    return Aim(
        assignment=asking.assignment.pk if asking.assignment else None,
        application=asking.application.pk if asking.application else None,
        expected=_number(request.POST.get("seq", "")),
    )


#: No number of ours has more; Python refuses to read 4,300.
_DIGITS = 18


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None


def _again(request: HttpRequest, number: str, action: str, error: DomainError) -> HttpResponse:
    """Show the form again on the order as it is now: problems at their fields, or what others did meanwhile."""
    sight = web.look_at(request, number)
    form = form_for(_posted(request, sight, action), web.explained(error))
    seen = _number(request.POST.get("seq", ""))
    news = telling.since(sight, seen) if isinstance(error, Conflict) and seen is not None else []
    return _show(request, sight, deeds.deeds_for(sight), form, status=error.status, news=news)


def _done(request: HttpRequest, asking: Asking) -> HttpResponseBase:
    sight = asking.sight
    claims.release(sight.order, sight.person)
    after = web.look_at_again(sight)
    way_back = undo.offer(after, asking.action.name) if after else ""
    messages.success(request, toasts.done(asking, after), extra_tags=way_back)
    return _onward(request, _next_place(request, sight.order.number, asking.action.name))


def _next_place(request: HttpRequest, number: str, action: str) -> str:
    """Where work goes on: the next of the queue, the same order at the desk, or its own page."""
    desk = web.desk_named(web.desk_of(request))
    if desk is None:
        return reverse("orders:page", args=[number])
    return bench.next_place(request, desk, stay="" if desk.queue or action in FINISHING else number)


def _onward(request: HttpRequest, place: str) -> HttpResponseBase:
    """Send the browser on, whether a form or htmx asked."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": place})
    return redirect(place)


@needs()
@require_POST
def take_back(request: HttpRequest, number: str, token: str) -> HttpResponseBase:
    """Undo what was just done, and open the order again."""
    sight = web.look_at(request, number)
    try:
        undo.undo(sight, token)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.info(request, toasts.with_order(_("已撤销"), sight))
    return redirect("orders:page", number)


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


# What is masked


@needs()
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show once what is masked, after the act and its reason are on record."""
    sight = web.look_at(request, number)
    what, reason = request.POST.get("what", ""), request.POST.get("reason", "")
    plain: dict[str, str] = {}
    problem = ""
    try:
        plain = privacy.reveal(number, what, reason, by=sight.person, at=sight.at)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        problem = error.message
    sight = web.look_at(request, number)
    found = deeds.deeds_for(sight)
    context = {
        **_act(request, sight, found, None), **_whole(sight), "what": what,
        "plain": plain, "reason": reason, "problem": problem,
    }  # fmt: skip
    status = UNPROCESSABLE if problem else 200
    if request.headers.get("HX-Request"):
        desk = web.desk_of(request)
        context |= {"pane": True, "helps": helps.helps_at(desk, sight)}
        return web.private(render(request, "orders/parts/pane.html", context, status=status))
    return web.private(render(request, "orders/page.html", context, status=status))


# Claims


@needs()
@require_POST
def hold(request: HttpRequest, number: str) -> HttpResponseBase:
    """Tell that the page is still open and used; answers until when it holds the order."""
    sight = web.look_at(request, number)
    claim = claims.take(sight.order, sight.person, sight.at) if claims.wants(sight.order, sight.person) else None
    mine = claim is not None and claim.staff == sight.person.id
    return HttpResponse(claim.until.isoformat() if claim is not None and mine else "", content_type="text/plain")


@needs()
@require_POST
def let_go(request: HttpRequest, number: str) -> HttpResponseBase:
    """Let the order go when its page is left."""
    sight = web.look_at(request, number)
    until = _moment(request.POST.get("until", ""))
    if until is not None:
        claims.release(sight.order, sight.person, until)
    return HttpResponse(status=204)
