"""Stamping: the rows of a life, filled into the pattern of its kind, as the platform itself would have written them.

A life whose pattern is not known yet is played once through the real services (`learning`); all others of the kind are
filled in: ids, moments, dues reckoned by the pack's calendar, texts masked, the person sealed under a key of their own,
digests, facts and the hash chain. `tests/simulate/test_bulk_truth.py` holds both ways against each other.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from open12345.callback.sampling import is_drawn
from open12345.orders import clocks
from open12345.orders.models import Clock, Event, WorkOrder
from open12345.simulate.history import learning, shadow, variants
from open12345.simulate.history.code import written
from open12345.simulate.history.dues import Dues, Reckoner
from open12345.simulate.history.learning import ClockRule, PatternError, Skeleton
from open12345.simulate.history.library import Library
from open12345.simulate.history.lines import Act, Filling, Form, Sheet
from open12345.simulate.history.opening import Opening
from open12345.simulate.history.patterns import Compiler
from open12345.simulate.history.repeats import Callers
from open12345.simulate.history.texts import Texts
from open12345.simulate.lives.script import script
from open12345.simulate.lives.step import watch_moment
from open12345.simulate.lives.steps import Step, World
from open12345.simulate.shapes import Fate, Life

__all__ = ["Sheet", "Stamper"]
#: What says where a request is on the map: values, or none.
_POINT: Final = frozenset({"longitude", "latitude"})
#: A sequence that is found again in a number, whatever stands around it.
_MODEL: Final = 9_876_543_210_987
#: Seconds between two looks at what another process learns.
_PAUSE: Final = 0.01


class Acts:
    """What the acts of a kind have in common; there is one of each (`Stamper._acts`), told apart by itself."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts

    def __repr__(self) -> str:
        return repr(self.parts)


@dataclass(frozen=True, slots=True)
class Told:
    """A life as it goes, not yet written: `acts` and `flags` (which clocks can run) tell its kind."""

    life: Life
    order: int
    number: str
    drawn: bool
    steps: list[Step]
    acts: Acts
    flags: tuple[bool, ...]


@dataclass(slots=True)
class Running:
    """One clock of one life: due at first and in the end, when it was seen to be late."""

    rule: ClockRule
    first: datetime
    due: datetime
    limit: str
    provisional: bool
    breached: datetime | None = None


