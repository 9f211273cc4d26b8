"""Stamping: the rows of a life, filled into the pattern of its kind, as the platform itself would have written them.

A life whose pattern is not known yet is played once through the real services (`learning`); all others of the kind are
filled in: ids, moments, dues reckoned by the pack's calendar, texts masked, the person sealed under a key of their own,
digests, facts and the hash chain. `tests/simulate/test_bulk_truth.py` holds both ways against each other.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.db import models

from open12345.callback.sampling import is_drawn
from open12345.callback.services import SHIFT
from open12345.orders import clocks
from open12345.orders.chain import GENESIS
from open12345.orders.models import Clock, Event, Link, Requester, Unsealed, WorkOrder
from open12345.orders.stages import LinkKind
from open12345.simulate import learning, shadow, variants
from open12345.simulate.dues import Dues
from open12345.simulate.learning import ClockRule, PatternError, Skeleton
from open12345.simulate.library import Library
from open12345.simulate.lives import Step, World, script
from open12345.simulate.opening import Opened, Opening, copied, hexed
from open12345.simulate.patterns import Compiler, Pattern, columns
from open12345.simulate.repeats import Callers
from open12345.simulate.shapes import Fate, Life
from open12345.simulate.step import watch_moment
from open12345.simulate.texts_of_orders import Texts

_EIGHT: Final = timedelta(hours=8)
_SHANGHAI_AHEAD: Final = 28_800.0
_GENESIS: Final = hexed(GENESIS)


@dataclass(slots=True)
class Running:
    """One clock of one life: due at first and in the end, when it was seen to be late."""

    rule: ClockRule
    first: datetime
    due: datetime
    limit: str
    provisional: bool
    breached: datetime | None = None


@dataclass
class Sheet:
    """Lines for COPY, by table, and what they hold."""

    lines: dict[type[models.Model], list[str]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[type[models.Model], int] = field(default_factory=lambda: defaultdict(int))
    orders: int = 0
    events: int = 0


class Stamper:
    """Makes the rows of lives. `ids` hands out numbers: (table, how many) → the first of them."""

    def __init__(self, world: World, pack_version: int, ids: Any, callers: Callers | None = None) -> None:
        self.world, self.pack, self.version, self.ids = world, world.pack, str(pack_version), ids
        self.texts = Texts(self.pack)
        self.opening = Opening(self.pack, self.texts)
        self.dues = Dues(self.pack)
        self.callers = callers or Callers()
        self.skeletons: dict[Any, Skeleton] = {}
        self.bases: dict[Any, learning.Found] = {}
        self.patterns: dict[Any, Pattern] = {}
        self.library = Library()
        self.learned = 0
        self.stage: Callable[[], AbstractContextManager[None]] = shadow.stage
        self._kinds: dict[tuple[str, str, str], tuple[bool, ...]] = {}

    @cached_property
    def model_number(self) -> str:
        """A number of the pack's pattern by which the mask judges sayings that quote one."""
        return self.number(datetime(2025, 6, 16, tzinfo=self.dues.zone), next(iter(self.pack.channels)), 123_456)

    def number(self, at: datetime, channel: str, order: int) -> str:
        """Return the number of an order."""
        day, char = at.astimezone(self.dues.zone).date(), self.pack.channels[channel].char
        return self.pack.number.format(area=self.pack.area_code, day=day, channel=char, sequence=order)

    # -- one life --------------------------------------------------------------------------------------------------

    def stamp(self, life: Life, sheet: Sheet) -> str:
        """Add the rows of `life` to `sheet`; returns the order's number."""
        order = self.ids(WorkOrder, 1)
        number = self.number(life.request.at, life.request.channel, order)
        drawn = life.fate is Fate.ANSWERED_AT_ONCE and is_drawn(number, self.pack.callback.direct_share)
        steps = script(self.world, life, drawn=drawn)
        key = self._base_key(life, steps, drawn=drawn)
        bones = self.skeletons.get(key)
        if bones is None:
            bones = self._learn(life, steps, key, drawn=drawn)
        running = self._clocks(life, steps, bones)
        acts, late = self._watched(life, steps, bones, running)
        full = (key, late, tuple((place, marks) for _at, place, marks in acts if marks))
        pattern = self.patterns.get(full)
        if pattern is None:
            pattern = self.patterns[full] = Compiler(self._variant(key, late, full[2])).compile()
        Filling(self, pattern, life, steps, acts, running, late, order, number).write(sheet)
        return number

    def _base_key(self, life: Life, steps: list[Step], *, drawn: bool) -> Any:
        request = life.request
        kinds = self._kinds_of(life)
        parts: list[Any] = [kinds, drawn]
        for step in steps:
            if step.act == "dispatch":
                given = self.opening.given(step.said, request.category, request.area)
                parts.append((given.no_return, len(step.own.get("co_handlers", ())), step.fixed))
            else:
                parts.append((step.act, step.fixed, step.shape, *step.own))
        return tuple(parts)

    def _kinds_of(self, life: Life) -> tuple[bool, ...]:
        """Return which clocks run at all for such a request, in the first round and later."""
        request = life.request
        key = (request.urgency, request.kind, request.category)
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = tuple(
                bool(self.dues.limits(life, kind, n)) for kind in self.pack.clock_rules for n in (1, 2)
            )
        return found

    # -- learning --------------------------------------------------------------------------------------------------

    def _learn(self, life: Life, steps: list[Step], key: Any, *, drawn: bool) -> Skeleton:
        """Play the life, unless another process has played its like, and keep what was found."""
        known = self.library.find(key)
        if known is None:
            with self.stage():
                found = learning.play(self.world, life, steps, drawn=drawn)
            bones = learning.skeleton(found, steps)
            self._check(life, steps, bones, found)
            base = variants.in_time(found)
            known = bones, base
            self._check_variant(found, base, steps, bones)
            self.library.keep(key, known)
            self.learned += 1
        self.skeletons[key], self.bases[key] = known
        return known[0]

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
        for rule in bones.clocks:
            made.append(self._clock(life, steps[rule.start].at, rule, made, steps))
        return made

    def _clock(self, life: Life, at: datetime, rule: ClockRule, made: list[Running], steps: list[Step]) -> Running:
        """Reckon one clock as `Change.start` and the rules that call it do."""
        limits = rule.limit
        bound = None
        if rule.by == "pack":
            limits = self.dues.limits(life, rule.kind, max(1, rule.round))
        elif rule.by == "below" and rule.above is not None:
            limits = self.dues.limits(life, rule.kind, max(1, rule.round))
            bound = self.dues.before(made[rule.above].due)
        elif rule.by == "share" and rule.above is not None:
            limits = (self.dues.share(self.dues.limits(life, rule.kind, max(1, rule.round))[0]),)
            bound = made[rule.above].due
        due, provisional = self.dues.due(limits, at)
        running = Running(rule, due, due, self.dues.written(limits), provisional)
        if bound is not None and bound < due:
            running.due = running.first = max(bound, at)
            running.limit, running.provisional = clocks.GIVEN, False
        if rule.extended_by is not None and rule.extended_at is not None and rule.extended_at < len(steps):
            clock = Clock(due_at=running.due)
            clocks.extend(self.pack, clock, rule.extended_by)
            running.due = clock.due_at
        return running

    def _watched(
        self, life: Life, steps: list[Step], bones: Skeleton, running: list[Running]
    ) -> tuple[list[tuple[datetime, int, tuple[int, ...]]], tuple[bool, ...]]:
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


