"""A stage apart: the order tables once more, empty and for one connection alone.

Temporary tables of the same names stand before the real ones, with sequences of their own that count from far away.
What is played here through the real services touches no real row, takes no real number and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import psycopg
from django.apps import apps
from django.db import connection, models, transaction
from django.db.backends.postgresql.base import ServerBindingCursor

from open12345.orders.models import Requester, WorkOrder

ROOMS: Final = ("orders", "intake", "handling", "callback")
#: Rooms whose tables are written beside, and kept for a short while only: played apart too, but not read back.
BESIDE: Final = ("notify",)
#: Where the ids of a table begin on the stage: larger than any id or counter, and telling the table.
FIRST: Final = 7_000_000_000_000
APART: Final = 10_000_000_000
#: How often a statement is asked before the server keeps its plan, and how many plans it keeps.
_OFTEN: Final = 2
_PLANS: Final = 1000

Row = dict[str, Any]


@cache
def tables() -> tuple[type[models.Model], ...]:
    """Return the tables that an order's life writes to: those that point at an order, the order, who asked."""
    found = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    return tuple(model for model in found if model in {WorkOrder, Requester} or _of_order(model))


def _of_order(model: type[models.Model]) -> bool:
    return any(f.related_model is WorkOrder for f in model._meta.concrete_fields if f.is_relation)


def _apart() -> list[type[models.Model]]:
    return [*tables(), *(model for room in BESIDE for model in apps.get_app_config(room).get_models())]


def first_id(model: type[models.Model]) -> int:
    """Return where the ids of `model` begin on the stage."""
    return FIRST + APART * tables().index(model)


@contextmanager
def stage() -> Iterator[None]:
    """Put the shadow tables in front; whatever happens inside is undone.

    The same few statements come hundreds of times here, so the server keeps their plans: a third less time per life.
    """
    with transaction.atomic(), _planned_once():
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.never_there")  # the driver forgets its prepared statements
            for model in _apart():
                name = model._meta.db_table
                cursor.execute(f'CREATE TEMPORARY TABLE "{name}" (LIKE public."{name}" INCLUDING ALL) ON COMMIT DROP')
                if isinstance(model._meta.pk, models.AutoField) and model in tables():
                    start = first_id(model)
                    cursor.execute(f"SELECT setval('pg_temp.{name}_id_seq', {start}, false)")
        try:
            yield
        finally:
            transaction.set_rollback(True)  # at which the driver forgets them again


@contextmanager
def _planned_once() -> Iterator[None]:
    """Send values apart from their statements, which Django's own cursor writes into the text."""
    raw = connection.connection
    before = raw.cursor_factory, raw.prepare_threshold, raw.prepared_max
    raw.cursor_factory, raw.prepare_threshold, raw.prepared_max = ServerBindingCursor, _OFTEN, _PLANS
    try:
        yield
    finally:
        raw.cursor_factory, raw.prepare_threshold, raw.prepared_max = before


def clear() -> None:
    """Empty the stage for the next play; ids go on from where they were."""
    with _at_once() as cursor:  # few rows: a tenth of what TRUNCATE of as many tables takes
        cursor.execute(_emptied())


@contextmanager
def _at_once() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor for several statements in one go."""
    with connection.wrap_database_errors, psycopg.ClientCursor(connection.connection) as cursor:
        yield cursor


@cache
def _emptied() -> str:
    return ";".join(f'DELETE FROM pg_temp."{model._meta.db_table}"' for model in _apart())  # noqa: S608 - of the models


def jump(model: type[models.Model], to: int) -> None:
    """Let the next id of `model` be `to`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval('pg_temp.{model._meta.db_table}_id_seq', {to}, false)")


def latest(model: type[models.Model]) -> int:
    """Return the id of `model` that was given last."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value FROM pg_temp.{model._meta.db_table}_id_seq")  # noqa: S608 - of the model
        (found,) = cursor.fetchone()
    return int(found)


def rows() -> dict[type[models.Model], list[Row]]:
    """Return everything that stands in the shadow tables, by table, in the order of ids."""
    with _at_once() as cursor:  # one round trip: each life asks sixteen tables
        cursor.execute(";".join(map(_select, tables())))
        found = {}
        for model in tables():
            if told := [_row(model, row) for row in cursor.fetchall()]:
                found[model] = told
            cursor.nextset()
    return found


def _row(model: type[models.Model], values: tuple[Any, ...]) -> Row:
    """Return a row as attribute → value."""
    return {name: _python(field, value) for (name, field), value in zip(_fields(model), values, strict=True)}


@cache
def _fields(model: type[models.Model]) -> list[tuple[str, models.Field[Any, Any]]]:
    return [(field.attname, field) for field in model._meta.concrete_fields if field.column]


@cache
def _select(model: type[models.Model]) -> str:
    names = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if field.column)
    keys = model._meta.pk_fields if hasattr(model._meta, "pk_fields") else [model._meta.pk]
    order = ", ".join(f'"{key.column}"' for key in keys)
    return f'SELECT {names} FROM "{model._meta.db_table}" ORDER BY {order}'  # noqa: S608 - names from the models


def _python(field: models.Field[Any, Any], value: Any) -> Any:
    for convert in field.get_db_converters(connection):
        value = convert(value, None, connection)
    return bytes(value) if isinstance(value, memoryview) else value
