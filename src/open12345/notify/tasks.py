"""What runs later: old notices are removed."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from open12345.notify import services
from open12345.orders.queries import database_time

log = logging.getLogger(__name__)


@app.periodic(cron="40 3 * * *")
@app.task(name="notify.sweep", queue="orders", queueing_lock="notify.sweep")
def sweep(timestamp: int) -> None:
    """Remove notices that are a month old."""
    gone = services.sweep(database_time())
    if gone:
        log.info("%s old notices removed", gone)
