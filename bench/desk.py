"""`make bench-desk`: how long the dispatch desk takes with a full queue, alone and with an order open, and its size.

In the instance of `bench/assist.py` (Baoshan, some 20,000 simulated orders, its recommender; filled there first) the
newest closed orders wait for dispatch once more, 400 and then 2,000 of them, in a transaction that is taken back. Asked
is the whole Django handler through the test client: session, person, recommendations, rendering. Prints p50 and p95,
the computing time of the page without that of the database, SQL statements, and bytes as sent and packed.
Options by environment: BENCH_ROUNDS (40), BENCH_HOME (var/bench-assist).
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "40"))
WAITING: Final = (400, 2_000)
LIMIT: Final = 80.0  # ms, p50


def main() -> None:
    """Measure and print."""
    from bench import assist
    from open12345.project import boot

    assist.HOME.mkdir(parents=True, exist_ok=True)
    assist.fill()
    with boot.database_running():
        assist.command("migrate")
        boot.setup_django()
        from django.conf import settings

        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = settings.STORAGES | {"staticfiles": plain}  # no file is asked for, so none is collected
        _measure()


def _past_triggers() -> None:
    """Connect as who may set them aside: an order that waits once more has no event that says so."""
    from django.db import connection
    from psycopg.conninfo import conninfo_to_dict

    from open12345.project import boot
    from open12345.project.cluster import SUPERUSER

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    found = conninfo_to_dict(boot.cluster().url(SUPERUSER))
    connection.settings_dict.update(USER=found["user"], PASSWORD=found.get("password", ""))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


def _measure() -> None:
    from django.db import transaction

    _past_triggers()
    print(f"load average {os.getloadavg()[0]:.1f}")
    print(f"{'ms':44}{'p50':>8}{'p95':>8}{'CPU':>8}{'SQL':>6}{'kB':>8}{'packed':>8}")
    for many in WAITING:
        with transaction.atomic():
            newest = _wait(many)
            for name, url in {
                "list": "/dispatch/", "list, urgent": "/dispatch/?tab=urgent",
                "list with an order open": f"/dispatch/?open={newest}",
            }.items():  # fmt: skip
                _asked(f"{many:,} waiting: {name}", url)
            transaction.set_rollback(True)


def _wait(many: int) -> str:
    """Let so many orders wait for dispatch, due one after the other; returns the number of the first."""
    from django.utils import timezone

    from open12345.orders.models import Clock, WorkOrder
    from open12345.orders.stages import ClockKind, Stage

    now = timezone.now()
    some = list(WorkOrder.objects.exclude(category="").exclude(closed_at=None).order_by("-pk")[:many])
    ids = [order.pk for order in some]
    Clock.objects.filter(order__in=ids, stopped_at=None).update(stopped_at=now)
    for n, order in enumerate(some):
        order.stage, order.lead_unit, order.closed_at = Stage.ACCEPTED, None, None
        order.due_at = _due(now, n)
    WorkOrder.objects.bulk_update(some, ["stage", "lead_unit", "closed_at", "due_at"], batch_size=500)
    Clock.objects.bulk_create(
        Clock(order=order, round=order.round, kind=ClockKind.DISPATCH, limit="2h", started_at=now, due_at=_due(now, n))
        for n, order in enumerate(some)
    )
    return some[0].number


def _due(now: datetime, n: int) -> datetime:
    return now + timedelta(minutes=n - 60)


def _asked(name: str, url: str) -> None:
    from django.db import connection
    from django.test import Client

    from open12345.directory.models import Staff

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(Staff.objects.filter(posts__role="dispatcher").order_by("pk")[0])
    seconds, computing = [], []
    client.get(url, secure=True)
    statements: list[str] = []

    def count(execute: Any, *told: Any) -> Any:
        statements.append(told[0])
        return execute(*told)

    with connection.execute_wrapper(count):
        answer = client.get(url, secure=True)
    if answer.status_code != 200:  # noqa: PLR2004
        raise SystemExit(f"{url}: {answer.status_code}")
    for _ in range(ROUNDS):
        started, busy = time.perf_counter(), time.thread_time()
        client.get(url, secure=True)
        seconds.append(time.perf_counter() - started)
        computing.append(time.thread_time() - busy)
    middle, slow = statistics.median(seconds) * 1000, sorted(seconds)[int(ROUNDS * 0.95)] * 1000
    size, packed = len(answer.content) / 1000, len(gzip.compress(answer.content, 6)) / 1000
    over = "  ABOVE the limit" if middle > LIMIT else ""
    print(f"{name:44}{middle:8.1f}{slow:8.1f}{statistics.median(computing) * 1000:8.1f}{len(statements):6}"
          f"{size:8.1f}{packed:8.1f}{over}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
