"""The last thirty days on the home page: what a unit or the centre is measured by, each figure with its orders."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.person import Person
from open12345.insight.subjects import READERS
from open12345.ui import home

DAYS: Final = 30


def month(person: Person, visit: home.Visit) -> home.Shown | None:
    """Return what went wrong in thirty days; None before there are facts, and for whom nothing counts."""
    from open12345.facts import queries, store  # noqa: PLC0415 - processes that ask for no figure start fast
    from open12345.facts.links import figure_url  # noqa: PLC0415 - the same
    from open12345.insight.portrait import last_days  # noqa: PLC0415 - the same

    over, plain = last_days(localtime(visit.at).date(), DAYS), queries.View(compared=False)
    try:
        asked = {
            code: queries.ask(code, over, person=person, at=visit.at, view=plain)
            for code in ("late_outright", "solved", "redone", "repeats")
        }
    except store.NoFacts:
        return None
    whole = {code: answer.whole.figure for code, answer in asked.items()}
    unsolved = (whole["solved"].denominator or 0) - whole["solved"].numerator
    return home.Shown(
        [
            home.Figure(_("超期"), whole["late_outright"].numerator, figure_url(asked["late_outright"]), late=True),
            home.Figure(_("未解决"), unsolved, figure_url(asked["solved"], "rest")),
            home.Figure(_("重办"), whole["redone"].numerator, figure_url(asked["redone"])),
            home.Figure(_("重复件"), whole["repeats"].numerator, figure_url(asked["repeats"])),
        ],
        [home.Row(reverse("insight:units"), _("画像"), _("各项指标、同组中位数、强项和弱项"))],
    )


def lend() -> None:
    """Add the card; called once when the room starts."""
    who = READERS | {"approver"}
    home.lend(home.Card("month", __("近 30 天"), "insight:units", who, month, order=75))