def _due_before(clock: Running, place: int) -> datetime:
    """Return when a clock was due as the act at `place` saw it: a later extension had not moved it yet."""
    extended = clock.rule.extended_at
    return clock.due if extended is not None and place > extended else clock.first


@dataclass(slots=True)
class Filling:
    """One life being filled into its pattern."""

    stamper: Stamper
    pattern: Pattern
    life: Life
    steps: list[Step]
    acts: list[tuple[datetime, int, tuple[int, ...]]]
    running: list[Running]
    late: tuple[bool, ...]
    order: int
    number: str

    def write(self, sheet: Sheet) -> None:
        """Add the rows of this life to the sheet."""
        pattern, stamper = self.pattern, self.stamper
        first = {model: stamper.ids(model, n) for model, n in pattern.counts.items() if model is not WorkOrder}
        first[WorkOrder] = self.order
        requester = first[Requester]
        opened = stamper.opening.open(self.steps[0].said, order=self.order, requester=requester, number=self.number)
        flat = [""] * len(pattern.sources)
        self._simple(flat, opened, first)
        self._clocks(flat)
        self._written(flat)
        self._history(flat, opened, sheet)
        for slot, (template,) in pattern.of("json"):
            flat[slot] = copied(template.fill(flat))
        for model, template in pattern.lines.items():
            sheet.lines[model].append(template.fill(flat))
            sheet.rows[model] += pattern.counts[model]
        events = len(pattern.events)
        sheet.lines[Unsealed].append(f"{self.order}\t{events}\n")
        sheet.rows[Unsealed] += 1
        sheet.orders += 1
        sheet.events += events

    def _places(self) -> list[Step]:
        """Return the step of each act; the watch's have none that anybody asks for."""
        if len(self.acts) == len(self.steps):
            return self.steps
        steps = iter(self.steps)
        return [self.steps[0] if marks else next(steps) for _at, _place, marks in self.acts]

    def _simple(  # noqa: C901 - one loop for each kind of slot
        self, flat: list[str], opened: Opened, first: dict[type[models.Model], int]
    ) -> None:
        pattern, stamper, values = self.pattern, self.stamper, opened.values
        values["pack_version"] = stamper.version
        people = stamper.world.people
        by_place = self._places()
        moments = [_utc(act[0]) for act in self.acts]
        for slot, (name,) in pattern.of("value"):
            flat[slot] = values[name]
        for slot, (place,) in pattern.of("at"):
            flat[slot] = moments[place]
        for slot, (place,) in pattern.of("local"):
            flat[slot] = self.acts[place][0].isoformat()
        for slot, (place,) in pattern.of("shift"):
            flat[slot] = _utc(self.acts[place][0] + SHIFT)
        for slot, (model, n) in pattern.of("id"):
            flat[slot] = str(first[model] + n)
        for slot, (place,) in pattern.of("staff"):
            flat[slot] = str(by_place[place].by.id)
        for slot, (place,) in pattern.of("staff_name"):
            flat[slot] = by_place[place].by.name
        for slot, (place,) in pattern.of("staff_unit"):
            flat[slot] = str(people.units[by_place[place].unit or stamper.pack.centre.code])
        for slot, (place, name, *nth) in pattern.of("unit"):
            code = by_place[place].own[name]
            flat[slot] = str(people.units[code[nth[0]] if nth else code])
        for slot, (place, name, *nth) in pattern.of("said"):
            told = by_place[place].own[name]
            flat[slot] = self._saying(told[nth[0]] if nth else told)
        request = self.life.request
        for slot, (place, name) in pattern.of("given"):
            given = stamper.opening.given(by_place[place].said, request.category, request.area)
            found = getattr(given, name)
            flat[slot] = ("t" if found else "f") if name == "no_return" else found

    def _saying(self, text: str) -> str:
        cut = self.stamper.texts.plain(text, self.stamper.model_number)
        return cut[0] if len(cut) == 1 else self.number.join(cut)

    def _clocks(self, flat: list[str]) -> None:
        pattern, running = self.pattern, self.running
        for slot, (n,) in pattern.of("due_at"):
            flat[slot] = _utc(running[n].due)
        for slot, (n,) in pattern.of("due_iso"):
            flat[slot] = _utc(running[n].due)
        for slot, (n,) in pattern.of("due_local"):
            flat[slot] = running[n].due.isoformat()
        for slot, (n,) in pattern.of("limit"):
            flat[slot] = running[n].limit
        for slot, (n,) in pattern.of("provisional"):
            flat[slot] = "t" if running[n].provisional else "f"
        for slot, (n,) in pattern.of("breached_at"):
            breached = running[n].breached
            flat[slot] = "\\N" if breached is None else _utc(breached)
        for slot, _ in pattern.of("queue"):
            flat[slot] = _utc(min(running[n].due for n in pattern.queue)) if pattern.queue else "\\N"

    def _written(self, flat: list[str]) -> None:
        """Fill in contents, digests and twin keys of what people wrote."""
        pattern = self.pattern
        if not pattern.contents:
            return
        contents = [template.fill(flat) for template in pattern.contents]
        digests = [hashlib.sha256(content.encode()).hexdigest() for content in contents]
        for slot, (n,) in pattern.of("content"):
            flat[slot] = copied(contents[n])
        for slot, (n,) in pattern.of("digest"):
            flat[slot] = digests[n]
        for slot, (n,) in pattern.of("digest_copied"):
            flat[slot] = "\\\\x" + digests[n]
        by_place = self._places()
        for slot, (n,) in pattern.of("fingerprint_copied"):
            place, names = pattern.twins[n] or (0, ())
            said = tuple(by_place[place].own[name] for name in names)
            flat[slot] = hexed(self.stamper.texts.twin_key(said, self.number, self.stamper.model_number))

    def _history(self, flat: list[str], opened: Opened, sheet: Sheet) -> None:
        """Fill in the events' facts and chain them."""
        pattern, request = self.pattern, self.life.request
        by_place = self._places()
        facts = []
        for template, place, act in pattern.facts:
            if template is not None:
                facts.append(template.fill(flat))
            elif act == "register":
                facts.append(self._registered(opened, sheet))
            else:
                facts.append(self.stamper.opening.given(by_place[place].said, request.category, request.area).facts)
        for slot, (n,) in pattern.of("facts"):
            flat[slot] = facts[n]
        for slot, (n,) in pattern.of("facts_copied"):
            flat[slot] = copied(facts[n])
        prev, hashes = GENESIS, []
        for template in pattern.events:
            prev = hashlib.sha256(prev + template.fill(flat).encode()).digest()
            hashes.append(hexed(prev))
        for slot, (n,) in pattern.of("hash"):
            flat[slot] = hashes[n]
        for slot, (n,) in pattern.of("prev"):
            flat[slot] = hashes[n - 1] if n else _GENESIS

    def _registered(self, opened: Opened, sheet: Sheet) -> str:
        """Return the facts of the first event: what the order is, and what else its caller has open."""
        ended = self._ended_at()
        found = self.stamper.callers.note(opened, self.order, self.steps[0].at, ended)
        if found.repeat_of is not None:
            pk = self.stamper.ids(Link, 1)
            row = {"id": pk, "order_id": self.order, "other_id": found.repeat_of, "kind": LinkKind.REPEAT_OF.value}
            sheet.lines[Link].append("\t".join(str(row[f.attname]) for f in columns(Link)) + "\n")
            sheet.rows[Link] += 1
        return found.facts

    def _ended_at(self) -> datetime | None:
        for step in reversed(self.steps):
            if step.act in {"close", "close_by_upper", "answer_directly", "refuse"}:
                return step.at
        return None


def _utc(moment: datetime) -> str:
    return (moment - _EIGHT).isoformat(timespec="microseconds")[:26] + "+00:00"
