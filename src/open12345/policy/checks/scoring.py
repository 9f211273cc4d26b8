"""Checks of how points are given: weights, rules of scoring, bands, floors, talks, goals, presets."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from open12345.policy.appraisal import Appraisal
from open12345.policy.names import VOLUMES
from open12345.policy.problems import Loc
from open12345.policy.schema import Pack
from open12345.policy.scoring import Band, Scoring, TalkRule

from .registry import Mistake, check, repeats, unknown

_PLACE: Loc = ("appraisal",)


def _known(rules: Appraisal) -> list[str]:
    return [*(found.code for found in rules.indicators), *VOLUMES]


@check(intact="appraisal")
def weights_come_to_their_maximum(pack: Pack) -> Iterator[Mistake]:
    """Weights name known indicators and come to the maximum (100); each set has its own day."""
    rules = pack.appraisal
    yield from repeats((*_PLACE, "indicators"), (found.code for found in rules.indicators))
    days = (str(found.effective_from) for found in rules.weights)
    yield from repeats((*_PLACE, "weights"), days, "生效日期", ("effective_from",))
    for index, one in enumerate(rules.weights):
        yield from weight_mistakes((*_PLACE, "weights", index, "weights"), one.weights, one.maximum, _known(rules))


def weight_mistakes(
    place: Loc, weights: Mapping[str, Decimal], maximum: Decimal, known: Collection[str]
) -> Iterator[Mistake]:
    """Name unknown codes and a wrong sum."""
    for code in weights:
        if code not in known:
            yield (*place, code), unknown("指标", code, known)
    total = sum(weights.values())
    if total != maximum:
        yield place, f"权重合计 {total}，应为 {maximum}"


@check(intact="appraisal")
def scoring_can_be_counted(pack: Pack) -> Iterator[Mistake]:
    """Each rule names a known indicator once and has the numbers it needs; a deduction has no weight."""
    rules = pack.appraisal
    weighted = {code for one in rules.weights for code in one.weights}
    yield from _scoring((*_PLACE, "scoring"), rules.scoring, _known(rules), weighted)


def _scoring(place: Loc, rows: Sequence[Scoring], known: Collection[str], weighted: Collection[str]
             ) -> Iterator[Mistake]:  # fmt: skip
    yield from repeats(place, (row.indicator for row in rows), "指标", ("indicator",))
    for index, row in enumerate(rows):
        loc: Loc = (*place, index)
        if row.stub:
            if row.indicator in weighted:
                yield (*loc, "stub"), f"“{row.indicator}” 没有计分办法（stub），不能有权重"
            continue
        if row.indicator not in known:
            yield (*loc, "indicator"), unknown("指标", row.indicator, known)
        yield from _NEEDS[row.rule](loc, row)
        if (row.rule == "deduction") == (row.indicator in weighted):
            told = "是扣分项，不写权重" if row.rule == "deduction" else "没有权重；请在 weights 里写，或删去这一条"
            yield (*loc, "rule"), f"“{row.indicator}” {told}"


def _linear(loc: Loc, row: Scoring) -> Iterator[Mistake]:
    if row.zero is not None and row.zero == row.full:
        yield (*loc, "full"), f"zero 和 full 都是 {row.full}；满分值和零分值应不同"
    if (row.zero is None) != (row.full is None):
        yield (*loc, "zero" if row.full is None else "full"), "zero（零分值）和 full（满分值）要么都写，要么都不写"


def _threshold(loc: Loc, row: Scoring) -> Iterator[Mistake]:
    if row.at_least is None:
        yield (*loc, "rule"), "all_or_nothing 须写 at_least（达到多少得满分）"


def _steps(loc: Loc, row: Scoring) -> Iterator[Mistake]:
    if not row.steps:
        yield (*loc, "rule"), "band 须写 steps（各档：at_least、share）"
    for place, (high, low) in enumerate(pairwise(row.steps), start=1):
        if low.at_least >= high.at_least:
            yield (*loc, "steps", place, "at_least"), "各档由高到低写"


def _each(loc: Loc, row: Scoring) -> Iterator[Mistake]:
    if not row.each:
        yield (*loc, "rule"), "deduction 须写 each（每一件或每一个百分点扣几分）"


def _nothing(loc: Loc, row: Scoring) -> Iterator[Mistake]:
    return iter(())


_NEEDS: Mapping[str, Callable[[Loc, Scoring], Iterator[Mistake]]] = {
    "linear": _linear, "share_of_group": _nothing, "all_or_nothing": _threshold, "band": _steps, "deduction": _each,
}  # fmt: skip


@check("appraisal")
def bands_fall(pack: Pack) -> Iterator[Mistake]:
    """Bands stand from the best down to the one that begins at 0."""
    yield from _bands((*_PLACE, "bands"), pack.appraisal.bands)


def _bands(place: Loc, bands: Sequence[Band]) -> Iterator[Mistake]:
    yield from repeats(place, (found.code for found in bands))
    for index, (high, low) in enumerate(pairwise(bands), start=1):
        if low.at_least >= high.at_least:
            yield (*place, index, "at_least"), "分档由高到低写"
    if bands and bands[-1].at_least:
        yield (*place, len(bands) - 1, "at_least"), "最后一档从 0 起，否则有单位不在任何一档"


@check(intact="appraisal")
def floors_talks_and_goals_name_known_indicators(pack: Pack) -> Iterator[Mistake]:
    """What is watched is counted; a talk rule has the number it goes by."""
    rules = pack.appraisal
    known = _known(rules)
    named: dict[str, list[str | None]] = {
        "floors": [row.indicator for row in rules.floors], "talks": [row.indicator for row in rules.talks],
        "goals": [row.indicator for row in rules.goals],
    }  # fmt: skip
    for name, codes in named.items():
        for index, code in enumerate(codes):
            if code is not None and code not in known:
                yield (*_PLACE, name, index, "indicator"), unknown("指标", code, known)
    yield from repeats((*_PLACE, "floors"), (row.indicator for row in rules.floors), "指标", ("indicator",))
    yield from repeats((*_PLACE, "goals"), (row.code for row in rules.goals))
    yield from repeats((*_PLACE, "talks"), (row.code for row in rules.talks))
    for index, rule in enumerate(rules.talks):
        if told := _talk(rule, rules):
            yield (*_PLACE, "talks", index, "rule"), told


def _talk(rule: TalkRule, rules: Appraisal) -> str:
    if rule.rule == "below" and rule.at_least is None:
        return "below 须写 at_least（低于满分的百分之几）"
    if rule.rule == "most" and rule.indicator is None:
        return "most 须写 indicator（哪一项的件数）"
    return "floor 须有 floors（底线）" if rule.rule == "floor" and not rules.floors else ""


@check(intact="appraisal")
def presets_can_be_counted(pack: Pack) -> Iterator[Mistake]:
    """A preset of the pack's own is held to the same rules."""
    rules = pack.appraisal
    yield from repeats((*_PLACE, "presets"), (row.code for row in rules.presets))
    for index, row in enumerate(rules.presets):
        place: Loc = (*_PLACE, "presets", index)
        if row.weights:
            yield from weight_mistakes((*place, "weights"), row.weights, row.maximum, _known(rules))
        yield from _scoring((*place, "scoring"), row.scoring, _known(rules), row.weights)
        yield from _bands((*place, "bands"), row.bands)
