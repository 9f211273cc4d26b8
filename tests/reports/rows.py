"""Rows of the mirror by the thousand: as many orders as a report says, on the days it says, all else empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from open12345.facts.columns import COLUMNS
from open12345.facts.reading import SCHEMA

_ZERO = {"flag", "count", "minutes", "days"}


@dataclass(frozen=True)
class Many:
    """So many orders accepted on a day, alike; `more` are columns."""

    count: int
    day: date
    more: dict[str, Any] = field(default_factory=dict)


def table(*groups: Many) -> pa.Table:
    """Return the rows of all groups, numbered."""
    parts, first = [], 1
    for group in (one for one in groups if one.count):
        parts.append(_rows(group, first))
        first += group.count
    return pa.concat_tables(parts)


def _rows(group: Many, first: int) -> pa.Table:
    day, columns = group.day, []
    month = day.replace(day=1)
    told = {"main": 1, "accepted_day": day, "accepted_month": month, "accepted_weekday": day.weekday(),
            "unit_path": "/centre/", **group.more}  # fmt: skip
    for column in COLUMNS:
        kind = SCHEMA.field(column.name).type
        if column.name == "order_id":
            columns.append(pa.array(range(first, first + group.count), kind))
        elif column.name == "number":
            columns.append(pa.array([f"N{number:07}" for number in range(first, first + group.count)], kind))
        else:
            usual = 0 if column.type in _ZERO else "" if column.type == "code" else None
            columns.append(pa.repeat(pa.scalar(told.get(column.name, usual), kind), group.count))
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def spread(count: int, days: list[date], **more: Any) -> Iterator[Many]:
    """Yield a number of orders evenly over days."""
    each, rest = divmod(count, len(days))
    for place, day in enumerate(days):
        yield Many(each + (place < rest), day, more)
