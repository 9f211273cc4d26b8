"""What a changed calendar does to the running clocks of one order (a year published later, a local day off)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from open12345.orders import clocks
from open12345.orders.models import Assignment, Clock
from open12345.orders.stages import ClockKind, Role
from open12345.policy import Pack


@dataclass(frozen=True, slots=True)
class Move:
    """A clock and the due moment it is to have from now on."""

    clock: Clock
    due: datetime
    provisional: bool

    @property
    def changes(self) -> bool:
        """Say whether the clock is not so already."""
        return (self.due, self.provisional) != (self.clock.due_at, self.clock.provisional)


def moves(pack: Pack, running: Sequence[Clock], assignments: Iterable[Assignment], at: datetime) -> list[Move]:
    """Return which of the running clocks of an order move under the pack in force, and to when.

    A unit below follows the unit above it and stays before it (order.md, "Assignments"), co-handlers stay within the
    lead's limit. Clocks that have run out stay as they are.
    """
    found = {c.pk: Move(c, *anew) for c in running if (anew := clocks.moved(pack, c, at))}
    replies: dict[int | None, Clock] = {c.assignment_id: c for c in running if c.kind == ClockKind.REPLY}
    given = sorted(assignments, key=lambda a: a.pk)  # whoever hands down was there before
    for assignment in given:
        clock, above = replies.get(assignment.pk), replies.get(_above(assignment, given))
        if clock is not None and above is not None and not clocks.decided(clock, at):
            _follow(pack, found, clock, above, at, below=assignment.parent_id is not None)
    return [move for move in found.values() if move.changes]


def _above(assignment: Assignment, given: Iterable[Assignment]) -> int | None:
    """Return whose limit bounds this one: the parent's, for co-handlers the lead's; a verifier has its own."""
    if assignment.role == Role.LEAD:
        return assignment.parent_id
    if assignment.role != Role.CO_HANDLER:
        return None
    leads = (a.pk for a in given if a.role == Role.LEAD and a.parent_id is None and a.round == assignment.round)
    return max(leads, default=None)


def _follow(pack: Pack, found: dict[int, Move], clock: Clock, above: Clock, at: datetime, *, below: bool) -> None:
    """Keep a clock within the one above where either of them moves."""
    if not {clock.pk, above.pk} & found.keys():
        return
    bound = found[above.pk].due if above.pk in found else above.due_at
    if below:
        bound = clocks.before(pack, bound, pack.child_reserve)
    own = found.get(clock.pk) or Move(clock, clock.due_at, clock.provisional)
    if above.pk not in found:
        due = min(own.due, max(bound, clock.due_at))
    elif clock.limit == clocks.GIVEN and not (clock.extended_by or clock.paused_seconds):
        due = max(bound, clocks.seen_at(clock, at))
    else:
        due = max(min(own.due, bound), clocks.seen_at(clock, at))
    found[clock.pk] = Move(clock, due, own.provisional)
