"""A million orders for `bench/repeats.py`, in minutes: 50,000 told one by one, the rest multiplied in the database.

Real: 50,000 texts of the simulator with their signatures, places, callers and moments. Multiplied: each stands once in
every slice of the year, with a caller of that slice, and a band of its own where it had one; a band or a place that
several share is shared by as many more, as common phrases and busy places are in a city that goes on. Nothing here is
durable and rows are thin: no history, no search, no assignment.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

from bench import repeats_rows as rows

if TYPE_CHECKING:
    import psycopg

PROCESSES: Final = 2
#: Copies of one text within the last week, and orders at one place within the last day: the worst that may be asked.
SENT, CROWD = 10_000, 2_000
_SLOW: Final = 20
#: Groups of one text have their wording's number after these.
_SENT_GROUPS: Final = 50_000_000
#: Beside others, orders so new get an ended assignment: the recommender reads what became of the newest.
_RECENT: Final = timedelta(days=90)


@dataclass(frozen=True)
class Beside:
    """Where the orders stand: from this id on, and so much later than `rows.END`; nothing is emptied for them."""

    first: int = 0
    later: timedelta = timedelta()


ALONE: Final = Beside()
#: Ids below are those of orders that are there before.
OTHERS: Final = 10_000_000


def fill(pack: str, orders: int, beside: Beside = ALONE) -> None:
    """Fill the index with `orders` orders and the worst; print what is there and how long each part took.

    Alone all else is emptied before; beside other orders what they need is kept, and those of the last months get an
    ended assignment, as the others of their category have.
    """
    from open12345.project import database

    database.disconnect()
    begun = time.monotonic()
    base, times = _shares(orders)
    with rows.bulk() as connection:
        _careless(connection)
        if beside is ALONE:
            rows.empty(connection)
        dropped = _without_indexes(connection, whole=beside is not ALONE)
        _tell(pack, base, times, connection)
        told = time.monotonic()
        _multiply(connection, base, times, beside)
        _worst(pack, orders, connection, beside)
        _group(connection, beside)
        if beside is not ALONE:
            connection.execute(_ASSIGNED, {"first": beside.first, "since": rows.END + beside.later - _RECENT})
        copied = time.monotonic()
        connection.execute("SET maintenance_work_mem = '512MB'")
        for statement in dropped:
            connection.execute(statement)
        for table in ("entry", "wording", "spot", "group", "member"):
            connection.execute(f"VACUUM ANALYZE repeats_{table}")
        connection.execute("VACUUM ANALYZE orders_workorder, orders_requester, orders_assignment")
        connection.execute("SELECT setval('repeats_wording_id_seq', %s), setval('repeats_group_id_seq', %s)",
                           [beside.first + 10 * orders, _SENT_GROUPS + 2 * (beside.first + 10 * orders)])  # fmt: skip
        if beside is not ALONE:
            connection.execute("SELECT setval('orders_workorder_id_seq', %s), setval('orders_requester_id_seq', %s)",
                               [beside.first + 2 * orders] * 2)  # fmt: skip
            _careful(connection)
        _print(connection, base, orders)
    ended = time.monotonic()
    print(
        f"filled in {ended - begun:.0f} s: {told - begun:.0f} s telling {base:,} orders, {copied - told:.0f} s "
        f"multiplying, {ended - copied:.0f} s indexes and statistics"
    )


def _shares(orders: int) -> tuple[int, int]:
    base = min(rows.BASE, orders)
    return base, max(orders // base, 1)


def at_end(pack: str, orders: int, ids: range | list[int]) -> list[rows.Said]:
    """Return some of the told orders as they stand in the last slice of the year."""
    base, times = _shares(orders)
    later = (times - 1) * rows.YEAR / times
    return [replace(one, at=one.at + later) for one in rows.tell(pack, ids, base, times)]


def last_index(phone: str, orders: int) -> bytes:
    """Return the index that a phone has in the last slice."""
    first, times = rows.index_of(phone), _shares(orders)[1]
    return first if times == 1 else hashlib.sha256(first + str(times - 1).encode()).digest()


def _careless(connection: psycopg.Connection[Any]) -> None:
    """Let the bench's own cluster forget what it would lose in a power cut."""
    for name, value in _CARELESS.items():
        connection.execute(f"ALTER SYSTEM SET {name} = {value}")
    connection.execute("SELECT pg_reload_conf()")


def _careful(connection: psycopg.Connection[Any]) -> None:
    """Let it write again as the product's own does."""
    connection.execute("CHECKPOINT")
    for name in _CARELESS:
        connection.execute(f"ALTER SYSTEM RESET {name}")
    connection.execute("SELECT pg_reload_conf()")


_CARELESS: Final = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "'8GB'",
    "checkpoint_timeout": "'30min'", "autovacuum": "off",
}  # fmt: skip


