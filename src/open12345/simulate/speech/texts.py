"""What a citizen says, as it stands on the order: title, description and place, with the truth beside it.

A text is a template (one matter in its own words), the facts that fill it, and a frame: who speaks, how long, what was
tried, what is asked, in a temper; then noise. Everything follows from (seed, index), so that any request can be made
without those before it. `speak` is the only door.
"""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from open12345.simulate.chance import key_of, mix
from open12345.simulate.shapes import Caller, Request, Truth
from open12345.simulate.speech.facts import PLACES, Facts, keys_of
from open12345.simulate.speech.frame import Telling, body_of, named_title, title_of
from open12345.simulate.speech.grammar import Draw
from open12345.simulate.speech.matters import Template, all_matters
from open12345.simulate.speech.noise import disturb, near_sound
from open12345.simulate.speech.reword import reword
from open12345.simulate.speech.topics import Topic
from open12345.simulate.speech.world import World

__all__ = ["TEMPERS", "VOICES", "Spoken", "World", "speak"]

TEMPERS: Final = ("calm", "angry", "pleading", "worried", "wordy", "terse", "resigned", "legalistic")
VOICES: Final = ("agent", "first", "terse")
"""Noted by an agent during a call; written by the citizen; a line under a photograph."""
_TEMPERS: Final = ("calm",) * 17 + ("angry",) * 6 + ("pleading",) * 4 + ("worried",) * 5 + ("wordy",) * 6
_DRAWN_TEMPERS: Final = _TEMPERS + ("terse",) * 5 + ("resigned",) * 3 + ("legalistic",) * 4
_DRAWN_VOICES: Final = ("agent",) * 11 + ("first",) * 7 + ("terse",) * 2
_SECOND_IN: Final = 18
"""One in so many tells two matters."""
_VAGUE_IN: Final = 20
"""One in so many does not say where."""
_MASS_SLIP: Final = 0.3
_GRIEVANCES: Final = ("complaint", "help", "tip_off")
_TOLD_AS: Final = {
    "complaint": ("complaint", "help"), "help": ("complaint", "help"), "tip_off": ("tip_off", "complaint"),
    "inquiry": ("inquiry",), "suggestion": ("suggestion",), "praise": ("praise",),
}  # fmt: skip
"""As what a request of a kind may be told, where its leaf has such words."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A request before the agent has judged it; `category`, `kind`, `urgency` and `unit` are the truth."""

    title: str
    body: str
    place: str
    longitude: float | None
    latitude: float | None
    category: str
    second_category: str
    unit: str
    kind: str
    urgency: str
    template: str
    temper: str
    voice: str
    noise: tuple[str, ...]
    topic: str = ""
    repeat_of: int | None = None
    mass: bool = False

    @property
    def truth(self) -> Truth:
        """What is kept apart from the platform."""
        return Truth(
            self.category, self.unit, self.template, self.topic, self.repeat_of, self.second_category, self.mass
        )


