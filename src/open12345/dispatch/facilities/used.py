"""What the register is used for: a reason for the unit that owns the thing, and what else was said of the thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.dispatch.advice import Tip, lend_source
from open12345.dispatch.facilities.nearby import Match, asked_of, find, find_all, kinds_of
from open12345.dispatch.models import Facility, FoundBy, OrderFacility
from open12345.orders import queries
from open12345.orders.acts import subscribe
from open12345.orders.change import Change
from open12345.orders.models import WorkOrder
from open12345.policy import Pack

TASK: Final = "dispatch.find_facility"
#: How far back orders about the same thing are counted.
DAYS: Final = 90
#: A point at the edge of what is near, another owner's thing nearly as near, a number far from the point: how much less
#: such a reason weighs.
_EDGE, _RIVAL, _FAR = 0.4, 0.5, 0.5


# A reason


def tips(pack: Pack, orders: Sequence[WorkOrder], at: datetime) -> list[list[Tip]]:
    """Return for each order whose thing it is about, by the register; nothing where the owner works no more."""
    del at  # the register as it stands is asked
    if not pack.dispatching.facilities:
        return [[] for _order in orders]
    found = find_all(pack, [asked_of(order) for order in orders])
    return [[_tip(match)] if match and match.facility.owner.active else [] for match in found]


def _tip(match: Match) -> Tip:
    return Tip(match.facility.owner.code, told(match), strength(match), "facility", match.kind.source)


def strength(match: Match) -> float:
    """Return how surely the order is about this thing, 0 to 1."""
    if match.how == FoundBy.SAID:
        return _FAR if match.is_far else 1.0
    near = 1 - _EDGE * (match.metres or 0) / match.kind.within
    return min(near, _RIVAL) if match.rival is not None else near


def told(match: Match) -> str:
    """Return the reason in words that a person can check."""
    said = {
        "kind": match.kind.title, "code": match.facility.code, "owner": match.facility.owner.name,
        "metres": match.metres, "rival": match.rival,
    }  # fmt: skip
    if match.how == FoundBy.SAID:
        if match.is_far:
            return _("设施登记：文中%(kind)s编号 %(code)s 由%(owner)s管理，但距工单位置 %(metres)s 米，请核对") % said
        return _("设施登记：文中%(kind)s编号 %(code)s 由%(owner)s管理") % said
    if match.rival is not None:
        words = _("设施登记：%(kind)s %(code)s（距工单位置 %(metres)s 米）由%(owner)s管理；%(rival)s 米处另有别家的")
        return words % said
    return _("设施登记：%(kind)s %(code)s（距工单位置 %(metres)s 米）由%(owner)s管理") % said


# Which order is about which


def ask(change: Change) -> None:
    """Ask for a look, in the transaction of an order that was taken in or corrected and names a registered kind."""
    order = change.order
    text = f"{order.title}\n{order.place}\n{order.body}"
    named = bool(kinds_of(change.pack, order.category, text))
    if named or (not change.new and OrderFacility.objects.filter(order=order.pk).exists()):
        change.enqueue(TASK, order_id=order.pk)


@transaction.atomic
def look(order_id: int, at: datetime) -> None:
    """Keep which facility an order is about, or that it is about none; a second run finds the same."""
    order = WorkOrder.objects.select_for_update(of=("self",)).filter(pk=order_id).first()
    if order is None:  # a draft that was thrown away
        return
    _version, pack = packs.pack_at(at)
    match = find(pack, asked_of(order))
    if match is None:
        OrderFacility.objects.filter(order=order).delete()
        return
    values = {"facility": match.facility, "how": match.how, "metres": match.metres, "at": at}
    OrderFacility.objects.update_or_create(order=order, defaults=values)


def orders_about(facility: Facility, person: Person) -> QuerySet[WorkOrder]:
    """Return the orders about a facility that exist for `person`."""
    return queries.visible_to(person).filter(facility__facility=facility)


def lately(facility: Facility, person: Person, at: datetime) -> int:
    """Return how many orders about a facility were taken in during the last `DAYS` days."""
    return orders_about(facility, person).filter(accepted_at__gt=at - timedelta(days=DAYS)).count()


def lend() -> None:
    """Lend the reason, and subscribe; called once when the room starts."""
    lend_source("facilities", tips)
    for action in ("register", "submit", "amend"):
        subscribe(action, ask)
