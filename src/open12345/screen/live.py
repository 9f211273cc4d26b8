"""What goes on this moment, counted in the tables themselves: a handful of statements for all screens together.

Everything here is of the whole centre. Figures count every order; whatever names an order, or says where one is, leaves
out the confidential ones, and titles show no number of a door (a screen hangs where anybody may look at it).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate

from open12345.orders import clocks
from open12345.orders.filters import SOON
from open12345.orders.models import Clock, WorkOrder
from open12345.orders.stages import LIVING, Stage, Urgency
from open12345.policy import Pack

SHOWN: Final = 12
_DAY: Final = timedelta(days=1)
_COLOURS: Final = ("green", "amber", "red", "grey")
#: For how long a clock that runs is believed to be amber or not (seconds); red is told exactly, by its due moment.
_BELIEVED: Final = 60.0
#: The numbers of an address: 123弄45号301室, 12-3号, 45号301; not those of a line (地铁9号线), a paper or a hotline.
_DOOR: Final = re.compile(
    r"(?<![\d:：])\d+(?:[-－—/]\d+)*(?=\s*(?:弄|支弄|室|号(?!线|文|令|公告)|单元|幢|栋|座))|(?<=[号弄])\d+(?:[-－—/]\d+)*"
)


@dataclass(frozen=True, slots=True)
class Flow:
    """Accepted and closed by hour of today, and accepted up to the same moment of yesterday and a week ago."""

    accepted: Mapping[int, int]
    closed: Mapping[int, int]
    yesterday: Mapping[int, int]
    week_ago: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Living:
    """The open orders of one stage and unit (None: nobody's): how many, late, due within two hours."""

    stage: str
    unit: int | None
    orders: int
    late: int
    soon: int


@dataclass(frozen=True, slots=True)
class Place:
    """One area: orders of today and open orders, none of them confidential."""

    today: int
    open: int


def midnight(at: datetime, pack: Pack) -> datetime:
    """Return when the day of `at` began, by the town's clock."""
    return at.astimezone(pack.calendar().zone).replace(hour=0, minute=0, second=0, microsecond=0)


def flow(at: datetime, pack: Pack) -> Flow:
    """Return the day's flow; two statements."""
    zone, begin = pack.calendar().zone, midnight(at, pack)
    spans = {days: (begin - days * _DAY, at - days * _DAY) for days in (0, 1, 7)}
    wanted = Q()
    for first, last in spans.values():
        wanted |= Q(accepted_at__gte=first, accepted_at__lte=last)
    taken = WorkOrder.objects.filter(wanted).exclude(stage=Stage.DRAFT)
    accepted: dict[int, dict[int, int]] = {days: {} for days in spans}
    for day, hour, orders in _by_hour(taken, "accepted_at", zone):
        accepted[(begin.date() - day).days][hour] = orders
    over = WorkOrder.objects.filter(
        changed_at__gte=begin, closed_at__gte=begin, closed_at__lte=at, stage__in=(Stage.CLOSED, Stage.ARCHIVED)
    )
    closed = {hour: orders for _day, hour, orders in _by_hour(over, "closed_at", zone)}
    return Flow(accepted[0], closed, accepted[1], accepted[7])


def _by_hour(orders: QuerySet[WorkOrder], moment: str, zone: Any) -> Iterable[tuple[Any, int, int]]:
    cut = orders.annotate(day_=TruncDate(moment, tzinfo=zone), hour_=ExtractHour(moment, tzinfo=zone))
    return cut.order_by().values_list("day_", "hour_").annotate(n=Count("pk"))


def living(at: datetime) -> list[Living]:
    """Return the open orders by stage and unit; one statement."""
    rows = WorkOrder.objects.filter(stage__in=LIVING).order_by().values_list("stage", "lead_unit_id")
    counted = rows.annotate(
        n=Count("pk"), n_late=Count("pk", filter=Q(due_at__lt=at)),
        n_soon=Count("pk", filter=Q(due_at__gte=at, due_at__lte=at + SOON)),
    )  # fmt: skip
    return [Living(*row) for row in counted]


def places(at: datetime, pack: Pack) -> dict[int | None, Place]:
    """Return the areas with orders of today or open ones, by id; one statement."""
    begin = midnight(at, pack)
    wanted = WorkOrder.objects.filter(
        Q(stage__in=LIVING) | Q(accepted_at__gte=begin, accepted_at__lte=at), confidential=False
    ).exclude(stage=Stage.DRAFT)
    counted = wanted.order_by().values_list("area_id").annotate(
        today=Count("pk", filter=Q(accepted_at__gte=begin, accepted_at__lte=at)),
        open=Count("pk", filter=Q(stage__in=LIVING)),
    )  # fmt: skip
    return {area: Place(today, opened) for area, today, opened in counted}


def categories(at: datetime, pack: Pack) -> dict[str, int]:
    """Return how many orders of each category were accepted today; one statement."""
    taken = WorkOrder.objects.filter(accepted_at__gte=midnight(at, pack), accepted_at__lte=at)
    counted = taken.exclude(stage=Stage.DRAFT).order_by().values_list("category").annotate(n=Count("pk"))
    return {code: orders for code, orders in counted if code}


# The clocks: an order has the colour of the clock that it is due by


@dataclass(slots=True)
class _Amber:
    """Which clocks are amber, worked out at `since` (seconds), up to the clock `last`."""

    since: float = -math.inf
    last: int = 0
    clocks: set[int] = field(default_factory=set)


_amber = _Amber()


def colours(at: datetime, pack: Pack, standing: Iterable[Living]) -> dict[str, dict[str, int]]:
    """Return how many open orders of each stage are green, amber, red or grey; two statements besides `living`.

    Which clocks are amber takes the working calendar: it is worked out once a minute, and at once of new clocks.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in standing:
        found[row.stage]["red"] += row.late
        found[row.stage]["grey"] += row.orders - row.late
    running = Clock.objects.filter(
        stopped_at__isnull=True, paused_at__isnull=True, alarm=True, due_at__gte=at, due_at=F("order__due_at"),
        order__stage__in=LIVING,
    )  # fmt: skip
    amber = Q(pk__in=_amber_at(at, pack, running))
    counted = running.order_by().values_list("order__stage").annotate(
        n=Count("order", distinct=True), n_amber=Count("order", distinct=True, filter=amber)
    )  # fmt: skip
    for stage, orders, soon in counted:
        found[stage].update(green=orders - soon, amber=soon, grey=-orders)
    return {stage: {name: max(0, told[name]) for name in _COLOURS} for stage, told in found.items()}


def _amber_at(at: datetime, pack: Pack, running: QuerySet[Clock]) -> set[int]:
    now = at.timestamp()
    if not 0 <= now - _amber.since < _BELIEVED:
        _amber.since, _amber.last, _amber.clocks = now, 0, set()
    fresh = running.filter(pk__gt=_amber.last).only(
        "kind", "limit", "alarm", "started_at", "due_at", "stopped_at", "paused_at"
    )
    for clock in fresh.iterator():
        _amber.last = max(_amber.last, clock.pk)
        if clocks.colour(pack, clock, at) == "amber":
            _amber.clocks.add(clock.pk)
    return _amber.clocks


# Single orders: what a public screen may tell of them


def urgent() -> QuerySet[WorkOrder]:
    """Return the open orders that cannot wait, the most urgent first, then the newest."""
    rows = _shown(WorkOrder.objects.filter(stage__in=LIVING, urgency__in=(Urgency.URGENT, Urgency.SEMI_URGENT)))
    return rows.order_by("-urgency", "-accepted_at", "-pk")  # "urgent" comes after "semi_urgent"


def latest(at: datetime, pack: Pack) -> QuerySet[WorkOrder]:
    """Return the orders of today, the newest first."""
    rows = WorkOrder.objects.filter(accepted_at__gte=midnight(at, pack), accepted_at__lte=at)
    return _shown(rows.exclude(stage=Stage.DRAFT)).order_by("-accepted_at", "-pk")


def open_in(areas: Iterable[int]) -> QuerySet[WorkOrder]:
    """Return the open orders of some areas, due first first."""
    rows = _shown(WorkOrder.objects.filter(stage__in=LIVING, area__in=list(areas)))
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def _shown(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    return orders.filter(confidential=False).select_related("lead_unit", "area").only(
        "number", "title", "stage", "urgency", "category", "accepted_at", "due_at", "lead_unit__name", "area__name",
        "area__code",
    )  # fmt: skip


def public_title(title: str) -> str:
    """Return a title for everybody's eyes: it is stored masked; the numbers of the address go too."""
    return _DOOR.sub("*", title)
