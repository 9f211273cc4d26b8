"""Reading the index: near copies of a text, and the orders worth comparing with a new one. No door: ids and rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from open12345.orders.models import WorkOrder
from open12345.orders.store import prepared
from open12345.repeats.matters import MANY, MASS_WITHIN, NEAR_COPY, WINDOW, Match, Matter, alike, compare
from open12345.repeats.places import keys_around
from open12345.repeats.signature import bands_of, print_of

#: How many calls of one phone, copies of one text and orders at one spot are compared, the newest of each.
_CALLS, _COPIES, _AT_SPOT = 60, 100, 40
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
    return near_copies([text])[0]


def near_copies(texts: Sequence[str]) -> list[list[int]]:
    """Return `wordings_near` of each of `texts`, in two statements at most."""
    prints = [print_of(text) for text in texts]
    known = {int(row[0]): int(row[1]) for row in prepared(_EXACT, [prints])}
    found = [[known[number]] if number in known else [] for number in prints]
    bands = {n: bands_of(text) for n, text in enumerate(texts) if not found[n]}
    asked = [{"n": n, "bands": some} for n, some in bands.items() if some]
    if not asked:
        return found
    scores: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for n, pk, body in prepared(_BANDS, [json.dumps(asked)]):
        scores[n].append((alike(words_of(texts[n]), words_of(body)), pk))
    for n, near in scores.items():
        found[n] = [pk for score, pk in sorted(near, reverse=True) if score >= NEAR_COPY]
    return found


def words_of(text: str) -> Matter:
    """Return a text to be compared by its words alone."""
    return Matter(text, datetime.min)  # noqa: DTZ901 - no time is compared


_EXACT = "SELECT fingerprint, min(wording) FROM repeats_entry WHERE fingerprint = ANY(%s::bigint[]) GROUP BY 1"
#: Limits stand in the text: as parameters they make the server think a plan for all values a bad one, and plan anew
#: for each order, which took as long as the search.
_BANDS = f"""
    SELECT q.n, w.id, o.body FROM jsonb_to_recordset(%s::jsonb) AS q (n int, bands int[]), LATERAL (
        SELECT id, first, (SELECT count(*) FROM unnest(likely.bands) AS band WHERE band = ANY(q.bands)) AS shared
        FROM (SELECT id, first, bands FROM repeats_wording WHERE bands && q.bands LIMIT {_SHARING}) AS likely
        ORDER BY shared DESC, id LIMIT {_COMPARED}
    ) AS w JOIN orders_workorder o ON o.id = w.first
"""  # noqa: S608 - put together from constants alone


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
    return find_each([(new, near)], window=window, later=later)[0]


def find_each(
    news: Sequence[tuple[Matter, Sequence[int]]], *, window: int = WINDOW, later: bool = False
) -> list[Found]:
    """Return `find` of each, given with the wordings of its text, in one statement."""
    asked = [_asked(n, new, near, window, later=later) for n, (new, near) in enumerate(news)]
    rows: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for n, *row in prepared(_CANDIDATES, [json.dumps(asked)]):
        rows[n].append(row)
    found = []
    for n, (new, near) in enumerate(news):
        matches = [compare(new, _matter(row), copy=row[-1] in near, window=window) for row in rows[n]]
        kept = sorted((one for one in matches if one.any), key=lambda one: -(one.other.order or 0))
        found.append(Found(new, tuple(kept)))
    return found


def _asked(n: int, new: Matter, near: Sequence[int], window: int, *, later: bool) -> dict[str, Any]:
    span = timedelta(days=window + 1)
    day = new.at + MASS_WITHIN if later else new.at
    last = _NONE if new.order is None or later else new.order
    return {
        "n": n, "person": new.person.hex() if new.person is not None else None, "wordings": list(near),
        "keys": keys_around(new.place), "last": last,
        "below": new.order + _LATE_BY if later and new.order is not None else last,
        "since": (new.at - span).isoformat(), "until": (new.at + span if later else new.at).isoformat(),
        "day_since": (new.at - MASS_WITHIN).isoformat(), "day_until": day.isoformat(),
    }  # fmt: skip


def _matter(row: Sequence[Any]) -> Matter:
    pk, body, place, longitude, latitude, category, area, call, stage, person, at, _wording = row
    known = bytes(person) if person is not None else None
    return Matter(body, at, place, _point(longitude, latitude), category, area, known, call, pk, stage)


#: Others at the same place matter within a day only (`MASS_WITHIN`); the same person and copies come by their own ways.
_CANDIDATES: Final = f"""
    WITH q AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS q (
            n int, person text, wordings bigint[], keys bigint[], below bigint, last bigint,
            since timestamptz, until timestamptz, day_since timestamptz, day_until timestamptz
        )
    ), picked AS MATERIALIZED (
        SELECT q.n, o.id FROM q, LATERAL (
            SELECT id FROM orders_requester WHERE phone_index = decode(q.person, 'hex') ORDER BY id DESC
            LIMIT {_CALLS}
        ) AS call JOIN orders_workorder o ON o.requester_id = call.id
        UNION
        SELECT q.n, copy.order_id FROM q, LATERAL unnest(q.wordings) AS near (wording), LATERAL (
            SELECT order_id FROM repeats_entry e WHERE e.wording = near.wording AND e.order_id < q.below
            ORDER BY e.order_id DESC LIMIT {_COPIES}
        ) AS copy
        UNION
        SELECT q.n, here.order_id FROM q CROSS JOIN LATERAL unnest(q.keys) AS spot (key) CROSS JOIN LATERAL (
            SELECT order_id FROM repeats_spot s WHERE s.key = spot.key AND s.order_id < q.below
            ORDER BY s.order_id DESC LIMIT {_AT_SPOT}
        ) AS here JOIN repeats_entry e ON e.order_id = here.order_id AND e.at BETWEEN q.day_since AND q.day_until
    )
    SELECT q.n, o.id, o.body, o.place, o.longitude, o.latitude, o.category, o.area_id, o.requester_id, o.stage,
           r.phone_index, e.at, e.wording
    FROM q JOIN picked ON picked.n = q.n JOIN repeats_entry e ON e.order_id = picked.id
    JOIN orders_workorder o ON o.id = picked.id JOIN orders_requester r ON r.id = o.requester_id
    WHERE e.at BETWEEN q.since AND q.until AND o.id < q.last
"""  # noqa: S608 - the same
