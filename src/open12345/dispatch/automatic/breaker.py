"""The circuit breaker as a machine (管理熔断, DIS-06): no clock, no chance, no database of its own.

Closed: everything may go. Of the last `window` outcomes, at least `least`, fewer than the share `floor` were right
first time: it opens. Open: nothing goes until the pause is over. Half open: a drawn share `sample` goes as probes,
never more than `probes` of them; as many kept in a row close it, one that fails opens it for twice the pause (up to
`LONGEST` times the first). What a person forced holds until it is released. A machine counts only what was sent since
it changed last: outcomes of before a trip or a closing say nothing of what holds now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from open12345.policy.dispatching import BreakerRule

#: A pause grows to so many times the first one.
LONGEST: Final = 16


class State(StrEnum):
    """Whether anything may go; the values are those of `models.BreakerState`."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Cause(StrEnum):
    """Why a breaker changed."""

    TRIPPED = "tripped"
    PAUSE_OVER = "pause_over"
    PROBES_KEPT = "probes_kept"
    PROBE_FAILED = "probe_failed"
    FORCED = "forced"
    RELEASED = "released"
    #: Of a surge: the texts are ordinary again.
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a breaker stands: since when, whether by a person's word, how many half openings failed in a row."""

    state: State = State.CLOSED
    since: datetime | None = None
    forced: bool = False
    fails: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """What became of the dispatches sent since the last change: right first time or not, newest first.

    `outstanding` are those of which nothing is known yet; only a half-open breaker asks for them.
    """

    outcomes: Sequence[bool] = ()
    outstanding: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A change that is to be made, with the figures behind it."""

    state: State
    cause: Cause
    forced: bool = False
    fails: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether one more may go, and whether it is a probe."""

    allowed: bool
    probe: bool = False


def figures(rule: BreakerRule, window: Window) -> dict[str, Any]:
    """Return what the window says: outcomes, wrong ones, the share right first time (None of nothing), the floor."""
    seen = list(window.outcomes[: rule.window])
    bad = seen.count(False)
    rate = round((len(seen) - bad) / len(seen), 4) if seen else None
    return {"outcomes": len(seen), "bad": bad, "rate": rate, "floor": rule.floor, "least": rule.least}


def pause(rule: BreakerRule, fails: int) -> timedelta:
    """Return how long an opened breaker rests after so many half openings that failed in a row."""
    return timedelta(minutes=rule.pause_minutes * min(2 ** min(fails, 30), LONGEST))


def judge(rule: BreakerRule, standing: Standing, window: Window) -> Step | None:
    """Return the change that the outcomes ask for; None where it stays as it is."""
    if standing.forced or standing.state is State.OPEN:
        return None
    told = figures(rule, window)
    if standing.state is State.CLOSED:
        enough = told["outcomes"] >= min(rule.least, rule.window)
        low = enough and told["rate"] < rule.floor
        return Step(State.OPEN, Cause.TRIPPED, figures=told | _resting(rule, 0)) if low else None
    if not all(window.outcomes):
        fails = standing.fails + 1
        return Step(State.OPEN, Cause.PROBE_FAILED, fails=fails, figures=told | _resting(rule, fails))
    kept = len(window.outcomes)
    if kept >= rule.probes:
        return Step(State.CLOSED, Cause.PROBES_KEPT, figures=told | {"probes": kept})
    return None


def _resting(rule: BreakerRule, fails: int) -> dict[str, Any]:
    return {"pause_minutes": int(pause(rule, fails).total_seconds() // 60)}


def wake(rule: BreakerRule, standing: Standing, at: datetime) -> Step | None:
    """Return the half opening of a breaker whose pause is over at `at`; None for all others."""
    if standing.forced or standing.state is not State.OPEN:
        return None
    if standing.since is not None and at < standing.since + pause(rule, standing.fails):
        return None
    return Step(State.HALF_OPEN, Cause.PAUSE_OVER, fails=standing.fails, figures={"probes": rule.probes})


def admit(rule: BreakerRule, standing: Standing, window: Window, draw: float) -> Admission:
    """Say whether one more may go; `draw` (0 <= draw < 1) decides whether it is in the sample."""
    if standing.state is State.CLOSED:
        return Admission(allowed=True)
    if standing.state is State.OPEN:
        return Admission(allowed=False)
    room = window.outstanding + len(window.outcomes) < rule.probes
    fits = room and all(window.outcomes) and draw < rule.sample
    return Admission(allowed=fits, probe=fits)


def force(state: State) -> Step:
    """Return the change by a person's word: open or closed, until released."""
    if state is State.HALF_OPEN:
        raise ValueError("a breaker is forced open or closed")
    return Step(state, Cause.FORCED, forced=True)


def release(standing: Standing, *, sampling: bool = True) -> Step | None:
    """Return the change that ends a person's word: what was held open comes back by sampling, as after a pause.

    None where nobody holds it. Without `sampling` (the master switch, the surge) it simply closes.
    """
    if not standing.forced:
        return None
    half = standing.state is State.OPEN and sampling
    return Step(State.HALF_OPEN if half else State.CLOSED, Cause.RELEASED)
