"""What runs later: papers are made at their hour."""

from __future__ import annotations

from procrastinate.contrib.django import app

from open12345.directory import packs
from open12345.orders.queries import database_time


@app.periodic(cron="* * * * *")
@app.task(name="reports.make_due", queue="reports", lock="reports", queueing_lock="reports.make_due",
          pass_context=False)  # fmt: skip
def make_due(timestamp: int) -> None:
    """Make what is due; where nothing is, one small query."""
    from open12345.reports import scheduling  # noqa: PLC0415 - processes that write no paper start fast

    at = database_time()
    try:
        pack = packs.pack_at(at)[1]
    except packs.NoPack:
        return
    scheduling.run(pack, at)
