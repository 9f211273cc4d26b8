"""What runs later: an order that has arrived, or was corrected or merged, is brought up to date in the index."""

from __future__ import annotations

from procrastinate.contrib.django import app

from open12345.repeats import services


@app.task(name="repeats.index_order", queue="orders", pass_context=False)
def index_order(order_id: int, seq: int) -> None:
    """Index an order as it is now; doing it twice changes nothing."""
    services.index_order(order_id)
