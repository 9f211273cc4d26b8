"""The filters of the list of orders: read from an address, applied, told in words, drawn as fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from html import escape
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.models import Area
from open12345.orders.sight import Sight
from open12345.orders.stages import LIVING, Stage, Urgency
from open12345.policy import Pack

#: Which orders each state of the list holds, by their stages; a positive list, so that an index serves it.
STATES: Final[dict[str, tuple[str | Promise, tuple[str, ...]]]] = {
    "open": (__("在办"), LIVING),
    "late": (__("超时"), LIVING),
    "closed": (Stage.CLOSED.label, (Stage.CLOSED.value,)),
    "archived": (Stage.ARCHIVED.label, (Stage.ARCHIVED.value,)),
    "cancelled": (Stage.CANCELLED.label, (Stage.CANCELLED.value,)),
    "all": (__("全部"), ()),
}
NAMES: Final = ("stage", "kind", "category", "urgency", "channel", "area", "unit", "from", "to", "late", "soon")
#: What is due soon: within so long.
SOON: Final = timedelta(hours=2)
_LONGEST = 64
#: Lists of choices that are kept drawn: some ten filters, each as it stands and as it is set.
_KEPT = 128
_INDENT = "\u3000"


class Option(NamedTuple):
    """One value of a filter; `depth` says how far it is set in."""

    value: str
    title: str
    depth: int = 0


@dataclass(frozen=True)
class Field:
    """One filter as it is drawn."""

    name: str
    title: str
    options: tuple[Option, ...]
    value: str

    @property
    def as_options(self) -> SafeString:
        """The choices as elements; hundreds of them, which a template would take longer over than over the list."""
        return _drawn(self.options, self.value, _("不限"))

    @property
    def chosen(self) -> str:
        """What is chosen, in words; the value itself where nobody knows it."""
        return next((option.title for option in self.options if option.value == self.value), self.value)


@lru_cache(maxsize=_KEPT)
def _drawn(options: tuple[Option, ...], chosen: str, none: str) -> SafeString:
    pieces = [f'<option value="">{escape(none)}</option>']
    for value, title, depth in options:
        mark = " selected" if value == chosen else ""
        pieces.append(f'<option value="{escape(value)}"{mark}>{_INDENT * depth}{escape(title)}</option>')
    return mark_safe("".join(pieces))  # noqa: S308 - every part is escaped


class Chosen(NamedTuple):
    """A filter that is set, in words, and the address without it."""

    title: str
    text: str
    without: str


@dataclass(frozen=True)
class Filters:
    """What one list is asked for."""

    sight: Sight
    state: str
    values: dict[str, str]

    def q(self) -> Q:
        """Return the condition, without what the person may see at all."""
        where = Q(accepted_at__isnull=False)
        stages = STATES[self.state][1]
        where &= Q(stage__in=stages) if stages else ~Q(stage=Stage.DRAFT)
        if self.state == "late" or "late" in self.values:
            where &= Q(stage__in=LIVING, due_at__lt=self.sight.at)
        if "soon" in self.values:
            where &= Q(stage__in=LIVING, due_at__gte=self.sight.at, due_at__lte=self.sight.at + SOON)
        for name, value in self.values.items():
            if name in _CONDITIONS:
                where &= _CONDITIONS[name](self.sight, value)
        return where

    @cached_property
    def fields(self) -> list[Field]:
        """Every filter with its choices, those without any left out."""
        found = ((name, title, tuple(options(self.sight))) for name, (title, options) in _FIELDS.items())
        return [Field(name, str(title), some, self.values.get(name, "")) for name, title, some in found if some]

    @property
    def told(self) -> list[Chosen]:
        """Return each filter that is set, in words, for heads of files and of pages."""
        found = [Chosen(field.title, field.chosen, self.rest(field.name)) for field in self.fields if field.value]
        if "from" in self.values or "to" in self.values:
            span = f"{self.values.get('from', '')}—{self.values.get('to', '')}"
            found.append(Chosen(_("受理日期"), span, self.rest("from", "to")))
        if "late" in self.values:
            found.append(Chosen(_("时限"), _("已超时"), self.rest("late")))
        if "soon" in self.values:
            found.append(Chosen(_("时限"), _("2 小时内到期"), self.rest("soon")))
        return found

    @property
    def query(self) -> QueryDict:
        """Return the address of this very list, without the place in it."""
        query = QueryDict(mutable=True)
        query.update({"state": self.state, **self.values})
        return query

    def rest(self, *without: str, **instead: str) -> str:
        """Return the address with some filters changed or left out."""
        query = self.query
        for name in without:
            query.pop(name, None)
        for name, value in instead.items():
            query[name] = value
        return query.urlencode()


def read(sight: Sight, query: QueryDict) -> Filters:
    """Return the filters that an address names; what it cannot mean is left out."""
    state = query.get("state", "")
    values = {name: _clean(name, query.get(name, "")) for name in NAMES}
    kept = {name: value for name, value in values.items() if value}
    return Filters(sight, state if state in STATES else "open", kept)


def _clean(name: str, value: str) -> str:
    value = value.strip()
    if name in {"from", "to"}:
        day = _day(value)
        return day.isoformat() if day else ""
    if name in {"late", "soon"}:
        return "1" if value else ""
    return value if len(value) <= _LONGEST and value.isprintable() else ""


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and date.min + timedelta(days=2) < found < date.max - timedelta(days=2) else None


# What each filter means


def _category(sight: Sight, value: str) -> Q:
    return Q(category__in=[row.code for row in sight.pack.category_tree.subtree(value)] or [value])


def _area(sight: Sight, value: str) -> Q:
    codes = [row.code for row in sight.pack.area_tree.subtree(value)] or [value]
    return Q(area__in=Area.objects.filter(code__in=codes).values("pk"))


def _unit(sight: Sight, value: str) -> Q:
    top = next((unit for unit in sight.units if unit.code == value), None)
    below = [unit.id for unit in sight.units if top and unit.path.startswith(top.path)]
    return Q(lead_unit__in=below) if below else Q(lead_unit__code=value)


def _midnight(sight: Sight, text: str, days: int = 0) -> datetime:
    day = _day(text) or date.max - timedelta(days=3)
    return datetime.combine(day + timedelta(days=days), time.min, sight.pack.calendar().zone)


_CONDITIONS: Final[dict[str, Callable[[Sight, str], Q]]] = {
    "stage": lambda _sight, value: Q(stage=value),
    "kind": lambda _sight, value: Q(kind=value),
    "urgency": lambda _sight, value: Q(urgency=value),
    "channel": lambda _sight, value: Q(channel=value),
    "category": _category,
    "area": _area,
    "unit": _unit,
    "from": lambda sight, value: Q(accepted_at__gte=_midnight(sight, value)),
    "to": lambda sight, value: Q(accepted_at__lt=_midnight(sight, value, 1)),
}


# What each filter offers


def _stages(sight: Sight) -> Iterable[Option]:
    del sight
    return [Option(stage.value, str(stage.label)) for stage in Stage if stage is not Stage.DRAFT]


def _urgencies(sight: Sight) -> Iterable[Option]:
    del sight
    return [Option(urgency.value, str(urgency.label)) for urgency in Urgency]


def _kinds(sight: Sight) -> Iterable[Option]:
    return [Option(code, kind.title) for code, kind in sight.pack.kinds.items()]


def _channels(sight: Sight) -> Iterable[Option]:
    return [Option(code, channel.title) for code, channel in sight.pack.channels.items()]


def _categories(sight: Sight) -> Iterable[Option]:
    return _of_trees(_Same(sight.pack))[0]


def _areas(sight: Sight) -> Iterable[Option]:
    return _of_trees(_Same(sight.pack))[1]


class _Same:
    """A pack as a key: two are the same when they are one object, which a version is as long as it is kept."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.pack is self.pack

    def __hash__(self) -> int:
        return id(self.pack)


