"""The league table of a demo: its last half-year locked and published, so that a newcomer finds one with a trend."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone
from rich.console import Console

from open12345.appraisal import queries, services
from open12345.appraisal.models import Talk
from open12345.appraisal.months import Month, month_of
from open12345.directory import packs
from open12345.directory.person import SYSTEM
from open12345.facts import store
from open12345.orders.errors import DomainError
from open12345.orders.queries import database_time

MONTHS: Final = 6
_TALKS_ON: Final = 11  # days after the first of the next month


def fill(console: Console) -> int:
    """Lock and publish the months before this one, the older first; return how many. Nothing where any is locked."""
    at = database_time()
    _version, pack = packs.pack_at(timezone.now())
    this_month = month_of(queries.today(pack, at))
    if any(queries.edition_of(this_month.back(n), any_state=True) for n in range(1, MONTHS + 1)):
        return 0
    done = 0
    for month in (this_month.back(n) for n in range(MONTHS, 0, -1)):
        try:
            services.lock(pack, month, by=SYSTEM, at=at)
            services.publish(pack, month, by=SYSTEM, at=at)
            done += 1
        except (DomainError, store.NoFacts, store.Busy) as error:
            console.print(f"appraisal {month} not published: {error}")
    for n in range(MONTHS, 1, -1):
        _talked(this_month.back(n), at)
    connection.close()
    if done:
        console.print(f"appraisal {done} months published")
    return done


def _talked(month: Month, at: datetime) -> None:
    """Write up the talks of a month that is long over; those of the last one are still to be held."""
    for talk in Talk.objects.filter(edition__month=month.first, held_on__isnull=True):
        services.write_talk(
            talk.pk, held_on=month.next().first + timedelta(days=_TALKS_ON),
            notes="不满意集中在反复的诉求和未先联系的工单", outcome="逐件复核，下月复查", by=SYSTEM, at=at,
        )  # fmt: skip
