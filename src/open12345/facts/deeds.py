"""Why an order stands behind a figure of a deed in time: until when it was to be done, and when it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.orders.lists import Deed, Line
from open12345.orders.models import Clock
from open12345.orders.stages import ClockKind, Role


@dataclass(frozen=True, slots=True)
class _Kind:
    """One limit: the field of the assignment that says when the deed was done ("" where the clock's stop does)."""

    clock: ClockKind
    moment: str
    done: str | Promise
    lacking: str | Promise


_SIGN: Final = _Kind(ClockKind.SIGN, "signed_at", __("已签收"), __("未签收"))
_CONTACT: Final = _Kind(ClockKind.CONTACT, "contacted_at", __("已联系"), __("未联系"))
_FEEDBACK: Final = _Kind(ClockKind.FEEDBACK, "", __("已反馈"), __("未反馈"))
_REPLY: Final = _Kind(ClockKind.REPLY, "reported_at", __("已上报办结"), __("未上报办结"))
_DISPATCH: Final = _Kind(ClockKind.DISPATCH, "", __("已派单"), __("未派单"))
_CALL: Final = _Kind(ClockKind.CALLBACK, "", __("已回访"), __("未回访"))
#: The limit of which a metric tells.
OF_METRIC: Final[Mapping[str, _Kind]] = {
    "signed_in_time": _SIGN, "sign_running": _SIGN,
    "contacted_in_time": _CONTACT, "contacted_today": _CONTACT, "contact_running": _CONTACT,
    "feedback_in_time": _FEEDBACK, "feedback_running": _FEEDBACK,
    "done_in_time": _REPLY, "done": _REPLY, "due": _REPLY, "late_within": _REPLY, "late_outright": _REPLY,
    "late_within_rate": _REPLY, "late_outright_rate": _REPLY,
    "dispatched_in_time": _DISPATCH, "called_in_time": _CALL,
}  # fmt: skip


def with_deeds(lines: Sequence[Line], metric: str, where: Mapping[str, Any]) -> list[Line]:
    """Return the lines with the deed that the metric tells of; as they are where it tells of none.

    Of several units or rounds, the one that was late, else the last; of the unit alone that the conditions name.
    """
    kind = OF_METRIC.get(metric)
    if kind is None:
        return list(lines)
    found = _clocks([line.order.pk for line in lines], kind, where)
    return [replace(line, deed=_deed(found[line.order.pk], kind, metric)) for line in lines]


def _clocks(orders: list[int], kind: _Kind, where: Mapping[str, Any]) -> Mapping[int, list[Clock]]:
    leads = Q(assignment__isnull=True) | Q(assignment__role=Role.LEAD, assignment__parent__isnull=True)
    named = where.get("unit")
    if named:
        units = named if isinstance(named, tuple) else (named,)
        leads &= Q(assignment__isnull=True) | Q(assignment__unit__code__in=units)
    clocks = Clock.objects.filter(leads, order_id__in=orders, kind=kind.clock).select_related("assignment")
    found: dict[int, list[Clock]] = defaultdict(list)
    for clock in clocks.order_by("pk"):
        found[clock.order_id].append(clock)
    return found


def _deed(clocks: Iterable[Clock], kind: _Kind, metric: str) -> Deed | None:
    told = [_of_day(clock, kind) if metric == "contacted_today" else _of(clock, kind) for clock in clocks]
    return next((deed for deed in told if deed.late), told[-1] if told else None)


def _of(clock: Clock, kind: _Kind) -> Deed:
    done = getattr(clock.assignment, kind.moment) if kind.moment else clock.stopped_at
    late = clock.breached_at is not None
    word = str(kind.done if done else kind.lacking)
    return Deed(str(ClockKind(clock.kind).label), clock.due_at, f"{_('超时')}，{word}" if late else word, done, late)


def _of_day(clock: Clock, kind: _Kind) -> Deed:
    """First contact on the day of dispatch: what counts is that day, not the limit."""
    deed = _of(clock, kind)
    if clock.assignment is None:
        return deed
    given = clock.assignment.assigned_at
    on_the_day = deed.done is not None and localtime(deed.done).date() == localtime(given).date()
    decided = deed.done is not None or deed.late
    late, word = decided and not on_the_day, str(_CONTACT.done if deed.done else _CONTACT.lacking)
    return replace(deed, title=_("派单"), until=given, word=f"{_('不在当日')}，{word}" if late else word, late=late)
