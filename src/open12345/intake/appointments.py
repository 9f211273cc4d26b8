"""Calls that were promised: made, seen when due, done with a result; each leaves a note on its order (INT-19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.intake.models import Appointment, Result
from open12345.orders import queries, requesters, services, writing
from open12345.orders.errors import Conflict, NotFound, refuse
from open12345.orders.stages import Stage

#: Nobody is promised a call farther ahead than this.
FARTHEST = timedelta(days=90)


@dataclass(frozen=True)
class Due:
    """An appointment as the desk lists it."""

    row: Appointment
    late: bool
    mine: bool


def make(number: str, at: datetime | None, about: str, *, by: Person, now: datetime, key: str = "") -> Appointment:
    """Promise a call on an order, once for a `key` however often it comes.

    Raises `Refused` for a moment that cannot be, and what `services.perform` raises.
    """
    if at is None:
        raise refuse("call_at", "missing", _("请填写回电时间"))
    if at <= now:
        raise refuse("call_at", "past", _("回电时间已经过去"))
    if at > now + FARTHEST:
        raise refuse("call_at", "far", _("回电时间至多约到 90 天以后"))
    with transaction.atomic():
        text = _("预约回电：%(at)s %(about)s") % {"at": _said(at), "about": about}
        outcome = services.perform(number, "note", {"text": text.strip()}, by=by, at=now, key=key[:80])
        made = Appointment.objects.filter(order=outcome.order_id, at=at, by=by.ref).last() if outcome.replayed else None
        return made or Appointment.objects.create(
            order_id=outcome.order_id, at=at, about=_masked(number, about, by, now)[:200], by=by.ref,
            by_name=by.name, made_at=now,
        )  # fmt: skip


def _masked(number: str, about: str, by: Person, now: datetime) -> str:
    """Return what the call is about as the order's history keeps it: the caller's own name is hidden too."""
    who = requesters.open_requester(queries.get_for(by, number).requester)
    names, addresses = (who.name,) if who.name else (), (who.address,) if who.address else ()
    mask = writing.Mask(names, writing.service_numbers(packs.pack_at(now)[1]), addresses)
    return str(mask(about))


def finish(pk: int, result: str, told: str, *, by: Person, now: datetime) -> Appointment:
    """Note what came of the call; raises `NotFound`, and `Conflict` where somebody else has noted it."""
    if result not in Result.values:
        raise refuse("result", "unknown", _("请选择回电结果"))
    with transaction.atomic():
        row = Appointment.objects.select_for_update().filter(pk=pk).first()
        if row is None or not queries.visible_to(by).filter(pk=row.order_id).exists():
            raise NotFound(_("没有这个预约"))
        if row.done_at is not None:
            raise Conflict(_("%(who)s 已经记录过结果") % {"who": row.done_name}, code="done")
        number = queries.visible_to(by).values_list("number", flat=True).get(pk=row.order_id)
        text = _("预约回电（%(at)s）：%(result)s %(told)s")
        said = text % {"at": _said(row.at), "result": Result(result).label, "told": told}
        if _open_for_notes(by, row.order_id):
            services.perform(number, "note", {"text": said.strip()}, by=by, at=now)
        row.done_at, row.done_name, row.result = now, by.name, result
        row.save(update_fields=["done_at", "done_name", "result"])
        return row


def _open_for_notes(by: Person, order_id: int) -> bool:
    """An order that was cancelled or archived meanwhile takes no note; the appointment must still come off the list."""
    return not queries.visible_to(by).filter(pk=order_id, stage__in=[Stage.CANCELLED, Stage.ARCHIVED]).exists()


def _said(at: datetime) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M")


def open_ones(person: Person) -> QuerySet[Appointment]:
    """Return the calls still to be made on orders that exist for `person`, the earliest first."""
    rows = Appointment.objects.filter(done_at__isnull=True, order__in=queries.visible_to(person))
    return rows.select_related("order", "order__requester").order_by("at", "pk")


def due_today(person: Person, now: datetime) -> list[Due]:
    """Return what is late or due before the day ends."""
    end = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return [Due(row, row.at < now, row.by == person.ref) for row in open_ones(person).filter(at__lt=end)]
