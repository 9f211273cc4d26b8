"""Clocks as screens show them: colour, share used, due moment, and why it is due then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from open12345 import worktime
from open12345.orders import clocks
from open12345.orders.asked import language
from open12345.orders.models import Clock
from open12345.orders.stages import ClockKind
from open12345.policy import Pack

_STATES: Final = {"green": "running", "amber": "amber", "red": "red", "grey": "stopped"}


@dataclass(frozen=True)
class Face:
    """What the component `clock_bar` shows."""

    kind: str
    title: str
    state: str  # running, amber, red, stopped, paused
    share: float
    due: datetime
    provisional: bool
    explanation: str
    stopped_at: datetime | None
    word: str  # the state in a word, for those who see no colour


def face(pack: Pack, clock: Clock, now: datetime) -> Face:
    """Return the face of one clock at `now`."""
    state = _STATES[clocks.colour(pack, clock, now)]
    if clock.paused_at is not None and clock.stopped_at is None:
        state = "paused"
    until = clock.stopped_at or clock.paused_at or now
    return Face(
        kind=clock.kind, title=str(ClockKind(clock.kind).label), state=state, share=_share(pack, clock, until),
        due=clock.due_at, provisional=clock.provisional, explanation=clocks.explain(pack, clock, language()),
        stopped_at=clock.stopped_at, word=_word(state, clock),
    )  # fmt: skip


def faces(pack: Pack, found: Iterable[Clock], now: datetime) -> list[Face]:
    """Return the faces of several clocks, in their order."""
    return [face(pack, clock, now) for clock in found]


def _share(pack: Pack, clock: Clock, until: datetime) -> float:
    return worktime.used_share(pack.calendar(), clock.started_at, clock.due_at, until, clocks.unit_of(clock))


def _word(state: str, clock: Clock) -> str:
    if state == "red":
        return _("超时")
    words = {"amber": _("将到期"), "paused": _("暂停"), "stopped": _("已停"), "running": ""}
    return words[state]


def most_pressing(found: Iterable[Clock], *kinds: str) -> Clock | None:
    """Return the running clock to show in a list: of the named kinds first, then the one due first."""
    running = [c for c in found if c.stopped_at is None and (c.alarm or c.kind in kinds)]
    for kind in kinds:
        some = [c for c in running if c.kind == kind]
        if some:
            return min(some, key=lambda c: c.due_at)
    return min(running, key=lambda c: c.due_at, default=None)
