"""When limits run out, for many orders at once: the same answers as `clocks.due_of`, each computed once.

Limits in whole days depend on the starting day alone, running time is a sum; only working hours are walked through.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from open12345.orders import clocks
from open12345.policy import Pack
from open12345.simulate.shapes import Life
from open12345.worktime import Limit, Unit

Due = tuple[datetime, bool]
Limits = tuple[Limit, ...]
_MICROSECONDS = {Unit.H: 3_600_000_000, Unit.MIN: 60_000_000, Unit.WH: 3_600_000_000}
_DAY = timedelta(days=1)


class Dues:
    """The due moments of one pack's limits."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.calendar = pack, pack.calendar()
        self.zone = self.calendar.zone
        self._reckoners: dict[Limits, Reckoner] = {}
        self._spans: dict[date, tuple[datetime, tuple[tuple[int, int], ...], bool]] = {}
        self._limits: dict[tuple[str, str, str, str, bool], tuple[Limit, ...]] = {}
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

    def reckoner(self, limits: Limits) -> Reckoner:
        """Return who reckons with these limits, the same for the same limits."""
        found = self._reckoners.get(limits)
        if found is None:
            found = self._reckoners[limits] = Reckoner(self, limits)
        return found

    def term(self, limit: Limit) -> Callable[[datetime], Due]:
        """Return the function that reckons with one limit."""
        unit, many = limit.unit, int(limit.number * _MICROSECONDS.get(limit.unit, 0))
        if unit is Unit.WH and many:
            return lambda at: self._working(many, at)
        if unit in _MICROSECONDS and unit is not Unit.WH:
            running = timedelta(microseconds=many)
            return lambda at: (at + running, False)
        days: dict[date, Due] = {}

        def by_day(at: datetime) -> Due:
            day = at.date()
            if day not in days:
                days[day] = clocks.due_of(self.pack, (limit,), at)
            return days[day]

        return by_day if many or unit is not Unit.WH else lambda at: clocks.due_of(self.pack, (limit,), at)

    def _span(self, day: date) -> tuple[datetime, tuple[tuple[int, int], ...], bool]:
        found = self._spans.get(day)
        if found is None:
            known = self.calendar.day(day)
            midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
            found = self._spans[day] = midnight, known.edges, known.provisional
        return found

    def _working(self, left: int, at: datetime) -> Due:
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


class Reckoner:
    """Some limits, to be used up one after the other; `written`: their text (`clocks.written`)."""

    __slots__ = ("_first", "_more", "due", "written")

    def __init__(self, dues: Dues, limits: Limits) -> None:
        self._first, *self._more = [dues.term(limit) for limit in limits] or [lambda at: (at, False)]
        self.written = clocks.written(limits)
        self.due: Callable[[datetime], Due] = self._all if self._more else self._first

    def _all(self, at: datetime) -> Due:
        """Return when the limits are used up from `at` on, and whether that is provisional."""
        at, provisional = self._first(at)
        for term in self._more:
            at, unsure = term(at)
            provisional = provisional or unsure
        return at, provisional
