"""Who was told what."""

from __future__ import annotations

from open12345.notify import queries
from tests.cast import Town


def told(town: Town, name: str, number: str = "") -> list[str]:
    """The kinds of the notices that a person sees, oldest first; of one order where named."""
    found = queries.notices_of(town.person(name)).order_by("pk")
    return list((found.filter(order__number=number) if number else found).values_list("kind", flat=True))
