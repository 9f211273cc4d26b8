"""The lamp: how the breakers stand in a word and a colour, in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.dispatch.automatic import keys, modes
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.automatic.keys import ALL, MASTER, SURGE, Key, Known
from open12345.dispatch.models import AutomaticDispatch
from open12345.policy import Pack

COLOURS: Final[Mapping[State, str]] = {State.CLOSED: "green", State.HALF_OPEN: "amber", State.OPEN: "red"}
#: What stands at the lamp of one breaker.
SAID: Final[Mapping[State, str | Promise]] = {
    State.CLOSED: __("正常"), State.HALF_OPEN: __("试放行"), State.OPEN: __("熔断"),
}  # fmt: skip
#: Orders looked at since a breaker came back, after which one that none of them concerned is asleep.
_LOOKS: Final = 300


@dataclass(frozen=True, slots=True)
class Lamp:
    """One lamp: its colour, the words that say the same, and what the words mean where that is not plain."""

    colour: str
    text: str
    hint: str = ""


def of_state(key: Key, state: State) -> Lamp:
    """Return the lamp of one breaker; the switches of all, which no outcome trips, are on or off."""
    if state is State.OPEN and key in (MASTER, SURGE):
        return Lamp(COLOURS[state], _("已停"))
    return Lamp(COLOURS[state], str(SAID[state]))


def unused() -> Lamp:
    """Return the lamp of what nobody has switched on: neither green nor amber, for there is nothing to go well."""
    return Lamp("grey", _("未启用"), _("没有一个分类开通自动派单，系统只推荐"))


def lamp(pack: Pack) -> Lamp:
    """Return the lamp of all: red where nothing goes by itself, amber where something does not.

    Grey where no category is automatic: what stopped by itself before tells nothing then; what a person holds does.
    """
    known = keys.all_known(pack)
    automatic = modes.anything_automatic(pack)
    if not automatic:
        known = {key: found for key, found in known.items() if found.standing.forced}
    if (stopped := _stopped(known)) is not None:
        return Lamp("red", stopped)
    held = sum(1 for found in known.values() if found.standing.state is State.OPEN)
    halves = [(key, found) for key, found in known.items() if found.standing.state is State.HALF_OPEN]
    half = sum(not asleep(pack, key, found) for key, found in halves)
    if held:
        return Lamp("amber", _("自动派单 %(n)s 处熔断") % {"n": held})
    if half:
        return Lamp("amber", _("自动派单 %(n)s 处试放行") % {"n": half})
    if not automatic:
        return replace(unused(), text=_("自动派单未启用"))
    return Lamp("green", _("自动派单正常"))


def asleep(pack: Pack, key: Key, found: Known) -> bool:
    """Say whether a half-open breaker waits for what does not come: nothing of its own among the next 300 looks.

    A unit that has lost its duties gets no probe to be judged by. It stays half open, so that the first order that
    should go there goes as a probe; only nobody is kept uneasy by it.
    """
    if found.standing.state is not State.HALF_OPEN:
        return False
    since = AutomaticDispatch.objects.filter(pk__gt=found.after)
    return since.order_by("pk")[_LOOKS - 1 : _LOOKS].exists() and not since.filter(keys.about(pack, key)).exists()


def _stopped(known: Mapping[Key, Known]) -> str | None:
    """Say why nothing goes by itself; None where something may."""
    words = {MASTER: _("自动派单已停：总开关"), ALL: _("自动派单已熔断"), SURGE: _("自动派单已停：陌生事项激增")}
    for key, text in words.items():
        if key in known and known[key].standing.state is State.OPEN:
            return text
    return None
