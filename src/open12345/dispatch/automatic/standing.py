"""How automatic dispatch does beside people: by category over thirty days, and week by week (DIS-07).

Counted are first dispatches of the orders taken in in the span. Right first time: the unit reported it; wrong: it
came back from there. What neither has happened to yet is no outcome. A dispatch undone within seconds does not
count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from open12345.dispatch.advice.stored import ENDED, KEPT
from open12345.dispatch.automatic.modes import Ruling, Rulings
from open12345.dispatch.models import Mode
from open12345.orders.undo import UNDONE_WITHIN
from open12345.policy import Pack
from open12345.worktime import SHANGHAI

DAYS: Final = 30
WEEKS: Final = 12

_FIRST: Final = f"""
    SELECT {{what}}, m.id IS NOT NULL AS machine, count(*), count(*) FILTER (WHERE {ENDED}),
           count(*) FILTER (WHERE {ENDED} AND {KEPT})
    FROM orders_workorder o
    JOIN orders_assignment a ON a.order_id = o.id AND a.round = 1 AND a.role = 'lead' AND a.parent_id IS NULL
     AND NOT (a.state = 'taken_back' AND a.ended_at <= a.assigned_at + interval '{UNDONE_WITHIN.seconds} seconds')
    LEFT JOIN dispatch_automaticdispatch m ON m.order_id = o.id AND m.round = 1 AND m.decision = 'dispatched'
     AND m.ending <> 'undone'
    WHERE o.accepted_at >= %s AND o.accepted_at < %s
    GROUP BY 1, 2
"""  # noqa: S608 - put together from constants alone
_BY_CATEGORY: Final = _FIRST.format(what="o.category")
_BY_WEEK: Final = _FIRST.format(what="date_trunc('week', o.accepted_at AT TIME ZONE 'Asia/Shanghai')::date")


@dataclass(slots=True)
class Count:
    """First dispatches: how many, how many with an outcome, how many of those right."""

    sent: int = 0
    ended: int = 0
    kept: int = 0

    def add(self, other: Count) -> None:
        """Add up."""
        self.sent, self.ended, self.kept = self.sent + other.sent, self.ended + other.ended, self.kept + other.kept

    @property
    def percent(self) -> int | None:
        """Right first time, in per cent."""
        return round(100 * self.kept / self.ended) if self.ended else None


@dataclass(slots=True)
class Both:
    """What went by itself beside what people sent."""

    machine: Count = field(default_factory=Count)
    people: Count = field(default_factory=Count)

    def add(self, other: Both) -> None:
        """Add up."""
        self.machine.add(other.machine)
        self.people.add(other.people)

    @property
    def sent(self) -> int:
        """All of them."""
        return self.machine.sent + self.people.sent

    @property
    def share(self) -> int | None:
        """The share that went by itself, in per cent."""
        return round(100 * self.machine.sent / self.sent) if self.sent else None

    @property
    def first(self) -> int | None:
        """Right first time of all that have an outcome, in per cent."""
        ended = self.machine.ended + self.people.ended
        return round(100 * (self.machine.kept + self.people.kept) / ended) if ended else None


@dataclass(frozen=True, slots=True)
class Week:
    """One week, by its Monday."""

    monday: date
    both: Both


@dataclass(slots=True)
class Line:
    """A category with what holds for it, its figures with all below it, and those below it."""

    code: str
    title: str
    depth: int
    ruling: Ruling
    both: Both
    below: list[Line] = field(default_factory=list)
    open: bool = False

    @property
    def own(self) -> bool:
        """Whether something was decided about this very category."""
        return self.ruling.row is not None and self.ruling.of == self.code

    @property
    def automatic(self) -> bool:
        """Whether its orders may go by themselves."""
        return self.ruling.mode == Mode.AUTOMATIC


def by_category(pack: Pack, at: datetime) -> dict[str, Both]:
    """Return the figures of each category with all below it; "" are all."""
    found: dict[str, Both] = defaultdict(Both)
    for category, both in _counted(_BY_CATEGORY, at - timedelta(days=DAYS), at).items():
        for code in (*(row.code for row in pack.category_tree.lineage(category)), ""):
            found[code].add(both)
    return found


def weeks(at: datetime) -> list[Week]:
    """Return the last weeks, oldest first, also those in which nothing was sent."""
    today = at.astimezone(SHANGHAI).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    since = datetime.combine(mondays[0], datetime.min.time(), SHANGHAI)
    found = _counted(_BY_WEEK, since, at)
    return [Week(day, found.get(day, Both())) for day in mondays]


def _counted(statement: str, since: datetime, until: datetime) -> dict[Any, Both]:
    found: dict[Any, Both] = defaultdict(Both)
    with connection.cursor() as cursor:
        cursor.execute(statement, [since, until])
        for what, machine, sent, ended, kept in cursor.fetchall():
            (found[what].machine if machine else found[what].people).add(Count(sent, ended, kept))
    return found


def tree(pack: Pack, rulings: Rulings, figures: dict[str, Both], words: str = "", mode: str = "") -> list[Line]:
    """Return the categories, those below in each; `words` and `mode` leave what fits, with what stands above it.

    Without either, a category is open where something below it was decided apart or goes by itself.
    """
    asked = words.strip().lower()

    def made(code: str | None, depth: int) -> Iterator[Line]:
        for row in pack.category_tree.children(code):
            below = list(made(row.code, depth + 1))
            line = Line(row.code, row.title, depth, rulings.of(row.code), figures.get(row.code, Both()), below)
            fits = (not asked or asked in f"{row.code} {row.title}".lower()) and (not mode or line.ruling.mode == mode)
            if fits or below:
                filtered = bool(asked or mode)
                line.open = bool(below) and (filtered or any(one.own or one.open for one in below))
                yield line

    return list(made(None, 1))
