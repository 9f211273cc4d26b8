"""The papers of a demo: the last two months' issued and last week's a draft, so that a newcomer finds some."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone
from rich.console import Console

from open12345.directory import packs
from open12345.directory.person import SYSTEM
from open12345.facts import services as mirror
from open12345.facts import store
from open12345.facts.periods import period
from open12345.orders.errors import DomainError
from open12345.orders.queries import database_time
from open12345.policy import Pack
from open12345.policy.reports import ReportKind
from open12345.reports import services, spans
from open12345.reports.models import Paper

ISSUED: Final = 2


def fill(console: Console) -> int:
    """Write the papers of the last months and return how many; none where somebody wrote any."""
    if Paper.objects.exists():
        return 0
    at = database_time()
    _version, pack = packs.pack_at(timezone.now())
    today = at.astimezone(pack.calendar().zone).date()
    try:
        mirror.refresh(at)
        made = _issued(pack, spans.ended_before("month", today).name)
        made += _draft(pack, spans.ended_before("week", today).name)
    except (DomainError, store.NoFacts, store.Busy, ValueError, KeyError, OSError) as error:
        console.print(f"papers    not written: {error}")
        return 0
    if made:
        console.print(f"papers    {made} written")
    return made


def _issued(pack: Pack, last: str) -> int:
    """The papers of the months that ended, the oldest first."""
    kind = _kind(pack, "month")
    if kind is None:
        return 0
    months = [period(last)]
    while len(months) < ISSUED:
        months.append(months[-1].before())
    for month in reversed(months):
        at = database_time()
        with transaction.atomic():
            paper = services.draft(services.Wanted(kind.code, month.name), pack, by=SYSTEM, at=at)
            services.submit(paper.pk, by=SYSTEM, at=at)
            services.issue(paper.pk, pack, by=SYSTEM, at=at)
    return len(months)


def _draft(pack: Pack, last: str) -> int:
    kind = _kind(pack, "week")
    if kind is None:
        return 0
    services.draft(services.Wanted(kind.code, last), pack, by=SYSTEM, at=database_time())
    return 1


def _kind(pack: Pack, length: str) -> ReportKind | None:
    return next((kind for kind in pack.reports.kinds if kind.period == length), None)
