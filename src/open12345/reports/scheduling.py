"""Papers that the worker makes at their hour: of the last period of the kind, each once; missed ones are made up for.

Made up for is the last period alone: a daily brief of last Tuesday helps nobody, and the register would lie about when
it went out. A failure is tried again at the next minute, after some tries once an hour, and told once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from open12345.directory import access
from open12345.directory.person import SYSTEM, Person
from open12345.facts.periods import Period
from open12345.orders import news
from open12345.orders.errors import NotFound
from open12345.policy import Pack
from open12345.policy.reports import ReportKind
from open12345.reports import queries, services, spans
from open12345.reports.models import Paper, Schedule, Subscription

log = logging.getLogger(__name__)
_TRIES: Final = 5
_FURTHEST: Final = 31
DEFAULT_HOUR: Final = time(9, 0)


def due(schedule: Schedule, kind: ReportKind, pack: Pack, at: datetime) -> Period | None:
    """Return the period whose paper is due now and was not made; None where none is.

    A paper is due at its hour on the first day after its period, with `working_days` on the first such working day.
    """
    if kind.period is None or not schedule.active:
        return None
    calendar = pack.calendar()
    local = at.astimezone(calendar.zone)
    today = local.date() if local.time() >= schedule.at else local.date() - timedelta(days=1)
    over = spans.ended_before(kind.period, today)
    day = over.last + timedelta(days=1)
    if schedule.working_days:
        day = next((one for one in _days(day) if calendar.day(one).works), day)
    while day > today:  # not yet its working day: the period before stands, long made or missed
        over = spans.ended_before(kind.period, over.last)
        day = over.last + timedelta(days=1)
        if schedule.working_days:
            day = next((one for one in _days(day) if calendar.day(one).works), day)
    return None if over.name == schedule.done or over.last < schedule.since else over


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(_FURTHEST))


def run(pack: Pack, at: datetime) -> list[Paper]:
    """Make all papers that are due and return them; each in a transaction of its own: one failing stops no other."""
    return [paper for pk in Schedule.objects.filter(active=True).values_list("pk", flat=True)
            if (paper := _make(pk, pack, at)) is not None]  # fmt: skip


def _make(pk: int, pack: Pack, at: datetime) -> Paper | None:
    try:
        with transaction.atomic():
            schedule = Schedule.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            kind = pack.reports.kind(schedule.kind) if schedule else None
            over = due(schedule, kind, pack, at) if schedule and kind else None
            if schedule is None or kind is None or over is None or _rests(schedule, at):
                return None
            paper = _written(schedule, kind, over, pack, at)
            schedule.done, schedule.done_at, schedule.failed, schedule.failures = over.name, at, "", 0
            schedule.save()
            return paper
    except Exception as error:  # whatever it is: it is told, and the next one is made
        log.debug("report schedule %s", pk, exc_info=True)
        _failed(pk, str(error.args[0] if error.args else error), at)
        return None


def _rests(schedule: Schedule, at: datetime) -> bool:
    """Say whether what failed again and again waits for its minute of the hour: never for good."""
    return schedule.failures >= _TRIES and at.minute != schedule.at.minute


def _written(schedule: Schedule, kind: ReportKind, over: Period, pack: Pack, at: datetime) -> Paper:
    paper = services.draft(services.Wanted(kind.code, over.name), pack, by=SYSTEM, at=at)
    if schedule.issue:
        services.submit(paper.pk, by=SYSTEM, at=at)
        return services.issue(paper.pk, pack, by=SYSTEM, at=at)
    page = reverse("reports:paper", args=[paper.pk])
    facts = {"report": kind.title, "title": paper.title}
    news.tell(news.News("report_drafted", None, None, str(paper.pk), None, at, 1, page, facts))
    return paper


def _failed(pk: int, why: str, at: datetime) -> None:
    """Note a failure; tell of it the first time."""
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update().get(pk=pk)
        schedule.failed, schedule.failures = why[:400], schedule.failures + 1
        schedule.save()
        log.warning("report %s failed: %s", schedule.kind, why)
        if schedule.failures == 1:
            facts = {"report": schedule.kind, "title": why[:200]}
            key = f"{pk}.{at:%Y%m%d%H%M}"
            news.tell(news.News("report_failed", None, None, key, None, at, 1, reverse("reports:schedules"), facts))


@dataclass(frozen=True, slots=True)
class Plan:
    """When papers of a kind are made, and whether they go out at once."""

    hour: time
    working_days: bool = False
    issue: bool = False
    active: bool = True


def arrange(kind: str, plan: Plan, pack: Pack, *, by: Person, at: datetime) -> Schedule:
    """Say when papers of a kind are made. What ended before yesterday is not made up for."""
    _writer(by)
    found = pack.reports.kind(kind)
    if found is None or found.period is None:
        raise NotFound(_("没有这种定期报告"))
    today = at.astimezone(pack.calendar().zone).date()
    with transaction.atomic():
        schedule, made = Schedule.objects.get_or_create(kind=kind, defaults={"at": plan.hour, "since": today})
        schedule.at, schedule.working_days, schedule.issue = plan.hour, plan.working_days, plan.issue
        if plan.active and (made or not schedule.active):
            schedule.since = today - timedelta(days=1)
        schedule.active, schedule.failures, schedule.failed = plan.active, 0, ""
        schedule.save()
        said = f"{plan.hour:%H:%M} working_days={plan.working_days} issue={plan.issue} active={plan.active}"
        access.record("report.schedule", by=by, at=at, on=f"report_kind:{kind}", reason=said)
    return schedule


def subscribe(kind: str, *, wanted: bool, by: Person, at: datetime) -> None:
    """Let a person be told when papers of a kind are issued, or no longer."""
    if not by.has(*queries.READERS) or by.id is None:
        raise NotFound(_("没有这种报告"))
    with transaction.atomic():
        if wanted:
            Subscription.objects.get_or_create(staff_id=by.id, kind=kind)
        else:
            Subscription.objects.filter(staff=by.id, kind=kind).delete()
        access.record("report.subscribe", by=by, at=at, on=f"report_kind:{kind}", reason="1" if wanted else "0")


def _writer(by: Person) -> None:
    if not by.has(*queries.WRITERS):
        raise NotFound(_("没有这种报告"))
