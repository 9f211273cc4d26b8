"""What the room lends: the entry of the menu, and on an order the way to the portrait of its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as __

from open12345.insight.subjects import OWN_READERS, READERS
from open12345.orders.helps import Help
from open12345.orders.helps import lend as lend_help
from open12345.orders.sight import Sight
from open12345.ui import navigation


def of_unit(sight: Sight) -> Mapping[str, Any] | None:
    """Return the unit that leads an order and its area, for those who see their portraits."""
    lead, person = sight.order.lead_unit, sight.person
    whole = person.has(*READERS)
    if lead is None or not (whole or person.covers(lead.path, *OWN_READERS)):
        return None
    return {"unit": lead, "area": sight.order.area if whole else None}


def lend() -> None:
    """Register all of it; called once when the room starts."""
    hint = __("每个单位和街镇的量、类、时限、满意和强弱项")
    navigation.register(navigation.Entry("insight:units", __("画像"), READERS | OWN_READERS, order=96, hint=hint))
    lend_help(Help("insight.portrait", "insight/parts/of_unit.html", of_unit, frozenset({"record"}), order=90))
