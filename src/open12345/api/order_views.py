"""Orders over HTTP: take one in, read one, list them, what may be done, do it, see what is masked.

Each operation is one call into the domain; everything it decides, it decides there.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from open12345.api import listing, reading, shapes, showing
from open12345.api.access import caller, needs
from open12345.api.answers import send, send_once
from open12345.api.models import Scope
from open12345.api.schema import takes
from open12345.directory import packs
from open12345.intake.forms import OrderInput
from open12345.orders import privacy, queries, rights, services
from open12345.orders.errors import NotFound
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.services import Aim

router = Router(tags=["orders"])

_CREATED: Final = 201


@router.post(
    "/orders",
    auth=needs(Scope.ORDERS_WRITE),
    response={201: shapes.Done},
    operation_id="register_order",
    openapi_extra=takes(OrderInput, once=True),
)
def register(request: HttpRequest) -> HttpResponse:
    """Take a complete order in (`register`).

    Send an `Idempotency-Key` and repeat the request until an answer comes: the order is made once, and every
    repetition gets the first answer, marked `Idempotent-Replayed: true`.
    """
    who, key = caller(request), reading.idempotency_key(request)
    said = reading.json_body(request)
    outcome = services.create("register", said, by=who.person, at=who.at, key=key)
    return send_once(showing.done(outcome), _CREATED, replayed=outcome.replayed)


@router.get("/orders", auth=needs(Scope.ORDERS_READ), response=shapes.OrderPage, operation_id="list_orders")
def list_orders(request: HttpRequest, filters: Query[listing.Filters]) -> HttpResponse:
    """List the orders that exist for the caller, newest first, or by their last change (`sort=changed`).

    To keep a copy: read with `sort=changed` to the end, and later again from some seconds before the last
    `changed_at` seen; an order that changed meanwhile comes once more.
    """
    reading.check_parameters(request, listing.Filters)
    who = caller(request)
    _version, pack = packs.pack_at(who.at)
    found, after = listing.page(who.person, filters, pack)
    return send(shapes.OrderPage(orders=[showing.row(order, who.at) for order in found], next=after))


@router.get("/orders/{number}", auth=needs(Scope.ORDERS_READ), response=shapes.OrderShape, operation_id="read_order")
def read_order(request: HttpRequest, number: str) -> HttpResponse:
    """Read an order: where it stands, its clocks with their explanation, who has it. The caller is masked."""
    who = caller(request)
    order = queries.get_for(who.person, reading.order_number(number))
    _version, pack = packs.pack_at(who.at)
    return send(showing.order(order, queries.scene_of(order, pack), who.person, who.at))


@router.get(
    "/orders/{number}/events", auth=needs(Scope.ORDERS_READ), response=shapes.History, operation_id="read_history"
)
def read_events(request: HttpRequest, number: str) -> HttpResponse:
    """Read the order's history, oldest first."""
    person = caller(request).person
    order = queries.get_for(person, reading.order_number(number))
    events = [showing.event(line, person) for line in queries.timeline(order)]
    return send(shapes.History(number=order.number, events=events))


@router.get(
    "/orders/{number}/records", auth=needs(Scope.ORDERS_READ), response=shapes.Records, operation_id="read_records"
)
def read_records(request: HttpRequest, number: str) -> HttpResponse:
    """Read what was written on the order (contacts, views on site, answers, reports, callbacks), masked."""
    order = queries.get_for(caller(request).person, reading.order_number(number))
    records = [showing.record(line) for line in queries.records_of(order)]
    return send(shapes.Records(number=order.number, records=records))


@router.get(
    "/orders/{number}/actions", auth=needs(Scope.ORDERS_READ), response=shapes.Offers, operation_id="list_actions"
)
def list_actions(request: HttpRequest, number: str) -> HttpResponse:
    """List what the caller may do to the order now; what is theirs but not possible now says why not."""
    who = caller(request)
    order = queries.get_for(who.person, reading.order_number(number))
    _version, pack = packs.pack_at(who.at)
    offers = [showing.offer(found) for found in rights.offers(queries.scene_of(order, pack), who.person)]
    return send(shapes.Offers(number=order.number, seq=order.head_seq, stage=order.stage, actions=offers))


@router.post(
    "/orders/{number}/actions/{action}",
    auth=needs(Scope.ORDERS_ACT),
    response=shapes.Done,
    operation_id="act",
    openapi_extra=takes(shapes.Asked, once=True),
)
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Do an action to the order.

    One of several who try at the same moment wins; the others get 409 and are told what happened. With
    `expected_seq` the action is done only if nobody has touched the order since it was read.
    """
    who, key = caller(request), reading.idempotency_key(request)
    asked = reading.shape(shapes.Asked, reading.json_body(request))
    aim = Aim(asked.assignment, asked.application, asked.expected_seq, asked.client_at)
    outcome = services.perform(
        reading.order_number(number), _offered(action), asked.data, by=who.person, at=who.at, key=key, aim=aim
    )
    return send_once(showing.done(outcome), 200, replayed=outcome.replayed)


def _offered(action: str) -> str:
    """Files come by their own address, unmasking too (it has its own scope); the platform's own acts by none."""
    if action not in ACTIONS or not ACTIONS[action].offered or ACTIONS[action].creates or action == "unmask":
        raise NotFound(_("没有这个动作"), code="no_such_action")
    return action


@router.post(
    "/orders/{number}/unmask",
    auth=needs(Scope.ORDERS_UNMASK),
    response=shapes.Revealed,
    operation_id="unmask",
    openapi_extra=takes(shapes.AskedToUnmask),
)
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    """See the caller, the words as said, or what was written, in plain. The act and its reason go on record first."""
    who = caller(request)
    asked = reading.shape(shapes.AskedToUnmask, reading.json_body(request))
    values = privacy.reveal(reading.order_number(number), asked.what, asked.reason, by=who.person, at=who.at)
    return send(shapes.Revealed(number=number, what=asked.what, values=values), Cache_Control="no-store")
