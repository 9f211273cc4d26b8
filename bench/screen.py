"""`make bench-screen`: how long after an order is accepted the big screen shows it, at ten orders a second.

A whole instance in a folder of its own: two web workers and a worker that keeps the facts. Orders come in by the API
at a steady rate; meanwhile screens ask `/screen/now.json` as the page does, every 2.5 s with the ETag. An order's time
is from the commit (the answer of the API) to the first answer that counts it. The facts are asked for beside it, once
a second. Prints median, p95 and the longest, what an answer costs, the computing time of each process, and how many
jobs wait at the end.

The figures hold for an empty centre; BENCH_BEHIND orders may be taken in first, as fast as they go, so that pictures,
facts and the queue of jobs have something behind them. The clock starts only when the facts count them all.

Options by environment: BENCH_SECONDS (40), BENCH_RATE (10), BENCH_SCREENS (10), BENCH_BEHIND (0), BENCH_HOME
(var/bench-screen, made anew).
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("BENCH_HOME", ROOT / "var" / "bench-screen")).resolve()
SECONDS = float(os.environ.get("BENCH_SECONDS", "40"))
RATE = float(os.environ.get("BENCH_RATE", "10"))
SCREENS = int(os.environ.get("BENCH_SCREENS", "10"))
BEHIND = int(os.environ.get("BENCH_BEHIND", "0"))
POLL, FACTS_POLL, WRITERS, PATIENCE = 2.5, 1.0, 4, 20.0
#: A rate further below the one that was asked for is not a measurement of it.
SLACK = 0.9
#: How long the facts may take to count the orders behind (seconds).
LOADED = 60.0
os.environ["BENCH_HOME"] = str(HOME)  # `bench.intake` names the home of the instance by it
os.environ["OPEN12345_DEMO"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
sys.path.insert(0, str(ROOT))


@dataclass
class Watched:
    """When how many orders were seen at one place; `took`: seconds of each answer; `base`: seen before the first."""

    seen: list[tuple[float, int]] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    unchanged: int = 0
    base: int = 0


def main() -> None:
    """Run, and print."""
    from bench import intake
    from open12345.project import boot

    if intake.HOME != HOME:  # imported before: its database would not be ours
        raise SystemExit(f"the instance would run in {intake.HOME}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended early"))  # nothing is left running
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    with boot.database_running():
        intake._command("migrate")
        intake._command("load-pack", "jiuting")
        boot.setup_django()
        secret, session = intake._api_key(), _session()
        quiet = subprocess.DEVNULL
        worker = subprocess.Popen([intake.COMMAND, "worker"], stdout=quiet, stderr=quiet)  # noqa: S603
        try:
            with intake._web() as (port, web):
                _run(port, secret, session, {"web": web, "worker": worker.pid})
        finally:
            worker.terminate()
            worker.wait()


def _session() -> tuple[str, str]:
    """The cookie of a leader's session."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from open12345.directory import packs
    from open12345.directory.demo import ensure_demo_staff
    from open12345.directory.models import Staff

    ensure_demo_staff(packs.pack_at(timezone.now())[1], timezone.now())
    client = Client()
    client.force_login(Staff.objects.get(username="leader"))
    return settings.SESSION_COOKIE_NAME, client.session.session_key or ""


def _run(port: int, secret: str, session: tuple[str, str], processes: Mapping[str, int]) -> None:
    from bench.intake import _cpu
    from open12345.project import boot, embedded

    _fill(port, secret)
    processes = {**processes, "PostgreSQL": embedded.status(boot.cluster()).pid or 0}
    stop = threading.Event()
    accepted: list[float] = []
    screens, facts = [Watched() for _ in range(SCREENS)], Watched()
    threads = [threading.Thread(target=_screen, args=(port, session, one, stop), daemon=True) for one in screens]
    threads.append(threading.Thread(target=_facts, args=(facts, stop), daemon=True))
    writers = [threading.Thread(target=_write, args=(port, secret, place, accepted)) for place in range(WRITERS)]
    for thread in threads:
        thread.start()
    time.sleep(PATIENCE / 2)  # everything has been read once
    _wait_for_base([*screens, facts])
    before, begin = {name: _cpu(pid) for name, pid in processes.items()}, time.monotonic()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    wall = time.monotonic() - begin
    spent = {name: (_cpu(pid) - before[name]) / wall for name, pid in processes.items()}
    queued = _queued()
    time.sleep(PATIENCE)
    stop.set()
    for thread in threads:
        thread.join()
    _print(sorted(accepted), screens, facts, spent, queued)


