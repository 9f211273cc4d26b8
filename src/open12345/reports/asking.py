"""Putting the figures of an outline to the facts: each answer keeps its query, to be asked and opened again.

A value is exact (whole numbers and Decimals) until a sentence prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from open12345.directory.person import Person
from open12345.facts import queries as facts
from open12345.facts import words
from open12345.facts.metrics import Metric, metric
from open12345.facts.periods import Period
from open12345.facts.queries import Answer, Figure, View
from open12345.policy import Pack
from open12345.policy.reports import Form, ReportFigure, Where
from open12345.reports import spans, wording
from open12345.reports.wording import HUNDRED, Against, Style

_EVER: Final = Period("1990-01-01..2100-12-31", date(1990, 1, 1), date(2100, 12, 31))
_LEVEL_NAMES: Final = {"district": "area_district", "street": "area_street", "community": "area_community",
                       "grid": "area_grid"}  # fmt: skip
#: Of fewer orders than these nobody is named as the lowest.
_ENOUGH: Final = 10
Asked = tuple[str, Period, tuple[str, ...], tuple[tuple[str, Any], ...], View]


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: enough to ask again, to link to, and to print in a sheet; `said`: its conditions in words."""

    metric: str
    period: str
    where: tuple[tuple[str, Any], ...] = ()
    basis: str = ""
    adjudicated: bool = False
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        where = {name: list(value) if isinstance(value, tuple) else value for name, value in self.where}
        kept = {"metric": self.metric, "period": self.period, "where": where, "basis": self.basis,
                "adjudicated": self.adjudicated}  # fmt: skip
        return kept | ({"said": self.said} if self.said else {})


