"""Words and people for a plan: the texts of `texts`, the invented people of `people`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from open12345.policy import Pack
from open12345.simulate.chance import mix
from open12345.simulate.scenarios.scenario import Event, Scenario
from open12345.simulate.shapes import Asked, Caller
from open12345.simulate.speech import people, texts
from open12345.simulate.speech.matters import all_matters
from open12345.simulate.speech.topics import Topic, leaf_of, matters_of

_SPOKEN_OF: Final[Mapping[str, str]] = {
    "surge": "epidemic", "storm": "storm", "heating": "heating", "tourists": "holiday", "default": "default",
    "noise": "site",
}  # fmt: skip
_MASS: Final[Mapping[str, float]] = {"default": 0.25, "noise": 0.12, "surge": 0.04}
"""Share of one text that is passed on (群发), by kind of event (ours)."""
_COMPANIES: Final = 50_000_000
"""Keys of companies lie above those of people; both below 10^8 (`people.caller`)."""


class Townspeople:
    """Who speaks in a run (`plan.Voice`)."""

    def __init__(self, pack: Pack, scenario: Scenario) -> None:
        """Make the world of texts for the pack and the scenario's seed."""
        self.world = texts.World.of(pack, scenario.seed)
        self.seed = scenario.seed
        self.events = {event.code: event for event in scenario.events}
        self._codes = {row.title: row.code for row in pack.category_tree.leaves()}
        self._topic = lru_cache(maxsize=4096)(self._make_topic)

    def say(self, asked: Asked, kind: str) -> texts.Spoken:
        """Say what a request is about, that will be filed as of this kind (by the pack's code)."""
        again = asked.repeat_of
        topic = self._topic(asked.topic, asked.category) if asked.topic and again is None else None
        return texts.speak(
            self.world, asked.index, category=asked.category, area=asked.area, at=asked.at, repeat_of=again,
            topic=topic, caller=None if asked.caller.anonymous else asked.caller,
            kind=str(self.world.pack.kinds[kind].base),
        )  # fmt: skip

    def caller(self, key: int, *, company: bool) -> Caller:
        """Return the person or the company of a key."""
        own = key % _COMPANIES + (_COMPANIES if company else 0)
        luck = mix(self.seed, own, 71) >> 8
        name = people.firm(luck) if company else people.person(luck)
        return Caller(own, name, people.phone(self.seed, own), enterprise=company)

    def _make_topic(self, code: str, category: str) -> Topic:
        """Return what all who speak of an event on one matter have in common; else the leaf's own words are spoken."""
        event: Event = self.events[code]
        known, spoken = all_matters(), _SPOKEN_OF[event.kind]
        try:
            matters = tuple(key for key in matters_of(spoken) if leaf_of(known[key], self._codes) == category)
        except KeyError:
            matters = ()
        one_place = event.kind in {"noise", "default"}
        return Topic(f"{code}/{category}", spoken, matters, one_place, _MASS.get(event.kind, 0))
