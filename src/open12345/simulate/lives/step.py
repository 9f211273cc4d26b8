"""The speed *step*: a virtual clock drives the real services, act by act, for tests and to learn patterns from.

Nothing reads the wall clock: an act happens at its own moment, the overdue watch comes by every minute in which a limit
runs out, jobs run at once.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from procrastinate.contrib.django import app

from open12345.callback.sampling import is_drawn
from open12345.directory.person import SYSTEM
from open12345.orders import watch
from open12345.orders.models import Clock
from open12345.simulate.lives.playing import perform
from open12345.simulate.lives.script import script
from open12345.simulate.lives.steps import Step, World
from open12345.simulate.shapes import FOREVER, Fate, Life

_MINUTE: Final = timedelta(minutes=1)
BEFORE: Final = datetime.min.replace(tzinfo=UTC)


@dataclass
class Clockwork:
    """The virtual clock: where it stands, and who is told when it moves."""

    now: datetime = BEFORE
    told: list[Callable[[datetime], None]] = field(default_factory=list)

    def move(self, to: datetime) -> None:
        """Move on; time never goes back."""
        self.now = max(self.now, to)
        for tell in self.told:
            tell(self.now)


@dataclass
class Played:
    """What came of it: the orders' numbers by place in the run, and how many acts were done."""

    numbers: dict[int, str] = field(default_factory=dict)
    acts: int = 0
    marked: int = 0


def play(
    lives: Iterable[Life], world: World, clock: Clockwork | None = None, *,
    until: datetime = FOREVER, jobs: bool = True,
) -> Played:  # fmt: skip
    """Play all lives together, in the order of time, up to `until`; `jobs`: run what the acts leave to the worker."""
    done, clock = Played(), clock or Clockwork()
    for at, life, step in _merged(lives, world, done):
        if at > until:
            break
        done.marked += catch_up(at)
        clock.move(at)
        done.numbers[life.request.index] = perform(world, step, done.numbers.get(life.request.index, ""))
        done.acts += 1
        if jobs:
            run_jobs()
    if until < FOREVER:
        done.marked += catch_up(until)
        clock.move(until)
    return done


def _merged(lives: Iterable[Life], world: World, done: Played) -> Iterator[tuple[datetime, Life, Step]]:
    """Yield every act of all lives in the order of time; a script goes on once its order has a number."""
    waiting: list[tuple[datetime, int, int, Life, list[Step]]] = []
    coming = iter(lives)
    following = next(coming, None)
    while waiting or following is not None:
        while following is not None and (not waiting or following.request.at <= waiting[0][0]):
            steps = script(world, following)
            heapq.heappush(waiting, (steps[0].at, following.request.index, 0, following, steps))
            following = next(coming, None)
        if not waiting:
            return
        at, index, place, life, steps = heapq.heappop(waiting)
        yield at, life, steps[place]
        if place == 0 and life.fate is Fate.ANSWERED_AT_ONCE:
            drawn = is_drawn(done.numbers[index], world.pack.callback.direct_share)
            steps = script(world, life, drawn=True) if drawn else steps
        if place + 1 < len(steps):
            heapq.heappush(waiting, (steps[place + 1].at, index, place + 1, life, steps))


# The overdue watch

_UNMARKED = (
    f"SELECT due_at FROM {Clock._meta.db_table} WHERE stopped_at IS NULL AND paused_at IS NULL"  # noqa: S608 - of the model
    " AND breached_at IS NULL AND alarm AND due_at < %s ORDER BY due_at LIMIT 1"
)


def watch_moment(due: datetime) -> datetime:
    """Return when the watch, which comes by every minute, sees that a limit ran out at `due`."""
    minute = due.replace(second=0, microsecond=0) + _MINUTE
    return minute.replace(microsecond=90_000 + int(minute.timestamp()) * 7919 % 700_000)


def catch_up(at: datetime) -> int:
    """Let the watch mark, minute by minute, what ran out and would have been seen before `at`; returns how many."""
    marked = 0
    while (due := _first_unmarked(at)) is not None and (moment := watch_moment(due)) < at:
        found = watch.mark_breaches(by=SYSTEM, at=moment)
        marked += found
        if not found:
            break
    return marked


def _first_unmarked(at: datetime) -> datetime | None:
    with connection.cursor() as cursor:  # asked before every act: building the query would take longer than answering
        cursor.execute(_UNMARKED, [at])
        found: tuple[datetime] | None = cursor.fetchone()
    return found[0] if found else None


# Jobs


def run_jobs() -> int:
    """Do at once what acts left to the worker, and take it off the queue; returns how many jobs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
            " RETURNING task_name, args"
        )
        jobs: list[tuple[str, Any]] = cursor.fetchall()
    for name, args in jobs:
        task = app.tasks.get(name)
        if task is not None:
            task(**_decoded(args))
    return len(jobs)


def _decoded(args: Any) -> dict[str, Any]:
    return dict(json.loads(args)) if isinstance(args, str) else dict(args)
