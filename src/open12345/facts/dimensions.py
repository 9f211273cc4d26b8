"""By what figures can be cut: columns of the row, and the parts of the date by which a metric counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from open12345.facts.columns import BY_NAME

_NAMES: Final = (
    "origin", "channel", "kind", "kind_base", "order_type", "category", "category_1", "category_2", "category_3",
    "category_4", "category_5", "urgency", "area", "area_district", "area_street", "area_community", "area_grid",
    "anonymous", "enterprise", "confidential", "stage", "outcome", "said_solved", "said_satisfied", "unit", "unit_kind",
    "unit_group", "unit_above", "unit_top", "unit_top_kind", "role", "point_to_point", "repeat", "excluded",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to cut. `of`: the expression, from the table and the basis of the metric; `step`: of a key.

    Every row has exactly one value of it, so the parts of a cut add up to the whole.
    """

    name: str
    title: str
    english: str
    of: Callable[[Any, str], Any]
    step: str = ""


def _column(name: str) -> Dimension:
    column = BY_NAME[name]
    return Dimension(name, column.title, column.english, lambda table, _basis: table[name])


def _day(table: Any, basis: str) -> Any:
    return table[f"{basis}_day"]


def _part(part: str) -> Callable[[Any, str], Any]:
    return lambda table, basis: _day(table, basis).truncate(part).cast("date")


_TIMES: Final = (
    Dimension("year", "年", "year", _part("Y"), "months"),
    Dimension("quarter", "季度", "quarter", _part("Q"), "months"),
    Dimension("month", "月", "month", lambda t, b: t[f"{b}_month"], "months"),
    Dimension("week", "周", "week", _part("W"), "days"),
    Dimension("day", "日", "day", _day, "days"),
    Dimension("weekday", "星期", "weekday (0 is Monday)", lambda t, b: t[f"{b}_weekday"]),
    Dimension("hour", "小时", "hour", lambda t, b: t[f"{b}_hour"]),
)
_LONGEST_KEY: Final = 200
#: A square of about 500 m: for the map of heat.
CELL: Final = 200

DIMENSIONS: Final = {
    one.name: one
    for one in (
        *(_column(name) for name in _NAMES),
        *_TIMES,
        Dimension("cell_x", "网格经度", "longitude of the cell, in 1/200 degree",
                  lambda t, _b: (t.longitude * CELL).floor().cast("int32")),
        Dimension("cell_y", "网格纬度", "latitude of the cell, in 1/200 degree",
                  lambda t, _b: (t.latitude * CELL).floor().cast("int32")),
    )
}  # fmt: skip


def dimension(name: str) -> Dimension:
    """Return a dimension; raises KeyError with those there are."""
    try:
        return DIMENSIONS[name]
    except KeyError:
        raise KeyError(f"no dimension {name}; there are: {', '.join(sorted(DIMENSIONS))}") from None


def moved(key: Any, step: str, begin: date, then: date) -> Any:
    """Return the key of a period that begins at `begin` which answers to `key` of one that began at `then`."""
    if not isinstance(key, date) or not step:
        return key
    if step == "days":
        return key + timedelta(days=(begin - then).days)
    months = key.year * 12 + key.month - 1 + (begin.year - then.year) * 12 + begin.month - then.month
    return date(months // 12, months % 12 + 1, 1)


def key_text(value: Any) -> str:
    """Return a key for an address, a table or a file: what says nothing is empty, several are parted by commas."""
    if isinstance(value, tuple):
        return ",".join(map(key_text, value))
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def read_key(name: str, text: str) -> Any:
    """Read a key of a dimension; raises ValueError for what can be none of its keys.

    The places that tell where an order lies may be missing: "" is None there.
    """
    if len(text) > _LONGEST_KEY or "\x00" in text:
        raise ValueError("no key is so long, or holds that")
    if dimension(name).step:
        day = date.fromisoformat(text)
        if name in _BEGINS and not _BEGINS[name](day):
            raise ValueError(f"a {name} is called by its first day")
        return day
    column = BY_NAME.get(name)
    if name in {"cell_x", "cell_y"}:
        return int(text) if text else None
    most = _MOST.get(name) or (1 if column is not None and column.type == "flag" else None)
    if most is None:
        return text
    if int(text) not in range(most + 1):
        raise ValueError(f"from 0 to {most}")
    return int(text)


_MOST: Final = {"hour": 23, "weekday": 6}
_BEGINS: Final[dict[str, Callable[[date], bool]]] = {
    "year": lambda day: (day.month, day.day) == (1, 1),
    "quarter": lambda day: (day.month % 3, day.day) == (1, 1),
    "month": lambda day: day.day == 1,
    "week": lambda day: day.weekday() == 0,
}
