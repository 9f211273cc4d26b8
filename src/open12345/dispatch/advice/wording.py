"""Reasons in words: what a person can check, where it is written or in which orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from open12345.dispatch.advice.evidence import TOLD_MONTHS, Level
from open12345.dispatch.advice.features import NAMES, Candidate
from open12345.dispatch.advice.shapes import Reason, Source
from open12345.policy import Pack

#: So many precedents are named.
_NAMED = 3


def reasons(pack: Pack, own: Candidate, parts: Mapping[str, float]) -> tuple[Reason, ...]:
    """Return the reasons of a unit, the weightiest first, with what each kind of them adds to the logit."""
    weights: dict[Source, float] = {}
    for name, value in parts.items():
        weights[NAMES[name]] = weights.get(NAMES[name], 0.0) + value
    found = [*_listed(pack, own, weights), *_practised(pack, own, weights), *_precedents(own, weights)]
    found += [Reason(tip.source, tip.text, weights.get("facility", 0.0)) for tip in own.tips]
    if own.values.get("came_back"):
        told = {reason.source for reason in found}
        # What the return weighs as practice is told here where nothing else of the practice is told.
        alone = sum(weights.get(source, 0.0) for source in ("practice", "precedents") if source not in told)
        found.append(Reason("returned", _("这件工单曾从它退回"), weights.get("returned", 0.0) + alone))
    return tuple(sorted(found, key=lambda reason: -abs(reason.weight)))


def _listed(pack: Pack, own: Candidate, weights: Mapping[Source, float]) -> Iterator[Reason]:
    one = own.listed
    if one is None:
        return
    if not one.item:
        yield Reason("territory", one.clause, weights.get("territory", 0.0))
        return
    item = next((item.title for item in pack.duty.items if item.code == one.item), "")
    principle = pack.duty.principle(one.principle)
    words = _("责任清单 %(item)s %(title)s") % {"item": one.item, "title": item}
    yield Reason("duty", f"{words}（{principle.title}）" if principle else words, weights.get("duty", 0.0))


def _practised(pack: Pack, own: Candidate, weights: Mapping[Source, float]) -> Iterator[Reason]:
    weight, told = weights.get("practice", 0.0), own.told
    if own.level is not None and told.kept_told + told.back_told:
        values = {
            "where": _where(pack, own.level), "kept": told.kept_told, "back": told.back_told, "months": TOLD_MONTHS
        }  # fmt: skip
        if told.back_told:
            words = _("%(where)s %(kept)s 件由它办结，退回 %(back)s 件（近 %(months)s 个月）")
        else:
            words = _("%(where)s %(kept)s 件由它办结（近 %(months)s 个月）")
        yield Reason("practice", words % values, weight)
    if own.newest_back > 1:
        yield Reason("practice", _("最近 10 件同类中退回 %(n)s 件") % {"n": own.newest_back}, min(weight, 0.0))


def _where(pack: Pack, level: Level) -> str:
    row, area = pack.category_tree.get(level.category), pack.area_tree.get(level.area)
    kind = f"“{row.title}”" if row else ""
    return f"{area.name}{kind}" if area else _("各区域%(kind)s") % {"kind": kind}


def _precedents(own: Candidate, weights: Mapping[Source, float]) -> Iterator[Reason]:
    weight = weights.get("precedents", 0.0)
    total = sum(score for score, _one in own.precedents) or 1.0
    for score, one in own.precedents[:_NAMED]:
        words = _("相似工单 …%(tail)s 由它办结，相似 %(n)s%%") if one.kept else (
            _("相似工单 …%(tail)s 从它退回，相似 %(n)s%%")
        )  # fmt: skip
        told = words % {"tail": one.number[-4:], "n": round(100 * score)}
        yield Reason("precedents", told, weight * score / total, one.number)
