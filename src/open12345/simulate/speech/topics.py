"""Topics: what many people complain of at once, in their own words or in one text that is passed on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from open12345.simulate.speech.matters import Matter, all_matters

EVENTS: Final = ("epidemic", "heating", "storm", "holiday", "default", "site")
"""An epidemic, the first days of heating, a storm, holiday tourists, a developer's default, a noisy building site."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One such thing: its `id` is the ground truth, and the seed of what all who speak of it share.

    `matters` by key (`matters_of`), one is drawn per request. `one_place`: everybody speaks of the same spot.
    `mass`: the share of texts (0–1) that are one text passed on with hardly a change (群发).
    """

    id: str
    event: str
    matters: tuple[str, ...]
    one_place: bool = False
    mass: float = 0.0


def matters_of(event: str) -> tuple[str, ...]:
    """Return the keys of the matters that an event brings; raises KeyError for an unknown event."""
    found = tuple(key for key, matter in all_matters().items() if matter.topic == event)
    if not found:
        raise KeyError(event)
    return found


def leaf_of(matter: Matter, codes: Mapping[str, str]) -> str:
    """Return the code of the leaf that a matter belongs to, the first of its leaves that the pack has ("" for none)."""
    return next((codes[title] for title in matter.leaves if title in codes), "")