class Stamper:
    """Makes the rows of lives. `ids` hands out numbers: (table, how many) → the first of them."""

    def __init__(self, world: World, pack_version: int, ids: Any, callers: Callers | None = None) -> None:
        self.world, self.pack, self.version, self.ids = world, world.pack, str(pack_version), ids
        self.dues = Dues(self.pack)
        self._numbers: dict[tuple[date, str], str] = {}
        self.texts = Texts(self.pack, self.model_number())
        self.opening = Opening(self.pack, self.texts, self.version)
        self.units = {code: str(pk) for code, pk in world.people.units.items()}
        self.units[""] = self.units[self.pack.centre.code]
        self.callers = callers or Callers()
        self.skeletons: dict[Any, Skeleton] = {}
        self.bases: dict[Any, learning.Found] = {}
        self.patterns: dict[Any, Form] = {}
        self.library = Library()
        self.learned = 0
        self.stage: Callable[[], AbstractContextManager[None]] = shadow.stage
        self._flags = [(str(kind), later) for kind in self.pack.clock_rules for later in (False, True)]
        self._kinds: dict[tuple[str, str, str], tuple[bool, ...]] = {}
        self._learnt: dict[Any, list[tuple[bool, ...]]] = defaultdict(list)
        self._alike: dict[Any, Any] = {}
        self._interned: dict[tuple[Any, ...], Acts] = {}
        self._reckoners: dict[tuple[int, str, str, str], list[tuple[ClockRule, Reckoner]]] = {}

    def model_number(self) -> str:
        """Return a number of the pack's pattern by which the mask judges sayings that quote one."""
        return self.number(datetime(2025, 6, 16, tzinfo=self.dues.zone), next(iter(self.pack.channels)), 123_456)

    def number(self, at: datetime, channel: str, order: int) -> str:
        """Return the number of an order."""
        key = ((at if at.tzinfo is self.dues.zone else at.astimezone(self.dues.zone)).date(), channel)
        form = self._numbers.get(key)
        if form is None:
            char = self.pack.channels[channel].char
            model = self.pack.number.format(area=self.pack.area_code, day=key[0], channel=char, sequence=_MODEL)
            form = self._numbers[key] = _form(model, self.pack.number.sequence_width)
        return form % order

    # -- one life --------------------------------------------------------------------------------------------------

    def stamp(self, life: Life, sheet: Sheet) -> str:
        """Add the rows of `life` to `sheet`; returns the order's number."""
        told = self.tell(life)
        self.learn([told])
        return self.write(told, sheet)

    def tell(self, life: Life) -> Told:
        """Return how the life goes, and its number."""
        order = self.ids(WorkOrder, 1)
        number = self.number(life.request.at, life.request.channel, order)
        drawn = life.fate is Fate.ANSWERED_AT_ONCE and is_drawn(number, self.pack.callback.direct_share)
        steps = script(self.world, life, drawn=drawn)
        acts = self._acts(self._parts(life, steps, drawn=drawn))
        return Told(life, order, number, drawn, steps, acts, self._kinds_of(life))

    def write(self, told: Told, sheet: Sheet) -> str:
        """Add the rows of a life whose kind is known (`learn`); returns the order's number."""
        life, steps, key = told.life, told.steps, self._key(told)
        bones = self.skeletons[key]
        running = self._clocks(life, steps, bones)
        acts, late = self._watched(life, steps, bones, running)
        full = (key, late, tuple([(place, marks) for _at, place, marks in acts if marks]))
        form = self.patterns.get(full)
        if form is None:
            form = self.patterns[full] = self._form(full)
        Filling(self, form, life, steps, acts, running, told.order, told.number).write(sheet)
        return told.number

    def _form(self, full: Any) -> Form:
        """Return what fills in such lives: as another process wrote it out, else written out here."""
        known = self.library.form(full)
        if known is None:
            known = written(Compiler(self._variant(*full)).compile())
            self.library.keep_form(full, known)
        return Form(known)

    def _acts(self, parts: tuple[Any, ...]) -> Acts:
        known = self._interned.get(parts)
        if known is None:
            known = self._interned[parts] = Acts(parts)
        return known

    def _parts(self, life: Life, steps: list[Step], *, drawn: bool) -> tuple[Any, ...]:
        """Return what the acts of a life have in common with those of others; a point on the map is a value alone."""
        request = life.request
        parts: list[Any] = [drawn]
        for step in steps:
            if step.act == "dispatch":
                given = self.opening.given(step.own, step.fixed, request.category, request.area)
                parts.append((given.no_return, len(step.own.get("co_handlers", ())), step.fixed))
            elif step.act == "register":
                parts.append((step.act, step.fixed, *(name for name in step.own if name not in _POINT)))
            else:
                parts.append((step.act, step.fixed, step.shape, *step.own))
        return tuple(parts)

    def _key(self, told: Told) -> Any:
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
            if key in self.skeletons:
                self._alike[acts, flags] = key
        return key

    def _unwanted(self, acts: Acts, n: int) -> bool:
        """Say whether a life of these acts is known that could have had the clock and did not."""
        kind, later = self._flags[n]
        return any(
            flags[n]
            and all(rule.kind != kind or (rule.round > 1) is not later for rule in self.skeletons[acts, flags].clocks)
            for flags in self._learnt[acts]
        )

    def _kinds_of(self, life: Life) -> tuple[bool, ...]:
        """Return which clocks run at all for such a request, in the first round and later."""
        request = life.request
        key = (request.urgency, request.kind, request.category)
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = tuple(
                bool(self.dues.limits(life, kind, 2 if later else 1)) for kind, later in self._flags
            )
        return found

    # -- learning --------------------------------------------------------------------------------------------------

    def learn(self, batch: Sequence[Told]) -> None:
        """Know the kinds of all these lives: by what others have kept, else by playing one of each.

        What another process plays just now is waited for last, and not played twice.
        """
        missing = [told for told in batch if self._key(told) not in self.skeletons]
        while missing:
            before = len(missing)
            missing = [told for told in missing if not self._learnt_now(told)]
            if len(missing) == before:
                time.sleep(_PAUSE)

    def _learnt_now(self, told: Told) -> bool:
        """Say whether the kind of this life is known, or could be learnt now; no if another process is at it."""
        if self._key(told) in self.skeletons or self._found(told):
            return True
        with self.library.claimed(told.acts) as mine:
            if mine and not self._found(told):
                self._play(told)
            return mine

    def _found(self, told: Told) -> bool:
        """Take up what others have learnt of such acts; say whether it is enough for this life."""
        for flags, known in self.library.found(told.acts, told.flags, set(self._learnt[told.acts])):
            self._remember((told.acts, flags), known)
        return self._key(told) in self.skeletons

    def _play(self, told: Told) -> None:
        """Play the life through the real services and keep what was found, for the others too."""
        life, steps = told.life, told.steps
        with self.stage():
            played = learning.play(self.world, life, steps, drawn=told.drawn)
        for found in played:
            known = self._known(life, [step for step in steps if step.at <= found.steps[-1].at], found)
            done = sum(place is not None for place in found.places)
            self._keep((self._acts(told.acts.parts[: 1 + done]), told.flags), known)
        self.learned += 1

    def _known(self, life: Life, steps: list[Step], found: learning.Found) -> tuple[Skeleton, learning.Found]:
        """Return what a life that was played tells of all others of its kind."""
        bones = learning.skeleton(found, steps)
        self._check(life, steps, bones, found)
        base = variants.in_time(found)
        self._check_variant(found, base, steps, bones)
        return bones, base

    def _keep(self, key: Any, known: tuple[Skeleton, learning.Found]) -> None:
        if key not in self.skeletons:
            acts, flags = key
            self.library.keep(acts, flags, known)
            self._remember(key, known)

    def _remember(self, key: Any, known: tuple[Skeleton, learning.Found]) -> None:
        self.skeletons[key], self.bases[key] = known
        self._learnt[key[0]].append(key[1])

    def _variant(self, key: Any, late: tuple[bool, ...], marks: variants.Marks) -> learning.Found:
        bones, base = self.skeletons[key], self.bases[key]
        reasons = tuple(place for (place, _clock), missed in zip(bones.late, late, strict=True) if missed)
        return variants.late(base, reasons, self.world.filled.late_reason, marks)

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
        for running, row in zip(self._clocks(life, steps, bones), found.rows.get(Clock, []), strict=True):
            ours = (running.due, running.limit, running.provisional)
            if ours != (row["due_at"], row["limit"], row["provisional"]):
                raise PatternError(f"{row['kind']}: reckoned {ours}, written {row['due_at']} {row['limit']}")

    # -- clocks ----------------------------------------------------------------------------------------------------

    def _clocks(self, life: Life, steps: list[Step], bones: Skeleton) -> list[Running]:
        made: list[Running] = []
        for rule, reckoner in self._reckoned(life, bones):
            at = steps[rule.start].at
            due, provisional = reckoner.due(at)
            running = Running(rule, due, due, reckoner.written, provisional)
            if rule.above is not None or rule.extended_by is not None:
                self._bound(running, at, made, steps)
            made.append(running)
        return made

    def _reckoned(self, life: Life, bones: Skeleton) -> list[tuple[ClockRule, Reckoner]]:
        """Return the clocks of such a life with what each is reckoned by, as `Change.start` and its callers do."""
        request = life.request
        key = (id(bones), request.urgency, request.kind, request.category)
        found = self._reckoners.get(key)
        if found is None:
            found = self._reckoners[key] = [(rule, self._reckoner(life, rule)) for rule in bones.clocks]
        return found

    def _reckoner(self, life: Life, rule: ClockRule) -> Reckoner:
        if rule.by == "fixed":
            return self.dues.reckoner(rule.limit)
        limits = self.dues.limits(life, rule.kind, max(1, rule.round))
        return self.dues.reckoner((self.dues.share(limits[0]),) if rule.by == "share" else limits)

    def _bound(self, running: Running, at: datetime, made: list[Running], steps: list[Step]) -> None:
        """Let a clock end before the one above it, or later by an extension."""
        rule = running.rule
        if rule.above is not None:
            above = made[rule.above].due
            bound = self.dues.before(above) if rule.by == "below" else above
            if bound < running.due:
                running.due = running.first = max(bound, at)
                running.limit, running.provisional = clocks.GIVEN, False
        if rule.extended_by is not None and rule.extended_at is not None and rule.extended_at < len(steps):
            clock = Clock(due_at=running.due)
            clocks.extend(self.pack, clock, rule.extended_by)
            running.due = clock.due_at

    def _watched(
        self, life: Life, steps: list[Step], bones: Skeleton, running: list[Running]
    ) -> tuple[list[Act], tuple[bool, ...]]:
        """Return all acts with those of the watch between them: (moment, place among all, clocks marked)."""
        seen: dict[datetime, list[int]] = {}
        for n, clock in enumerate(running):
            self._late(life, steps, n, clock, seen)
        late = tuple(_due_before(running[n], place) < steps[place].at for place, n in bones.late)
        if not seen:
            return [(step.at, place, ()) for place, step in enumerate(steps)], late
        moments = [(step.at, ()) for step in steps] + [(at, tuple(sorted(marks))) for at, marks in seen.items()]
        moments.sort(key=lambda pair: pair[0])
        return [(at, place, marks) for place, (at, marks) in enumerate(moments)], late

    def _late(self, life: Life, steps: list[Step], n: int, clock: Running, seen: dict[datetime, list[int]]) -> None:
        """Note whether a clock ran out, and when the watch saw it."""
        rule = clock.rule
        if not rule.alarm:
            return
        stopped = steps[rule.stop].at if rule.stop is not None else None
        if stopped is not None and clock.due >= stopped and clock.first >= stopped:
            return
        paused = steps[rule.pause].at if rule.pause is not None else None
        extended = steps[rule.extended_at].at if rule.extended_at is not None else None
        spans: list[tuple[datetime, datetime | None]] = [(clock.first, extended)] if extended is not None else []
        spans.append((clock.due, min((m for m in (stopped, paused) if m is not None), default=None)))
        for due, end in spans:
            last = life.until if end is None or end > life.until else end
            if due >= last:
                continue
            moment = watch_moment(due)
            if clock.breached is None and moment < last:
                seen.setdefault(moment, []).append(n)
                clock.breached = due
        if clock.breached is None and stopped is not None and stopped > clock.due:
            clock.breached = clock.due


def _form(model: str, width: int) -> str:
    """Return the numbers of a day and channel as a pattern for the sequence."""
    before, _, after = model.rpartition(str(_MODEL))
    return f"{before.replace('%', '%%')}%0{width}d{after.replace('%', '%%')}"


def _due_before(clock: Running, place: int) -> datetime:
    """Return when a clock was due as the act at `place` saw it: a later extension had not moved it yet."""
    extended = clock.rule.extended_at
    return clock.due if extended is not None and place > extended else clock.first
