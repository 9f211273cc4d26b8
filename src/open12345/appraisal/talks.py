"""Who is called to a talk (约谈, 003) when a month is published: by the pack's rules, each with its numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from open12345.appraisal import queries
from open12345.appraisal.measuring import measure, ranked_units
from open12345.appraisal.models import Edition, Talk
from open12345.appraisal.months import Month, month_of
from open12345.appraisal.results import scores_of
from open12345.appraisal.scoring import Score
from open12345.directory.models import Unit
from open12345.facts.queries import View
from open12345.policy import Pack
from open12345.policy.scoring import TalkRule

Caught = dict[str, str]
"""Unit → the number for which it is caught."""


def called(pack: Pack, edition: Edition, at: datetime) -> list[Talk]:
    """Return the talks that an edition calls for; a unit once, with every rule that caught it."""
    month = month_of(edition.month)
    reasons: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for rule in pack.appraisal.talks:
        caught = [_caught(pack, rule, edition, month.back(n), n, at) for n in range(rule.months)]
        for unit in set.intersection(*(set(one) for one in caught)):
            numbers = [{"month": str(month.back(n)), "number": one[unit]} for n, one in enumerate(caught)]
            reasons[unit].append({"rule": rule.code, "title": rule.title, "kind": rule.rule, "numbers": numbers})
    units = Unit.objects.filter(code__in=reasons).order_by("code")
    return [Talk(edition=edition, unit=unit, reasons=reasons[unit.code]) for unit in units]


def _caught(pack: Pack, rule: TalkRule, edition: Edition, month: Month, back: int, at: datetime) -> Caught:
    """Return whom a rule catches in one month: of the edition itself, or of what was published before."""
    found = edition if not back else queries.edition_of(month)
    if found is None:
        return {}
    if rule.rule == "most":
        return _most(pack, rule, found, month, at)
    scores = scores_of(found, adjudicated=True)
    return _BY_RULE[rule.rule](rule, scores)


def _bottom(rule: TalkRule, scores: Mapping[str, Score]) -> Caught:
    return {
        unit: f"{score.rank}/{score.ranked}" for unit, score in scores.items()
        if score.rank is not None and score.ranked > rule.count
        and sum(_below(other, score) for other in scores.values()) < rule.count
    }  # fmt: skip


def _below(other: Score, score: Score) -> bool:
    return other.group == score.group and other.rank is not None and other.total < score.total


def _under(rule: TalkRule, scores: Mapping[str, Score]) -> Caught:
    limit = rule.at_least or 0
    return {u: f"{s.total}" for u, s in scores.items() if s.rank is not None and s.percent < limit}


def _floor(rule: TalkRule, scores: Mapping[str, Score]) -> Caught:
    return {u: " ".join(s.floors) for u, s in scores.items() if s.rank is not None and s.floors}


_BY_RULE: Final[Mapping[str, Callable[[TalkRule, Mapping[str, Score]], Caught]]] = {
    "bottom": _bottom, "below": _under, "floor": _floor,
}  # fmt: skip


def _most(pack: Pack, rule: TalkRule, edition: Edition, month: Month, at: datetime) -> Caught:
    code = rule.indicator or ""
    view = View(as_of=edition.facts_day, adjudicated=True, compared=False)
    values = measure(ranked_units(pack), [code], month.period, at=at, view=view)
    counts = {unit: found[code].numerator for unit, found in values.items() if code in found and found[code].numerator}
    return {
        unit: str(count) for unit, count in counts.items()
        if sum(other >= count for other in counts.values()) <= rule.count  # a tie that is too wide says nothing
    }  # fmt: skip
