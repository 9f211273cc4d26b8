"""Open orders that may be about the same matter: same place, same category or area, or alike words (INT-04)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from sys import intern
from threading import Lock
from typing import Final

from django.db.models import CharField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from open12345.orders import queries, requesters
from open12345.orders.hints import Talk
from open12345.orders.models import WorkOrder
from open12345.orders.stages import ENDED, Stage
from open12345.repeats.queries import Near
from open12345.text import bigrams

#: How many orders are compared, by what they share with the new one; newest first.
_OF_CATEGORY, _OF_PLACE, _NEWEST = 80, 40, 80
_SHOWN: Final = 5
_ALIKE: Final = 0.16  # share of common character pairs; below it two complaints have only common words in common
_SAME_CATEGORY, _SAME_AREA, _SAME_PLACE = 0.08, 0.05, 0.25
_ENOUGH_TEXT: Final = 6  # characters
_WITHIN: Final = 0.6
_READ: Final = (
    "number", "title", "place", "stage", "accepted_at", "lead_unit__name", "requester__phone_index",
)  # fmt: skip
#: Which writing of a row one sees: another one after every change of whatever kind.
_WRITING: Final = RawSQL('"orders_workorder"."xmin"::text || "orders_workorder"."ctid"', (), output_field=CharField())
#: So many orders' words are kept in a process, some 5 KB each.
_KEPT: Final = 1024


@dataclass(frozen=True)
class Alike:
    """One open order, how near it is, and why it is shown."""

    order: WorkOrder
    score: float
    why: str
    same_caller: bool = False  # may be urged; of others it can only be related (order.md)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one order, as of one writing of its row."""

    writing: str
    text: str
    grams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open order that may be about the same matter, without what is only shown of it."""

    pk: int
    category: str
    area: int | None
    words: Words


def candidates(talk: Talk) -> list[Candidate]:
    """Return the open orders worth comparing, each once.

    Who types asks for the same orders at every pause: words are read where they were written since.
    """
    rows = _open(talk).annotate(writing=_WRITING)
    place = talk.place
    own = Q(category=talk.category) if talk.category else Q()
    own |= Q(area=talk.area) if talk.area else Q()
    parts = [rows.order_by("-accepted_at", "-pk")[:_NEWEST]]
    if own:
        parts.append(rows.filter(own).order_by("-pk")[:_OF_CATEGORY])
    if place:
        wanted = queries.by_words(talk.sight.person, place).values("pk")
        parts.append(rows.filter(pk__in=wanted).order_by("-pk")[:_OF_PLACE])
    found = {row[0]: row for part in parts for row in part.values_list("pk", "writing", "category", "area_id")}
    words = _words({pk: row[1] for pk, row in found.items()})
    return [Candidate(pk, row[2], row[3], words[pk]) for pk, row in found.items() if pk in words]


def _open(talk: Talk) -> QuerySet[WorkOrder]:
    return queries.visible_to(talk.sight.person).exclude(stage__in=[*ENDED, Stage.DRAFT])


_lock: Final = Lock()
_read: Final[OrderedDict[int, Words]] = OrderedDict()


def _words(wanted: dict[int, str]) -> dict[int, Words]:
    """Return the words of orders, read anew where the row is not the one that was read before."""
    with _lock:
        found = {pk: _read[pk] for pk, writing in wanted.items() if pk in _read and _read[pk].writing == writing}
    fresh = _read_words(wanted.keys() - found.keys())
    with _lock:
        _read.update(fresh)
        for pk in found.keys() & _read.keys():
            _read.move_to_end(pk)
        while len(_read) > _KEPT:
            _read.popitem(last=False)
    return found | fresh


def _read_words(wanted: Collection[int]) -> dict[int, Words]:
    if not wanted:
        return {}
    rows = WorkOrder.objects.filter(pk__in=wanted).annotate(writing=_WRITING)
    return {
        pk: Words(writing, f"{place}{body}{title}", frozenset(map(intern, bigrams(f"{title}\n{body}\n{place}"))))
        for pk, writing, title, body, place in rows.values_list("pk", "writing", "title", "body", "place")
    }


def scored(talk: Talk) -> list[tuple[Candidate, float]]:
    """Return the open orders with alike words, the nearest first; nothing before there is a sentence."""
    text = talk.text
    if len(text) < _ENOUGH_TEXT:
        return []
    grams = frozenset(bigrams(text))
    found = [(order, _score(grams, order)) for order in talk.once(candidates)]
    return sorted(((o, s) for o, s in found if s >= _ALIKE), key=lambda one: -one[1])


def _score(grams: frozenset[str], order: Candidate) -> float:
    """Return how alike two texts are: pairs in common of all, or, weighed less, of the shorter new one."""
    other = order.words.grams
    both = len(grams & other)
    return max(both / (len(grams) + len(other) - both or 1), _WITHIN * both / (len(grams) or 1))


def near(talk: Talk, first: Sequence[Near] = ()) -> list[Alike]:
    """Return the few open orders to look at before another one is registered.

    `first`: what the index of repeats has found, the same person's before others; orders with alike words follow.
    """
    known = [Alike(one.order, 1.0, one.why, one.same_person) for one in first if one.open][:_SHOWN]
    there = {one.order.pk for one in known}
    return (known + [one for one in _near(talk) if one.order.pk not in there])[:_SHOWN]


def _near(talk: Talk) -> list[Alike]:
    place, category, area = talk.place, talk.category, talk.area.pk if talk.area else None
    text, found = talk.text, []
    if len(text) < _ENOUGH_TEXT and not place:
        return []
    grams = frozenset(bigrams(text))
    for order in talk.once(candidates):
        alike = _score(grams, order)
        same_place = bool(place) and place in order.words.text
        same_category = bool(category) and order.category == category
        same_area = area is not None and order.area == area
        score = alike + _SAME_PLACE * same_place + _SAME_CATEGORY * same_category + _SAME_AREA * same_area
        if alike >= _ALIKE or (same_place and (same_category or alike >= _ALIKE / 2)):
            why = _why(alike, place=same_place, category=same_category, area=same_area)
            found.append((order.pk, score, why))
    return _shown(talk, sorted(found, key=lambda one: -one[1])[:_SHOWN])


def _shown(talk: Talk, found: Sequence[tuple[int, float, str]]) -> list[Alike]:
    """Return the orders with what is shown of them, through the door once more."""
    if not found:
        return []
    index = requesters.phone_index(talk["phone"])
    rows = _open(talk).select_related("lead_unit", "requester").only(*_READ).in_bulk([pk for pk, *_rest in found])
    return [
        Alike(rows[pk], score, why, same_caller=_of_caller(rows[pk], index)) for pk, score, why in found if pk in rows
    ]


def _of_caller(order: WorkOrder, index: bytes | None) -> bool:
    known = order.requester.phone_index
    return index is not None and known is not None and bytes(known) == index


def _why(alike: float, *, place: bool, category: bool, area: bool) -> str:
    parts = [_("同一地点")] if place else []
    parts += [_("同一区域")] if area and not place else []
    parts += [_("同一分类")] if category else []
    parts += [_("文字相近 %(n)s%%") % {"n": round(alike * 100)}] if alike >= _ALIKE else []
    return "，".join(parts)
