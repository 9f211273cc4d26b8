"""Today on the home page of those who look at the whole centre: the figures of the big screen, and what rises."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.screen import leader, picture
from open12345.screen.readers import READERS
from open12345.ui import home


def today(person: object, visit: home.Visit) -> home.Shown:
    """Return the day's figures, each with its list, and the matters that rise."""
    del person, visit
    told = picture.now().told
    value = {figure["code"]: figure["value"] for figure in told["figures"]}
    url = reverse("orders:list")
    day = urlencode({"state": "all", "from": told["day"], "to": told["day"]})
    figures = [
        home.Figure(_("今天受理"), value["accepted"], f"{url}?{day}"),
        home.Figure(_("在办"), value["open"], f"{url}?state=open"),
        home.Figure(_("2 小时内到期"), value["soon"], f"{url}?state=open&soon=1"),
    ]
    rows = [
        home.Row(one["url"], one["title"], _("今天 %(n)s，平时 %(usual)s")
                 % {"n": one["value"], "usual": one["usual"]})
        for one in leader.hot(told)[: home.TOP]
    ]  # fmt: skip
    return home.Shown(figures, rows, _("没有高于平时的诉求"))


def lend() -> None:
    """Add the card; called once when the room starts."""
    home.lend(home.Card("today", __("今日态势"), "screen:leader", READERS, today, order=5))
