"""Where the time of an answer goes: the header `Server-Timing`, which browsers show beside each request.

A view opens a `Stopwatch`; whatever it calls marks its part with `lap`. Nothing is counted where no view has asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.db import connection

T = TypeVar("T")
_running: Final[ContextVar[Stopwatch | None]] = ContextVar("stopwatch", default=None)


@dataclass(slots=True)
class Lap:
    """Seconds by the clock and of this thread's CPU; statements and the seconds they took by the clock."""

    wall: float = 0.0
    cpu: float = 0.0
    statements: int = 0
    waited: float = 0.0


@dataclass
class Stopwatch:
    """What one answer took, part by part."""

    laps: dict[str, Lap] = field(default_factory=dict)
    statements: int = 0
    waited: float = 0.0

    def header(self) -> str:
        """Return the laps as `Server-Timing` wants them: milliseconds by the clock, the rest told in words."""
        return ", ".join(
            f'{name};dur={lap.wall * 1000:.1f};desc="cpu {lap.cpu * 1000:.1f}, '
            f'sql {lap.statements} in {lap.waited * 1000:.1f}"'
            for name, lap in self.laps.items()
        )

    def note(self, seconds: float) -> None:
        """Count one statement."""
        self.statements += 1
        self.waited += seconds

    def _execute(self, execute: Callable[..., T], *asked: Any) -> T:
        begun = time.perf_counter()
        try:
            return execute(*asked)
        finally:
            self.note(time.perf_counter() - begun)


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Count the laps of what is done inside."""
    watch = Stopwatch()
    token = _running.set(watch)
    try:
        with connection.execute_wrapper(watch._execute):
            yield watch
    finally:
        _running.reset(token)


@contextmanager
def lap(name: str) -> Iterator[None]:
    """Count what is done inside towards `name`, where a stopwatch runs; laps within laps count twice."""
    watch = _running.get()
    if watch is None:
        yield
        return
    wall, cpu, statements, waited = time.perf_counter(), time.thread_time(), watch.statements, watch.waited
    try:
        yield
    finally:
        own = watch.laps.setdefault(name, Lap())
        own.wall += time.perf_counter() - wall
        own.cpu += time.thread_time() - cpu
        own.statements += watch.statements - statements
        own.waited += watch.waited - waited


def statement(seconds: float) -> None:
    """Count a statement that did not go through Django's cursor."""
    watch = _running.get()
    if watch is not None:
        watch.note(seconds)