@dataclass(frozen=True, slots=True)
class Value:
    """A figure as a sentence prints it. `exact` is what was rounded; `base` is what it was measured against.

    `items`: of a ranking, each with words and a figure of its own. `missing`: there is nothing to say.
    """

    words: str
    title: str
    form: Form
    query: Query
    exact: str = ""
    above: int | None = None
    below: int | None = None
    base: str = ""
    base_query: Query | None = None
    items: tuple[Value, ...] = ()
    label: str = ""
    tail: str = ""
    missing: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as a draft keeps it."""
        kept = {
            "words": self.words, "title": self.title, "form": self.form, "query": self.query.as_json(),
            "exact": self.exact, "above": self.above, "below": self.below, "base": self.base, "label": self.label,
            "tail": self.tail, "base_query": self.base_query.as_json() if self.base_query else None,
            "items": [item.as_json() for item in self.items],
        }  # fmt: skip
        return {name: value for name, value in kept.items() if value not in (None, "", [])}


@dataclass
class Asker:
    """Asks for one paper: as whom, when, about which period, with which pack's words; each question once.

    `matter`: dimensions that hold for every figure of a special brief. `early`: the period is not over, `paper` is as
    much of it as there is.
    `issued` tells how many papers of a kind the register holds (nothing where it cannot be asked).
    """

    pack: Pack
    paper: Period
    person: Person
    at: datetime
    percent: str = "%"
    as_of: date | None = None
    matter: Mapping[str, Any] = field(default_factory=dict)
    issued: Callable[[str, Period], int] | None = None
    early: bool = False
    _known: dict[Asked, Answer] = field(default_factory=dict)
    _first: date | None = None

    # -- the facts ---------------------------------------------------------------------------------

    def ask(self, code: str, over: Period, *, by: tuple[str, ...] = (), where: Mapping[str, Any] | None = None,
            basis: Any = None, adjudicated: bool = False) -> Answer:  # fmt: skip
        """Return an answer of the facts, uncompared."""
        view = View(as_of=self.as_of, adjudicated=adjudicated, compared=False, basis=basis)
        found = dict(where or {})
        asked = (code, over, by, tuple(found.items()), view)
        if asked not in self._known:
            self._known[asked] = facts.ask(
                code, over, person=self.person, at=self.at, by=by, where=found, view=view
            )  # fmt: skip
        return self._known[asked]

    @property
    def begin(self) -> date:
        """The first day of the first month of which there are orders; far in the future where there are none."""
        if self._first is None:
            months = [line.key[0] for line in self.ask("orders", _EVER, by=("month",)).lines]
            self._first = min(months, default=date.max)
        return self._first

    def facts_of(self) -> str:
        """Return which facts were asked: the moment at which they were refreshed."""
        return next((answer.facts for answer in self._known.values()), "")

    # -- one figure --------------------------------------------------------------------------------

    def value(self, figure: ReportFigure) -> Value:
        """Return a figure as its sentence prints it. Raises KeyError for an unknown metric or dimension."""
        return _FORMS[figure.form](self, figure)

    def style(self, figure: ReportFigure) -> Style:
        """How the figure is printed; decimals are the metric's where none are named."""
        usual = 2 if figure.form not in {"count", "highest", "daily_mean"} else metric(figure.metric).precision
        precision = figure.precision if figure.precision is not None else 2 if figure.unit else usual
        return Style(precision, figure.rounding, self.percent, figure.unit)

    def over(self, figure: ReportFigure) -> Period:
        """The days of a figure."""
        return spans.until(spans.meant(figure.days, self.paper), self.today)

    @property
    def today(self) -> date:
        """The day up to which there are facts: a period that is not over ends then."""
        local = self.at.astimezone(self.pack.calendar().zone).date()
        return local if self.as_of is None else min(local, self.as_of)

    def figure(self, figure: ReportFigure, over: Period, where: Mapping[str, Any] | None = None) -> Figure:
        """The sums of a figure over some days."""
        return self.answer(figure, over, where).whole.figure

    def answer(self, figure: ReportFigure, over: Period, where: Mapping[str, Any] | None = None,
               by: tuple[str, ...] = ()) -> Answer:  # fmt: skip
        """The cells of a figure over some days."""
        return self.ask(figure.metric, over, by=by, where=self.where(figure.where) if where is None else where,
                        basis=figure.basis, adjudicated=figure.adjudicated)  # fmt: skip

    def where(self, where: Where) -> dict[str, Any]:
        """The conditions of an outline, and those of the paper's matter."""
        return {**self.matter, **dims(where, self.pack)}

    def whole(self, figure: ReportFigure) -> dict[str, Any]:
        """The conditions of the whole of which a share is a part."""
        return dims(figure.of, self.pack) if figure.of_all else self.where(figure.of)

    def query(self, figure: ReportFigure, over: Period, **more: Any) -> Query:
        """What is asked, to be kept; `more` are dimensions of one cell."""
        where = {**self.where(figure.where), **more}
        said = "；".join(f"{title}：{value}" for _name, title, value in words.told(where.items(), self.pack))
        return Query(figure.metric, over.name, tuple(where.items()), figure.basis or "", figure.adjudicated, said)

    def against(self, figure: ReportFigure, then: Period, now_exists: bool = True) -> Against:  # noqa: FBT001, FBT002
        """What a figure is measured against, and whether it can be.

        环比 is said of whole periods; of one that is not over: 较上月同期, as much of the last month.
        """
        early = spans.before_said(self.over(figure))
        step = ("较" + early, early) if early else ("环比", "上期")
        lead = {"year_before": "同比", "before": step[0]}.get(figure.against, f"较{spans.said(then)}")
        named = {"year_before": "上年同期", "before": step[1]}.get(figure.against, spans.said(then))
        base: wording.Base = "there"
        if then.last < self.begin:
            base = "none"
        elif then.first < self.begin:
            base = "partial"
        elif not now_exists:
            base = "zero"
        return Against(lead if figure.lead is None else figure.lead, named, base)


def dims(where: Where, pack: Pack) -> dict[str, Any]:
    """Return the conditions of an outline as dimensions of the facts; one value alone, several as a tuple."""
    found: dict[str, Any] = {}
    found |= _categories(where.categories, pack)
    found |= _areas(where.areas, pack)
    named = {"channel": where.channels, "kind_base": where.kinds, "urgency": where.urgencies,
             "unit_top_kind": where.unit_kinds, "unit": where.units}  # fmt: skip
    found |= {name: values for name, values in named.items() if values}
    flags = {"enterprise": where.enterprise, "anonymous": where.anonymous, "repeat": where.repeat,
             "point_to_point": where.point_to_point}  # fmt: skip
    found |= {name: int(flag) for name, flag in flags.items() if flag is not None}
    return {name: value[0] if isinstance(value, tuple) and len(value) == 1 else value for name, value in found.items()}


