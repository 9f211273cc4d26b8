"""The picture of this moment: one JSON for all screens of a process, taken anew once a second at most.

Its ETag is that of the numbers alone, so an unchanged centre answers 304; how old the picture is stands in a header.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.templatetags.static import static
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.models import Area, Unit
from open12345.dispatch.automatic import lamps
from open12345.facts.words import titled
from open12345.orders import queries
from open12345.orders.models import WorkOrder
from open12345.orders.stages import LIVING, Stage
from open12345.policy import Pack
from open12345.repeats import queries as repeats
from open12345.repeats.matters import level_of
from open12345.repeats.models import Kind, Member
from open12345.screen import live, modules, places, usual

#: For how long a picture is shown to everybody before another one is taken (seconds).
KEPT: Final = 1.0
_HOT, _UNITS, _WARNINGS = 8, 10, 6
_WARNED: Final = timedelta(days=3)
_PERSONS: Final = 3
_STAGES: Final = (Stage.ACCEPTED, Stage.DISPATCHED, Stage.HANDLING, Stage.REVIEW, Stage.REPORTED_UP, Stage.CALLBACK)


@dataclass(frozen=True, slots=True)
class Picture:
    """What screens show, its digest, and when it was taken: by the database's clock, and by this process's."""

    told: Mapping[str, Any]
    body: bytes
    etag: str
    at: datetime
    taken: float

    @property
    def age(self) -> float:
        """How old it is (seconds)."""
        return time.monotonic() - self.taken


_lock = threading.Lock()
_kept: dict[str, Picture] = {}


def now() -> Picture:
    """Return the picture of this second, in the reader's language; raises `NoPack`."""
    language = get_language() or ""
    found = _kept.get(language)
    if found is None or found.age >= KEPT:
        with _lock:  # one takes it, whoever comes meanwhile waits for that one
            found = _kept.get(language)
            if found is None or found.age >= KEPT:
                found = _kept[language] = take()
    return found


def forget() -> None:
    """Drop what is kept (tests)."""
    _kept.clear()


def take() -> Picture:
    """Take a picture now."""
    taken = time.monotonic()
    at = queries.database_time()
    pack = packs.shown_at(at)
    told = draw(at, pack)
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Picture(told, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', at, taken)


def draw(at: datetime, pack: Pack) -> dict[str, Any]:
    """Return everything that the modules show."""
    flow, standing = live.flow(at, pack), live.living(at)
    rates = usual.rates(at, localtime(at, pack.calendar().zone).date())
    return {
        "page": page(),
        "day": live.midnight(at, pack).date().isoformat(),
        "figures": _figures(flow, standing, rates),
        "flow": {name: _hours(getattr(flow, name)) for name in ("accepted", "closed", "yesterday")},
        "clocks": _clocks(at, pack, standing),
        "hot": _hot(at, pack),
        **_units(standing),
        "urgent": [listed(order, at, pack) for order in live.urgent()[: live.SHOWN]],
        "latest": [listed(order, at, pack) for order in live.latest(at, pack)[: live.SHOWN]],
        "rates": [_rate(rate) for rate in rates],
        "warnings": _warnings(at, pack),
        "breaker": _breaker(pack),
        "map": _map(at, pack),
    }


def page() -> str:
    """Return what tells one version of the page from another: a screen that runs an older one loads itself anew."""
    parts = [static("screen/wall.js"), static("screen/wall.css"), *modules.arranged()]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]


def _figures(flow: live.Flow, standing: Iterable[live.Living], rates: Iterable[usual.Rate]) -> list[dict[str, Any]]:
    taken, rows = sum(flow.accepted.values()), list(standing)
    satisfied = next((rate for rate in rates if rate.code == "satisfied"), None)
    return [
        {"code": "accepted", "value": taken,
         "beside": [[_("昨天此时"), sum(flow.yesterday.values())], [_("上周此时"), sum(flow.week_ago.values())]]},
        {"code": "open", "value": sum(row.orders for row in rows)},
        {"code": "soon", "value": sum(row.soon for row in rows)},
        {"code": "late", "value": sum(row.late for row in rows)},
        {"code": "closed", "value": sum(flow.closed.values())},
        {"code": "satisfied", "value": _rounded(satisfied.value if satisfied else None), "unit": "%",
         "beside": [[_("前 30 天"), _rounded(satisfied.before if satisfied else None)]]},
    ]  # fmt: skip


