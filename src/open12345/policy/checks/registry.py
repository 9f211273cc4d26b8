"""The list of checks, and the part of a pack that each of them needs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from open12345.policy.problems import TREES, VALUES, Loc, closest
from open12345.policy.schema import Pack

Mistake = tuple[Loc, str]
"""Where in the pack, and what is wrong and would be right."""

Check = Callable[[Pack], Iterable[Mistake]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A pack, or what could be read of one.

    `present` fields may be asked, `damaged` ones lack some entries.
    """

    pack: Pack
    present: frozenset[str]
    damaged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Entry:
    check: Check
    needs: frozenset[str]
    intact: frozenset[str]
    tree: bool


_CHECKS: list[_Entry] = []


def check(*needs: str, intact: str = "", tree: bool = False) -> Callable[[Check], Check]:
    """Register a check that reads the fields `needs` and, undamaged, the fields `intact`.

    A check for completeness or for references into a field needs that field intact: what was
    taken out of it for a mistake of its own would be missed. A check of a `tree` goes first: while it finds mistakes,
    whatever else reads that field is held back, for most of it would follow from them.
    """

    def register(function: Check) -> Check:
        whole = frozenset(intact.split())
        _CHECKS.append(_Entry(function, frozenset(needs) | whole, whole, tree))
        return function

    return register


def run_checks(draft: Draft) -> Iterator[tuple[Mistake, int]]:
    """Run every check that can be run on `draft`; yields mistakes, each with its rank."""
    broken: set[str] = set()
    for entry in sorted(_CHECKS, key=lambda one: not one.tree):
        held_back = entry.needs & broken or entry.intact & draft.damaged
        if entry.needs <= draft.present and not held_back:
            for loc, message in entry.check(draft.pack):
                if entry.tree:
                    broken.add(str(loc[0]))
                yield (loc, message), TREES if entry.tree else VALUES


def unknown(what: str, code: str, known: Iterable[str]) -> str:
    """Say that a reference leads nowhere, and where it was probably meant to lead."""
    return f"没有{what} “{code}”；{closest(code, list(known))}"


def repeats(place: Loc, codes: Iterable[str], word: str = "代码", tail: Loc = ("code",)) -> Iterator[Mistake]:
    """Name each code that has stood in the same list before."""
    seen: set[str] = set()
    for index, code in enumerate(codes):
        if code in seen:
            yield (*place, index, *tail), f"{word} “{code}” 重复；请换一个或删去一处"
        seen.add(code)
