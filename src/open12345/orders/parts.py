"""What hangs on one order, read in one statement: its page shows all of it, and asking table by table took six.

PostgreSQL hands each row out as JSON; the fields of the model read it again, so that a row is the same object as one
that the ORM had read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BinaryField, Field, Model

from open12345.orders.models import Application, Attachment, Clock, ForeignNumber, Link, Record, WorkOrder

#: Each table with the columns by which a row hangs on an order.
_HANGS_BY: Final[dict[type[Model], tuple[str, ...]]] = {
    Application: ("order_id",), Attachment: ("order_id",), Clock: ("order_id",), ForeignNumber: ("order_id",),
    Link: ("order_id", "other_id"), Record: ("order_id",),
}  # fmt: skip
Parts = dict[type[Model], list[Any]]


def parts_of(order: WorkOrder) -> Parts:
    """Return the rows of each table that hang on the order, by id; a link also where it points to the order."""
    models = list(_HANGS_BY)
    statement = " UNION ALL ".join(_select(place, model) for place, model in enumerate(models))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"order": order.pk})
        rows = cursor.fetchall()
    found: Parts = defaultdict(list)
    for place, told in rows:
        model = models[place]
        found[model].append(_made(model, json.loads(told), order))
    for some in found.values():
        some.sort(key=lambda row: row.pk)
    return found


def hang(model: type[Model]) -> None:
    """Read a room's own rows of an order with its other parts (`Sight.hung`); called when the room starts."""
    _HANGS_BY[model] = ("order_id",)


def _select(place: int, model: type[Model]) -> str:
    table = model._meta.db_table
    hangs = " OR ".join(f"t.{column} = %(order)s" for column in _HANGS_BY[model])
    return f"SELECT {place}, to_jsonb(t)::text FROM {table} t WHERE {hangs}"  # noqa: S608 - names of our own tables


def _made(model: type[Model], told: dict[str, Any], order: WorkOrder) -> Model:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    made = model.from_db(DEFAULT_DB_ALIAS, names, [_value(field, told[str(field.column)]) for field in fields])
    if getattr(made, "order_id") == order.pk:  # noqa: B009 - every one of them has it, which types cannot say
        setattr(made, "order", order)  # noqa: B010
    return made


def _value(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, BinaryField):
        return None if value is None else bytes.fromhex(value[2:])  # PostgreSQL writes "\x0a1b"
    return field.to_python(value)
