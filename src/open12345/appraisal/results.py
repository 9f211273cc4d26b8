"""Scores as stored rows and back: what is published is read from here, never counted again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from open12345.appraisal.measuring import Ranked
from open12345.appraisal.models import Edition, Result
from open12345.appraisal.scoring import Extra, Line, Score, Value


def rows_of(edition: Edition, units: Iterable[Ranked], scores: Mapping[str, Score], *, adjudicated: bool
            ) -> list[Result]:  # fmt: skip
    """Return the rows that freeze a table."""
    return [_row(edition, one, scores[one.unit.code], adjudicated=adjudicated) for one in units]


def _row(edition: Edition, one: Ranked, score: Score, *, adjudicated: bool) -> Result:
    return Result(
        edition=edition, unit=one.unit, unit_name=one.unit.name, adjudicated=adjudicated, group=score.group,
        orders=score.orders, total=score.total, maximum=score.maximum, rank=score.rank, ranked=score.ranked,
        band=score.band, listed=score.listed, floors=list(score.floors),
        lines=[_line(line) for line in score.lines],
        extras=[{"points": str(row.points), "reason": row.reason, "evidence": row.evidence} for row in score.extras],
    )  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    value = line.value
    return {
        "code": line.code, "title": line.title, "rule": line.rule, "why": line.why, "points": str(line.points),
        "maximum": str(line.maximum), "value": [value.numerator, value.denominator, str(value.factor)],
    }  # fmt: skip


def score_of(row: Result) -> Score:
    """Return a stored row as the score that it froze; `unit` is the unit's code."""
    return Score(
        row.unit.code, row.group, row.orders, tuple(_read(line) for line in row.lines),
        tuple(Extra(Decimal(one["points"]), one["reason"], one["evidence"]) for one in row.extras),
        row.total, row.maximum, row.rank, row.ranked, row.band, row.listed, tuple(row.floors),
    )  # fmt: skip


def _read(line: Mapping[str, Any]) -> Line:
    numerator, denominator, factor = line["value"]
    return Line(
        line["code"], line["title"], line["rule"], Value(numerator, denominator, Decimal(factor)),
        Decimal(line["points"]), Decimal(line["maximum"]), line["why"],
    )  # fmt: skip


def scores_of(edition: Edition, *, adjudicated: bool) -> dict[str, Score]:
    """Return a published table by the unit's code."""
    rows = edition.results.filter(adjudicated=adjudicated).select_related("unit")
    return {row.unit.code: score_of(row) for row in rows}


def differences(
    before: Mapping[str, Score], after: Mapping[str, Score], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Name what a later edition changes: units whose total or place moved, and by which indicators."""
    found = []
    for unit, score in after.items():
        old = before.get(unit)
        if old is None or (old.total, old.rank) == (score.total, score.rank):
            continue
        was = {line.code: line.points for line in old.lines}
        moved = [line.title for line in score.lines if was.get(line.code) != line.points]
        found.append({
            "unit": unit, "name": names.get(unit, unit), "from": str(old.total), "to": str(score.total),
            "rank_from": old.rank, "rank_to": score.rank, "by": moved,
        })  # fmt: skip
    return found
