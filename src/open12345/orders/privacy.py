"""Seeing what is masked, and forgetting it: each is an act on record before anything is opened or destroyed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from open12345.directory import access
from open12345.directory.person import Person
from open12345.directory.roles import Role
from open12345.orders import queries, requesters, services, writing
from open12345.orders.errors import NotAllowed, NotFound, refuse
from open12345.orders.models import Attachment, Event, Record, Requester, WorkOrder
from open12345.orders.requesters import Who

#: Degrees to which a point is kept that must not tell a home: about a hundred metres.
COARSE: Final = Decimal("0.001")

_erasers: list[Callable[[bytes, Sequence[int], datetime], int]] = []


def on_erasing(handler: Callable[[bytes, Sequence[int], datetime], int]) -> None:
    """Let a room drop what it keeps of a person: called within the erasing with the phone's index and the rows.

    It returns how many entries it dropped.
    """
    if handler not in _erasers:
        _erasers.append(handler)


def reveal(number: str, what: str, reason: str, *, by: Person, at: datetime) -> dict[str, str]:
    """Return the caller ("requester"), the words as said ("text") or what people wrote ("records"), in plain.

    Raises what `services.perform` raises: who may not unmask gets nothing. The act and its reason are part of the
    order's history, and of the access record that the auditor searches, before a single letter is shown (SEC-02).
    """
    with transaction.atomic():
        done = services.perform(number, "unmask", {"what": what, "reason": reason}, by=by, at=at)
        written = Event.objects.get(order=done.order_id, seq=done.seq)  # the reason as history keeps it: masked
        access.record("unmask", by=by, at=at, on=f"order:{number}", reason=f"{what}: {written.facts.get('reason', '')}")
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


def shown_point(order: WorkOrder, person: Person) -> tuple[float, float] | None:
    """Return where the matter is (longitude, latitude), None where there is no point or `person` may not see it.

    Of a confidential order the point is for the centre alone: it often is the caller's home. Where the place was
    masked, the point was stored coarse in the first place (`intake.points`).
    """
    if order.longitude is None or order.latitude is None:
        return None
    if order.confidential and not (person.is_centre or person.kind == "system"):
        return None
    return float(order.longitude), float(order.latitude)


def is_coarse(longitude: Decimal, latitude: Decimal) -> bool:
    """Say whether a point was kept coarse: then it may not be used as if it stood where it says."""
    return longitude % COARSE == 0 and latitude % COARSE == 0


def exact_point(order: WorkOrder) -> tuple[float, float] | None:
    """Return the point (longitude, latitude) of an order that may be used to the metre, None for all others.

    A coarse point may not, and that of a confidential order may not: what is worked out from it is seen by others.
    """
    if order.longitude is None or order.latitude is None or order.confidential:
        return None
    longitude, latitude = Decimal(order.longitude), Decimal(order.latitude)
    return None if is_coarse(longitude, latitude) else (float(longitude), float(latitude))


def _plain(record: Record, box: requesters.Box) -> str:
    return box.open(f"record/{record.pk}", bytes(record.sealed or b""))


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing a person came to: rows of theirs, orders that stay, files that must be looked at by hand."""

    rows: int
    orders: tuple[str, ...]
    files: int


@transaction.atomic
def erase_person(phone: str, reason: str, *, by: Person, at: datetime) -> Erased:
    """Destroy the keys of every row of the person with this phone, however it is spelled. There is no way back.

    For the security administrator, by name: one line of the access record for each order, with the reason.
    Gone: name, phone, ID number, address, the unmasked words of orders and records, and finding them by phone; in
    backups too, for whoever has no older copy of the keys. What stays: orders, masked texts, history, chain and
    figures; files, which may show the person (`Erased.files`); and rows of the same person under another phone.
    Raises `NotAllowed`, `Refused` (no phone, no reason), `NotFound`.
    """
    if not by.has(Role.SECURITY_ADMIN):
        raise NotAllowed(_("只有安全管理员可以抹去个人信息"))
    if not reason.strip():
        raise refuse("reason", "missing", _("必填"))
    index = requesters.phone_index(phone)
    if index is None:
        raise refuse("phone", "invalid", _("请写明要抹去的电话号码"))
    reason = _without_person(reason, index)
    rows = requesters.erase(index, at=at)
    more = sum(handler(index, rows, at) for handler in _erasers)
    if not (rows or more):
        raise NotFound(_("没有留过这个电话的来电人，或已经抹去"))
    orders = tuple(WorkOrder.objects.filter(requester__in=rows).order_by("pk").values_list("number", flat=True))
    for number in orders:
        access.record("person.erase", by=by, at=at, on=f"order:{number}", reason=reason)
    return Erased(len(rows) + more, orders, Attachment.objects.filter(order__requester__in=rows).count())


def _without_person(text: str, index: bytes) -> str:
    """Return `text` without what it says of the person that is being erased."""
    known = [requesters.open_requester(row) for row in Requester.objects.filter(phone_index=index)]
    names, addresses = {who.name for who in known if who.name}, {who.address for who in known if who.address}
    return str(writing.Mask(tuple(names), addresses=tuple(addresses))(text))
