"""Reading the index: near copies of a text, and the orders worth comparing with a new one. No door: ids and rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from open12345.orders.models import WorkOrder
from open12345.orders.store import prepared
from open12345.repeats.matters import MANY, NEAR_COPY, WINDOW, Match, Matter, alike, compare
from open12345.repeats.places import keys_around
from open12345.repeats.signature import bands_of, print_of

#: How many calls of one phone, copies of one text and orders at one spot are compared, the newest of each.
_CALLS, _COPIES, _AT_SPOT = 60, 200, 40
#: Wordings that share a band are ranked by how many they share, and so many are compared as texts.
_SHARING, _COMPARED = 400, 12
#: An order may be indexed a little after orders that came later (jobs run side by side).
_LATE_BY: Final = 2000
_NONE: Final = 2**62


def matter_of(order: WorkOrder) -> Matter:
    """Return what an order is compared by; `order.requester` is read."""
    index = order.requester.phone_index
    return Matter(
        order.body, order.accepted_at or order.created_at, order.place, _point(order.longitude, order.latitude),
        order.category, order.area_id, bytes(index) if index is not None else None, order.requester_id, order.pk,
    )  # fmt: skip


def _point(longitude: Any, latitude: Any) -> tuple[float, float] | None:
    return None if longitude is None or latitude is None else (float(longitude), float(latitude))


def wordings_near(text: str) -> list[int]:
    """Return the wordings of which `text` is a copy (by fingerprint) or a near copy (by its words), the nearest first.

    A copy needs no further search: it was sorted when its first one came.
    """
    exact = prepared(_EXACT, [print_of(text)])
    if exact:
        return [int(exact[0][0])]
    bands = bands_of(text)
    if not bands:
        return []
    own = set(bands)
    rows = prepared(_BANDS, [bands, _SHARING])
    best = sorted(rows, key=lambda row: -len(own.intersection(row[2])))[:_COMPARED]
    if not best:
        return []
    bodies = dict(prepared(_BODIES, [[row[1] for row in best]]))
    new = Matter(text, datetime.min)  # noqa: DTZ901 - only its words are compared
    found = [(alike(new, Matter(bodies[first], new.at)), pk) for pk, first, _bands in best if first in bodies]
    return [pk for score, pk in sorted(found, reverse=True) if score >= NEAR_COPY]


_EXACT = "SELECT wording FROM repeats_entry WHERE fingerprint = %s LIMIT 1"
_BANDS = "SELECT id, first, bands FROM repeats_wording WHERE bands && %s::int[] LIMIT %s"
_BODIES = "SELECT id, body FROM orders_workorder WHERE id = ANY(%s::bigint[])"


@dataclass(frozen=True)
class Found:
    """What matches a new order; `again`, `sent` and `mass` are its parts, the newest first."""

    new: Matter
    matches: tuple[Match, ...] = ()

    @property
    def again(self) -> list[Match]:
        """Orders of the same person about the same matter."""
        return [one for one in self.matches if one.again]

    @property
    def sent(self) -> list[Match]:
        """Near copies from others."""
        return [one for one in self.matches if one.sent]

    @property
    def mass(self) -> list[Match]:
        """Others on one matter at one place within a day."""
        return [one for one in self.matches if one.mass]

    def persons(self, matches: Iterable[Match]) -> int:
        """Return how many people ask, the new one among them; whom nobody knows counts once a call."""
        return len({one.other.who for one in matches} | {self.new.who})

    @property
    def is_sent(self) -> bool:
        """Whether so many people sent one text that it is 群发."""
        return self.persons(self.sent) >= MANY

    @property
    def is_mass(self) -> bool:
        """Whether so many people complain of one thing at one place that it is 群诉."""
        return self.persons(self.mass) >= MANY

    def only(self, seen: Sequence[int] | set[int]) -> Found:
        """Return what is left where only some orders may be seen."""
        return Found(self.new, tuple(one for one in self.matches if one.other.order in seen))


def find(new: Matter, *, wordings: Sequence[int] | None = None, window: int = WINDOW, later: bool = False) -> Found:
    """Return all that matches `new` among the indexed orders, in three statements at most.

    `wordings`: of which its text is a near copy, where the caller has looked. `later`: also those that came after it,
    for an order that is indexed late.
    """
    near = wordings_near(new.body) if wordings is None else list(wordings)
    until = new.at + timedelta(days=window + 1) if later else new.at
    last = _NONE if new.order is None or later else new.order
    below = new.order + _LATE_BY if later and new.order is not None else last
    said = {
        "person": new.person, "calls": _CALLS, "wordings": near, "copies": _COPIES, "below": below,
        "keys": keys_around(new.place), "at_spot": _AT_SPOT, "since": new.at - timedelta(days=window + 1),
        "until": until, "last": last,
    }  # fmt: skip
    rows = prepared(*_positional(_CANDIDATES, said))
    found = [compare(new, _matter(row), copy=row[-1] in near, window=window) for row in rows]
    return Found(new, tuple(sorted((one for one in found if one.any), key=lambda one: -(one.other.order or 0))))


def _matter(row: Sequence[Any]) -> Matter:
    pk, body, place, longitude, latitude, category, area, call, person, at, _wording = row
    known = bytes(person) if person is not None else None
    return Matter(body, at, place, _point(longitude, latitude), category, area, known, call, pk)


def _positional(sql: str, said: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return the statement with its values in order: what is prepared has no names."""
    names = [part.split(")", 1)[0] for part in sql.split("%(")[1:]]
    for name in said:
        sql = sql.replace(f"%({name})s", "%s")
    return sql, [said[name] for name in names]


_CANDIDATES: Final = """
    WITH picked AS MATERIALIZED (
        SELECT o.id FROM (
            SELECT id FROM orders_requester WHERE phone_index = %(person)s ORDER BY id DESC LIMIT %(calls)s
        ) AS call JOIN orders_workorder o ON o.requester_id = call.id
        UNION
        SELECT copy.order_id FROM unnest(%(wordings)s::bigint[]) AS near (wording), LATERAL (
            SELECT order_id FROM repeats_entry e WHERE e.wording = near.wording AND e.order_id < %(below)s
            ORDER BY e.order_id DESC LIMIT %(copies)s
        ) AS copy
        UNION
        SELECT here.order_id FROM unnest(%(keys)s::bigint[]) AS spot (key), LATERAL (
            SELECT order_id FROM repeats_spot s WHERE s.key = spot.key AND s.order_id < %(below)s
            ORDER BY s.order_id DESC LIMIT %(at_spot)s
        ) AS here
    )
    SELECT o.id, o.body, o.place, o.longitude, o.latitude, o.category, o.area_id, o.requester_id, r.phone_index,
           e.at, e.wording
    FROM picked JOIN repeats_entry e ON e.order_id = picked.id JOIN orders_workorder o ON o.id = picked.id
    JOIN orders_requester r ON r.id = o.requester_id
    WHERE e.at BETWEEN %(since)s AND %(until)s AND o.id < %(last)s
"""
