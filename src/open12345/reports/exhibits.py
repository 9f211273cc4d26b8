"""Charts, tables and lists of orders in a paper: their data, each figure with its query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from open12345.facts import queries as facts
from open12345.facts.dimensions import dimension
from open12345.facts.metrics import Metric, metric
from open12345.facts.periods import Period
from open12345.facts.queries import Answer, Figure, Line, View
from open12345.orders import queries as orders
from open12345.orders.models import Record, WorkOrder
from open12345.orders.stages import RecordKind, Stage
from open12345.policy.reports import ChartOf, ExamplesOf, TableOf
from open12345.reports import spans
from open12345.reports.asking import Asker, Query, exact_of
from open12345.reports.wording import HUNDRED, Style

_TIMES: Final = frozenset({"year", "quarter", "month", "week", "day", "weekday", "hour"})
_WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_PLACES: Final = {"month": 7, "day": 10}
_LONGEST: Final = 60
_DECEMBER: Final = 12

Json = dict[str, Any]


def chart(asker: Asker, spec: ChartOf, key: str, title: str) -> Iterator[Json]:
    """Yield a chart's data; nothing where nothing counts."""
    over, where = spans.until(spans.meant(spec.days, asker.paper), asker.today), asker.where(spec.where)
    answer = asker.ask(spec.metric, over, by=(spec.by,), where=where)
    lines = _kept(answer, spec.by, spec.top)
    if not lines or (spec.shape == "line" and len(lines) == 1):  # one day is no line
        return
    asked = metric(spec.metric)
    series = [{"name": spans.said(over), "values": [_number(asked, line.figure) for line in lines]}]
    if spec.beside and over.year_before().first >= asker.begin:
        then = asker.ask(spec.metric, over.year_before(), by=(spec.by,), where=where)
        series.append({"name": spans.said(over.year_before()), "values": _aligned(asked, lines, then, over, spec.by)})
    yield {
        "key": key, "type": "chart", "title": title, "shape": spec.shape, "unit": asked.unit,
        "labels": [_label(line, spec.by, over) for line in lines], "series": series,
        "queries": [_query(spec.metric, over, {**where, spec.by: line.key[0]}) for line in lines],
    }  # fmt: skip


def _aligned(asked: Metric, lines: list[Line], then: Answer, over: Period, by: str) -> list[float]:
    """Last year's values in the order of this year's keys: dates answer to each other by month and day."""
    if by not in _TIMES:
        known = {line.key[0]: line.figure for line in then.lines}
    else:
        known = {_moved(line.key[0]): line.figure for line in then.lines}
    return [_number(asked, known[line.key[0]]) if line.key[0] in known else 0 for line in lines]


def _moved(key: Any) -> Any:
    try:
        return key.replace(year=key.year + 1)
    except (AttributeError, ValueError):
        return key


def _kept(answer: Answer, by: str, top: int) -> list[Line]:
    """Times in their order; all else the largest first, what has no name left out."""
    if by in _TIMES:
        return list(answer.lines)
    named = [line for line in answer.lines if line.words[0] and _size(line.figure)]
    return sorted(named, key=lambda line: (-_size(line.figure), str(line.key[0])))[:top]


def _size(figure: Figure) -> int:
    return figure.numerator if figure.denominator is None else figure.denominator


def _number(asked: Metric, figure: Figure) -> float:
    found = exact_of(asked, figure)
    return 0 if found is None else round(float(found), 4)


def _label(line: Line, by: str, over: Period) -> str:
    key = line.key[0]
    if by == "month":
        return f"{key.month}月"
    if by in {"day", "week"}:
        return f"{key.month}/{key.day}"
    if by == "quarter":
        return f"{(key.month + 2) // 3}季度"
    if by == "year":  # a part does not stand as if it were a whole year
        part = key.year == over.last.year and over.last.month < _DECEMBER
        return f"{key.year}年1至{over.last.month}月" if part else f"{key.year}年"
    if by in {"weekday", "hour"}:
        return _WEEKDAYS[key] if by == "weekday" else f"{key}时"
    return line.words[0]


def table(asker: Asker, spec: TableOf, key: str, title: str) -> Iterator[Json]:
    """Yield a table: lines by a dimension, a column for each metric; each cell with its query."""
    over, where = spans.until(spans.meant(spec.days, asker.paper), asker.today), asker.where(spec.where)
    answers = [asker.ask(code, over, by=(spec.by,), where=where) for code in spec.metrics]
    lines = _kept(answers[0], spec.by, spec.top)
    if not lines:
        return
    columns = _Columns(asker, spec, over, where, answers)
    rows = [[_text(_label(line, spec.by, over)), *columns.cells(line.key)] for line in lines]
    if spec.total:
        rows += [[_text("其他"), *columns.rest(lines)]] if columns.lacking(lines) else []
        rows.append([_text("合计"), *columns.cells(())])
    yield {"key": key, "type": "table", "title": title, "heads": [_head(spec.by), *columns.heads], "rows": rows,
           "total": spec.total}  # fmt: skip


def _head(by: str) -> str:
    if by.startswith("category"):
        return "诉求类别" if by != "category" else "事项"
    return {"unit_top": "承办单位", "area_street": "街镇"}.get(by, dimension(by).title)


def _with_unit(title: str, unit: str) -> str:
    """Return a heading with its unit; a title that ends in brackets takes it into them."""
    return f"{title[:-1]}，{unit}）" if title.endswith("）") else f"{title}（{unit}）"


