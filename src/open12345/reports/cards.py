"""Papers on the home page: what is being written or waits to be issued; else what went out last."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.person import Person
from open12345.reports import queries
from open12345.reports.models import Paper, State
from open12345.ui import home


def papers(person: Person, visit: home.Visit) -> home.Shown:
    """Return what is open, and how many papers wait for the signature of one who issues."""
    del visit
    found = list(queries.open_papers()[:50])
    waiting = sum(one.state == State.SUBMITTED for one in found)
    url = reverse("reports:list")
    figures = [home.Figure(_("待签发"), waiting, url)] if person.has(*queries.ISSUERS) else []
    rows = [_row(one, one.get_state_display()) for one in found[: home.TOP]]
    rows = rows or [_row(one, _("已印发")) for one in queries.issued()[:2]]
    return home.Shown(figures, rows, _("没有在写的报告"))


def _row(paper: Paper, state: str) -> home.Row:
    at, happened = (paper.changed_at, _("改动于")) if paper.state != State.ISSUED else (paper.issued_at, _("签发于"))
    if paper.state == State.SUBMITTED:
        at, happened = paper.submitted_at, _("提交于")
    url = reverse("reports:paper", args=[paper.pk])
    return home.Row(url, paper.title, state, at=at, strong=paper.state == State.SUBMITTED, happened=happened)


def lend() -> None:
    """Add the card; called once when the room starts."""
    home.lend(home.Card("papers", __("报告"), "reports:list", frozenset(queries.READERS), papers, order=80))