def _categories(codes: tuple[str, ...], pack: Pack) -> dict[str, tuple[str, ...]]:
    """All on one level of the tree: by that level; else by the leaves below them."""
    if not codes:
        return {}
    tree = pack.category_tree
    levels = {len(tree.lineage(code)) for code in codes}
    if len(levels) == 1:
        return {f"category_{levels.pop()}": codes}
    return {"category": tuple(sorted({row.code for code in codes for row in tree.subtree(code)}))}


def _areas(codes: tuple[str, ...], pack: Pack) -> dict[str, tuple[str, ...]]:
    if not codes:
        return {}
    levels = {pack.area_tree[code].level for code in codes if code in pack.area_tree}
    name = _LEVEL_NAMES.get(levels.pop(), "area") if len(levels) == 1 else "area"
    return {name: codes}


# -- forms ------------------------------------------------------------------------------------------------------------


def exact_of(asked: Metric, figure: Figure) -> Decimal | None:
    """Return a figure without rounding: a number, or a quotient (per cent times a hundred); None where none counts."""
    if asked.denominator is None:
        return Decimal(figure.numerator) / asked.scale
    if not figure.denominator:
        return None
    return Decimal(figure.numerator) * asked.factor / (asked.scale * figure.denominator)


def _count(asker: Asker, figure: ReportFigure) -> Value:
    over = asker.over(figure)
    asked, sums = metric(figure.metric), asker.figure(figure, over)
    exact = Decimal(sums.numerator) / asked.scale
    words = asker.style(figure).count(exact)
    return Value(words, asked.title, "count", asker.query(figure, over), f"{exact:f}", sums.numerator,
                 missing=not exact)  # fmt: skip


def _rate(asker: Asker, figure: ReportFigure) -> Value:
    over = asker.over(figure)
    asked, sums = metric(figure.metric), asker.figure(figure, over)
    return _quotient(asker, figure, asked, sums, asker.query(figure, over))


def _quotient(asker: Asker, figure: ReportFigure, asked: Metric, sums: Figure, query: Query) -> Value:
    exact, style = exact_of(asked, sums), asker.style(figure)
    if exact is None:
        return Value("（无可计算的工单）", asked.title, figure.form, query, missing=True)
    words = style.rate(exact) if asked.unit == "%" else f"{style.rounded(exact):f}"
    return Value(words, asked.title, figure.form, query, f"{exact:.6f}", sums.numerator, sums.denominator)


def share_of(asker: Asker, figure: ReportFigure, over: Period) -> tuple[Decimal | None, int, int]:
    """Return per cent of the whole, the part and the whole."""
    part = asker.figure(figure, over).numerator
    whole = asker.figure(figure, over, asker.whole(figure)).numerator
    return (Decimal(part) * HUNDRED / whole if whole else None), part, whole


def _share(asker: Asker, figure: ReportFigure) -> Value:
    over = asker.over(figure)
    exact, part, whole = share_of(asker, figure, over)
    query, title = asker.query(figure, over), f"占{metric(figure.metric).title}比重"
    if exact is None:
        return Value("（无工单）", title, "share", query, missing=True)
    return Value(asker.style(figure).rate(exact), title, "share", query, f"{exact:.6f}", part, whole,
                 missing=not part)  # fmt: skip


def _growth(asker: Asker, figure: ReportFigure) -> Value:
    over = asker.over(figure)
    then = spans.shifted(figure.against, over, asker.paper)
    now_sum, then_sum = (asker.figure(figure, span).numerator for span in (over, then))
    against = asker.against(figure, then, now_exists=bool(then_sum))
    style, words = asker.style(figure), figure.words or ("增长", "下降")
    said = wording.growth(Decimal(now_sum), Decimal(then_sum), against, style, words)
    exact = f"{Decimal(now_sum) / then_sum * HUNDRED - HUNDRED:.6f}" if then_sum else ""
    return Value(said, f"{metric(figure.metric).title}{against.lead}", "growth", asker.query(figure, over), exact,
                 now_sum, base=str(then_sum), base_query=asker.query(figure, then), missing=not exact)  # fmt: skip


