"""Puts a matter into somebody's mouth: the opening, what was tried, what it does to people, what is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from open12345.simulate.speech.facts import PLACES, Facts
from open12345.simulate.speech.grammar import Draw, Pattern, say
from open12345.simulate.speech.matters import Template, frames
from open12345.simulate.speech.world import is_local

_STOPS: Final = "。！？…"
_ASKING: Final = (
    "吗",
    "呢",
    "么",
    "几",
    "哪",
    "怎么",
    "能不能",
    "是否",
    "多少",
    "要不要",
    "还有没有",
    "算不算",
    "什么",
    "找谁",
    "多久",
)
_TITLE_LONGEST: Final = 32
_TITLE_WITH_PLACE: Final = 0.5
_NAMED_TITLES, _NAMED_OPENINGS, _NAMED_ASKS = 0.6, 0.36, 0.34
"""How often a title, an opening and what is asked call the matter by a name that people have for it."""
_HEADED: Final = 0.2
_HOMES: Final = frozenset(("estate", "noise", "house", "home", "lift", "smell", "fire", "epidemic", "water"))
_OWN_TRIES: Final = frozenset(("money", "wage", "policy"))
_STRIDES: Final = (5, 7, 11, 13)
_QUIET: Final = frozenset(("inquiry", "praise", "suggestion"))
_VERBS: Final = {
    "complaint": ("反映", "投诉", "反映", "投诉"), "help": ("求助", "反映"), "tip_off": ("举报", "反映"),
    "inquiry": ("咨询",),
}  # fmt: skip
_AS: Final = {"complaint": "投诉", "help": "求助"}
_SAYS_ENOUGH: Final = 16
"""Characters below which a line does not tell what it is about; then its title goes before it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells which template, in which temper; `again`: not the first time, `mass`: a text that is passed on."""

    template: Template
    kind: str
    """As what it is told: the template's own kind, or that under which it will be filed."""
    family: str
    temper: str
    voice: str
    again: bool
    mass: bool
    calls: tuple[str, ...] = ()
    """What people call the matter when they name it."""


def named_title(told: Telling, facts: Facts, draw: Draw) -> str:
    """Return a title that calls the matter by a name ("停水问题"), "" where the template has its own."""
    strange = told.kind in _QUIET and told.template.kind != told.kind  # its own title is no question
    return "" if told.mass else _named("named_title", 1.0 if strange else _NAMED_TITLES, told, facts, draw)


def title_of(told: Telling, facts: Facts, draw: Draw, named: str) -> str:
    """Return a title as agents write them: the matter, half of the time with its place."""
    title = named or say(told.template.title, draw, facts)
    local = is_local(told.family) or told.family in _HOMES
    if not told.template.blanks & PLACES or not _names_place(title, facts):
        share = _TITLE_WITH_PLACE if local else _TITLE_WITH_PLACE / 4
        if draw() < share and not facts.vague:
            title = (facts["E"] if told.family in _HOMES else facts["R"] if local else facts["A"]) + title
    if named:
        return title[:_TITLE_LONGEST]
    luck, verbs = draw(), _VERBS.get(told.kind, ())
    if verbs and luck < (0.25 if told.kind == "inquiry" else 0.12):
        title = verbs[int(draw() * len(verbs))] + title
    elif luck > 0.95 and told.kind in _AS:
        title = f"关于{title}的{_AS[told.kind]}"
    return title[:_TITLE_LONGEST]


def _named(frame: str, share: float, told: Telling, facts: Facts, draw: Draw, key: str = "") -> str:
    """Return a frame with the matter called by its name, "" mostly."""
    ways = frames()[frame].get(key or told.kind)
    if draw() >= share or not told.calls or not ways:
        return ""
    facts["事"] = told.calls[int(draw() * len(told.calls))]
    return say(_drawn(ways, draw), draw, facts)


def _names_place(title: str, facts: Facts) -> bool:
    return any(name in facts and facts[name] in title for name in ("E", "R", "P"))


def body_of(told: Telling, facts: Facts, draw: Draw, other: Template | None, *, headed: bool) -> str:
    """Return the description: the matter in its frame; `headed`: it begins with the point, which the title lacks."""
    if told.mass:
        return _passed_on(told, facts, draw)
    core = _sentence(say(told.template.body, draw, facts), told.template.kind)
    if told.voice == "terse" or told.temper == "terse":
        short = _short(told, facts, draw, core)
        bare = short.startswith(core[:_SAYS_ENOUGH])  # not said before what it is about
        return _headed(told, facts, draw, short) if headed and bare and not told.again else short
    opening = "".join(_opening(told, facts, draw))
    after = [say(each, draw, facts) for each in _after(told, draw)]
    if other is not None:
        after.insert(0, _one("second", draw, facts) + say(other.body, draw, facts))
    asked = _named("named_ask", _NAMED_ASKS, told, facts, draw)
    if not asked and draw() < 0.8:
        asked = say(_asked(told, draw), draw, facts)
    joined = _joined(after, draw) + (f"{asked}。" if asked else "")
    if told.voice == "first" or draw() < 0.2:
        joined += _one("close", draw, facts, "calm" if told.kind in _QUIET else told.temper)
    # Drawn last: whoever says it again draws all the rest alike.
    if headed or draw() < _HEADED or len(opening + core + joined) < _SAYS_ENOUGH:
        core = _headed(told, facts, draw, core)
    return opening + core + joined


