"""Keeping the index: each arrived order goes in once, joins its groups, and is taken out when it is merged.

One writer at a time (an advisory lock to the end of the transaction): two near copies that arrive together get one
wording, and whoever is being erased is not put back by a job that read them before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from open12345.directory import packs
from open12345.orders.models import Link, WorkOrder
from open12345.orders.stages import LinkKind, Stage
from open12345.orders.store import allocate
from open12345.policy import Pack
from open12345.repeats import grouping, reading
from open12345.repeats.matters import NEAR_COPY, WINDOW, Matter, alike
from open12345.repeats.models import Entry, Group, Kind, Member, Spot, Wording
from open12345.repeats.places import keys_of
from open12345.repeats.signature import bands_of, print_of
from open12345.worktime import Limit, Unit

_LOCK: Final = 0x72657065
#: Orders indexed in one transaction by the command.
AT_ONCE: Final = 200
_READ: Final = (
    "body", "place", "longitude", "latitude", "category", "area_id", "stage", "accepted_at", "created_at",
    "requester__phone_index",
)  # fmt: skip


def window_of(pack: Pack | None) -> int:
    """Return within how many calendar days a second order is a repeat: the pack's own figure, else 30."""
    wanted = pack.appraisal.repeat_window if pack is not None else None
    if wanted is None:
        return WINDOW
    limit = Limit.parse(str(wanted))
    return max(1, round(float(limit.number) / 24)) if limit.unit in {Unit.H, Unit.WH} else int(limit.number)


@transaction.atomic
def index_order(order_id: int) -> bool:
    """Put an order into the index, or bring it up to date; returns whether it is there now.

    A draft has not arrived; an order that was merged is answered with the other one and counts once.
    """
    take_turn()
    order = _orders().filter(pk=order_id).first()
    if order is None or _is_merged(order_id):
        take_out(order_id)
        return False
    _index([order], _pack_at(order.accepted_at or order.created_at))
    return True


@transaction.atomic
def index_next(after: int, at_most: int = AT_ONCE) -> list[int]:
    """Index the next orders behind the id `after` that are not in the index; returns their ids, none at the end."""
    take_turn()
    merged = Link.objects.filter(order=OuterRef("pk"), kind=LinkKind.MERGED_INTO)
    there = Entry.objects.filter(order=OuterRef("pk"))
    rows = _orders().filter(~Exists(there), ~Exists(merged), pk__gt=after).order_by("pk")[:at_most]
    found = list(rows)
    if found:
        _index(found, _pack_at(found[-1].accepted_at or found[-1].created_at))
    return [order.pk for order in found]


def waiting() -> int:
    """Return how many arrived orders are not in the index."""
    merged = Link.objects.filter(order=OuterRef("pk"), kind=LinkKind.MERGED_INTO)
    return _orders().filter(~Exists(Entry.objects.filter(order=OuterRef("pk"))), ~Exists(merged)).count()


@transaction.atomic
def clear() -> None:
    """Empty the index; `index_next` fills it again."""
    take_turn()
    for table in (Member, Group, Spot, Entry, Wording):
        table.objects.all()._raw_delete("default")


def _orders() -> QuerySet[WorkOrder]:
    return WorkOrder.objects.exclude(stage=Stage.DRAFT).select_related("requester").only(*_READ)


def _is_merged(order_id: int) -> bool:
    return Link.objects.filter(order=order_id, kind=LinkKind.MERGED_INTO).exists()


def _pack_at(at: datetime) -> Pack | None:
    try:
        return packs.pack_at(at)[1]
    except packs.NoPack:
        return None


def _index(found: Sequence[WorkOrder], pack: Pack | None) -> None:
    """Put orders in, all of them before any is compared: of two that came together the later one may come first."""
    news = [reading.matter_of(order) for order in found]
    entries = Entry.objects.in_bulk([order.pk for order in found])
    for corrected in entries:  # where it is and what it joins may have changed
        _leave(corrected)
    fresh = [new for new in news if new.order not in entries]
    entries |= {entry.pk: entry for entry in _enter(fresh)}
    spots = [Spot(key=key, order_id=new.order or 0) for new in news for key in keys_of(new.place)]
    Spot.objects.bulk_create(spots)
    asked = [(new, [entries[new.order or 0].wording]) for new in news]
    for one in reading.find_each(asked, window=window_of(pack), later=True):
        _note_repeat(entries[one.new.order or 0], one.new, [match.other for match in one.again])
        grouping.join(one)


