"""`open12345 up`: a whole instance on one machine.

1. Check the port and that there is such a pack, before anything is started.
2. Start the embedded PostgreSQL (or reach the operator's own).
3. Migrate; load the pack; in a demo, make its people and orders.
4. Start web and worker as child processes and wait until `/healthz` answers; print the address.
5. In a demo, write the years behind it while the site is open already.
6. Restart what dies; on Ctrl-C stop the children, then the database.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from rich.console import Console

from open12345.policy import PackError, find_pack
from open12345.project import boot, home, processes
from open12345.project.problems import EnvironmentProblem
from open12345.project.supervisor import Child, Supervisor

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start."""

    pack: str
    port: int
    workers: int
    demo: bool


def run(plan: Plan) -> int:
    """Start everything, stay until told to stop; returns the exit code."""
    console = Console(highlight=False)
    processes.require_free_port(HOST, plan.port)
    _require_pack(plan.pack)
    for number in (signal.SIGINT, signal.SIGTERM):  # while filling, `kill` is Ctrl-C
        signal.signal(number, signal.default_int_handler)
    if plan.demo:
        os.environ["OPEN12345_DEMO"] = "1"
    with boot.database_running():
        console.print(f"database  {home.home()}")
        _fill(plan, console)
        with _stop_event() as stop, Supervisor(_children(plan), home.home() / "log") as supervisor:
            supervisor.wait_until_healthy(HOST, plan.port, stop)
            if not stop.is_set():
                _welcome(plan, console)
                _fill_behind(plan, stop, console)
            code = supervisor.watch(stop)
            console.print("stopping …")
    console.print("stopped")
    return code


def _require_pack(name: str) -> None:
    """Raise where there is no such pack: a misspelt name must not leave a database behind."""
    try:
        find_pack(name)
    except PackError as error:
        raise EnvironmentProblem(str(error.problems[0]), "Name one of them: PACK=name, or --pack name") from error


def _fill(plan: Plan, console: Console) -> None:
    boot.setup_django()
    from open12345.project import database, filling, static  # noqa: PLC0415 - needs Django set up

    filling.fill(plan.pack, demo=plan.demo, console=console)
    static.collect()
    database.disconnect()


def _welcome(plan: Plan, console: Console) -> None:
    from open12345.project import database, filling  # noqa: PLC0415 - needs Django set up

    filling.welcome(f"http://{HOST}:{plan.port}/", demo=plan.demo, console=console)
    database.disconnect()


def _fill_behind(plan: Plan, stop: threading.Event, console: Console) -> None:
    """Write the history behind a demo; Ctrl-C leaves the rest of it to the next start."""
    from open12345.project import database, filling  # noqa: PLC0415 - needs Django set up

    if not plan.demo:
        return
    try:
        with _interruptible():
            filling.fill_behind(console)
    except KeyboardInterrupt:
        stop.set()
    finally:
        database.disconnect()


def _children(plan: Plan) -> list[Child]:
    web = ("serve", "--port", str(plan.port), "--workers", str(plan.workers))
    return [Child("web", web), Child("worker", ("worker",))]


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C and `kill` raise KeyboardInterrupt, whatever they did before."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _stop_event() -> Iterator[threading.Event]:
    """An event that Ctrl-C or `kill` sets; a second Ctrl-C ends at once."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
