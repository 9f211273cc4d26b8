"""What the intake desk asks of the records: an agent's drafts, what they took in, a caller's orders."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime

from open12345.directory.person import Person
from open12345.orders import queries, requesters
from open12345.orders.models import WorkOrder
from open12345.orders.stages import LinkKind, Stage

_OF_ONE_CALLER = 20


def drafts_of(person: Person) -> QuerySet[WorkOrder]:
    """Return the person's own drafts, newest first."""
    return queries.visible_to(person).filter(stage=Stage.DRAFT).select_related("lead_unit").order_by("-pk")


def taken_in_by(person: Person) -> QuerySet[WorkOrder]:
    """Return the orders that the person took in."""
    own = queries.visible_to(person).filter(created_by=person.ref)
    return own.exclude(stage=Stage.DRAFT).select_related("lead_unit")


def orders_of_phone(person: Person, phone: str) -> list[WorkOrder]:
    """Return one caller's orders, the open ones first, for the hint "urge instead of a new order"."""
    found = queries.by_phone(person, phone).exclude(stage=Stage.DRAFT).select_related("lead_unit")
    rows = list(found.order_by("-pk")[:_OF_ONE_CALLER])
    ended = {Stage.CLOSED, Stage.ARCHIVED, Stage.CANCELLED}
    return sorted(rows, key=lambda order: order.stage in ended)


def as_typed(order: WorkOrder) -> dict[str, Any]:
    """Return a draft as its author typed it, field by field of the form."""
    who = requesters.open_requester(order.requester)
    title, place, body = requesters.open_text(order).split("\n", 2) if order.sealed else ("", "", "")
    if not order.sealed:
        title, place, body = order.title, order.place, order.body
    foreign = order.foreign_numbers.first()
    link = order.links.filter(kind=LinkKind.SAME_CALL).select_related("other").first()
    upper = localtime(order.upper_due_at).strftime("%Y-%m-%dT%H:%M") if order.upper_due_at else ""
    return {
        "channel": order.channel, "kind": order.kind, "category": order.category, "urgency": order.urgency,
        "order_type": order.order_type, "area": order.area.code if order.area else "", "place": place,
        "title": title, "body": body, "name": who.name, "phone": who.phone, "id_number": who.id_number,
        "address": who.address, "anonymous": order.requester.anonymous, "confidential": order.confidential,
        "enterprise": order.requester.enterprise, "origin": order.origin, "upper_due_at": upper,
        "foreign_system": foreign.system if foreign else "", "foreign_number": foreign.number if foreign else "",
        "call_ref": order.call_ref, "same_call_as": link.other.number if link else "",
    }  # fmt: skip
