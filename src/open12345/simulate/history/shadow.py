"""A stage apart: the order tables once more, empty and for one connection alone.

Temporary tables of the same names stand before the real ones, with sequences of their own that count from far away.
What is played here through the real services touches no real row, takes no real number and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction

from open12345.orders.models import Requester, WorkOrder

ROOMS: Final = ("orders", "intake", "handling", "callback")
#: Rooms whose tables are written beside, and kept for a short while only: played apart too, but not read back.
BESIDE: Final = ("notify",)
#: Where the ids of a table begin on the stage: larger than any id or counter, and telling the table.
FIRST: Final = 7_000_000_000_000
APART: Final = 10_000_000_000

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
    """Put the shadow tables in front; whatever happens inside is undone."""
    with transaction.atomic():
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


def clear() -> None:
    """Empty the stage for the next play; ids go on from where they were."""
    with connection.cursor() as cursor:
        for model in _apart():  # few rows: a tenth of what TRUNCATE of as many tables takes
            cursor.execute(f'DELETE FROM pg_temp."{model._meta.db_table}"')  # noqa: S608 - names from the models


def jump(model: type[models.Model], to: int) -> None:
    """Let the next id of `model` be `to`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval('pg_temp.{model._meta.db_table}_id_seq', {to}, false)")


def rows() -> dict[type[models.Model], list[Row]]:
    """Return everything that stands in the shadow tables, by table, in the order of ids."""
    return {model: found for model in tables() if (found := rows_of(model))}


def rows_of(model: type[models.Model]) -> list[Row]:
    """Return the rows of one table as attribute → value."""
    fields = [field for field in model._meta.concrete_fields if field.column]
    with connection.cursor() as cursor:  # a tenth of what building the same query costs, and each life asks 16 times
        cursor.execute(_select(model))
        return [
            {field.attname: _python(field, value) for field, value in zip(fields, row, strict=True)}
            for row in cursor.fetchall()
        ]


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
