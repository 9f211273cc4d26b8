"""Working time for half a million moments at once: the calendar of `worktime` as two columns of numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from open12345.simulate.planning.quotas import Floats
from open12345.worktime import Calendar

_DAY: Final = timedelta(days=1)
_AFTER: Final = timedelta(days=200)


class OfficeHours:
    """Moves moments (seconds since the epoch) by working seconds, between a first and a last day."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        """Read the calendar's spans once."""
        opens, closes = [], []
        day = first - _DAY
        while day <= last + _AFTER:
            for start, end in calendar.day(day).spans:
                opened = datetime.combine(day, start, calendar.zone)
                closed = datetime.combine(day, end, calendar.zone)
                closed += _DAY if closed <= opened else timedelta(0)
                opens.append(opened.timestamp())
                closes.append(closed.timestamp())
            day += _DAY
        self._opens, self._closes = np.array(opens), np.array(closes)
        self._before = np.concatenate([[0.0], np.cumsum(self._closes - self._opens)])
        self.day = sum(_seconds(start, end) for start, end in calendar.hours)

    def after(self, moments: Floats, seconds: Floats) -> Floats:
        """Return each moment plus working seconds; from outside office hours they count from the next opening."""
        place = np.searchsorted(self._closes, moments, side="right")
        done = self._before[place] + np.maximum(moments - self._opens[place], 0)
        wanted = done + seconds
        there = np.minimum(np.searchsorted(self._before, wanted, side="right") - 1, self._opens.size - 1)
        moved: Floats = self._opens[there] + (wanted - self._before[there])
        return moved


def _seconds(start: object, end: object) -> float:
    first, last = (t.hour * 3600 + t.minute * 60 for t in (start, end))  # type: ignore[attr-defined]
    return float((last or 86400) - first)
