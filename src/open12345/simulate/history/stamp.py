"""Stamping: the rows of a life, filled into the pattern of its kind, as the platform itself would have written them.

A life whose pattern is not known yet is played once through the real services (`learning`); all others of the kind are
filled in: ids, moments, dues reckoned by the pack's calendar, texts masked, the person sealed under a key of their own,
digests, facts and the hash chain. `tests/simulate/test_bulk_truth.py` holds both ways against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from open12345.callback.sampling import is_drawn
from open12345.orders import clocks
from open12345.orders.models import Clock
from open12345.simulate.history.dues import Dues, Reckoner
from open12345.simulate.history.kinds import Kinds, Told
from open12345.simulate.history.learning import ClockRule, Skeleton
from open12345.simulate.history.lines import Act, Filling, Running, Sheet
from open12345.simulate.history.opening import Given, Opening
from open12345.simulate.history.repeats import Callers
from open12345.simulate.history.texts import Texts
from open12345.simulate.lives.script import script
from open12345.simulate.lives.step import watch_moment
from open12345.simulate.lives.steps import Step, World
from open12345.simulate.shapes import Fate, Life

__all__ = ["Sheet", "Stamper"]
#: A sequence that is found again in a number, whatever stands around it.
_MODEL: Final = 9_876_543_210_987


class Stamper:
    """Makes the rows of lives.

    `ids` hands out numbers: (table, how many) → the first of them; `order_at`: the order's id by its place in the run.
    """

    def __init__(
        self, world: World, pack_version: int, ids: Any, order_at: Callable[[int], int], callers: Callers | None = None,
    ) -> None:  # fmt: skip
        self.world, self.pack, self.version, self.ids = world, world.pack, str(pack_version), ids
        self.order_at = order_at
        self.dues = Dues(self.pack)
        self._numbers: dict[tuple[date, str], str] = {}
        self.texts = Texts(self.pack, self.model_number())
        self.opening = Opening(self.pack, self.texts, self.version)
        self.units = {code: str(pk) for code, pk in world.people.units.items()}
        self.units[""] = self.units[self.pack.centre.code]
        self.callers = callers or Callers()
        self.kinds = Kinds(world, self.dues, self._clocks, self._given)
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
        self.kinds.learn([told])
        return self.write(told, sheet)

    def tell(self, life: Life) -> Told:
        """Return how the life goes, and its number."""
        order = self.order_at(life.request.index)
        number = self.number(life.request.at, life.request.channel, order)
        drawn = life.fate is Fate.ANSWERED_AT_ONCE and is_drawn(number, self.pack.callback.direct_share)
        return self.kinds.told(life, order, number, script(self.world, life, drawn=drawn), drawn=drawn)

    def write(self, told: Told, sheet: Sheet) -> str:
        """Add the rows of a life whose kind is known (`Kinds.learn`); returns the order's number."""
        life, steps, bones = told.life, told.steps, self.kinds.bones(told)
        running = self._clocks(life, steps, bones)
        acts, late = self._watched(life, steps, bones, running)
        form = self.kinds.form(told, late, tuple([(place, marks) for _at, place, marks in acts if marks]))
        Filling(self, form, life, steps, acts, running, told.order, told.number).write(sheet)
        return told.number

    def _given(self, life: Life, step: Step) -> Given:
        return self.opening.given(step.own, step.fixed, life.request.category, life.request.area)

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
