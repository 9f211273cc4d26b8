"""Where an order probably is that came without an area: it names one, or its place was heard of before (DIS-14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from open12345.orders import whereabouts
from open12345.orders.helps import Help
from open12345.orders.helps import lend as lend_help
from open12345.orders.hints import Talk
from open12345.orders.sight import Sight


def likely(sight: Sight) -> Mapping[str, Any] | None:
    """Return the area that the words of an order without one speak for, with the reason; None where there is none.

    Its point needs no guess: the area that holds it was set when the order was taken in (`intake.taking`).
    """
    order = sight.order
    if order.area_id is not None:
        return None
    said = {"title": order.title, "body": order.body, "place": order.place}
    found = whereabouts.likely(Talk(sight, said))
    return {"likely": found, "path": sight.pack.area_path(found.code), "number": order.number} if found else None


def lend() -> None:
    """Lend the card to the dispatch desk; called once when the room starts."""
    lend_help(Help("dispatch.area", "dispatch/parts/area.html", likely, frozenset({"dispatch"}), order=11))
