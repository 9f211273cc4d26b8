"""What speaks for each unit, in numbers a person can check: duty list, practice, newest endings, precedents, tips."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from open12345.dispatch.advice.evidence import (
    NOTHING,
    WORDS,
    Chain,
    Evidence,
    Level,
    Past,
    Tally,
    alike,
    chain,
    without,
)
from open12345.dispatch.advice.shapes import Source, Tip
from open12345.dispatch.suggest import Suggestion
from open12345.policy import Pack

#: The features, and under which kind of reason each is told.
NAMES: Final[Mapping[str, Source]] = {
    "duty": "duty", "duty_next": "duty", "territory": "territory",
    "share": "practice", "rate": "practice",
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
#: Of one order in so many a list is no longer right, as log-odds; what each return without anything kept since adds.
_CHANGED, _RETURN = -4.0, 2.5
#: Returns that the unit of so many kept ones may well be sent by mistake meanwhile; for whom else's work is asked.
_MISTAKEN, _OWN = 0.1, 0.5
#: From how sure a change is, who took over is thought of.
_THOUGHT: Final = 0.2
#: Outcomes after which a newest ending weighs half; days; what one elsewhere weighs.
_HALF, _DAYS, _ELSEWHERE = 5.0, 45.0, 0.5
#: Newest endings that one unit needs to be believed, as a count.
_NEWEST: Final = 1.0
#: Precedents below are about something else; so many of them are looked at.
ALIKE: Final = 0.15
_PRECEDENTS: Final = 8
#: Newest endings of a unit that are told.
_TOLD_NEWEST: Final = 10
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
    #: The order itself, whose own endings are no precedent (`came_back` tells them); 0 for one not taken in yet.
    order: int = 0


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
    """Return every unit that something speaks for, with its features.

    What became of the order itself (it came back) is a return like any other for who holds the matter now, but no
    precedent of itself; and a person is told of it once, as its own round.
    """
    levels = chain(pack, question.category, question.area)
    others = without(known, question.category, question.order, levels.told)
    past = known.past.get(question.category, ())
    roles = Roles(pack, _of_place(pack, question.area))
    handed = _handed(roles, known, levels, listed, past, question.area)
    found = {code: Candidate(code) for code in _units(roles, listed, tips, past, known, levels, handed)}
    _by_list(found, listed)
    for tip in tips:
        found[tip.lead].tips.append(tip)
        found[tip.lead].values["lent"] = max(tip.strength, found[tip.lead].values.get("lent", 0.0))
    _by_practice(found, known, levels, handed, roles)
    for code, own in found.items():
        own.values["lost"], own.values["heir"] = handed.lost.get(code, 0.0), handed.heir.get(code, 0.0)
    _by_newest(roles, found, question, past, known, handed)
    _by_precedents(found, question, others.past.get(question.category, ()), handed, roles)
    _tell(found.values(), others, levels, question.category)
    for code in question.came_back & found.keys():
        found[code].values["came_back"] = 1.0
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Roles:
    """Who stands for whom: what the own units of other places do there speaks for `here`, the own unit of this one."""

    pack: Pack
    here: str

    def of(self, unit: str) -> str:
        """Return the unit itself, or that of this place for any that looks after a place; "" where none does."""
        row = self.pack.unit_tree.get(unit)
        local = row is not None and row.area and row.kind in self.pack.duty.territory_kinds
        return self.here if local else unit

    def elsewhere(self, unit: str) -> bool:
        """Say whether a unit looks after another place."""
        return self.of(unit) != unit


def _units(
    roles: Roles, listed: Sequence[Suggestion], tips: Sequence[Tip], past: Sequence[Past], known: Evidence,
    levels: Chain, handed: Handed,
) -> list[str]:  # fmt: skip
    """Return whom to think of: the list, tips, who took over, who kept the like lately or often."""
    often = {unit: 1 + sure for unit, sure in handed.heir.items() if sure >= _THOUGHT}
    for level in (*levels.matter[-3:], *levels.place[-2:]):
        counts = known.tallies.get(level, {})
        total = sum(one.kept for one in counts.values())
        for unit, one in counts.items():
            if not roles.elsewhere(unit) and total and one.kept / total >= _LEAST:
                often[unit] = max(often.get(unit, 0.0), one.kept / total)
    named = [one.lead for one in listed] + [tip.lead for tip in tips]
    named += sorted(often, key=lambda unit: -often[unit])[:_MOST]
    named += [one.unit for one in past[:20] if one.kept and not roles.elsewhere(one.unit)][:_MOST]
    units = roles.pack.unit_tree
    return [code for code in dict.fromkeys(named) if code in units and units[code].kind != "centre"]


def _by_list(found: Mapping[str, Candidate], listed: Sequence[Suggestion]) -> None:
    for rank, one in enumerate(listed):
        own = found.get(one.lead)
        if own is None or own.listed is not None:
            continue
        own.listed = one
        own.values["territory" if not one.item else "duty_next" if rank else "duty"] = 1.0


def _by_practice(found: Mapping[str, Candidate], known: Evidence, levels: Chain, handed: Handed, roles: Roles) -> None:
    counts = [_counted(known.tallies.get(level, {}), handed, roles) for level in levels.matter]
    totals = [sum(each.values()) for each in counts]
    own_tallies = [known.tallies.get(level, {}) for level in levels.matter]
    for own in found.values():
        own.values["share"] = _logit(_share(counts, totals, own.unit)) - _logit(_SHARE)
        own.values["rate"] = _logit(_rate([each.get(own.unit) for each in own_tallies])) - _logit(_RATE)


def _tell(found: Iterable[Candidate], others: Evidence, levels: Chain, category: str) -> None:
    """Note the bare counts that a person is told, of other orders alone."""
    past = others.past.get(category, ())
    for own in found:
        for level in levels.told:
            told = others.tallies.get(level, {}).get(own.unit)
            if told is not None and told.kept_told + told.back_told:
                own.level, own.told = level, told
                break
        own.newest_back = sum(not one.kept for one in [one for one in past if one.unit == own.unit][:_TOLD_NEWEST])


def _counted(level: Mapping[str, Tally], handed: Handed, roles: Roles) -> dict[str, float]:
    """Return how much each unit kept, these days weighing more; what it kept before it lost the work counts no more."""
    found: dict[str, float] = {}
    for unit, one in level.items():
        role = roles.of(unit)
        found[role] = found.get(role, 0.0) + (one.kept + _FRESH * one.kept_fast) * handed.stays(unit)
    return found


def _share(counts: Sequence[Mapping[str, float]], totals: Sequence[float], unit: str) -> float:
    """Return the share of the kept that this unit kept, each level leaning on the one above it."""
    share = _SHARE
    for level, total in zip(counts, totals, strict=True):
        share = (level.get(unit, 0.0) + _PRIOR * share) / (total + _PRIOR)
    return share


def _rate(counts: Iterable[Tally | None]) -> float:
    """Return the share of what it was sent lately that the unit kept."""
    rate = _RATE
    for own in counts:
        if own is not None:
            kept, back = own.kept_fast + _OLD * own.kept, own.back_fast + _OLD * own.back
            rate = (kept + _PRIOR * rate) / (kept + back + _PRIOR)
    return rate


@dataclass(slots=True)
class Handed:
    """How sure it is that units lost this work, and that units took it over: 0 to 1 each."""

    lost: dict[str, float] = field(default_factory=dict)
    heir: dict[str, float] = field(default_factory=dict)

    def stays(self, unit: str) -> float:
        """Return how sure it is that what the unit kept before still tells of today."""
        return 1.0 - self.lost.get(unit, 0.0)

    def loses(self, unit: str, sure: float) -> None:
        """Believe the level that is surest."""
        self.lost[unit] = max(sure, self.lost.get(unit, 0.0))

    def gains(self, unit: str, sure: float) -> None:
        """Believe the level that is surest."""
        self.heir[unit] = max(sure, self.heir.get(unit, 0.0))


def _handed(
    roles: Roles, known: Evidence, levels: Chain, listed: Sequence[Suggestion], past: Sequence[Past], area: str
) -> Handed:
    """Look for a change: what came back since a unit last kept anything, and where it went.

    Asked are the levels of this very matter: the category, here and anywhere, and all that the list gives to the same
    unit. A unit that kept any of it meanwhile did not lose it there: so the wide level speaks where nothing narrower
    contradicts it, and the narrow one where it has seen it happen itself. What a unit gives back of other matters says
    nothing of these.
    """
    found = Handed()
    for unit, run in _newest_run(roles.pack, past, area).items():
        found.loses(unit, _sure(run))
    own = {levels.matter[-1].category, *(level.category for level in levels.matter if level.by_list)}
    for level in (level for level in levels.matter if level.category in own):
        tallies = known.tallies.get(level, {})
        for unit, one in tallies.items():
            if one.run and (level.area or level.by_list):  # of the category anywhere, the newest were looked at
                found.loses(unit, _sure(one.run / (1 + _MISTAKEN * one.kept_fast)))
        if listed:
            _inherited(roles, found, known.moves.get(level, {}), tallies, listed)
    for level in levels.place if listed else ():
        if level.area:
            _held_here(found, known.moves.get(level, {}), known.tallies.get(level, {}), listed, roles.here)
    return found


def _inherited(
    roles: Roles, found: Handed, moves: Mapping[tuple[str, str], float], tallies: Mapping[str, Tally],
    listed: Sequence[Suggestion],
) -> None:  # fmt: skip
    """Say who took over what the list's first unit gives back; every place's own unit stands for that of this place."""
    leads, went = listed[0].lead, dict[str, float]()
    for (before, unit), n in moves.items():
        if before == leads and unit != leads:
            after = roles.of(unit)
            went[after] = went.get(after, 0.0) + max(0.0, n - tallies.get(unit, NOTHING).run)
    for unit, n in went.items():
        if unit:
            found.gains(unit, found.lost.get(leads, 0.0) * n / (sum(went.values()) + 0.5))


def _held_here(
    found: Handed, moves: Mapping[tuple[str, str], float], tallies: Mapping[str, Tally], listed: Sequence[Suggestion],
    here: str,
) -> None:  # fmt: skip
    """Say whether the place's own unit does a whole class of matters itself, whomever the list names for them."""
    leads = listed[0].lead
    if not here or here == leads:
        return
    used = {unit for unit, own in tallies.items() if own.kept >= 1} | {leads}
    taken = sum(n for (before, unit), n in moves.items() if unit == here and before in used)
    own = tallies.get(leads, NOTHING).kept_fast
    others = sum(tally.kept_fast for unit, tally in tallies.items() if unit not in (here, leads))
    sure = _sure((taken - tallies.get(here, NOTHING).run) / (1 + _OWN * own + _MISTAKEN * others))
    found.gains(here, sure)
    found.loses(leads, sure)


