"""`make bench-intake`: accepted orders per second through the complete pipeline, beside the limit of the database.

One run, one PostgreSQL, durable commits (fsync, synchronous_commit on):

1. HTTP: 8 connections → 2 web workers → key check, input, rules, repeat lookup, sealing, clocks, hash chain, key,
   job, one commit per order.
2. The limit: pgbench, 8 clients, writing exactly the rows of one of these orders (triggers and indexes on).

Prints both, their ratio, p50 and p99, and CPU milliseconds per order, which move less than the machine's speed.
Options by environment: BENCH_SECONDS (15), BENCH_HOME (var/bench, made anew).
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("BENCH_HOME", ROOT / "var" / "bench")).resolve()
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
CONNECTIONS, WORKERS, WARM_UP = 8, 2, 3.0
os.environ["OPEN12345_HOME"] = str(HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
sys.path.insert(0, str(ROOT))
COMMAND = str(Path(sys.executable).parent / "open12345")
_TICK = os.sysconf("SC_CLK_TCK")
_MATTERS = (
    "路口傍晚有无证摊贩占道",
    "楼上装修周末早晨施工",
    "路灯不亮已经三天",
    "垃圾清运不及时有异味",
    "电动车停在消防通道",
)


def complaint(place: int) -> dict[str, object]:
    """Return an ordinary complaint; one caller in ten calls again."""
    caller = place - place % 10 if place % 10 == 9 else place  # noqa: PLR2004
    matter = _MATTERS[place % len(_MATTERS)]
    return {
        "channel": "phone", "kind": "complaint_help", "category": "A0101", "title": matter, "name": "李秀兰",
        "body": f"涞亭南路{place % 900 + 1}弄门口，{matter}，影响老人和小孩出行，多次向物业反映没有人管，请派人来看。"
                f"可以打电话联系我，上午一般都在家，麻烦尽快处理，谢谢。编号{place}",
        "phone": f"138{caller % 10**8:08d}",
    }  # fmt: skip


def main() -> None:
    """Run both and print them side by side."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    from open12345.project import boot

    with boot.database_running():
        _command("migrate")
        _command("load-pack", "jiuting")
        boot.setup_django()
        secret = _api_key()
        with _web() as (port, pid):
            _measure(port, pid, secret)


def _measure(port: int, pid: int, secret: str) -> None:
    from bench import raw
    from bench.load import post_forever
    from open12345.orders.models import WorkOrder
    from open12345.project import boot, embedded
    from open12345.project.cluster import OWNER

    post_forever(port, "/api/v1/orders", secret, complaint, connections=CONNECTIONS, seconds=WARM_UP)
    cluster = boot.cluster()
    server_pid = embedded.status(cluster).pid or 0
    before = _cpu(pid), _cpu(server_pid)
    base = 10**7
    tally = post_forever(
        port, "/api/v1/orders", secret, lambda n: complaint(base + n), connections=CONNECTIONS, seconds=SECONDS
    )
    after = _cpu(pid), _cpu(server_pid)
    if tally.bad:
        raise SystemExit(f"{len(tally.bad)} bad answers, the first: {tally.bad[0]}")
    order = WorkOrder.objects.filter(links__isnull=True).order_by("-pk")[0]
    text, rows = raw.script(order.pk), raw.rows_of(order.pk)
    limit, latency = raw.run(
        embedded.bin_folder() / "pgbench", cluster.url(OWNER), text, HOME, clients=CONNECTIONS, seconds=int(SECONDS)
    )
    done = len(tally.seconds)
    web, server = ((b - a) * 1000 / done for a, b in zip(before, after, strict=True))
    print(f"rows per order           {sum(rows.values())} in {len(rows)} tables")
    print(
        f"HTTP, complete pipeline  {tally.rate:8.0f} orders/s   p50 {tally.percentile(0.5):.1f} ms   "
        f"p99 {tally.percentile(0.99):.1f} ms   ({CONNECTIONS} connections, {WORKERS} web workers, {done} orders)"
    )
    print(f"CPU per order            {web:8.2f} ms in the web workers, {server:.2f} ms in PostgreSQL")
    print(f"SQL per order            {_statements(secret):8d} statements, BEGIN and COMMIT included")
    print(f"pgbench, the same rows   {limit:8.0f} orders/s   mean {latency:.1f} ms")
    print(f"ratio                    {tally.rate / limit:8.3f}")  # fmt: skip


def _statements(secret: str) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="127.0.0.1", headers={"Authorization": f"Bearer {secret}"})
    client.post("/api/v1/orders", complaint(1), content_type="application/json")
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(
            "/api/v1/orders", complaint(2), content_type="application/json", headers={"Idempotency-Key": "statements"}
        )
    if answer.status_code != 201:  # noqa: PLR2004
        raise SystemExit(answer.content.decode())
    return len(captured.captured_queries)


def _command(*words: str) -> str:
    done = subprocess.run([COMMAND, *words], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"open12345 {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def _api_key() -> str:
    """Return the secret of a fresh key that may write orders."""
    import json

    answer = json.loads(
        _command(
            "api-key",
            "create",
            "bench",
            "--scope",
            "orders:write",
            "--post",
            "agent@centre",
            "--per-minute",
            "0",
            "--json",
        )
    )
    return str(answer["key"])


@contextmanager
def _web() -> Iterator[tuple[int, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [COMMAND, "serve", "--port", str(port), "--workers", str(WORKERS)]
    with (HOME / "web.log").open("w") as log:
        web = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    try:
        _wait_for(port)
        yield port, web.pid
    finally:
        os.killpg(web.pid, signal.SIGTERM)
        web.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit((HOME / "web.log").read_text())


def _cpu(pid: int) -> float:
    """Return the CPU seconds of a process, of everything below it, and of its children that ended."""
    processes = {int(p.name): _stat(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
    family, found = {pid}, {pid}
    while found:  # generation by generation: numbers wrap around, a child's may be lower
        found = {child for child, (parent, _seconds) in processes.items() if parent in found} - family
        family |= found
    return sum(processes[member][1] for member in family if member in processes)


def _stat(process: Path) -> tuple[int, float]:
    try:
        text = (process / "stat").read_text()
    except OSError:
        return 0, 0.0
    rest = text[text.rindex(")") + 2 :].split()
    return int(rest[1]), sum(map(int, rest[11:15])) / _TICK


if __name__ == "__main__":
    main()
