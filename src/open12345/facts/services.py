"""What can be done with the mirror: build it, keep it up to date, publish it. Times and progress are passed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Final

import pyarrow as pa
from django.db import connection

from open12345.facts import mirror, reading, store, touched, writing
from open12345.facts.reference import Reference, reference
from open12345.facts.store import Manifest, Part
from open12345.orders.models import WorkOrder

Progress = Callable[[int, int], None]

#: Ids read in one statement.
CHUNK: Final = 20_000
#: Rows in the hot file from which its months are written anew, and orders moved at once from which all is.
HOT_ROWS: Final = 20_000
REBUILD_FROM: Final = 60_000


@dataclass(frozen=True, slots=True)
class Done:
    """What a writer did: `what` is "nothing", "refreshed", "merged" or "rebuilt"."""

    what: str
    orders: int
    manifest: Manifest


def refresh(at: datetime, *, wait: bool = True, progress: Progress | None = None) -> Done:
    """Bring the facts up to date; builds them where there are none, or where the rules have changed.

    Raises `store.Busy` where another process writes and `wait` is false.
    """
    with store.writing(wait=wait):
        told, now = reference(at), store.current()
        if now is None or not _continues(now, told):
            return _rebuild(told, at, progress)
        moved = touched.since(now.snapshot)
        if not moved.orders:
            store.still_true()
            return Done("nothing", 0, now)
        if len(moved.orders) > max(REBUILD_FROM, sum(part.rows for part in now.base) // 20):
            return _rebuild(told, at, progress)
        orders = _with_repeats(now, moved.orders)
        made = _overlaid(now, told, orders)
        what = "refreshed"
        if made.hot is not None and made.hot.rows > HOT_ROWS:
            made, what = _merged(made), "merged"
        made = _put(replace(made, snapshot=moved.snapshot, refreshed_at=at.isoformat()), now, at)
        return Done(what, len(orders), made)


def rebuild(at: datetime, *, progress: Progress | None = None) -> Done:
    """Build the facts from nothing; readers keep the old ones until the new are whole."""
    with store.writing(wait=True):
        return _rebuild(reference(at), at, progress)


def publish(day: date, at: datetime) -> Manifest:
    """Refresh, and keep the facts as what was published on `day`; raises FileExistsError for a second time."""
    if day in store.published():
        raise FileExistsError(day.isoformat())
    refresh(at)
    with store.writing(wait=True):
        manifest = store.required()
        store.publish(day, manifest)
    return manifest


def touch(orders: Collection[int]) -> None:
    """Note that facts of these orders changed without an event of theirs; in the transaction that changes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO facts_touched (xid, order_id, at) "
            "SELECT pg_current_xact_id()::text::bigint, id, clock_timestamp() FROM unnest(%s::bigint[]) AS t (id) "
            "ON CONFLICT DO NOTHING",
            [sorted(set(orders))],
        )


def verify(at: datetime, progress: Progress | None = None) -> list[str]:
    """Return the numbers of orders whose facts differ from what is stored now; refreshes first.

    What people change meanwhile is looked at again.
    """
    manifest, told = refresh(at).manifest, reference(at)
    differing: list[int] = []
    for first, last in _ranges(progress):
        mine = _mine(manifest, f"order_id BETWEEN {first} AND {last}")
        differing += _differing(mine, reading.rows_between(told, first, last))
    if differing:
        manifest = refresh(at).manifest
        mine = _mine(manifest, f"order_id IN ({', '.join(map(str, differing))})")
        differing = _differing(mine, reading.rows_of(told, differing))
    return list(WorkOrder.objects.filter(pk__in=differing).order_by("pk").values_list("number", flat=True))


def _mine(manifest: Manifest, condition: str) -> pa.Table:
    rows = mirror.connect(manifest).sql(f"SELECT * FROM facts WHERE {condition}").to_arrow_table()  # noqa: S608 - ids
    return rows.cast(reading.SCHEMA)


def _differing(mine: pa.Table, theirs: pa.Table) -> list[int]:
    duck = mirror.bare()
    duck.register("mine", mine)
    duck.register("theirs", theirs)
    rows = duck.execute(
        "SELECT DISTINCT order_id FROM ((SELECT * FROM mine EXCEPT ALL SELECT * FROM theirs) UNION ALL "
        "(SELECT * FROM theirs EXCEPT ALL SELECT * FROM mine)) ORDER BY 1"
    ).fetchall()
    return [int(row[0]) for row in rows]


