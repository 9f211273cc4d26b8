"""The unit desk and the review queue on the home page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.person import Person
from open12345.directory.roles import UNIT_ROLES
from open12345.handling.desk import tasks_of
from open12345.orders import dues, queries
from open12345.orders.models import Assignment, WorkOrder
from open12345.orders.stages import Stage
from open12345.ui import home


def todo(person: Person, visit: home.Visit) -> home.Shown:
    """Return what the person's units have to do, each assignment by its own due moment."""

    def row(given: Assignment, url: str) -> home.Row:
        late = given.due_at is not None and given.due_at < visit.at
        note = f"{given.get_state_display()} · {given.part}"
        address = f"{url}?{urlencode({'open': given.order.number, 'assignment': given.pk})}"
        return home.Row(address, given.order.title, note, due=given.due_at, late=late)

    mine = tasks_of(person, "todo").select_related("order")
    empty = _("没有到期的事")
    return dues.card(mine, visit, reverse("handling:desk"), row, new="assigned_at", empty=empty)


def reviews(person: Person, visit: home.Visit) -> home.Shown:
    """Return the closing reports that wait for review."""

    def row(order: WorkOrder, url: str) -> home.Row:
        return dues.row_of(visit, order, url, order.lead_unit.name if order.lead_unit else "")

    reported = queries.visible_to(person).filter(stage=Stage.REVIEW).select_related("lead_unit")
    empty = _("没有待审核的办结报告")
    return dues.card(reported, visit, reverse("handling:reviews"), row, new="submitted_at", empty=empty)


def lend() -> None:
    """Add the cards; called once when the room starts."""
    home.lend(home.Card("handling", __("办理"), "handling:desk", UNIT_ROLES, todo, order=30))
    home.lend(home.Card("review", __("审核"), "handling:reviews", frozenset({"reviewer"}), reviews, order=40))
