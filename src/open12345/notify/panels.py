"""What this room lends to the frame: the bell in the bar, and the last notices on the home page."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.notify import queries, words
from open12345.ui import context, home

#: How many notices are read for a line of one order: most have one or two.
EACH: Final = 3
#: Who can see orders, and so hear of them.
HEARERS: Final = CENTRE_ROLES | UNIT_ROLES


def last(person: Person, visit: home.Visit) -> home.Shown | None:
    """Return the last notices; None before a first pack is loaded."""
    try:
        pack = packs.shown_at(visit.at)
    except packs.NoPack:
        return None
    found = queries.newest(person, queries.notices_of(person), home.TOP * EACH)
    told = words.told(found, queries.seen_by(person), pack)[: home.TOP]
    rows = [
        home.Row(one.url, one.subject, " · ".join(filter(None, [one.title, one.detail])), at=one.notice.at,
                 strong=not one.seen)
        for one in told
    ]  # fmt: skip
    return home.Shown(rows=rows, empty=_("还没有消息"))


def lend() -> None:
    """Register all of it; called once when the room starts."""
    context.lend_part("notify/parts/bell.html")
    home.lend(home.Card("notices", _("消息"), "notify:list", HEARERS, last, order=900, aside=True))
