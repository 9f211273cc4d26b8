"""`open12345 up`: a whole instance on one machine, really started."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 120  # seconds; a first start takes some ten on an idle machine


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Instance:
    def __init__(self, log: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.log, self.port, self.process = log, port, process

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def until_ready(self) -> None:
        limit = time.monotonic() + PATIENCE
        while "is ready" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < limit, self.said()
            time.sleep(0.2)

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def until(self, wanted: str) -> dict[str, Any]:
        """Wait until the health page says `wanted`: up, worker or gone."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            try:
                told = self.health()
            except (OSError, urllib.error.URLError):
                if wanted == "gone":
                    return {}
            else:
                seen = told["queue"]["worker_seen_s_ago"]
                if wanted == "up" or (wanted == "worker" and seen is not None and seen < 15):
                    return told
            assert wanted == "gone" or self.process.poll() is None, self.said()
            time.sleep(0.2)
        raise AssertionError(wanted)

    def children(self) -> dict[str, int]:
        """The process number of web and worker, by their session leaders' command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                if parent == self.process.pid and b"open12345.project" in words:
                    name = words[words.index(b"open12345.project") + 1].decode()
                    found[name] = int(entry.name)
        return found


@contextmanager
def instance(home: Path, *options: str) -> Iterator[Instance]:
    port = free_port()
    command = [sys.executable, "-m", "open12345.project", "up", "--port", str(port), "--workers", "1", *options]
    environment = {**os.environ, "OPEN12345_HOME": str(home), "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    log = home / "up.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file, start_new_session=True)
    running = Instance(log, port, process)
    try:
        yield running
    finally:
        if process.poll() is None:
            running.interrupt()
        stop = [sys.executable, "-m", "open12345.project", "db", "stop"]
        subprocess.run(stop, env=environment, check=False, capture_output=True)


@pytest.mark.parametrize("options", [(), pytest.param(("--demo",), marks=pytest.mark.nightly)])
def test_up_starts_everything_and_ctrl_c_stops_it_twice(folder: Path, options: tuple[str, ...]) -> None:
    for start in ("first", "second"):
        with instance(folder, *options) as running:
            running.until_ready()
            running.until("worker")
            assert running.interrupt() == 0, running.said()
        assert f"http://127.0.0.1:{running.port}/" in running.said()
        assert ("new demo accounts" in running.said()) is (start == "first" and bool(options))
        assert ("audit_admin" in running.said()) is bool(options)
        assert not (folder / "pg" / "data" / "postmaster.pid").exists()


@pytest.mark.nightly
def test_a_worker_that_dies_is_started_again(folder: Path) -> None:
    with instance(folder) as running:
        running.until("worker")
        first = running.children()["worker"]
        os.kill(first, signal.SIGKILL)
        limit = time.monotonic() + PATIENCE
        while running.children().get("worker", first) == first:
            assert time.monotonic() < limit
            time.sleep(0.2)


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_nothing_is_left_when_up_itself_is_killed(folder: Path) -> None:
    with instance(folder) as running:
        running.until("worker")
        running.process.kill()
        running.process.wait()
        running.until("gone")


@pytest.mark.nightly
def test_healthz_is_503_while_the_server_is_away(folder: Path) -> None:
    with instance(folder) as running:
        running.until("worker")
        stop = [sys.executable, "-m", "open12345.project", "db", "stop"]
        subprocess.run(stop, env={**os.environ, "OPEN12345_HOME": str(folder), "DATABASE_URL": ""}, check=True)
        with pytest.raises(urllib.error.HTTPError, match="503"):
            running.health()


@pytest.mark.nightly
def test_ctrl_c_during_the_first_fill_leaves_a_folder_that_starts_again(folder: Path) -> None:
    with instance(folder, "--demo") as running:
        while "people" not in running.said():
            assert running.process.poll() is None, running.said()
            time.sleep(0.1)
        assert running.interrupt() == 130, running.said()
        assert not (folder / "pg" / "data" / "postmaster.pid").exists()
    with instance(folder) as running:
        running.until_ready()


def test_a_misspelt_pack_is_told_before_anything_is_started(folder: Path) -> None:
    words = [sys.executable, "-m", "open12345.project", "up", "--pack", "baoshn", "--port", str(free_port())]
    told = subprocess.run(
        words, env={**os.environ, "OPEN12345_HOME": str(folder)}, capture_output=True, text=True, check=False
    )
    assert told.returncode == 3
    assert "“baoshan”" in told.stderr
    assert "--pack name" in told.stderr
    assert not (folder / "pg").exists()
