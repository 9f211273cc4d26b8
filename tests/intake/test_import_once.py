"""One import is carried out once: of several workers one has it, of several clicks one counts, a late one loses it."""

from __future__ import annotations

import csv
import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django import Settings

from open12345.intake import imports
from open12345.intake.importer import Import
from open12345.intake.models import ImportRun
from open12345.intake.table import open_table
from open12345.orders import queries
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.intake.importing import HEADS, row

ROWS = 12


@pytest.fixture
def town(committed_town: Town) -> Town:
    return committed_town


@pytest.fixture
def run(town: Town, settings: Settings, tmp_path: Path) -> ImportRun:
    """An uploaded table that has been read."""
    settings.OPEN12345_HOME = tmp_path
    text = io.StringIO()
    csv.writer(text).writerows([HEADS, *(row(n) for n in range(ROWS))])
    file: SimpleUploadedFile = SimpleUploadedFile("a.csv", text.getvalue().encode())
    made = imports.take_file(file, by=town.person("dispatcher"), at=queries.database_time())
    imports.read(made.pk, made.attempt)
    return ImportRun.objects.get(pk=made.pk)


def at_once(times: int, act: Any) -> None:
    """Do something in several threads at the same moment, each on a connection of its own."""
    barrier = threading.Barrier(times)

    def one() -> None:
        barrier.wait()
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ordered(run: ImportRun) -> ImportRun:
    """The run after somebody has pressed the button for good."""
    at = queries.database_time()
    imports.start(run, run.columns, {"defaults": {"channel": "import"}}, dry=False, at=at)
    return ImportRun.objects.get(pk=run.pk)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often rows were really taken."""
    found: list[int] = []
    real = Import.run

    def counted(work: Import, **how: Any) -> Any:
        found.append(1)
        return real(work, **how)

    monkeypatch.setattr(Import, "run", counted)
    return found


def test_of_several_workers_one_has_it(run: ImportRun, runs: list[int]) -> None:
    run = ordered(run)
    at_once(4, lambda: imports.carry_out(run.pk, run.attempt))
    assert len(runs) == 1
    assert WorkOrder.objects.count() == ROWS
    done = ImportRun.objects.get(pk=run.pk)
    assert (done.state, done.tally["created"], done.tally["already"]) == ("done", ROWS, 0)


def test_of_several_clicks_one_counts(run: ImportRun) -> None:
    at_once(4, lambda: ordered(run))
    assert ImportRun.objects.get(pk=run.pk).attempt == run.attempt + 1


def test_a_worker_that_was_given_up_stops_and_tells_nothing_more(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was silent for so long that somebody began anew; when it wakes, the run is not its own."""
    monkeypatch.setattr(imports, "_TOLD_EVERY", 0.0)
    first = ordered(run)
    real = Import._take
    seen: list[int] = []

    def slow(work: Import, *what: Any) -> Any:
        seen.append(1)
        if len(seen) == 3:
            stale = (queries.database_time() - imports.SILENT - timedelta(seconds=5)).isoformat()
            ImportRun.objects.filter(pk=first.pk).update(tally={"beat": stale})
            ordered(first)
        return real(work, *what)

    monkeypatch.setattr(Import, "_take", slow)
    imports.carry_out(first.pk, first.attempt)
    assert len(seen) == 3, "it stops at once"
    now = ImportRun.objects.get(pk=run.pk)
    assert now.state == "waiting"
    assert "created" not in now.tally
    imports.carry_out(now.pk, now.attempt)
    done = ImportRun.objects.get(pk=run.pk)
    assert (done.state, done.tally["created"] + done.tally["already"]) == ("done", ROWS)
    assert WorkOrder.objects.count() == ROWS


def test_of_several_workers_one_reads(town: Town, run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    ImportRun.objects.filter(pk=run.pk).update(state="queued")
    opened: list[int] = []

    def counted(*place: Any, **how: Any) -> Any:
        opened.append(1)
        return open_table(*place, **how)

    monkeypatch.setattr(imports, "open_table", counted)
    at_once(3, lambda: imports.read(run.pk, run.attempt))
    assert len(opened) == 1
    assert ImportRun.objects.get(pk=run.pk).state == "uploaded"
