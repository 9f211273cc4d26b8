"""How what was said becomes an order: elements checked against the pack, the person sealed, texts masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from django.utils.translation import gettext as _

from open12345.directory import areas
from open12345.directory.models import Area
from open12345.intake import points
from open12345.intake.forms import DraftInput, OriginCode
from open12345.orders import queries, requesters, writing
from open12345.orders.chain import order_digest
from open12345.orders.change import Change
from open12345.orders.errors import NotFound, Problem, Refused, refuse
from open12345.orders.models import ForeignNumber, Link, Requester, WorkOrder
from open12345.orders.requesters import Box, Who
from open12345.orders.stages import LinkKind, Origin
from open12345.text import phone_key, places, similarity

#: Two open orders of one caller whose texts are this alike are one matter (0..1).
REPEAT_SIMILARITY = 0.6
_LOOK_BACK = 5
_TITLE_LENGTH = 40
_PHONE_DIGITS = range(5, 16)


def check_elements(change: Change, said: DraftInput) -> Iterator[Problem]:
    """Yield a problem for each element that the pack in force does not know."""
    pack = change.pack
    if said.kind and said.kind not in pack.kinds:
        yield Problem("kind", "unknown", _("没有这种诉求类型；可选：%(list)s") % {"list": _titles(pack.kinds)})
    if said.channel not in pack.channels:
        yield Problem("channel", "unknown", _("没有这个渠道；可选：%(list)s") % {"list": _titles(pack.channels)})
    if said.category and not pack.is_leaf(said.category):
        yield Problem("category", "unknown", _("请选择分类的最末一级"))
    if said.area and said.area not in pack.area_tree:
        yield Problem("area", "unknown", _("没有这个区域"))
    if said.order_type not in pack.order_types:
        yield Problem("order_type", "unknown", _("没有这种工单种类"))


def _titles(entries: object) -> str:
    return "、".join(f"{code}（{entry.title}）" for code, entry in dict(entries).items())  # type: ignore[call-overload]


def check_typed(said: DraftInput) -> Iterator[Problem]:
    """Yield what is wrong in itself, even while the order is still being written."""
    if said.phone and len(phone_key(said.phone)) not in _PHONE_DIGITS:
        yield Problem("phone", "invalid", _("电话号码应为 5 至 15 位数字"))
    if bool(said.foreign_number) != bool(said.foreign_system):
        yield Problem("foreign_number", "incomplete", _("来源平台和来源平台编号要一起填写"))
    if (said.longitude is None) != (said.latitude is None):
        yield Problem("longitude", "incomplete", _("经度和纬度要一起填写"))


def check_person(change: Change, said: DraftInput) -> Iterator[Problem]:
    """Yield what is missing to reach the caller, and what contradicts the origin."""
    if not (said.phone or said.anonymous or said.same_call_as):
        yield Problem("phone", "missing", _("请填写联系电话，或勾选“匿名”"))
    if said.origin == Origin.UPPER.value and not said.foreign_number:
        yield Problem("foreign_number", "missing", _("上级派发的工单要填写来源平台编号"))
    if said.upper_due_at and said.upper_due_at <= change.at:
        yield Problem("upper_due_at", "past", _("上级要求办结时间已经过去"))


def check_required(change: Change, said: DraftInput) -> Iterator[Problem]:
    """Yield what the category cannot be handled without (pack data), e.g. the place of a fallen tree."""
    for name in change.pack.required_fields(said.category) if said.category else ():
        value = getattr(said, name, True) or (name == "place" and places(said.body))
        if not (value or (said.anonymous and name in {"name", "phone"})):
            title = DraftInput.model_fields[name].title
            yield Problem(name, "required", _("这类诉求必须写明%(what)s") % {"what": title})


def said_so_far(order: WorkOrder) -> DraftInput:
    """Return what a draft holds, as if it were said now: what is checked when it is submitted."""
    who, foreign = requesters.open_requester(order.requester), order.foreign_numbers.first()
    return DraftInput.model_construct(
        channel=order.channel, kind=order.kind, category=order.category, order_type=order.order_type,
        area=order.area.code if order.area else "", place=order.place, body=order.body,
        name=who.name, phone=who.phone, address=who.address, anonymous=order.requester.anonymous,
        origin=cast("OriginCode", order.origin), upper_due_at=order.upper_due_at,
        foreign_system=foreign.system if foreign else "", foreign_number=foreign.number if foreign else "",
    )  # fmt: skip


def fill_order(change: Change, said: DraftInput) -> Box | None:
    """Put what was said on the order and seal the person; returns the box of the person's key."""
    order, pack = change.order, change.pack
    place = said.place or next(iter(places(said.body)), "")
    box = _requester(change, said)
    known = (said.address,) if said.address else ()
    mask = writing.Mask(_names(change, said), writing.service_numbers(pack), known)
    masked = [mask(_title(said)), mask(said.body), replace(mask, is_place=bool(said.place))(place)]
    changed = masked != [_title(said), said.body, place]
    whole = "\n".join((_title(said), place, said.body))
    change.set(
        origin=said.origin, channel=said.channel, kind=said.kind, order_type=said.order_type,
        category=said.category, urgency=said.urgency, area_id=_area(change, said), confidential=said.confidential,
        title=masked[0], body=masked[1], place=masked[2],
        sealed=box.seal(f"order/{order.pk}", whole) if box and changed else None,
        call_ref=said.call_ref, upper_due_at=said.upper_due_at,
    )  # fmt: skip
    if change.new:
        char = pack.channels[said.channel].char
        day = change.at.astimezone(pack.calendar().zone).date()
        order.number = pack.number.format(area=pack.area_code, day=day, channel=char, sequence=order.pk)
    change.set(**points.kept(said, coarse=masked[2] != place or bool(said.address and not place)))
    change.say(text=order_digest(order), **facts(order))
    return box