def _points(asker: Asker, figure: ReportFigure) -> Value:
    over = asker.over(figure)
    then, asked = spans.shifted(figure.against, over, asker.paper), metric(figure.metric)
    now_exact, then_exact = (_rate_or_share(asker, figure, asked, span) for span in (over, then))
    against = asker.against(figure, then, now_exists=then_exact is not None)
    said = wording.points(now_exact, then_exact, against, asker.style(figure), figure.words or ("上升", "下降"))
    by = "" if now_exact is None or then_exact is None else f"{now_exact - then_exact:.6f}"
    return Value(said, f"{asked.title}{against.lead}", "points", asker.query(figure, over), by,
                 base="" if then_exact is None else f"{then_exact:.6f}", base_query=asker.query(figure, then),
                 missing=not by)  # fmt: skip


def _rate_or_share(asker: Asker, figure: ReportFigure, asked: Metric, over: Period) -> Decimal | None:
    if asked.denominator is None:
        return share_of(asker, figure, over)[0]
    return exact_of(asked, asker.figure(figure, over))


def _change(asker: Asker, figure: ReportFigure) -> Value:
    over = asker.over(figure)
    then, asked, style = spans.shifted(figure.against, over, asker.paper), metric(figure.metric), asker.style(figure)
    now_exact, then_exact = (_rate_or_share(asker, figure, asked, span) for span in (over, then))
    query, base_query = asker.query(figure, over), asker.query(figure, then)
    named = (figure.lead or spans.said(over), spans.said(then))
    if now_exact is None or then_exact is None:
        said = f"{named[0]}为{'无' if now_exact is None else style.rate(now_exact)}，{named[1]}无可比数据"
        return Value(said, asked.title, "change", query, base_query=base_query, missing=True)
    said = wording.change(style.rate(now_exact), style.rate(then_exact), now_exact - then_exact, named,
                          figure.words or ("上升", "下降"))  # fmt: skip
    return Value(said, asked.title, "change", query, f"{now_exact:.6f}", base=f"{then_exact:.6f}",
                 base_query=base_query)  # fmt: skip


def _mean_growth(asker: Asker, figure: ReportFigure) -> Value:
    """Growth a year, compounded: the n-th root of the quotient (年均增长, 004)."""
    over = asker.over(figure)
    then = spans.shifted(figure.against, over, asker.paper)
    now_sum, then_sum = (asker.figure(figure, span).numerator for span in (over, then))
    against = replace(asker.against(figure, then, now_exists=bool(then_sum)), lead=figure.lead or "年均")
    title, query = f"{metric(figure.metric).title}年均增长", asker.query(figure, over)
    if not then_sum or against.base != "there":
        return Value(f"{against.named}无数据，不计年均增长", title, "mean_growth", query, missing=True)
    factor = (Decimal(now_sum) / then_sum) ** (Decimal(1) / figure.years)
    words = figure.words or ("增长", "下降")
    said = wording.growth(factor, Decimal(1), against, asker.style(figure), words)
    return Value(said, title, "mean_growth", query, f"{factor * HUNDRED - HUNDRED:.6f}", now_sum, base=str(then_sum),
                 base_query=asker.query(figure, then))  # fmt: skip


def _highest(asker: Asker, figure: ReportFigure) -> Value:
    """The day with the most, or how many; of days alike the first."""
    over = asker.over(figure)
    days = asker.answer(figure, over, by=("day",)).lines
    if not days:
        return Value("（无）", "单日最高", figure.form, asker.query(figure, over), missing=True)
    best = max(days, key=lambda line: (line.figure.numerator, -line.key[0].toordinal()))
    day, count = best.key[0], best.figure.numerator
    words = spans.day_said(day, year=over.first.year != over.last.year)
    if figure.form == "highest":
        words = asker.style(figure).count(Decimal(count))
    query = asker.query(figure, Period(day.isoformat(), day, day))
    return Value(words, f"单日最高{metric(figure.metric).title}", figure.form, query, str(count), count,
                 missing=over.days == 1)  # fmt: skip


