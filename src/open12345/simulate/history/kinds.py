"""Kinds of lives: what tells them apart, and how each is learnt once and known from then on.

A kind is learnt from one life, played through the real services with nothing in its way: every unit may hand back,
which is where the most windows open. Units that may not have lives of the same kind, with these windows taken out
(`variants.barred`), as late lives are made of those in time.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Final

from open12345.orders.models import Clock, Event
from open12345.simulate.history import learning, shadow, variants
from open12345.simulate.history.code import written
from open12345.simulate.history.dues import Dues
from open12345.simulate.history.learning import PatternError, Skeleton
from open12345.simulate.history.library import Library
from open12345.simulate.history.lines import Form, Running
from open12345.simulate.history.opening import Given
from open12345.simulate.history.patterns import Compiler
from open12345.simulate.lives.steps import Step, World
from open12345.simulate.shapes import Life

#: What says where a request is on the map: values, or none.
_POINT: Final = frozenset({"longitude", "latitude"})
#: Seconds between two looks at what another process learns.
_PAUSE: Final = 0.01
_MAY_HAND_BACK: Final = ("no_return", False)

Flags = tuple[bool, ...]
#: (acts, flags) of a kind that is known.
Key = tuple["Acts", Flags]


class Acts:
    """What the acts of a kind have in common; there is one of each (`Kinds.acts`), told apart by itself."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts

    def __repr__(self) -> str:
        return repr(self.parts)


@dataclass(frozen=True, slots=True)
class Told:
    """A life as it goes, not yet written: `acts` and `flags` (which clocks can run) tell its kind.

    `barred`: the dispatches (places in the script) after which the unit may not hand back.
    """

    life: Life
    order: int
    number: str
    drawn: bool
    steps: list[Step]
    acts: Acts
    flags: Flags
    barred: tuple[int, ...]


