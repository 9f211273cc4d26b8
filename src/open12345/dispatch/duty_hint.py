"""Who would get an order that is still being typed, and why: told at the intake desk (DIS-02, DIS-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from open12345.dispatch.advice import recommend
from open12345.dispatch.asked import in_words
from open12345.orders.hints import Panel, Talk, lend
from open12345.orders.models import WorkOrder

_AT_MOST = 3


def read(talk: Talk) -> Mapping[str, Any] | None:
    """Return who is recommended for the chosen category and area, None before there is either."""
    if not (talk.category or talk.area):
        return None
    pack, sight = talk.sight.pack, talk.sight
    order = WorkOrder(category=talk.category, area=talk.area, title=talk["title"][:200], body=talk["body"])
    found = recommend(pack, order, at=sight.at, most=_AT_MOST, viewer=sight.person)
    principle = pack.duty.principle(found[0].principle) if found and found[0].principle else None
    return {
        "lines": [in_words(pack, one) for one in found],
        "principle": principle.title if principle else "", "needs_area": not talk.area,
    }  # fmt: skip


def register() -> None:
    """Lend the panel to the intake desk."""
    lend(Panel("duty", "dispatch/parts/duty_hint.html", ("category", "area"), read, order=30))
