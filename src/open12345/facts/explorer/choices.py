"""What can be chosen in the explorer: metrics, dimensions, periods, published days, values to narrow down to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.facts import queries, store
from open12345.facts.dimensions import DIMENSIONS, dimension, key_text
from open12345.facts.explorer.asking import Asked
from open12345.facts.explorer.table import cases
from open12345.facts.metrics import METRICS
from open12345.facts.words import filled, titled, told
from open12345.orders.sight import Sight
from open12345.text import normalise

Group = tuple[str, list[tuple[str, str]]]
#: Values of a dimension offered at once; the search finds the others.
OFFERED: Final = 40

PERIODS: Final[dict[str, str | Promise]] = {
    "today": __("今天"), "this_week": __("本周"), "this_month": __("本月"), "this_quarter": __("本季度"),
    "this_half": __("本半年"), "this_year": __("本年"), "yesterday": __("昨天"), "last_week": __("上周"),
    "last_month": __("上月"), "last_quarter": __("上季度"), "last_half": __("上个半年"), "last_year": __("去年"),
}  # fmt: skip
UNITS: Final[dict[str, str | Promise]] = {"count": __("数量"), "%": __("比率"), "WD": __("时长"), "min": __("时长")}
_DIMENSIONS: Final[tuple[tuple[str | Promise, tuple[str, ...]], ...]] = (
    (__("时间"), ("year", "quarter", "month", "week", "day", "weekday", "hour")),
    (__("单位"), ("unit_top", "unit", "unit_above", "unit_group", "unit_top_kind", "unit_kind", "role")),
    (__("区域"), ("area_district", "area_street", "area_community", "area_grid", "area")),
    (__("诉求"), ("category_1", "category_2", "category_3", "category_4", "category_5", "category", "kind", "kind_base",
                 "urgency", "order_type", "enterprise", "anonymous", "confidential", "repeat")),
    (__("来路"), ("channel", "origin", "point_to_point")),
    (__("结果"), ("stage", "outcome", "said_solved", "said_satisfied", "excluded")),
)  # fmt: skip


def metrics() -> list[Group]:
    """Return the metrics by what they are: volumes, rates, durations."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in METRICS:
        groups.setdefault(str(UNITS[one.unit]), []).append((one.code, titled(one)))
    return list(groups.items())


def dimensions() -> list[Group]:
    """Return the dimensions by what they tell of; the cells of the map have a page of their own."""
    return [(str(title), [(name, titled(dimension(name))) for name in names]) for title, names in _DIMENSIONS]


class Chip(NamedTuple):
    """A condition that holds, and the address without it."""

    title: str
    text: str
    without: str


def chips(asked: Asked, sight: Sight) -> list[Chip]:
    """Return the conditions of a question."""
    where = asked.question.where
    found = [Chip(title, text, asked.address(**{name: None})) for name, title, text in told(where.items(), sight.pack)]
    if asked.least:
        found.append(Chip(_("至少"), _("%(n)s 件") % {"n": asked.least}, asked.address(least=None)))
    return found


@dataclass(frozen=True, slots=True)
class Value:
    """One value to narrow down to: what it is called, how many cases, the address with it."""

    title: str
    count: int
    address: str


def values(asked: Asked, name: str, wanted: str, sight: Sight) -> Iterator[Value]:
    """Yield the values of a dimension that the question meets, the most cases first, those that fit what is wanted.

    Raises KeyError for an unknown dimension, `store.NoFacts`.
    """
    question = asked.question
    where = {key: value for key, value in question.where.items() if key != name}
    had = question.where.get(name)
    already = [*(had if isinstance(had, tuple) else [had])] if name in question.where else []
    view = queries.View(as_of=question.view.as_of, adjudicated=question.view.adjudicated, compared=False,
                        basis=question.view.basis)  # fmt: skip
    answer = queries.ask(
        question.metric, question.period, person=sight.person, at=sight.at, by=(name,), where=where, view=view
    )
    words = normalise(wanted).casefold()
    lines = sorted(answer.lines, key=lambda line: -cases(line.figure))
    fitting = (line for line in lines if line.key[0] not in already and words in filled(line.words[0]).casefold())
    for place, line in enumerate(fitting):
        if place == OFFERED:
            return
        keys = [key_text(key) for key in (*already, line.key[0])]
        yield Value(filled(line.words[0]), cases(line.figure), asked.address(**{name: keys or [""]}))


def published() -> list[str]:
    """Return the published days, the newest first."""
    return [day.isoformat() for day in reversed(store.published())]


def narrowing() -> list[Group]:
    """Return the dimensions by which a question can be narrowed down: all but spans of time."""
    return [(title, rows) for title, rows in (
        (title, [row for row in rows if not DIMENSIONS[row[0]].step]) for title, rows in dimensions()
    ) if rows]  # fmt: skip
