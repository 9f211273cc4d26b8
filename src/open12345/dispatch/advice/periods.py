"""How much was kept and given back, by days of the dispatch: counted as it happens, added up once a day (pure)."""

from __future__ import annotations

from datetime import date

from open12345.dispatch.advice.evidence import FORGOTTEN, Tally, last_kept, period_of, single_from, tally

Row = tuple[int, int, int]


class Periods:
    """Single days, and older ones together with their month, as the table of practice counts them.

    Tell and ask it in time order: a day that has joined its month does not leave it again.
    """

    __slots__ = ("_asked", "_last", "_run", "_since", "_single", "_tally")

    def __init__(self) -> None:
        self._since: dict[date, list[int]] = {}
        self._single = date.min
        self._forget()

    def _forget(self) -> None:
        self._asked: date | None = None
        self._tally: Tally | None = None
        self._last: int | None = None
        self._run: tuple[int, float] | None = None

    def add(self, day: date, *, kept: bool) -> None:
        """Count one that was sent on a day."""
        self._since.setdefault(period_of(day, self._single), [0, 0])[0 if kept else 1] += 1
        self._forget()

    def tally(self, today: date) -> Tally:
        """Add up."""
        self._turn(today)
        if self._tally is None:
            self._tally = tally(self._rows(today))
        return self._tally

    def last_kept(self, today: date) -> int:
        """Return how many days ago the last one was sent that was kept."""
        self._turn(today)
        if self._last is None:
            self._last = last_kept(self._rows(today))
        return self._last

    def kept_since(self, today: date, last: int) -> float:
        """Return how much was kept of what was sent less than `last` days ago, slowly forgotten."""
        self._turn(today)
        if self._run is None or self._run[0] != last:
            run = sum(kept * FORGOTTEN[age][0] for age, kept, _back in self._rows(today) if 0 <= age < last)
            self._run = last, run
        return self._run[1]

    def _turn(self, today: date) -> None:
        """Begin another day: what was added up is a day older, and a single day may join its month."""
        if today == self._asked:
            return
        self._forget()
        self._asked, single = today, single_from(today)
        if single > self._single:
            self._single = single
            for day in [day for day in self._since if day < single and day.day > 1]:
                month = self._since.setdefault(day.replace(day=1), [0, 0])
                kept, back = self._since.pop(day)
                month[0] += kept
                month[1] += back

    def _rows(self, today: date) -> list[Row]:
        now = today.toordinal()
        return [(now - since.toordinal(), kept, back) for since, (kept, back) in self._since.items()]
