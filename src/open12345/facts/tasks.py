"""What runs later: the mirror is kept a few seconds behind the orders, and published every night."""

from __future__ import annotations

import logging
from datetime import timedelta

from procrastinate.contrib.django import app

from open12345.directory import packs
from open12345.directory.tasks import PROMPT
from open12345.orders.queries import database_time

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */2")
@app.task(name="facts.refresh", queue="facts", lock="facts", queueing_lock="facts.refresh", priority=PROMPT,
          pass_context=False)  # fmt: skip
def refresh(timestamp: int) -> None:
    """Bring the facts up to date; where another worker is at it, there is nothing to do."""
    from open12345.facts import services, store  # noqa: PLC0415 - processes that ask for no figure start fast

    try:
        done = services.refresh(database_time(), wait=False)
    except (store.Busy, packs.NoPack):
        return
    if done.what in {"rebuilt", "merged"}:
        log.info("facts %s: %s orders", done.what, done.orders)


@app.periodic(cron="5 0 * * *")
@app.task(name="facts.publish", queue="facts", lock="facts", queueing_lock="facts.publish", pass_context=False)
def publish(timestamp: int) -> None:
    """Keep the facts as they are after midnight as what was published for the day that ended."""
    from open12345.facts import services, store  # noqa: PLC0415 - the same

    at = database_time()
    zone = packs.pack_at(at)[1].calendar().zone
    today = at.astimezone(zone).date()
    try:
        services.publish(today - timedelta(days=1), at)
    except FileExistsError:
        return
    store.thin(today)
