"""What runs later: the overdue watch, the hourly seal, archiving, recomputing, the search words of an order."""

from __future__ import annotations

import logging
from datetime import datetime

from procrastinate.contrib.django import app

from open12345.directory.person import SYSTEM
from open12345.directory.tasks import PROMPT
from open12345.orders import attachments, history, queries, watch

log = logging.getLogger(__name__)


@app.task(name="orders.index_words", queue="orders", pass_context=False)
def index_words(order_id: int, seq: int) -> None:
    """Bring the search words of an order up to date (any Chinese substring of two characters or more)."""
    watch.index_words(order_id)


@app.periodic(cron="* * * * *")
@app.task(name="orders.watch_clocks", queue="orders", queueing_lock="orders.watch_clocks", priority=PROMPT)
def watch_clocks(timestamp: int) -> None:
    """Mark, on record, every clock that ran out since the last look."""
    found = watch.mark_breaches(by=SYSTEM, at=queries.database_time())
    if found:
        log.info("%s clocks ran out", found)


@app.periodic(cron="0 * * * *")
@app.task(name="orders.seal_history", queue="orders", queueing_lock="orders.seal_history")
def seal_history(timestamp: int) -> None:
    """Seal the heads of all chains that moved in the last hour."""
    history.seal(queries.database_time())


@app.periodic(cron="30 1 * * *")
@app.task(name="orders.archive_rested", queue="orders", queueing_lock="orders.archive_rested")
def archive_rested(timestamp: int) -> None:
    """Archive closed orders whose time without an appeal is over."""
    watch.archive_rested(by=SYSTEM, at=queries.database_time())


@app.periodic(cron="10 3 * * *")
@app.task(name="orders.sweep_attachments", queue="orders", queueing_lock="orders.sweep_attachments")
def sweep_attachments(timestamp: int) -> None:
    """Remove what crashes left of uploads a day ago or earlier."""
    gone = attachments.sweep(timestamp - 86_400)
    if gone:
        log.info("%s stray files removed", gone)


@app.task(name="orders.recompute_clocks", queue="orders")
def recompute_clocks(cause: str, at: str) -> None:
    """Compute running deadlines anew after a pack or calendar came into force."""
    watch.recompute(cause, by=SYSTEM, at=max(datetime.fromisoformat(at), queries.database_time()))
