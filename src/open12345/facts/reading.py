"""Rows from the database into Arrow, a bounded number at a time."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any, Final

import psycopg
import pyarrow as pa
from django.db import connection
from pyarrow import csv

from open12345.facts.columns import COLUMNS, arrow_type
from open12345.facts.reference import Reference
from open12345.facts.template import rows_sql

_TYPES: Final = {"date32": pa.date32(), "timestamp": pa.timestamp("us"), "string": pa.string()}
SCHEMA: Final = pa.schema([
    pa.field(column.name, _TYPES.get(arrow_type(column)) or getattr(pa, arrow_type(column))()) for column in COLUMNS
])  # fmt: skip
_READ: Final = csv.ReadOptions(column_names=[column.name for column in COLUMNS], block_size=1 << 24)
_PARSE: Final = csv.ParseOptions(newlines_in_values=True)
_CONVERT: Final = csv.ConvertOptions(
    column_types=SCHEMA, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
    timestamp_parsers=[csv.ISO8601],
)  # fmt: skip


def rows_between(told: Reference, first: int, last: int) -> pa.Table:
    """Return the rows of the orders with ids from `first` to `last`, by order and unit."""
    return _rows(told, "{id} BETWEEN %(first)s AND %(last)s", first=first, last=last)


def rows_of(told: Reference, orders: Collection[int]) -> pa.Table:
    """Return the rows of some orders."""
    return _rows(told, "{id} = ANY(%(orders)s)", orders=sorted(orders))


def _rows(told: Reference, condition: str, **more: Any) -> pa.Table:
    text = f"COPY ({rows_sql(condition)} ORDER BY v.id, v.unit_id NULLS FIRST) TO STDOUT (FORMAT csv)"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL datestyle = 'ISO'" if connection.in_atomic_block else "SET datestyle = 'ISO'")
        raw = cursor.connection
        statement = psycopg.ClientCursor(raw).mogrify(text, {**told.parameters, **more})
        written = io.BytesIO()
        with raw.cursor().copy(statement.encode()) as copy:
            for block in copy:
                written.write(block)
    if not written.tell():
        return SCHEMA.empty_table()
    written.seek(0)
    return csv.read_csv(written, _READ, _PARSE, _CONVERT)