class _Columns:
    """The columns of one table: metrics, share of the first, growth of the first."""

    def __init__(self, asker: Asker, spec: TableOf, over: Period, where: dict[str, Any], answers: list[Answer]) -> None:
        self.asker, self.spec, self.over, self.where = asker, spec, over, where
        self.metrics = [metric(code) for code in spec.metrics]
        self.known = [{line.key: line.figure for line in answer.lines} | {(): answer.whole.figure}
                      for answer in answers]  # fmt: skip
        self.then: dict[Any, Figure] = {}
        if spec.growth and over.year_before().first >= asker.begin:
            then = asker.ask(spec.metrics[0], over.year_before(), by=(spec.by,), where=where)
            self.then = {line.key: line.figure for line in then.lines} | {(): then.whole.figure}

    @property
    def heads(self) -> list[str]:
        """The titles of the columns."""
        units = {"count": "件", "%": "%", "WD": "工作日", "min": "分钟"}
        found = [_with_unit(one.title, units[one.unit]) for one in self.metrics]
        return [*found, *(["占比（%）"] if self.spec.share else []), *(["同比（%）"] if self.then else [])]

    def cells(self, key: Any) -> Iterator[Json]:
        """Yield the cells of a line; `()` is the last line, of all."""
        where = {**self.where, **({self.spec.by: key[0]} if key else {})}
        for one, known in zip(self.metrics, self.known, strict=True):
            yield {"t": self._printed(one, known.get(key)), "q": _query(one.code, self.over, where)}
        first = self.known[0]
        if self.spec.share:
            yield _text(_share(first[key].numerator, first[()].numerator))
        if self.then:
            yield _text(_grown(first[key].numerator, self.then[key].numerator if key in self.then else 0))

    def lacking(self, lines: list[Line]) -> bool:
        """Say whether the lines do not add up to the whole."""
        rest = self._rest(self.known[0], lines)
        return bool(rest.numerator or rest.denominator)

    def rest(self, lines: list[Line]) -> Iterator[Json]:
        """Yield the cells of what has no line of its own."""
        for one, known in zip(self.metrics, self.known, strict=True):
            yield _text(self._printed(one, self._rest(known, lines)))
        first = self._rest(self.known[0], lines).numerator
        if self.spec.share:
            yield _text(_share(first, self.known[0][()].numerator))
        if self.then:
            yield _text(_grown(first, self._rest(self.then, lines).numerator))

    @staticmethod
    def _rest(known: Mapping[Any, Figure], lines: list[Line]) -> Figure:
        """The whole without the lines."""
        whole, listed = known[()], [known[line.key] for line in lines if line.key in known]
        above = whole.numerator - sum(one.numerator for one in listed)
        if whole.denominator is None:
            return Figure(above, None, None)
        return Figure(above, whole.denominator - sum(one.denominator or 0 for one in listed), None)

    @staticmethod
    def _printed(one: Metric, figure: Figure | None) -> str:
        exact = exact_of(one, figure) if figure else None
        return "—" if exact is None else f"{Style(one.precision).rounded(exact):f}"


def _share(part: int, whole: int) -> str:
    return f"{Style(2).rounded(Decimal(part) * HUNDRED / whole):f}" if whole else "—"


def _grown(now: int, then: int) -> str:
    return f"{Style(1).rounded(Decimal(now) * HUNDRED / then - HUNDRED):+f}" if then else "—"


def _text(text: str) -> Json:
    return {"t": text}


def _query(code: str, over: Period, where: dict[str, Any]) -> Json:
    return Query(code, over.name, tuple((name, _plain(value)) for name, value in where.items())).as_json()


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def examples(asker: Asker, spec: ExamplesOf, key: str, title: str) -> Iterator[Json]:
    """Yield a list of orders, the newest first, as the writer may see them; masked texts, nothing confidential."""
    answer = asker.ask(spec.metric, asker.paper, where=asker.where(spec.where))
    numbers = facts.orders_of(answer.cut, "rest" if spec.rest else "numerator", at=asker.at,
                              view=View(as_of=asker.as_of), most=spec.most)  # fmt: skip
    found = orders.visible_to(asker.person).filter(number__in=numbers, confidential=False).select_related("lead_unit")
    rows = [_row(asker, order, with_answer=spec.answers) for order in found.order_by("-accepted_at", "-pk")]
    if rows:
        heads = ["工单编号", "受理日期", "诉求事项", "承办单位", "办理情况"]
        yield {"key": key, "type": "table", "title": title, "heads": heads, "rows": rows, "total": False, "list": True}


def _row(asker: Asker, order: WorkOrder, *, with_answer: bool) -> list[Json]:
    stands = str(Stage(order.stage).label)
    if with_answer and (said := _answered(order)):
        stands = f"{stands}。答复：{said}"
    accepted = order.accepted_at.astimezone(asker.pack.calendar().zone) if order.accepted_at else None
    return [
        {"t": order.number, "o": order.number}, _text(f"{accepted:%Y-%m-%d}" if accepted else ""),
        _text(order.title), _text(order.lead_unit.name if order.lead_unit else "—"), _text(stands),
    ]  # fmt: skip


def _answered(order: WorkOrder) -> str:
    kinds = [RecordKind.ANSWER, RecordKind.DIRECT_ANSWER]
    record = Record.objects.filter(order=order, kind__in=kinds).order_by("-pk").first()
    text = str(record.content.get("text") or record.content.get("answer") or "") if record else ""
    return text[:_LONGEST] + ("…" if len(text) > _LONGEST else "")
