"""The panels that the intake desk itself fills while somebody types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from open12345.intake import alike, points, suggest
from open12345.orders.hints import Panel, Talk, lend

_TEXTS = ("body", "title", "place")


def suggestions(talk: Talk) -> Mapping[str, Any]:
    """Return what the words suggest, each with its reason."""
    near = alike.scored(talk)
    others = [suggest.place(talk), suggest.phone(talk), suggest.area(talk, near)]
    return {
        "categories": [] if talk.category else suggest.categories(talk, near),
        "urgency": suggest.urgency(talk),
        "others": [one for one in others if one is not None],
        "emergencies": suggest.emergencies(talk),
        "sensitive": suggest.sensitive(talk),
        "missing": suggest.missing(talk),
        "elsewhere": points.disagreement(talk),
    }


def near(talk: Talk) -> Mapping[str, Any] | None:
    """Return the open orders that may be about the same matter, None where there is none."""
    found = alike.near(talk)
    return {"found": found} if found else None


def lend_all() -> None:
    """Register the panels; called once when the room starts."""
    more = ("category", "area", "kind", "urgency", "phone", "anonymous", "same_call_as", "longitude", "latitude")
    lend(Panel("suggest", "intake/parts/suggest.html", (*_TEXTS, *more), suggestions, order=10))
    lend(Panel("alike", "intake/parts/alike.html", (*_TEXTS, "category", "area", "phone"), near, order=20))
