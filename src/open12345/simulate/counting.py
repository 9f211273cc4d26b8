"""Figures counted from the platform's own tables, never from the plan.

Definitions (figures.md): an order counts on the day on which it was registered (`accepted_at`, in the pack's time). A
*valid callback* (V) is the call that closed the order, ours or the upper platform's, connected and answered: the order
is closed or archived and holds an answer. 满意率 = satisfied levels / rated, 解决率 = solved / answered: who rates
without saying whether it is solved counts in the first alone. A unit's kind is that of the unit directly below the
centre to which the lead belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, get_args

from django.db import connection

from open12345.directory.models import Post, Unit
from open12345.policy import Pack
from open12345.simulate.planning.arrivals import midnight
from open12345.simulate.scenarios.scenario import Counted, Where
from open12345.simulate.scenarios.windows import Days

_HUNDRED: Final = Decimal(100)
_ENDED: Final = "o.stage in ('closed', 'archived')"
Condition = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted: a number or a day; of a rate also what was divided by what."""

    value: Decimal | date | None
    numerator: int | None = None
    denominator: int | None = None


class Counting:
    """Counts in one instance, with its pack's words; `end` is the run's last day."""

    def __init__(self, pack: Pack, end: date) -> None:
        """Remember the pack and read the units' places in the tree."""
        self.pack, self.end = pack, end
        self._units = _top_kinds()

    def found(self, count: Counted) -> Found:
        """Count one figure as the scenario says."""
        return _MEASURES[count.measure](self, count)

    def not_over(self, count: Counted) -> bool:
        """Say whether the days that are counted reach beyond the run's last one."""
        days = [part for part in (count.days, count.before, count.less) if part is not None]
        return any(part.at(self.end)[1] > self.end for part in days)

    # --- numbers --------------------------------------------------------------------------------------

    def _orders(self, count: Counted) -> Found:
        less = self._count(count.less, count.among) if count.less is not None else 0
        return _number(self._count(count.days, count.among) - less)

    def _daily_mean(self, count: Counted) -> Found:
        first, last = _dated(count.days, self.end)
        days, orders = (last - first).days + 1, self._count(count.days, count.among)
        return Found(Decimal(orders) / days, orders, days)

    def _busiest(self, count: Counted) -> Found:
        return _number(self._days(count)[0])

    def _busiest_day(self, count: Counted) -> Found:
        return Found(self._days(count)[1])

    def _days(self, count: Counted) -> tuple[int, date | None]:
        """Return the most orders of one day, and that day."""
        where, values = self._where(count.days, count.among)
        sql = f"""select count(*), (o.accepted_at at time zone 'Asia/Shanghai')::date as day
                  from orders_workorder o {_JOIN} where {where} group by day order by 1 desc, day limit 1"""  # noqa: S608 - made of constants
        row = _row(sql, values)
        return (int(row[0]), row[1]) if row else (0, None)

    def _closed(self, count: Counted) -> Found:
        """Orders that were closed by the end of a day."""
        by = (count.closed_by or self.end) + timedelta(days=1)
        more: Condition = (f"{_ENDED} and o.closed_at < %s", [midnight(by)])
        return _number(self._count(count.days, count.among, more))

    def _accounts(self, count: Counted) -> Found:
        if count.role:
            return _number(Post.objects.filter(role=count.role, staff__is_active=True).count())
        return _number(sum(row.accounts for row in self.pack.units))

    def _units_found(self, count: Counted) -> Found:
        return _number(Unit.objects.filter(active=True, kind__in=count.among.unit_kinds).count())

    # --- rates ----------------------------------------------------------------------------------------

    def _share(self, count: Counted) -> Found:
        return _rate(self._count(count.days, count.among), self._count(count.days, count.within))

    def _growth(self, count: Counted) -> Found:
        now, before = self._count(count.days, count.among), self._count(count.before, count.among)
        grown = Decimal(now) / before * _HUNDRED - _HUNDRED if before else None
        return Found(grown, now, before)

    def _yearly_growth(self, count: Counted) -> Found:
        now, before = self._count(count.days, count.among), self._count(count.before, count.among)
        if not before:
            return Found(None, now, before)
        factor = (Decimal(now) / before) ** (Decimal(1) / count.years)
        return Found(factor * _HUNDRED - _HUNDRED, now, before)

    def _rated(self, count: Counted) -> Found:
        return _number(self._count(count.days, count.among, _RATED))

    def _answered(self, count: Counted) -> Found:
        return _number(self._count(count.days, count.among, _ANSWERED))

    def _satisfied(self, count: Counted) -> Found:
        levels = [level.code for level in self.pack.callback.scale if level.satisfied]
        more: Condition = (f"{_RATED[0]} and o.satisfied = any(%s)", [levels])
        return _number(self._count(count.days, count.among, more))

    def _solved(self, count: Counted) -> Found:
        options = [option.code for option in self.pack.callback.solved_options if option.counts_as_solved]
        more: Condition = (f"{_ANSWERED[0]} and o.solved = any(%s)", [options])
        return _number(self._count(count.days, count.among, more))

    def _satisfied_rate(self, count: Counted) -> Found:
        return _rate(_whole(self._satisfied(count)), _whole(self._rated(count)))

    def _solved_rate(self, count: Counted) -> Found:
        return _rate(_whole(self._solved(count)), _whole(self._answered(count)))

    # --- which orders ---------------------------------------------------------------------------------

    def _count(self, days: Days | None, where: Where, more: Condition = ("true", [])) -> int:
        condition, values = self._where(days, where)
        sql = f"select count(*) from orders_workorder o {_JOIN} where {condition} and {more[0]}"  # noqa: S608 - made of constants
        row = _row(sql, [*values, *more[1]])
        return int(row[0]) if row else 0

    def _where(self, days: Days | None, where: Where) -> Condition:
        found = [*self._conditions(days, where)]
        return " and ".join(text for text, _values in found), [value for _text, values in found for value in values]

    def _conditions(self, days: Days | None, where: Where) -> Iterator[Condition]:
        first, last = _dated(days, self.end)
        yield "o.accepted_at >= %s and o.accepted_at < %s", [midnight(first), midnight(last + timedelta(days=1))]
        if where.categories:
            yield "o.category = any(%s)", [self._below(where.categories)]
        if where.channels:
            yield "o.channel = any(%s)", [list(where.channels)]
        if where.kinds:
            yield "o.kind = any(%s)", [[code for code, kind in self.pack.kinds.items() if kind.base in where.kinds]]
        if where.urgencies:
            yield "o.urgency = any(%s)", [list(where.urgencies)]
        if where.unit_kinds:
            yield "o.lead_unit_id = any(%s)", [[unit for unit, kind in self._units.items() if kind in where.unit_kinds]]
        if where.enterprise is not None:
            yield "r.enterprise = %s", [where.enterprise]
        if where.reason is not None:
            yield _DISPATCHED, [where.reason]

    def _below(self, categories: tuple[str, ...]) -> list[str]:
        """Return the codes of categories and of all below them."""
        tree = self.pack.category_tree
        return sorted({row.code for code in categories for row in tree.subtree(code)})


