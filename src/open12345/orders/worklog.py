"""Reading back what people wrote on an order, for rules that count it."""

from __future__ import annotations

from datetime import datetime

from open12345.orders.models import Record, WorkOrder
from open12345.orders.stages import RecordKind


def attempt_moments(order: WorkOrder) -> list[datetime]:
    """Return when this round's calls without a talk were made (as told, else as recorded)."""
    records = Record.objects.filter(order=order, round=order.round, kind=RecordKind.CALLBACK)
    return [
        datetime.fromisoformat(r.content["at"]) if r.content.get("at") else r.at
        for r in records
        if not r.content.get("connected")
    ]