class Kinds:
    """The kinds of lives that are known, by this process or through a library by others.

    `reckoned`: the clocks of a life by its skeleton; `given`: how a dispatch of a life is told.
    """

    def __init__(
        self, world: World, dues: Dues,
        reckoned: Callable[[Life, list[Step], Skeleton], list[Running]], given: Callable[[Life, Step], Given],
    ) -> None:  # fmt: skip
        self.world, self.dues, self._reckoned, self._given = world, dues, reckoned, given
        self.library = Library()
        self.stage: Callable[[], AbstractContextManager[None]] = shadow.stage
        self.learned = 0
        self.forms: dict[Any, Form] = {}
        self._known: dict[Key, tuple[Skeleton, learning.Found]] = {}
        self._barred: dict[tuple[Key, tuple[int, ...]], tuple[Skeleton, learning.Found]] = {}
        self._flags = [(str(kind), later) for kind in world.pack.clock_rules for later in (False, True)]
        self._runs: dict[tuple[str, str, str], Flags] = {}
        self._learnt: dict[Acts, list[Flags]] = defaultdict(list)
        self._alike: dict[Key, Key] = {}
        self._interned: dict[tuple[Any, ...], Acts] = {}

    # -- what tells kinds apart ------------------------------------------------------------------------------------

    def told(self, life: Life, order: int, number: str, steps: list[Step], *, drawn: bool) -> Told:
        """Return the life with what tells its kind."""
        parts: list[Any] = [drawn]
        barred: tuple[int, ...] = ()
        for place, step in enumerate(steps):
            if step.act == "dispatch":
                parts.append((len(step.own.get("co_handlers", ())), step.fixed))
                if self._given(life, step).no_return:
                    barred = (*barred, place)
            elif step.act == "register":
                parts.append((step.act, step.fixed, *[name for name in step.own if name not in _POINT]))
            else:
                parts.append((step.act, step.fixed, step.shape, *step.own))
        return Told(life, order, number, drawn, steps, self.acts(tuple(parts)), self.flags(life), barred)

    def acts(self, parts: tuple[Any, ...]) -> Acts:
        """Return the one object for these acts."""
        known = self._interned.get(parts)
        if known is None:
            known = self._interned[parts] = Acts(parts)
        return known

    def flags(self, life: Life) -> Flags:
        """Return which clocks run at all for such a request, in the first round and later."""
        request = life.request
        key = (request.urgency, request.kind, request.category)
        found = self._runs.get(key)
        if found is None:
            found = self._runs[key] = tuple(
                bool(self.dues.limits(life, kind, 2 if later else 1)) for kind, later in self._flags
            )
        return found

    def key(self, told: Told) -> Key:
        """Return the key of a life's kind: its acts, and which clocks run where they are wanted.

        Lives in which another clock could have run are of the same kind if that clock was never wanted: a life of the
        same acts in which it could have run left none of it.
        """
        acts, flags = told.acts, told.flags
        key = self._alike.get((acts, flags))
        if key is None:
            key = acts, flags
            for other in self._learnt[acts]:
                if all(
                    one is two or self._unwanted(acts, n) for n, (one, two) in enumerate(zip(flags, other, strict=True))
                ):
                    key = acts, other
                    break
            if key in self._known:
                self._alike[acts, flags] = key
        return key

    def _unwanted(self, acts: Acts, n: int) -> bool:
        """Say whether a life of these acts is known that could have had the clock and did not."""
        kind, later = self._flags[n]
        return any(
            flags[n]
            and all(rule.kind != kind or (rule.round > 1) is not later for rule in self._known[acts, flags][0].clocks)
            for flags in self._learnt[acts]
        )

    # -- what is known of them -------------------------------------------------------------------------------------

    def bones(self, told: Told) -> Skeleton:
        """Return the skeleton of a life whose kind is known."""
        return self._of(self.key(told), told.barred)[0]

    def form(self, told: Told, late: tuple[bool, ...], marks: variants.Marks) -> Form:
        """Return what fills in lives like this one, with these limits missed: as another wrote it out, or made now."""
        full = (self.key(told), told.barred, late, marks)
        form = self.forms.get(full)
        if form is None:
            kept = self.library.form(full)
            if kept is None:
                kept = written(Compiler(self._variant(*full)).compile())
                self.library.keep_form(full, kept)
            form = self.forms[full] = Form(kept)
        return form

    def _of(self, key: Key, barred: tuple[int, ...]) -> tuple[Skeleton, learning.Found]:
        if not barred:
            return self._known[key]
        found = self._barred.get((key, barred))
        if found is None:
            found = self._barred[key, barred] = variants.barred(*self._known[key], barred)
        return found

    def _variant(
        self, key: Key, barred: tuple[int, ...], late: tuple[bool, ...], marks: variants.Marks
    ) -> learning.Found:
        bones, base = self._of(key, barred)
        reasons = tuple(place for (place, _clock), missed in zip(bones.late, late, strict=True) if missed)
        return variants.late(base, reasons, self.world.filled.late_reason, marks)

    # -- learning --------------------------------------------------------------------------------------------------

    def learn(self, batch: Sequence[Told]) -> None:
        """Know the kinds of all these lives: by what others have kept, else by playing one of each.

        What another process plays just now is waited for last, and not played twice.
        """
        missing = [told for told in batch if self.key(told) not in self._known]
        while missing:
            before = len(missing)
            missing = [told for told in missing if not self._learnt_now(told)]
            if len(missing) == before:
                time.sleep(_PAUSE)

    def _learnt_now(self, told: Told) -> bool:
        """Say whether the kind of this life is known, or could be learnt now; no if another process is at it."""
        if self.key(told) in self._known or self._found(told):
            return True
        with self.library.claimed(told.acts) as mine:
            if mine and not self._found(told):
                self._play(told)
            return mine

    def _found(self, told: Told) -> bool:
        """Take up what others have learnt of such acts; say whether it is enough for this life."""
        for flags, known in self.library.found(told.acts, told.flags, set(self._learnt[told.acts])):
            self._remember((told.acts, flags), known)
        return self.key(told) in self._known

    def _play(self, told: Told) -> None:
        """Play the life through the real services and keep what was found, for the others too."""
        life, steps = told.life, [_free(step) for step in told.steps]
        with self.stage():
            played = learning.play(self.world, life, steps, drawn=told.drawn)
        for found in played:
            known = self._learnt_of(life, [step for step in steps if step.at <= found.steps[-1].at], found)
            done = sum(place is not None for place in found.places)
            self._keep((self.acts(told.acts.parts[: 1 + done]), told.flags), known)
        self.learned += 1

    def _learnt_of(self, life: Life, steps: list[Step], found: learning.Found) -> tuple[Skeleton, learning.Found]:
        """Return what a life that was played tells of all others of its kind."""
        bones = learning.skeleton(found, steps)
        self._check(life, steps, bones, found)
        base = variants.in_time(found)
        self._check_variant(found, base, steps, bones)
        return bones, base

    def _keep(self, key: Key, known: tuple[Skeleton, learning.Found]) -> None:
        if key not in self._known:
            acts, flags = key
            self.library.keep(acts, flags, known)
            self._remember(key, known)

    def _remember(self, key: Key, known: tuple[Skeleton, learning.Found]) -> None:
        self._known[key] = known
        self._learnt[key[0]].append(key[1])

    def _check_variant(self, found: learning.Found, base: learning.Found, steps: list[Step], bones: Skeleton) -> None:
        """A life made late must be the one that was played."""
        facts = {e["at"]: e["facts"] for e in found.rows[Event]}
        reasons = tuple(place for place, _clock in bones.late if "late_reason" in facts[steps[place].at])
        clocks_at = {row["id"]: n for n, row in enumerate(found.rows.get(Clock, []))}
        seen = iter(e for e in found.rows[Event] if e["action"] == "breach")
        marks = tuple(
            (place, tuple(clocks_at[pk] for pk in next(seen)["facts"]["clocks"]))
            for place, known in enumerate(found.places) if known is None
        )  # fmt: skip
        variants.check(variants.late(base, reasons, self.world.filled.late_reason, marks), found)

    def _check(self, life: Life, steps: list[Step], bones: Skeleton, found: learning.Found) -> None:
        """The dues as reckoned must be those that the platform wrote."""
        for running, row in zip(self._reckoned(life, steps, bones), found.rows.get(Clock, []), strict=True):
            ours = (running.due, running.limit, running.provisional)
            if ours != (row["due_at"], row["limit"], row["provisional"]):
                raise PatternError(f"{row['kind']}: reckoned {ours}, written {row['due_at']} {row['limit']}")


def _free(step: Step) -> Step:
    """Return a dispatch after which the unit may hand back; any other act as it is."""
    if step.act != "dispatch" or _MAY_HAND_BACK in step.fixed:
        return step
    return replace(step, fixed=(*step.fixed, _MAY_HAND_BACK))
