"""Local changes to the working calendar: each is a new version of the pack (ADM-04)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from open12345.policy import DayRule, Pack
from open12345.worktime import CalendarError

from . import packs
from .errors import DirectoryError
from .models import PackVersion
from .person import Person

Days = dict[date, DayRule]


def day_rule(**values: Any) -> DayRule:
    """A rule for one day from what was typed; raises `DirectoryError` at the field that is wrong."""
    try:
        return DayRule.model_validate(values)
    except ValidationError as error:
        found = error.errors()[0]
        message = str(found["msg"]).removeprefix("Value error, ")
        raise DirectoryError(message, code="day", field=str(found["loc"][0])) from error


def set_day(rule: DayRule, *, effective_from: datetime | None, by: Person, at: datetime, reason: str) -> PackVersion:
    """Make `rule` the rule of its day, in the pack in force and in those that wait for their time.

    Running clocks are computed anew by those who subscribed to `packs.on_version`. Raises
    `NotEntitled`; `DirectoryError` without a reason, for a day gone by, or hours that make no day.
    """
    rule = rule.model_copy(update={"local": True})
    return _reissue(rule.date, lambda days: days | {rule.date: rule}, effective_from, by=by, at=at, reason=reason)


def drop_day(day: date, *, effective_from: datetime | None, by: Person, at: datetime, reason: str) -> PackVersion:
    """Give a day back to the official calendar; raises as `set_day` does."""

    def without(days: Days) -> Days:
        return {one: rule for one, rule in days.items() if one != day}

    return _reissue(day, without, effective_from, by=by, at=at, reason=reason)


def _reissue(
    day: date,
    change: Callable[[Days], Days],
    effective_from: datetime | None,
    *,
    by: Person,
    at: datetime,
    reason: str,
) -> PackVersion:
    """Load the changed pack from `effective_from` on, and again over each version that waits."""
    packs.check_right(by)
    start = effective_from or at
    if not reason.strip():
        raise DirectoryError(_("请写明依据或原因。"), code="reason", field="reason")
    if day < timezone.localtime(at).date():
        raise DirectoryError(_("不能更改已经过去的日子。"), code="day_gone", field="date")
    with transaction.atomic():
        waiting = PackVersion.objects.filter(effective_from__gt=start)
        moments = sorted({start, *waiting.values_list("effective_from", flat=True)})
        made = [
            packs.load_pack(
                _changed(packs.pack_at(moment)[1], change),
                effective_from=moment,
                by=by,
                at=at,
                note=f"{day:%Y-%m-%d} {reason.strip()}",
            )
            for moment in moments
        ]
    return made[0]


def _changed(pack: Pack, change: Callable[[Days], Days]) -> Pack:
    """The same pack with other days; raises `DirectoryError` where they make no calendar."""
    days = change({rule.date: rule for rule in pack.days})
    rules = [days[one].model_dump(mode="json") for one in sorted(days)]
    changed = Pack.model_validate(pack.model_dump(mode="json") | {"days": rules})
    try:
        changed.calendar()
    except CalendarError as error:
        raise DirectoryError(
            _("半天须写工作时段，休息日不写，各时段先后不重叠。"), code="hours", field="hours"
        ) from error
    return changed
