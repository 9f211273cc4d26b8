"""Answers and definitions in words: for the terminal, for files, for docs/facts.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from open12345.facts.columns import COLUMNS
from open12345.facts.dimensions import DIMENSIONS, key_text
from open12345.facts.metrics import METRICS, Metric
from open12345.facts.queries import Answer, Figure, Line

_ROWS: Final = {"main": "order", "given": "order × lead", "all": "order × unit"}


def change(asked: Metric, now: Figure, then: Figure | None) -> float | None:
    """Return how far a figure is from an earlier one: volumes in per cent, all else in its own unit (points)."""
    if then is None or now.value is None or then.value is None:
        return None
    if asked.unit == "count":
        return (now.value / then.value - 1) * 100 if then.value else None
    return now.value - then.value


def printed(asked: Metric, figure: Figure | None) -> str:
    """Return a figure as printed: "–" where nothing counts."""
    if figure is None or figure.value is None:
        return "–"
    return f"{figure.value:,.{asked.precision}f}{'' if asked.unit == 'count' else ' ' + asked.unit}"


def _changed(asked: Metric, now: Figure, then: Figure | None) -> str:
    found = change(asked, now, then)
    if found is None:
        return "–"
    unit = {"count": " %", "%": " pp"}.get(asked.unit, f" {asked.unit}")
    return f"{found:+,.2f}{unit}"


def print_answer(answer: Answer, console: Console) -> None:
    """Print an answer as a table, the whole at its foot."""
    asked = answer.metric
    table = Table(title=f"{asked.title} {asked.english} · {answer.cut.period.name} · facts of {answer.facts[:19]}")
    for name in answer.cut.by:
        table.add_column(DIMENSIONS[name].english)
    heads = ["figure"] if asked.denominator is None else ["figure", "above", "below"]
    for other in (answer.before, answer.year_before):
        heads += [other.name, "change"] if other else []
    for head in heads:
        table.add_column(head, justify="right")
    for line in answer.lines if answer.cut.by else ():
        table.add_row(*_keys(line), *_cells(asked, line, answer), end_section=line is answer.lines[-1])
    table.add_row(
        *["all"] * bool(answer.cut.by), *[""] * (len(answer.cut.by) - 1), *_cells(asked, answer.whole, answer)
    )
    console.print(table)


def _keys(line: Line) -> list[str]:
    return [word or key_text(key) or "–" for key, word in zip(line.key, line.words, strict=True)]


def _cells(asked: Metric, line: Line, answer: Answer) -> list[str]:
    now = line.figure
    cells = [printed(asked, now)]
    cells += [] if asked.denominator is None else [f"{now.numerator / asked.scale:,g}", f"{now.denominator:,}"]
    for other, then in ((answer.before, line.before), (answer.year_before, line.year_before)):
        cells += [printed(asked, then), _changed(asked, now, then)] if other else []
    return cells


def answer_rows(answer: Answer) -> Iterator[list[Any]]:
    """Yield the rows of a CSV file: names of the columns, then each cell; changes as in `change`."""
    asked = answer.metric
    names = [*answer.cut.by, *(f"{name}_title" for name in answer.cut.by), asked.code, "numerator", "denominator"]
    others = [(place, other) for place, other in enumerate((answer.before, answer.year_before)) if other]
    for _place, other in others:
        names += [other.name, f"change_{other.name}"]
    yield names
    for line in answer.lines:
        then = (line.before, line.year_before)
        cells: list[Any] = [*(key_text(key) for key in line.key), *line.words, line.figure.value,
                            line.figure.numerator / asked.scale, line.figure.denominator]  # fmt: skip
        for place, _other in others:
            earlier = then[place]
            cells += [earlier.value if earlier else None, change(asked, line.figure, earlier)]
        yield cells


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer for a program."""
    asked, cut = answer.metric, answer.cut
    return {
        "metric": asked.code, "title": asked.title, "english": asked.english, "unit": asked.unit,
        "period": cut.period.name, "before": answer.before.name if answer.before else None,
        "year_before": answer.year_before.name if answer.year_before else None, "by": list(cut.by),
        "where": {name: _given(value) for name, value in cut.where}, "excluded": list(cut.exclusions),
        "facts": answer.facts, "whole": _line_json(asked, answer.whole),
        "lines": [_line_json(asked, line) for line in answer.lines],
    }  # fmt: skip


def _given(value: Any) -> str | list[str]:
    return [key_text(one) for one in value] if isinstance(value, tuple) else key_text(value)


def _line_json(asked: Metric, line: Line) -> dict[str, Any]:
    told = {"key": [key_text(key) for key in line.key], "words": list(line.words), **_figure_json(asked, line.figure)}
    for name, then in (("before", line.before), ("year_before", line.year_before)):
        if then is not None:
            told[name] = {**_figure_json(asked, then), "change": change(asked, line.figure, then)}
    return told


def _figure_json(asked: Metric, figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "numerator": figure.numerator / asked.scale, "denominator": figure.denominator}


# -- definitions ------------------------------------------------------------------------------------------------------


def listed() -> str:
    """Return the metrics, one a line."""
    return "".join(f"{one.code:22}{one.unit:7}{one.basis:12}{one.title} · {one.english}\n" for one in METRICS)


def tables() -> str:
    """Return the tables of docs/facts.md: metrics, dimensions, columns."""
    return f"{_metrics()}\n{_dimensions()}\n{_columns()}"


def _metrics() -> str:
    head = (
        "| code | 指标 | metric | Σ above | Σ below | rows | date | unit | better | source |\n" + "| --- " * 10 + "|\n"
    )
    return "### Metrics\n\n" + head + "".join(
        f"| `{one.code}` | {one.title} | {one.english}{f'; {one.note}' if one.note else ''} | `{_text(one.numerator)}` "
        f"| {f'`{_text(one.denominator)}`' if one.denominator is not None else '–'} | {_ROWS[one.rows]} | {one.basis} "
        f"| {one.unit} | {_better(one)} | {one.source} |\n"
        for one in METRICS
    )  # fmt: skip


def _text(expression: Any) -> str:
    return repr(expression).replace("_.", "").replace("|", "\\|")


def _better(one: Metric) -> str:
    return "–" if one.falling is None else "low" if one.falling else "high"


def _dimensions() -> str:
    rows = "".join(f"| `{one.name}` | {one.title} | {one.english} |\n" for one in DIMENSIONS.values())
    return "### Dimensions\n\n| name | 维度 | dimension |\n| --- | --- | --- |\n" + rows


def _columns() -> str:
    rows = "".join(f"| `{one.name}` | {one.type} | {one.title} | {one.english} |\n" for one in COLUMNS)
    return "### Columns\n\n| name | type | 列 | column |\n| --- | --- | --- | --- |\n" + rows