def _of_place(pack: Pack, area: str) -> str:
    """Return the unit that looks after the place, also where an item of the list names it; "" for none."""
    unit = pack.territory_unit(area) if area else None
    return unit.code if unit else ""


def _newest_run(pack: Pack, past: Sequence[Past], area: str) -> dict[str, float]:
    """Return how many each unit gave back of the last that were sent to it, until one that it kept.

    Elsewhere counts half: a place may have its own way.
    """
    here = {row.code for row in pack.area_tree.lineage(area)[:2]}
    runs: dict[str, float] = {}
    over = set()
    for one in past:
        if one.kept:
            over.add(one.unit)
        elif one.unit not in over:
            runs[one.unit] = runs.get(one.unit, 0.0) + (1.0 if _near(pack, one.area, here) else _ELSEWHERE)
    return runs


def _sure(returns: float) -> float:
    """Return how sure a change is after so many returns with nothing kept since."""
    return 1 / (1 + math.exp(-(_CHANGED + _RETURN * min(returns, 10.0)))) if returns > 0 else 0.0


def _logit(share: float) -> float:
    return math.log((share + 0.005) / (1 - share + 0.005))


def _by_newest(
    roles: Roles, found: Mapping[str, Candidate], question: Question, past: Sequence[Past], known: Evidence,
    handed: Handed,
) -> None:  # fmt: skip
    """Weigh the newest endings of the category: what changed this week shows here before it shows in months."""
    here = {row.code for row in roles.pack.area_tree.lineage(question.area)[:2]}
    kept: dict[str, float] = {}
    back: dict[str, float] = {}
    own: dict[str, int] = {}
    sum_kept, number = 0.0, 0.0
    for one in past:
        days = (known.at - one.at).total_seconds() / 86_400
        near = 1.0 if _near(roles.pack, one.area, here) else _ELSEWHERE
        weight = near * 0.5 ** (number / _HALF + days / _DAYS)
        if one.kept:
            role = roles.of(one.unit)
            kept[role] = kept.get(role, 0.0) + weight * handed.stays(one.unit)
            sum_kept += weight * handed.stays(one.unit)
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


def _near(pack: Pack, area: str, here: set[str]) -> bool:
    if not here or not area:
        return not here
    row = pack.area_tree.get(area)
    return area in here or (row is not None and row.parent in here)


def _by_precedents(
    found: Mapping[str, Candidate], question: Question, past: Sequence[Past], handed: Handed, roles: Roles
) -> None:
    """Weigh where the orders with the most alike words ended, those given back counting against who gave them back."""
    grams = WORDS.of(question.text)
    if not grams:
        return
    scored = ((alike(grams, WORDS.of(one.text)), one) for one in past)
    nearest = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])[:_PRECEDENTS]
    total = sum(score * score * handed.stays(one.unit) for score, one in nearest if one.kept)
    for unit, own in found.items():
        own.precedents = [pair for pair in nearest if pair[1].unit == unit]
        mine = sum(
            score * score * handed.stays(one.unit) for score, one in nearest if one.kept and roles.of(one.unit) == unit
        )
        back = sum(score * score for score, one in own.precedents if not one.kept)
        own.values["alike"] = mine / (total + ALIKE)
        own.values["alike_others"] = (total - mine) / (total + ALIKE)
        own.values["alike_back"] = back / (back + mine + ALIKE)
