"""`make bench-repeats`: how fast the index of repeats answers at a million orders, and how often it is right.

One run, one PostgreSQL of its own. First a simulated scenario with planted bursts is indexed by the product's own
command and compared with the simulator's truth, beside a naive baseline (same phone within 30 days or exactly the same
text; three people in one category and area within a day) and once more without any category. Then the index is filled
with BENCH_ORDERS orders by COPY and asked: p50 and p95 in ms, size on disk, orders indexed per second.
Options by environment: BENCH_ORDERS (1000000), BENCH_SMALL (12000), PACK (jiuting), SCENARIO (year), BENCH_ASKED (400),
BENCH_HOME (var/bench-repeats, made anew), BENCH_ONLY (quality | speed).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("BENCH_HOME", ROOT / "var" / "bench-repeats")).resolve()
ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
SMALL = int(os.environ.get("BENCH_SMALL", "12000"))
ASKED = int(os.environ.get("BENCH_ASKED", "400"))
PACK, SCENARIO = os.environ.get("PACK", "jiuting"), os.environ.get("SCENARIO", "year")
ONLY = os.environ.get("BENCH_ONLY", "")
PROCESSES: Final = 2
#: Copies of one text among the newest orders, and orders at one place: the worst that may be asked for.
SENT, CROWD = 10_000, 2_000
os.environ["OPEN12345_HOME"] = str(HOME)
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Measure both and print."""
    shutil.rmtree(HOME, ignore_errors=True)
    from open12345.project import boot, database

    boot.setup_django()
    with boot.database_running():
        database.migrate(verbosity=0)
        print(f"begin {time.strftime('%T')}, load {os.getloadavg()[0]:.1f}")
        if ONLY != "speed":
            from bench import repeats_truth

            repeats_truth.measure(PACK, SCENARIO, SMALL)
        if ONLY != "quality":
            _fill()
            _ask()
        print(f"end {time.strftime('%T')}, load {os.getloadavg()[0]:.1f}")


