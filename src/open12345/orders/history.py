"""Proving the history: verifying chains and records, sealing heads hourly, finding what vanished."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from open12345.orders.chain import GENESIS, Flaw, canonical, check_chain, check_records
from open12345.orders.models import Anchor, Event, Record, SealedHead, WorkOrder
from open12345.orders.store import allocate

Row = TypeVar("Row", Event, Record)

_AT_ONCE = 500
_HEADS_AT_ONCE = 10_000
_SEAL_LOCK = 12345_002


def verify(orders: QuerySet[WorkOrder], progress: Callable[[int], None] = lambda _n: None) -> Iterator[Flaw]:
    """Yield every flaw of the orders' chains, texts and records, some hundred orders at a time.

    People go on working meanwhile: an order that seems flawed is looked at again under its lock.
    """
    rows = orders.order_by("pk").iterator(chunk_size=_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        ids = [order.pk for order in some]
        events = _by_order(list(Event.objects.filter(order_id__in=ids).order_by("order_id", "seq")))
        records = _by_order(list(Record.objects.filter(order_id__in=ids).order_by("order_id", "pk")))
        for order in some:
            if _flaws(order, events.get(order.pk, []), records.get(order.pk, [])):
                yield from _looked_again(order.pk)
        progress(len(some))


def _flaws(order: WorkOrder, events: list[Event], records: list[Record]) -> list[Flaw]:
    return [*check_chain(order, events), *check_records(order, events, records)]


def _looked_again(order_id: int) -> list[Flaw]:
    with transaction.atomic():
        order = WorkOrder.objects.select_for_update().get(pk=order_id)
        events = list(Event.objects.filter(order_id=order_id).order_by("seq"))
        records = list(Record.objects.filter(order_id=order_id).order_by("pk"))
        return _flaws(order, events, records)


def _by_order(rows: list[Row]) -> dict[int, list[Row]]:
    return {order: list(some) for order, some in groupby(rows, key=attrgetter("order_id"))}


def seal(at: datetime) -> Anchor | None:
    """Seal the heads of all chains that moved since the last anchor into a new one; None where nothing moved.

    What moved is what the database itself has listed (`Unsealed`), whatever times the events bear.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
        heads = _unsealed()
        if not heads:
            return None
        last = Anchor.objects.order_by("-pk").first()
        (pk,) = allocate(Anchor)
        prev = bytes(last.hash) if last else GENESIS
        anchor = Anchor(pk=pk, at=at, heads=len(heads), prev=prev, hash=_anchor_hash(prev, at, heads))
        anchor.save(force_insert=True)
        for begin in range(0, len(heads), _HEADS_AT_ONCE):
            _keep_heads(pk, heads[begin : begin + _HEADS_AT_ONCE])
        return anchor


def _keep_heads(anchor: int, heads: list[tuple[int, int, bytes]]) -> None:
    """Keep what an anchor sealed: columns at a time, for after a year is written there are hundreds of thousands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_sealedhead (anchor_id, order_id, seq, hash)"
            " SELECT %s, * FROM unnest(%s::bigint[], %s::int[], %s::bytea[])",
            [anchor, *map(list, zip(*heads, strict=True))],
        )


def _unsealed() -> list[tuple[int, int, bytes]]:
    """Take the list of what moved away; its orders' heads are read after it, so they are at least as new."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_unsealed RETURNING order_id")
        moved = sorted({int(row[0]) for row in cursor.fetchall()})
        cursor.execute(
            """
            SELECT o.id, o.head_seq, o.head_hash FROM orders_workorder o
            WHERE o.id = ANY(%s) AND NOT EXISTS (
                SELECT FROM orders_sealedhead s WHERE s.order_id = o.id AND s.seq = o.head_seq
            ) ORDER BY o.id
            """,
            [moved],
        )
        return [(int(o), int(s), bytes(h)) for o, s, h in cursor.fetchall()]


def _anchor_hash(prev: bytes, at: datetime, heads: list[tuple[int, int, bytes]]) -> bytes:
    return hashlib.sha256(prev + canonical([at, [[o, s, h.hex()] for o, s, h in heads]])).digest()


def verify_anchors() -> Iterator[Flaw]:
    """Yield a flaw for each anchor that does not compute and each sealed order or event that is gone or altered."""
    prev = GENESIS
    for anchor in Anchor.objects.order_by("pk"):
        rows = SealedHead.objects.filter(anchor=anchor).order_by("order_id").values_list("order_id", "seq", "hash")
        heads = [(o, s, bytes(h)) for o, s, h in rows]
        whole = anchor.heads == len(heads) and _anchor_hash(prev, anchor.at, heads) == bytes(anchor.hash)
        if bytes(anchor.prev) != prev or not whole:
            yield Flaw("", None, "anchor_edited", f"封存 {anchor.pk}（{anchor.at:%F %T}）被改动")
        prev = bytes(anchor.hash)
    yield from _vanished()


def _vanished() -> Iterator[Flaw]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.order_id, s.seq, coalesce(o.number, '#' || s.order_id), o.id IS NULL OR e.order_id IS NULL
            FROM orders_sealedhead s
            LEFT JOIN orders_event e ON e.order_id = s.order_id AND e.seq = s.seq
            LEFT JOIN orders_workorder o ON o.id = s.order_id
            WHERE o.id IS NULL OR e.hash IS DISTINCT FROM s.hash
            ORDER BY s.order_id, s.seq
            """
        )
        for _order, seq, number, gone in cursor.fetchall():
            text = "封存过的工单或流转记录不见了" if gone else "流转记录与封存时不一致"
            yield Flaw(str(number), int(seq), "vanished" if gone else "resealed", text)
