"""What speaks for each unit, in numbers a person can check: duty list, practice, newest endings, precedents, tips."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from open12345.dispatch.advice.evidence import NOTHING, WORDS, Evidence, Level, Past, Tally, alike
from open12345.dispatch.advice.shapes import Source, Tip
from open12345.dispatch.suggest import Suggestion
from open12345.policy import Pack

#: The features, and under which kind of reason each is told.
NAMES: Final[Mapping[str, Source]] = {
    "duty": "duty", "duty_next": "duty", "territory": "territory",
    "share": "practice", "here": "practice", "rate": "practice",
    "heir": "practice", "lost": "practice",
    "recent": "practice", "recent_others": "practice", "recent_back": "practice",
    "alike": "precedents", "alike_others": "precedents", "alike_back": "precedents",
    "came_back": "returned", "lent": "facility",
}  # fmt: skip
#: Outcomes that a narrower level must show before it outweighs the wider one above it.
_PRIOR: Final = 3.0
_SHARE, _RATE = 0.03, 0.8
#: What an ending of these days weighs more in a share.
_FRESH: Final = 2.0
#: What an old ending weighs beside one of these days.
_OLD: Final = 0.05
#: Log-odds from which a unit is clearly the one that does such matters.
_CLEAR: Final = 4.0
#: Orders that went from a unit of the list to another one until that one is thought of.
_MOVED: Final = 0.4
#: Outcomes after which a newest ending weighs half; days; what one elsewhere weighs.
_HALF, _DAYS, _ELSEWHERE = 5.0, 45.0, 0.5
#: Newest endings that one unit needs to be believed, as a count.
_NEWEST: Final = 1.0
#: Precedents below are about something else; so many of them are looked at.
ALIKE: Final = 0.15
_PRECEDENTS: Final = 8
#: A unit that kept less than this share of the like is no candidate by practice alone; at most so many are.
_LEAST, _MOST = 0.04, 6


@dataclass(frozen=True, slots=True)
class Question:
    """An order under one category, as it stands before it is dispatched."""

    category: str
    area: str
    text: str
    #: Units that gave this very order back.
    came_back: frozenset[str] = frozenset()


@dataclass(slots=True)
class Candidate:
    """A unit with what speaks for it."""

    unit: str
    values: dict[str, float] = field(default_factory=dict)
    listed: Suggestion | None = None
    #: The level whose bare counts are told, and those counts.
    level: Level | None = None
    told: Tally = NOTHING
    #: Newest endings of the category at this unit: given back, looked at.
    newest_back: int = 0
    precedents: list[tuple[float, Past]] = field(default_factory=list)
    tips: list[Tip] = field(default_factory=list)


def candidates(
    pack: Pack, question: Question, listed: Sequence[Suggestion], tips: Sequence[Tip], known: Evidence
) -> list[Candidate]:
    """Return every unit that something speaks for, with its features."""
    past = known.past.get(question.category, ())
    chain = _chain(pack, question)
    found = {code: Candidate(code) for code in _units(pack, listed, tips, past, known, chain)}
    _by_list(found, listed)
    for tip in tips:
        found[tip.lead].tips.append(tip)
        found[tip.lead].values["lent"] = max(tip.strength, found[tip.lead].values.get("lent", 0.0))
    _by_practice(found, known, chain)
    _by_moves(found, known, chain)
    _by_newest(pack, found, question, past, known)
    _by_precedents(found, question, past)
    for code in question.came_back & found.keys():
        found[code].values["came_back"] = 1.0
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Chain:
    """Levels from the widest to the narrowest: by category first, and by place first."""

    matter: tuple[Level, ...]
    place: tuple[Level, ...]

    @property
    def all(self) -> tuple[Level, ...]:
        """Every level once."""
        return tuple(dict.fromkeys((*self.matter, *self.place)))

    @property
    def told(self) -> tuple[Level, ...]:
        """Levels whose counts say something to a person, the narrowest first."""
        return tuple(reversed(self.matter))


def _chain(pack: Pack, question: Question) -> Chain:
    above = ["", *(row.code for row in reversed(pack.category_tree.lineage(question.category)))]
    places = [row.code for row in reversed(pack.area_tree.lineage(question.area))]
    matter = [Level(code, "") for code in above] + [Level(above[-1], place) for place in places]
    wide = [Level("", ""), *(Level(code, place) for code in above[1:2] for place in ("", *places))]
    wide += [Level(code, places[-1]) for code in above[2:]] if places else []
    return Chain(tuple(matter), tuple(wide))


def _units(
    pack: Pack, listed: Sequence[Suggestion], tips: Sequence[Tip], past: Sequence[Past], known: Evidence, chain: Chain
) -> list[str]:
    """Return whom to think of: the list, tips, who kept the like lately or often."""
    often: dict[str, float] = {}
    for level in chain.all[1:]:
        for (before, unit), moved in known.moves.get(level, {}).items():
            if moved >= _MOVED and any(one.lead == before for one in listed):
                often[unit] = 1.0
    for level in (*chain.matter[-3:], *chain.place[-2:]):
        counts = known.tallies.get(level, {})
        total = sum(one.kept for one in counts.values())
        for unit, one in counts.items():
            if total and one.kept / total >= _LEAST:
                often[unit] = max(often.get(unit, 0.0), one.kept / total)
    named = [one.lead for one in listed] + [tip.lead for tip in tips]
    named += sorted(often, key=lambda unit: -often[unit])[:_MOST]
    named += [one.unit for one in past[:20] if one.kept][:_MOST]
    units = pack.unit_tree
    return [code for code in dict.fromkeys(named) if code in units and units[code].kind != "centre"]


def _by_list(found: Mapping[str, Candidate], listed: Sequence[Suggestion]) -> None:
    for rank, one in enumerate(listed):
        own = found.get(one.lead)
        if own is None or own.listed is not None:
            continue
        own.listed = one
        own.values["territory" if not one.item else "duty_next" if rank else "duty"] = 1.0


def _by_practice(found: Mapping[str, Candidate], known: Evidence, chain: Chain) -> None:
    counts = [known.tallies.get(level, {}) for level in chain.matter]
    here = [known.tallies.get(level, {}) for level in chain.place]
    totals, totals_here = [_kept(each) for each in counts], [_kept(each) for each in here]
    for own in found.values():
        own.values["share"] = _logit(_share(counts, totals, own.unit)) - _logit(_SHARE)
        own.values["here"] = _logit(_share(here, totals_here, own.unit)) - _logit(_SHARE)
        own.values["rate"] = _logit(_rate([each.get(own.unit) for each in counts])) - _logit(_RATE)
        for level in chain.told:
            told = known.tallies.get(level, {}).get(own.unit)
            if told is not None and told.kept_told + told.back_told:
                own.level, own.told = level, told
                break


def _kept(level: Mapping[str, Tally]) -> float:
    """Return how much all units of a level kept, these days weighing more."""
    return sum(one.kept + _FRESH * one.kept_fast for one in level.values())


def _share(counts: Sequence[Mapping[str, Tally]], totals: Sequence[float], unit: str) -> float:
    """Return the share of the kept that this unit kept, each level leaning on the one above it."""
    share = _SHARE
    for level, total in zip(counts, totals, strict=True):
        own = level.get(unit, NOTHING)
        share = (own.kept + _FRESH * own.kept_fast + _PRIOR * share) / (total + _PRIOR)
    return share


def _rate(counts: Iterable[Tally | None]) -> float:
    """Return the share of what it was sent lately that the unit kept."""
    rate = _RATE
    for own in counts:
        if own is not None:
            kept, back = own.kept_fast + _OLD * own.kept, own.back_fast + _OLD * own.back
            rate = (kept + _PRIOR * rate) / (kept + back + _PRIOR)
    return rate


def _by_moves(found: Mapping[str, Candidate], known: Evidence, chain: Chain) -> None:
    """Follow what units give back: where it went next is who does it now, in this category or in the wider ones."""
    heirs: dict[tuple[str, str], float] = {}
    for levels in (chain.matter, chain.place):
        shares: dict[tuple[str, str], float] = {}
        for level in levels:
            moves, counts = known.moves.get(level, {}), known.tallies.get(level, {})
            pairs = {pair for pair in (*shares, *moves) if pair[0] in found and pair[1] in found}
            for before, unit in pairs:
                whole = counts.get(before, NOTHING)
                sent = whole.kept_fast + _OLD * whole.kept + sum(n for (of, _to), n in moves.items() if of == before)
                own = moves.get((before, unit), 0.0) + _PRIOR * shares.get((before, unit), 0.0)
                shares[before, unit] = own / (sent + _PRIOR)
        for pair, share in shares.items():
            heirs[pair] = max(share, heirs.get(pair, 0.0))
    for (before, unit), share in heirs.items():
        known_for = found[before].values.get("share", 0.0) / _CLEAR
        leads = 1.0 if found[before].values.get("duty") else min(1.0, max(0.0, known_for))
        values = found[unit].values
        values["heir"] = max(values.get("heir", 0.0), share * leads)
        found[before].values["lost"] = min(1.0, found[before].values.get("lost", 0.0) + share)


def _logit(share: float) -> float:
    return math.log((share + 0.005) / (1 - share + 0.005))


def _by_newest(
    pack: Pack, found: Mapping[str, Candidate], question: Question, past: Sequence[Past], known: Evidence
) -> None:
    """Weigh the newest endings of the category: what changed this week shows here before it shows in months."""
    here = {row.code for row in pack.area_tree.lineage(question.area)[:2]}
    kept: dict[str, float] = {}
    back: dict[str, float] = {}
    own: dict[str, int] = {}
    sum_kept, number = 0.0, 0.0
    for one in past:
        days = (known.at - one.at).total_seconds() / 86_400
        near = 1.0 if _near(pack, one.area, here) else _ELSEWHERE
        weight = near * 0.5 ** (number / _HALF + days / _DAYS)
        if one.kept:
            kept[one.unit] = kept.get(one.unit, 0.0) + weight
            sum_kept += weight
            number += near
        # A unit is weighed by its own newest endings: others may not push its returns out of sight.
        nth = own[one.unit] = own.get(one.unit, 0) + 1
        sign = near * 0.5 ** ((nth - 1) / _HALF + days / _DAYS)
        back[one.unit] = back.get(one.unit, 0.0) + (0.0 if one.kept else sign)
        back[f"/{one.unit}"] = back.get(f"/{one.unit}", 0.0) + sign
    for unit, candidate in found.items():
        mine = kept.get(unit, 0.0)
        candidate.values["recent"] = mine / (sum_kept + _NEWEST)
        candidate.values["recent_others"] = (sum_kept - mine) / (sum_kept + _NEWEST)
        candidate.values["recent_back"] = back.get(unit, 0.0) / (back.get(f"/{unit}", 0.0) + _NEWEST)
        newest = [one for one in past if one.unit == unit][:10]
        candidate.newest_back = sum(not one.kept for one in newest)


def _near(pack: Pack, area: str, here: set[str]) -> bool:
    if not here or not area:
        return not here
    row = pack.area_tree.get(area)
    return area in here or (row is not None and row.parent in here)


def _by_precedents(found: Mapping[str, Candidate], question: Question, past: Sequence[Past]) -> None:
    """Weigh where the orders with the most alike words ended, those given back counting against who gave them back."""
    grams = WORDS.of(question.text)
    if not grams:
        return
    scored = ((alike(grams, WORDS.of(one.text)), one) for one in past)
    nearest = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])[:_PRECEDENTS]
    total = sum(score * score for score, one in nearest if one.kept)
    for unit, own in found.items():
        own.precedents = [pair for pair in nearest if pair[1].unit == unit]
        mine = sum(score * score for score, one in own.precedents if one.kept)
        back = sum(score * score for score, one in own.precedents if not one.kept)
        own.values["alike"] = mine / (total + ALIKE)
        own.values["alike_others"] = (total - mine) / (total + ALIKE)
        own.values["alike_back"] = back / (back + mine + ALIKE)
