"""The processes that tell, stamp and write lives: each those of its own callers, in the order of time.

A writer makes its lives itself, so that nothing but counts passes between processes. A chunk of the run is one batch of
each writer: one transaction, together with the note that it is written. What was killed goes on from there.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import queue
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.context import ForkContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Protocol, Self

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from open12345.directory import packs
from open12345.orders import queries
from open12345.orders.stages import ENDED, Stage
from open12345.simulate import truth
from open12345.simulate.history import resume, shadow, turns
from open12345.simulate.history.copying import Ids, copy
from open12345.simulate.history.library import Library, shelf
from open12345.simulate.history.repeats import Callers
from open12345.simulate.history.stamp import Sheet, Stamper
from open12345.simulate.lives.steps import World
from open12345.simulate.shapes import Life

_POLL: Final = 0.5
_TIDY: Final = 20
_TOGETHER: Final = 100
"""Lives that are told before they are written: so that of new kinds each writer learns others."""


class Source(Protocol):
    """Where lives come from."""

    def __call__(self, start: int, mine: Callable[[int], bool]) -> Iterable[Life]:
        """Tell the lives from place `start` of the run on, in order, of those callers whose key is `mine`."""


class BulkError(RuntimeError):
    """A writer failed; the message says how, `detail` is its traceback (empty where it could tell nothing)."""

    def __init__(self, message: str, detail: str = "") -> None:
        """Keep both."""
        self.detail = detail
        super().__init__(message)


@dataclass(frozen=True)
class Place:
    """Which run, into which database, with the truth beside it in which folder.

    `turn`: the socket of the session that has the turn, which no writer may keep open.
    """

    run: resume.Run
    dsn: str
    folder: Path
    turn: int


def part(folder: Path, chunk: int, shard: int) -> Path:
    """Return where the truth of one batch is kept until the run is whole."""
    return folder / f"{chunk:06d}-{shard}.jsonl"


def parts(folder: Path) -> list[Path]:
    """Return the files of batches that are there, of whatever run."""
    return sorted(folder.glob("[0-9]*-[0-9]*.jsonl"))


# -- the one who waits -------------------------------------------------------------------------------------------------


def write_all(lives: Source, world: World, place: Place, tell: Callable[[int], None]) -> None:
    """Let the writers write everything that is not written yet; `tell(orders so far)`.

    Raises BulkError with what a writer said that failed.
    """
    for alias in connections:
        connection = connections[alias]
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with _frozen(), ExitStack() as stack:
        writers = [
            stack.enter_context(_writer(context, (lives, world, place, n, answers))) for n in range(place.run.processes)
        ]
        _listen(writers, answers, tell)


@contextmanager
def _frozen() -> Iterator[None]:
    """Keep the collector away from what stands: a writer that looked through it all would copy every page of it."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _writer(context: ForkContext, told: tuple[Any, ...]) -> Iterator[BaseProcess]:
    process = context.Process(target=_work, args=told, daemon=True)
    process.start()
    try:
        yield process
    except BaseException:
        process.kill()
        raise
    finally:
        process.join(10)


def _listen(writers: list[BaseProcess], answers: Any, tell: Callable[[int], None]) -> None:
    """Take answers until every writer has ended."""
    written, ended = 0, 0
    while ended < len(writers):
        try:
            orders, error = answers.get(timeout=_POLL)
        except queue.Empty:
            gone = [writer.exitcode for writer in writers if writer.exitcode not in (None, 0)]
            if gone:
                raise BulkError(f"A writing process ended with {gone[0]}: was it killed?") from None
            continue
        if error:
            raise BulkError(error.rstrip().rsplit("\n", 1)[-1], error)
        if orders is None:
            ended += 1
            continue
        written += orders
        tell(written)


# -- the one who writes ------------------------------------------------------------------------------------------------


