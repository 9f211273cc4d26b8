"""The answer as a table: sorted, cut to the first rows, the rest of them added up, every figure with its orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from open12345.facts import links, saying
from open12345.facts.columns import BY_NAME
from open12345.facts.cuts import Cut
from open12345.facts.document import change
from open12345.facts.explorer.asking import MOST, TOP, Asked
from open12345.facts.metrics import Metric
from open12345.facts.queries import Answer, Figure, Line
from open12345.facts.words import filled

#: More rows than any table has.
EVERY: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Then:
    """An earlier figure and how far the present one is from it; `worse`: in the bad direction.

    `lacking` says why there is nothing to compare with.
    """

    figure: str
    change: str
    worse: bool
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its words, the figure with its orders, its parts, the earlier ones. `kind`: "", "rest" or "whole"."""

    words: tuple[str, ...]
    line: Line
    figure: str
    url: str = ""
    above: str = ""
    rest: str = ""
    below: str = ""
    rest_url: str = ""
    below_url: str = ""
    thens: tuple[Then, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of a table, the whole at its foot.

    `few`: how many have too few cases to be listed; `cut`: how many were added up.
    """

    rows: tuple[Row, ...]
    whole: Row
    few: int = 0
    cut: int = 0


def shown(answer: Answer, asked: Asked) -> Shown:
    """Return the table of an answer."""
    known = [line for line in answer.lines if any(map(cases, (line.figure, line.before, line.year_before)))]
    kept = [line for line in known if cases(line.figure) >= asked.least]
    ordered = _sorted(kept, asked)
    first, others = ordered[: asked.top], ordered[asked.top :]
    rows = [_row(answer, asked, line) for line in first]
    if others:
        words = _("其余 %(n)s 项") % {"n": len(others)}
        rows.append(
            replace(_row(answer, asked, added(answer.metric, others)), words=_padded(words, answer), kind="rest")
        )
    whole = replace(_row(answer, asked, answer.whole), words=_padded(_("合计"), answer), kind="whole")
    return Shown(tuple(rows), whole, len(known) - len(kept), len(others))


def more(asked: Asked) -> int:
    """Return how many rows to show when more are wanted."""
    return min(MOST, max(asked.top * 4, TOP))


def cases(figure: Figure | None) -> int:
    """Return how many cases a figure rests on."""
    if figure is None:
        return 0
    return figure.numerator if figure.denominator is None else figure.denominator


def added(asked: Metric, lines: Sequence[Line]) -> Line:
    """Return several lines as one: sums above, sums below."""

    def of(figures: Iterable[Figure | None]) -> Figure | None:
        some = [one for one in figures if one is not None]
        if not some:
            return None
        below = sum(one.denominator or 0 for one in some) if asked.denominator is not None else None
        above = sum(one.numerator for one in some)
        return Figure(above, below, asked.value(above, below))

    now = of(line.figure for line in lines)
    return Line(
        (), (), now or Figure(0, None, None), of(line.before for line in lines), of(line.year_before for line in lines)
    )


def _padded(words: str, answer: Answer) -> tuple[str, ...]:
    return (words, *[""] * (len(answer.cut.by) - 1)) if answer.cut.by else ()


def _row(answer: Answer, asked: Asked, line: Line) -> Row:
    metric, figure = answer.metric, line.figure
    thens = tuple(_then(metric, figure, then) for then, other in
                  ((line.before, answer.before), (line.year_before, answer.year_before)) if other)  # fmt: skip
    row = Row(tuple(map(filled, line.words)), line, saying.printed(metric, figure), thens=thens)
    row = row if metric.denominator is None else _with_parts(row, metric, figure)
    if line.key or line is answer.whole:
        cut = answer.cell(line.key) if line.key else answer.cut
        row = _with_urls(row, cut, asked)
    return row


def _with_parts(row: Row, metric: Metric, figure: Figure) -> Row:
    """The numerator, the rest and the denominator in numbers; of sums that are no orders, the rest is none."""
    below = figure.denominator or 0
    rest = f"{below - figure.numerator:,}" if of_orders(metric) else _("查看")
    return replace(row, above=f"{figure.numerator / metric.scale:,.10g}", rest=rest, below=f"{below:,}")


def of_orders(metric: Metric) -> bool:
    """Say whether numerator and denominator count rows one by one, so that their difference does too."""
    if metric.denominator is None:
        return False
    below = repr(metric.denominator).removeprefix("(_.given - ").removesuffix(")" if metric.running else "")
    names = [repr(metric.numerator).removeprefix("_."), below.removeprefix("_.")]
    return all(name in BY_NAME and BY_NAME[name].type == "flag" for name in names)


def _with_urls(row: Row, cut: Cut, asked: Asked) -> Row:
    view = asked.question.view
    row = replace(row, url=links.figure_url(cut, view=view))
    if asked.metric.denominator is None:
        return row
    rest, below = links.figure_url(cut, "rest", view), links.figure_url(cut, "denominator", view)
    return replace(row, rest_url=rest, below_url=below)


def _then(metric: Metric, now: Figure, then: Figure | None) -> Then:
    found = change(metric, now, then)
    worse = found is not None and metric.falling is not None and (found > 0 if metric.falling else found < 0)
    lacking = "" if cases(then) else _("无数据") if metric.denominator is not None else _("0，不作比较")
    return Then(saying.printed(metric, then), saying.changed(metric, now, then), worse, lacking)


def _sorted(lines: list[Line], asked: Asked) -> list[Line]:
    """Put the rows in order; those without the value that counts stand last, in their own order."""
    if asked.sort == "key":
        return lines
    metric = asked.metric

    def weight(line: Line) -> float | None:
        if asked.sort in {"high", "low"}:
            return line.figure.value
        found = change(metric, line.figure, line.before)
        if found is None or asked.sort in {"up", "down"}:
            return found
        return found if metric.falling else -found  # the more, the worse

    known = [(weight(line), line) for line in lines]
    down = asked.sort in {"high", "worse", "up"}
    first = sorted((pair for pair in known if pair[0] is not None), key=lambda pair: pair[0] or 0, reverse=down)
    return [line for _weight, line in first] + [line for value, line in known if value is None]
