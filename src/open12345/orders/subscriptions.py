"""What the orders room itself does after certain actions, and when a pack comes into force."""

from __future__ import annotations

from datetime import datetime

from open12345.directory import packs
from open12345.orders.acts import afterwards
from open12345.policy import Pack

for _action in ("register", "submit", "amend", "save_draft", "edit_draft"):
    afterwards(_action, "orders.index_words")


@packs.on_version
def recompute_clocks(version: int, pack: Pack, at: datetime) -> None:
    """Enqueue the recomputing of running deadlines, in the transaction of coming into force."""
    from open12345.orders.tasks import recompute_clocks as task  # noqa: PLC0415 - the queue's app must be ready

    task.defer(cause="pack", at=at.isoformat())
