"""The person who asked: sealed on the way in, opened only by an act on record, erased by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from open12345.orders import vault
from open12345.orders.models import Requester, WorkOrder
from open12345.text import mask_address, mask_name, mask_phone, phone_key

_FIELDS = ("name", "phone", "id_number", "address")


@dataclass(frozen=True, slots=True)
class Who:
    """A requester in plain, as heard on the phone or opened for one reading."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""


def _context(requester_id: int, field: str) -> bytes:
    return f"orders_requester/{requester_id}/{field}".encode()


@dataclass(frozen=True, slots=True)
class Box:
    """An open key of one requester; seals and opens what belongs to the person."""

    requester_id: int
    key: bytes

    def seal(self, field: str, value: str) -> bytes:
        """Return `value` sealed for this person and field."""
        return vault.seal(self.key, value.encode(), _context(self.requester_id, field))

    def open(self, field: str, sealed: bytes) -> str:
        """Return what was sealed; raises `vault.SealError`."""
        return vault.unseal(self.key, bytes(sealed), _context(self.requester_id, field)).decode()


def make(requester_id: int, who: Who, *, anonymous: bool, enterprise: bool, at: datetime) -> tuple[Requester, Box]:
    """Return the unsaved row of a new requester and the box that seals further texts of this person."""
    box = Box(requester_id, vault.new_key())
    row = Requester(pk=requester_id, created_at=at, anonymous=anonymous, enterprise=enterprise)
    row.key = vault.provider().wrap(box.key, _context(requester_id, "key"))
    fill(row, box, who)
    return row, box


def fill(row: Requester, box: Box, who: Who) -> None:
    """Put what is known of the person into `row`, sealed, with its blind indexes."""
    for field in _FIELDS:
        value = getattr(who, field)
        setattr(row, field, box.seal(field, value) if value else None)
    row.phone_index = phone_index(who.phone)
    row.id_index = vault.blind_index("id", who.id_number.upper()) if who.id_number else None


#: What `fill` changes, for whoever writes the row back.
FILLED = (*_FIELDS, "phone_index", "id_index", "anonymous", "enterprise")


def phone_index(phone: str) -> bytes | None:
    """Return the blind index of a phone however it is written, None for no phone."""
    key = phone_key(phone)
    return vault.blind_index("phone", key) if key else None


def box_of(requester: Requester) -> Box | None:
    """Return the person's open box, None once the person has been erased."""
    if requester.key is None:
        return None
    key = vault.provider().unwrap(bytes(requester.key), _context(requester.pk, "key"))
    return Box(requester.pk, key)


def open_requester(requester: Requester) -> Who:
    """Return the person in plain (empty where erased). Callers put the act on record first."""
    box = box_of(requester)
    if box is None:
        return Who()
    found = {f: getattr(requester, f) for f in _FIELDS}
    return Who(**{f: box.open(f, bytes(v)) for f, v in found.items() if v is not None})


def masked(requester: Requester) -> Who:
    """Return the person as everybody sees them: 张*, 138****8000, address to the road (order.md)."""
    who = open_requester(requester)
    return Who(
        name=mask_name(who.name) if who.name else "",
        phone=mask_phone(who.phone) if who.phone else "",
        id_number="*" * len(who.id_number),
        address=mask_address(who.address) if who.address else "",
    )


def erase(index: bytes, *, at: datetime) -> list[int]:
    """Destroy the keys and indexes of every row of one person (`phone_index`); return the rows.

    Every sealed text of theirs becomes unreadable for good. `privacy.erase_person` puts it on record.
    """
    with transaction.atomic():
        orders = WorkOrder.objects.filter(requester__phone_index=index).order_by("pk")
        list(
            orders.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)
        )  # a draft is being edited
        rows = Requester.objects.filter(phone_index=index)
        ids = list(rows.values_list("pk", flat=True))
        Requester.objects.filter(pk__in=ids).update(key=None, phone_index=None, id_index=None, erased_at=at)
        return ids


def open_text(order: WorkOrder) -> str:
    """Return title, place and body as they were really said; the masked ones where the person was erased."""
    box = box_of(order.requester)
    if order.sealed is None or box is None:
        return f"{order.title}\n{order.place}\n{order.body}"
    return box.open(f"order/{order.pk}", bytes(order.sealed))
