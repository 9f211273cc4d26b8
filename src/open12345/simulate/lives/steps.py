"""What a life is made of: an act with its moment (`Step`), the world it happens in, and who acts (`Actor`).

What is the same for all lives of a kind stands in `Step.fixed`, what belongs to this one life in `Step.own`; whether a
limit was missed is not decided here but when it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from open12345.directory.person import SYSTEM, Person
from open12345.policy import Pack
from open12345.simulate.chance import mix
from open12345.simulate.lives import sayings, wording
from open12345.simulate.lives.filling import Filled, Fixed, Given
from open12345.simulate.lives.staffing import Staffing
from open12345.simulate.shapes import Fate, Life

#: The act of taking a callback from the pool; all others are actions of the life cycle.
TAKE: Final = "take"
#: With these a round begins (`rounds.begin` sets `dispatched_at`).
BEGINS_ROUND: Final = frozenset({"dispatch", "redispatch", "reopen_by_upper"})
_MASK: Final = (1 << 64) - 1


@dataclass(slots=True)
class Step:
    """One act.

    `own` holds what differs from life to life, `shape` what of it leads elsewhere; `late`: the clock whose missing
    needs a reason; `unit`: for which one it is done ("" = the centre).
    """

    at: datetime
    act: str
    by: Person
    fixed: Fixed = ()
    own: dict[str, Any] = field(default_factory=dict)
    late: str = ""
    unit: str = ""
    shape: str = ""
    spot: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """Return what is said with the act; number and place still stand as `sayings.NUMBER` and `SPOT`."""
        return {
            name: value.value if isinstance(value, Given) else value
            for name, value in (*self.fixed, *self.own.items())
        }  # fmt: skip


class Dice:
    """Draws that depend on the request's place in the run alone."""

    __slots__ = ("_state",)

    def __init__(self, *keys: int) -> None:
        self._state = mix(*keys)

    def __call__(self, sides: int) -> int:
        """Return a number from 0 to below `sides`."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return (self._state >> 33) % sides

    def of(self, texts: Sequence[str]) -> str:
        """Return one of `texts`."""
        return texts[self(len(texts))]


@dataclass
class World:
    """What all scripts of a run share: pack, people, what evidence and answers the pack asks for."""

    pack: Pack
    people: Staffing
    seed: int = 0

    @cached_property
    def filled(self) -> Filled:
        """What the pack's own forms are filled with."""
        return Filled(self.pack)


class Actor:
    """One life as it is being lived: its moment, its people, its dice, and the acts so far."""

    def __init__(self, world: World, life: Life, *, drawn: bool) -> None:
        self.world, self.life, self.pack, self.drawn = world, life, world.pack, drawn
        self.request = life.request
        self.dice = Dice(world.seed, self.request.index)
        self.steps: list[Step] = []
        self.known: dict[tuple[str, str], Person] = {("system", ""): SYSTEM}
        self.at = self.request.at.astimezone(world.pack.calendar().zone)
        self.visited_at: datetime | None = None
        channel = self.pack.channels[self.request.channel]
        self.upper = channel.origin == "upper" or bool(self.request.foreign)
        self.reachable = not self.request.caller.anonymous and bool(self.request.caller.phone)
        self.plain, self.second = life.fate is Fate.EXPLAINED, False  # `second`: the round
        self.quick = self.request.urgency != "ordinary"
        self.form = world.filled.form_of(self.request.kind, self.request.category)
        self.spot = self._spot()

    def _spot(self) -> str:
        """Return how clerks call the place: by its area where it must not be quoted (somebody's home or name)."""
        request, filled = self.request, self.world.filled
        spot = "" if self.form.address else filled.spot(request.place)
        name = request.caller.name
        spot = spot if spot and not (name and name in spot) else filled.around(request.area)
        return sayings.HERE if name and name in spot else spot

    def do(
        self, role: str, unit: str, act: str, fixed: Fixed = (), /, *, late: str = "", shape: str = "", **own: Any
    ) -> None:
        """Let somebody act now; moments never stand still, and never fall on a whole second."""
        by = self.known.get((role, unit)) or self.who(role, unit)
        at, steps = self.at, self.steps
        moment = at + timedelta(0, 0, 1 + self.dice(999_998) - at.microsecond)
        if steps and moment <= steps[-1].at:
            moment = steps[-1].at + timedelta(milliseconds=200 + self.dice(700))
        self.at = moment
        steps.append(Step(moment, act, by, fixed, own, late, unit, shape, self.spot))

    def who(self, role: str, unit: str) -> Person:
        """Return somebody for the act, and for all later ones of the kind: who takes a callback is who calls."""
        by = self.known[role, unit] = self.world.people.pick(role, unit, self.dice(1 << 20))
        return by

    def wait(self, low: int, high: int) -> None:
        """Let some minutes pass; urgent matters go six times as fast."""
        seconds = low * 60 + self.dice((high - low) * 60 + 1)
        self.at += timedelta(0, seconds // 6 + 1 if self.quick else seconds)

    def text(self, texts: Sequence[str]) -> str:
        """Return one of the sayings; the place is put in when it is known who asks (`playing.quoted`)."""
        return texts[self.dice(len(texts))]

    def count(self, act: str) -> int:
        """Return how often something was done."""
        return sum(step.act == act for step in self.steps)

    @cached_property
    def visitors(self) -> str:
        """Who goes and looks: the same people whenever it is told."""
        return wording.visitors(self.text, self.form.sort)

    @property
    def dispatched_at(self) -> datetime:
        """When the present round began."""
        return next(s.at for s in reversed(self.steps) if s.act in BEGINS_ROUND)
