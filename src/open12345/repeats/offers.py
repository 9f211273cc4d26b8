"""What may be done with a whole group: rooms lend links here, the page of the group shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from open12345.directory.person import Person
from open12345.repeats.models import Group


@dataclass(frozen=True)
class Offer:
    """A link for those who hold one of `roles`; `fits`: where there is something to do."""

    url_name: str
    title: str | Promise
    roles: frozenset[str]
    fits: Callable[[Group, Person], bool]


_offers: dict[str, Offer] = {}


def lend(offer: Offer) -> None:
    """Add a link; a second one of the same address replaces the first."""
    _offers[offer.url_name] = offer


def offers_of(group: Group, person: Person) -> list[tuple[str, str | Promise]]:
    """Return (address, title) of what the person may do with the group now."""
    fitting = [one for one in _offers.values() if person.has(*one.roles) and one.fits(group, person)]
    return [(reverse(one.url_name, args=[group.pk]), one.title) for one in fitting]
