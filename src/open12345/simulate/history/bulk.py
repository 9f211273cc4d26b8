"""The speed *history*: whole years of orders at once, each with its complete, verifiable past.

One process tells the lives, several stamp them (a caller's lives always the same one, in the order of time) and write
them by COPY, a chunk of each in one transaction together with the note that it is written. What was killed goes on from
there. At the end indexes are built, heads sealed and tables analysed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import queue
import shutil
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import islice
from multiprocessing.context import ForkContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Self

import psycopg
from django.conf import settings
from django.db import connections, models
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import sql
from psycopg.conninfo import make_conninfo

from open12345.directory import packs
from open12345.orders import history, queries
from open12345.orders.models import Unsealed, WorkOrder
from open12345.orders.stages import ENDED, Stage
from open12345.policy import Pack
from open12345.simulate.history import resume, shadow
from open12345.simulate.history.copying import Ids, copy
from open12345.simulate.history.library import Library, shelf
from open12345.simulate.history.repeats import Callers
from open12345.simulate.history.stamp import Sheet, Stamper
from open12345.simulate.lives.script import World
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.shapes import Life, Truth

Source = Iterable[Life] | Callable[[int], Iterable[Life]]
Progress = Callable[[int, str], None]

CHUNK: Final = 1000
_ROOM: Final = 3
_POLL: Final = 0.5
_JSON: Final = json.JSONEncoder(ensure_ascii=False)
_TRUTHS: Final = tuple(part.name for part in fields(Truth))


class BulkError(RuntimeError):
    """A writer failed; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote (this time: `seconds`), and how long indexes, seal and analysis took of it."""

    orders: int
    events: int
    rows: int
    seconds: float
    phases: dict[str, float] = field(default_factory=dict)
    truth: Path | None = None


def write(  # noqa: PLR0913 - a run is told apart by all of these
    lives: Source, *, pack: Pack, progress: Progress = lambda _n, _what: None, processes: int = 2,
    run: str = "simulated", until: datetime | None = None, seed: int = 0, dsn: str = "",
) -> Written:  # fmt: skip
    """Write `lives`, in the order of time, and return what was written; an earlier run of this name is continued.

    `lives`: all of them, or a function that tells them from a place on. `progress(orders so far, what is done)`.
    """
    begun = time.monotonic()
    phases: dict[str, float] = {}
    with loader(dsn) as connection:
        state = resume.begin(connection, run, pack.id, processes=processes, chunk=CHUNK)
        tables = [model._meta.db_table for model in _loaded()]
        if not state.done and not WorkOrder.objects.exists():
            resume.drop_indexes(connection, tables)
        folder = truth_folder(run)
        world = World(pack, staffing(pack), seed)
        world.people.warm()
        with _phase(phases, "orders"):
            if not state.ended:
                _write_all(lives, world, state, dsn, folder, progress)
        _finish(connection, tables, until, phases, progress)
        resume.end(connection, run)
        orders, events, rows = resume.totals(connection, run)
    return Written(orders, events, rows, time.monotonic() - begun, phases, _gathered(folder))


def _loaded() -> list[type[models.Model]]:
    return [*shadow.tables(), Unsealed]


@contextmanager
def loader(dsn: str = "") -> Iterator[psycopg.Connection[Any]]:
    """A connection that may load: of the role that settings name for it, else of the owner."""
    with psycopg.connect(dsn or _dsn(), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET client_encoding = 'UTF8'")
        yield connection


def _dsn() -> str:
    """The loader's role, in the database that this process works on."""
    named = getattr(settings, "LOADER_SECRET_URL", "")
    own = connections["default"].settings_dict
    return make_conninfo(named, dbname=own["NAME"])