def _headed(told: Telling, facts: Facts, draw: Draw, core: str) -> str:
    return f"{say(told.template.title, draw, facts)}，{core}"


def _short(told: Telling, facts: Facts, draw: Draw, core: str) -> str:
    """Return a line or two: the matter and hardly more, sometimes only its first clause."""
    if told.again:
        return _one("again", draw, facts, "first") + core
    first, comma, _rest = core.partition("，")
    if draw() < 0.35 and comma and len(first) >= _SAYS_ENOUGH:
        return first
    if len(core) < _SAYS_ENOUGH:
        return _headed(told, facts, draw, core)
    if draw() < 0.4 and not told.template.blanks & PLACES and is_local(told.family):
        return core + _one("where", draw, facts)
    return core


def _opening(told: Telling, facts: Facts, draw: Draw) -> Iterator[str]:
    kind = told.kind
    name = f"{told.voice}_{kind}"
    key = name if name in frames()["open"] else told.voice
    named_key = name if name in frames()["named_open"] else key
    named = _named("named_open", _NAMED_OPENINGS, told, facts, draw, named_key) if kind != "praise" else ""
    if told.again:
        yield _one("again", draw, facts, told.voice)
    else:
        opened = _one("open", draw, facts, key)
        yield named or opened
    if not told.template.blanks & PLACES and kind != "praise" and not facts.vague:
        yield _one("who", draw, facts, _who(told.family))
        if is_local(told.family) and "E" not in facts and draw() < 0.8:
            yield _one("where_estate" if told.family in _HOMES else "where", draw, facts)


def _who(family: str) -> str:
    if family in _HOMES:
        return "estate"
    if is_local(family):
        return "open"
    return family if family in ("wage", "policy", "money") else "plain"


def _after(told: Telling, draw: Draw) -> Iterator[Pattern]:
    """Yield what follows the matter: since when, what was tried, what harm it does, and a long story."""
    if {told.kind, told.template.kind} & _QUIET:
        return
    found = frames()
    tried = found[f"tried_{told.family}"] if told.family in _OWN_TRIES else found["tried"]
    if is_local(told.family) and draw() < 0.3:
        yield _drawn(found["since"], draw)
    if draw() < 0.35:
        yield _drawn(tried, draw)
    if draw() < 0.45:
        yield _drawn(found["harm"][told.family], draw)
    if told.temper in ("wordy", "pleading"):
        story = found["story"]
        start, stride, length = int(draw() * len(story)), _STRIDES[int(draw() * 4)], 2 + int(draw() ** 3 * 14)
        yield from (story[(start + stride * step) % len(story)] for step in range(length))


def _asked(told: Telling, draw: Draw) -> Pattern:
    asks = frames()["ask"]["agent" if told.voice == "agent" else "first"]
    return _drawn(asks.get(told.kind) or asks["complaint"], draw)


def _passed_on(told: Telling, facts: Facts, draw: Draw) -> str:
    """Return a text that is copied from group to group: long, solemn, the same for all."""
    story = frames()["story"]
    middle = [say(story[int(draw() * len(story))], draw, facts) for _ in range(4)]
    core = _sentence(say(told.template.body, draw, facts), "complaint")
    lines = "。".join(dict.fromkeys(middle))
    return f"{_one('mass_open', draw, facts)}{core}{lines}。{say(frames()['mass_close'], draw, facts)}"


def _joined(pieces: list[str], draw: Draw) -> str:
    return "".join(piece + ("。" if draw() < 0.6 or n == len(pieces) - 1 else "，") for n, piece in enumerate(pieces))


def _sentence(text: str, kind: str) -> str:
    if text[-1] in _STOPS:
        return text
    return text + ("？" if kind == "inquiry" and any(word in text for word in _ASKING) else "。")


def _one(name: str, draw: Draw, facts: Facts, key: str = "") -> str:
    node: Any = frames()[name]
    return say(_drawn(node[key] if key else node, draw), draw, facts)


def _drawn(ways: tuple[Pattern, ...], draw: Draw) -> Pattern:
    return ways[int(draw() * len(ways))]
