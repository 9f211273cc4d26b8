"""What a run has written so far, kept beside the platform's tables and committed with the orders themselves.

A schema of its own in the same database: a batch and its line here are one transaction, so that a run that was killed
goes on where it stood, without doubles and without gaps. An instance that never was simulated does not have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from open12345.orders.models import WorkOrder
from open12345.simulate.history.copying import Ids

_TABLES: Final = """
    CREATE SCHEMA IF NOT EXISTS simulate;
    CREATE TABLE IF NOT EXISTS simulate.run (
        name text PRIMARY KEY, processes int NOT NULL, chunk int NOT NULL, pack text NOT NULL,
        began timestamptz NOT NULL DEFAULT now(), ended timestamptz);
    ALTER TABLE simulate.run ADD COLUMN IF NOT EXISTS size int, ADD COLUMN IF NOT EXISTS base bigint,
        ADD COLUMN IF NOT EXISTS ids int;
    CREATE TABLE IF NOT EXISTS simulate.batch (
        run text NOT NULL REFERENCES simulate.run, chunk int NOT NULL, shard int NOT NULL, orders int NOT NULL,
        events int NOT NULL, rows int NOT NULL, PRIMARY KEY (run, chunk, shard));
    CREATE TABLE IF NOT EXISTS simulate.dropped_index (name text PRIMARY KEY, definition text NOT NULL);
"""
_LOCK: Final = 12345_004


class OtherRun(ValueError):
    """A run of this name was begun with another pack, or with another number of lives."""


@dataclass(frozen=True)
class Run:
    """A run as it was begun, and which of its batches are written: (chunk, shard).

    The life at place n of the run is the order with the id `base` + n, whichever writer writes it and when: so the same
    seed gives the same numbers, and what hangs on a number.
    """

    name: str
    processes: int
    chunk: int
    done: frozenset[tuple[int, int]]
    ended: bool
    base: int
    size: int

    def first(self, shard: int) -> int:
        """Return the first chunk of which a writer's batch is missing."""
        chunk = 0
        while (chunk, shard) in self.done:
            chunk += 1
        return chunk


