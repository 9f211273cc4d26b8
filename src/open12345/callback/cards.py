"""The callback queue, and what waits for the platform above, on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.person import Person
from open12345.orders import dues, queries
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Stage
from open12345.ui import home


def queue(person: Person, visit: home.Visit) -> home.Shown:
    """Return the orders to be called back, whoever is to call."""
    late = f"{reverse('orders:list')}?state=late&stage={Stage.CALLBACK}"
    lists = {"late": late, "all": f"{reverse('callback:queue')}?tab=all"}
    return _at(Stage.CALLBACK, person, visit, "callback:queue", _("没有待回访的工单"), lists)


def upper(person: Person, visit: home.Visit) -> home.Shown | None:
    """Return the orders reported up; None where there are none, for many a centre has nobody above it."""
    shown = _at(Stage.REPORTED_UP, person, visit, "callback:upper", "")
    return shown if shown.rows else None


def _at(
    stage: Stage, person: Person, visit: home.Visit, url_name: str, empty: str, lists: dict[str, str] | None = None
) -> home.Shown:
    def row(order: WorkOrder, url: str) -> home.Row:
        return dues.row_of(visit, order, url, order.lead_unit.name if order.lead_unit else "")

    orders = queries.visible_to(person).filter(stage=stage).select_related("lead_unit")
    return dues.card(orders, visit, reverse(url_name), row, new="submitted_at", empty=empty, lists=lists)


def lend() -> None:
    """Add the cards; called once when the room starts."""
    callers = frozenset({"callback_agent", "floor_supervisor"})
    home.lend(home.Card("callback", __("回访"), "callback:queue", callers, queue, order=50))
    home.lend(home.Card("upper", __("上级回访"), "callback:upper", frozenset({"dispatcher"}), upper, order=55))
