"""One question put to the facts: the Ibis expression of a cut, and of the orders behind one of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import ibis

from open12345.facts.columns import ibis_schema
from open12345.facts.dimensions import dimension
from open12345.facts.metrics import Basis, Metric, metric
from open12345.facts.periods import Period

Dialect = Literal["duckdb", "postgres"]
Part = Literal["numerator", "denominator", "rest", "excluded"]
#: Cells of one cut: more nobody reads, and one question would fill the memory of the process that all share.
MOST_CELLS: Final = 100_000
FACTS: Final = ibis.table(ibis_schema(), name="facts")


@dataclass(frozen=True, slots=True)
class Cut:
    """Which metric, by what, when, of which orders, as whom.

    `where`: (dimension, value) pairs that must hold; a tuple of values where any of them will do. `paths`: the subtrees
    of units whose rows the asker sees, None for all. `exclusions`: reasons for which a row does not count; none for the
    raw view. `basis`: the date by which rows fall into the period, where it is not the metric's own.
    """

    metric: str
    period: Period
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, Any], ...] = ()
    paths: tuple[str, ...] | None = None
    exclusions: tuple[str, ...] = ()
    basis: Basis | None = None


@lru_cache(maxsize=512)
def cut_sql(cut: Cut, dialect: Dialect) -> str:
    """Return the cut in SQL: the keys of `by`, the numerator, the denominator."""
    return str(ibis.to_sql(_expression(cut), dialect=dialect, pretty=False))


@lru_cache(maxsize=64)
def orders_sql(cut: Cut, part: Part, dialect: Dialect, most: int, after: int = 0) -> str:
    """Return the numbers of the orders behind a cut in SQL, the newest first: one number once, `after` left out."""
    return str(ibis.to_sql(_orders(cut, part).limit(most, offset=after), dialect=dialect, pretty=False))


@lru_cache(maxsize=64)
def count_sql(cut: Cut, part: Part, dialect: Dialect) -> str:
    """Return the SQL that counts the orders behind a cut."""
    return str(ibis.to_sql(_orders(cut, part).count(), dialect=dialect, pretty=False))


def _expression(cut: Cut) -> Any:
    asked = metric(cut.metric)
    rows = _kept(_rows(cut, asked), cut.exclusions)
    keys = {name: dimension(name).of(rows, cut.basis or asked.basis) for name in cut.by}
    sums = {"numerator": asked.numerator.resolve(rows).sum().fill_null(0).cast("int64")}
    if asked.denominator is not None:
        sums["denominator"] = asked.denominator.resolve(rows).sum().fill_null(0).cast("int64")
    return rows.group_by(**keys).aggregate(**sums).limit(MOST_CELLS + 1) if keys else rows.aggregate(**sums)


def _orders(cut: Cut, part: Part) -> Any:
    asked = metric(cut.metric)
    rows = _rows(cut, asked)
    above = asked.numerator.resolve(rows)
    below = asked.denominator.resolve(rows) if asked.denominator is not None else above
    if part == "excluded":
        rows = (
            rows.filter(below != 0, ~_counts(rows, cut.exclusions))
            if cut.exclusions
            else rows.filter(ibis.literal(value=False))
        )
    else:
        rows = _kept(rows, cut.exclusions)
        wanted = {
            "numerator": above != 0,
            "denominator": below != 0,
            "rest": (below != 0) & (above < asked.scale * below),
        }
        rows = rows.filter(wanted[part])
    numbers = rows.group_by(number=rows.number).aggregate(last=rows.order_id.max())
    return numbers.order_by(ibis.desc("last")).select("number")


def _rows(cut: Cut, asked: Metric) -> Any:
    """The rows the metric looks at, of the period, that the asker sees."""
    table = FACTS
    basis = cut.basis or asked.basis
    kept = [table[f"{basis}_day"].between(ibis.date(cut.period.first), ibis.date(cut.period.last))]
    if asked.rows != "all":
        kept.append(table[asked.rows] == 1)
    if cut.paths is not None:
        kept.append(_any([table.unit_path.startswith(path) for path in cut.paths]))
    kept += [_equals(dimension(name).of(table, basis), value) for name, value in cut.where]
    return table.filter(*kept)


def _kept(rows: Any, exclusions: tuple[str, ...]) -> Any:
    return rows.filter(_counts(rows, exclusions)) if exclusions else rows


def _counts(rows: Any, exclusions: tuple[str, ...]) -> Any:
    return ~_any([rows.excluded.contains(f" {code} ") for code in exclusions])


def _equals(column: Any, value: Any) -> Any:
    if isinstance(value, tuple):
        some = column.isin([one for one in value if one is not None])
        return some | column.isnull() if None in value else some
    return column.isnull() if value is None else column == value


def _any(conditions: list[Any]) -> Any:
    found = ibis.literal(value=False)
    for number, condition in enumerate(conditions):
        found = condition if number == 0 else found | condition
    return found
