"""The portrait of a unit or an area: all its figures, each with the address of its orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from open12345.directory import areas
from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.facts import queries
from open12345.facts.explorer.heat import LEAST, OPEN_ONLY
from open12345.facts.links import figure_url
from open12345.facts.periods import Period
from open12345.facts.queries import Answer, Line, View
from open12345.insight.measures import KEPT, PLAIN, Measure, measures
from open12345.insight.subjects import Subject
from open12345.insight.words import Matter, Said, said
from open12345.orders.models import WorkOrder
from open12345.orders.queries import visible_to
from open12345.orders.stages import LIVING
from open12345.policy import Pack
from open12345.repeats.models import Group, Kind, Member
from open12345.ui import charts
from open12345.ui.charts import Chart, Point, Series

MONTHS: Final = 13
DAYS: Final = 90
ONE_DAY: Final = timedelta(days=1)
_MATTERS, _SPOTS, _AGAIN, _LATE = 8, 12, 8, 8
_COMPARED: Final = View(within=KEPT)
_ALL: Final[Mapping[str, Any]] = {}
#: Of the same person and matter at least so many orders are told.
_OFTEN: Final = 3
#: One cell of the map of heat is so much of a degree.
_CELL: Final = 200


@dataclass(frozen=True, slots=True)
class Again:
    """One matter that one person brought up again and again."""

    group: int
    title: str
    orders: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A square of about 500 m with many orders: its middle, how many, where they are, the area it lies in ("")."""

    lon: float
    lat: float
    orders: int
    url: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything a portrait shows."""

    subject: Subject
    period: Period
    whole: Answer
    trend: Chart
    kinds: tuple[Matter, ...]
    matters: tuple[Matter, ...]
    times: Chart
    measures: tuple[Measure, ...]
    spots: tuple[Spot, ...]
    again: tuple[Again, ...]
    late: tuple[WorkOrder, ...]
    open: int
    overdue: int
    said: tuple[Said, ...]

    @property
    def ever(self) -> bool:
        """Say whether there was any order in the months of the trend."""
        return any(point.value for line in self.trend.rows for point in line)

    @property
    def measured(self) -> bool:
        """Say whether any indicator has a value, of now or before, of itself or its peers."""
        return any(
            value is not None
            for one in self.measures
            for value in (one.figure.value, one.middle, one.before.value if one.before else None)
        )

    @property
    def whole_url(self) -> str:
        """Return where all its orders are."""
        return figure_url(self.whole)


def last_days(today: date, days: int) -> Period:
    """Return so many days, today the last of them."""
    first = today - (days - 1) * ONE_DAY
    return Period(f"{first}..{today}", first, today)


def paired(one: Portrait, other: Portrait) -> Chart:
    """Return the thirteen months of two subjects side by side."""
    series = [Series(each.subject.name, [row[1] for row in each.trend.rows]) for each in (one, other)]
    return charts.grouped(series, head=_("月份"))


def spots_of(subject: Subject, over: Period, *, person: Person, at: datetime, pack: Pack) -> list[Spot]:
    """Return the squares with most orders; raises `store.NoFacts`."""
    return _Asking(subject, over, person, at, pack).spots()


def draw(subject: Subject, over: Period, *, person: Person, at: datetime, pack: Pack) -> Portrait:
    """Return the portrait as one person may see it; raises `store.NoFacts`."""
    asking = _Asking(subject, over, person, at, pack)
    matters = asking.matters("category", _MATTERS)
    found = measures(subject, over, at=at, minimum=pack.appraisal.minimum)
    opened = _orders(subject, person, pack).filter(stage__in=LIVING)
    late = opened.filter(due_at__lt=at)
    return Portrait(
        subject, over, asking.ask("orders"), asking.trend(), tuple(asking.matters("kind", _MATTERS)), tuple(matters),
        asking.times(), tuple(found), tuple(asking.spots()), tuple(_again(subject, over, person, pack)),
        tuple(late.select_related("lead_unit").defer("search", "sealed").order_by("due_at", "pk")[:_LATE]),
        opened.count(), late.count(), tuple(said(found, matters)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asking:
    """The questions of one portrait."""

    subject: Subject
    over: Period
    person: Person
    at: datetime
    pack: Pack

    def ask(
        self, code: str, *by: str, over: Period | None = None, view: View = _COMPARED, more: Mapping[str, Any] = _ALL
    ) -> Answer:
        where: Mapping[str, Any] = {**self.subject.where, **more}
        return queries.ask(code, over or self.over, person=self.person, at=self.at, by=by, where=where, view=view)

    def trend(self) -> Chart:
        """Orders of thirteen months, this one with them: the same month of last year stands at the other end."""
        last = self.over.last
        begin = last.year * 12 + last.month - MONTHS
        months = [date((begin + n) // 12, (begin + n) % 12 + 1, 1) for n in range(MONTHS)]
        span = Period(f"{months[0]}..{last}", months[0], last)
        answer = self.ask("orders", "month", over=span, view=PLAIN)
        counted = {line.key[0]: line.figure.value for line in answer.lines}
        points = [
            Point(f"{month:%Y-%m}", counted.get(month, 0), url=figure_url(answer.cell((month,)))) for month in months
        ]
        return charts.bar(points, head=_("月份"), name=_("受理量"), across=False)

    def matters(self, by: str, most: int) -> list[Matter]:
        """The parts of its orders, most first, each beside the period before."""
        answer = self.ask("orders", by, view=PLAIN)
        then = self.ask("orders", by, over=self.over.before(), view=PLAIN)
        before = {line.key: line.figure.numerator for line in then.lines}
        total = answer.whole.figure.numerator or 1
        rows = sorted(answer.lines, key=lambda line: (-line.figure.numerator, line.words))
        return [
            Matter(line.words[0] or _("未分类"), line.figure.numerator, before.get(line.key, 0),
                   line.figure.numerator / total, figure_url(answer.cell(line.key)))
            for line in rows[:most] if line.figure.numerator
        ]  # fmt: skip

    def times(self) -> Chart:
        """Orders by weekday and hour."""
        answer = self.ask("orders", "weekday", "hour", view=PLAIN)
        cells = {
            (int(line.key[0]), int(line.key[1])): Point("", line.figure.value, url=figure_url(answer.cell(line.key)))
            for line in answer.lines
        }
        return charts.weekdays_and_hours(cells, head=_("星期"))

    def spots(self) -> list[Spot]:
        """The squares with most orders; as on the map of heat none confidential, and none of very few."""
        answer = self.ask("orders", "cell_x", "cell_y", view=PLAIN, more=OPEN_ONLY)
        known = [line for line in answer.lines if None not in line.key and line.figure.numerator >= LEAST]
        rows = sorted(known, key=lambda line: (-line.figure.numerator, line.key))[:_SPOTS]
        return [self._spot(answer, line) for line in rows]

    def _spot(self, answer: Answer, line: Line) -> Spot:
        lon, lat = ((int(one) + 0.5) / _CELL for one in line.key)
        area = areas.row_at(self.pack, lon, lat)
        return Spot(lon, lat, line.figure.numerator, figure_url(answer.cell(line.key)), area.name if area else "")


def _orders(subject: Subject, person: Person, pack: Pack) -> Any:
    orders = visible_to(person)
    if subject.kind == "unit":
        if subject.dimension == "unit":
            return orders.filter(lead_unit__code=subject.code)
        return orders.filter(lead_unit__in=Unit.objects.filter(path__startswith=subject.path))
    codes = [row.code for row in pack.area_tree.subtree(subject.code)]
    return orders.filter(area__code__in=codes)


def _again(subject: Subject, over: Period, person: Person, pack: Pack) -> list[Again]:
    """Matters of one person with most orders; confidential ones are told of nobody."""
    begin = datetime.combine(over.first, datetime.min.time(), pack.calendar().zone)
    own = _orders(subject, person, pack).filter(accepted_at__gte=begin, confidential=False)
    members = Member.objects.filter(kind=Kind.AGAIN, order__in=own, group__orders__gte=_OFTEN)
    groups = Group.objects.filter(pk__in=members.values("group")).order_by("-orders", "-last_at")[:_AGAIN]
    newest: dict[int, str] = {}
    for member in members.filter(group__in=list(groups)).select_related("order").order_by("order_id"):
        newest[member.group_id] = member.order.title
    return [Again(group.pk, newest[group.pk], group.orders) for group in groups if group.pk in newest]