def _hours(counted: Mapping[int, int]) -> list[int]:
    return [counted.get(hour, 0) for hour in range(24)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _clocks(at: datetime, pack: Pack, standing: list[live.Living]) -> list[dict[str, Any]]:
    colours = live.colours(at, pack, standing)
    none = dict.fromkeys(("green", "amber", "red", "grey"), 0)
    shown = [stage for stage in _STAGES if stage in colours or stage is not Stage.REPORTED_UP]
    return [
        {"stage": stage.value, "title": str(stage.label), **none, **colours.get(stage.value, {})} for stage in shown
    ]


def _hot(at: datetime, pack: Pack) -> list[dict[str, Any]]:
    found = usual.hot(at, pack, live.categories(at, pack), _HOT)
    return [{"code": one.category, "title": _category(pack, one.category), "value": one.orders, "rises": one.rises,
             "usual": _rounded(one.usual)} for one in found]  # fmt: skip


def _category(pack: Pack, code: str) -> str:
    row = pack.category_tree.get(code)
    return row.title if row else code


def _units(standing: Iterable[live.Living]) -> dict[str, list[dict[str, Any]]]:
    """Open orders by the unit directly below the centre, its stations with it: most first; and those with late ones."""
    tree = dict(Unit.objects.values_list("pk", "path"))
    opened, late = Counter[str](), Counter[str]()
    for row in standing:
        if row.unit in tree:
            below = tree[row.unit].strip("/").split("/")
            code = below[min(1, len(below) - 1)]
            opened[code] += row.orders
            late[code] += row.late
    names = dict(Unit.objects.filter(code__in=opened).values_list("code", "name"))

    def first(counted: Counter[str]) -> list[dict[str, Any]]:
        codes = sorted((code for code in counted if counted[code]), key=lambda code: (-counted[code], code))[:_UNITS]
        return [{"code": code, "title": names[code], "open": opened[code], "late": late[code]} for code in codes]

    return {"units": first(opened), "late_units": first(late)}


def listed(order: WorkOrder, at: datetime, pack: Pack) -> dict[str, Any]:
    """Return what a screen tells of one order: no person, no door."""
    return {
        "number": order.number, "title": live.public_title(order.title), "category": _category(pack, order.category),
        "area": _place(order, pack), "unit": order.lead_unit.name if order.lead_unit else "",
        "stage": order.get_stage_display(), "urgency": order.get_urgency_display(),
        "at": _moment(order.accepted_at, at, pack), "due": _moment(order.due_at, at, pack),
        "late": order.due_at is not None and order.due_at < at and order.stage in LIVING,
    }  # fmt: skip


def _place(order: WorkOrder, pack: Pack) -> str:
    """The area of the map in which an order lies, else its own."""
    if order.area is None:
        return ""
    code = places.drawn(pack, places.level_of_map(pack), order.area.code)
    return places.short(pack.area_tree[code].name if code else order.area.name)


def _moment(moment: datetime | None, at: datetime, pack: Pack) -> str:
    """Return the time of today, or the day before it for another day."""
    if moment is None:
        return ""
    local, today = localtime(moment, pack.calendar().zone), localtime(at, pack.calendar().zone)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%m-%d %H:%M}"


def _rate(rate: usual.Rate) -> dict[str, Any]:
    return {"code": rate.code, "title": titled(rate), "value": _rounded(rate.value), "before": _rounded(rate.before)}


def _warnings(at: datetime, pack: Pack) -> list[dict[str, Any]]:
    """Matters of several people within three days; a group with a confidential order in it is told nowhere."""
    groups = list(repeats.groups((Kind.MASS,), since=at - _WARNED, persons=_PERSONS)[: 3 * _WARNINGS])
    newest = {}
    members = Member.objects.filter(group__in=[group.pk for group in groups]).select_related("order__area")
    hidden = set()
    for member in members.order_by("order_id"):
        newest[member.group_id] = member.order
        if member.order.confidential:
            hidden.add(member.group_id)
    told = [(group, newest[group.pk]) for group in groups if group.pk in newest and group.pk not in hidden]
    return [
        {"title": _category(pack, order.category), "area": _place(order, pack),
         "persons": group.persons, "orders": group.orders, "level": level_of(group.persons),
         "at": _moment(group.last_at, at, pack), "group": group.pk}
        for group, order in told[:_WARNINGS]
    ]  # fmt: skip


def _breaker(pack: Pack) -> str:
    """What is held up in automatic dispatch, in words; "" where all goes, or nobody has switched it on."""
    lamp = lamps.lamp(pack)
    return "" if lamp.colour in ("green", "grey") else lamp.text


def _map(at: datetime, pack: Pack) -> dict[str, Any]:
    level = places.level_of_map(pack)
    codes = dict(Area.objects.values_list("pk", "code"))
    found: dict[str, list[int]] = {}
    for area, place in live.places(at, pack).items():
        code = places.drawn(pack, level, codes.get(area or 0))
        told = found.setdefault(code, [0, 0])
        told[0] += place.today
        told[1] += place.open
    elsewhere = found.pop("", [0, 0])
    return {"level": level, "areas": found, "elsewhere": elsewhere}
