"""What runs later: imports from the screen, and the removal of their files."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from procrastinate.contrib.django import app

from open12345.intake import imports

log = logging.getLogger(__name__)


@app.task(name="intake.run_import", queue="orders", pass_context=False)
def run_import(run: int) -> None:
    """Take the rows of an uploaded file."""
    imports.carry_out(run)


@app.periodic(cron="40 3 * * *")
@app.task(name="intake.sweep_imports", queue="orders", queueing_lock="intake.sweep_imports")
def sweep_imports(timestamp: int) -> None:
    """Remove uploaded tables whose time is over."""
    gone = imports.sweep(datetime.fromtimestamp(timestamp, UTC))
    if gone:
        log.info("%s imported files removed", gone)
