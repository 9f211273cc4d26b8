"""Where an order is, as a map: the area's outline and, where the reader may see it, the point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from open12345.directory import areas
from open12345.orders import privacy
from open12345.orders.helps import Help, lend
from open12345.orders.sight import Sight


def card(sight: Sight) -> Mapping[str, Any] | None:
    """Return what the map of an order shows, None where there is neither an outline nor a point.

    Of an area without an outline that of the nearest one above it is shown.
    """
    order, pack = sight.order, sight.pack
    point = privacy.shown_point(order, sight.person)
    lineage = pack.area_tree.lineage(order.area.code if order.area else None)
    drawn = next((row.code for row in lineage if areas.outline_of(pack, row.code)), "")
    if not (point or drawn):
        return None
    told = pack.area_path(lineage[0].code) if lineage else ""
    return {"area": drawn, "lon": _degrees(point, 0), "lat": _degrees(point, 1), "told": told}


def _degrees(point: tuple[float, float] | None, axis: int) -> str:
    return f"{point[axis]:.6f}".rstrip("0") if point else ""


def lend_all() -> None:
    """Lend the map to the dispatch desk, where the place decides."""
    lend(Help("orders.map", "orders/parts/map_help.html", card, frozenset({"dispatch"}), order=15))