@contextmanager
def _phase(phases: dict[str, float], name: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    phases[name] = time.monotonic() - begun


def _finish(
    connection: psycopg.Connection[Any], tables: list[str], until: datetime | None, phases: dict[str, float],
    progress: Progress,
) -> None:  # fmt: skip
    """Build the indexes, seal the heads, analyse: what a run owes its instance."""
    with _phase(phases, "indexes"):
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET max_parallel_maintenance_workers = 2")
        for name in resume.rebuild_indexes(connection):
            progress(-1, f"index {name}")
    with _phase(phases, "seal"):
        progress(-1, "seal")
        history.seal(until or queries.database_time())
    with _phase(phases, "analyse"):
        progress(-1, "analyse")
        for table in tables:
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


# -- telling and writing -----------------------------------------------------------------------------------------------


@dataclass
class Writer:
    """One process that stamps and writes: what it is sent, and what it answers."""

    process: BaseProcess
    work: Any


def _write_all(lives: Source, world: World, state: resume.Run, dsn: str, folder: Path, progress: Progress) -> None:
    """Tell the lives chunk by chunk, each to the writer of its caller."""
    for alias in connections:
        connection = connections[alias]
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    place = _Place(state.name, dsn, folder)
    with ExitStack() as stack:
        writers = [stack.enter_context(_writer(context, world, place, n, answers)) for n in range(state.processes)]
        _sent(lives, state, writers, answers, progress)


def _sent(lives: Source, state: resume.Run, writers: list[Writer], answers: Any, progress: Progress) -> None:
    """Send everything that is not written yet."""
    told = _Told(writers, answers, progress)
    for chunk, some in _chunks(lives, state):
        shards: list[list[Life]] = [[] for _ in writers]
        for life in some:
            shards[life.request.caller.key % len(writers)].append(life)
        for shard, part in enumerate(shards):
            if (chunk, shard) not in state.done:
                told.send(shard, (chunk, part))
    for shard in range(len(writers)):
        told.send(shard, None)
    told.wait()


def _chunks(lives: Source, state: resume.Run) -> Iterator[tuple[int, list[Life]]]:
    """Yield (number, lives) from the first chunk on of which something is missing."""
    first = state.first
    skipped = first * state.chunk
    coming = iter(lives(skipped)) if callable(lives) else islice(iter(lives), skipped, None)
    number = first
    while some := list(islice(coming, state.chunk)):
        yield number, some
        number += 1


class _Told:
    """What the writers have answered so far."""

    def __init__(self, writers: list[Writer], answers: Any, progress: Progress) -> None:
        self.writers, self.answers, self.progress = writers, answers, progress
        self.orders, self.ended = 0, 0

    def send(self, shard: int, work: Any) -> None:
        """Hand work to a writer, waiting while it has enough."""
        while True:
            self.listen(block=False)
            try:
                self.writers[shard].work.put(work, timeout=_POLL)
            except queue.Full:
                continue
            return

    def listen(self, *, block: bool) -> None:
        """Take the answers that are there."""
        while True:
            try:
                orders, error = self.answers.get(timeout=_POLL) if block else self.answers.get_nowait()
            except queue.Empty:
                self._alive()
                return
            if error:
                raise BulkError(error)
            if orders is None:
                self.ended += 1
                return
            self.orders += orders
            self.progress(self.orders, "orders")

    def wait(self) -> None:
        """Wait until every writer has finished."""
        while self.ended < len(self.writers):
            self.listen(block=True)

    def _alive(self) -> None:
        gone = [w.process.exitcode for w in self.writers if w.process.exitcode not in (None, 0)]
        if gone:
            raise BulkError(f"a writer ended with {gone[0]}; run the same command again to go on")


@dataclass(frozen=True)
class _Place:
    run: str
    dsn: str
    folder: Path


@contextmanager
def _writer(context: ForkContext, world: World, place: _Place, shard: int, answers: Any) -> Iterator[Writer]:
    work = context.Queue(_ROOM)
    process = context.Process(target=_work, args=(world, place, shard, work, answers), daemon=True)
    process.start()
    try:
        yield Writer(process, work)
    except BaseException:
        process.kill()
        raise
    finally:
        work.cancel_join_thread()
        process.join(10)


def _work(world: World, place: _Place, shard: int, work: Any, answers: Any) -> None:
    """The writer's process: stamp what is sent, write it, until there is nothing more or nobody sends any more."""
    teller = os.getppid()
    try:
        with loader(place.dsn) as connection, Shadow() as stage:
            stamper = _stamper(world, connection, stage)
            while os.getppid() == teller:
                try:
                    sent = work.get(timeout=_POLL)
                except queue.Empty:
                    continue
                if sent is None:
                    break
                chunk, lives = sent
                _write_chunk(connection, stamper, place, (chunk, shard), lives)
                answers.put((len(lives), ""))
        answers.put((None, ""))
    except BaseException:  # noqa: BLE001 - told to the one who can tell the user
        answers.put((0, traceback.format_exc()))


class Shadow:
    """The shadow tables of one process, put up when the first life is learnt and left standing."""

    def __init__(self) -> None:
        self._standing: AbstractContextManager[None] | None = None

    def __enter__(self) -> Self:
        """Begin without tables."""
        return self

    def __call__(self) -> AbstractContextManager[None]:
        """Put the tables up, unless they stand."""
        if self._standing is None:
            self._standing = shadow.stage()
            self._standing.__enter__()
        return nullcontext()

    def __exit__(self, *error: object) -> None:
        """Take the tables down."""
        if self._standing is not None:
            self._standing.__exit__(None, None, None)


def _stamper(world: World, connection: psycopg.Connection[Any], stage: Shadow) -> Stamper:
    version, _pack = packs.pack_at(queries.database_time())
    stamper = Stamper(world, version, Ids(connection), _callers(connection))
    stamper.stage, stamper.library = stage, Library(shelf(Path(settings.OPEN12345_HOME), world))
    return stamper


def _callers(connection: psycopg.Connection[Any]) -> Callers:
    """Return who has something open already: of a run that goes on, and of orders taken by hand."""
    known = Callers()
    ended = [str(stage) for stage in (*ENDED, Stage.DRAFT)]
    found = connection.execute(
        "SELECT r.phone_index, o.id, o.body, o.accepted_at, CASE WHEN o.stage = ANY(%s) THEN o.closed_at END"
        " FROM orders_workorder o JOIN orders_requester r ON r.id = o.requester_id"
        " WHERE r.phone_index IS NOT NULL AND o.accepted_at IS NOT NULL AND (o.stage <> ALL(%s) OR o.closed_at >"
        " (SELECT max(accepted_at) - interval '30 d' FROM orders_workorder)) ORDER BY o.id",
        [ended, ended],
    )
    for index, pk, body, at, closed in found:
        known.add(bytes(index), (pk, body, at, closed))
    return known


def _write_chunk(
    connection: psycopg.Connection[Any], stamper: Stamper, place: _Place, which: tuple[int, int], lives: list[Life]
) -> None:
    """Stamp and write one chunk; its truth stands in a file of its own before the orders are there."""
    sheet = Sheet()
    numbers = [stamper.stamp(life, sheet) for life in lives]
    path = place.folder / f"{which[0]:06d}-{which[1]}.jsonl"
    lines = (_JSON.encode(truth_of(life, n)) for life, n in zip(lives, numbers, strict=True))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    with resume.unchecked(connection):
        rows = copy(connection, sheet)
        resume.note(connection, place.run, which, (sheet.orders, sheet.events, rows))


# -- the truth, kept apart ---------------------------------------------------------------------------------------------


def truth_folder(run: str) -> Path:
    """Return where the truth of a run is kept, apart from the platform's tables."""
    folder = Path(settings.OPEN12345_HOME) / "simulate" / run
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def truth_of(life: Life, number: str) -> dict[str, Any]:
    """Return what a request really is, and which order it became."""
    request = life.request
    return {
        "index": request.index, "number": number, "fate": life.fate.value, **_told(request.truth),
        "said_category": request.category, "life_unit": life.unit, "marks": dict(life.marks),
    }  # fmt: skip


def _told(truth: Truth) -> dict[str, Any]:
    return {name: getattr(truth, name) for name in _TRUTHS}


def _gathered(folder: Path) -> Path:
    """Return the one file of a run's truth, put together from its chunks."""
    whole = folder / "truth.jsonl"
    parts = sorted(folder.glob("[0-9]*-[0-9]*.jsonl"))
    if parts:
        with whole.open("wb") as out:
            for part in parts:
                with part.open("rb") as lines:
                    shutil.copyfileobj(lines, out)
    return whole