_JOIN: Final = "join orders_requester r on r.id = o.requester_id"
_DISPATCHED: Final = """exists (select 1 from orders_event e where e.order_id = o.id and e.action = 'dispatch'
                        and starts_with(e.facts->>'reason', %s))"""
_RATED: Final[Condition] = (f"{_ENDED} and o.satisfied <> ''", [])
_ANSWERED: Final[Condition] = (f"{_ENDED} and o.solved <> ''", [])


def _top_kinds() -> dict[int, str]:
    """Return, for each unit, the kind of the one directly below the centre to which it belongs."""
    rows = {row.pk: row for row in Unit.objects.all()}
    found = {}
    for unit in rows.values():
        top = unit
        while top.parent_id is not None and rows[top.parent_id].kind != "centre":
            top = rows[top.parent_id]
        found[unit.pk] = top.kind
    return found


def _dated(days: Days | None, end: date) -> tuple[date, date]:
    return days.at(end) if days is not None else (date(1990, 1, 1), end)


def _number(count: int) -> Found:
    return Found(Decimal(count))


def _whole(found: Found) -> int:
    return int(found.value) if isinstance(found.value, Decimal) else 0


def _rate(numerator: int, denominator: int) -> Found:
    value = Decimal(numerator) / denominator * _HUNDRED if denominator else None
    return Found(value, numerator, denominator)


def _row(sql: str, values: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()  # type: ignore[no-any-return]


_MEASURES: Final[Mapping[str, Callable[[Counting, Counted], Found]]] = {
    name: getattr(Counting, f"_{name}" if name != "units" else "_units_found")
    for name in get_args(Counted.model_fields["measure"].annotation)
}