def speak(  # noqa: PLR0913 -- what may be wished for is named one by one
    world: World,
    index: int,
    *,
    category: str = "",
    area: str,
    at: datetime,
    temper: str | None = None,
    voice: str | None = None,
    matter: str | None = None,
    repeat_of: Request | None = None,
    topic: Topic | None = None,
    caller: Caller | None = None,
    kind: str = "",
) -> Spoken:
    """Return the words of request `index`.

    `category` is the true leaf ("" where `matter` or `topic` tells it); `matter` names one of `matters.all_matters`,
    else one of the leaf's is drawn. `repeat_of`: the same person says the same again in other words: facts, template,
    area and true category are those of the earlier request, and the truth names the first of the chain. `topic`: one
    of many (without matters of its own: about the leaf); a share of its texts is passed
    on nearly unchanged (`mass`). `kind`: the base of the kind under which it will be filed ("" = as it is told): a
    complaint is not told as a question. Only with `caller` can the caller's own phone
    get into the text. Raises KeyError for a leaf, matter or template that is not there.
    """
    rng = world.dice
    rng.seed(mix(world.seed, index, 1))
    if repeat_of is not None:
        category, area = repeat_of.truth.category, repeat_of.area
    mass = topic is not None and repeat_of is None and rng.random() < topic.mass
    root = _root(repeat_of)
    draw = _wording(world, topic if mass else None, root) or rng.random
    if topic is not None and topic.matters and not matter and repeat_of is None:
        matter = topic.matters[int(draw() * len(topic.matters))]
    if matter and not category:
        category = world.category_of(matter)
    kind = "" if mass else kind
    template = _template(world, draw, category, matter, repeat_of, kind)
    facts = _facts(world, index if root is None else root, area, at if repeat_of is None else repeat_of.at, topic, mass)
    drawn = facts.person_key
    told = Telling(
        template=template,
        kind=kind or template.kind,
        family=world.families[template.key],
        temper=temper or _DRAWN_TEMPERS[drawn(51) % len(_DRAWN_TEMPERS)],
        voice="first" if mass else voice or _DRAWN_VOICES[int(draw() * len(_DRAWN_VOICES))],
        again=root is not None,
        mass=mass,
        calls=world.calls[template.key],
    )
    facts.speaks("其" if told.voice == "agent" else "我", again=root is not None)
    short = "terse" in {told.voice, told.temper}  # who says hardly anything has one matter
    second, other = _second(world, facts, category, told) if topic is None and not short else ("", None)
    facts.vague = drawn(53) % _VAGUE_IN == 0 and not template.blanks & PLACES - {"P"} and not mass
    named = named_title(told, facts, draw)
    body = body_of(told, facts, draw, other, headed=bool(named))
    title = title_of(told, facts, draw if mass else rng.random, named)
    body, noise = _noisy(body, rng.random, caller, told)
    if facts.vague:
        noise.append("no_place")
    point = None if facts.vague else facts.point
    return Spoken(
        title=title,
        body=body,
        place="" if facts.vague else facts.address,
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        category=category,
        second_category=second,
        unit=world.unit(category, area),
        kind=world.kinds[told.kind],
        urgency=template.urgency,
        template=template.key,
        temper=told.temper,
        voice=told.voice,
        noise=tuple(noise),
        topic=topic.id if topic else repeat_of.truth.topic if repeat_of else "",
        repeat_of=root,
        mass=mass,
    )


def _wording(world: World, passed_on: Topic | None, root: int | None) -> Draw | None:
    """Return whose words are drawn: the topic's for a text that is passed on, the first call's for a repeat."""
    if passed_on is not None:
        return Random(mix(world.seed, key_of(passed_on.id), 2)).random  # noqa: S311 -- no secret
    return None if root is None else Random(mix(world.seed, root, 1)).random  # noqa: S311 -- no secret


def _root(repeat_of: Request | None) -> int | None:
    """Return the index of the first of a chain of repeats."""
    if repeat_of is None:
        return None
    return repeat_of.index if repeat_of.truth.repeat_of is None else repeat_of.truth.repeat_of


def _template(
    world: World, draw: Draw, category: str, matter: str | None, repeat_of: Request | None, kind: str
) -> Template:  # fmt: skip
    luck = draw()
    if repeat_of is not None:
        return world.known[repeat_of.truth.template]
    templates = all_matters()[matter].templates if matter else world.templates[category]
    fitting = [each for each in templates if each.kind in _TOLD_AS.get(kind, ())] or templates
    return fitting[int(luck * len(fitting))]


def _facts(world: World, index: int, area: str, at: datetime, topic: Topic | None, mass: bool) -> Facts:  # noqa: FBT001 -- a plain part of what was drawn
    place: int | str = topic.id if topic and (topic.one_place or mass) else index
    person = key_of(topic.id) if topic and mass else index
    return Facts(world.spot(area), keys_of(world.seed, place, person), at)


def _second(world: World, facts: Facts, category: str, told: Telling) -> tuple[str, Template | None]:
    """Return another leaf of the same person at the same place, with what is told of it; mostly none."""
    luck = facts.person_key(52)
    if luck % _SECOND_IN or told.voice == "terse" or told.kind not in _GRIEVANCES or not world.companions:
        return "", None
    code = world.companions[(luck >> 20) % len(world.companions)]
    if code == category:
        return "", None
    templates = [each for each in world.templates[code] if each.kind == "complaint"]
    return (code, templates[facts.person_key(54) % len(templates)]) if templates else ("", None)


def _noisy(body: str, draw: Draw, caller: Caller | None, told: Telling) -> tuple[str, list[str]]:
    """Disturb a text; what is passed on gets a slip at most, what is said again is worded anew before."""
    if told.mass:
        return (near_sound(body, draw), ["near_sound"]) if draw() < _MASS_SLIP else (body, [])
    if told.again:
        body = reword(body, draw)
    body, noise = disturb(body, draw, caller.phone if caller and not caller.anonymous else "")
    return body, noise
