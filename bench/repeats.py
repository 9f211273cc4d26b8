"""`make bench-repeats`: how fast the index of repeats answers at a million orders, and how often it is right.

One run, one PostgreSQL of its own. First a simulated scenario with planted bursts is indexed by the product's own
command and compared with the simulator's truth, beside a naive baseline (same phone within 30 days or exactly the same
text; three people in one category and area within a day) and once more without any category. Then the index is filled
with BENCH_ORDERS orders (`repeats_fill` says what of it is real) and asked, beside the limit of 20 ms, a look-up by
primary key and the naive way. Wall time is the machine's of the moment; CPU (Python's, and PostgreSQL's for it) is not.
Options by environment: BENCH_ORDERS (1000000), BENCH_SMALL (12000), PACK (jiuting), SCENARIO (year), BENCH_ASKED (200),
BENCH_HOME (a folder of the moment, removed at the end; one that is named stays and is asked again as it is),
BENCH_ONLY (quality | speed), JSON (the figures of quality alone, for a program).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bench.repeats_rows import Said
    from open12345.repeats.matters import Matter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
SMALL = int(os.environ.get("BENCH_SMALL", "12000"))
ASKED = int(os.environ.get("BENCH_ASKED", "200"))
PACK, SCENARIO = os.environ.get("PACK", "jiuting"), os.environ.get("SCENARIO", "year")
ONLY, JSON = os.environ.get("BENCH_ONLY", ""), bool(os.environ.get("JSON"))
LIMIT: Final = 20.0
#: The naive way reads a month of orders: asked so often it is enough.
_NAIVE: Final = 3


def main() -> None:
    """Measure both and print."""
    named = os.environ.get("BENCH_HOME", "")
    home = Path(named or tempfile.mkdtemp(prefix="bench-repeats-")).resolve()
    os.environ["OPEN12345_HOME"] = str(home)
    if not _filled(home).exists():
        shutil.rmtree(home, ignore_errors=True)
    from open12345.project import boot, database

    try:
        boot.setup_django()
        with boot.database_running():
            database.migrate(verbosity=0)
            _measure(home)
            database.disconnect()
    finally:
        if not named:
            shutil.rmtree(home, ignore_errors=True)


def _filled(home: Path) -> Path:
    return home / f"filled-{ORDERS}"


def _measure(home: Path) -> None:
    from bench import repeats_fill, repeats_truth

    if JSON:
        print(json.dumps(repeats_truth.measure(PACK, SCENARIO, SMALL)))
        return
    print(f"begin {time.strftime('%T')}, load {os.getloadavg()[0]:.1f}")
    if ONLY != "speed":
        repeats_truth.show(repeats_truth.measure(PACK, SCENARIO, SMALL))
    if ONLY != "quality":
        if not _filled(home).exists():
            repeats_fill.fill(PACK, ORDERS)
            _filled(home).touch()
        _ask()
    print(f"end {time.strftime('%T')}, load {os.getloadavg()[0]:.1f}")


def begun() -> subprocess.Popen[str]:
    """Begin to measure how often the index is right, in a process and a PostgreSQL of their own."""
    own = os.environ | {"JSON": "1", "OPEN12345_HOME": "", "BENCH_HOME": ""}
    command = [sys.executable, "-W", "ignore", __file__]
    return subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True, cwd=ROOT)  # noqa: S603 - this very file


def finished(ran: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what was measured, once it is there."""
    told, _nothing = ran.communicate()
    if ran.returncode:
        raise SystemExit(f"bench/repeats.py ended with {ran.returncode}")
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


# Asking


@dataclass
class Spent:
    """What each of some questions took (ms): by the clock, and of a core, ours and PostgreSQL's."""

    wall: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> list[float]:
        """Both together."""
        return [a + b for a, b in zip(self.python, self.server, strict=True)]


def _timed(work: Callable[[Any], object], asked: Iterable[object]) -> tuple[Spent, list[Any]]:
    spent, found, backend = Spent(), [], _backend()
    for one in asked:
        begun, own, server = time.perf_counter(), time.thread_time(), _server(backend)
        found.append(work(one))
        spent.wall.append((time.perf_counter() - begun) * 1000)
        spent.python.append((time.thread_time() - own) * 1000)
        spent.server.append(_server(backend) - server)
    return spent, found


def _backend() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _server(backend: int) -> float:
    """Return the ms that the server's process has been on a core."""
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e6


def _ask() -> None:
    from bench import repeats_fill as fill
    from bench import repeats_rows as rows
    from open12345.directory.person import SYSTEM
    from open12345.orders.models import WorkOrder
    from open12345.repeats import queries

    first = 30 * rows.BASE + rows.SIXTY
    news = fill.at_end(PACK, ORDERS, [pk for pk in range(first, first + 2 * ASKED) if rows.is_plain(pk)][:ASKED])
    kinds = _kinds(news)
    print(
        f"\n{ASKED} asked of each (ms)                        CPU p50    p95    p99  server p95   "
        f"wall p50    p95    p99   found"
    )
    key, _rows = _timed(lambda pk: WorkOrder.objects.get(pk=pk), range(1, 1 + ASKED))
    _line("an order by its primary key", key, "")
    every = Spent()
    for name, asked in kinds.items():
        _timed(lambda one: queries.on_arrival(one, SYSTEM), asked[:5])
        spent, found = _timed(lambda one: queries.on_arrival(one, SYSTEM), asked)
        every.wall += spent.wall
        every.python += spent.python
        every.server += spent.server
        _line(name, spent, f"{sum(bool(one.near) for one in found) / len(found):7.2f}")
    _line("all of them", every, "")
    naive, _found = _timed(_naive, [some[0] for some in kinds.values()][:_NAIVE])
    _line("the naive way: phone, text, category and area", naive, "")
    worst, once = rows.percentile(every.cpu, 0.95), rows.percentile(key.cpu, 0.95)
    print(f"p95 {worst:.1f} ms of CPU: {'within' if worst <= LIMIT else 'ABOVE'} {LIMIT:.0f} ms, "
          f"{worst / once:.0f} times a look-up by primary key, naive {rows.percentile(naive.cpu, 0.95) / worst:.0f} "
          "times as long")  # fmt: skip
    _size()
    _insert(news)


