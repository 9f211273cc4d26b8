"""Appraisal on the home page: for the centre the talks that are to be held, for a unit its place and points."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.appraisal import queries
from open12345.appraisal.models import Edition, Talk
from open12345.appraisal.months import month_of
from open12345.appraisal.results import scores_of
from open12345.appraisal.scoring import Score
from open12345.directory import packs
from open12345.directory.person import Person
from open12345.ui import home


def results(person: Person, visit: home.Visit) -> home.Shown | None:
    """Return what the last published month means for the reader; None before the first one."""
    months = queries.published_months()
    edition = queries.edition_of(months[0]) if months else None
    if edition is None:
        return None
    return _centre(edition) if queries.sees_all(person) else _unit(person, edition, visit)


def _centre(edition: Edition) -> home.Shown:
    waiting = Talk.objects.filter(held_on=None).select_related("unit", "edition").order_by("-edition__month", "unit")
    rows = [
        home.Row(reverse("appraisal:talk", args=[one.pk]), one.unit.name,
                 f"{month_of(one.edition.month)} · {one.reasons[0]['title'] if one.reasons else ''}".rstrip(" ·"))
        for one in waiting[: home.TOP]
    ]  # fmt: skip
    figures = [home.Figure(_("待约谈"), waiting.count(), reverse("appraisal:talks"))]
    return home.Shown(figures, rows, _("%(month)s 已公布，没有待约谈的单位") % {"month": month_of(edition.month)})


def _unit(person: Person, edition: Edition, visit: home.Visit) -> home.Shown | None:
    try:
        pack = packs.shown_at(visit.at)
    except packs.NoPack:
        return None
    scores, month = scores_of(edition, adjudicated=True), month_of(edition.month)
    own = [one for one in queries.units_seen(person, pack)[0] if one.unit.code in scores]
    mine = queries.units_seen(person, pack)[1]
    rows = [
        home.Row(f"{reverse('appraisal:card', args=[one.unit.code])}?month={month}", one.unit.name,
                 _told(scores[one.unit.code]), strong=True)
        for one in own if one.unit.code in mine
    ]  # fmt: skip
    return home.Shown((), rows[: home.TOP], "") if rows else None


def _told(score: Score) -> str:
    points = _("%(points)s 分") % {"points": f"{score.total:.2f}"}
    if score.rank is None:
        return f"{points} · {_('不排名')}"
    place = _("第 %(rank)s 名，共 %(all)s 家") % {"rank": score.rank, "all": score.ranked}
    return f"{points} · {place}"


def lend() -> None:
    """Add the card; called once when the room starts."""
    home.lend(home.Card("appraisal", __("考核"), "appraisal:table", queries.READERS, results, order=85))
