"""What runs by itself in this room: pauses that are over, returns nobody may ask for any more, surges."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from open12345.directory import packs
from open12345.directory.tasks import PROMPT
from open12345.dispatch.advice import practice
from open12345.dispatch.automatic import asking, breakers, deciding, endings, runs
from open12345.dispatch.facilities import used
from open12345.orders import queries

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="dispatch.watch_breakers", queue="orders", queueing_lock="dispatch.watch_breakers", priority=PROMPT)
def watch_breakers(timestamp: int) -> None:
    """Note what was kept, and let every breaker judge what it knows: so the lamp tells the truth."""
    at = queries.database_time()
    try:
        _version, pack = packs.pack_at(at)
    except packs.NoPack:
        return
    kept, changed = endings.settle(pack, at), breakers.watch(pack, at)
    if kept or changed:
        log.info("%s automatic dispatches kept, %s breakers changed", kept, changed)


@app.task(name=asking.TASK, queue="orders", pass_context=False)
def look(order_id: int) -> None:
    """Decide whether a new order goes to its unit by itself; a second run finds that it was decided."""
    deciding.look(order_id, now=queries.database_time)


@app.task(name=used.TASK, queue="orders", pass_context=False)
def find_facility(order_id: int) -> None:
    """Keep which facility an order is about; a second run finds the same."""
    used.look(order_id, queries.database_time())


@app.periodic(cron="*/10 * * * *")
@app.task(name="dispatch.count_practice", queue="orders", queueing_lock="dispatch.count_practice")
def count_practice(timestamp: int) -> None:
    """Count anew what units kept and gave back lately, so that recommendations follow what is really done."""
    at = queries.database_time()
    try:
        _version, pack = packs.pack_at(at)
    except packs.NoPack:
        return
    practice.refresh(pack, at=at, whole=practice.never())


@app.task(name="dispatch.replay", queue="orders", pass_context=False)
def replay_past(run: int) -> None:
    """Replay past months for a page that waits for it."""
    runs.carry_out(run)
