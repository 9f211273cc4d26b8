"""Writing sheets: COPY of each table's lines, all in the caller's transaction."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from django.db import models
from psycopg import sql

from open12345.orders.models import (
    Application,
    Assignment,
    Clock,
    Event,
    ForeignNumber,
    Link,
    Record,
    Requester,
    Unsealed,
    WorkOrder,
)
from open12345.simulate.history.columns import columns
from open12345.simulate.history.stamp import Sheet

#: Parents before children, so that foreign keys hold at any time.
ORDER: Final[tuple[type[models.Model], ...]] = (
    Requester,
    WorkOrder,
    ForeignNumber,
    Assignment,
    Clock,
    Application,
    Record,
    Event,
    Link,
    Unsealed,
)


def copy(connection: psycopg.Connection[Any], sheet: Sheet, *, unsealed: bool = True) -> int:
    """Write a sheet and return how many rows it had; `unsealed`: nobody else notes what waits for a seal."""
    rest = [model for model in sheet.lines if model not in ORDER]
    for model in (*ORDER, *rest):
        lines = sheet.lines.get(model)
        if lines and (unsealed or model is not Unsealed):
            _copy(connection, model, b"".join(lines))
    return sum(sheet.rows.values())


def _copy(connection: psycopg.Connection[Any], model: type[models.Model], lines: bytes) -> None:
    names = sql.SQL(", ").join(sql.Identifier(str(f.column)) for f in columns(model))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), names)
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        stream.write(lines)


class Ids:
    """Numbers out of a table's sequence, block by block.

    A block is taken under the sequence's lock, so that nobody who draws at the same time gets a number of it.
    """

    def __init__(self, connection: psycopg.Connection[Any], block: int = 2000) -> None:
        self.connection, self.block = connection, block
        self._next: dict[type[models.Model], int] = {}
        self._ends: dict[type[models.Model], int] = {}

    def __call__(self, model: type[models.Model], many: int) -> int:
        """Return the first of `many` numbers in a row; 0 for a table without numbers of its own."""
        first = self._next.get(model, 0)
        if first + many > self._ends.get(model, 0):
            if not isinstance(model._meta.pk, models.AutoField):
                return 0
            first, self._ends[model] = self._reserve(model, max(many, self.block))
        self._next[model] = first + many
        return first

    def _reserve(self, model: type[models.Model], many: int) -> tuple[int, int]:
        name = sql.Identifier(f"{model._meta.db_table}_id_seq")
        with self.connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT min(n), max(n), count(*) FROM (SELECT nextval({}::regclass) AS n"
                    " FROM generate_series(1, {})) AS drawn"
                ).format(sql.Literal(name.as_string()), many)
            )
            low, high, count = (int(value) for value in cursor.fetchone() or (0, 0, 0))
        if high - low + 1 != count:  # somebody drew in between: rare, and only numbers are lost
            return self._reserve(model, many)
        return low, high + 1
