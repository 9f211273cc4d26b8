"""The tamper-evident history: each event's hash covers the previous hash and its own content.

Verification reads what is stored and computes again; it names the order and the event that differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from open12345.orders.models import Event, Record, WorkOrder

GENESIS = b"\0" * 32

_HASHED = (
    "order_id", "seq", "at", "action", "stage_from", "stage_to", "round", "assignment", "actor_kind",
    "actor", "actor_name", "unit", "pack_version", "facts", "client_at",
)  # fmt: skip


def canonical(value: object) -> bytes:
    """Return the one byte form of JSON-able content (sorted keys, UTF-8, moments in UTC microseconds)."""
    return _ENCODER.encode(value).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, memoryview | bytes):
        return bytes(value).hex()
    msg = f"cannot be part of history: {type(value).__name__}"
    raise TypeError(msg)


_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def event_hash(event: Event, prev: bytes) -> bytes:
    """Return the hash of `event` on top of `prev` (32 bytes)."""
    return hashlib.sha256(prev + canonical([getattr(event, name) for name in _HASHED])).digest()


def content_digest(content: object, sealed: bytes | memoryview | None) -> str:
    """Return the digest of what a person wrote, in the form that events carry."""
    return hashlib.sha256(canonical(content) + bytes(sealed or b"")).hexdigest()


def order_digest(order: WorkOrder) -> str:
    """Return the digest of an order's own text, and of its point where it has one, as it stands."""
    said = [order.title, order.body, order.place]
    if order.longitude is not None and order.latitude is not None:
        said += [f"{order.longitude:.6f}", f"{order.latitude:.6f}"]
    return content_digest(said, order.sealed)


def record_digest(record: Record) -> str:
    """Return the digest of a record as it stands."""
    return content_digest(record.content, record.sealed)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One place where history is not what was written."""

    order: str
    seq: int | None
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Return the flaw for programs."""
        return {"order": self.order, "event": self.seq, "code": self.code, "message": self.message}


def check_chain(order: WorkOrder, events: list[Event]) -> Iterator[Flaw]:
    """Yield each flaw of one order's history (`events` by seq)."""
    prev = GENESIS
    for place, event in enumerate(events, start=1):
        if event.seq != place:
            yield Flaw(order.number, place, "missing", f"第 {place} 条流转记录缺失")
            return
        if bytes(event.prev) != prev:
            yield Flaw(order.number, event.seq, "broken_link", f"第 {event.seq} 条与上一条不衔接")
        if event_hash(event, bytes(event.prev)) != bytes(event.hash):
            yield Flaw(order.number, event.seq, "edited", f"第 {event.seq} 条（{event.action}）内容被改动")
        prev = bytes(event.hash)
    yield from _check_head(order, events, prev)


def _check_head(order: WorkOrder, events: list[Event], head: bytes) -> Iterator[Flaw]:
    if not events:
        yield Flaw(order.number, None, "no_history", "没有任何流转记录")
    elif order.head_seq != len(events) or bytes(order.head_hash) != head:
        yield Flaw(order.number, len(events), "head", f"工单记到第 {order.head_seq} 条，流转记录到第 {len(events)} 条")
    texts = [e for e in events if "text" in e.facts]
    if texts and texts[-1].facts["text"] != order_digest(order):
        yield Flaw(order.number, texts[-1].seq, "text_edited", "工单内容与登记时不一致")


def check_records(order: WorkOrder, events: list[Event], records: list[Record]) -> Iterator[Flaw]:
    """Yield a flaw for each record that differs from what its event vouches for."""
    vouched = {e.facts["record"]: e for e in events if "record" in e.facts}
    for record in records:
        event = vouched.pop(record.pk, None)
        if event is None:
            yield Flaw(order.number, None, "record_unvouched", f"记录 {record.pk} 没有流转记录")
        elif event.facts["record_digest"] != record_digest(record):
            yield Flaw(
                order.number,
                event.seq,
                "record_edited",
                f"第 {event.seq} 条对应的{record.get_kind_display()}内容被改动",
            )
    for event in vouched.values():
        yield Flaw(order.number, event.seq, "record_missing", f"第 {event.seq} 条对应的记录不见了")
