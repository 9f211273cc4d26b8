"""Checks of smart dispatch: what goes by itself, to leaders, or to the owner of a thing in the street."""

from collections.abc import Iterator, Sequence

from open12345.policy.dispatching import DirectNeed, FacilityKind
from open12345.policy.problems import Loc
from open12345.policy.schema import Pack

from .registry import Mistake, check, repeats, unknown


@check("dispatching")
def dispatching_codes_are_single(pack: Pack) -> Iterator[Mistake]:
    """Needs and kinds of facility each have their own code; an exception is named once."""
    rules = pack.dispatching
    yield from repeats(("dispatching", "direct"), (found.code for found in rules.direct))
    yield from repeats(("dispatching", "facilities"), (found.code for found in rules.facilities))
    yield from repeats(("dispatching", "also"), rules.also, "例外", ())


@check("dispatching", "categories")
def dispatching_speaks_of_known_matters(pack: Pack) -> Iterator[Mistake]:
    """The categories of needs and facilities exist, each named once in its list."""
    rules = pack.dispatching
    yield from _categories(pack, ("dispatching", "direct"), rules.direct)
    yield from _categories(pack, ("dispatching", "facilities"), rules.facilities)


def _categories(pack: Pack, place: Loc, entries: Sequence[DirectNeed | FacilityKind]) -> Iterator[Mistake]:
    for index, entry in enumerate(entries):
        loc = (*place, index, "categories")
        yield from repeats(loc, entry.categories, "分类", ())
        for position, code in enumerate(entry.categories):
            if code not in pack.category_tree:
                yield (*loc, position), unknown("分类", code, pack.category_tree)


@check("dispatching")
def a_breaker_can_trip(pack: Pack) -> Iterator[Mistake]:
    """What must be seen before a breaker trips fits into its window."""
    rule = pack.dispatching.breaker
    if rule.least > rule.window:
        yield ("dispatching", "breaker", "least"), f"least {rule.least} 大于 window {rule.window}，永远不会熔断"