def _fill(port: int, secret: str) -> None:
    """Take in the orders behind, as fast as they go."""
    from bench.intake import complaint
    from bench.load import post_forever

    left = BEHIND
    while left > 0:
        done = post_forever(port, "/api/v1/orders", secret, lambda n: complaint(10**7 + n), connections=8, seconds=2.0)
        left -= len(done.seconds)


def _wait_for_base(watched: Sequence[Watched]) -> None:
    """Wait until all places have seen what was there before; that many are not counted."""
    from open12345.orders.models import WorkOrder

    base = WorkOrder.objects.count()
    late = time.monotonic() + LOADED
    while any(not one.seen or one.seen[-1][1] != base for one in watched):
        if time.monotonic() > late:
            raise SystemExit(f"{base} orders, but seen were {[one.seen[-1:] for one in watched]}")
        time.sleep(FACTS_POLL)
    for one in watched:
        one.base = base


def _queued() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(cursor.fetchone()[0])


def _write(port: int, secret: str, place: int, accepted: list[float]) -> None:
    from bench.intake import complaint

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    begin, each = time.monotonic(), WRITERS / RATE
    for n in range(int(SECONDS / each)):
        time.sleep(max(0.0, begin + (n + place / WRITERS) * each - time.monotonic()))
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/orders", json.dumps(complaint(n * WRITERS + place)), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:  # noqa: PLR2004
            raise SystemExit(f"an order was refused: {answer.status}")
        accepted.append(time.monotonic())


def _screen(port: int, session: tuple[str, str], told: Watched, stop: threading.Event) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    etag = ""
    while not stop.is_set():
        begin = time.monotonic()
        headers = {"Cookie": f"{session[0]}={session[1]}", **({"If-None-Match": etag} if etag else {})}
        connection.request("GET", "/screen/now.json", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        told.took.append(time.monotonic() - begin)
        etag = answer.headers.get("ETag") or ""
        if answer.status == 200:  # noqa: PLR2004
            count = next(one["value"] for one in json.loads(body)["figures"] if one["code"] == "accepted")
            told.seen.append((time.monotonic(), int(count)))
        else:
            told.unchanged += 1
        stop.wait(POLL)


def _facts(told: Watched, stop: threading.Event) -> None:
    """How many orders the facts count, once a second."""
    from django.utils import timezone

    from open12345.directory.person import SYSTEM
    from open12345.facts import queries, store
    from open12345.facts.periods import period

    while not stop.is_set():
        begin, at = time.monotonic(), timezone.now()
        try:
            answer = queries.ask("orders", period(f"{at.year}"), person=SYSTEM, at=at,
                                 view=queries.View(compared=False))  # fmt: skip
        except store.NoFacts:
            stop.wait(FACTS_POLL)
            continue
        told.took.append(time.monotonic() - begin)
        told.seen.append((time.monotonic(), answer.whole.figure.numerator))
        stop.wait(FACTS_POLL)


def _print(
    accepted: Sequence[float], screens: Sequence[Watched], facts: Watched, spent: Mapping[str, float], queued: int
) -> None:
    rate = len(accepted) / (accepted[-1] - accepted[0])
    print(f"{len(accepted)} orders at {rate:.1f}/s on top of {facts.base}, {SCREENS} screens, every {POLL} s")
    _line("event → screen", [late for one in screens for late in _lateness("a screen", accepted, one)])
    _line("event → facts", _lateness("the facts", accepted, facts))
    _line("answer of now.json", [seconds for one in screens for seconds in one.took])
    unchanged = sum(one.unchanged for one in screens)
    print(f"{unchanged} of {sum(len(one.took) for one in screens)} answers were 304")
    print("cores: " + ", ".join(f"{name} {cores:.2f}" for name, cores in spent.items()) + f"; {queued} jobs wait")
    if rate < SLACK * RATE:
        raise SystemExit(f"{RATE:g} orders/s were asked for: the writers were held up")


def _lateness(place: str, accepted: Sequence[float], told: Watched) -> list[float]:
    """Seconds from each commit to the first sight of so many orders more than there were."""
    found = []
    for number, moment in enumerate(accepted, start=1):
        seen = next((at for at, count in told.seen if count >= told.base + number), None)
        if seen is None:
            raise SystemExit(f"{place} never showed order {number} of {len(accepted)} (last: {told.seen[-1:]})")
        found.append(max(0.0, seen - moment))
    return found


def _line(name: str, seconds: Sequence[float]) -> None:
    ranked = sorted(seconds)
    p95 = ranked[int(0.95 * (len(ranked) - 1))]
    print(f"{name:20} median {statistics.median(ranked):.2f} s  p95 {p95:.2f} s  longest {ranked[-1]:.2f} s")


if __name__ == "__main__":
    main()
