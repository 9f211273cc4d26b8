"""One change of one order, while it is being made: what the effects in the process rooms work with.

A `Change` only gathers; `services` opens it under the order's lock and writes it in one statement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.orders import chain, clocks, requesters, writing
from open12345.orders.lifecycle import Action
from open12345.orders.models import Application, Assignment, Clock, Event, Record, WorkOrder
from open12345.orders.stages import LIVE_STATES, OPEN_STATES, ClockKind, RecordKind, Role, Stage, State
from open12345.orders.store import Batch, Job, allocate
from open12345.policy import Pack
from open12345.worktime import Limit


@dataclass
class Change:
    """The order under its lock, who does what to it, and everything that will be written with it."""

    order: WorkOrder
    action: Action
    by: Person
    at: datetime
    pack: Pack
    pack_version: int
    assignments: list[Assignment] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)  # running ones
    assignment: Assignment | None = None
    application: Application | None = None
    unit_id: int | None = None  # for which unit the person acts
    client_at: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    batch: Batch = field(default_factory=Batch)
    stage_from: str = ""
    new: bool = False
    _mask: writing.Mask | None = None

    # -- the order ---------------------------------------------------------------------------

    def set(self, **values: Any) -> None:
        """Set fields of the order."""
        for name, value in values.items():
            setattr(self.order, name, value)
        self.batch.update(self.order, *values)

    def count(self, counter: str) -> int:
        """Raise one of the order's counters and return it."""
        value = int(getattr(self.order, counter)) + 1
        self.set(**{counter: value})
        return value

    def go(self, stage: Stage) -> None:
        """Move the order to `stage`; the table must allow it from where the order is."""
        source = Stage(self.order.stage) if self.order.stage and not self.new else None
        if stage not in self.action.moves[source]:
            msg = f"{self.action.name} may not move {source} to {stage}"
            raise ValueError(msg)
        self.set(stage=stage)

    def say(self, **facts: Any) -> None:
        """Put facts (ids, codes, numbers; no personal data) into the event."""
        self.facts.update({key: value for key, value in facts.items() if value not in (None, "", [], {})})

    # -- assignments -------------------------------------------------------------------------

    @property
    def lead(self) -> Assignment | None:
        """The top-level lead of the present round that still counts."""
        return next((a for a in self._live() if a.role == Role.LEAD and a.parent_id is None), None)

    def _live(self) -> list[Assignment]:
        return [a for a in self.assignments if a.round == self.order.round and a.state in LIVE_STATES]

    def open_below(self, parent: Assignment | None) -> list[Assignment]:
        """Return what is still owed to `parent`: children, co-handlers and verifiers that have not reported."""
        waiting = (*OPEN_STATES, State.REPORTED)
        return [
            a for a in self._live()
            if a.state in waiting and a is not parent and a.role != Role.COPY and self._owed_to(a, parent)
        ]  # fmt: skip

    def _owed_to(self, assignment: Assignment, parent: Assignment | None) -> bool:
        if parent is None or assignment.parent_id == parent.pk:
            return True
        if parent.parent_id is None and assignment.parent_id is None:
            return assignment.role == Role.CO_HANDLER and assignment.state != State.REPORTED
        return False

    def assign(self, unit: Unit, role: Role, *, parent: Assignment | None = None, **more: Any) -> Assignment:
        """Give `unit` a share of the order in the present round."""
        (pk,) = allocate(Assignment)
        given = Assignment(
            pk=pk, order_id=self.order.pk, round=self.order.round, role=role, unit=unit,
            parent=parent, assigned_at=self.at, **{"state": State.WAITING, **more},
        )  # fmt: skip
        self.assignments.append(given)
        self.batch.insert(given)
        return given

    def mark(self, assignment: Assignment, **values: Any) -> None:
        """Set fields of an assignment."""
        for name, value in values.items():
            setattr(assignment, name, value)
        self.batch.update(assignment, *values)

    def end_assignments(self, state: State, *, only: Assignment | None = None) -> None:
        """End all open assignments of the round (or `only` one and what hangs under it) as `state`."""
        for assignment in [a for a in self._live() if a.state in (*OPEN_STATES, State.REPORTED)]:
            if only is None or assignment is only or self._hangs_under(assignment, only):
                self.mark(assignment, state=state, ended_at=self.at)
                self._stop_of(assignment)

    def _hangs_under(self, assignment: Assignment, top: Assignment) -> bool:
        above = {a.pk: a.parent_id for a in self.assignments}
        parent = assignment.parent_id
        while parent is not None and parent != top.pk:
            parent = above.get(parent)
        return parent is not None

    def _stop_of(self, assignment: Assignment) -> None:
        for clock in [c for c in self.clocks if c.assignment_id == assignment.pk]:
            self._stop(clock, self.at)

    # -- clocks ------------------------------------------------------------------------------

    def start(
        self, kind: ClockKind, assignment: Assignment | None = None, *,
        limit: Limit | None = None, due: datetime | None = None, application: int | None = None,
    ) -> Clock | None:  # fmt: skip
        """Start a clock by the pack's limit, by `limit`, or to a `due` given from above; None where none runs."""
        if kind not in self.action.starts:
            msg = f"{self.action.name} does not start {kind}"
            raise ValueError(msg)
        limits = (limit,) if limit else clocks.limits_for(self.pack, self.order, kind)
        if not limits and due is None:
            return None
        clock = clocks.new_clock(self.pack, self.order, kind, limits, self.at)
        if due is not None and (not limits or due < clock.due_at):
            clock.due_at, clock.limit, clock.provisional = max(due, self.at), clocks.GIVEN, False
        clock.assignment, clock.application = assignment, application
        self.clocks.append(clock)
        self.batch.insert(clock)
        return clock

    def running(self, kind: ClockKind, assignment: Assignment | None = None) -> Clock | None:
        """Return the running clock of `kind` (of `assignment`, where given)."""
        return next(
            (c for c in self.clocks if c.kind == kind and (assignment is None or c.assignment_id == assignment.pk)),
            None,
        )

    def stop(self, *kinds: ClockKind, at: datetime | None = None, assignment: Assignment | None = None) -> None:
        """Stop the running clocks of `kinds`, as of `at` (a report that passes stops at its submission)."""
        for clock in list(self.clocks):
            if clock.kind in kinds and (assignment is None or clock.assignment_id == assignment.pk):
                self._stop(clock, at or self.at)

    def _stop(self, clock: Clock, at: datetime) -> None:
        clocks.stop(clock, max(at, clock.started_at))
        self.batch.update(clock, "stopped_at", "breached_at")
        self.clocks.remove(clock)

    def touch(self, clock: Clock) -> None:
        """Write back a clock that was paused, resumed, extended or recomputed; the assignment is due with it."""
        self.batch.update(
            clock, "limit", "due_at", "paused_at", "paused_seconds", "extended_by", "breached_at", "provisional"
        )
        owner = next((a for a in self.assignments if a.pk == clock.assignment_id), None)
        if clock.kind == ClockKind.REPLY and owner is not None and owner.due_at != clock.due_at:
            self.mark(owner, due_at=clock.due_at)

    def stop_by_table(self) -> None:
        """Stop what the life-cycle table says this action stops."""
        for kind in self.action.stops:
            own = self.assignment if kind in clocks.OF_ASSIGNMENT else None
            for clock in list(self.clocks):
                mine = own is None or clock.assignment_id == own.pk
                decided = self.application is None or clock.application in (None, self.application.pk)
                if clock.kind == kind and mine and decided and clock.started_at <= self.at and clock.pk:
                    self._stop(clock, self.at)

    # -- what people write -------------------------------------------------------------------

    def masked(self, content: Any) -> Any:
        """Return `content` fit for history and for everybody's eyes: no personal data in it."""
        if self._mask is None:
            who = requesters.open_requester(self.order.requester)
            known = (who.address,) if who.address else ()
            self._mask = writing.Mask((who.name,) if who.name else (), writing.service_numbers(self.pack), known)
        return self._mask(content)

    def write(self, kind: RecordKind, content: dict[str, Any], *, twin_of: str = "") -> Record:
        """Keep what a person wrote: masked in the open, as written under the requester's key.

        `twin_of` is the text by which an identical one is found again.
        """
        (pk,) = allocate(Record)
        box = requesters.box_of(self.order.requester)
        kept = self.masked(content)
        sealed = box.seal(f"record/{pk}", writing.as_text(content)) if box and kept != content else None
        record = Record(
            pk=pk, order_id=self.order.pk, assignment=self.assignment, round=self.order.round, kind=kind,
            at=self.at, by=self.by.ref, by_name=self.by.name, content=kept, sealed=sealed,
            fingerprint=writing.twin_key(twin_of), digest=bytes.fromhex(chain.content_digest(kept, sealed)),
        )  # fmt: skip
        self.batch.insert(record)
        self.say(record=pk, record_digest=record.digest.hex())
        return record

    # -- the end -----------------------------------------------------------------------------

    def enqueue(self, task: str, **args: Any) -> None:
        """Add a job that exists exactly when this change does."""
        self.batch.enqueue(Job(task, args))

    def finish(self) -> Event:
        """Seal the change: due moment of the queue, the event on top of the chain, head of the order."""
        order = self.order
        due = min((c.due_at for c in self.clocks if c.alarm and c.paused_at is None), default=None)
        event = self._event()
        self.batch.insert(event)
        values: dict[str, Any] = {"head_seq": event.seq, "head_hash": event.hash, "changed_at": self.at}
        self.set(**values, due_at=due, pack_version=self.pack_version)
        order.head_seq = event.seq
        self.batch.flush()
        return event

    def _event(self) -> Event:
        order = self.order
        prev = chain.GENESIS if self.new else bytes(order.head_hash)
        event = Event(
            order_id=order.pk, seq=1 if self.new else order.head_seq + 1, at=self.at, action=self.action.name,
            stage_from=self.stage_from, stage_to=str(order.stage), round=order.round,
            assignment=self.assignment.pk if self.assignment else None, actor_kind=self.by.kind, actor=self.by.id,
            actor_name=self.by.name, unit=self.unit_id, pack_version=self.pack_version, facts=self.facts,
            client_at=self.client_at, prev=prev,
        )  # fmt: skip
        event.hash = chain.event_hash(event, prev)
        return event
