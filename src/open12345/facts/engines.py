"""Where questions are put: DuckDB over the files, or PostgreSQL over the rows themselves, as they are this moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from open12345.facts import mirror
from open12345.facts.cuts import Dialect
from open12345.facts.reference import Reference
from open12345.facts.store import Manifest
from open12345.facts.template import rows_sql

Answers = list[tuple[Any, ...]]


def ask(sql: str, dialect: Dialect, *, manifest: Manifest | None, told: Reference | None) -> Answers:
    """Return the rows of the answer; days are days on both engines."""
    if dialect == "duckdb":
        assert manifest is not None  # noqa: S101 - the caller has one for this engine
        rows = mirror.run(manifest, sql)
    else:
        assert told is not None  # noqa: S101 - the same
        rows = _in_database(sql, told)
    return [tuple(_plain(value) for value in row) for row in rows]


def _in_database(sql: str, told: Reference) -> Answers:
    """Ask the database: `facts` is the SELECT that the files are made by, so both engines see the same columns."""
    whole = f"WITH facts AS ({rows_sql()}) SELECT * FROM ({sql.replace('%', '%%')}) AS answer"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(whole, told.parameters)
        return list(cursor.fetchall())


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value