def _enter(news: Sequence[Matter]) -> list[Entry]:
    """Store the entries of new orders, each under the wording of which it is a near copy, else under one of its own."""
    wordings: list[Wording] = []
    firsts, ids = _Firsts(), iter(allocate(*[Wording] * len(news)))
    entries = []
    for new, near in zip(news, reading.near_copies([new.body for new in news]), strict=True):
        own = near[0] if near else firsts.near(new)
        if own is None:
            bands = bands_of(new.body)
            wordings.append(Wording(pk=next(ids), first=new.order or 0, bands=bands))
            own = wordings[-1].pk
            firsts.add(new, own, bands)
        entries.append(Entry(order_id=new.order or 0, at=new.at, wording=own, fingerprint=print_of(new.body)))
    Wording.objects.bulk_create(wordings)
    return Entry.objects.bulk_create(entries)


class _Firsts:
    """The wordings that begin within one transaction: their copies may come in the same."""

    def __init__(self) -> None:
        self._prints: dict[int, int] = {}
        self._bands: dict[int, list[tuple[Matter, int]]] = defaultdict(list)

    def add(self, new: Matter, wording: int, bands: Sequence[int]) -> None:
        """Keep a wording."""
        self._prints[print_of(new.body)] = wording
        for band in bands:
            self._bands[band].append((new, wording))

    def near(self, new: Matter) -> int | None:
        """Return the wording of which `new` is a copy or the nearest copy."""
        exact = self._prints.get(print_of(new.body))
        if exact is not None:
            return exact
        others = {wording: other for band in bands_of(new.body) for other, wording in self._bands.get(band, ())}
        scores = [(alike(new, other), wording) for wording, other in others.items()]
        best = max(scores, default=(0.0, 0))
        return best[1] if best[0] >= NEAR_COPY else None


def _note_repeat(entry: Entry, new: Matter, others: Sequence[Matter]) -> None:
    """Keep which order this one repeats, and that a later one, indexed before it, repeats this one."""
    own = (new.at, new.order or 0)
    earlier = [other for other in others if (other.at, other.order or 0) < own]
    later = [other.order for other in others if (other.at, other.order or 0) > own]
    found = max(earlier, key=lambda other: (other.at, other.order or 0)).order if earlier else None
    if entry.repeats != found:
        entry.repeats = found
        entry.save(update_fields=["repeats"])
    if later:
        Entry.objects.filter(pk__in=later, repeats__isnull=True).update(repeats=new.order)


def _leave(order_id: int) -> None:
    Spot.objects.filter(order=order_id).delete()
    grouping.leave([order_id])


def take_out(order_id: int) -> None:
    """Take an order out of the index and its groups; its text stays the measure of later copies."""
    if not Entry.objects.filter(pk=order_id).exists():
        return
    _leave(order_id)
    Entry.objects.filter(repeats=order_id).update(repeats=None)
    Entry.objects.filter(pk=order_id).delete()


def forget(index: bytes, requesters: Collection[int], at: datetime) -> int:
    """Drop what ties the orders of an erased person together (`privacy.on_erasing`); returns how many entries.

    Copies and mass complaints stay: they say that somebody asked, not who. Their counts stay as they were.
    """
    take_turn()
    orders = list(WorkOrder.objects.filter(requester__in=requesters).values_list("pk", flat=True))
    tied = Entry.objects.filter(repeats__isnull=False, order__in=orders) | Entry.objects.filter(repeats__in=orders)
    tied.update(repeats=None)
    return grouping.leave(orders, kinds=[Kind.AGAIN])


def take_turn() -> None:
    """Wait until no other transaction writes the index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def index_all() -> Iterator[int]:
    """Index whatever is missing, a transaction at a time; yields how many each took. What was killed goes on."""
    after = 0
    while found := index_next(after):
        after = found[-1]
        yield len(found)
