"""Checks of the outlines: each belongs to an area of the pack."""

from collections.abc import Iterator

from open12345.policy.schema import Pack

from .registry import Mistake, check, unknown


@check("outlines", intact="areas")
def outlines_are_of_known_areas(pack: Pack) -> Iterator[Mistake]:
    """No outline is of an area that the pack does not have."""
    for code in pack.outlines.shapes:
        if code not in pack.area_tree:
            yield ("outlines", code), unknown("区域", code, pack.area_tree)
