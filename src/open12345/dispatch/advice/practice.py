"""Practice (派单惯例): what each unit kept and gave back of each category in each area, counted by month.

Counted are the leads of all rounds, whoever sent them, in the month in which they ended. A row holds for its category
and area and all below them: rows of a category above the leaves, and of the area "" (anywhere), are sums, so that a
page of orders reads a few rows and never adds up a city.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final, TypeVar

from django.db import connection, transaction

from open12345.dispatch.advice.evidence import month_of
from open12345.dispatch.advice.stored import ENDED, KEPT, SINCE
from open12345.policy import Pack
from open12345.policy.trees import Row, Tree
from open12345.worktime import SHANGHAI

#: Months that the regular refresh counts anew: outcomes of this one and, around its first days, the last.
RECENT: Final = 2
_LOCK: Final = 12_345_004
R = TypeVar("R", bound=Row)

_COUNT: Final = f"""
    WITH ended AS (
        SELECT o.category, coalesce(ar.code, '') AS area, a.unit_id, {KEPT} AS kept,
               date_trunc('month', {SINCE} AT TIME ZONE 'Asia/Shanghai')::date AS month
        FROM orders_workorder o
        JOIN orders_assignment a ON a.order_id = o.id AND {ENDED}
        LEFT JOIN directory_area ar ON ar.id = o.area_id
        WHERE o.changed_at >= %(since)s AND {SINCE} >= %(since)s AND {SINCE} <= %(at)s
    ), counted AS (
        SELECT category, area, unit_id, month, count(*) FILTER (WHERE kept) AS kept,
               count(*) FILTER (WHERE NOT kept) AS back
        FROM ended GROUP BY 1, 2, 3, 4
    )
    INSERT INTO dispatch_practice (category, area, unit_id, month, kept, back)
    SELECT matter.above, coalesce(place.above, ''), unit_id, month, sum(kept), sum(back)
    FROM counted
    JOIN unnest(%(categories)s::text[], %(categories_above)s::text[]) AS matter (code, above)
      ON matter.code = counted.category
    LEFT JOIN unnest(%(areas)s::text[], %(areas_above)s::text[]) AS place (code, above) ON place.code = counted.area
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - put together from constants alone


def refresh(pack: Pack, *, at: datetime, months: int | None = RECENT) -> int:
    """Count the last `months` anew (None: all that is stored) as of `at`; return how many rows were written."""
    since = _begin(at, months)
    categories, areas = _pairs(pack.category_tree), _pairs(pack.area_tree)
    values: dict[str, Any] = {
        "since": datetime.combine(since, time.min, SHANGHAI), "at": at,
        "categories": [code for code, _above in categories], "categories_above": [above for _code, above in categories],
        "areas": [*(code for code, _ in areas), *pack.area_tree, ""],
        "areas_above": [*(above for _, above in areas), *("" for _ in pack.area_tree), ""],
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DELETE FROM dispatch_practice WHERE month >= %s", [since])
        cursor.execute(_COUNT, values)
        return int(cursor.rowcount)


def _begin(at: datetime, months: int | None) -> date:
    if months is None:
        return date(1970, 1, 1)
    now = month_of(at)
    number = now.year * 12 + now.month - months
    return date(number // 12, number % 12 + 1, 1)


def _pairs(tree: Tree[R]) -> Iterable[tuple[str, str]]:
    """Return each code with itself and with each code above it."""
    return [(code, row.code) for code in tree for row in tree.lineage(code)]
