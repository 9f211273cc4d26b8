"""The league table as the page shows it: both views side by side, change of place, lists, trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from open12345.appraisal import queries, words
from open12345.appraisal.measuring import Ranked
from open12345.appraisal.models import Edition
from open12345.appraisal.months import Month
from open12345.appraisal.queries import Table
from open12345.appraisal.scoring import Score
from open12345.policy import Pack

#: Months of the trend, the shown one included.
TREND = 6
_WIDTH, _HEIGHT = 72, 20


@dataclass(frozen=True)
class Row:
    """One unit in the table."""

    unit: Ranked
    score: Score
    raw: Score
    moved: int | None  # places up (above 0) or down against the month before
    trend: Sequence[Decimal]
    opens: bool
    own: bool
    band: str
    listed: str

    @property
    def total(self) -> str:
        """Points of the adjudicated view."""
        return f"{self.score.total:.2f}"

    @property
    def moved_down(self) -> int:
        """How many places it fell."""
        return -(self.moved or 0)

    @property
    def raw_total(self) -> str:
        """Points of the raw view."""
        return f"{self.raw.total:.2f}"

    @property
    def spark(self) -> str:
        """The trend as points of a polyline, "" for fewer than two months."""
        if len(self.trend) < 2:  # noqa: PLR2004 - a line has two ends
            return ""
        low, high = min(self.trend), max(self.trend)
        span = max(high - low, Decimal(1))
        step = Decimal(_WIDTH - 4) / (len(self.trend) - 1)
        return " ".join(
            f"{2 + place * step:.1f},{_HEIGHT - 3 - (one - low) / span * (_HEIGHT - 6):.1f}"
            for place, one in enumerate(self.trend)
        )

    @property
    def spark_told(self) -> str:
        """The same in numbers, for who cannot see it."""
        return " → ".join(f"{one:.2f}" for one in self.trend)


@dataclass(frozen=True)
class Group:
    """One group of the table."""

    code: str
    title: str
    rows: Sequence[Row]
    unranked: Sequence[Row]


@dataclass(frozen=True)
class League:
    """All that the page shows of a month."""

    month: Month
    adjudicated: Table
    raw: Table
    groups: Sequence[Group]
    edition: Edition | None
    as_of: date | None

    @property
    def counted(self) -> bool:
        """Whether any unit had orders in the month: without them all have full points, which says nothing."""
        return any(score.orders or score.extras for score in self.adjudicated.scores.values())

    @property
    def minimum(self) -> int:
        """Units with fewer orders are not ranked."""
        return self.adjudicated.scheme.minimum


def league(  # noqa: PLR0913 - a question with all its parts
    pack: Pack, month: Month, units: Sequence[Ranked], opens: frozenset[str], *, at: datetime,
    edition: Edition | None, as_of: date | None = None, own: frozenset[str] = frozenset(),
) -> League | None:  # fmt: skip
    """Return the table of a month; None where no scheme holds. Raises `facts.store.NoFacts`."""
    tables = {
        adjudicated: queries.table_of(pack, month, at=at, adjudicated=adjudicated, edition=edition, as_of=as_of)
        for adjudicated in (True, False)
    }
    shown, raw = tables[True], tables[False]
    if shown is None or raw is None:
        return None
    months = [month.back(n) for n in range(TREND - 1, 0, -1)]
    earlier = queries.places(shown.scores, months)
    rows = [_row(one, shown, raw, earlier, opens, own) for one in units if one.unit.code in shown.scores]
    order = [group.code for group in pack.appraisal.groups]
    codes = sorted(shown.groups, key=lambda code: order.index(code) if code in order else len(order))
    groups = [_group(pack, code, [row for row in rows if row.score.group == code]) for code in codes]
    groups = [group for group in groups if group.rows or group.unranked]
    return League(month, shown, raw, groups, edition, as_of)


def _row(
    one: Ranked, shown: Table, raw: Table, earlier: Mapping[Month, Mapping[str, Score]], opens: frozenset[str],
    own: frozenset[str],
) -> Row:  # fmt: skip
    code = one.unit.code
    score = shown.scores[code]
    before = earlier.get(shown.month.back(), {}).get(code)
    moved = before.rank - score.rank if before and before.rank is not None and score.rank is not None else None
    trend = [earlier[month][code].total for month in earlier if code in earlier[month]]
    return Row(
        one, score, raw.scores[code], moved, [*trend, score.total], code in opens, code in own,
        words.band_title(shown.scheme, score), words.listed_title(score),
    )  # fmt: skip


def _group(pack: Pack, code: str, rows: Sequence[Row]) -> Group:
    title = next((group.title for group in pack.appraisal.groups if group.code == code), code)
    ranked = sorted((row for row in rows if row.score.rank), key=lambda row: (row.score.rank or 0, row.unit.unit.code))
    return Group(code, title, ranked, [row for row in rows if not row.score.rank])
