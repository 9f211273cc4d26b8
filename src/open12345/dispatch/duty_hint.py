"""Who would get an order that is still being typed, and by which clause: told at the intake desk (DIS-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from open12345.dispatch.suggest import suggest
from open12345.orders.hints import Panel, Talk, lend
from open12345.orders.models import WorkOrder

_AT_MOST = 3


def read(talk: Talk) -> Mapping[str, Any] | None:
    """Return the duty list's units for the chosen category and area, None before there is either."""
    if not (talk.category or talk.area):
        return None
    pack = talk.sight.pack
    found = suggest(pack, WorkOrder(category=talk.category, area=talk.area))[:_AT_MOST]
    lines = [
        {
            "unit": pack.unit_tree[one.lead].name,
            "helpers": "、".join(pack.unit_tree[code].name for code in one.co_handlers),
            "clause": one.clause,
            "no_return": one.no_return,
        }
        for one in found
    ]
    principle = pack.duty.principle(found[0].principle) if found and found[0].principle else None
    return {"lines": lines, "principle": principle.title if principle else "", "needs_area": not talk.area}


def register() -> None:
    """Lend the panel to the intake desk."""
    lend(Panel("duty", "dispatch/parts/duty_hint.html", ("category", "area"), read, order=30))
