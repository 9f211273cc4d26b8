"""Acts that belong to the order itself whatever its stage: note, attachment, unmasking, breach, recomputing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from open12345.orders import clocks, recomputing
from open12345.orders.acts import Input, effect
from open12345.orders.change import Change
from open12345.orders.inputs import NeededCode, NeededLine, NeededText
from open12345.orders.models import Link, WorkOrder
from open12345.orders.stages import LinkKind, RecordKind


class NoteInput(Input):
    """A remark for the colleagues; never shown to the citizen."""

    text: NeededText = Field(title="备注")


class UnmaskInput(Input):
    """Seeing what is masked is an act with a reason, on record (order.md, "Evidence and privacy")."""

    reason: NeededLine = Field(title="查看原因")
    what: Literal["requester", "text", "records"] = Field(default="requester", title="查看内容")


class AttachInput(Input):
    """What history keeps of a file: its id, kind and digest, and whether a virus scanner saw it."""

    attachment: int
    purpose: NeededCode
    sha256: NeededCode
    size: int
    scanned: bool = False


class BreachInput(Input):
    """The clocks that ran out unnoticed until the watch came by."""

    clocks: tuple[int, ...] = Field(min_length=1)


class RecomputeInput(Input):
    """Why the deadlines are computed again: a new pack version, or a year's calendar published."""

    cause: Literal["pack", "calendar"]


@effect("note", NoteInput)
def note(change: Change, said: NoteInput) -> None:
    """Keep a remark."""
    change.write(RecordKind.NOTE, {"text": said.text})


@effect("unmask", UnmaskInput)
def unmask(change: Change, said: UnmaskInput) -> None:
    """Put on record who saw what, and why; the opening itself follows in `privacy`."""
    change.say(reason=change.masked(said.reason), what=said.what)


@effect("attach", AttachInput)
def attach(change: Change, said: AttachInput) -> None:
    """Put a stored file into the history."""
    change.say(
        attachment=said.attachment, purpose=said.purpose, sha256=said.sha256, size=said.size, scanned=said.scanned
    )


@effect("breach", BreachInput)
def breach(change: Change, said: BreachInput) -> None:
    """Mark the named running clocks as late since their due moment."""
    late = [c for c in change.clocks if c.pk in said.clocks and clocks.unmarked(c, change.at)]
    for clock in late:
        clock.breached_at = clock.due_at
        change.touch(clock)
    change.say(late=[str(c.kind) for c in late], clocks=[c.pk for c in late])


@effect("recompute", RecomputeInput)
def recompute(change: Change, said: RecomputeInput) -> None:
    """Compute the due moments of running clocks anew under the pack in force; what has run out stays."""
    moved = recomputing.moves(change.pack, change.clocks, change.assignments, change.at)
    dues = [[str(m.clock.kind), m.clock.due_at.isoformat(), m.due.isoformat()] for m in moved]
    for move in moved:
        move.clock.due_at, move.clock.provisional = move.due, move.provisional
        change.touch(move.clock)
    change.say(cause=said.cause, moved=[str(m.clock.kind) for m in moved], dues=dues)


def link(change: Change, other: WorkOrder, kind: LinkKind) -> None:
    """Draw a link from the order to another, once."""
    if not Link.objects.filter(order_id=change.order.pk, other_id=other.pk, kind=kind).exists():
        change.batch.insert(Link(order_id=change.order.pk, other_id=other.pk, kind=kind))
