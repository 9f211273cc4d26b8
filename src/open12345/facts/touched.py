"""Which orders moved since a mirror last looked.

A line of `facts_touched` bears the number of its transaction. Numbers are given out at the first write and become
visible at the commit, in any order: "the highest seen so far" would miss what commits late. So a mirror remembers
PostgreSQL's own description of what was visible (a snapshot: all below xmin, none from xmax on, without those listed),
and asks for lines of transactions that this snapshot did not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from open12345.facts.models import Mirror

#: A mirror that has not been heard of for so long is no longer waited for.
_FORGOTTEN_AFTER: Final = "7 days"

_UNSEEN: Final = """
    FROM facts_touched WHERE xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot)::text::bigint
    AND (NOT pg_visible_in_snapshot(xid::text::xid8, %(seen)s::pg_snapshot)
         OR xid = pg_current_xact_id_if_assigned()::text::bigint)
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """The orders that moved, and the snapshot that knows of all of it."""

    orders: list[int]
    snapshot: str


def snapshot() -> str:
    """Return what is visible now. Taken before reading: what is read afterwards is at least as new."""
    return str(_value("SELECT pg_current_snapshot()::text"))


def since(seen: str) -> Moved:
    """Return the orders that moved in transactions which `seen` did not see."""
    now = snapshot()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT order_id" + _UNSEEN + "ORDER BY order_id", {"seen": seen})
        return Moved([int(row[0]) for row in cursor.fetchall()], now)


def waiting(seen: str) -> tuple[int, float]:
    """Return how many orders wait to be read, and for how long the first has waited (seconds)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT order_id), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)" + _UNSEEN,  # noqa: S608
            {"seen": seen},
        )
        orders, seconds = cursor.fetchone()
        return int(orders), float(seconds)


def database() -> str:
    """Return what tells this database from every other one, and from itself before it was made anew."""
    return str(_value("SELECT system_identifier || ':' || (SELECT oid FROM pg_database "
                      "WHERE datname = current_database()) FROM pg_control_system()"))  # fmt: skip


def knows(name: str, seen: str) -> bool:
    """Say whether the database still keeps all that this mirror has not seen.

    Not where it has forgotten the mirror or been told that it had read further, nor where the mirror is ahead of it:
    a backup was put back.
    """
    kept = Mirror.objects.filter(name=name).values_list("snapshot", flat=True).first()
    return kept is not None and bool(_value(_KEPT, [kept, seen, seen]))


_KEPT: Final = """
    SELECT pg_snapshot_xmin(%s::pg_snapshot) <= pg_snapshot_xmin(%s::pg_snapshot)
       AND pg_snapshot_xmax(%s::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
"""


def begin(name: str, seen: str, at: datetime) -> None:
    """Let the database keep what moves from `seen` on for a mirror that is being built; what it keeps it goes on to."""
    if not knows(name, seen):
        remember(name, seen, at)


def remember(name: str, seen: str, at: datetime) -> None:
    """Note how far a mirror has read, and forget what all mirrors have."""
    Mirror.objects.update_or_create(name=name, defaults={"snapshot": seen, "at": at})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM facts_mirror WHERE at < %s - %s::interval", [at, _FORGOTTEN_AFTER])
        cursor.execute(
            "DELETE FROM facts_touched WHERE xid < (SELECT min(pg_snapshot_xmin(snapshot::pg_snapshot)::text::bigint)"
            " FROM facts_mirror)"
        )


def _value(sql: str, values: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return (cursor.fetchone() or (None,))[0]
