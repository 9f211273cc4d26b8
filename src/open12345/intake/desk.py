"""What the intake desk asks of the records: an agent's drafts, what they took in, a caller's orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.timezone import localtime

from open12345.directory.person import Person
from open12345.intake import points, taking
from open12345.orders import lists, queries, requesters
from open12345.orders.models import WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.stages import ENDED, LinkKind, Stage
from open12345.text import phone_key, similarity

_OF_ONE_CALLER: Final = 20
_WHOLE_NUMBER: Final = 5  # digits; before that it is still being typed
_MONTH, _ONE_CALL = timedelta(days=30), timedelta(hours=1)


def drafts_of(person: Person) -> QuerySet[WorkOrder]:
    """Return the person's own drafts, newest first."""
    return queries.visible_to(person).filter(stage=Stage.DRAFT).select_related("lead_unit").order_by("-pk")


def newest_drafts(person: Person, most: int) -> list[WorkOrder]:
    """Return the person's newest drafts, each under the title that was typed last."""
    found = list(drafts_of(person).select_related("lead_unit", "typed")[:most])
    for order in found:
        if hasattr(order, "typed"):
            order.title = order.typed.title
    return found


def taken_in_by(person: Person) -> QuerySet[WorkOrder]:
    """Return the orders that the person took in."""
    own = queries.visible_to(person).filter(created_by=person.ref)
    return own.exclude(stage=Stage.DRAFT).select_related("lead_unit")


def taken_in_today(person: Person, now: datetime) -> int:
    """Return how many orders the person took in since midnight."""
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return taken_in_by(person).filter(accepted_at__gte=midnight).count()


@dataclass(frozen=True)
class Caller:
    """What is known of one phone: its orders, the open ones first, and how often it has called."""

    asked: bool = False
    lines: Sequence[lists.Line] = ()
    open: int = 0
    month: int = 0
    urges: int = 0
    just: frozenset[str] = frozenset()  # taken in by this person a moment ago: of the same call

    @property
    def first_open(self) -> str:
        """The first open order: what one key presses."""
        return next((line.order.number for line in self.lines if line.order.stage not in ENDED), "")


def orders_of_phone(person: Person, phone: str) -> list[WorkOrder]:
    """Return one caller's orders, the open ones first, for the hint "urge instead of a new order"."""
    found = queries.by_phone(person, phone).exclude(stage=Stage.DRAFT).select_related("lead_unit")
    rows = list(found.order_by("-pk")[:_OF_ONE_CALLER])
    return sorted(rows, key=lambda order: order.stage in ENDED)


def caller_of(sight: Sight, phone: str, text: str = "") -> Caller:
    """Return the history of a caller, nothing before there is a whole number; what is like `text` stands first."""
    if len(phone_key(phone)) < _WHOLE_NUMBER or requesters.phone_index(phone) is None:
        return Caller()
    rows = orders_of_phone(sight.person, phone)
    rows.sort(key=lambda order: (order.stage in ENDED, -similarity(text, order.body) if text else 0))
    month, call = sight.at - _MONTH, sight.at - _ONE_CALL
    just = (o for o in rows if o.created_by == sight.person.ref and o.accepted_at and o.accepted_at >= call)
    return Caller(
        asked=True, lines=lists.lines(rows, sight.pack, sight.at), open=sum(o.stage not in ENDED for o in rows),
        month=sum(o.accepted_at is not None and o.accepted_at >= month for o in rows),
        urges=sum(o.urges for o in rows), just=frozenset(o.number for o in just),
    )  # fmt: skip


def carried_over(person: Person, number: str) -> dict[str, Any]:
    """Return what a further order of the same call begins with: the call, its channel, the wish for confidence."""
    said: dict[str, Any] = {"same_call_as": number}
    first = queries.visible_to(person).filter(number=number).first() if number else None
    if first is not None:
        said |= {"call_ref": first.call_ref, "channel": first.channel, "confidential": first.confidential}
    return said


def as_typed(order: WorkOrder) -> dict[str, Any]:
    """Return a draft as its author typed it, field by field of the form."""
    who = requesters.open_requester(order.requester)
    title, place, body = requesters.open_text(order).split("\n", 2) if order.sealed else ("", "", "")
    if not order.sealed:
        title, place, body = order.title, order.place, order.body
    title = "" if title == taking.first_line(body) else title  # made of the description, and to follow it
    foreign = order.foreign_numbers.first()
    link = order.links.filter(kind=LinkKind.SAME_CALL).select_related("other").first()
    upper = localtime(order.upper_due_at).strftime("%Y-%m-%dT%H:%M") if order.upper_due_at else ""
    return {
        "channel": order.channel, "kind": order.kind, "category": order.category, "urgency": order.urgency,
        "order_type": order.order_type, "area": order.area.code if order.area else "", "place": place,
        "longitude": points.as_typed(order.longitude), "latitude": points.as_typed(order.latitude),
        "title": title, "body": body, "name": who.name, "phone": who.phone, "id_number": who.id_number,
        "address": who.address, "anonymous": order.requester.anonymous, "confidential": order.confidential,
        "enterprise": order.requester.enterprise, "origin": order.origin, "upper_due_at": upper,
        "foreign_system": foreign.system if foreign else "", "foreign_number": foreign.number if foreign else "",
        "call_ref": order.call_ref, "same_call_as": link.other.number if link else "",
    }  # fmt: skip
