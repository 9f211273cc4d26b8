"""Standing phrases on screen: the list beside a field, saving what stands in it, and the page to keep order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.directory.web import actor, needs
from open12345.handling import idioms
from open12345.handling.models import Idiom
from open12345.orders import web
from open12345.orders.errors import DomainError, NotFound
from open12345.orders.sight import Sight

_WRITERS: Final = (*UNIT_ROLES, *CENTRE_ROLES)
SCOPES: Final = {"own": __("自己用"), "unit": __("本单位用"), "centre": __("全部人用")}


@needs(*_WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_field(request: HttpRequest) -> HttpResponseBase:
    """List the phrases of a field, a piece of a page; posted, keep what stands in the field first."""
    sight, problem, saved = web.look(request), "", False
    field = request.POST.get("field") or request.GET.get("field", "")
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in ("text", "scope")}
        try:
            idioms.save(field, said["text"], said["scope"] or "own", by=sight.person, at=sight.at, pack=sight.pack)
            saved = True
        except DomainError as error:
            problem = web.explained(error)[0].message
    elif not idioms.title_of(field):
        raise Http404
    context = {
        "found": idioms.for_field(sight.person, field), "problem": problem, "saved": saved, "scopes": _scopes(sight),
    }  # fmt: skip
    status = 422 if problem else 200
    return web.private(render(request, "handling/parts/idioms.html", context, status=status))


def _scopes(sight: Sight) -> list[tuple[str, object]]:
    return [(code, SCOPES[code]) for code in idioms.scopes(sight.person)]


@needs(*_WRITERS)
@require_POST
def used(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Count that a phrase was put into a field."""
    idioms.used(pk, by=actor(request))
    return HttpResponse(status=204)


@needs(*_WRITERS)
@require_GET
def manage(request: HttpRequest) -> HttpResponseBase:
    """Show all phrases that one may use, by field; one's own to be put in order."""
    sight = web.look(request)
    found = idioms.visible(sight.person).select_related("unit").order_by("field", "place", "pk")
    rows = [(idioms.title_of(one.field), one, _owner(one), idioms.may_change(one, sight.person)) for one in found]
    return web.private(render(request, "handling/idioms.html", {"rows": rows, "sight": sight}))


def _owner(idiom: Idiom) -> object:
    if idiom.staff_id is not None:
        return SCOPES["own"]
    return idiom.unit.name if idiom.unit else SCOPES["centre"]


@needs(*_WRITERS)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete a phrase."""
    return _changed(request, lambda: idioms.remove(pk, by=actor(request)))


@needs(*_WRITERS)
@require_POST
def up(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Move a phrase up."""
    return _changed(request, lambda: idioms.up(pk, by=actor(request)))


def _changed(request: HttpRequest, do: Callable[[], None]) -> HttpResponseBase:
    try:
        do()
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("handling:idioms_all")