def _kinds(news: Sequence[Said]) -> dict[str, list[Matter]]:
    from bench import repeats_fill as fill
    from bench import repeats_rows as rows

    (sent,) = fill.at_end(PACK, ORDERS, [rows.BLOCK])
    base = min(rows.BASE, ORDERS)
    early = [one for one in fill.at_end(PACK, ORDERS, range(base - 25 * ASKED, base, 23)) if one.phone][:ASKED]
    busy = fill.at_end(PACK, ORDERS, range(1, 21))
    often = [replace(one, phone=f"often{n % 10}") for n, one in enumerate(news)]
    crowd = [replace(one, place=sent.place, point=sent.point) for one in news]
    here = [replace(one, place=busy[n % 20].place, point=busy[n % 20].point) for n, one in enumerate(news)]
    return {
        "ordinary new text, new caller": [_matter(one, f"none{n}") for n, one in enumerate(news)],
        "ordinary new text, known caller": [_matter(one, early[n % len(early)].phone) for n, one in enumerate(news)],
        "caller with 50 earlier orders": [_matter(one, one.phone) for one in often],
        "a repeat, in nearly the same words": [
            _matter(replace(one, body=f"{one.body}请回电"), one.phone) for one in early
        ],
        "a copy of a text sent 10,000 times": [
            _matter(replace(sent, body=sent.body + "盼复"[: n % 3]), f"new{n}") for n in range(ASKED)
        ],
        "a busy place": [_matter(one, f"new{n}") for n, one in enumerate(here)],
        "a place with 2,000 orders in a day": [_matter(one, f"new{n}") for n, one in enumerate(crowd)],
    }


def _matter(said: Said, phone: str) -> Matter:
    from bench import repeats_fill as fill
    from bench import repeats_rows as rows
    from open12345.repeats.matters import Matter

    return Matter(said.body, rows.END, said.place, said.point, said.category, None, fill.last_index(phone, ORDERS))


def _naive(new: Matter) -> list[Any]:
    """Look without an index of repeats: the phone, exactly the same text, or one category in one area within a day."""
    from datetime import timedelta

    from django.db.models import Q

    from open12345.orders.models import WorkOrder

    recent = WorkOrder.objects.filter(accepted_at__gt=new.at - timedelta(days=30), accepted_at__lte=new.at)
    like = Q(requester__phone_index=new.person) | Q(body=new.body)
    like |= Q(category=new.category, accepted_at__gt=new.at - timedelta(days=1))
    return list(recent.filter(like).values_list("pk", flat=True)[:200])


def _line(name: str, spent: Spent, more: str) -> None:
    from bench.repeats_rows import percentile

    cpu = "".join(f"{percentile(spent.cpu, share):7.2f}" for share in (0.5, 0.95, 0.99))
    wall = "".join(f"{percentile(spent.wall, share):7.2f}" for share in (0.5, 0.95, 0.99))
    print(f"  {name:46} {cpu} {percentile(spent.server, 0.95):11.2f}    {wall} {more}", flush=True)


def _size() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("entry", "wording", "spot", "group", "member"):
            cursor.execute(
                "SELECT pg_table_size(oid), pg_indexes_size(oid), reltuples FROM pg_class WHERE relname = %s",
                [f"repeats_{table}"],
            )
            heap, indexes, count = cursor.fetchone()
            print(f"{table:24} {count:12,.0f} rows  {heap / 2**20:7.0f} MiB, its indexes {indexes / 2**20:7.0f} MiB")


def _insert(news: Sequence[Said]) -> None:
    """Index orders that are not there yet, one by one as the job does, and in batches as the command does."""
    from django.db.models import Max

    from bench import repeats_rows as rows
    from open12345.orders.models import WorkOrder
    from open12345.repeats import services

    lines: rows.Rows = {table: [] for table in rows.COLUMNS}
    first = (WorkOrder.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    for n, one in enumerate(news):
        rows.order_lines(replace(one, pk=first + n, at=rows.END), lines)
    with rows.bulk() as connection:
        rows.copy(connection, {table: "".join(some) for table, some in lines.items()})
    half = len(news) // 2
    spent, _found = _timed(services.index_order, range(first, first + half))
    _line("indexed one by one, as the job does", spent, "")
    batch, done = _timed(lambda _n: len(services.index_next(first + half - 1, half)), [0])
    wall, cpu = 1000 * half / sum(spent.wall), 1000 * half / sum(spent.cpu)
    many, busy = 1000 * done[0] / batch.wall[0], 1000 * done[0] / batch.cpu[0]
    with rows.bulk() as connection:
        rows.forget(connection, first)  # a home that stays is asked the same once more
    print(f"orders per second: one by one {wall:.0f} ({cpu:.0f} on a core), by the command {many:.0f} ({busy:.0f})")


if __name__ == "__main__":
    main()