def _daily_mean(asker: Asker, figure: ReportFigure) -> Value:
    over = asker.over(figure)
    sums = asker.figure(figure, over)
    exact = Decimal(sums.numerator) / over.days
    return Value(asker.style(figure).count(exact), f"日均{metric(figure.metric).title}", "daily_mean",
                 asker.query(figure, over), f"{exact:.6f}", sums.numerator, over.days,
                 missing=not exact or over.days == 1)  # fmt: skip


def _ranking(asker: Asker, figure: ReportFigure) -> Value:
    """Name the largest, each with its number and share, as in A（120件，占12.00%）、B（…）."""
    over, asked = asker.over(figure), metric(figure.metric)
    answer = asker.answer(figure, over, by=(figure.by,))
    whole, style = answer.whole.figure.numerator, asker.style(figure)
    lines = sorted((line for line in answer.lines if line.words[0] and line.figure.numerator),
                   key=lambda line: (-line.figure.numerator, str(line.key[0])))  # fmt: skip
    items = tuple(
        Value(str(line.figure.numerator), asked.title, "count",
              asker.query(figure, over, **{figure.by: line.key[0]}), str(line.figure.numerator), line.figure.numerator,
              label=f"{line.words[0]}（",
              tail=f"件，占{style.rate(Decimal(line.figure.numerator) * HUNDRED / whole)}）")
        for line in lines[: figure.top]
    )  # fmt: skip
    return _listed(asker, figure, over, items)


def _lowest(asker: Asker, figure: ReportFigure) -> Value:
    """Name those with the worst rate, of ten orders at least and below the whole, as in A（80.12%）、B（…）."""
    over, asked = asker.over(figure), metric(figure.metric)
    answer = asker.answer(figure, over, by=(figure.by,))
    rated = [(exact, line) for line in answer.lines if line.words[0] and (line.figure.denominator or 0) >= _ENOUGH
             and (exact := exact_of(asked, line.figure)) is not None]  # fmt: skip
    sign, whole = -1 if asked.falling else 1, exact_of(asked, answer.whole.figure)
    rated = [one for one in rated if whole is not None and one[0] * sign < whole * sign]
    rated.sort(key=lambda one: (one[0] * sign, str(one[1].key[0])))
    items = tuple(
        replace(_quotient(asker, figure, asked, line.figure, asker.query(figure, over, **{figure.by: line.key[0]})),
                form="rate", label=f"{line.words[0]}（", tail="）")
        for _exact, line in rated[: figure.top]
    )  # fmt: skip
    return _listed(asker, figure, over, items)


def _listed(asker: Asker, figure: ReportFigure, over: Period, items: tuple[Value, ...]) -> Value:
    words = "、".join(f"{item.label}{item.words}{item.tail}" for item in items)
    title, query = metric(figure.metric).title, asker.query(figure, over)
    return Value(words or "（无）", title, figure.form, query, items=items, missing=not items)


def _issued(asker: Asker, figure: ReportFigure) -> Value:
    over, kind = asker.over(figure), figure.reports or ""
    count = asker.issued(kind, over) if asker.issued else 0
    found = asker.pack.reports.kind(kind)
    query = Query("issued", over.name, (("kind", kind),), said=f"报告种类：{found.title if found else kind}")
    return Value(str(count), "已印发", "issued", query, str(count), count, missing=not count)


_FORMS: Final[Mapping[Form, Callable[[Asker, ReportFigure], Value]]] = {
    "count": _count, "rate": _rate, "share": _share, "growth": _growth, "points": _points, "change": _change,
    "mean_growth": _mean_growth, "highest": _highest, "highest_day": _highest, "daily_mean": _daily_mean,
    "ranking": _ranking, "lowest": _lowest, "issued": _issued,
}  # fmt: skip
