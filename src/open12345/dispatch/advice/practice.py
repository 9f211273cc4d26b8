"""Practice (派单惯例): what each unit kept and gave back of each category in each area, counted by days.

Counted are the leads of all rounds that have ended, whoever sent them, on the day of their dispatch; and where an order
went later that came back. A row holds for its category and area and all below them: rows of a category above the
leaves, and of the area "" (anywhere), are sums, as are those of all that the list gives to one unit ("@unit"), so that
a page of orders reads a few rows and never adds up a city.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from django.db import connection, transaction

from open12345.dispatch.advice.evidence import above, day_of, single_from
from open12345.dispatch.advice.stored import ENDED, KEPT, SINCE
from open12345.dispatch.models import Practice
from open12345.policy import Pack
from open12345.policy.trees import Row, Tree
from open12345.worktime import SHANGHAI

#: Days that the refresh may stand still and yet find every single day again that belongs to a month by now.
_LATE: Final = 14
#: One refresh at a time.
_LOCK: Final = 12_345_004
R = TypeVar("R", bound=Row)

#: What `evidence.period_of` says.
_PERIOD: Final = "CASE WHEN day >= %(single)s THEN day ELSE date_trunc('month', day)::date END"

_COUNT: Final = f"""
    WITH ended AS (
        SELECT o.category, coalesce(ar.code, '') AS area, a.unit_id, NULL::bigint AS after_id, {KEPT} AS kept,
               (a.assigned_at AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM orders_workorder o
        JOIN orders_assignment a ON a.order_id = o.id AND {ENDED}
        LEFT JOIN directory_area ar ON ar.id = o.area_id
        WHERE o.changed_at >= %(since)s AND a.assigned_at >= %(since)s AND {SINCE} <= %(at)s
        UNION ALL
        SELECT o.category, coalesce(ar.code, ''), b.unit_id, a.unit_id, true,
               (a.assigned_at AT TIME ZONE 'Asia/Shanghai')::date
        FROM orders_workorder o
        JOIN orders_assignment a ON a.order_id = o.id AND {ENDED} AND NOT {KEPT}
        JOIN orders_assignment b ON b.order_id = o.id AND b.round > a.round AND b.role = 'lead'
             AND b.parent_id IS NULL AND b.unit_id <> a.unit_id
        LEFT JOIN directory_area ar ON ar.id = o.area_id
        WHERE o.changed_at >= %(since)s AND a.assigned_at >= %(since)s AND b.assigned_at <= %(at)s
    ), counted AS (
        SELECT category, area, unit_id, after_id, {_PERIOD} AS since, count(*) FILTER (WHERE kept) AS kept,
               count(*) FILTER (WHERE NOT kept) AS back
        FROM ended GROUP BY 1, 2, 3, 4, 5
    )
    INSERT INTO dispatch_practice (category, area, unit_id, after_id, since, kept, back)
    SELECT matter.above, coalesce(place.above, ''), unit_id, after_id, since, sum(kept), sum(back)
    FROM counted
    JOIN unnest(%(categories)s::text[], %(categories_above)s::text[]) AS matter (code, above)
      ON matter.code = counted.category
    LEFT JOIN unnest(%(areas)s::text[], %(areas_above)s::text[]) AS place (code, above) ON place.code = counted.area
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - put together from constants alone


def refresh(pack: Pack, *, at: datetime, whole: bool = False) -> int:
    """Count the months that single days belonged to lately anew as of `at`; return how many rows were written.

    `whole`: all that is stored, for the first time or after orders were imported.
    """
    single = single_from(day_of(at))
    since = date(1970, 1, 1) if whole else (single - timedelta(days=_LATE)).replace(day=1)
    categories = [(code, wide) for code in (*pack.category_tree, "") for wide in above(pack, code)]
    areas = _pairs(pack.area_tree)
    values: dict[str, Any] = {
        "since": datetime.combine(since, time.min, SHANGHAI), "at": at, "single": single,
        "categories": [code for code, _wide in categories], "categories_above": [wide for _code, wide in categories],
        "areas": [code for code, _wide in areas], "areas_above": [wide for _code, wide in areas],
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DELETE FROM dispatch_practice WHERE since >= %s", [since])
        cursor.execute(_COUNT, values)
        return int(cursor.rowcount)


def _pairs(tree: Tree[R]) -> list[tuple[str, str]]:
    """Return each code with itself, with each code above it and with "", any; so does no code at all."""
    return [(code, above) for code in (*tree, "") for above in (*(row.code for row in tree.lineage(code)), "")]


def never() -> bool:
    """Say whether nothing has been counted yet."""
    return not Practice.objects.exists()
