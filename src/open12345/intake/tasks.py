"""What runs later: imports from the screen, and the removal of their files."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.utils import translation
from procrastinate.contrib.django import app

from open12345.intake import imports

log = logging.getLogger(__name__)


@app.task(name="intake.read_import", queue="orders", pass_context=False)
def read_import(run: int, attempt: int, language: str) -> None:
    """Read an uploaded file through: whether it is a table, its headings, how many rows."""
    with translation.override(language):
        imports.read(run, attempt)


@app.task(name="intake.run_import", queue="orders", pass_context=False)
def run_import(run: int, attempt: int, language: str) -> None:
    """Take the rows of an uploaded file."""
    with translation.override(language):
        imports.carry_out(run, attempt)


@app.periodic(cron="40 3 * * *")
@app.task(name="intake.sweep_imports", queue="orders", queueing_lock="intake.sweep_imports")
def sweep_imports(timestamp: int) -> None:
    """Remove uploaded tables whose time is over."""
    gone = imports.sweep(datetime.fromtimestamp(timestamp, UTC))
    if gone:
        log.info("%s imported files removed", gone)
