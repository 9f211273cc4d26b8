"""When people speak of something that the classifier does not know (陌生事项激增): all automatic dispatch rests.

Of the newest orders that the platform looked at, so many were strange or unsure that luck does not explain it, beside
the classifier's own share. It closes by itself when the window is ordinary again: below half the way to the bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import mean, pstdev
from typing import Any, Final

from django.db.models import Count

from open12345.dispatch.automatic.breaker import Cause, Standing, State, Step
from open12345.dispatch.learnt import STRANGE as STRANGE  # noqa: PLC0414 - asked for here by who decides
from open12345.dispatch.models import AutomaticDispatch, Learnt, TrainedClassifier
from open12345.dispatch.models import Standing as Trained
from open12345.orders.models import WorkOrder
from open12345.policy import Pack
from open12345.policy.dispatching import SurgeRule
from open12345.worktime import SHANGHAI

#: The share of strange texts that is taken to be ordinary where a classifier's card does not tell its own.
USUAL: Final = 0.1
#: No share is taken to be smaller: one strange text alone is no surge.
LEAST_USUAL: Final = 0.01
#: A flood of one category: hours of a band, weeks looked back, deviations, orders (figures.md: 3 sigma, 5 orders).
BAND: Final = 6
WEEKS: Final = 8
SIGMAS: Final = 3
LEAST: Final = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What the newest orders look like: how many, how many of them strange, the usual share and the bound."""

    orders: int
    strange: int
    usual: float
    bound: float
    calm: float

    def figures(self) -> dict[str, Any]:
        """Return them as they are kept with a change."""
        rate = round(self.strange / self.orders, 4) if self.orders else None
        return {
            "outcomes": self.orders, "bad": self.strange, "rate": rate, "usual": round(self.usual, 4),
            "bound": round(self.bound, 4), "calm": round(self.calm, 4),
        }  # fmt: skip


def measure(rule: SurgeRule, strange: int, orders: int, usual: float) -> Look:
    """Return the bound for so many orders: the usual share and `sigmas` deviations of a binomial above it."""
    spread = rule.sigmas * sqrt(usual * (1 - usual) / orders) if orders else 1.0
    return Look(orders, strange, usual, min(usual + spread, 1.0), min(usual + spread / 2, 1.0))


def step_of(rule: SurgeRule, standing: Standing, look: Look) -> Step | None:
    """Return the change that a full window asks for; between `calm` and `bound` it stays as it is (hysteresis)."""
    if standing.forced or look.orders < rule.window:
        return None
    share = look.strange / look.orders
    if standing.state is State.CLOSED and share > look.bound:
        return Step(State.OPEN, Cause.TRIPPED, figures=look.figures())
    if standing.state is not State.CLOSED and share <= look.calm:
        return Step(State.CLOSED, Cause.ORDINARY, figures=look.figures())
    return None


def look(pack: Pack) -> Look:
    """Return what the newest orders look like that a classifier has read."""
    rule = pack.dispatching.surge
    read = AutomaticDispatch.objects.filter(basis__has_key="strangeness").order_by("-at", "-pk")
    seen = list(read.values_list("basis__strangeness", flat=True)[: rule.window])
    strange = sum(1 for value in seen if isinstance(value, int | float) and value >= STRANGE)
    return measure(rule, strange, len(seen), usual_share(pack))


def usual_share(pack: Pack) -> float:
    """Return the share of strange texts that the classifier in force met among those held back from it."""
    ruling = TrainedClassifier.objects.filter(pack=pack.id, tells=Learnt.CATEGORY, standing=Trained.IN_FORCE)
    card: dict[str, Any] = ruling.values_list("card", flat=True).first() or {}
    told = (card.get("measures") or {}).get("strange_share")
    return max(float(told), LEAST_USUAL) if isinstance(told, int | float) else USUAL


@dataclass(frozen=True, slots=True)
class Flood:
    """One category of which suddenly more orders come than is usual on this weekday in these hours."""

    category: str
    title: str
    count: int
    usual: float


def floods(pack: Pack, at: datetime) -> list[Flood]:
    """Return the categories that flood in the present band of hours (0-6, 6-12, 12-18, 18-24; figures.md).

    More than the mean and `SIGMAS` deviations of the same weekday and band of the `WEEKS` weeks before, and `LEAST`.
    """
    local = at.astimezone(SHANGHAI)
    begun = local.replace(hour=local.hour // BAND * BAND, minute=0, second=0, microsecond=0)
    now = _of_categories(begun, at)
    many = {code: count for code, count in now.items() if count >= LEAST}
    if not many:
        return []
    span = at - begun
    before = [_of_categories(then, then + span) for then in (begun - timedelta(weeks=n + 1) for n in range(WEEKS))]
    found = []
    for code, count in many.items():
        usual = [week.get(code, 0) for week in before]
        if count > mean(usual) + SIGMAS * pstdev(usual):
            title = pack.category_tree[code].title if code in pack.category_tree else code
            found.append(Flood(code, title, count, round(mean(usual), 1)))
    return sorted(found, key=lambda flood: -flood.count)


def _of_categories(since: datetime, until: datetime) -> dict[str, int]:
    rows = WorkOrder.objects.filter(accepted_at__gte=since, accepted_at__lt=until).exclude(category="")
    return dict(rows.values_list("category").annotate(n=Count("pk")).order_by())


def judge(pack: Pack, standing: Standing, at: datetime) -> Step | None:
    """Return the change that the newest orders ask for; None where it stays as it is."""
    return None if standing.forced else step_of(pack.dispatching.surge, standing, look(pack))
