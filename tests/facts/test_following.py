"""The mirror follows the orders: nothing is missed, nothing half seen, and carried on is the same as built anew."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import psycopg
import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from open12345.facts import lending, mirror, services, store, touched, writing
from open12345.facts.models import Mirror, Touched
from open12345.orders.models import Event, WorkOrder
from open12345.project.cluster import SUPERUSER
from tests.cast import Town
from tests.databases import owner_connection
from tests.facts.rows import filled, fresh, invented, whole
from tests.orders.lives import Life, Tally
from tests.orders.walks import UNIT, closed, dispatched, signed
from tests.settings import CLUSTER

_ONCE_IN_A_LIFE = settings(
    max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)


@pytest.fixture
def open_doors(committed_town: Town, facts_home: Path) -> Town:
    """A town whose acts are committed."""
    return committed_town


# -- carried on is built anew -----------------------------------------------------------------------------------------


@_ONCE_IN_A_LIFE
@given(seed=st.integers(0, 2**32))
@pytest.mark.function("KPI-01")
def test_carried_on_through_random_lives_it_is_what_is_built_anew(
    town: Town, settings: Settings, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    small = services.HOT_ROWS
    services.HOT_ROWS = 6  # type: ignore[misc] # months are written anew every now and then
    dice, whats = Random(seed), set()
    try:
        with transaction.atomic():
            settings.OPEN12345_HOME = tmp_path_factory.mktemp("carried")
            life = Life(town, dice, Tally())
            for _ in range(50):
                life.step()
                if dice.random() < 0.15:
                    whats.add(services.refresh(town.now).what)
            services.refresh(town.now)
            carried = whole()
            settings.OPEN12345_HOME = tmp_path_factory.mktemp("anew")
            services.rebuild(town.now)
            assert carried == whole()
            transaction.set_rollback(True)
    finally:
        services.HOT_ROWS = small  # type: ignore[misc]
    assert "rebuilt" in whats


def test_verify_finds_what_was_changed_behind_the_history(open_doors: Town) -> None:
    _one, other = closed(open_doors), signed(open_doors)
    assert services.verify(open_doors.now) == []
    WorkOrder.objects.filter(number=other).update(channel="web")
    assert services.verify(open_doors.now) == [other]


def test_new_rules_build_the_facts_anew(open_doors: Town) -> None:
    watched = open_doors
    number = closed(watched)
    assert services.refresh(watched.now).what == "rebuilt"
    assert services.refresh(watched.now).what == "nothing"
    order = watched.order(number)
    lent = f"SELECT {order.pk}::bigint AS order_id, NULL::bigint AS unit_id, 'judicial' AS code"
    lending.lend_exclusions(lent)
    try:
        assert services.refresh(watched.now).what == "rebuilt"
        row = fresh(watched)[number, UNIT]
        assert (row["excluded"], row["appraised"]) == (" judicial ", 0)
    finally:
        lending.take_back(lent)


def test_a_word_from_above_brings_an_order_up_to_date(watched: Town) -> None:
    number = closed(watched)
    services.refresh(watched.now)
    services.touch([watched.order(number).pk])
    done = services.refresh(watched.now)
    assert (done.what, done.orders) == ("refreshed", 1)


def test_a_mirror_that_the_database_has_forgotten_is_built_anew(watched: Town) -> None:
    closed(watched)
    services.refresh(watched.now)
    Mirror.objects.all().delete()
    assert services.refresh(watched.now).what == "rebuilt"


# -- late commits -----------------------------------------------------------------------------------------------------


def test_what_commits_late_is_read_when_it_does(open_doors: Town) -> None:
    town = open_doors
    slow, quick = town.register(), town.register(body="另一件事：楼道里堆满杂物，物业说不归他们管，请来看看。")
    services.rebuild(town.now)
    acted, may_commit = threading.Event(), threading.Event()

    def dispatch_slowly() -> None:
        with transaction.atomic():
            Town(town.pack, town.now, town.people).do("dispatcher", slow, "dispatch", {"lead": UNIT})
            acted.set()
            may_commit.wait(30)
        connections.close_all()

    thread = threading.Thread(target=dispatch_slowly)
    thread.start()
    assert acted.wait(30)
    town.do("dispatcher", quick, "dispatch", {"lead": "enforcement"})  # begins later, commits earlier
    rows = fresh(town)
    assert (quick, "enforcement") in rows
    assert (slow, UNIT) not in rows
    assert services.refresh(town.now).what == "nothing"
    may_commit.set()
    thread.join(30)
    assert (slow, UNIT) in fresh(town)
    assert services.refresh(town.now).what == "nothing"
    assert services.verify(town.now) == []


def test_nothing_is_missed_however_writers_and_readers_cross(open_doors: Town) -> None:
    town = open_doors
    services.rebuild(town.now)
    stop = threading.Event()

    def write(seed: int) -> list[str]:
        dice, mine, numbers = Random(seed), Town(town.pack, town.now, town.people), []
        for step in range(6):
            with transaction.atomic():
                numbers.append(mine.register(body=f"第{seed}组第{step}件：路灯坏了快两个星期，晚上走路看不见，请修。"))
                time.sleep(dice.random() / 20)
                if dice.random() < 0.2:
                    transaction.set_rollback(True)
                    numbers.pop()
            with transaction.atomic():
                if numbers:
                    mine.do("supervisor", dice.choice(numbers), "urge", {"text": "请抓紧办理"})
                time.sleep(dice.random() / 20)
        connections.close_all()
        return numbers

    def follow() -> int:
        seen = 0
        while not stop.is_set():
            seen += services.refresh(town.now).orders
        connections.close_all()
        return seen

    with ThreadPoolExecutor(5) as pool:
        follower = pool.submit(follow)
        try:
            numbers = {number for found in pool.map(write, range(4)) for number in found}
        finally:
            stop.set()
        follower.result()
    rows = fresh(town)
    assert {number for number, _unit in rows} == numbers
    urged = dict(WorkOrder.objects.values_list("number", "urges"))
    assert {number: rows[number, ""]["urges"] for number in numbers} == urged
    assert touched.waiting(store.required().snapshot)[0] == 0


def test_what_all_mirrors_have_read_is_forgotten_once_nothing_older_is_alive(open_doors: Town) -> None:
    town = open_doors
    numbers = [town.register(), town.register(body="另一件事：楼道里堆满杂物，物业说不归他们管，请来看看。")]
    services.rebuild(town.now)
    with owner_connection() as other, other.transaction():  # in another database of the server
        older = int(str(other.execute("SELECT pg_current_xact_id()").fetchall()[0][0]))
        town.do("dispatcher", numbers[0], "dispatch", {"lead": UNIT})
        services.refresh(town.now)
        kept = set(Touched.objects.filter(xid__gt=older).values_list("xid", flat=True))
        assert kept, "what an older transaction may still cross is kept"
        assert services.refresh(town.now).what == "nothing", "and read once all the same"
    _wait_until_all_have_ended(max(kept))
    town.do("dispatcher", numbers[1], "dispatch", {"lead": UNIT})
    services.refresh(town.now)
    assert not Touched.objects.filter(xid__lte=max(kept)).exists()


def _wait_until_all_have_ended(xid: int) -> None:
    """Other processes of the run write to the same server: what they began before is theirs to end."""
    for _ in range(1200):
        if int(touched.snapshot().split(":")[0]) > xid:
            return
        time.sleep(0.05)
    pytest.skip("a transaction of another run has been open for a minute")


def test_a_loader_that_puts_triggers_aside_is_heard_too(open_doors: Town) -> None:
    if CLUSTER is None:
        pytest.skip("needs the superuser of an embedded server")
    town = open_doors
    number = town.register()
    services.rebuild(town.now)
    order, name = town.order(number), connection.settings_dict["NAME"]
    event = Event.objects.get(order=order)
    with psycopg.connect(CLUSTER.url(SUPERUSER, str(name))) as loader:
        loader.execute("SET session_replication_role = replica")
        columns = "at, action, stage_from, stage_to, round, actor_kind, actor_name, pack_version, facts, prev, hash"
        again = f"SELECT order_id, 2, {columns} FROM orders_event WHERE order_id = %s"  # noqa: S608 - names of our own
        loader.execute(f"INSERT INTO orders_event (order_id, seq, {columns}) {again}", [event.order_id])
    assert services.refresh(town.now).orders == 1


# -- atomic -----------------------------------------------------------------------------------------------------------


def test_a_reader_never_sees_half_a_refresh(facts_home: Path) -> None:
    filled(invented(60, seed=1))
    stop, sums = threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            sums.add(mirror.run(store.required(), "SELECT count(*), min(kind_base), max(kind_base) FROM facts")[0])

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for generation in range(6):
        rows = invented(60 + generation, seed=generation)
        mark = [str(generation)] * rows.num_rows
        place = rows.schema.get_field_index("kind_base")
        filled(rows.set_column(place, "kind_base", [mark]))
    stop.set()
    for thread in threads:
        thread.join(30)
    assert all(first == last for _rows, first, last in sums if last.isdigit())
    assert len(sums) > 1


@pytest.mark.parametrize("broken", ["settle", "put", "_write"])
def test_a_refresh_that_breaks_anywhere_leaves_the_last_good_facts(
    watched: Town, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    number = signed(watched)
    before = fresh(watched)
    watched.do("supervisor", number, "urge", {"text": "请抓紧办理"})

    def breaks(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store, broken, breaks)
        with pytest.raises(OSError, match="No space"):
            services.refresh(watched.now)
        assert len(whole()) == len(before)
    assert fresh(watched)[number, UNIT]["urges"] == 1
    assert not _strays()


def _strays() -> set[str]:
    now = store.required()
    named = {part.name for part in now.parts} | {name for name, _at in now.retired}
    return {path.name for path in (store.folder() / "parts").iterdir()} - named


def test_killed_at_any_moment_it_leaves_the_last_good_facts(facts_home: Path, settings: Settings) -> None:
    good = filled(invented(120, seed=7))
    code = (
        "from tests.facts.rows import filled, invented\n"
        "rows = invented(120, seed=7)\n"
        "print('ready', flush=True)\n"
        "while True: filled(rows)\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    begin = "import django; django.setup()\nfrom django.conf import settings\n"
    started = f"{begin}settings.OPEN12345_HOME = {str(settings.OPEN12345_HOME)!r}\n{code}"
    child = subprocess.Popen([sys.executable, "-c", started], stdout=subprocess.PIPE, env=environment, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        for _ in range(2):
            time.sleep(Random().random())
            assert len(whole(store.required())) == sum(part.rows for part in good.parts)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    assert len(whole(store.required())) == sum(part.rows for part in good.parts)
    with store.writing(wait=False):  # the lock died with it
        store.sweep()
    assert not _strays()


def test_two_writers_are_one(facts_home: Path) -> None:
    with store.writing(wait=True), pytest.raises(store.Busy), store.writing(wait=False):
        pytest.fail("there were two")


def test_memory_is_bounded_by_rows_that_wait(facts_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "AT_ONCE", 50)
    rows = invented(600, seed=3)
    with store.writing(wait=True):
        months = writing.Months()
        for begin in range(0, rows.num_rows, 100):
            months.add(rows.slice(begin, 100))
            assert sum(months._rows.values()) <= 50
        parts = months.close()
    assert sum(part.rows for part in parts) == rows.num_rows


def test_a_town_without_orders_has_facts_without_rows(watched: Town) -> None:
    assert services.rebuild(watched.now).orders == 0
    assert whole() == []
    assert dispatched(watched) in {number for number, _unit in fresh(watched)}