# -- building ---------------------------------------------------------------------------------------------------------


def _continues(now: Manifest, told: Reference) -> bool:
    """Say whether the facts can be carried on: the same rules, the same database, and nothing forgotten."""
    same = now.digest == told.digest and now.database == touched.database() and writing.fits(now)
    return same and touched.knows(now.name, now.snapshot)


def _rebuild(told: Reference, at: datetime, progress: Progress | None) -> Done:
    before = store.current()
    store.sweep()
    name = before.name if before else store.new_name("mirror").removesuffix(".parquet")
    seen = touched.snapshot()
    touched.begin(name, seen, at)
    months, orders = writing.Months(), 0
    for rows in _read_all(told, progress):
        orders += len(rows["order_id"].unique())
        months.add(rows)
    made = Manifest(
        name=name, digest=told.digest, database=touched.database(), snapshot=seen, built_at=at.isoformat(),
        refreshed_at=at.isoformat(), columns=writing.columns(), base=months.close(),
    )  # fmt: skip
    moved = touched.since(seen)  # meanwhile
    made = replace(_overlaid(made, told, moved.orders), snapshot=moved.snapshot) if moved.orders else made
    return Done("rebuilt", orders, _put(made, before, at))


def _put(made: Manifest, before: Manifest | None, at: datetime) -> Manifest:
    made = store.put(made, before)
    touched.remember(made.name, made.snapshot, at)
    store.sweep()
    return made


def _read_all(told: Reference, progress: Progress | None) -> Iterator[pa.Table]:
    """Yield the rows of all orders by id; the next chunk is read while one is written."""
    ranges = _ranges(progress)
    if connection.in_atomic_block:  # what is not committed yet is seen by this connection alone
        yield from (reading.rows_between(told, first, last) for first, last in ranges)
        return
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting = [pool.submit(_read_apart, told, *span) for span in islice(ranges, 2)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(_read_apart, told, *span) for span in islice(ranges, 1)]


def _read_apart(told: Reference, first: int, last: int) -> pa.Table:
    try:
        return reading.rows_between(told, first, last)
    finally:
        connection.close()  # of this thread


def _ranges(progress: Progress | None) -> Iterator[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM orders_workorder")
        first, last = cursor.fetchone()
    if first is None:
        return
    for begin in range(first, last + 1, CHUNK):
        end = min(begin + CHUNK - 1, last)
        yield begin, end
        if progress:
            progress(end - first + 1, last - first + 1)


# -- carrying on ------------------------------------------------------------------------------------------------------


def _with_repeats(now: Manifest, orders: list[int]) -> list[int]:
    """Add the orders that repeat one of these: whether it was solved is told on their rows."""
    wanted = ", ".join(map(str, orders))
    found = mirror.run(now, f"SELECT order_id FROM facts WHERE repeats_order IN ({wanted})")  # noqa: S608
    return sorted({*orders, *(int(row[0]) for row in found)})


def _overlaid(now: Manifest, told: Reference, orders: list[int]) -> Manifest:
    """Write the hot file anew with the present rows of `orders`."""
    tables = [writing.without(writing.read(now.hot), orders)] if now.hot else []
    tables += [reading.rows_of(told, orders[begin : begin + CHUNK]) for begin in range(0, len(orders), CHUNK)]
    rows = pa.concat_tables(tables).sort_by([("order_id", "ascending"), ("unit", "ascending")])
    if not rows.num_rows:
        return now
    hot = sorted(set(rows["order_id"].to_pylist()))
    return replace(now, hot=writing.write(rows, "hot"), base=tuple(_marked(now.base, hot)))


def _marked(base: Iterable[Part], hot: Sequence[int]) -> Iterator[Part]:
    for part in base:
        yield replace(part, stale=writing.touches(part, hot))


def _merged(now: Manifest) -> Manifest:
    """Write the months of hot orders anew; the hot file is gone."""
    assert now.hot is not None  # noqa: S101 - asked by the caller
    fresh = dict(writing.by_month(writing.read(now.hot)))
    known = {part.month for part in now.base}
    base = [
        writing.merged(part, now.hot, fresh.get(part.month)) if part.stale or part.month in fresh else part
        for part in now.base
    ]
    base += [writing.write(rows, month, month) for month, rows in fresh.items() if month not in known]
    return replace(now, hot=None, base=tuple(sorted((part for part in base if part), key=lambda part: part.month)))