def _fill() -> None:
    from bench import repeats_rows as rows
    from open12345.project import database

    database.disconnect()
    begun, last = time.monotonic(), time.monotonic()
    with rows.bulk() as connection:
        rows.empty(connection)
        dropped = _without_indexes(connection.execute)
        base = min(rows.BASE, ORDERS)
        jobs = [(start, base, PACK) for start in range(0, base, rows.BLOCK)]
        with get_context("spawn").Pool(PROCESSES) as pool:
            for done, block in enumerate(pool.imap_unordered(rows.block_of, jobs), 1):
                rows.copy(connection, block)
                if time.monotonic() - last > 20:  # noqa: PLR2004 - seconds
                    last = time.monotonic()
                    print(f"  {time.strftime('%T')} {done * rows.BLOCK:,}", flush=True)
        rows.multiply(connection, base, ORDERS // base)
        _worst(rows.copy, connection)
        copied = time.monotonic() - begun
        connection.execute("SET maintenance_work_mem = '256MB'")
        for statement in dropped:
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE repeats_entry, repeats_wording, repeats_spot")
        connection.execute("ANALYZE orders_workorder, orders_requester")
        connection.execute("SELECT setval('repeats_wording_id_seq', %s)", [10 * ORDERS])
    print(f"filled {ORDERS:,} orders in {time.monotonic() - begun:.0f} s, {copied:.0f} s of it telling and copying")


def _without_indexes(execute: Callable[..., object]) -> list[str]:
    """Drop what only slows the filling; returns how to make it again (lists of orders are not measured here)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN "
            "('orders_workorder', 'orders_requester', 'repeats_entry', 'repeats_wording', 'repeats_spot') "
            "AND indexname NOT LIKE '%pkey' AND indexdef NOT LIKE 'CREATE UNIQUE%'"
        )
        found = cursor.fetchall()
    for name, _how in found:
        execute(f'DROP INDEX "{name}"')
    return [how for name, how in found if "repeats" in name or "requester" in name]


def _worst(copy: Callable[..., None], connection: object) -> None:
    """Add what hurts most: one text sent ten thousand times, and two thousand orders at one place in a day."""
    from dataclasses import replace

    from bench import repeats_rows as rows

    (newest,) = rows.tell(PACK, [rows.BASE], rows.BASE)
    lines: rows.Rows = {table: [] for table in rows.COLUMNS}
    for n in range(SENT):
        said = replace(newest, pk=ORDERS + 1 + n, phone=f"sent{n}", at=newest.at + timedelta(seconds=60 * n))
        rows.order_lines(said, lines)
        rows.index_lines(said, ORDERS + 1, lines)
    others = rows.tell(PACK, range(1, CROWD + 1), rows.BASE)
    for n, other in enumerate(others):
        at, pk = newest.at + timedelta(days=8, seconds=n), ORDERS + SENT + 1 + n
        said = replace(other, pk=pk, at=at, place=newest.place, point=newest.point, body=f"{other.body}再次反映{n}")
        rows.order_lines(said, lines)
        rows.index_lines(said, pk, lines)
    copy(connection, {table: "".join(some) for table, some in lines.items()})


def _ask() -> None:
    from dataclasses import replace

    from bench import repeats_rows as rows
    from open12345.directory.person import SYSTEM
    from open12345.repeats import queries
    from open12345.repeats.matters import Matter

    def matter(said: rows.Said, *, at: object = None, phone: str | None = None) -> Matter:
        who = said.phone if phone is None else phone
        return Matter(
            said.body, at or said.at, said.place, said.point, said.category, None,  # type: ignore[arg-type]
            _last_index(who, ORDERS // base) if who else None,
        )  # fmt: skip

    base = min(rows.BASE, ORDERS)
    news = list(rows.tell(PACK, range(30 * base, 30 * base + ASKED), base))
    (newest,) = rows.tell(PACK, [rows.BASE], rows.BASE)
    early = list(rows.tell(PACK, range(base - 5 * ASKED, base, 5), base))
    now = newest.at + timedelta(days=8, hours=1)
    kinds = {
        "new text, new person": [matter(one, at=now, phone=f"none{n}") for n, one in enumerate(news)],
        "new text, known person": [matter(replace(one, phone=early[n].phone), at=now) for n, one in enumerate(news)],
        "the same again, reworded": [matter(replace(one, body=one.body[7:] + "请回电"), at=now) for one in early],
        "copy of a text sent 10,000 times": [matter(newest, at=now, phone=f"new{n}") for n in range(ASKED)],
        "a place with 2,000 in a day": [
            matter(replace(one, place=newest.place, point=newest.point), at=now, phone=f"new{n}")
            for n, one in enumerate(news)
        ],
    }
    print(f"\nasked at {ORDERS + SENT + CROWD:,} orders, {ASKED} each (ms)      p50      p95      max   found")
    every: list[float] = []
    for name, asked in kinds.items():
        spent, found = _timed(lambda one: queries.on_arrival(one, SYSTEM), asked)
        every += spent
        _print(name, spent, f"{sum(bool(one.near) for one in found) / len(found):7.2f}")
    _print("all of them", every, "")
    if (worst := rows.percentile(every, 0.95)) > 20:  # noqa: PLR2004 - the limit of the issue
        print(f"p95 {worst:.1f} ms is above 20 ms")
    _size()
    _insert(news)


def _last_index(phone: str, times: int) -> bytes:
    """Return the index that a phone has in the last repetition (`repeats_rows.multiply`)."""
    from bench import repeats_rows as rows

    first = rows.index_of(phone)
    return first if times == 1 else hashlib.sha256(first + str(times - 1).encode()).digest()


def _timed(work: Callable[..., object], asked: Iterable[object]) -> tuple[list[float], list[object]]:
    spent, found = [], []
    for one in asked:
        begun = time.perf_counter()
        found.append(work(one))
        spent.append((time.perf_counter() - begun) * 1000)
    return spent, found


def _print(name: str, spent: list[float], more: str) -> None:
    from bench.repeats_rows import percentile

    print(
        f"  {name:44} {percentile(spent, 0.5):8.2f} {percentile(spent, 0.95):8.2f} {max(spent):8.2f} {more}", flush=True
    )


def _size() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("repeats_entry", "repeats_wording", "repeats_spot"):
            cursor.execute("SELECT pg_table_size(%s), pg_indexes_size(%s), reltuples FROM pg_class WHERE relname = %s",
                           [table, table, table])  # fmt: skip
            heap, indexes, count = cursor.fetchone()
            print(f"{table:24} {count:12,.0f} rows  {heap / 2**20:7.0f} MiB, its indexes {indexes / 2**20:7.0f} MiB")


def _insert(news: list[object]) -> None:
    """Index orders that are not there yet, one by one as the job does, and in batches as the command does."""
    from dataclasses import replace

    from bench import repeats_rows as rows
    from open12345.repeats import services

    lines: rows.Rows = {table: [] for table in rows.COLUMNS}
    first = ORDERS + SENT + CROWD + 1
    for n, one in enumerate(news):
        rows.order_lines(replace(one, pk=first + n), lines)  # type: ignore[type-var]
    with rows.bulk() as connection:
        rows.copy(connection, {table: "".join(some) for table, some in lines.items()})
    half = len(news) // 2
    spent, _found = _timed(services.index_order, range(first, first + half))
    _print(f"indexed one by one: {1000 * half / sum(spent):.0f} orders/s", spent, "")
    begun = time.perf_counter()
    done = len(services.index_next(first + half - 1, half))
    print(f"indexed by the command: {done / (time.perf_counter() - begun):.0f} orders/s")


if __name__ == "__main__":
    main()
