"""One question put to the facts: the Ibis expression of a cut, and of the orders behind one of its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
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


def cut_sql(cut: Cut, dialect: Dialect) -> str:
    """Return the cut in SQL: the keys of `by`, the numerator, the denominator."""
    marks = _Marks()
    return marks.filled(_cut_text(marks.shape(cut), dialect))


def several_sql(cuts: Sequence[Cut], dialect: Dialect) -> str:
    """Return several cuts by the same dimensions, under the same conditions, in one SQL over the rows.

    The keys of `by`, then each cut's numerator and denominator (0 for volumes). The dimensions may not depend on a
    metric's date.
    """
    marks = _Marks()
    return marks.filled(_several_text(tuple(marks.shape(cut) for cut in cuts), dialect))


def orders_sql(cut: Cut, part: Part, dialect: Dialect, most: int, after: int = 0) -> str:
    """Return the numbers of the orders behind a cut in SQL, the newest first: one number once, `after` left out."""
    marks = _Marks()
    return marks.filled(_orders_text(marks.shape(cut), part, dialect, most, after))


def one_sql(name: str, key: str, dialect: Dialect) -> str:
    """Return the SQL that finds a row whose dimension has this key, if there is one."""
    rows = FACTS.filter(_equals(dimension(name).of(FACTS, ""), key)).select("order_id").limit(1)
    return str(ibis.to_sql(rows, dialect=dialect, pretty=False))


def count_sql(cut: Cut, part: Part, dialect: Dialect) -> str:
    """Return the SQL that counts the orders behind a cut."""
    marks = _Marks()
    return marks.filled(_count_text(marks.shape(cut), part, dialect))


# Ibis takes some 30 ms of computing to write one statement. Statements that differ in days, units, categories alone are
# written once, with marks in their place: years in which nobody called, and a character that no text may hold.
_MARK: Final = re.compile("MAKE_DATE\\((1[0-8]\\d\\d), 1, 1\\)|'\ufdd0(\\d+)'")
_FIRST_MARK: Final = 1000


class _Marks:
    """What stands in place of the values of a statement, and the values as SQL."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def shape(self, cut: Cut) -> Cut:
        """Return the cut with marks for its days and its texts."""
        first, last = self._day(cut.period.first), self._day(cut.period.last)
        where = tuple((name, self._marked(value)) for name, value in cut.where)
        return replace(cut, period=Period("", first, last), where=where)

    def _marked(self, value: Any) -> Any:
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, str):
            return self._text(_quoted(value))
        if not isinstance(value, tuple) or not all(one is None or isinstance(one, str) for one in value):
            return value
        texts = ", ".join(_quoted(one) for one in value if one is not None)
        return ((self._text(texts),) if texts else ()) + ((None,) if None in value else ())

    def _day(self, day: date) -> date:
        self._values.append(f"MAKE_DATE({day.year}, {day.month}, {day.day})")
        return date(_FIRST_MARK + len(self._values) - 1, 1, 1)

    def _text(self, sql: str) -> str:
        self._values.append(sql)
        return f"\ufdd0{len(self._values) - 1}"

    def filled(self, text: str) -> str:
        """Return a statement with the values where the marks stand."""
        return _MARK.sub(lambda m: self._values[int(m[1]) - _FIRST_MARK if m[1] else int(m[2])], text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@lru_cache(maxsize=512)
def _cut_text(cut: Cut, dialect: Dialect) -> str:
    return str(ibis.to_sql(_expression(cut), dialect=dialect, pretty=False))


@lru_cache(maxsize=64)
def _several_text(cuts: tuple[Cut, ...], dialect: Dialect) -> str:
    return str(ibis.to_sql(_several(cuts), dialect=dialect, pretty=False))


@lru_cache(maxsize=64)
def _orders_text(cut: Cut, part: Part, dialect: Dialect, most: int, after: int) -> str:
    return str(ibis.to_sql(_orders(cut, part).limit(most, offset=after), dialect=dialect, pretty=False))


@lru_cache(maxsize=64)
def _count_text(cut: Cut, part: Part, dialect: Dialect) -> str:
    return str(ibis.to_sql(_orders(cut, part).count(), dialect=dialect, pretty=False))


def _several(cuts: tuple[Cut, ...]) -> Any:
    table, sums = FACTS, {}
    keys = {name: dimension(name).of(table, "") for name in cuts[0].by}
    for number, cut in enumerate(cuts):
        asked = metric(cut.metric)
        counts = _all([*_conditions(cut, asked), *([_counts(table, cut.exclusions)] if cut.exclusions else [])])
        for name, summed in (("above", asked.numerator), ("below", asked.denominator)):
            total = ibis.literal(0) if summed is None else summed.resolve(table).sum(where=counts).fill_null(0)
            sums[f"{name}_{number}"] = total.cast("int64")
    rows = table.filter(*_where(cuts[0], "")) if cuts[0].where else table
    return rows.group_by(**keys).aggregate(**sums).limit(MOST_CELLS + 1) if keys else rows.aggregate(**sums)


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
    """The rows the metric looks at, of the period, that the asker sees, under the conditions of the cut."""
    return FACTS.filter(*_conditions(cut, asked), *_where(cut, cut.basis or asked.basis))


def _conditions(cut: Cut, asked: Metric) -> list[Any]:
    table = FACTS
    basis = cut.basis or asked.basis
    kept = [table[f"{basis}_day"].between(ibis.date(cut.period.first), ibis.date(cut.period.last))]
    if asked.rows != "all":
        kept.append(table[asked.rows] == 1)
    if cut.paths is not None:
        kept.append(_any([table.unit_path.startswith(path) for path in cut.paths]))
    return kept


def _where(cut: Cut, basis: str) -> list[Any]:
    return [_equals(dimension(name).of(FACTS, basis), value) for name, value in cut.where]


def _kept(rows: Any, exclusions: tuple[str, ...]) -> Any:
    return rows.filter(_counts(rows, exclusions)) if exclusions else rows


def _counts(rows: Any, exclusions: tuple[str, ...]) -> Any:
    return ~_any([rows.excluded.contains(f" {code} ") for code in exclusions])


def _equals(column: Any, value: Any) -> Any:
    if isinstance(value, tuple):
        some = column.isin([one for one in value if one is not None])
        return some | column.isnull() if None in value else some
    return column.isnull() if value is None else column == value


def _all(conditions: list[Any]) -> Any:
    found = conditions[0]
    for condition in conditions[1:]:
        found = found & condition
    return found


def _any(conditions: list[Any]) -> Any:
    found = ibis.literal(value=False)
    for number, condition in enumerate(conditions):
        found = condition if number == 0 else found | condition
    return found
