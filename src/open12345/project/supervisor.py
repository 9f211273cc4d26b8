"""Keeping child processes alive until told to stop."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from open12345.project import home
from open12345.project.problems import EnvironmentProblem
from open12345.project.processes import SUPERVISED

HEALTHY_SECONDS = 60
GRACE_SECONDS = 25
MOST_RESTARTS = 5
RESTART_WINDOW_SECONDS = 120
TICK_SECONDS = 0.5


@dataclass(slots=True)
class Child:
    """One child: a name for its log and the arguments of `open12345`."""

    name: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)


class Supervisor:
    """Starts children in sessions of their own, so that only we are told of Ctrl-C."""

    def __init__(self, children: list[Child], logs: Path) -> None:
        self.children = children
        self.logs = home.make_folder(logs)

    def __enter__(self) -> Self:
        """Start all children."""
        for child in self.children:
            self._start(child)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop all children; one that does not end in time is killed."""
        for child in self.children:
            if child.process and child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        limit = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            if child.process:
                _end(child.process, limit - time.monotonic())

    def wait_until_healthy(self, host: str, port: int, stop: threading.Event) -> None:
        """Return when `/healthz` answers; raises when a child ends or time is up before."""
        limit = time.monotonic() + HEALTHY_SECONDS
        while not stop.wait(TICK_SECONDS / 2) and not _healthy(f"http://{host}:{port}/healthz"):
            for child in self.children:
                if child.process and child.process.poll() is not None:
                    raise self._failed(child)
            if time.monotonic() > limit:
                raise self._failed(self.children[0])

    def watch(self, stop: threading.Event) -> int:
        """Restart children that die until told to stop; 1 when one dies again and again."""
        while not stop.wait(TICK_SECONDS):
            for child in self.children:
                if child.process and child.process.poll() is not None:
                    if self._hopeless(child):
                        sys.stderr.write(self._failed(child).message + "\n")
                        return 1
                    sys.stderr.write(f"{child.name} ended ({child.process.returncode}): restarted\n")
                    self._start(child)
        return 0

    def _start(self, child: Child) -> None:
        child.starts.append(time.monotonic())
        with self._log(child).open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-m", "open12345.project", *child.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, SUPERVISED: "1"},
                start_new_session=True,
            )

    def _hopeless(self, child: Child) -> bool:
        recent = time.monotonic() - RESTART_WINDOW_SECONDS
        return sum(start > recent for start in child.starts) > MOST_RESTARTS

    def _failed(self, child: Child) -> EnvironmentProblem:
        said = self._log(child).read_text(errors="replace").splitlines()[-15:]
        return EnvironmentProblem(
            f"The {child.name} process did not stay up:\n  " + "\n  ".join(said),
            f"Its log: {self._log(child)}",
        )

    def _log(self, child: Child) -> Path:
        return self.logs / f"{child.name}.log"


def _end(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(max(seconds, 0.1))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, urllib.error.URLError, ValueError, KeyError):
        return False
