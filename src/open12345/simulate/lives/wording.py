"""What is said in a life, put together of parts (`sayings`): by the sort of the matter, its round and its end.

Whoever draws has the dice of the life; the same dice say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from open12345.policy.callback import CallbackRules
from open12345.simulate.lives import sayings
from open12345.simulate.shapes import Fate, Life

Draw = Callable[[Sequence[str]], str]
#: Kinds of requests (by base) that nobody goes and looks for.
ASKED: Final = frozenset({"inquiry", "suggestion", "praise"})
#: Top branches of packs by what their titles hold; all others are about streets.
_BRANCHES: Final[Mapping[str, tuple[str, ...]]] = {
    "market": ("市场", "市监", "食药", "消费"), "labour": ("劳动", "社保"), "home": ("房屋", "规土", "社区", "物业"),
    "service": ("教育", "卫生", "民政", "文体", "政务", "组织", "党", "统一", "其他"),
}  # fmt: skip


def sort_of(base: str, branch: str) -> str:
    """Return the sort of a matter, of which its words depend: by the base of its kind, and its top branch's title."""
    if base in ASKED:
        return base
    return next((sort for sort, words in _BRANCHES.items() if any(word in branch for word in words)), "street")


def first_contact(draw: Draw, sort: str) -> str:
    """Return what the first talk with the citizen was about."""
    return draw(sayings.CONTACTED["street" if sort in {"street", "home"} else "service"])


def found(draw: Draw, sort: str, *, plain: bool, second: bool) -> str:
    """Return what was found on the spot; `plain`: it ends with an explanation, `second`: in a second round."""
    if second:
        return draw(sayings.FOUND_AGAIN)
    return draw(sayings.FOUND_EXPLAINED if plain else sayings.FOUND.get(sort, sayings.FOUND["service"]))


def visitors(draw: Draw, sort: str) -> str:
    """Return who goes and looks."""
    return draw(sayings.VISITORS.get(sort, sayings.VISITORS["service"]))


def facts(draw: Draw, sort: str, *, plain: bool, second: bool) -> str:
    """Return what a closing report says of the matter."""
    plain = plain and sort != "praise"  # there is nothing to explain
    looked: sayings.Words = sayings.LOOKED_EXPLAINED if plain else sayings.LOOKED[sort]
    done: sayings.Words = sayings.DONE_EXPLAINED if plain else sayings.DONE[sort]
    if second:
        looked, done = sayings.LOOKED_AGAIN, sayings.EXPLAINED_AGAIN if plain else sayings.DONE_AGAIN
    return f"{draw(looked)}，{draw(done)}。"


def demands(draw: Draw, sort: str, *, plain: bool, second: bool) -> str:
    """Return what a closing report says of what was asked for."""
    if plain and sort != "praise":
        return draw(sayings.DEMANDS_EXPLAINED)
    if second:
        return draw(sayings.DEMANDS_AGAIN)
    return draw(sayings.DEMANDS_ASKED if sort in ASKED else sayings.DEMANDS)


def answer(draw: Draw, sort: str, *, plain: bool, second: bool) -> str:
    """Return what the citizen is told."""
    told: sayings.Words
    plain = plain and sort != "praise"
    if second:
        told = sayings.EXPLAINED_ONCE_MORE if plain else sayings.TOLD_AGAIN
    else:
        told = sayings.TOLD_EXPLAINED if plain else sayings.TOLD[sort]
    return draw(sayings.GREETING) + draw(told) + draw(sayings.GOODBYE)


def citizen(draw: Draw, life: Life, *, reachable: bool, content: bool) -> str:
    """Return what the unit heard from the citizen: no thanks from somebody who is not `content` a day later."""
    if not reachable:
        return draw(sayings.CITIZEN_UNKNOWN)
    if not content:
        return draw(sayings.CITIZEN_UNHAPPY)
    return draw(sayings.CITIZEN_EXPLAINED if life.fate is Fate.EXPLAINED else sayings.CITIZEN)


def opinion(draw: Draw, life: Life, rules: CallbackRules) -> str:
    """Return what a platform above notes of its own call when it closes."""
    if not life.solved and not life.satisfied:
        return draw(sayings.UPPER_UNREACHED)
    if not _solved(life, rules):
        return draw(sayings.UPPER_UNSOLVED)
    if unhappy(life, rules):
        return draw(sayings.UPPER_UNHAPPY)
    return draw(sayings.UPPER if life.satisfied else sayings.UPPER_SILENT)


def unhappy(life: Life, rules: CallbackRules) -> bool:
    """Say whether the citizen will tell that it is not solved, or be dissatisfied."""
    level = rules.level(life.satisfied)
    return not _solved(life, rules) or (level is not None and not level.satisfied)


def _solved(life: Life, rules: CallbackRules) -> bool:
    option = rules.solved_option(life.solved)
    return option is None or option.counts_as_solved
