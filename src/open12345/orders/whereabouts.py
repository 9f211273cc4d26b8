"""Where a matter probably is, while it is being typed: told with its reason, never set (INT-04).

By the point on the map, by the name of an area that was said, or by the place, road and number or estate, that earlier
orders carry.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from open12345.directory import areas
from open12345.orders import queries
from open12345.orders.hints import Talk
from open12345.policy import Pack, within_bounds
from open12345.text import places

#: So many of the newest orders of a place are asked where they were, and so many of the newest of all, whose words may
#: not be indexed yet; this share of them must agree.
_EARLIER: Final = 40
_AGREE: Final = 0.6
_SHORTEST_PLACE: Final = 3
_IS_ROAD: Final = re.compile("(?:路|街|道|巷|胡同|站)(?:[0-9]|$)")
_NO_ROAD: Final = "(?![东南西北中一二三四五六七八九十支]?[路街弄道巷桥])"


@dataclass(frozen=True)
class Likely:
    """An area that speaks for itself, and why."""

    code: str
    name: str
    why: str


def likely(talk: Talk) -> Likely | None:
    """Return the area that the point, the words or earlier orders speak for; None where nothing does."""
    pack = talk.sight.pack
    if point := point_of(talk):
        row = areas.row_at(pack, *point)
        return Likely(row.code, row.name, _("地图选点")) if row else None
    if named := said_area(pack, talk.text):
        name, code = named
        return Likely(code, pack.area_tree[code].name, _("提到“%(name)s”") % {"name": name})
    return _of_place(talk)


def point_of(talk: Talk) -> tuple[float, float] | None:
    """Return longitude and latitude where a point was chosen; None for what no order may carry (`nan`, abroad)."""
    try:
        point = float(talk["longitude"]), float(talk["latitude"])
    except ValueError:
        return None
    return point if within_bounds(*point) else None


def said_area(pack: Pack, text: str) -> tuple[str, str] | None:
    """Return (spoken name, code) of the area that a text names, the longest name of several; None for none."""
    named = sorted(pack.spoken_areas.found_in(text), key=lambda one: -len(one[0]))
    found = places(text) if named else []
    return next(((name, code) for name, code in named if says(name, text, found)), None)


def says(name: str, text: str, found: list[str]) -> bool:
    """Say whether an area was named, not a longer name that only holds the same characters.

    涞亭南路 is not 亭南, 九亭中心路 not 亭中; an estate that begins with the name (亭中新苑) speaks for the area.
    `found` are the places of the text.
    """
    longer = [place for place in found if name in place and (_IS_ROAD.search(place) or place.find(name) > 0)]
    for place in sorted(longer, key=len, reverse=True):
        text = text.replace(place, "\n")
    return re.search(re.escape(name) + _NO_ROAD, text) is not None


def _of_place(talk: Talk) -> Likely | None:
    """Return the area where earlier orders of the same place were, if most of them agree."""
    pack, place = talk.sight.pack, talk.place
    if len(place) < _SHORTEST_PLACE:
        return None
    seen, named = queries.visible_to(talk.sight.person), queries.by_words(talk.sight.person, place)
    found: dict[int, str] = {}
    for rows in (seen, named):
        # Those without an area are left out here: in SQL a run of them would be read to its end.
        newest = rows.order_by("-pk").values_list("pk", "area__code", "place")[:_EARLIER]
        found |= {pk: code for pk, code, where in newest if code and place in where}
    here = list(found.values())
    for code, times in Counter(here).most_common(1):
        if code in pack.area_tree and times >= _AGREE * len(here):
            return Likely(code, pack.area_tree[code].name, _("同一地点的工单 %(n)s 件") % {"n": times})
    return None
