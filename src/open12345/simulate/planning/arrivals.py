"""When citizens speak: orders per day to the last one, and the moment within the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np

from open12345.simulate.planning.quotas import Floats, Ints, below, draw
from open12345.simulate.scenarios.scenario import Shape, Total
from open12345.worktime import SHANGHAI, Calendar

MAKE_UP: Final = "调休上班"
DAY: Final = 86_400
_WEEKEND: Final = 5


def first_and_last(totals: Sequence[Total], end: date) -> tuple[date, date]:
    """Return the first and last day on which anything is registered."""
    windows = [total.days.at(end) for total in totals]
    return min(first for first, _last in windows), max(last for _first, last in windows)


def day_weights(shape: Shape, calendar: Calendar, first: date, days: int) -> Floats:
    """Return how busy each day is by weekday, holiday, make-up day and season."""
    return np.array([_weight(shape, calendar, first + timedelta(days=n)) for n in range(days)])


def _weight(shape: Shape, calendar: Calendar, day: date) -> float:
    official = calendar.day(day)
    season = shape.months[day.month - 1]
    if day.weekday() < _WEEKEND and not official.spans:
        return season * shape.day_off  # a holiday on a weekday
    if day.weekday() >= _WEEKEND and official.spans:
        return season * shape.make_up
    return season * shape.weekdays[day.weekday()]


def per_day(totals: Sequence[Total], weights: Floats, first: date, end: date) -> Ints:
    """Divide the totals over the days: each window's orders exactly, a busiest day above all others around it.

    Windows lie apart or inside each other (`mistakes.of` holds it). Days outside of every window have none.
    """
    counts = np.zeros(weights.size, dtype=np.int64)
    fixed = np.zeros(weights.size, dtype=np.bool_)
    for total in sorted(totals, key=lambda total: _length(total, end)):  # inner windows first
        start, stop = (place(day, first) for day in total.days.at(end))
        inside = slice(start, stop + 1)
        free = np.flatnonzero(~fixed[inside]) + start
        left = max(total.orders - int(counts[inside][fixed[inside]].sum()), 0)  # less than nought only by rounding
        peak = _peak_inside(totals, total, end)
        if free.size:
            most = left if peak is None else max(peak - 1, -(-left // free.size))
            counts[free] = below(left, weights[free], most)
        fixed[inside] = True
    return counts


def _length(total: Total, end: date) -> int:
    first, last = total.days.at(end)
    return (last - first).days


def _peak_inside(totals: Sequence[Total], around: Total, end: date) -> int | None:
    """Return the least of the busiest days whose own surroundings hold these days."""
    peaks = []
    for total in totals:
        if total.busiest and total is not around:
            widest = max((t for t in totals if _holds(t, total, end)), key=lambda t: _length(t, end))
            if _holds(widest, around, end):
                peaks.append(total.orders)
    return min(peaks, default=None)


def _holds(outer: Total, inner: Total, end: date) -> bool:
    (first, last), (start, stop) = outer.days.at(end), inner.days.at(end)
    return first <= start and stop <= last


def place(day: date, first: date) -> int:
    """Return the place of a day in the arrays."""
    return (day - first).days


def seconds_of_day(shape: Shape, counts: Ints, rng: np.random.Generator, passed: int = DAY) -> Ints:
    """Return for every order, day after day in order of time, its second of the day.

    `passed`: the seconds of the last day that are over; nobody has spoken after them.
    """
    total = int(counts.sum())
    hours = draw(rng, total, shape.hours)
    seconds = hours * 3600 + rng.integers(0, 3600, total)
    if counts.size and counts[-1]:
        today = slice(total - int(counts[-1]), total)
        if passed < DAY:
            seconds[today] = draw(rng, int(counts[-1]), _by_second(shape)[:passed])
        seconds[today] = np.minimum(seconds[today], DAY - 2)  # what is said takes a moment, and is in time
    days = np.repeat(np.arange(counts.size), counts)
    return seconds[np.lexsort((seconds, days))]


def share_of_day(shape: Shape, passed: int) -> float:
    """Return how much of a day's orders come in its first seconds."""
    weights = _by_second(shape)
    return float(weights[:passed].sum() / weights.sum())


def _by_second(shape: Shape) -> Floats:
    return np.repeat(np.asarray(shape.hours, dtype=np.float64), 3600)


def scaled(totals: Sequence[Total], scale: float) -> tuple[Total, ...]:
    """Return the totals at a smaller scale, windows inside others still adding up to no more than those."""
    return tuple(total.model_copy(update={"orders": shrink(total.orders, scale)}) for total in totals)


def shrink(count: int, scale: float) -> int:
    """Return a count at a smaller scale, nought only for nought."""
    return count if scale == 1 else max(round(count * scale), min(count, 1))


def midnight(day: date) -> datetime:
    """Return the start of a day in Shanghai."""
    return datetime.combine(day, time(0, 0), SHANGHAI)
