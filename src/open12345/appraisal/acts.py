"""What the appraisal adds to the engine of applications: the window of an appeal, its counter, and its effect.

An appeal is an application like any other (order.md): reason → evidence → own unit → district → city, by calling the
citizen again. Consent makes an exclusion, which is lent to the facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from open12345.appraisal import queries
from open12345.appraisal.models import Edition, Exclusion
from open12345.appraisal.months import month_of
from open12345.facts import services as mirror
from open12345.orders.acts import rule, subscribe
from open12345.orders.applications import lapse_all, on_grant
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.models import Application
from open12345.orders.occasions import Occasion, bar
from open12345.orders.stages import ApplicationState
from open12345.worktime import moment_text

#: What the facts read: every exclusion in force.
LENT: Final = "SELECT order_id, unit_id, code FROM appraisal_exclusion WHERE revoked_at IS NULL"
#: For how long after its end a month may be appealed against that nobody publishes.
_UNPUBLISHED: Final = timedelta(days=92)
_APPEALS: Final = 0x0A9EA1  # any number that no other lock of two has


@bar("exclude")
def window(occasion: Occasion) -> Iterator[Problem]:
    """Appeals may come until the window after the publication of the order's month has passed."""
    until = _until(occasion)
    if until is not None and occasion.at > until:
        moment = moment_text(until.astimezone(occasion.pack.calendar().zone), "zh")
        yield Problem("kind", "window", _("已过申诉期（%(due)s）") % {"due": moment})
    yield from _already(occasion)
    yield from _per_month(occasion)


def _until(occasion: Occasion) -> datetime | None:
    """Return when the window of the order's month closes; None for a pack without one.

    It is that of the first edition published. A month that was passed over closes with the first later one that was
    published; one after which none was, a quarter after its end (ours).
    """
    closed = occasion.order.closed_at
    if closed is None or occasion.pack.appraisal.appeal_within is None:
        return None
    month = month_of(queries.today(occasion.pack, closed))
    published = Edition.objects.filter(published_at__isnull=False)
    edition = published.filter(month=month.first).order_by("number").first()
    if edition is not None:
        return edition.appeal_until
    ends = datetime.combine(month.last + _UNPUBLISHED, time.max, occasion.pack.calendar().zone)
    later = published.filter(month__gt=month.first, appeal_until__isnull=False)
    passed = later.order_by("appeal_until").values_list("appeal_until", flat=True).first()
    return ends if passed is None else min(passed, ends)


def _already(occasion: Occasion) -> Iterator[Problem]:
    asker = occasion.asker
    rows = Exclusion.objects.filter(order=occasion.order, revoked_at__isnull=True)
    if asker is not None and rows.filter(unit=asker.unit_id).exists():
        yield Problem("kind", "excluded", _("这件工单已经剔除"))


def _per_month(occasion: Occasion) -> Iterator[Problem]:
    most, asker = occasion.rule.per_month, occasion.asker
    if most is None or asker is None:
        return
    if occasion.acting:  # one after the other, so that two at once do not both see room for one
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_APPEALS, asker.unit_id])
    begin = occasion.at.astimezone(occasion.pack.calendar().zone).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    asked = Application.objects.filter(kind=occasion.kind, asked_unit=asker.unit_id, asked_at__gte=begin)
    if asked.exclude(state=ApplicationState.WITHDRAWN).count() >= most:
        yield Problem("kind", "per_month", _("本单位本月最多申诉 %(n)s 件") % {"n": most})


@on_grant("exclude")
def exclude(change: Change, asked: Application) -> None:
    """Let the order count no more for the unit that appealed, for the indicators of its reason."""
    given = next((one for one in change.assignments if one.pk == asked.assignment_id), None)
    unit = given.unit_id if given else asked.asked_unit_id
    if unit is None:
        return
    Exclusion.objects.create(
        order_id=change.order.pk, unit_id=unit, code=asked.reason, application=asked.pk, made_at=change.at,
        made_by_name=change.by.name,
    )  # fmt: skip
    mirror.touch([change.order.pk])
    change.say(excluded=asked.reason)


@rule("archive")
def _no_open_appeal(change: Change, said: object) -> Iterator[Problem]:
    """What is appealed against is not put away (order.md, "Stages of an order")."""
    if change.order.applications.filter(state=ApplicationState.PENDING).exists():
        yield Problem("", "appeal", _("有考核申诉待核定，暂不归档"))


def listen() -> None:
    """A reopened order is worked on again: what was appealed about its last round is void."""
    subscribe("reopen", lapse_all)
