"""The panels that the intake desk itself fills while somebody types, and how all panels are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from open12345.intake import alike, desk, points, suggest
from open12345.orders import hints
from open12345.orders.hints import Panel, Talk, lend
from open12345.orders.sight import Sight
from open12345.repeats.queries import on_arrival
from open12345.ui import timing

_TEXTS = ("body", "title", "place")
_DIGEST: Final = 9  # bytes
#: The history of a phone is sorted by this much of what is said.
_HEARD: Final = 2000


def found(talk: Talk) -> Mapping[str, Any]:
    """Return what the words suggest, each with its reason; asked once for the panel and the strip."""
    others = [suggest.place(talk), suggest.phone(talk), suggest.area(talk)]
    return {
        "categories": [] if talk.category else talk.once(suggest.categories),
        "urgency": suggest.urgency(talk),
        "others": [one for one in others if one is not None],
        "emergencies": suggest.emergencies(talk),
        "sensitive": suggest.sensitive(talk),
        "missing": suggest.missing(talk),
        "elsewhere": points.disagreement(talk),
    }


def suggestions(talk: Talk) -> Mapping[str, Any]:
    """Return what the words suggest."""
    return talk.once(found)


def near(talk: Talk) -> Mapping[str, Any] | None:
    """Return what is a repeat, sent by many or a mass complaint, and open orders that may be about the same matter.

    None where there is neither (INS-01).
    """
    arrived = on_arrival(talk, talk.sight.person)
    rows = alike.near(talk, arrived.near)
    return {"found": rows, "findings": arrived.found} if rows or arrived.found else None


def caller(talk: Talk) -> Mapping[str, Any] | None:
    """Return what the caller of the phone has open, None before there is a whole number."""
    rows = desk.caller_of(talk.sight, talk["phone"], talk["body"][:_HEARD])
    return {"caller": rows} if rows.asked else None


def _offered(talk: Talk) -> list[str]:
    return [one.value for one in talk.once(suggest.categories)]


def lend_all() -> None:
    """Register the panels; called once when the room starts."""
    hints.lend_offers(_offered)
    more = ("category", "area", "kind", "urgency", "phone", "anonymous", "same_call_as", "longitude", "latitude")
    all_of = (*_TEXTS, *more)
    lend(Panel("caller", "intake/parts/caller.html", ("phone", "body"), caller, order=1, place="caller"))
    lend(Panel("strip", "intake/parts/strip.html", all_of, suggestions, order=5, place="strip"))
    place = ("area", "longitude", "latitude")
    lend(Panel("suggest", "intake/parts/suggest.html", all_of, suggestions, order=10))
    lend(Panel("alike", "intake/parts/alike.html", (*_TEXTS, *place, "category", "phone"), near, order=20))


# Drawing


@dataclass(frozen=True)
class Drawn:
    """A panel as it stands on the page; pages tell the digest, so that only what changed is drawn anew."""

    panel: Panel
    html: SafeString
    digest: str


def draw(request: HttpRequest, sight: Sight, said: Mapping[str, str], names: Mapping[str, str]) -> Iterator[Drawn]:
    """Yield the panels of `names` (each with the digest that the page shows) that look otherwise by now."""
    talk = Talk(sight, said)
    for panel in hints.panels():
        if panel.name in names:
            with timing.lap(panel.name):
                told = panel.read(talk)
            with timing.lap("draw"):
                shown = {"panel": told, "sight": sight}
                html = render_to_string(panel.template, shown, request) if told else SafeString()
            digest = blake2b(html.encode(), digest_size=_DIGEST).hexdigest()
            if digest != names[panel.name]:
                yield Drawn(panel, html, digest)


def fields() -> list[str]:
    """Return the names of all fields that panels read."""
    return list(dict.fromkeys(name for panel in hints.panels() for name in panel.of))
