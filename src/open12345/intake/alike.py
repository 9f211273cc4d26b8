"""Open orders that may be about the same matter: same place, same category or area, or alike words (INT-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from sys import intern
from typing import Final

from django.db.models import Q, QuerySet, prefetch_related_objects
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
    "number", "title", "body", "place", "category", "area_id", "stage", "accepted_at", "lead_unit_id", "requester_id",
)  # fmt: skip


@dataclass(frozen=True)
class Alike:
    """One open order, how near it is, and why it is shown."""

    order: WorkOrder
    score: float
    why: str
    same_caller: bool = False  # may be urged; of others it can only be related (order.md)


def candidates(talk: Talk) -> list[WorkOrder]:
    """Return the open orders worth comparing, each once."""
    rows = _open(talk).only(*_READ)
    place = talk.place
    own = Q(category=talk.category) if talk.category else Q()
    own |= Q(area=talk.area) if talk.area else Q()
    found = list(rows.order_by("-accepted_at", "-pk")[:_NEWEST])
    if own:
        found += rows.filter(own).order_by("-pk")[:_OF_CATEGORY]
    if place:
        wanted = queries.by_words(talk.sight.person, place).values("pk")
        found += rows.filter(pk__in=wanted).order_by("-pk")[:_OF_PLACE]
    return list({order.pk: order for order in found}.values())


def _open(talk: Talk) -> QuerySet[WorkOrder]:
    return queries.visible_to(talk.sight.person).exclude(stage__in=[*ENDED, Stage.DRAFT])


def scored(talk: Talk) -> list[tuple[WorkOrder, float]]:
    """Return the open orders with alike words, the nearest first; nothing before there is a sentence."""
    text = talk.text
    if len(text) < _ENOUGH_TEXT:
        return []
    grams = frozenset(bigrams(text))
    found = [(order, _score(grams, order)) for order in talk.once(candidates)]
    return sorted(((o, s) for o, s in found if s >= _ALIKE), key=lambda one: -one[1])


def _score(grams: frozenset[str], order: WorkOrder) -> float:
    """Return how alike two texts are: pairs in common of all, or, weighed less, of the shorter new one."""
    other = _grams(f"{order.title}\n{order.body}\n{order.place}")
    both = len(grams & other)
    return max(both / (len(grams | other) or 1), _WITHIN * both / (len(grams) or 1))


@lru_cache(maxsize=1024)
def _grams(text: str) -> frozenset[str]:
    """Return the pairs of an open order's text: the same orders are compared at every pause of everybody who types."""
    return frozenset(map(intern, bigrams(text)))


def near(talk: Talk, first: Sequence[Near] = ()) -> list[Alike]:
    """Return the few open orders to look at before another one is registered.

    `first`: what the index of repeats has found, the same person's before others; orders with alike words follow.
    """
    known = [Alike(one.order, 1.0, one.why, one.same_person) for one in first if one.open][:_SHOWN]
    there = {one.order.pk for one in known}
    return (known + [one for one in _near(talk) if one.order.pk not in there])[:_SHOWN]


def _near(talk: Talk) -> list[Alike]:
    place = talk.place
    text, index, found = talk.text, requesters.phone_index(talk["phone"]), []
    if len(text) < _ENOUGH_TEXT and not place:
        return []
    grams = frozenset(bigrams(text))
    for order in talk.once(candidates):
        alike = _score(grams, order)
        same_place = bool(place) and place in f"{order.place}{order.body}{order.title}"
        same_category = bool(talk.category) and order.category == talk.category
        same_area = talk.area is not None and order.area_id == talk.area.pk
        score = alike + _SAME_PLACE * same_place + _SAME_CATEGORY * same_category + _SAME_AREA * same_area
        if alike >= _ALIKE or (same_place and (same_category or alike >= _ALIKE / 2)):
            why = _why(alike, place=same_place, category=same_category, area=same_area)
            found.append(Alike(order, score, why))
    shown = sorted(found, key=lambda one: -one.score)[:_SHOWN]
    prefetch_related_objects([one.order for one in shown], "lead_unit", "requester")
    return [replace(one, same_caller=_of_caller(one.order, index)) for one in shown]


def _of_caller(order: WorkOrder, index: bytes | None) -> bool:
    known = order.requester.phone_index
    return index is not None and known is not None and bytes(known) == index


def _why(alike: float, *, place: bool, category: bool, area: bool) -> str:
    parts = [_("同一地点")] if place else []
    parts += [_("同一区域")] if area and not place else []
    parts += [_("同一分类")] if category else []
    parts += [_("文字相近 %(n)s%%") % {"n": round(alike * 100)}] if alike >= _ALIKE else []
    return "，".join(parts)
