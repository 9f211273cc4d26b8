"""Short ways to the rows of the mirror; and invented rows, where no order is needed."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

import pyarrow as pa

from open12345.facts import mirror, services, store, writing
from open12345.facts.columns import COLUMNS
from open12345.facts.reading import SCHEMA
from open12345.facts.store import Manifest
from tests.cast import Town

Row = dict[str, Any]


def whole(manifest: Manifest | None = None) -> list[tuple[Any, ...]]:
    """Return all rows, by order and unit."""
    return mirror.run(manifest or store.required(), "SELECT * FROM facts ORDER BY order_id, unit, role")


def fresh(town: Town) -> dict[tuple[str, str], Row]:
    """Bring the facts up to date; return the rows by number and unit."""
    services.refresh(town.now)
    names = [column.name for column in COLUMNS]
    rows = [dict(zip(names, row, strict=True)) for row in whole()]
    return {(row["number"], row["unit"]): row for row in rows}


def invented(count: int, seed: int) -> pa.Table:
    """Return rows of orders that never were, of 2021 and 2022: every flag and count at random."""
    dice = Random(seed)
    rows: list[Row] = []
    while len(rows) < count:
        order = len(rows)
        shared = {"category_1": dice.choice("ABC"), "channel": dice.choice(["phone", "web"]), "kind": "help"}
        day = datetime(dice.choice([2021, 2022]), dice.randint(1, 12), dice.randint(1, 28), dice.randrange(24))  # noqa: DTZ001 - local
        rows += [_row(dice, order, place, day) | shared for place in range(dice.choice([1, 1, 1, 2, 3]))]
    return pa.Table.from_pylist(rows, schema=SCHEMA).sort_by([("order_id", "ascending"), ("unit", "ascending")])


def _row(dice: Random, order: int, place: int, day: datetime) -> Row:
    row: Row = {}
    for column in COLUMNS:
        if column.type == "flag":
            row[column.name] = dice.randrange(2)
        elif column.type in {"count", "minutes", "days"}:
            row[column.name] = dice.randrange(4)
        elif column.type == "code":
            row[column.name] = dice.choice(["", "a", "b"])
        elif column.type == "day":
            row[column.name] = day.date() if dice.random() < 0.8 else None
        elif column.type == "hour":
            row[column.name] = day.hour
    unit = f"u{dice.randrange(5)}{place}"
    return row | {"order_id": order, "number": f"N{order:06}", "unit": unit, "unit_path": f"/centre/{unit}/",
                  "main": int(place == 0), "accepted_day": day.date(),
                  **{name: row[name.replace("month", "day")] and row[name.replace("month", "day")].replace(day=1)
                     for name in row if name.endswith("_month")}}  # fmt: skip


def filled(rows: pa.Table) -> Manifest:
    """Put rows into the folder of facts, as a build would."""
    with store.writing(wait=True):
        months = writing.Months()
        months.add(rows)
        return store.put(
            Manifest("test", "digest", "database", "1:1:", "2022-12-31T00:00:00+00:00", "2022-12-31T00:00:00+00:00",
                     writing.columns(), months.close()), store.current(),
        )  # fmt: skip
