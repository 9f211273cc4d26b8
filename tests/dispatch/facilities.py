"""A small register for the tests: two lamps, a manhole and a bin around one point of the town."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from open12345.directory.models import Unit
from open12345.dispatch.facilities.nearby import Asked, Match, find
from open12345.dispatch.models import Facility
from tests.cast import Town

#: A point in the town that is no corner of the coarse net; metres of a degree there.
HERE: Final = (121.321234, 31.127345)
EAST, NORTH = 95_300.0, 111_195.0
LAMP: Final[dict[str, Any]] = {"category": "B03", "title": "路灯不亮", "body": "小区门口的路灯三天不亮，走路看不清。"}


def beside(east: float = 0.0, north: float = 0.0) -> tuple[float, float]:
    """Return the point so many metres from `HERE`."""
    return round(HERE[0] + east / EAST, 6), round(HERE[1] + north / NORTH, 6)


def point(east: float = 0.0, north: float = 0.0) -> dict[str, Any]:
    """Return the same as an order says it."""
    longitude, latitude = beside(east, north)
    return {"longitude": longitude, "latitude": latitude}


def entered(
    town: Town, code: str = "L-0123", *, kind: str = "lamp", owner: str = "greening", east: float = 12.0, **more: Any
) -> Facility:
    """Enter a facility some metres east of the point."""
    longitude, latitude = (Decimal(str(degrees)) for degrees in beside(east))
    unit = Unit.objects.get(code=owner)
    return Facility.objects.create(
        pack=town.pack.id, kind=kind, code=code, owner=unit, longitude=longitude, latitude=latitude,
        changed_at=town.now, **more,
    )  # fmt: skip


def about(
    town: Town, text: str = "路灯不亮", category: str = "", *, at: tuple[float, float] | None = HERE
) -> Match | None:
    """Return what an order of these words would be about."""
    return find(town.pack, Asked(category, text, at))
