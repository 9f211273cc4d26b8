"""Addresses of figures: the orders behind one, and the explorer with the question open; written and read back.

An address is plain: `?metric=contacted_in_time&period=2026-11&unit=s008&part=rest&adjudicated=1&as_of=2026-10-31`. The
name of a dimension stands for a condition; twice the same: either of them. `by` stands in the explorer's alone. Rights
are not in it: whoever opens it is asked anew, and sees their own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, cast, get_args

from django.http import QueryDict
from django.urls import reverse

from open12345.facts.cuts import Cut, Part
from open12345.facts.dimensions import DIMENSIONS, key_text, read_key
from open12345.facts.metrics import BY_CODE, Basis
from open12345.facts.periods import RECENT, EndsFirst, NotBegun, Period, begun, period, recent
from open12345.facts.queries import AS_IT_IS, Answer, View

Pairs = list[tuple[str, str]]
PARTS: Final = get_args(Part)
BASES: Final = get_args(Basis)


class BadQuestion(ValueError):
    """An address that asks nothing.

    `what` is wrong: "metric", "period", "ends" and "future" (of a period), "calendar_month", "with", "part", "by",
    "basis", "as_of", "sort", "top", "least", or a dimension.
    """

    def __init__(self, what: str, given: str) -> None:
        super().__init__(f"{what}: {given}")
        self.what, self.given = what, given


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks for."""

    metric: str
    period: Period
    by: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    view: View = AS_IT_IS
    part: Part = "numerator"


def figure_url(asked: Answer | Cut, part: Part = "numerator", view: View = AS_IT_IS) -> str:
    """Return where the orders behind a figure are listed; of an answer, those behind its whole.

    Those behind one cell: `figure_url(answer.cell(line.key))`.
    """
    cut = asked.cut if isinstance(asked, Answer) else asked
    pairs = [*_pairs(cut, view), *([("part", part)] if part != "numerator" else [])]
    return f"{reverse('facts:orders')}?{_written(pairs)}"


def explore_url(asked: Answer | Cut, view: View = AS_IT_IS) -> str:
    """Return the explorer with this question open."""
    cut = asked.cut if isinstance(asked, Answer) else asked
    pairs = [*_pairs(cut, view), *(("by", name) for name in cut.by)]
    return f"{reverse('facts:explorer')}?{_written(pairs)}"


def _pairs(cut: Cut, view: View) -> Pairs:
    view = replace(view, basis=cut.basis)
    return [("metric", cut.metric), ("period", cut.period.name), *where_pairs(cut.where), *view_pairs(view)]


def view_pairs(view: View) -> Pairs:
    """Return how a question is put, as it stands in an address."""
    pairs: Pairs = [("basis", view.basis)] if view.basis else []
    pairs += [("adjudicated", "1")] if view.adjudicated else []
    return pairs + ([("as_of", view.as_of.isoformat())] if view.as_of else [])


def where_pairs(where: Iterable[tuple[str, Any]]) -> Pairs:
    """Return conditions as they stand in an address."""
    return [(name, key_text(one)) for name, value in where for one in (value if isinstance(value, tuple) else (value,))]


def _written(pairs: Pairs) -> str:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query.urlencode()


def read(query: QueryDict, *, metric: str = "", over: str = "", today: date | None = None) -> Question:
    """Read an address back; raises `BadQuestion`.

    `metric` and `over`: what is asked where it names none; `today`: for periods such as "this_month", and to refuse one
    that has not begun.
    """
    code, part = query.get("metric", metric), query.get("part", "numerator")
    if code not in BY_CODE:
        raise BadQuestion("metric", code)
    if part not in PARTS:
        raise BadQuestion("part", part)
    by = tuple(dict.fromkeys(name for name in query.getlist("by") if name))
    for name in by:
        if name not in DIMENSIONS:
            raise BadQuestion("by", name)
    basis = query.get("basis", "")
    if basis and basis not in BASES:
        raise BadQuestion("basis", basis)
    view = View(
        as_of=_day(query.get("as_of", "")), adjudicated=bool(query.get("adjudicated")),
        basis=cast("Basis", basis) if basis else None,
    )  # fmt: skip
    return Question(
        code, period_of(query.get("period") or over, today), by, dict(_where(query)), view, cast("Part", part)
    )


def period_of(text: str, today: date | None) -> Period:
    """Return the period that an address names; raises `BadQuestion`, given `today` also for one that has not begun."""
    try:
        if today is not None and text in RECENT:
            return recent(text, today)
        found = period(text)
        return found if today is None else begun(found, today)
    except EndsFirst as error:
        raise BadQuestion("ends", text) from error
    except NotBegun as error:
        raise BadQuestion("future", text) from error
    except ValueError as error:
        raise BadQuestion("period", text) from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadQuestion("as_of", text) from error


def _where(query: QueryDict) -> Iterable[tuple[str, Any]]:
    for name in query:
        if name in DIMENSIONS:
            keys = tuple(_key(name, text) for text in query.getlist(name))
            yield name, keys[0] if len(keys) == 1 else keys


def _key(name: str, text: str) -> Any:
    try:
        return read_key(name, text)
    except ValueError as error:
        raise BadQuestion(name, text) from error