def begin(
    connection: psycopg.Connection[Any], name: str, pack: str, *, size: int, processes: int, chunk: int
) -> Run:  # fmt: skip
    """Begin the run of `size` lives, or take it up again as it was begun; raises `OtherRun`.

    One of which nothing is written yet begins anew. One that was begun before ids were set aside gets them now, for
    what it has not written.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_TABLES)
        connection.execute(
            "INSERT INTO simulate.run (name, processes, chunk, pack)"
            " VALUES (%(name)s, %(processes)s, %(chunk)s, %(pack)s)"
            " ON CONFLICT (name) DO UPDATE SET processes = %(processes)s, chunk = %(chunk)s, pack = %(pack)s"
            " WHERE NOT EXISTS (SELECT FROM simulate.batch WHERE run = %(name)s)",
            {"name": name, "processes": processes, "chunk": chunk, "pack": pack},
        )
        found = connection.execute(
            "SELECT processes, chunk, pack, ended, size, base FROM simulate.run WHERE name = %s", [name]
        )
        row = found.fetchone()
        if row is None or row[2] != pack:
            raise OtherRun(f"the run {name} was begun with another pack")
        done = connection.execute("SELECT chunk, shard FROM simulate.batch WHERE run = %s", [name]).fetchall()
        if done and row[4] not in {None, size}:
            raise OtherRun(f"the run {name} was begun with {row[4]} lives, not {size}")
        base = row[5] if row[4] == size else _set_aside(connection, name, size)
    written = frozenset((int(c), int(s)) for c, s in done)
    return Run(name, int(row[0]), int(row[1]), written, ended=row[3] is not None, base=int(base), size=size)


def _set_aside(connection: psycopg.Connection[Any], name: str, size: int) -> int:
    """Set the ids of the run's orders aside, and return the first.

    Those of an attempt that was killed before it wrote anything are taken over: what comes then has the numbers that it
    would have had without it.
    """
    left = connection.execute(
        "UPDATE simulate.run r SET size = NULL, base = NULL, ids = NULL FROM ("
        " SELECT name, base, ids FROM simulate.run r WHERE base IS NOT NULL AND NOT EXISTS ("
        "  SELECT FROM simulate.batch WHERE run = r.name) ORDER BY base LIMIT 1"
        ") AS kept WHERE r.name = kept.name RETURNING kept.base, kept.ids"
    ).fetchone()
    draw = Ids(connection, block=1)
    base, many = (int(left[0]), int(left[1])) if left else (0, 0)
    if size > many:
        more = draw(WorkOrder, size - many)
        base = more if not left else base if more == base + many else draw(WorkOrder, size)
    connection.execute(
        "UPDATE simulate.run SET size = %s, base = %s, ids = %s WHERE name = %s", [size, base, max(size, many), name]
    )
    return base


def note(connection: psycopg.Connection[Any], run: str, place: tuple[int, int], counts: tuple[int, int, int]) -> None:
    """Note a batch, in the transaction that writes it."""
    connection.execute("INSERT INTO simulate.batch VALUES (%s, %s, %s, %s, %s, %s)", [run, *place, *counts])


def end(connection: psycopg.Connection[Any], run: str) -> None:
    """Note that the run is whole."""
    connection.execute("UPDATE simulate.run SET ended = now() WHERE name = %s", [run])


def places(connection: psycopg.Connection[Any], run: str) -> list[tuple[int, int]]:
    """Return which batches are written, in the order of time: (chunk, shard)."""
    found = connection.execute("SELECT chunk, shard FROM simulate.batch WHERE run = %s ORDER BY 1, 2", [run])
    return [(int(chunk), int(shard)) for chunk, shard in found]


def totals(connection: psycopg.Connection[Any], run: str) -> tuple[int, int, int]:
    """Return how many orders, events and rows the run has written."""
    found = connection.execute(
        "SELECT coalesce(sum(orders), 0), coalesce(sum(events), 0), coalesce(sum(rows), 0)"
        " FROM simulate.batch WHERE run = %s", [run],
    ).fetchone()  # fmt: skip
    orders, events, rows = found or (0, 0, 0)
    return int(orders), int(events), int(rows)


# -- indexes -----------------------------------------------------------------------------------------------------------


def drop_indexes(connection: psycopg.Connection[Any], tables: list[str]) -> int:
    """Put aside the indexes that only make reading fast; returns how many. What is unique stays.

    Their definitions are kept with the drop, so that they come back even if this process does not.
    """
    with connection.transaction():
        found = connection.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique AND NOT i.indisprimary",
            [tables],
        ).fetchall()
        for name, definition in found:
            connection.execute("INSERT INTO simulate.dropped_index VALUES (%s, %s)", [name, definition])
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(str(name))))
    return len(found)


def dropped_indexes(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """Return (name, definition) of what was put aside; first those that take longest, on one core each."""
    found = connection.execute(
        "SELECT name, definition FROM simulate.dropped_index ORDER BY definition NOT LIKE '%USING gin%', name"
    )
    return [(str(name), str(definition)) for name, definition in found]


def build_index(connection: psycopg.Connection[Any], name: str, definition: str) -> None:
    """Build one index again: whole, or put aside still."""
    with connection.transaction():
        connection.execute(definition)
        connection.execute("DELETE FROM simulate.dropped_index WHERE name = %s", [name])


# -- the loader's session ----------------------------------------------------------------------------------------------


@contextmanager
def unchecked(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """One transaction in which triggers stand aside: what is loaded was made by the rules and is checked afterwards.

    A superuser's session turns them off for itself alone. Any other owner takes the trigger that only lets orders
    begin at the beginning away for this transaction, which keeps other writers of orders waiting so long.
    """
    with connection.transaction():
        if connection.info.get_parameters().get("user") and _is_superuser(connection):
            connection.execute("SET LOCAL session_replication_role = replica")
            yield
            return
        connection.execute("ALTER TABLE orders_workorder DISABLE TRIGGER orders_workorder_insert_stage")
        connection.execute("ALTER TABLE orders_event DISABLE TRIGGER orders_event_to_seal")
        yield
        connection.execute("ALTER TABLE orders_event ENABLE TRIGGER orders_event_to_seal")
        connection.execute("ALTER TABLE orders_workorder ENABLE TRIGGER orders_workorder_insert_stage")


def _is_superuser(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(found and found[0])
