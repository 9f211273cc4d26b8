"""The speed *history*: whole years of orders at once, each with its complete, verifiable past.

Several processes write (`writers`): lives are told, stamped and copied chunk by chunk, and what was killed goes on from
there. At the end indexes are built, heads sealed and tables analysed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import models
from django.db.models import Max
from psycopg import sql

from open12345.orders import history, queries
from open12345.orders.models import Unsealed, WorkOrder
from open12345.policy import Pack
from open12345.simulate import truth
from open12345.simulate.history import resume, shadow, turns, writers
from open12345.simulate.history.writers import Source
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World

Progress = Callable[[int, str], None]

CHUNK: Final = 1000
_AT_ONCE: Final = 2
"""Sessions that build indexes and analyse tables side by side."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote (this time: `seconds`), and how long indexes, seal and analysis took of it."""

    orders: int
    events: int
    rows: int
    seconds: float
    phases: dict[str, float] = field(default_factory=dict)
    truth: Path | None = None
    before: int = 0
    """Of the orders: those that an earlier start of this run had written."""


def write(  # noqa: PLR0913 - a run is told apart by all of these
    lives: Source, *, size: int, pack: Pack, turn: psycopg.Connection[Any],
    progress: Progress = lambda _n, _what: None, processes: int = 2, run: str = "simulated",
    until: datetime | None = None, seed: int = 0, dsn: str = "",
) -> Written:  # fmt: skip
    """Write the `size` lives of a run and return what was written; an earlier run of this name is continued.

    `turn`: the session that has the instance to itself (`turns.turn`). `progress(orders so far, what is done)`; -1
    where it is no longer about orders.
    """
    begun = time.monotonic()
    phases: dict[str, float] = {}
    folder = truth.folder(run)
    state = resume.begin(turn, run, pack.id, size=size, processes=processes, chunk=CHUNK)
    before, _events, _rows = resume.totals(turn, run)
    progress(before, "orders")
    if not state.ended:
        if not state.done and not WorkOrder.objects.exists():
            resume.drop_indexes(turn, [model._meta.db_table for model in loaded_tables()])
        world = World(pack, staffing(pack), seed)
        world.people.warm()
        with _phase(phases, "orders"):
            place = writers.Place(state, dsn, folder, turn.fileno())
            writers.write_all(lives, world, place, lambda orders: progress(before + orders, "orders"))
        _finish(turn, dsn, until, phases, progress)
        _gather(folder, resume.places(turn, run))
        resume.end(turn, run)
    for part in writers.parts(folder):
        part.unlink()
    orders, events, rows = resume.totals(turn, run)
    return Written(orders, events, rows, time.monotonic() - begun, phases, folder / truth.NAME, before)


def loaded_tables() -> list[type[models.Model]]:
    """Return the tables that a run writes."""
    return [*shadow.tables(), Unsealed]


@contextmanager
def _phase(phases: dict[str, float], name: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    phases[name] = time.monotonic() - begun


def _finish(
    connection: psycopg.Connection[Any], dsn: str, until: datetime | None, phases: dict[str, float], progress: Progress,
) -> None:  # fmt: skip
    """Seal the heads, build the indexes, analyse: what a run owes its instance."""
    with ThreadPoolExecutor(_AT_ONCE) as beside:
        with _phase(phases, "indexes"):
            jobs = resume.dropped_indexes(connection)
            built = _shared_out(beside, dsn, [partial(resume.build_index, name=n, definition=d) for n, d in jobs])
            with _phase(phases, "seal"):
                progress(-1, "seal")
                history.seal(_sealed_at(until))
            progress(-1, "indexes")
            _done(built)
        with _phase(phases, "analyse"):
            progress(-1, "analyse")
            names = [model._meta.db_table for model in reversed(loaded_tables())]
            _done(_shared_out(beside, dsn, [partial(_analysed, table=name) for name in names]))


def _sealed_at(until: datetime | None) -> datetime:
    """Return when the run's heads are sealed: at its end, unless people have worked here since."""
    if until is None:
        return queries.database_time()
    newest: datetime | None = WorkOrder.objects.aggregate(newest=Max("changed_at"))["newest"]
    return until if newest is None else max(until, newest)


Job = Callable[[psycopg.Connection[Any]], None]


def _shared_out(beside: ThreadPoolExecutor, dsn: str, jobs: list[Job]) -> list[Future[None]]:
    """Let some sessions do the jobs, each the next that nobody has begun."""
    left = deque(jobs)
    return [beside.submit(_worked_off, dsn, left) for _ in range(_AT_ONCE)]


def _worked_off(dsn: str, left: deque[Job]) -> None:
    with turns.loader(dsn) as connection:
        connection.execute("SET maintenance_work_mem = '32MB'")  # what fits a core's cache is sorted sooner
        connection.execute("SET max_parallel_maintenance_workers = 0")  # the sessions fill the cores
        while left:
            try:
                job = left.popleft()
            except IndexError:  # another was quicker
                return
            job(connection)


def _done(jobs: list[Future[None]]) -> None:
    for job in jobs:
        job.result()


def _analysed(connection: psycopg.Connection[Any], table: str) -> None:
    connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _gather(folder: Path, places: list[tuple[int, int]]) -> None:
    """Put the one file of a run's truth together from those of its batches, in the order of the run."""
    with (folder / truth.NAME).open("wb") as out:
        for _chunk, some in groupby(places, key=itemgetter(0)):
            files = [writers.part(folder, *place) for place in some]
            lines = [line for file in files for line in file.read_bytes().splitlines(keepends=True)]
            lines.sort(key=truth.place_of)
            out.writelines(lines)
