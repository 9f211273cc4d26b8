"""How long each step of a life takes: the pack's limits, the unit's pace, office hours where nobody works at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from open12345.simulate.planning.fates import FATES
from open12345.simulate.planning.officehours import OfficeHours
from open12345.simulate.planning.quotas import Floats, Ints
from open12345.simulate.planning.table import URGENCIES, Codes, Table
from open12345.simulate.shapes import Fate
from open12345.worktime import Limit, Unit

_HOUR: Final = 3600.0
_LATE: Final = FATES.index(Fate.LATE)
_EXTENDED: Final = FATES.index(Fate.EXTENDED)


@dataclass(frozen=True, slots=True)
class Steps:
    """Seconds that each order of a stretch waits.

    `sign` after it was dispatched, `contact` and `report` after the signature, `callback` after the report.
    """

    sign: Ints
    contact: Ints
    report: Ints
    callback: Ints

    def of(self, row: int) -> tuple[timedelta, timedelta, timedelta, timedelta]:
        """Return the waits of one order."""
        found = (self.sign[row], self.contact[row], self.report[row], self.callback[row])
        sign, contact, report, callback = (timedelta(seconds=int(wait)) for wait in found)
        return sign, contact, report, callback


class Paces:
    """Turns limits and paces into waits."""

    def __init__(self, codes: Codes, office: OfficeHours) -> None:
        """Remember the pack's limits as they are asked for."""
        self.codes, self.pack, self.office = codes, codes.pack, office
        self._limits: dict[tuple[str, int, int, int], tuple[float, bool]] = {}

    def steps(self, table: Table, rows: slice, starts: Floats, pace: Floats, rng: np.random.Generator) -> Steps:
        """Return the waits of a stretch of orders that begin at `starts`; the dice are the stretch's own."""
        size = starts.size
        usual = np.clip(rng.normal(pace, 0.12, size), 0.05, 0.9)
        sign = self._after(table, rows, "sign", starts, np.clip(usual * rng.uniform(0.1, 0.9, size), 0.02, 0.85))
        contact = self._after(table, rows, "contact", starts, np.clip(usual * rng.uniform(0.5, 1.1, size), 0.05, 0.9))
        contact = np.maximum(contact, sign + rng.uniform(300, 2400, size))
        share = self._share(table.fate[rows], usual, rng)
        report = self._after(table, rows, "reply", starts, share)
        report = np.maximum(report, contact + rng.uniform(900, 5400, size))
        callback = self._after(table, rows, "callback", report, rng.uniform(0.08, 0.85, size))
        waits = (sign - starts, contact - sign, report - sign, callback - report)
        return Steps(*(np.maximum(wait, 60).astype(np.int64) for wait in waits))

    @staticmethod
    def _share(fate: Ints, usual: Floats, rng: np.random.Generator) -> Floats:
        """Return the share of the reply limit that is used: above 1 for the late and the extended."""
        late = rng.uniform(1.3, 2.2, fate.size)
        extended = rng.uniform(1.05, 1.45, fate.size)
        return np.where(fate == _LATE, late, np.where(fate == _EXTENDED, extended, usual))

    def _after(self, table: Table, rows: slice, clock: str, starts: Floats, share: Floats) -> Floats:
        """Return each start plus a share of a limit: in office hours, or round the clock for a running limit."""
        triples = zip(table.urgency[rows].tolist(), table.kind[rows].tolist(), table.leaf[rows].tolist(), strict=True)
        found = [self._limit(clock, *triple) for triple in triples]
        seconds = np.array([limit for limit, _office in found]) * share
        office = np.array([office for _limit, office in found])
        return np.where(office, self.office.after(starts, seconds), starts + seconds)

    def _limit(self, clock: str, urgency: int, kind: int, leaf: int) -> tuple[float, bool]:
        key = (clock, urgency, kind, leaf)
        if key not in self._limits:
            codes = self.codes
            limit = self.pack.clock_limit(
                clock, urgency=URGENCIES[urgency], order_kind=codes.kinds[kind], category=codes.leaves[leaf]
            )
            self._limits[key] = self._seconds(limit)
        return self._limits[key]

    def _seconds(self, limit: Limit | None) -> tuple[float, bool]:
        if limit is None:
            return self.office.day, True
        number = float(limit.number)
        if limit.unit == Unit.WD:
            return number * self.office.day, True
        if limit.unit == Unit.WH:
            return number * _HOUR, True
        if limit.unit == Unit.TODAY:
            return 3 * _HOUR, True
        return number * {Unit.D: 24 * _HOUR, Unit.H: _HOUR, Unit.MIN: 60.0}[limit.unit], False
