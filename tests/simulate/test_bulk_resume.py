"""A run that is killed goes on where it stood: no order twice, none missing, each history whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from open12345.orders import history, invariants
from open12345.orders.models import Event, WorkOrder
from open12345.project.cluster import SUPERUSER
from open12345.simulate import truth
from open12345.simulate.history import resume, turns, writers
from open12345.simulate.lives import step
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World
from open12345.simulate.shapes import Fate
from open12345.worktime import SHANGHAI
from tests.beds import Bed
from tests.cast import Town
from tests.settings import CLUSTER
from tests.simulate.made import lives

RUNNER = Path(__file__).parent / "run_bulk.py"


@pytest.fixture
def dsn(committed_town: Town) -> str:
    """The loader's address of this test's own database, with a town in it."""
    return loader_of(str(connections["default"].settings_dict["NAME"]))


def kept() -> Path:
    """Where the truth of a run is kept that has its database's name: processes of the suite share a home."""
    return truth.folder(str(connections["default"].settings_dict["NAME"]))


def loader_of(database: str) -> str:
    if CLUSTER is None:
        pytest.skip("needs an embedded server")
    return CLUSTER.url(SUPERUSER, database)


@pytest.fixture
def _no_trace(dsn: str) -> Iterator[None]:
    shutil.rmtree(kept())
    yield
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _name, definition in connection.execute("SELECT * FROM simulate.dropped_index").fetchall():
            connection.execute(definition)
        connection.execute("DROP SCHEMA simulate CASCADE")


def start(dsn: str, orders: int) -> subprocess.Popen[bytes]:
    database = str(connections["default"].settings_dict["NAME"])
    words = [sys.executable, str(RUNNER), dsn, database, str(orders)]
    beside = os.pathsep.join((str(Path.cwd()), *sys.path))
    return subprocess.Popen(words, env={**os.environ, "PYTHONPATH": beside}, start_new_session=True)