_AREAS_AT_MOST: Final = 1000
"""As many areas a list still offers one by one."""


@lru_cache(maxsize=8)
def _of_trees(key: _Same) -> tuple[list[Option], list[Option]]:
    """Return the categories and the areas of a pack, each right above what lies below it.

    Nobody looks through the six thousand communities of a city: of so many areas the lowest are left out.
    """
    categories, areas = key.pack.category_tree, key.pack.area_tree
    shown = [row for row in _as_tree(areas) if len(areas) <= _AREAS_AT_MOST or not areas.is_leaf(row.code)]
    return (
        [Option(row.code, row.title, len(categories.lineage(row.code)) - 1) for row in _as_tree(categories)],
        [Option(row.code, row.name, len(areas.lineage(row.code)) - 1) for row in shown],
    )


def _units(sight: Sight) -> Iterable[Option]:
    """Return the units that may be lead: all for the centre, else those below one's own."""
    mine = sight.person.paths()
    seen = [u for u in sight.units if u.kind != "centre" and (sight.is_centre or u.path.startswith(mine))]
    lowest = min((u.path.count("/") for u in seen), default=0)
    return [Option(u.code, u.name, u.path.count("/") - lowest) for u in seen] if len(seen) > 1 else []


def _as_tree(tree: Any) -> list[Any]:
    """Return the rows so that each stands right above what lies below it."""
    return [row for root in tree.roots for row in _branch(tree, root)]


def _branch(tree: Any, top: Any) -> list[Any]:
    return [top, *(row for child in tree.children(top.code) for row in _branch(tree, child))]


_FIELDS: Final[dict[str, tuple[str | Promise, Callable[[Sight], Iterable[Option]]]]] = {
    "stage": (__("状态"), _stages),
    "kind": (__("诉求类型"), _kinds),
    "category": (__("诉求分类"), _categories),
    "urgency": (__("紧急程度"), _urgencies),
    "channel": (__("受理渠道"), _channels),
    "area": (__("区域"), _areas),
    "unit": (__("主办单位"), _units),
}
