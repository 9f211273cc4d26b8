"""The intake desk on the home page: what was begun and not finished, what was taken in today."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.person import Person
from open12345.intake import desk
from open12345.ui import home


def drafts(person: Person, visit: home.Visit) -> home.Shown:
    """Return the person's own drafts, newest first."""
    mine = desk.newest_drafts(person, home.TOP)
    url = reverse("intake:desk")
    return home.Shown(
        figures=[home.Figure(_("今天受理"), desk.taken_in_today(person, visit.at), url)],
        rows=[
            home.Row(reverse("intake:draft", args=[o.number]), o.title or o.number, _("暂存"), at=o.created_at)
            for o in mine
        ],
        empty=_("没有未写完的登记"),
    )


def lend() -> None:
    """Add the card; called once when the room starts."""
    begin = ("intake:new", __("登记诉求"), "n")
    home.lend(home.Card("intake", __("受理"), "intake:desk", frozenset({"agent"}), drafts, order=10, action=begin))
