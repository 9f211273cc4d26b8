"""The dispatch queue on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.person import Person
from open12345.orders import dues, queries
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Stage, Urgency
from open12345.ui import home


def queue(person: Person, visit: home.Visit) -> home.Shown:
    """Return what waits for dispatch."""

    def row(order: WorkOrder, url: str) -> home.Row:
        urgent = "" if order.urgency == Urgency.ORDINARY else order.get_urgency_display()
        return dues.row_of(visit, order, url, urgent or order.place)

    waiting = queries.visible_to(person).filter(stage=Stage.ACCEPTED)
    empty = _("没有待派的工单")
    return dues.card(waiting, visit, reverse("dispatch:queue"), row, new="accepted_at", empty=empty)


def lend() -> None:
    """Add the card; called once when the room starts."""
    home.lend(home.Card("dispatch", __("派单"), "dispatch:queue", frozenset({"dispatcher"}), queue, order=20))
