"""When limits run out, for many orders at once: the same answers as `clocks.due_of`, each computed once.

Limits in whole days depend on the starting day alone, running time is a sum; only working hours are walked through.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from open12345.orders import clocks
from open12345.policy import Pack
from open12345.simulate.shapes import Life
from open12345.worktime import Limit, Unit

Due = tuple[datetime, bool]
_MICROSECONDS = {Unit.H: 3_600_000_000, Unit.MIN: 60_000_000, Unit.WH: 3_600_000_000}
_DAY = timedelta(days=1)


class Dues:
    """The due moments of one pack's limits."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.calendar = pack, pack.calendar()
        self.zone = self.calendar.zone
        self._days: dict[tuple[Limit, date], Due] = {}
        self._spans: dict[date, tuple[datetime, tuple[tuple[int, int], ...], bool]] = {}
        self._limits: dict[tuple[str, str, str, str, bool], tuple[Limit, ...]] = {}
        self._written: dict[tuple[Limit, ...], str] = {}
        self._shares: dict[Limit, Limit] = {}
        self._before: dict[datetime, datetime] = {}

    def limits(self, life: Life, kind: str, round_no: int) -> tuple[Limit, ...]:
        """Return the pack's limits of a clock for this request (`clocks.limits_for`)."""
        request, later = life.request, round_no > 1
        key = (kind, request.urgency, request.kind, request.category, later)
        found = self._limits.get(key)
        if found is None:
            found = self._limits[key] = self.pack.clock_parts(
                kind, urgency=request.urgency, order_kind=request.kind, category=request.category or None,
                round_no=2 if later else 1,
            )  # fmt: skip
        return found

    def due(self, limits: tuple[Limit, ...], at: datetime) -> Due:
        """Return when `limits`, one after the other, are used up, and whether that is provisional."""
        provisional = False
        for limit in limits:
            at, unsure = self._one(limit, at)
            provisional = provisional or unsure
        return at, provisional

    def written(self, limits: tuple[Limit, ...]) -> str:
        """Return the text of limits (`clocks.written`)."""
        found = self._written.get(limits)
        if found is None:
            found = self._written[limits] = clocks.written(limits)
        return found

    def _one(self, limit: Limit, at: datetime) -> Due:
        unit = limit.unit
        if unit is Unit.WH:
            return self._working(int(limit.number * _MICROSECONDS[unit]), limit, at)
        if unit in _MICROSECONDS:
            return at + timedelta(microseconds=int(limit.number * _MICROSECONDS[unit])), False
        key = (limit, at.date())
        found = self._days.get(key)
        if found is None:
            found = self._days[key] = clocks.due_of(self.pack, (limit,), at)
        return found

    def _span(self, day: date) -> tuple[datetime, tuple[tuple[int, int], ...], bool]:
        found = self._spans.get(day)
        if found is None:
            known = self.calendar.day(day)
            midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
            found = self._spans[day] = midnight, known.edges, known.provisional
        return found

    def _working(self, left: int, limit: Limit, at: datetime) -> Due:
        if left == 0:
            return clocks.due_of(self.pack, (limit,), at)
        day = at.date()
        low = ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond
        provisional = False
        while True:
            midnight, edges, unsure = self._span(day)
            provisional = provisional or unsure
            for start, stop in edges:
                begin = max(low, start)
                if stop - begin >= left:
                    return midnight + timedelta(microseconds=begin + left), provisional
                if stop > begin:
                    left -= stop - begin
            day, low = day + _DAY, 0

    def share(self, limit: Limit) -> Limit:
        """Return a co-handler's share of the lead's limit."""
        found = self._shares.get(limit)
        if found is None:
            found = self._shares[limit] = clocks.share_of(limit, self.pack.co_handler_share)
        return found

    def before(self, due: datetime) -> datetime:
        """Return the latest due moment of a unit below one that is due at `due`."""
        found = self._before.get(due)
        if found is None:
            found = self._before[due] = clocks.before(self.pack, due, self.pack.child_reserve)
        return found