def _without_indexes(connection: psycopg.Connection[Any], *, whole: bool) -> list[str]:
    """Drop what only slows the filling; returns how to make it again (alone, no lists of orders are measured).

    `whole`: constraints stay, and everything is made again.
    """
    found = connection.execute(
        "SELECT i.indexname, i.indexdef, c.conname FROM pg_indexes i LEFT JOIN pg_constraint c "
        "ON c.conindid = i.indexname::regclass AND c.contype IN ('p', 'u') WHERE i.tablename = ANY(%s)",
        [[*rows.COLUMNS, "repeats_group", "repeats_member"]],
    ).fetchall()
    again = []
    for name, how, constraint in found:
        table = how.split(" ON ")[1].split()[0].removeprefix("public.")
        if whole and constraint:
            continue
        if constraint:
            connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE')
        else:
            connection.execute(f'DROP INDEX "{name}"')
        if whole or "repeats" in name or "requester" in name or name.endswith("_pkey"):
            again.append(how)
    return again


def _tell(pack: str, base: int, times: int, connection: psycopg.Connection[Any]) -> None:
    for table in rows.COLUMNS:
        connection.execute(f"CREATE TEMP TABLE first_{table} (LIKE {table} INCLUDING DEFAULTS)")
    jobs, last = [(start, base, pack, times) for start in range(0, base, rows.BLOCK)], time.monotonic()
    with get_context("spawn").Pool(PROCESSES) as pool:
        for done, block in enumerate(pool.imap_unordered(rows.block_of, jobs), 1):
            rows.copy(connection, block, into="first_")
            if time.monotonic() - last > _SLOW:
                last = time.monotonic()
                print(f"  {time.strftime('%T')} {done * rows.BLOCK:,}", flush=True)


def _multiply(connection: psycopg.Connection[Any], base: int, times: int, beside: Beside) -> None:
    """Write the `base` orders that were told, `times` in all, a slice of the year each."""
    connection.execute(_OWN_BANDS)
    values: dict[str, Any] = {"base": base, "slice": rows.YEAR / times, "first": beside.first, "later": beside.later}
    for n in range(times):
        for table, changed in _NEXT.items():
            names = ", ".join(rows.COLUMNS[table])
            what = ", ".join(changed.get(name, name) for name in rows.COLUMNS[table])
            connection.execute(
                f"INSERT INTO {table} ({names}) SELECT {what} FROM first_{table} {_BESIDE.get(table, '')}",
                {**values, "n": n, "shift": beside.first + n * base},
            )


#: Which bands a wording shares with none.
_OWN_BANDS: Final = """
    CREATE TEMP TABLE own AS
    WITH each AS (
        SELECT w.id, b.band, b.n FROM first_repeats_wording w, unnest(w.bands) WITH ORDINALITY AS b (band, n)
    ),
    often AS (SELECT band, count(*) AS times FROM each GROUP BY band)
    SELECT each.id AS wording, array_agg(CASE WHEN often.times = 1 THEN 2147483647 ELSE 0 END ORDER BY each.n) AS mask
    FROM each JOIN often USING (band) GROUP BY each.id
"""
_BESIDE: Final = {"repeats_wording": "LEFT JOIN own ON own.wording = id"}
_BANDS: Final = ", ".join(f"bands[{n}] # (mask[{n}] & %(n)s * 7919)" for n in range(1, 9))
_CALLER: Final = "CASE %(n)s WHEN 0 THEN phone_index ELSE sha256(phone_index || %(n)s::text::bytea) END"
_AT: Final = "+ %(n)s * %(slice)s + %(later)s"
_NEXT: Final[dict[str, dict[str, str]]] = {
    "orders_requester": {
        "id": "id + %(shift)s", "phone_index": _CALLER,
        "created_at": f"created_at {_AT}",
    },
    "orders_workorder": {
        "id": "id + %(shift)s", "number": "'B' || lpad((id + %(shift)s)::text, 12, '0')",
        "requester_id": "requester_id + %(shift)s",
        "accepted_at": f"accepted_at {_AT}", "created_at": f"created_at {_AT}", "changed_at": f"changed_at {_AT}",
    },
    "repeats_wording": {
        "id": "id + %(shift)s", "first": "first + %(shift)s",
        "bands": f"CASE WHEN bands = '{{}}' THEN bands ELSE ARRAY[{_BANDS}] END",
    },
    "repeats_entry": {
        "order_id": "order_id + %(shift)s", "at": f"at {_AT}", "wording": "wording + %(shift)s",
        "fingerprint": "fingerprint # (%(n)s::bigint * %(base)s)", "repeats": "repeats + %(shift)s",
    },
    "repeats_spot": {"order_id": "order_id + %(shift)s"},
}  # fmt: skip


