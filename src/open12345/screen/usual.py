"""What is usual, from the facts: read now and then, kept per process.

The usual of a category up to this moment of the day is the mean of the same weekday of the last eight weeks: the whole
hours before, and of the present hour the part that has passed. A category rises where today has at least `LEAST` orders
and lies `SIGMAS` above the usual, with the spread of a count (the root of the usual, at least 1).
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from open12345.directory.person import SYSTEM
from open12345.facts import queries, store
from open12345.facts.metrics import metric
from open12345.facts.periods import Period
from open12345.policy import Pack

T = TypeVar("T")
WEEKS: Final = 8
LEAST: Final = 3
SIGMAS: Final = 2.0
DAYS: Final = 30
#: How long a reading is kept (seconds): rates of thirty days move slowly, the usual of an hour not at all.
_RATES_KEPT, _USUAL_KEPT = 10.0, 1800.0
RATES: Final = ("signed_in_time", "contacted_in_time", "done_in_time", "solved", "satisfied")


@dataclass(frozen=True, slots=True)
class Rate:
    """One indicator of the last thirty days beside the thirty before; None where nothing counts."""

    code: str
    title: str
    english: str
    value: float | None
    before: float | None
    falling: bool


@dataclass(frozen=True, slots=True)
class Hot:
    """A category of today, and how many orders of it there usually are by now; None where nobody knows."""

    category: str
    orders: int
    usual: float | None

    @property
    def sigmas(self) -> float:
        """How far above the usual, in its own spread."""
        return 0.0 if self.usual is None else (self.orders - self.usual) / math.sqrt(max(self.usual, 1.0))

    @property
    def rises(self) -> bool:
        """Whether it has more orders than chance would bring."""
        return self.orders >= LEAST and self.sigmas >= SIGMAS


def days30(today: date) -> Period:
    """Return the last thirty days, today included."""
    first = today - timedelta(days=DAYS - 1)
    return Period(f"{first}..{today}", first, today)


def rates(at: datetime, today: date) -> list[Rate]:
    """Return the indicators of the last thirty days; none without facts."""
    return _rates.get((str(store.folder()), today), lambda: _read_rates(at, today))


def _read_rates(at: datetime, today: date) -> list[Rate]:
    period = days30(today)
    before = period.before()
    try:
        found = queries.ask_several(RATES, (period, before), person=SYSTEM, at=at)
    except store.NoFacts:
        return []

    def rate(code: str) -> Rate:
        asked = metric(code)
        now, then = (found[code, over][()].value for over in (period, before))
        return Rate(code, asked.title, asked.english, now, then, bool(asked.falling))

    return [rate(code) for code in RATES]


def hot(at: datetime, pack: Pack, counted: Mapping[str, int], most: int) -> list[Hot]:
    """Return the categories of today: those that rise, furthest above their usual first; then the most frequent."""
    local = at.astimezone(pack.calendar().zone)
    hours = _usual.get((str(store.folder()), local.date()), lambda: _read_usual(at, local.date()))
    found = [
        Hot(code, orders, None if hours is None else _until(hours.get(code, {}), local))
        for code, orders in counted.items()
    ]
    return sorted(found, key=lambda one: (not one.rises, -one.sigmas if one.rises else -one.orders, one.category))[
        :most
    ]


def _until(hours: Mapping[int, float], local: datetime) -> float:
    part = (local.minute * 60 + local.second) / 3600
    return sum(hours.get(hour, 0.0) for hour in range(local.hour)) + part * hours.get(local.hour, 0.0)


def _read_usual(at: datetime, today: date) -> dict[str, dict[int, float]] | None:
    """Mean orders by category and hour on this weekday; only weeks of which there are facts count."""
    period = Period("", today - timedelta(weeks=WEEKS), today - timedelta(days=1))
    asked = queries.View(compared=False)
    try:
        answer = queries.ask("orders", period, person=SYSTEM, at=at, by=("category", "day", "hour"), view=asked,
                             where={"weekday": today.weekday()})  # fmt: skip
    except store.NoFacts:
        return None
    days = {line.key[1] for line in answer.lines}
    found: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for line in answer.lines:
        category, _day, hour = line.key
        found[category][int(hour)] += line.figure.numerator / len(days)
    return found if days else None


# -- kept per process -------------------------------------------------------------------------------------------------


@dataclass
class Kept(Generic[T]):
    """The last reading of each key, for so many seconds; one thread reads, the others take what there is."""

    seconds: float
    values: dict[Any, tuple[float, T]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Any, read: Callable[[], T]) -> T:
        """Return what `read` last returned for `key`, read anew where that is too old."""
        found = self.values.get(key)
        if found is not None and time.monotonic() - found[0] < self.seconds:
            return found[1]
        with self.lock:
            found = self.values.get(key)
            if found is None or time.monotonic() - found[0] >= self.seconds:
                self.values = {key: value for key, value in self.values.items() if value[0] > time.monotonic() - 3600}
                found = self.values[key] = (time.monotonic(), read())
        return found[1]


_rates: Kept[list[Rate]] = Kept(_RATES_KEPT)
_usual: Kept[dict[str, dict[int, float]] | None] = Kept(_USUAL_KEPT)


def forget() -> None:
    """Drop what is kept (tests)."""
    _rates.values = {}
    _usual.values = {}