def facts(order: WorkOrder) -> dict[str, object]:
    """Return the elements of the order that its history keeps (no personal data)."""
    return {
        "number": order.number, "origin": order.origin, "channel": order.channel, "kind": order.kind,
        "category": order.category, "urgency": order.urgency, "area": order.area_id,
        "confidential": order.confidential or None, "type": order.order_type,
        "located": order.longitude is not None or None,
    }  # fmt: skip


def _area(change: Change, said: DraftInput) -> int | None:
    """Return the area that was said, else the one that holds the point: other systems send points without areas."""
    if said.area or said.longitude is None or said.latitude is None:
        return area_id(said.area)
    found = areas.at(change.pack, said.longitude, said.latitude)
    change.say(area_by="point" if found else None)
    return found.pk if found else None


def area_id(code: str) -> int | None:
    """Return the id of the area with this code."""
    return Area.objects.filter(code=code).values_list("pk", flat=True).first() if code else None


def _names(change: Change, said: DraftInput) -> tuple[str, ...]:
    """Return what the caller is called, also where another order of the call says so."""
    known = requesters.open_requester(change.order.requester).name if said.same_call_as else ""
    return tuple(name for name in (said.name, known) if name)


def _title(said: DraftInput) -> str:
    return said.title or first_line(said.body)


def first_line(body: str) -> str:
    """Return the title of an order for which none was typed."""
    return body.split("\n", 1)[0][:_TITLE_LENGTH]


def _requester(change: Change, said: DraftInput) -> Box | None:
    order = change.order
    who = Who("", "", "", "") if said.anonymous else Who(said.name, said.phone, said.id_number, said.address)
    if not change.new:
        return _same_requester(change, said, who)
    if said.same_call_as:
        return _requester_of_call(change, said)
    row, box = requesters.make(
        order.requester_id, who, anonymous=said.anonymous, enterprise=said.enterprise, at=change.at
    )
    order.requester = row
    change.batch.insert(row)
    return box


def _same_requester(change: Change, said: DraftInput, who: Who) -> Box | None:
    """Write a draft's person anew; the caller of further orders of the same call stays as they are."""
    row = change.order.requester
    row.refresh_from_db(fields=["key"])  # it may have been erased while the order's lock was waited for
    box = requesters.box_of(row)
    shared = WorkOrder.objects.filter(requester=row).exclude(pk=change.order.pk).exists()
    if box is not None and not shared:
        row.anonymous, row.enterprise = said.anonymous, said.enterprise
        requesters.fill(row, box, who)
        change.batch.update(row, *requesters.FILLED)
    return box


def _requester_of_call(change: Change, said: DraftInput) -> Box | None:
    try:
        other = queries.get_for(change.by, said.same_call_as)
    except NotFound as error:
        raise refuse("same_call_as", "unknown", _("没有这件工单")) from error
    change.order.requester = other.requester
    change.order.requester_id = other.requester_id
    change.batch.insert(Link(order_id=change.order.pk, other_id=other.pk, kind=LinkKind.SAME_CALL))
    change.say(same_call=other.pk)
    return requesters.box_of(other.requester)


def _already_taken(change: Change, number: str) -> Refused:
    """Name the order that has the number only to whom it exists (it may be somebody else's draft)."""
    if queries.visible_to(change.by).filter(number=number).exists():
        text = _("来源平台编号已登记为工单 %(number)s") % {"number": number}
        return refuse("foreign_number", "already_taken", text, number=number)
    return refuse("foreign_number", "already_taken", _("来源平台编号已登记过"))


def note_foreign_number(change: Change, said: DraftInput) -> None:
    """Keep the other platform's number; the same one is never taken in twice."""
    own = None if change.new else ForeignNumber.objects.filter(order=change.order).first()
    if not said.foreign_number:
        if own is not None:
            own.delete()  # typed in error while the order was a draft
        return
    seen = ForeignNumber.objects.filter(system=said.foreign_system, number=said.foreign_number)
    if found := seen.exclude(order=change.order.pk).select_related("order").first():
        raise _already_taken(change, found.order.number)
    row = own or ForeignNumber(order_id=change.order.pk)
    row.system, row.number = said.foreign_system, said.foreign_number
    if own is None:
        change.batch.insert(row)
    else:
        change.batch.update(row, "system", "number")
    change.say(foreign_system=said.foreign_system, foreign_number=said.foreign_number)


def note_repeats(change: Change) -> None:
    """Look up the caller's open orders (blind index); link the most alike as the one this repeats."""
    index = change.order.requester.phone_index
    if index is None:
        return
    rows = [row for row in queries.open_texts_of(bytes(index), _LOOK_BACK) if row[0] != change.order.pk]
    if not rows:
        return
    alike, best = max((similarity(change.order.body, body), pk) for pk, body in rows)
    change.say(caller_open=[pk for pk, _body in rows])
    if alike >= REPEAT_SIMILARITY:
        change.batch.insert(Link(order_id=change.order.pk, other_id=best, kind=LinkKind.REPEAT_OF))
        change.say(repeat_of=best)


def requester_phone_index(requester: Requester) -> bytes | None:
    """Return the blind index by which two requesters are the same person, None for an unknown one."""
    return bytes(requester.phone_index) if requester.phone_index is not None else None
