"""Who would get an order that is still being typed, and why: told at the intake desk (DIS-02, DIS-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from open12345.directory.models import Area
from open12345.dispatch.advice import recommend
from open12345.dispatch.asked import in_words
from open12345.orders import whereabouts
from open12345.orders.hints import Panel, Talk, first_offered, guesses, lend
from open12345.orders.models import WorkOrder

_AT_MOST = 3
_OF = ("category", "area", "body", "title", "place", "longitude", "latitude")


def read(talk: Talk) -> Mapping[str, Any] | None:
    """Return who is recommended for category and area, the chosen ones or those that the words speak for.

    Where no classifier has read the words, the category that is offered first beside the form stands for them: the
    place alone says who is there, not whose matter it is. None before there is anything to go by.
    """
    area = talk.area or _likely_area(talk)
    offered = "" if talk.category or guesses(talk) else first_offered(talk)
    if not (talk.category or area or offered or guesses(talk)):
        return None
    pack, sight = talk.sight.pack, talk.sight
    order = WorkOrder(category=talk.category or offered, area=area, title=talk["title"][:200], body=talk["body"])
    found = recommend(pack, order, at=sight.at, most=_AT_MOST, viewer=sight.person)
    if not (found or talk.category or offered):
        return None
    principle = pack.duty.principle(found[0].principle) if found and found[0].principle else None
    return {
        "lines": [in_words(pack, one) for one in found],
        "principle": principle.title if principle else "", "needs_area": not area,
        "guessed": not (talk.category and talk.area),
        "under": pack.category_tree[offered].title if offered else "",
    }  # fmt: skip


def _likely_area(talk: Talk) -> Area | None:
    found = talk.once(whereabouts.likely)
    return Area.objects.filter(code=found.code).first() if found else None


def register() -> None:
    """Lend the panel to the intake desk."""
    lend(Panel("duty", "dispatch/parts/duty_hint.html", _OF, read, order=30))