def _worst(pack: str, orders: int, connection: psycopg.Connection[Any], beside: Beside) -> None:
    """Add what hurts most: one text sent ten thousand times, and two thousand orders at one place in a day."""
    (sent,) = at_end(pack, orders, [rows.BLOCK])
    lines: rows.Rows = {table: [] for table in rows.COLUMNS}
    first, end = beside.first + orders + 1, rows.END + beside.later
    for n in range(SENT):
        said = replace(
            sent, pk=first + n, phone=f"sent{n}", at=end - timedelta(days=7 * (1 - n / SENT)),
            body=sent.body + ("", "请处理", "望回复")[n % 3],
        )  # fmt: skip
        rows.order_lines(said, lines)
        rows.index_lines(said, first, lines)
    others = at_end(pack, orders, range(1, CROWD + 1))
    for n, other in enumerate(others):
        pk, at = first + SENT + n, end - timedelta(days=1 - n / CROWD)
        said = replace(other, pk=pk, at=at, place=sent.place, point=sent.point, phone=f"crowd{n}")
        rows.order_lines(said, lines)
        rows.index_lines(said, pk, lines)
    rows.copy(connection, {table: "".join(some) for table, some in lines.items()})


def _group(connection: psycopg.Connection[Any], beside: Beside) -> None:
    """Make the groups that the product would have made: chains of repeats, and texts of three and more people."""
    for statement in _GROUPS:
        connection.execute(statement, {"first": beside.first, "sent": _SENT_GROUPS})


_GROUPS: Final = (
    """CREATE TEMP TABLE chain AS SELECT coalesce(repeats, order_id) AS root, order_id, at FROM repeats_entry
       WHERE order_id > %(first)s AND (repeats IS NOT NULL OR order_id IN (SELECT repeats FROM repeats_entry))""",
    """INSERT INTO repeats_group (id, kind, first_at, last_at, orders, persons)
       SELECT root, 'again', min(at), max(at), count(*), 1 FROM chain GROUP BY root""",
    "INSERT INTO repeats_member (kind, group_id, order_id) SELECT 'again', root, order_id FROM chain",
    """INSERT INTO repeats_group (id, kind, first_at, last_at, orders, persons)
       SELECT %(sent)s + wording, 'sent', min(at), max(at), count(*), count(*) FROM repeats_entry
       WHERE order_id > %(first)s AND repeats IS NULL GROUP BY wording HAVING count(*) > 2""",
    """INSERT INTO repeats_member (kind, group_id, order_id) SELECT 'sent', g.id, e.order_id FROM repeats_entry e
       JOIN repeats_group g ON g.id = %(sent)s + e.wording WHERE e.order_id > %(first)s AND e.repeats IS NULL""",
)

#: The lead of another order of the category reported it two days after it came.
_ASSIGNED: Final = """
    INSERT INTO orders_assignment
    SELECT own.*
    FROM (SELECT id, category, accepted_at FROM orders_workorder WHERE id > %(first)s AND accepted_at > %(since)s) AS o
    JOIN LATERAL (
        SELECT a FROM orders_workorder w JOIN orders_assignment a ON a.order_id = w.id AND a.role = 'lead'
             AND a.parent_id IS NULL AND a.state IN ('reported', 'checked')
        WHERE w.category = o.category AND w.id <= %(first)s LIMIT 1
    ) AS other (a) ON true
    CROSS JOIN LATERAL jsonb_populate_record(other.a, jsonb_build_object(
        'id', nextval('orders_assignment_id_seq'), 'order_id', o.id, 'round', 1, 'assigned_at', o.accepted_at,
        'reported_at', o.accepted_at + interval '2 days', 'due_at', o.accepted_at + interval '5 days'
    )) AS own
"""


def _print(connection: psycopg.Connection[Any], base: int, orders: int) -> None:
    def one(statement: str) -> Any:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None

    repeats = one("SELECT count(*) FROM repeats_entry WHERE repeats IS NOT NULL")
    largest = one("SELECT max(orders) FROM repeats_group")
    spots = one("SELECT count(*) FROM (SELECT FROM repeats_spot GROUP BY key HAVING count(*) > 200) AS busy")
    bands = connection.execute(
        "SELECT percentile_disc(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY n) FROM (SELECT count(*) AS n FROM "
        "repeats_wording TABLESAMPLE SYSTEM (5), unnest(bands) AS band GROUP BY band) AS shared"
    ).fetchone()
    print(
        f"{orders + SENT + CROWD:,} orders: {base:,} real texts, each {orders // base} times with other callers, "
        f"moments and bands of its own;\n  {repeats / orders:.1%} repeats, largest group {largest:,}, {spots:,} keys "
        f"of places with over 200 orders,\n  a band is shared by {bands[0] if bands else '?'} wordings in a 20th of "
        "them (median, 99 %, most)"
    )
