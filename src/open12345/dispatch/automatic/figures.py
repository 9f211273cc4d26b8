"""The figures behind the lamps: by category and unit, day by day, and the history of changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from open12345.dispatch.automatic.breaker import Standing, State
from open12345.dispatch.automatic.keys import Key, Known
from open12345.dispatch.automatic.lamps import Lamp, of_state
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope, BreakerState, Decision, Ending
from open12345.policy import Pack
from open12345.worktime import SHANGHAI

#: How far back tables and chart look.
DAYS: Final = 30
_ENDED: Final = Q(decision=Decision.DISPATCHED) & ~Q(ending__in=[Ending.OPEN, Ending.VOID])
_KEPT: Final = Q(decision=Decision.DISPATCHED, ending=Ending.KEPT)
_SEVERITY: Final = {State.OPEN: 0, State.HALF_OPEN: 1, State.CLOSED: 2}


@dataclass(frozen=True, slots=True)
class Line:
    """One breaker in a table, with the automatic dispatches behind it of the last days."""

    key: Key
    title: str
    lamp: Lamp
    known: Known
    sent: int = 0
    ended: int = 0
    kept: int = 0

    @property
    def rate(self) -> float | None:
        """Share right first time in percent, None where nothing has ended."""
        return round(100 * self.kept / self.ended, 1) if self.ended else None


@dataclass(slots=True)
class Tally:
    """Automatic dispatches that were sent, have ended, were kept."""

    sent: int = 0
    ended: int = 0
    kept: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Count what a row of the database has counted."""
        self.sent, self.ended, self.kept = (
            self.sent + row["sent"], self.ended + row["ended"], self.kept + row["kept"]
        )  # fmt: skip


def _recent(at: datetime) -> QuerySet[AutomaticDispatch]:
    return AutomaticDispatch.objects.filter(at__gte=at - timedelta(days=DAYS), at__lte=at)


def _counted(at: datetime, by: str) -> Iterable[dict[str, Any]]:
    sent = _recent(at).filter(decision=Decision.DISPATCHED).values(by)
    found: Iterable[dict[str, Any]] = sent.annotate(
        sent=Count("pk"), ended=Count("pk", filter=_ENDED), kept=Count("pk", filter=_KEPT)
    )
    return found


def lines(pack: Pack, at: datetime, known: Mapping[Key, Known], scope: BreakerScope) -> list[Line]:
    """Return the breakers of a scope that ever changed or have dispatches, the tripped ones first, then the busiest."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    if scope == BreakerScope.CATEGORY:
        for row in _counted(at, "category"):
            for above in pack.category_tree.lineage(row["category"]):
                tallies[above.code].add(row)
    else:
        for row in _counted(at, "unit__code"):
            tallies[row["unit__code"] or ""].add(row)
    codes = {*tallies, *(key.code for key in known if key.scope == scope)} - {""}
    found = [_line(pack, Key(scope, code), known, tallies[code]) for code in codes]
    return sorted(found, key=lambda one: (_SEVERITY[one.known.standing.state], -one.sent, one.key.code))


def one_line(pack: Pack, key: Key, known: Mapping[Key, Known]) -> Line:
    """Return a breaker without the figures of its dispatches."""
    return _line(pack, key, known, Tally())


def _line(pack: Pack, key: Key, known: Mapping[Key, Known], tally: Tally) -> Line:
    stands = known.get(key) or Known(Standing())
    return Line(
        key, title_of(pack, key), of_state(key, stands.standing.state), stands, tally.sent, tally.ended, tally.kept
    )


def title_of(pack: Pack, key: Key) -> str:
    """Return what a breaker watches, in words."""
    if key.scope == BreakerScope.CATEGORY:
        return " / ".join(row.title for row in reversed(pack.category_tree.lineage(key.code))) or key.code
    if key.scope == BreakerScope.UNIT:
        return pack.unit_tree[key.code].name if key.code in pack.unit_tree else key.code
    return str(BreakerScope(key.scope).label)


@dataclass(slots=True)
class Day:
    """One day of the chart, in percent; None where there was nothing to count."""

    day: date
    share: float | None = None
    rate: float | None = None
    looked: int = 0
    sent: int = 0
    ended: int = 0
    kept: int = 0
    #: What was stopped: by its outcomes, and by a person.
    trips: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    @property
    def told(self) -> bool:
        """Whether there is anything to tell of the day."""
        return bool(self.looked or self.ended or self.trips or self.by_hand)

    @property
    def stopped(self) -> str:
        """Who stopped something on the day, in words; "" where nothing was stopped."""
        words = ((self.trips, _("熔断")), (self.by_hand, _("人工")))
        return "、".join(word for stopped, word in words if stopped)


def days(pack: Pack, at: datetime) -> list[Day]:
    """Return the last days: the share of orders looked at that went by themselves, and of the ended ones those kept."""
    today = at.astimezone(SHANGHAI).date()
    found = {today - timedelta(days=n): Day(today - timedelta(days=n)) for n in range(DAYS - 1, -1, -1)}
    sent = _recent(at).values(day=TruncDate("at", tzinfo=SHANGHAI))
    for row in sent.annotate(looked=Count("pk"), sent=Count("pk", filter=Q(decision=Decision.DISPATCHED))):
        if (day := found.get(row["day"])) is not None:
            day.looked, day.sent = row["looked"], row["sent"]
            day.share = round(100 * day.sent / day.looked, 1)
    ended = AutomaticDispatch.objects.filter(_ENDED, ended_at__gte=at - timedelta(days=DAYS), ended_at__lte=at)
    by_day = ended.values(day=TruncDate("ended_at", tzinfo=SHANGHAI))
    for one in by_day.annotate(ended=Count("pk"), kept=Count("pk", filter=_KEPT)):
        if (day := found.get(one["day"])) is not None:
            day.ended, day.kept = one["ended"], one["kept"]
            day.rate = round(100 * day.kept / day.ended, 1)
    for (day_of, by_hand), titles in _stops(pack, at).items():
        if day_of in found:
            setattr(found[day_of], "by_hand" if by_hand else "trips", titles)
    return list(found.values())


def _stops(pack: Pack, at: datetime) -> dict[tuple[date, bool], list[str]]:
    """Return what was stopped, by day and whether a person did it."""
    opened = BreakerChange.objects.filter(
        pack=pack.id, state=BreakerState.OPEN, at__gte=at - timedelta(days=DAYS), at__lte=at
    ).exclude(state_from=BreakerState.OPEN)
    found: dict[tuple[date, bool], list[str]] = defaultdict(list)
    for scope, code, moment, forced in opened.order_by("pk").values_list("scope", "key", "at", "forced"):
        day = moment.astimezone(SHANGHAI).date()
        found[day, forced].append(title_of(pack, Key(BreakerScope(scope), code)))
    return {day: [f"{name} ×{n}" if n > 1 else name for name, n in Counter(t).items()] for day, t in found.items()}
