"""A working calendar: hours, close of business, a pack's own days, over the official calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from .limits import Limit
from .moments import DAY, end_micros, micros
from .official import WORKDAY, official_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAYS_KEPT = 8192

Span = tuple[time, time]
"""From and to; an end of 0:00 is 24:00."""
Edges = tuple[tuple[int, int], ...]
"""Spans in microseconds of the day."""


class CalendarError(ValueError):
    """Hours, spans or overrides that make no calendar."""


@dataclass(frozen=True, slots=True)
class DayOverride:
    """A pack's own rule for one date: `rest`, `work` (its spans or a full day), `half` (its spans).

    `close` is the close of business of that day. Without it: of a half-day 24:00 if the calendar
    closes then, else the end of its last span; of a working day the calendar's.
    """

    kind: Literal["rest", "work", "half"]
    name: str = ""
    spans: tuple[Span, ...] = ()
    close: time | None = None

    def __post_init__(self) -> None:
        """Refuse spans that do not fit the kind (`CalendarError`)."""
        edges_of(self.spans)
        if self.kind == "half" and not self.spans:
            raise CalendarError(f"half-day {self.name!r} needs its working hours")
        if self.kind == "rest" and self.spans:
            raise CalendarError(f"rest day {self.name!r} has working hours")

    @property
    def reason(self) -> str:
        """What the explanation of a deadline calls this day."""
        if self.kind == "half":
            return f"半天：{self.name}" if self.name else "半天"
        return self.name or ("调班" if self.kind == "work" else "休息")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that did not count (or, in `Deadline.noted`, one that unexpectedly did) and why."""

    date: date
    reason: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar; a working day has spans. `provisional`: its plan is not published."""

    date: date
    spans: tuple[Span, ...]
    close: time
    reason: str
    provisional: bool
    told: Skipped = field(init=False, repr=False, compare=False)
    edges: Edges = field(init=False, repr=False, compare=False)
    business: Edges = field(init=False, repr=False, compare=False)
    hours_length: int = field(init=False, repr=False, compare=False)
    business_length: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compute once what every sum over days asks for."""
        edges = edges_of(self.spans)
        business = _until(edges, end_micros(self.close))
        object.__setattr__(self, "told", Skipped(self.date, self.reason))
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "business", business)
        object.__setattr__(self, "hours_length", sum(end - start for start, end in edges))
        object.__setattr__(self, "business_length", sum(end - start for start, end in business))

    @property
    def works(self) -> bool:
        """Whether business is done on this day."""
        return bool(self.spans)

    @property
    def unusual(self) -> bool:
        """Whether it is worked and its weekday alone does not explain how (make-up, half-day)."""
        return bool(self.spans) and self.reason != WORKDAY


@dataclass(frozen=True, slots=True)
class Deadline:
    """A computed due moment with what explains it.

    `provisional`: a day in it has no published plan. `noted`: days that counted although one would
    not expect it. `runs_from`: the first working moment of a `wh` limit started out of hours.
    """

    start: datetime
    due: datetime
    limit: Limit
    provisional: bool
    skipped: tuple[Skipped, ...] = ()
    noted: tuple[Skipped, ...] = ()
    runs_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days, hours and the close of business (0:00 = 24:00) of one place.

    `hours` are the spans of a full working day, `overrides` win over the official calendar. Days
    are computed once and kept. Hashable and picklable. `CalendarError` if the hours are empty,
    unordered or overlapping.
    """

    close: time = time(17, 30)
    hours: tuple[Span, ...] = ((time(9), time(11, 30)), (time(13), time(17, 30)))
    overrides: Mapping[date, DayOverride] = field(default_factory=dict)
    zone: ZoneInfo = SHANGHAI
    _days: dict[date, Day] = field(init=False, repr=False, compare=False, default_factory=dict)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the hours and freeze the overrides."""
        if not self.hours:
            raise CalendarError("a calendar needs working hours")
        edges_of(self.hours)
        overrides = MappingProxyType(dict(sorted(self.overrides.items())))
        object.__setattr__(self, "overrides", overrides)
        key = (self.close, self.hours, tuple(overrides.items()), self.zone.key)
        object.__setattr__(self, "_hash", hash(key))

    def __hash__(self) -> int:
        """Hash by content, computed once: equal calendars share cache entries."""
        return self._hash

    def __reduce__(self) -> tuple[type["Calendar"], tuple[object, ...]]:
        """Pickle the four fields; days are computed anew."""
        return Calendar, (self.close, self.hours, dict(self.overrides), self.zone)

    def day(self, d: date) -> Day:
        """Return the day `d`: its spans, close, reason and whether its plan is final."""
        found = self._days.get(d)
        if found is None:
            if len(self._days) >= _DAYS_KEPT:
                self._days.clear()
            found = self._days[d] = self._compute(d)
        return found

    def _compute(self, d: date) -> Day:
        override = self.overrides.get(d)
        if override is not None:
            return self._overridden(d, override)
        official = official_day(d)
        spans = self.hours if official.works else ()
        return Day(d, spans, self.close, official.reason, official.provisional)

    def _overridden(self, d: date, override: DayOverride) -> Day:
        spans = self.hours if override.kind == "work" and not override.spans else override.spans
        close = override.close
        if close is None:
            ends_early = override.kind == "half" and end_micros(self.close) != DAY
            close = spans[-1][1] if ends_early else self.close
        return Day(d, spans, close, override.reason, provisional=False)


def edges_of(spans: tuple[Span, ...]) -> Edges:
    """Return the spans in microseconds; `CalendarError` if one is empty, unordered or overlaps."""
    edges = tuple((micros(start), end_micros(end)) for start, end in spans)
    free_from = 0
    for (start, end), (opens, closes) in zip(edges, spans, strict=True):
        if start < free_from or end <= start:
            raise CalendarError(f"working hours {opens:%H:%M}-{closes:%H:%M} end before they start or overlap")
        free_from = end
    return edges


def _until(edges: Edges, close: int) -> Edges:
    """Return `edges` ending at the close of business: the last span stretched or cut to it."""
    kept = [(start, min(end, close)) for start, end in edges if start < close]
    return (*kept[:-1], (kept[-1][0], close)) if kept else ()
