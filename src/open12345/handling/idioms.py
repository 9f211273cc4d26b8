"""Standing phrases per field (常用语, HAN-21): one's own, one's units', the centre's. Never with personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.handling.models import Idiom
from open12345.orders.acts import registered
from open12345.orders.errors import NotAllowed, NotFound, refuse
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.questions import field_titles
from open12345.orders.writing import service_numbers
from open12345.policy import Pack
from open12345.text import mask_text, normalise, private_numbers

LONGEST: Final = 1000
#: How many of one owner for one field; more nobody reads.
AT_MOST: Final = 50
#: Seed that tells the locks of phrases from all others.
_ROW_LOCK: Final = 12345021
_UNIT_HEADS: Final = ("clerk", "approver")
_CENTRE_HEADS: Final = ("floor_supervisor", "supervisor")


def visible(person: Person) -> QuerySet[Idiom]:
    """Return the phrases that `person` may use: own first, then those of their units, then the centre's."""
    units = {unit for _role, unit, _path in person.posts}
    found = Idiom.objects.filter(
        Q(staff=person.id or 0) | Q(unit__in=units) | Q(staff__isnull=True, unit__isnull=True)
    )  # fmt: skip
    return found.order_by(F("staff").desc(nulls_last=True), F("unit").desc(nulls_last=True), "field", "place", "pk")


def for_field(person: Person, field: str) -> QuerySet[Idiom]:
    """Return the phrases for one field."""
    return visible(person).filter(field=field)


def scopes(person: Person) -> list[str]:
    """Return for whom `person` may keep phrases: "own", "unit", "centre"."""
    heads = {unit for role, unit, _path in person.posts if role in _UNIT_HEADS}
    unit = person.unit_id in heads
    return ["own", *(["unit"] if unit else []), *(["centre"] if person.has(*_CENTRE_HEADS) else [])]


def title_of(field: str) -> str:
    """Return how a field is called: its action and its own title; "" for one that does not exist."""
    action, _dot, name = field.partition(".")
    if action not in ACTIONS or action not in registered():
        return ""
    titles = field_titles(action)
    name = name.partition(".")[0]
    return f"{ACTIONS[action].title} · {_(titles[name])}" if name in titles else ""


@transaction.atomic
def save(field: str, text: str, scope: str, *, by: Person, at: datetime, pack: Pack) -> Idiom:
    """Keep a phrase for a field; one that is there already is returned as it is.

    Raises `Refused`: empty, too long, too many, a field that is none, or with a person's number or name in it.
    """
    if by.id is None or scope not in scopes(by):
        raise NotAllowed(_("您不能为这个范围保存常用语"))
    text = normalise(text).strip()
    _check(field, text, pack)
    own = {"staff_id": by.id if scope == "own" else None, "unit_id": by.unit_id if scope == "unit" else None}
    _alone(field, own["staff_id"], own["unit_id"])
    same = Idiom.objects.filter(field=field, **own)
    if (known := same.filter(text=text).first()) is not None:
        return known
    if same.count() >= AT_MOST:
        raise refuse("text", "too_many", _("常用语最多 %(n)s 条，请先删除不用的") % {"n": AT_MOST})
    last = same.aggregate(last=Max("place"))["last"] or 0
    return Idiom.objects.create(field=field, text=text, place=last + 1, at=at, **own)


def _alone(field: str, staff: int | None, unit: int | None) -> None:
    """Let nobody else add to or move in one owner's row of phrases for a field until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"{field}/{staff}/{unit}", _ROW_LOCK]
        )  # fmt: skip


def _check(field: str, text: str, pack: Pack) -> None:
    if not title_of(field):
        raise refuse("field", "unknown", _("没有这个栏目"))
    if not text:
        raise refuse("text", "missing", _("必填"))
    if len(text) > LONGEST:
        raise refuse("text", "too_long", _("最多 %(max)s 字，现有 %(now)s 字") % {"max": LONGEST, "now": len(text)})
    named = [found for found in mask_text(text).found if found.kind == "name"]
    if named or private_numbers(text, allow=service_numbers(pack)):
        raise refuse("text", "personal", _("常用语里不能有姓名、手机号、证件号等个人信息，请删去后再存"))


def used(pk: int, *, by: Person) -> None:
    """Count a use."""
    visible(by).filter(pk=pk).order_by().update(uses=F("uses") + 1)


def remove(pk: int, *, by: Person) -> None:
    """Delete a phrase; those of others only by who may keep them."""
    _mine(pk, by).delete()


@transaction.atomic
def up(pk: int, *, by: Person) -> None:
    """Move a phrase one place up among those of its owner and field; of two who move at once, one after the other."""
    idiom = _mine(pk, by)
    _alone(idiom.field, idiom.staff_id, idiom.unit_id)
    idiom = _mine(pk, by)  # as it stands now that nobody else moves it
    row = Idiom.objects.filter(field=idiom.field, staff=idiom.staff_id, unit=idiom.unit_id)
    above = row.filter(Q(place__lt=idiom.place) | Q(place=idiom.place, pk__lt=idiom.pk)).order_by("place", "pk").last()
    if above is not None:
        places = sorted((above.place, idiom.place + (above.place == idiom.place)))
        Idiom.objects.filter(pk=idiom.pk).update(place=places[0])
        Idiom.objects.filter(pk=above.pk).update(place=places[1])


def may_change(idiom: Idiom, by: Person) -> bool:
    """Say whether a phrase is theirs to change."""
    if idiom.staff_id is not None:
        return idiom.staff_id == by.id
    if idiom.unit_id is not None:
        return "unit" in scopes(by) and idiom.unit_id == by.unit_id
    return "centre" in scopes(by)


def _mine(pk: int, by: Person) -> Idiom:
    idiom = visible(by).filter(pk=pk).first()
    if idiom is None:
        raise NotFound(_("没有这条常用语"))
    if not may_change(idiom, by):
        raise NotAllowed(_("这条常用语由别人维护"))
    return idiom
