"""What the database knows of who does what, for a page of orders at once: one round trip however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from django.db import connection
from psycopg.types.datetime import TimestamptzLoader

from open12345.dispatch.advice.evidence import (
    DAYS,
    FAST,
    REACH,
    SLOW,
    TOLD_DAYS,
    Evidence,
    Level,
    Past,
    Tally,
    day_of,
)
from open12345.orders.undo import UNDONE_WITHIN

#: A lead's share that has ended: kept where it was reported, given back where it was returned or taken back. A dispatch
#: that was undone within seconds was a slip of the hand and says nothing of the unit.
ENDED: Final = f"""
    a.role = 'lead' AND a.parent_id IS NULL AND a.state IN ('reported', 'checked', 'returned', 'taken_back')
    AND NOT (a.state = 'taken_back' AND a.ended_at <= a.assigned_at + interval '{UNDONE_WITHIN.seconds} seconds')
"""
KEPT: Final = "a.state IN ('reported', 'checked')"
SINCE: Final = "coalesce(a.reported_at, a.ended_at)"

# The statements are put together from the constants above alone; every value is a parameter. An age is float8: a power
# of integers is one of numeric, some ten microseconds each.
_TALLIES: Final = f"""
    WITH aged AS (
        SELECT p.category, p.area, p.unit_id, p.after_id, p.kept, p.back, (%(today)s::date - p.since)::float8 AS age,
               p.since > coalesce(max(p.since) FILTER (WHERE p.after_id IS NULL AND p.kept > 0) OVER (
                   PARTITION BY p.category, p.area, coalesce(p.after_id, p.unit_id)
               ), '-infinity') AS running
        FROM unnest(%(categories)s::text[], %(areas)s::text[]) AS asked (category, area)
        JOIN dispatch_practice p ON p.category = asked.category AND p.area = asked.area
        WHERE p.since BETWEEN %(today)s::date - {DAYS - 1} AND %(today)s::date
    )
    SELECT aged.category, aged.area, u.code, before.code,
           sum(kept * power(0.5, age / {SLOW}))::float8, sum(back * power(0.5, age / {SLOW}))::float8,
           sum(kept * power(0.5, age / {FAST}))::float8, sum(back * power(0.5, age / {FAST}))::float8,
           coalesce(sum(kept) FILTER (WHERE age < {TOLD_DAYS}), 0)::int,
           coalesce(sum(back) FILTER (WHERE age < {TOLD_DAYS}), 0)::int,
           coalesce(sum(CASE WHEN after_id IS NULL THEN back ELSE kept END * power(0.5, age / {SLOW}))
               FILTER (WHERE running), 0)::float8
    FROM aged JOIN directory_unit u ON u.id = aged.unit_id LEFT JOIN directory_unit before ON before.id = aged.after_id
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608

_PAST: Final = f"""
    SELECT asked.category, o.id, o.number, coalesce(ar.code, ''), u.code, {KEPT}, {SINCE}, o.title || chr(10) || o.head,
           a.assigned_at
    FROM unnest(%(matters)s::text[]) AS asked (category),
    LATERAL (
        SELECT w.id, w.number, w.area_id, w.title, left(w.body, 300) AS head FROM orders_workorder w
        WHERE w.category = asked.category AND w.accepted_at < %(at)s
        ORDER BY w.accepted_at DESC, w.id DESC LIMIT {REACH}
    ) AS o
    JOIN orders_assignment a ON a.order_id = o.id AND {ENDED} AND {SINCE} < %(at)s
    JOIN directory_unit u ON u.id = a.unit_id
    LEFT JOIN directory_area ar ON ar.id = o.area_id
    ORDER BY a.assigned_at DESC, o.id DESC
"""  # noqa: S608

_CAME_BACK: Final = f"""
    SELECT a.order_id, u.code FROM orders_assignment a JOIN directory_unit u ON u.id = a.unit_id
    WHERE a.order_id = ANY(%s) AND {ENDED} AND NOT {KEPT}
"""  # noqa: S608


def evidence(asked: Iterable[Level], categories: Collection[str], at: datetime) -> Evidence:
    """Return what is known now of these levels, and of the newest orders of these categories."""
    wanted = sorted(set(asked))
    values: dict[str, Any] = {
        "categories": [level.category for level in wanted], "areas": [level.area for level in wanted],
        "today": day_of(at), "matters": sorted(set(categories)), "at": at,
    }  # fmt: skip
    tallies: dict[Level, dict[str, Tally]] = defaultdict(dict)
    moves: dict[Level, dict[tuple[str, str], float]] = defaultdict(dict)
    past: dict[str, list[Past]] = defaultdict(list)
    if not wanted:
        return Evidence(at)
    with connection.cursor() as cursor:
        # A page of orders reads some 4,000 moments: psycopg's own loader is compiled, Django's is not.
        cursor.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(f"{_TALLIES};{_PAST}", values)  # both in one go: each page asks them
        for category, area, unit, before, *counts in cursor.fetchall():
            told = Tally(*counts)
            if before is None:
                tallies[Level(category, area)][unit] = told
            elif told.run:
                moves[Level(category, area)][before, unit] = told.run
        cursor.nextset()
        for category, *row in cursor.fetchall():
            past[category].append(Past(*row))
    return Evidence(at, tallies, moves, past)


def came_back(orders: Collection[int]) -> dict[int, frozenset[str]]:
    """Return for each order the units that it came back from."""
    if not orders:
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_CAME_BACK, [list(orders)])
        for order, unit in cursor.fetchall():
            found[order].add(unit)
    return {order: frozenset(units) for order, units in found.items()}
