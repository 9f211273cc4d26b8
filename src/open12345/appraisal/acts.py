"""What the appraisal adds to the engine of applications: the window of an appeal, its counter, and its effect.

An appeal is an application like any other (order.md): reason → evidence → own unit → district → city, by calling the
citizen again. Consent makes an exclusion, which is lent to the facts.
"""

from __future__ import annotations

from collections.abc import Iterator

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
LENT = "SELECT order_id, unit_id, code FROM appraisal_exclusion WHERE revoked_at IS NULL"


@bar("exclude")
def window(occasion: Occasion) -> Iterator[Problem]:
    """Appeals may come until the window after the publication of the order's month has passed."""
    edition = _edition(occasion)
    if edition is not None and edition.appeal_until is not None and occasion.at > edition.appeal_until:
        moment = moment_text(edition.appeal_until.astimezone(occasion.pack.calendar().zone), "zh")
        yield Problem("kind", "window", _("已过申诉期（%(due)s）") % {"due": moment})
    yield from _already(occasion)
    yield from _per_month(occasion)


def _edition(occasion: Occasion) -> Edition | None:
    """Return the first edition published of the month in which the order was closed."""
    closed = occasion.order.closed_at
    if closed is None:
        return None
    month = month_of(queries.today(occasion.pack, closed))
    return Edition.objects.filter(month=month.first, published_at__isnull=False).order_by("number").first()


def _already(occasion: Occasion) -> Iterator[Problem]:
    asker = occasion.asker
    rows = Exclusion.objects.filter(order=occasion.order, revoked_at__isnull=True)
    if asker is not None and rows.filter(unit=asker.unit_id).exists():
        yield Problem("kind", "excluded", _("这件工单已经剔除"))


def _per_month(occasion: Occasion) -> Iterator[Problem]:
    most, asker = occasion.rule.per_month, occasion.asker
    if most is None or asker is None:
        return
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
