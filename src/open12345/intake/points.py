"""The point of a matter on the map: how finely it is kept, and whether it fits the area."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from open12345.directory import areas
from open12345.directory.person import Person
from open12345.intake.forms import DraftInput
from open12345.orders import privacy, queries, whereabouts
from open12345.orders.hints import Talk
from open12345.orders.stages import ENDED, Stage

#: Decimals of a degree: a hand's width.
_FINE = Decimal("0.000001")
MOST_DOTS: Final = 200
NOWHERE: Final[dict[str, Any]] = {"longitude": None, "latitude": None}


def kept(said: DraftInput, *, coarse: bool) -> dict[str, Any]:
    """Return the coordinates as they are stored.

    The point must not tell what the words hide. It is `coarse`, to about a hundred metres, where the place was masked
    because it is the caller's home, and where an address is known but no place, which may be the same.
    """
    if said.longitude is None or said.latitude is None:
        return NOWHERE
    grain = privacy.COARSE if coarse else _FINE
    return {name: Decimal(str(getattr(said, name))).quantize(grain) for name in NOWHERE}


def as_typed(value: Decimal | None) -> str:
    """Return a coordinate as the form holds it."""
    return "" if value is None else str(value)


def open_orders(person: Person) -> list[dict[str, Any]]:
    """Return the newest open orders with a point that `person` may see, at most `MOST_DOTS`."""
    rows = queries.visible_to(person).exclude(stage__in=[*ENDED, Stage.DRAFT]).filter(longitude__isnull=False)
    found = rows.only("number", "title", "confidential", "longitude", "latitude").order_by("-pk")[:MOST_DOTS]
    placed = ((order, privacy.shown_point(order, person)) for order in found)
    return [
        {
            "number": order.number, "title": order.title, "lon": point[0], "lat": point[1],
            "url": reverse("orders:page", args=[order.number]),
        }
        for order, point in placed if point
    ]  # fmt: skip


def disagreement(talk: Talk) -> str:
    """Return the words for a point that lies in another area than the one chosen, "" where they agree."""
    pack = talk.sight.pack
    point = whereabouts.point_of(talk)
    row = areas.row_at(pack, *point) if point else None
    if row is None or talk.area is None or areas.agree(pack, row.code, talk.area.code):
        return ""
    told = {"here": pack.area_path(row.code), "area": talk.area.name}
    return _("选点在%(here)s，所属区域是%(area)s，请核对。") % told
