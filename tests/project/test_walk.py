"""Made-up complaints walk through a live instance over HTTP to every ending there is; nothing is wrong afterwards."""

import csv
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.conf import LazySettings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from open12345.api import access
from open12345.orders import history, invariants
from open12345.orders.models import WorkOrder
from open12345.orders.queries import database_time
from open12345.project import home
from open12345.project.demo.texts import matter, read_texts
from tests.cast import JIUTING, Town

SCRIPTS = home.CHECKOUT / "scripts"
#: Every ending once (scripts/walking/endings.py).
ENDINGS = 34


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def address(committed_town: Town, settings: LazySettings) -> Iterator[str]:
    """A town that is open to everybody at a port of this machine."""
    settings.DEMO = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet, allow_reuse_address=False)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def complaints(path: Path) -> Path:
    texts, dice = read_texts(JIUTING / "demo"), Random(1)
    assert texts is not None
    rows = [asdict(matter(text, dice.choice(texts.places), dice, "松江区九亭镇").text) for text in texts.complaints]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def walk(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "walk_complaints.py"), *words],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 unexpected" in done.stdout
    return done.stdout


def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a day pass: faces ask the database for the time, and pass it in."""
    monkeypatch.setattr(access, "database_time", lambda: database_time() + timedelta(days=1))


@pytest.mark.function("API-01")
@pytest.mark.function("INT-06")
@pytest.mark.function("INT-07")
@pytest.mark.function("INT-09")
@pytest.mark.function("INT-18")
@pytest.mark.function("DIS-10")
@pytest.mark.function("DIS-11")
@pytest.mark.function("DIS-13")
@pytest.mark.function("HAN-03")
@pytest.mark.function("HAN-04")
@pytest.mark.function("HAN-10")
@pytest.mark.function("HAN-11")
@pytest.mark.function("HAN-18")
@pytest.mark.function("CAL-03")
@pytest.mark.function("CAL-05")
@pytest.mark.function("CAL-06")
@pytest.mark.function("CAL-08")
def test_complaints_walk_over_http_to_every_ending(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = complaints(tmp_path / "complaints.csv")
    waiting = tmp_path / "waiting.json"
    assert f"{ENDINGS} orders" in walk(address, str(file), str(ENDINGS), "--waiting", str(waiting))
    left = WorkOrder.objects.exclude(stage__in=["closed", "cancelled"])
    assert [order.number for order in left] == json.loads(waiting.read_text())  # nobody answered on the first day
    tomorrow(monkeypatch)
    assert "1 finished" in walk(address, str(file), "0", "--waiting", str(waiting))
    assert not left.all().exists()
    assert WorkOrder.objects.filter(twice_unhappy=True).exists()
    found = [*invariants.check_all(), *history.verify(WorkOrder.objects.all())]
    assert [f"{flaw.code}: {flaw.order} {flaw.message}" for flaw in found] == []
