"""Clocks as screens show them: colour, share used, due moment, and why it is due then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.utils.translation import get_language, gettext_noop

from open12345.orders import clocks
from open12345.orders.asked import language
from open12345.orders.models import Clock
from open12345.orders.stages import ClockKind
from open12345.policy import Pack
from open12345.ui.components import said

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
    share = clocks.used(pack, clock, clock.stopped_at or clock.paused_at or now)
    state = _STATES[clocks.colour(pack, clock, now, share)]
    if clock.paused_at is not None and clock.stopped_at is None:
        state = "paused"
    return Face(
        kind=clock.kind, title=_titles(get_language() or "")[clock.kind], state=state, share=share,
        due=clock.due_at, provisional=clock.provisional, explanation=clocks.explain(pack, clock, language()),
        stopped_at=clock.stopped_at, word=_word(state),
    )  # fmt: skip


def faces(pack: Pack, found: Iterable[Clock], now: datetime) -> list[Face]:
    """Return the faces of several clocks, in their order."""
    return [face(pack, clock, now) for clock in found]


@lru_cache(maxsize=8)
def _titles(language: str) -> dict[str, str]:
    del language  # only so that each language has its own
    return {kind.value: str(kind.label) for kind in ClockKind}


def _word(state: str) -> str:
    word = _WORDS[state]
    return said(word) if word else ""


_WORDS: Final = {
    "red": gettext_noop("超时"), "amber": gettext_noop("将到期"), "paused": gettext_noop("暂停"),
    "stopped": gettext_noop("已停"), "running": "",
}  # fmt: skip


def most_pressing(found: Iterable[Clock], *kinds: str) -> Clock | None:
    """Return the running clock to show in a list: of the named kinds first, then the one due first."""
    running = [c for c in found if c.stopped_at is None and (c.alarm or c.kind in kinds)]
    for kind in kinds:
        some = [c for c in running if c.kind == kind]
        if some:
            return min(some, key=lambda c: c.due_at)
    return min(running, key=lambda c: c.due_at, default=None)
