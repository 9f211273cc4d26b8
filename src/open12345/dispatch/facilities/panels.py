"""What the register lends to the frame: the agent's hint, the dispatcher's card, the keeper's menu entry."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from open12345.dispatch.facilities import used
from open12345.dispatch.facilities.nearby import Asked, Match, Point, asked_of, find, kinds_of
from open12345.dispatch.facilities.register import KEEPERS
from open12345.dispatch.models import Facility, FoundBy
from open12345.orders import privacy
from open12345.orders.helps import Help
from open12345.orders.helps import lend as lend_help
from open12345.orders.hints import Panel, Talk
from open12345.orders.hints import lend as lend_hint
from open12345.orders.sight import Sight
from open12345.policy import within_bounds
from open12345.ui import navigation

_OF: Final = ("body", "title", "place", "category", "longitude", "latitude")


def hint(talk: Talk) -> Mapping[str, Any] | None:
    """Return the facility that the call is about as far as it has been typed; None where no kind of the register is.

    A point that was kept coarse is not taken for the place itself.
    """
    pack = talk.sight.pack
    kinds = kinds_of(pack, talk.category, talk.text.upper())
    if not kinds or not Facility.objects.filter(pack=pack.id, kind__in=[kind.code for kind in kinds]).exists():
        return None
    match = find(pack, Asked(talk.category, talk.text, _point(talk)))
    if match is None:
        return {"kind": kinds[0], "located": _point(talk) is not None}
    return _shown(talk.sight, match) | {"place": _place(match), "spot": _spot(match.facility)}


def _point(talk: Talk) -> Point | None:
    try:
        longitude, latitude = Decimal(talk["longitude"]), Decimal(talk["latitude"])
    except InvalidOperation:
        return None
    if not (longitude.is_finite() and latitude.is_finite() and within_bounds(float(longitude), float(latitude))):
        return None
    return None if privacy.is_coarse(longitude, latitude) else (float(longitude), float(latitude))


def _place(match: Match) -> str:
    """Return the words for a place: where it stands, what it is and its number."""
    return " ".join(filter(None, (match.facility.place, match.kind.title, match.facility.code)))


def _spot(facility: Facility) -> str:
    return f"{facility.longitude},{facility.latitude}"


def _shown(sight: Sight, match: Match) -> dict[str, Any]:
    facility = match.facility
    return {
        "match": match, "kind": match.kind, "facility": facility, "said": match.how == FoundBy.SAID,
        "owner": named.name if (named := sight.pack.unit_tree.get(facility.owner.code)) else facility.owner.name,
        "lately": used.lately(facility, sight.person, sight.at), "days": used.DAYS,
    }  # fmt: skip


def card(sight: Sight) -> Mapping[str, Any] | None:
    """Return the facility that an order is about, for the centre alone; None where nothing tells."""
    if not sight.is_centre or not sight.pack.dispatching.facilities:
        return None
    match = find(sight.pack, asked_of(sight.order))
    return _shown(sight, match) if match else None


def lend() -> None:
    """Register all of it; called once when the room starts."""
    entry = navigation.Entry(
        "dispatch:facilities", _("设施"), KEEPERS, order=795, hint=_("路灯、井盖等归谁管，导入导出")
    )
    navigation.register(entry)
    lend_hint(Panel("facility", "dispatch/facilities/hint.html", _OF, hint, order=25))
    lend_help(Help("dispatch.facility", "dispatch/facilities/card.html", card, frozenset({"dispatch"}), order=12))
    used.lend()
