"""What a role may do, told by the rooms that decide it: each lends its part, nothing is written twice."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Told:
    """One line: in what relation to a thing, and which acts are open then."""

    where: Text
    acts: tuple[Text, ...]


Teller = Callable[[str], list[Told]]
"""Tells what the role with this code may do, in the language of the reader."""

_tellers: list[Teller] = []


def provide(teller: Teller) -> Teller:
    """Lend what a room knows about roles. Usable as a decorator; the same teller counts once."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def of(role: str) -> list[Told]:
    """All that the rooms tell about a role."""
    return [told for teller in _tellers for told in teller(role)]