def batches(dsn: str) -> int:
    with psycopg.connect(dsn, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('simulate.batch')").fetchone() == (None,):
            return 0
        return int((connection.execute("SELECT count(*) FROM simulate.batch").fetchone() or (0,))[0])


def killed_after(dsn: str, orders: int, many: int, *, seconds: float = 120) -> None:
    """Start the run and kill it, and all its processes, once so many batches are written."""
    process = start(dsn, orders)
    until = time.monotonic() + seconds
    while batches(dsn) < many and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def fresh_town(bed: Bed, blocker: DjangoDbBlocker) -> Iterator[str]:
    """A town where nothing was ever written; the loader's address of its database."""
    with blocker.unblock(), bed.town():
        shutil.rmtree(kept())
        dsn = loader_of(str(connections["default"].settings_dict["NAME"]))
        with psycopg.connect(dsn, autocommit=True) as connection:  # numbers drawn in vain leave no other trace
            connection.execute("SELECT setval('orders_workorder_id_seq', 1, false)")
        yield dsn


def told(dsn: str) -> tuple[str, list[tuple[object, ...]]]:
    """The truth of a run, and every order with what happened to it and when."""
    with psycopg.connect(dsn) as connection:
        orders = connection.execute(
            "SELECT o.id, o.number, o.stage, o.title, o.accepted_at,"
            " array_agg((e.at, e.action) ORDER BY e.seq)::text"
            " FROM orders_workorder o JOIN orders_event e ON e.order_id = o.id GROUP BY o.id ORDER BY o.id"
        ).fetchall()
    lines = kept().joinpath(truth.NAME).read_text().splitlines()
    return "\n".join(lines), orders


def whole(dsn: str, orders: int) -> None:
    process = start(dsn, orders)
    assert process.wait(300) == 0
    assert not [*kept().glob("0*-*.jsonl")]
    assert WorkOrder.objects.count() == orders
    numbers = WorkOrder.objects.values_list("requester__created_at", flat=True)
    assert len(set(numbers)) == orders  # each life begins at a moment of its own
    assert list(history.verify(WorkOrder.objects.all())) == []
    assert list(history.verify_anchors()) == []
    assert list(invariants.check_all()) == []
    assert len(kept().joinpath(truth.NAME).read_text().splitlines()) == orders
    assert Event.objects.count() > orders


@pytest.mark.usefixtures("_no_trace")
@pytest.mark.function("SIM-01")
def test_a_killed_run_goes_on_without_doubles(dsn: str) -> None:
    killed_after(dsn, 40, 1)
    whole(dsn, 40)


@pytest.mark.function("SIM-01")
@pytest.mark.function("SIM-05")
def test_a_run_is_the_same_however_its_writers_took_turns(
    django_db_setup: Bed, django_db_blocker: DjangoDbBlocker
) -> None:
    with fresh_town(django_db_setup, django_db_blocker) as dsn:
        whole(dsn, 120)
        once = told(dsn)
    with fresh_town(django_db_setup, django_db_blocker) as dsn:
        killed_after(dsn, 120, 3)
        whole(dsn, 120)
        assert told(dsn) == once
    numbered = {json.loads(line)["index"]: json.loads(line)["number"] for line in once[0].splitlines()}
    assert [numbered[place] for place in sorted(numbered)] == [number for _pk, number, *_ in once[1]]


@pytest.mark.usefixtures("_no_trace")
def test_who_comes_after_a_killed_run_waits_for_its_writers(dsn: str) -> None:
    process = start(dsn, 400)
    until = time.monotonic() + 120
    while batches(dsn) < 1 and time.monotonic() < until:
        time.sleep(0.02)
    with pytest.raises(turns.Busy, match="writes into this instance"), turns.turn(dsn):
        pass
    process.kill()  # its writers are at something still
    process.wait()
    said: list[str] = []
    with turns.turn(dsn, said.append):
        standing = batches(dsn)
        time.sleep(0.5)
        assert batches(dsn) == standing
    assert said in ([], ["waiting for the writers of an earlier run to end what they are at …"])


def test_who_had_something_open_is_known_however_far_other_writers_were(committed_town: Town, dsn: str) -> None:
    begin = datetime(2025, 6, 16, 8, tzinfo=SHANGHAI)
    until = begin + timedelta(days=30)
    some = lives(committed_town.pack, 3, begin=begin, until=until, fates=(Fate.REFUSED,))
    step.play(some, World(committed_town.pack, staffing(committed_town.pack)), until=until)
    first, *_, last = WorkOrder.objects.order_by("pk").values_list("pk", flat=True)
    with turns.loader(dsn) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE orders_workorder SET accepted_at = accepted_at + interval '200 d' WHERE id = %s", [last]
        )
        behind = writers._callers(connection, first, first + 1)
        ahead = writers._callers(connection, first, last + 1)
    assert (len(behind._orders), len(ahead._orders)) == (3, 0)


@pytest.mark.usefixtures("_no_trace")
def test_a_run_begun_before_ids_were_set_aside_gets_them_once(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        first = resume.begin(connection, "test", "jiuting", size=40, processes=2, chunk=20)
        connection.execute("ALTER TABLE simulate.run DROP COLUMN base, DROP COLUMN size")
        older = resume.begin(connection, "test", "jiuting", size=40, processes=2, chunk=20)
        again = resume.begin(connection, "test", "jiuting", size=40, processes=2, chunk=20)
        assert older == again
        assert older.base >= first.base + 40
        larger = resume.begin(connection, "test", "jiuting", size=41, processes=2, chunk=20)  # nothing is written yet
        assert larger.base == older.base  # what was set aside for nothing is taken over
        resume.note(connection, "test", (0, 0), (12, 90, 300))
        with pytest.raises(resume.OtherRun, match="begun with 41 lives, not 40"):
            resume.begin(connection, "test", "jiuting", size=40, processes=2, chunk=20)


@pytest.mark.usefixtures("_no_trace")
@pytest.mark.nightly
def test_a_run_killed_many_times_is_whole_in_the_end(dsn: str) -> None:
    for many in (1, 2, 5, 8, 9, 14, 20):
        killed_after(dsn, 600, many)
    whole(dsn, 600)
