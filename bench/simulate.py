"""`make bench-simulate`: orders per second that the simulator writes as history, beside raw COPY of the same rows.

One run, one PostgreSQL of its own (durable settings), an empty database: a scenario's lives are told, stamped and
copied by two processes; indexes built, heads sealed, tables analysed. Then the very same rows are copied once more into
empty tables without indexes, which is what the database can take at all. CPU milliseconds move less than a machine.
Options by environment: BENCH_ORDERS (60000), BENCH_PACK (baoshan), BENCH_SCENARIO (2022-h1), BENCH_HOME (its folder,
anew; var/bench-simulate).
"""

from __future__ import annotations

import os
import resource
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from open12345.simulate.runs import Prepared

HOME = Path(os.environ.get("BENCH_HOME", "var/bench-simulate")).resolve()
ORDERS = int(os.environ.get("BENCH_ORDERS", "60000"))
PACK, SCENARIO = os.environ.get("BENCH_PACK", "baoshan"), os.environ.get("BENCH_SCENARIO", "2022-h1")


def main() -> None:
    """Fill an empty instance and print what it took."""
    shutil.rmtree(HOME, ignore_errors=True)
    os.environ["OPEN12345_HOME"] = str(HOME)
    from open12345.project import boot, database

    boot.setup_django()
    with boot.database_running():
        database.migrate(verbosity=0)
        _run()


def _run() -> None:
    from open12345.orders import history, invariants
    from open12345.orders.models import WorkOrder
    from open12345.project import boot, embedded
    from open12345.simulate.history import bulk, turns

    whole, prepared = _prepared()
    server = embedded.status(boot.cluster()).pid or 0
    _server.append(server)
    before, python = _cpu(server), _own()
    print(f"begin {time.strftime('%T')}   {PACK} {SCENARIO}, {prepared.plan.size:,} of its {whole:,} orders")
    with turns.turn() as turn:
        done = bulk.write(
            lambda start, mine: prepared.plan.lives(prepared.voice, start, mine=mine), size=prepared.plan.size,
            turn=turn, pack=prepared.pack, run="bench", until=prepared.run.now, seed=prepared.run.seed, progress=_tell,
        )  # fmt: skip
    database, ours = _cpu(server) - before, _own() - python
    rate = done.orders / done.seconds
    print(
        f"\norders                   {done.orders:9,}   {done.events / done.orders:.1f} events, "
        f"{done.rows / done.orders:.1f} rows each"
    )
    print(
        f"seconds                  {done.seconds:9.1f}   " + ", ".join(f"{n} {s:.1f}" for n, s in done.phases.items())
    )
    print(f"rate                     {rate:9.0f} orders/s, {done.rows / done.seconds:,.0f} rows/s")
    kept = [path for path in (HOME / "simulate" / "learnt").rglob("*") if path.is_file()]
    kinds, forms = sum("-" in path.name for path in kept), sum(path.suffix == ".form" for path in kept)
    print(f"kinds learnt             {kinds:9,}   in {forms:,} ways: in time, or late in one way or another")
    print(
        f"CPU per order            {ours * 1000 / done.orders:9.3f} ms in Python, "
        f"{database * 1000 / done.orders:.3f} ms in PostgreSQL"
    )
    print(f"two cores full           {2 * done.orders / (ours + database):9.0f} orders/s")
    _half(done.orders)
    _raw(done.rows)
    begun = time.monotonic()
    last = WorkOrder.objects.order_by("pk").values_list("pk", flat=True)[min(5000, done.orders) - 1]
    flaws = [*history.verify(WorkOrder.objects.filter(pk__lte=last)), *history.verify_anchors()]
    print(f"verify-history (5,000)   {len(flaws)} flaws, {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    found = list(invariants.check_all())
    print(f"fsck                     {len(found)} flaws, {time.monotonic() - begun:.1f} s", *found[:5])


def _prepared() -> tuple[int, Prepared]:
    """Return how many orders the scenario has, and a run of about ORDERS of them."""
    from open12345.simulate import runs

    whole = runs.prepare(PACK, SCENARIO, scale=1.0).plan.size
    return whole, runs.prepare(PACK, SCENARIO, scale=min(1.0, ORDERS / whole))


def _raw(rows: int) -> None:
    """Copy the same rows into empty tables without indexes, in one process."""
    from open12345.simulate.history import bulk, turns

    with turns.loader() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE SCHEMA raw")
        begun, size = time.monotonic(), 0
        spent = 0.0
        for model in bulk.loaded_tables():
            name = model._meta.db_table
            connection.execute(f'CREATE TABLE raw."{name}" (LIKE public."{name}")')
            with connection.cursor() as cursor:
                with cursor.copy(f'COPY public."{name}" TO STDOUT') as out:
                    blocks = [bytes(block) for block in out]
                size += sum(map(len, blocks))
                begun = time.monotonic()
                with cursor.copy(f'COPY raw."{name}" FROM STDIN') as stream:
                    for place in range(0, len(blocks), 500):
                        stream.write(b"".join(blocks[place : place + 500]))
                spent += time.monotonic() - begun
        connection.execute("DROP SCHEMA raw CASCADE")
    print(
        f"raw COPY, the same rows  {ORDERS / spent:9.0f} orders/s, {rows / spent:,.0f} rows/s, {size / 2**20:.0f} MiB, "
        "one process, no indexes"
    )


_last = [0.0]
_server: list[int] = []
_seen: list[tuple[float, int, float]] = []


def _half(orders: int) -> None:
    """Tell how it went once nearly all kinds of lives were learnt: the second half of the orders."""
    first = next((s for s in _seen if s[1] >= orders / 2), None)
    if first is None or first is _seen[-1]:
        return
    seconds, many, spent = (b - a for a, b in zip(first, _seen[-1], strict=True))
    print(
        f"second half              {many / seconds:9.0f} orders/s, {spent * 1000 / many:.3f} ms CPU each in all, "
        f"two cores full {2 * many / spent:.0f}"
    )


def _tell(orders: int, what: str) -> None:
    if orders >= 0:
        _seen.append((time.monotonic(), orders, _cpu(os.getpid()) + _cpu(_server[0])))
    if time.monotonic() - _last[0] > 5:  # noqa: PLR2004 - seconds
        _last[0] = time.monotonic()
        print(f"  {time.strftime('%T')} {what} {orders if orders >= 0 else ''}", flush=True)


def _own() -> float:
    """CPU seconds of this process and of its children that ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _cpu(pid: int) -> float:
    """CPU seconds of the server and everything below it, also of what ended."""
    from bench.intake import _cpu as of_family

    return of_family(pid)


if __name__ == "__main__":
    main()
