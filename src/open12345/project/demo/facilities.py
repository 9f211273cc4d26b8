"""An invented facility register for a demo: lamps, manholes and bins around the invented estates (示意).

A share of them belongs to somebody else than the duty list names (a utility, a property company), for that is what a
register is for. The same pack always gets the same one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Final

from django.utils import timezone
from rich.console import Console
from shapely.geometry import Point

from open12345.directory import areas
from open12345.directory.models import Area, Unit
from open12345.dispatch.facilities.register import FINE
from open12345.dispatch.models import Facility
from open12345.dispatch.suggest import suggest
from open12345.orders.models import WorkOrder
from open12345.policy import Pack, find_pack
from open12345.policy.dispatching import FacilityKind
from open12345.project.demo.steps import spot_of
from open12345.project.demo.texts import Place, read_texts

#: Metres around an estate in which its callers' points lie, between two of a kind, of a degree of latitude.
_AROUND: Final = 110.0
_APART: Final = {"lamp": 45.0, "manhole": 40.0, "bin": 55.0}
_SELDOM: Final = 140.0
_DEGREE: Final = 111_195.0
#: Shares of estates where a kind belongs to somebody else, and of single ones that do.
_OTHERS, _STRAY = 0.35, 0.06
_LETTERS: Final = {"lamp": "L", "manhole": "M", "bin": "B", "signal": "S"}
#: Words in the names of units that own such things elsewhere.
_OWNERS: Final = {
    "lamp": ("供电", "城市建设企业", "停车", "绿化"), "manhole": ("供水", "燃气", "供电", "环卫"),
    "bin": ("环卫", "物业"), "signal": ("停车", "城市建设企业"),
}  # fmt: skip
TITLE: Final = "示意数据"


def fill(pack: Pack, console: Console) -> int:
    """Enter the demo's facilities and return how many; nothing where there are any, or the pack has no texts."""
    texts = read_texts(find_pack(pack.id) / "demo")
    if texts is None or not pack.dispatching.facilities or Facility.objects.exists():
        return 0
    units = {unit.code: unit.pk for unit in Unit.objects.filter(active=True)}
    at, rows = timezone.now(), []
    for kind in pack.dispatching.facilities:
        found = (one for place in texts.places for one in _around(pack, kind, place))
        rows += [
            Facility(
                pack=pack.id, kind=kind.code, code=f"{_LETTERS.get(kind.code, 'F')}-{number:04}", title=TITLE,
                owner_id=units[owner], place=f"{place.road} 近{place.estate}",
                longitude=Decimal(str(spot.x)).quantize(FINE), latitude=Decimal(str(spot.y)).quantize(FINE),
                changed_at=at,
            )
            for number, (place, spot, owner) in enumerate(found, start=1) if owner in units
        ]  # fmt: skip
    Facility.objects.bulk_create(rows, batch_size=1000)
    console.print(f"facilities {len(rows)} invented ones")
    return len(rows)


def _around(pack: Pack, kind: FacilityKind, place: Place) -> Iterator[tuple[Place, Point, str]]:
    """Yield the facilities of a kind around an estate, with their owners' codes."""
    outline = areas.outline_of(pack, place.area)
    usual = _usual(pack, kind, place)
    if outline is None or not usual:
        return
    here, dice = spot_of(outline, place.estate), Random(f"{kind.code} {place.estate}")  # noqa: S311 - a demo's dice
    others = _others(pack, kind, usual)
    mostly = dice.choice(others) if others and dice.random() < _OTHERS else usual
    step = _APART.get(kind.code, _SELDOM)
    many = round(_AROUND / step)
    for east in range(-many, many + 1):
        for north in range(-many, many + 1):
            x, y = (metres * step + dice.uniform(-step, step) / 5 for metres in (east, north))
            spot = Point(here.x + x / (_DEGREE * math.cos(math.radians(here.y))), here.y + y / _DEGREE)
            stray = others and dice.random() < _STRAY
            yield place, spot, dice.choice(others) if stray else mostly


def _usual(pack: Pack, kind: FacilityKind, place: Place) -> str:
    """Return whom the duty list names for the kind there, "" for nobody."""
    area = Area.objects.filter(code=place.area).first()
    found = suggest(pack, WorkOrder(category=kind.categories[0], area=area))
    return found[0].lead if found else ""


def _others(pack: Pack, kind: FacilityKind, usual: str) -> list[str]:
    firms = [unit for unit in pack.units if unit.kind == "firm" and unit.code != usual]
    words = _OWNERS.get(kind.code, ())
    return [unit.code for unit in firms if any(word in unit.name for word in words)] or [unit.code for unit in firms]