def _work(lives: Source, world: World, place: Place, shard: int, answers: Any) -> None:
    """The writer's process: until there is nothing more, or nobody waits any more."""
    waiting = os.getppid()
    turns.let_go(place.turn)
    gc.disable()  # orders leave no circles behind; those of learning are taken up chunk by chunk
    try:
        with turns.loader(place.dsn) as connection, Shadow() as stage:
            turns.at_work(connection)
            run = place.run
            stamper = _stamper(world, connection, stage, run.base, run.base + run.first(shard) * run.chunk)
            learned = 0
            for chunk, some in batches(lives, run, shard):
                if os.getppid() != waiting:
                    return
                _write_batch(connection, stamper, place, (chunk, shard), some)
                answers.put((len(some), ""))
                learned = _tidied(stamper, learned)
        answers.put((None, ""))
    except BaseException:  # noqa: BLE001 - told to the one who can tell the user
        answers.put((0, traceback.format_exc()))


def _tidied(stamper: Stamper, learned: int) -> int:
    """Collect what playing lives left behind, where many were played since `learned`; returns how many there are."""
    if stamper.kinds.learned - learned < _TIDY:
        return learned
    gc.collect()
    gc.freeze()
    return stamper.kinds.learned


def batches(lives: Source, run: resume.Run, shard: int) -> Iterator[tuple[int, list[Life]]]:
    """Yield (chunk, lives of this writer) of all that is not written; empty ones too, so that none seems missing."""
    chunk, some = run.first(shard), list[Life]()
    for life in lives(chunk * run.chunk, lambda key: key % run.processes == shard):
        while life.request.index >= (chunk + 1) * run.chunk:
            if (chunk, shard) not in run.done:
                yield chunk, some
            chunk, some = chunk + 1, []
        some.append(life)
    if chunk * run.chunk < run.size and (chunk, shard) not in run.done:
        yield chunk, some


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


def _stamper(
    world: World, connection: psycopg.Connection[Any], stage: Shadow, base: int, following: int
) -> Stamper:  # fmt: skip
    """Return who stamps the orders of a run from the id `following` on, whose ids begin with `base`."""
    version, _pack = packs.pack_at(queries.database_time())
    stamper = Stamper(world, version, Ids(connection), base.__add__, _callers(connection, base, following))
    stamper.kinds.stage, stamper.kinds.library = stage, Library(shelf(Path(settings.OPEN12345_HOME), world))
    return stamper


def _callers(connection: psycopg.Connection[Any], base: int, following: int) -> Callers:
    """Return who has something open already: of a run that goes on, and of orders taken by hand.

    What has ended before the last of this writer's own is open to nobody any more; others may be far ahead.
    """
    known = Callers()
    ended = [str(stage) for stage in (*ENDED, Stage.DRAFT)]
    found = connection.execute(
        "SELECT r.phone_index, o.id, o.body, o.accepted_at,"
        " CASE WHEN o.stage = ANY(%s) THEN coalesce(o.closed_at, o.changed_at) END"
        " FROM orders_workorder o JOIN orders_requester r ON r.id = o.requester_id"
        " WHERE r.phone_index IS NOT NULL AND o.accepted_at IS NOT NULL"
        " AND (o.stage <> ALL(%s) OR coalesce(o.closed_at, o.changed_at) >"
        " (SELECT coalesce(max(accepted_at) - interval '30 d', '-infinity') FROM orders_workorder"
        "  WHERE id >= %s AND id < %s)) ORDER BY o.id",
        [ended, ended, base, following],
    )
    for index, pk, body, at, closed in found:
        known.add(bytes(index), (pk, body, at, closed))
    return known


def _write_batch(
    connection: psycopg.Connection[Any], stamper: Stamper, place: Place, which: tuple[int, int], lives: list[Life]
) -> None:
    """Stamp and write one batch; its truth stands in a file of its own before the orders are there."""
    sheet = Sheet()
    numbers: list[str] = []
    for begin in range(0, len(lives), _TOGETHER):
        told = [stamper.tell(life) for life in lives[begin : begin + _TOGETHER]]
        stamper.kinds.learn(told)
        numbers += [stamper.write(one, sheet) for one in told]
    truth.write(part(place.folder, *which), zip(lives, numbers, strict=True))
    with resume.unchecked(connection):
        rows = copy(connection, sheet)
        resume.note(connection, place.run.name, which, (sheet.orders, sheet.events, rows))
