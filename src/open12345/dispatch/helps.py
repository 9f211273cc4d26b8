"""What helps a dispatcher beside the order: how busy the suggested units are; why they are is told in the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q

from open12345.dispatch import area_help
from open12345.dispatch.advice import kept
from open12345.orders.helps import Help, lend
from open12345.orders.models import Assignment
from open12345.orders.sight import Sight
from open12345.orders.stages import OPEN_STATES, Role


def load_of_units(sight: Sight) -> Mapping[str, Any] | None:
    """Return how much each suggested unit has open, and how much of it is late; None where nobody is suggested.

    For the centre alone: the desk is named by the address, and how others keep up is no unit's business.
    """
    if not sight.is_centre:
        return None
    codes = [one.lead for one in kept(sight.pack, sight.order, at=sight.at, viewer=sight.person)][:4]
    if not codes:
        return None
    open_now = Q(state__in=OPEN_STATES) & ~Q(role=Role.COPY)
    rows = Assignment.objects.filter(open_now, unit__code__in=codes).values("unit__code")
    told = rows.annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=sight.at)))
    by_code = {row["unit__code"]: row for row in told}
    units = [(sight.unit_named(code), by_code.get(code, {"open": 0, "late": 0})) for code in dict.fromkeys(codes)]
    return {"units": units}


def lend_all() -> None:
    """Lend the panels to the dispatch desk."""
    desks = frozenset({"dispatch"})
    area_help.lend()
    lend(Help("dispatch.load", "dispatch/parts/load.html", load_of_units, desks, order=10))
