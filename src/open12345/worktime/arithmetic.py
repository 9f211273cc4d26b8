"""Adding, subtracting and measuring time in a working calendar (order.md, Clocks)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from .calendar import Calendar, Day, Deadline, Edges
from .limits import MICROSECONDS, Limit, Unit
from .moments import DAY, ONE_DAY, at, due_day, end_micros, end_of_day, local, micros

_TICK = timedelta(microseconds=1)


def deadline(cal: Calendar, start: datetime, limit: Limit) -> Deadline:
    """Return when a clock started at `start` is due, with every day that was skipped and why.

    `wd`: the starting day is not counted, due at close of business of the Nth working day.
    `wh`, `h`, `min`: exact; working hours end at the end of a span, never at the start of the
    next. `d`: 24:00 of the Nth calendar day after the starting day. `today`: 24:00 of the
    starting day.
    """
    begin = local(start, cal.zone)
    if limit.unit is Unit.WD:
        day, passed = _workday(cal, begin.date(), int(limit.number))
        return _explained(begin, _close(cal, day), limit, passed)
    if limit.unit is Unit.WH:
        due = _add_working(cal, begin, limit.microseconds)
        passed = _days(cal, begin.date(), max(begin.date(), due_day(due)))
        return _explained(begin, due, limit, passed, _first_working(cal, begin))
    return Deadline(begin, _running(cal, begin, limit), limit, provisional=False)


def add(cal: Calendar, start: datetime, limit: Limit) -> datetime:
    """Return the due moment of `deadline` alone."""
    begin = local(start, cal.zone)
    if limit.unit is Unit.WD:
        return _close(cal, _workday(cal, begin.date(), int(limit.number))[0])
    if limit.unit is Unit.WH:
        return _add_working(cal, begin, limit.microseconds)
    return _running(cal, begin, limit)


def extend(cal: Calendar, due: datetime, limit: Limit) -> datetime:
    """Return `due` moved later by `limit`; a due of 24:00 counts from the day it ends."""
    begin = local(due, cal.zone)
    whole_days = limit.unit not in MICROSECONDS
    return add(cal, begin - _TICK if whole_days else begin, limit)


def subtract(cal: Calendar, due: datetime, limit: Limit) -> datetime:
    """Return the latest moment that leaves `limit` before `due` (a reserve, a child's due).

    `wd`: close of business of the Nth working day before the day of `due`; `d`: 24:00 of the Nth
    day before; `today`: 24:00 of the day before.
    """
    end = local(due, cal.zone)
    if limit.unit is Unit.WD:
        return _close(cal, _workday(cal, due_day(end), int(limit.number), step=-1)[0])
    if limit.unit is Unit.WH:
        return _subtract_working(cal, end, limit.microseconds)
    if limit.unit in MICROSECONDS:
        return _shift(end, -limit.microseconds)
    return end_of_day(due_day(end) - ONE_DAY * int(limit.number), cal.zone)


def measure(cal: Calendar, start: datetime, end: datetime, unit: Unit) -> Decimal:
    """Return the time from `start` to `end` in `unit`, negative if `end` comes first.

    `wh`, `h`, `min` are exact and the inverse of `add`. `wd` and `d` (`today` likewise) count the
    days after the starting day up to the day of `end`; an end at midnight is 24:00 of the day
    before.
    """
    begin, finish = local(start, cal.zone), local(end, cal.zone)
    if begin > finish:
        return -measure(cal, finish, begin, unit)
    if unit in MICROSECONDS:
        length = _worked(cal, begin, finish) if unit is Unit.WH else _between(begin, finish)
        return Decimal(length) / MICROSECONDS[unit]
    first, last = begin.date() + ONE_DAY, due_day(finish)
    if unit is Unit.WD:
        return Decimal(sum(1 for day in _days(cal, first, last) if day.works))
    return Decimal(max(0, (last - first).days + 1))


def resume(cal: Calendar, due: datetime, paused_at: datetime, resumed_at: datetime, unit: Unit) -> datetime:
    """Return the new due of a clock that stood still from `paused_at` to `resumed_at`.

    Exact units keep what was left. Day units move by the days lost: those whose close of business
    (`wd`) or midnight (`d`, `today`) fell into the pause. A clock already due at `paused_at` keeps
    its due. ValueError if it resumes before it pauses.
    """
    old, paused, resumed = (local(moment, cal.zone) for moment in (due, paused_at, resumed_at))
    if resumed < paused:
        raise ValueError(f"resumed {resumed.isoformat()} before paused {paused.isoformat()}")
    if paused >= old or paused == resumed:
        return old
    if unit is Unit.WD:
        return _later_workdays(cal, old, _closes(cal, paused, resumed))
    if unit is Unit.WH:
        return _resume_working(cal, old, paused, resumed)
    if unit in MICROSECONDS:
        return _shift(old, _between(paused, resumed))
    return old + (resumed.date() - paused.date())


def used_share(cal: Calendar, start: datetime, due: datetime, now: datetime, unit: Unit) -> float:
    """Return the share of the length used at `now`: 0 at the start, 1 at `due`, more after it.

    Measured in the clock's own calendar: `wh` in working time, `wd` in working time up to the
    close of business, all others in running time. Lateness is `now > due`, not a share above 1.
    """
    begin, end, moment = (local(each, cal.zone) for each in (start, due, now))
    if moment <= begin:
        return 0.0
    total = _length(cal, begin, end, unit)
    if total <= 0:
        return 1.0 if moment >= end else 0.0
    return _length(cal, begin, moment, unit) / total


def _length(cal: Calendar, begin: datetime, end: datetime, unit: Unit) -> int:
    if end <= begin:
        return 0
    if unit is Unit.WH:
        return _worked(cal, begin, end)
    return _business(cal, begin, end) if unit is Unit.WD else _between(begin, end)


def _explained(
    begin: datetime,
    due: datetime,
    limit: Limit,
    passed: list[Day],
    runs_from: datetime | None = None,
) -> Deadline:
    """Build the deadline of a limit in working time from the days it passed."""
    provisional, skipped, noted = False, [], []
    for day in passed:
        provisional = provisional or day.provisional
        if not day.spans:
            skipped.append(day.told)
        elif day.unusual:
            noted.append(day.told)
    return Deadline(begin, due, limit, provisional, tuple(skipped), tuple(noted), runs_from)


def _workday(cal: Calendar, day: date, count: int, step: int = 1) -> tuple[Day, list[Day]]:
    """Return the `count`th working day after (or before) `day`, and all days passed up to it."""
    move, passed = timedelta(days=step), []
    while count:
        day += move
        current = cal.day(day)
        passed.append(current)
        if current.spans:
            count -= 1
    return passed[-1], passed


def _days(cal: Calendar, first: date, last: date) -> list[Day]:
    return [cal.day(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def _close(cal: Calendar, day: Day) -> datetime:
    return at(day.date, end_micros(day.close), cal.zone)


def _running(cal: Calendar, begin: datetime, limit: Limit) -> datetime:
    if limit.unit in MICROSECONDS:
        return _shift(begin, limit.microseconds)
    days = 0 if limit.unit is Unit.TODAY else int(limit.number)
    return end_of_day(begin.date() + ONE_DAY * days, cal.zone)


def _shift(moment: datetime, microseconds: int) -> datetime:
    return (moment.astimezone(UTC) + timedelta(microseconds=microseconds)).astimezone(moment.tzinfo)


def _between(begin: datetime, end: datetime) -> int:
    return (end.astimezone(UTC) - begin.astimezone(UTC)) // _TICK


def _worked(cal: Calendar, begin: datetime, end: datetime) -> int:
    """Return the microseconds of working hours between `begin` and `end`."""
    first, last = cal.day(begin.date()), cal.day(end.date())
    whole = sum(day.hours_length for day in _days(cal, first.date, last.date - ONE_DAY))
    return whole + _before(last.edges, micros(end)) - _before(first.edges, micros(begin))


def _business(cal: Calendar, begin: datetime, end: datetime) -> int:
    """Return the microseconds between `begin` and `end` in working hours up to each close."""
    first, last = cal.day(begin.date()), cal.day(end.date())
    whole = sum(day.business_length for day in _days(cal, first.date, last.date - ONE_DAY))
    return whole + _before(last.business, micros(end)) - _before(first.business, micros(begin))


def _before(edges: Edges, moment: int) -> int:
    """Return how much of `edges` lies before `moment` of the same day."""
    return sum(min(stop, moment) - start for start, stop in edges if start < moment)


def _add_working(cal: Calendar, begin: datetime, left: int) -> datetime:
    """Return the moment at which `left` microseconds of working time have passed."""
    if left == 0:
        return begin
    day, low = begin.date(), micros(begin)
    while True:
        for start, stop in cal.day(day).edges:
            here = max(0, stop - max(start, low))
            if left <= here:
                return at(day, max(start, low) + left, cal.zone)
            left -= here
        day, low = day + ONE_DAY, 0


def _subtract_working(cal: Calendar, end: datetime, left: int) -> datetime:
    """Return the latest moment with `left` microseconds of working time until `end`."""
    if left == 0:
        return end
    day, high = end.date(), micros(end)
    while True:
        for start, stop in reversed(cal.day(day).edges):
            here = max(0, min(stop, high) - start)
            if left <= here:
                return at(day, min(stop, high) - left, cal.zone)
            left -= here
        day, high = day - ONE_DAY, DAY


def _first_working(cal: Calendar, begin: datetime) -> datetime | None:
    """Return the first working moment after `begin`, None if `begin` lies in working hours."""
    first = _add_working(cal, begin, 1) - _TICK
    return None if first == begin else first


def _closes(cal: Calendar, paused: datetime, resumed: datetime) -> int:
    """Count the working days that close after `paused` and not after `resumed`."""
    days = _days(cal, paused.date(), resumed.date())
    return sum(1 for day in days if day.works and paused < _close(cal, day) <= resumed)


def _later_workdays(cal: Calendar, due: datetime, lost: int) -> datetime:
    """Return `due` moved by `lost` working days: from close to close, another time of day kept."""
    if lost == 0:
        return due
    old = cal.day(due_day(due))
    new = _workday(cal, old.date, lost)[0]
    if old.works and due == _close(cal, old):
        return _close(cal, new)
    return due + (new.date - old.date)


def _resume_working(cal: Calendar, due: datetime, paused: datetime, resumed: datetime) -> datetime:
    left = _worked(cal, paused, due)
    return _add_working(cal, resumed, left) if left else max(due, resumed)
