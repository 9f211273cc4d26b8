"""Writing a change in one statement: every row, the order's own update and its jobs, or nothing.

One round trip instead of one per row is most of what makes taking in an order cheap (see bench/intake.py).
Identifiers are drawn from the tables' sequences first, so that rows may point at each other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, cast

import psycopg
from django.db import connection, models
from psycopg.types.json import Jsonb

from open12345.ui import timing


def allocate(*tables: type[models.Model]) -> list[int]:
    """Return a fresh id for each of `tables` (sequences never repeat and never block)."""
    if not tables:
        return []
    draws = ", ".join(f"nextval('{_sequence(table)}')" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {draws}")
        return [int(value) for value in cast("tuple[int, ...]", cursor.fetchone())]


@cache
def _sequence(table: type[models.Model]) -> str:
    return f"{table._meta.db_table}_id_seq"


@cache
def _columns(table: type[models.Model], *, with_id: bool) -> tuple[tuple[str, str], ...]:
    """Return (attribute, column) of each stored field."""
    return tuple(
        (f.attname, f.column)
        for f in table._meta.concrete_fields
        if f.column and (with_id or not isinstance(f, models.AutoField))
    )


@dataclass(frozen=True, slots=True)
class Job:
    """Work for the queue; `args` are what the task is called with."""

    task: str
    args: dict[str, Any]
    queue: str = "orders"
    lock: str | None = None


@dataclass
class Batch:
    """Rows to insert, rows to update and jobs to enqueue, together."""

    _inserts: dict[tuple[type[models.Model], bool], list[models.Model]] = field(default_factory=dict)
    _updates: dict[int, tuple[models.Model, set[str]]] = field(default_factory=dict)
    _jobs: list[Job] = field(default_factory=list)

    def insert(self, row: models.Model) -> None:
        """Add a new row; with its id already drawn, or left to the database."""
        with_id = not isinstance(row._meta.pk, models.AutoField) or row.pk is not None
        self._inserts.setdefault((type(row), with_id), []).append(row)

    def update(self, row: models.Model, *names: str) -> None:
        """Note that the fields `names` of `row` changed; several notes of one row become one update."""
        if any(kept is row for rows in self._inserts.values() for kept in rows):
            return
        self._updates.setdefault(id(row), (row, set()))[1].update(names)

    def enqueue(self, job: Job) -> None:
        """Add a job; it exists exactly when the change does."""
        self._jobs.append(job)

    def flush(self) -> None:
        """Write everything in one statement."""
        parts: list[str] = []
        params: list[Any] = []
        for (table, with_id), rows in self._inserts.items():
            parts.append(_insert(table, rows, params, with_id=with_id))
        for row, names in self._updates.values():
            parts.append(_update(row, names, params))
        with_ = ", ".join(f"w{n} AS ({part})" for n, part in enumerate(parts))
        sql = f"WITH {with_} {_defer(self._jobs, params)}" if parts else _defer(self._jobs, params)
        prepared(sql, params)


def prepared(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run `sql` as a prepared statement and return its rows: statements of one shape are planned once per connection.

    For what every order passes. Django's own cursor puts the values into the text, so that the server would plan each
    one anew.
    """
    connection.ensure_connection()
    started = time.monotonic()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True)
        rows = cursor.fetchall() if cursor.description else []
    spent = time.monotonic() - started
    timing.statement(spent)
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": f"{spent:.3f}"})
    return rows


def _insert(table: type[models.Model], rows: Iterable[models.Model], params: list[Any], *, with_id: bool) -> str:
    """Return the insert of all `rows` of one table; they travel as one JSON text, which both sides read fastest."""
    columns = _columns(table, with_id=with_id)
    content = [{column: getattr(row, name) for name, column in columns} for row in rows]
    params.append(json.dumps(content, ensure_ascii=False, default=_plain))
    names = ", ".join(f'"{column}"' for _, column in columns)
    into = table._meta.db_table
    # names come from the models, values are one parameter
    return f"INSERT INTO {into} ({names}) SELECT {names} FROM json_populate_recordset(null::{into}, %s)"  # noqa: S608


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    return str(value)


def _update(row: models.Model, names: set[str], params: list[Any]) -> str:
    columns = [c for c in _columns(type(row), with_id=False) if c[0] in _attributes(type(row), frozenset(names))]
    for name, _ in columns:
        value = getattr(row, name)
        params.append(Jsonb(value) if isinstance(value, dict | list) else value)
    params.append(row.pk)
    settings = ", ".join(f'"{column}" = %s' for _, column in columns)
    return f"UPDATE {row._meta.db_table} SET {settings} WHERE id = %s"  # noqa: S608 - names from the models


@cache
def _attributes(table: type[models.Model], names: frozenset[str]) -> frozenset[str]:
    """Return the stored attributes of the fields `names` ("lead_unit" → "lead_unit_id")."""
    return frozenset(table._meta.get_field(name).get_attname() for name in names)  # type: ignore[union-attr]


def _defer(jobs: list[Job], params: list[Any]) -> str:
    if not jobs:
        return "SELECT 1"
    for job in jobs:
        params.extend((job.queue, job.task, 0, job.lock, None, Jsonb(job.args), None))
    rows = ", ".join(["ROW(%s, %s, %s, %s, %s, %s, %s)::procrastinate_job_to_defer_v1"] * len(jobs))
    return f"SELECT procrastinate_defer_jobs_v1(ARRAY[{rows}])"
