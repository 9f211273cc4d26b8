"""The orders behind a figure, as a page and as a file: for whoever the figure is for, with their own rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, overload

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_POST

from open12345.directory import exports
from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.directory.web import needs
from open12345.facts import links, queries, store
from open12345.facts.cuts import Cut, Part
from open12345.facts.deeds import with_deeds
from open12345.facts.links import BadQuestion, Question
from open12345.facts.metrics import metric
from open12345.facts.words import rest_word, span, titled, told
from open12345.facts.wrong import Wrong, explained
from open12345.orders import export, lists, web
from open12345.orders import queries as orders_queries
from open12345.orders.models import WorkOrder
from open12345.orders.sight import Sight

#: Who asks of their own accord, and has the explorer in the menu.
EXPLORERS: Final = ("analyst", "approver", "clerk", "dispatcher", "floor_supervisor", "leader", "supervisor")
READERS: Final = tuple(sorted(CENTRE_ROLES | UNIT_ROLES))
PAGE: Final = 50
_LONGEST: Final = 4000
PARTS: Final[dict[Part, str | Promise]] = {
    "numerator": __("分子"), "denominator": __("分母"), "excluded": __("剔除的"),
}  # fmt: skip


class Behind:
    """The numbers of the orders behind a figure, read a page at a time."""

    def __init__(self, asked: Question, cut: Cut, at: datetime) -> None:
        self._asked, self._cut, self._at = asked, cut, at

    def count(self) -> int:
        """Return how many there are."""
        return queries.count_orders(self._cut, self._asked.part, at=self._at, view=self._asked.view)

    __len__ = count

    @overload
    def __getitem__(self, wanted: int) -> str: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[str]: ...

    def __getitem__(self, wanted: int | slice) -> str | list[str]:
        """Return some of them, the newest first."""
        if isinstance(wanted, int):
            return self[wanted : wanted + 1][0]
        first, last = wanted.start or 0, wanted.stop or queries.MOST_ORDERS
        asked = self._asked
        return queries.orders_of(
            self._cut, asked.part, at=self._at, view=asked.view, most=last - first, after=first
        )  # fmt: skip


@dataclass(frozen=True)
class Tab:
    """One part of the figure: its numerator, its denominator, the rest, what was left out."""

    title: str | Promise
    url: str
    count: int
    active: bool


@needs(*READERS)
@require_GET
def orders(request: HttpRequest) -> HttpResponseBase:
    """List the orders behind a figure; what an address cannot mean is said, with what one can do."""
    sight = web.look(request)
    try:
        asked = read(request.GET, sight.at)
        context = _shown(sight, asked, request.GET.get("page", ""))
    except (BadQuestion, store.NoFacts) as error:
        return refused(request, explained(error, request), "facts/orders.html")
    return web.private(render(request, "facts/orders.html", context))


def refused(request: HttpRequest, wrong: Wrong, template: str) -> HttpResponseBase:
    """Say on the page itself why it has nothing to show."""
    return web.private(render(request, template, {"wrong": wrong}, status=wrong.status))


def read(query: QueryDict, at: datetime) -> Question:
    """Read an address; one that names nothing asks for the orders of this month. Raises `BadQuestion`."""
    asked = links.read(query, metric="orders", over="this_month", today=queries.today(at))
    unheard = queries.unheard(asked.where, at=at, view=asked.view)
    if unheard:
        raise BadQuestion(*unheard)
    return asked


def _cut(sight: Sight, asked: Question) -> Cut:
    return queries.cut_of(
        asked.metric, asked.period, person=sight.person, at=sight.at, where=asked.where, view=asked.view
    )  # fmt: skip


def _shown(sight: Sight, asked: Question, number: str) -> dict[str, Any]:
    cut = _cut(sight, asked)
    page: Page[str] = Paginator(Behind(asked, cut, sight.at), PAGE).get_page(number)  # type: ignore[arg-type]
    numbers = list(page.object_list)
    rows = {row.number: row for row in _seen(sight, numbers, lists.shown(_visible(sight)))}
    found = [rows[one] for one in numbers if one in rows]
    figure = queries.ask(
        asked.metric, asked.period, person=sight.person, at=sight.at, where=asked.where,
        view=replace(asked.view, compared=False),
    )  # fmt: skip
    return {
        "sight": sight, "asked": asked, "metric": metric(asked.metric), "title": titled(metric(asked.metric)),
        "figure": figure.whole.figure, "conditions": told(cut.where, sight.pack),
        "tabs": _tabs(sight, asked, cut), "page": page,
        "lines": with_deeds(lists.lines(found, sight.pack, sight.at), asked.metric, asked.where),
        "unseen": len(numbers) - len(found), "most": export.AT_MOST, "part": _part(asked, asked.part),
        "query": _query(cut, asked), "explore": links.explore_url(cut, asked.view),
        "explores": sight.person.has(*EXPLORERS), "endings": exports.ENDINGS,
    }  # fmt: skip


def _part(asked: Question, part: Part) -> str:
    return rest_word(metric(asked.metric).falling) if part == "rest" else str(PARTS[part])


def _visible(sight: Sight) -> Any:
    return orders_queries.visible_to(sight.person, sight.below)


def _seen(sight: Sight, numbers: list[str], found: Any) -> list[WorkOrder]:
    return list(found.filter(number__in=numbers)) if numbers else []


def _query(cut: Cut, asked: Question) -> str:
    return links.figure_url(cut, asked.part, asked.view).partition("?")[2]


def _tabs(sight: Sight, asked: Question, cut: Cut) -> list[Tab]:
    """The parts that the figure has, each with how many orders."""
    rate = metric(asked.metric).denominator is not None
    parts: list[Part] = ["numerator", "rest", "denominator"] if rate else ["numerator"]
    parts += ["excluded"] if cut.exclusions else []
    found = [
        Tab(_part(asked, part) if rate or part == "excluded" else _("计入的"), links.figure_url(cut, part, asked.view),
            queries.count_orders(cut, part, at=sight.at, view=asked.view), part == asked.part)
        for part in parts
    ]  # fmt: skip
    running = queries.still_running(cut, at=sight.at, view=asked.view)
    if running is not None and running[1]:
        url = links.figure_url(running[0], view=replace(asked.view, adjudicated=False))
        found.append(Tab(_("时限未到，未计入"), url, running[1], active=False))
    return found


@needs(*READERS)
@require_POST
def export_orders(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Send the orders behind a figure as XLSX or CSV, on record as every list is."""
    sight = web.look(request)
    query = QueryDict(request.POST.get("query", "")[:_LONGEST])
    try:
        asked = read(query, sight.at)
        cut = _cut(sight, asked)
        numbers = queries.orders_of(cut, asked.part, at=sight.at, view=asked.view, most=export.AT_MOST)
    except (BadQuestion, store.NoFacts) as error:
        return refused(request, explained(error, request), "facts/orders.html")
    found = _visible(sight).filter(number__in=numbers)
    return export.send(request, sight, found, export.Asked(in_words(asked, cut, sight), _query(cut, asked), ending))


def in_words(asked: Question, cut: Cut, sight: Sight) -> str:
    """Return a question in one line, for heads of files."""
    parts = [
        _("指标：%(what)s") % {"what": titled(metric(asked.metric))},
        _("时段：%(what)s") % {"what": span(asked.period)},
    ]
    parts += [f"{title}：{text}" for _name, title, text in told(cut.where, sight.pack)]
    parts += [_("核减后")] if asked.view.adjudicated else []
    parts += [_("%(day)s 发布的数据") % {"day": asked.view.as_of}] if asked.view.as_of else []
    return "；".join([*parts, _part(asked, asked.part)])
