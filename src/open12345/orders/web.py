"""What the views of all desks share: the time, the person, the pack, and one order through its door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise

from open12345.directory import packs
from open12345.directory.web import actor
from open12345.orders import queries
from open12345.orders.errors import DomainError, NotFound, Problem, Refused
from open12345.orders.sight import Sight


@dataclass(frozen=True)
class Desk:
    """A list from which orders are opened; `queue`: after an action one goes on with the list."""

    url_name: str
    title: str | Promise
    queue: bool = True


_desks: dict[str, Desk] = {}


def add_desk(name: str, desk: Desk) -> None:
    """Lend a desk to the order page, under its short name in addresses."""
    _desks[name] = desk


def desk_named(name: str) -> Desk | None:
    """Return a desk by its short name."""
    return _desks.get(name)


def look(request: HttpRequest) -> Sight:
    """Return the eyes of who asks: person, time and pack, no order."""
    at = queries.database_time()
    return Sight(person=actor(request), at=at, pack=packs.shown_at(at))


def look_at(request: HttpRequest, number: str) -> Sight:
    """Return an order as who asks sees it; Http404 where it does not exist for them."""
    person = actor(request)
    try:
        seen = queries.get_for(person, number, whole=True)
    except NotFound as error:
        raise Http404 from error
    at: datetime = seen.asked_at  # type: ignore[attr-defined]
    return Sight(person=person, at=at, pack=packs.shown_at(at), seen=seen)


def look_at_again(sight: Sight) -> Sight | None:
    """Return the order as it is now for the same person; None where it does not exist for them any more."""
    try:
        seen = queries.get_for(sight.person, sight.order.number, whole=True)
    except NotFound:
        return None
    return Sight(person=sight.person, at=sight.at, pack=sight.pack, seen=seen)


def desk_of(request: HttpRequest) -> str:
    """Return the desk from which the page was opened, "" for none."""
    name = request.POST.get("desk") or request.GET.get("desk") or ""
    return name if name in _desks else ""


def private(response: HttpResponse) -> HttpResponse:
    """Keep a page about people out of every cache."""
    response.headers["Cache-Control"] = "no-store, private"
    return response


def explained(error: DomainError) -> list[Problem]:
    """Return what the domain said as problems of a form."""
    if isinstance(error, Refused):
        return list(error.problems)
    return [Problem("__all__", error.code, error.message, error.facts)]
