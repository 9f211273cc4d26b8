"""The list of checks, and the part of a pack that each of them needs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from open12345.policy.problems import Loc, closest
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


_CHECKS: list[_Entry] = []


def check(*needs: str, intact: str = "") -> Callable[[Check], Check]:
    """Register a check that reads the fields `needs` and, undamaged, the fields `intact`.

    A check for completeness or for references into a field needs that field intact: what was
    taken out of it for a mistake of its own would be missed.
    """

    def register(function: Check) -> Check:
        whole = frozenset(intact.split())
        _CHECKS.append(_Entry(function, frozenset(needs) | whole, whole))
        return function

    return register


def run_checks(draft: Draft) -> Iterator[Mistake]:
    """Run every check that can be run on `draft`."""
    for entry in _CHECKS:
        if entry.needs <= draft.present and not entry.intact & draft.damaged:
            yield from entry.check(draft.pack)


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
