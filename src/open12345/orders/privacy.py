"""Seeing what is masked: first the act goes on record, then the seal is opened."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from open12345.directory.person import Person
from open12345.orders import queries, requesters, services
from open12345.orders.models import Record, WorkOrder
from open12345.orders.requesters import Who


def reveal(number: str, what: str, reason: str, *, by: Person, at: datetime) -> dict[str, str]:
    """Return the caller ("requester"), the words as said ("text") or what people wrote ("records"), in plain.

    Raises what `services.perform` raises: who may not unmask gets nothing. The act and its reason are part of the
    order's history before a single letter is shown (SEC-02).
    """
    services.perform(number, "unmask", {"what": what, "reason": reason}, by=by, at=at)
    order = queries.get_for(by, number)
    if what == "requester":
        return asdict(requesters.open_requester(order.requester))
    if what == "text":
        return {"text": requesters.open_text(order)}
    box = requesters.box_of(order.requester)
    return {str(r.pk): _plain(r, box) for r in queries.records_of(order) if r.sealed is not None and box is not None}


def shown_requester(order: WorkOrder, person: Person) -> Who:
    """Return the caller as `person` may see them at any time: masked.

    Of a confidential caller, nothing at all to whoever is not of the centre: the caller's data never reaches handlers
    (order.md, "Doing the work").
    """
    if order.confidential and not (person.is_centre or person.kind == "system"):
        return Who()
    return requesters.masked(order.requester)


def _plain(record: Record, box: requesters.Box) -> str:
    return box.open(f"record/{record.pk}", bytes(record.sealed or b""))
