"""What the explorer is asked: the question of an address, and how its answer is to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast, get_args

from django.http import QueryDict

from open12345.facts import links, queries, views
from open12345.facts.dimensions import dimension
from open12345.facts.links import BadQuestion, Question
from open12345.facts.metrics import Metric, metric
from open12345.facts.periods import so_far

Sort = Literal["key", "high", "low", "worse", "better", "up", "down"]
SORTS: Final = get_args(Sort)
#: Rows of a table before the rest is added up.
TOP: Final = 50
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its showing: the order of rows, how many, the cases a row needs, which chart ("": by itself)."""

    question: Question
    sort: Sort
    top: int = TOP
    least: int = 0
    chart: str = ""
    over: str = ""  # the name of the period as it was given: "this_month"

    @property
    def metric(self) -> Metric:
        """The metric."""
        return metric(self.question.metric)

    def address(self, **instead: Any) -> str:
        """Return the address of this very page, some of it changed; None leaves out, a list is several."""
        query = QueryDict(mutable=True)
        for name, value in self._pairs():
            query.appendlist(name, value)
        for name, value in instead.items():
            some = value if isinstance(value, list) else [] if value in (None, "") else [value]
            query.setlist(name, [str(one) for one in some])
        return query.urlencode()

    def _pairs(self) -> links.Pairs:
        asked = self.question
        pairs = [("metric", asked.metric), ("period", self.over or asked.period.name)]
        pairs += [("by", name) for name in asked.by]
        pairs += links.where_pairs(asked.where.items()) + links.view_pairs(asked.view)
        shown = {"sort": "" if self.sort == default_sort(asked) else self.sort, "chart": self.chart,
                 "top": "" if self.top == TOP else str(self.top), "least": str(self.least or "")}  # fmt: skip
        return pairs + [(name, value) for name, value in shown.items() if value]


def default_sort(asked: Question) -> Sort:
    """Return how rows stand where nobody said: times by their order, rates the worse first, all else the largest."""
    by_time = bool(asked.by) and (bool(dimension(asked.by[0]).step) or asked.by[0] in {"weekday", "hour"})
    if by_time or len(asked.by) > 1:
        return "key"
    judged = metric(asked.metric)
    rated = judged.denominator is not None and judged.falling is not None
    return "worse" if rated and asked.view.compared else "high"


def read(query: QueryDict, at: datetime) -> Asked:
    """Read an address; raises `BadQuestion`. A period that is not over ends today.

    A chart that does not fit is left out.
    """
    question = views.read(query, at)
    by = question.by[:2]
    over = query.get("period", "") or "this_month"
    span = so_far(question.period, queries.today(at))
    question = Question(question.metric, span, by, question.where, question.view)
    given = query.get("sort", "")
    if given and given not in SORTS:
        raise BadQuestion("sort", given)
    sort = cast("Sort", given) if given else default_sort(question)
    return Asked(question, sort, _number(query, "top", TOP), _number(query, "least", 0), query.get("chart", "")[:10],
                 over if over != question.period.name else "")  # fmt: skip


def _number(query: QueryDict, name: str, none: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return none
    if not text.isascii() or not text.isdigit():
        raise BadQuestion(name, text)
    return min(MOST, int(text))
