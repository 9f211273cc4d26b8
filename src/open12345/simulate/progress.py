"""How far a run is: a bar in a terminal, and elsewhere (a log, a pipe) a line now and then."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

ORDERS: Final = "orders"
LINE_EVERY: Final = 15.0
"""Seconds between two lines."""


class Tell(Protocol):
    """Is told how many orders more are done, or what is done now instead of orders."""

    def __call__(self, more: int = 0, what: str = ORDERS) -> None:
        """Tell it."""


def silent(more: int = 0, what: str = ORDERS) -> None:
    """Tell nobody."""


class _Speed(ProgressColumn):
    """Orders a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def shown(console: Console, total: int, *, every: float = LINE_EVERY) -> Iterator[Tell]:
    """Show the way to `total` orders on `console` as long as the block lasts."""
    with _bar(console, total) if console.is_terminal else _lines(console, total, every) as tell:
        yield tell


@contextmanager
def _bar(console: Console, total: int) -> Iterator[Tell]:
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Speed(), TimeRemainingColumn())
    with Progress(*parts, console=console, transient=True) as bar:
        task = bar.add_task(ORDERS, total=total)

        def tell(more: int = 0, what: str = ORDERS) -> None:
            bar.update(task, advance=more, description=what)

        yield tell


@contextmanager
def _lines(console: Console, total: int, every: float) -> Iterator[Tell]:
    """Tell from a thread: the first lives of each kind are learnt, and nothing is written for long."""
    begun, ended = time.monotonic(), Event()
    done, now = 0, ORDERS

    def tell(more: int = 0, what: str = ORDERS) -> None:
        nonlocal done, now
        done, now = done + more, what

    def keep_telling() -> None:
        while not ended.wait(every):
            after = f", {now}" if now != ORDERS else "" if done else ", learning how cases go"
            console.print(f"{time.monotonic() - begun:5,.0f} s  {done:,} of {total:,} orders{after}")

    teller = Thread(target=keep_telling, daemon=True)
    teller.start()
    try:
        yield tell
    finally:
        ended.set()
        teller.join()
