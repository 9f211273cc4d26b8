"""What can be asked of the papers that were written, issued, ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import ProgrammingError
from django.db.models import Count, F, Max, QuerySet
from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.facts.periods import Period
from open12345.orders.errors import NotFound
from open12345.reports.models import Paper, Schedule, State, Subscription, Version

READERS: Final = ("analyst", "supervisor", "leader", "floor_supervisor")
"""Who sees papers; drafts too: a paper is the centre's, not one person's."""
WRITERS: Final = ("analyst", "supervisor")
"""Who makes drafts, edits them and keeps the register."""
ISSUERS: Final = ("supervisor", "leader")
"""Who issues what another has submitted."""
LEADERS: Final = ("leader",)


def get(person: Person, pk: int) -> Paper:
    """Return a paper; raises NotFound where it does not exist for this person."""
    paper = Paper.objects.filter(pk=pk).first() if person.has(*READERS) else None
    if paper is None:
        raise NotFound(_("没有这份报告"))
    return paper


def open_papers() -> QuerySet[Paper]:
    """Return what is being written or waits to be issued, the last changed first."""
    open_states = (State.DRAFT, State.SUBMITTED)
    return Paper.objects.filter(state__in=open_states).defer("content").order_by("-changed_at", "-pk")


def issued(kind: str = "", year: int | None = None, words: str = "") -> QuerySet[Paper]:
    """Return the register, the latest first: of a kind, of a year, with some words in the title or number."""
    found = Paper.objects.filter(state=State.ISSUED).defer("content").order_by("-issued_on", "-pk")
    if kind:
        found = found.filter(kind=kind)
    if year:
        found = found.filter(issued_on__year=year)
    if words:
        found = found.filter(title__icontains=words) | found.filter(number__icontains=words)
    return found


def alike(kind: str, first: date, last: date, matter: dict[str, Any], but: int = 0) -> QuerySet[Paper]:
    """Return the papers written here of a kind, about the same days and matter, but for one; issued ones first."""
    found = Paper.objects.filter(kind=kind, first=first, last=last, matter=matter).exclude(content={})
    return (
        found.exclude(state=State.DISCARDED)
        .exclude(pk=but)
        .defer("content")
        .order_by(F("issued_on").desc(nulls_last=True), "-pk")
    )


def issued_by_kind(year: int | None = None) -> dict[str, tuple[int, date]]:
    """Return how many papers of each kind were issued, and when the last one was."""
    found = Paper.objects.filter(state=State.ISSUED)
    found = found.filter(issued_on__year=year) if year else found
    rows = found.values("kind").annotate(count=Count("pk"), last=Max("issued_on")).order_by("kind")
    return {row["kind"]: (row["count"], row["last"]) for row in rows}


def years() -> Sequence[int]:
    """Return the years in which papers were issued, the latest first."""
    days = Paper.objects.filter(state=State.ISSUED).dates("issued_on", "year", order="DESC")
    return [day.year for day in days]


def issued_count(kind: str, over: Period) -> int:
    """Return how many papers of a kind were issued in a period; none where there is no register yet."""
    try:
        return Paper.objects.filter(
            state=State.ISSUED, kind=kind, issued_on__gte=over.first, issued_on__lte=over.last
        ).count()
    except ProgrammingError:  # the command also runs on a home from before the register
        return 0


def versions(paper: Paper) -> QuerySet[Version]:
    """Return what was kept of a paper, the latest first."""
    return paper.versions.defer("content")


def schedules() -> dict[str, Schedule]:
    """Return when papers are made, by kind."""
    return {row.kind: row for row in Schedule.objects.all()}


def subscriptions(staff: int) -> dict[str, Subscription]:
    """Return a person's subscriptions by kind."""
    return {row.kind: row for row in Subscription.objects.filter(staff=staff)}


def readers_of(kind: str) -> QuerySet[Any]:
    """Return who is told of a kind: subscribers who still may read papers."""
    return Subscription.objects.filter(kind=kind, staff__is_active=True, staff__posts__role__in=READERS).distinct()
