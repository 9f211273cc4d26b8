"""What granted applications of this room do: return (退单), extension (延期), withdrawal (撤单), return up."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from open12345.orders import clocks
from open12345.orders.applications import ApplyInput, ask_rule, counts_for_order, lapse_all, lapse_of_ended, on_grant
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.models import Application, Assignment
from open12345.orders.occasions import Occasion, bar
from open12345.orders.rounds import back_to_centre
from open12345.orders.stages import ClockKind, Stage, State
from open12345.policy.applications import ApplicationRule
from open12345.worktime import Limit


@bar("return")
def _may_return(occasion: Occasion) -> Iterator[Problem]:
    """Whom the duty list (or who designated it) makes responsible may not return the order (首接负责)."""
    if occasion.asker is not None and occasion.asker.no_return:
        clause = occasion.asker.clause or _("首接负责")
        yield Problem("kind", "no_return", _("这件工单不得退单：%(clause)s") % {"clause": clause})


@on_grant("return")
def granted_return(change: Change, asked: Application) -> None:
    """Take the order off the unit: a top-level lead's goes back to dispatch, a child's to its parent."""
    change.say(advice=asked.wanted.get("to"))
    assignment = change.assignment
    if assignment is not None and assignment.parent_id is not None:
        change.end_assignments(State.RETURNED, only=assignment)
        lapse_of_ended(change)
        return
    change.count("returns_granted")
    back_to_centre(change, State.RETURNED)
    change.start(ClockKind.DISPATCH)


@ask_rule("extend")
def _may_extend(change: Change, found: ApplicationRule, said: ApplyInput) -> Iterator[Problem]:
    try:
        wanted = Limit.parse(said.limit)
        if wanted.number != round(wanted.number, 1):
            raise ValueError(said.limit)  # noqa: TRY301 - finer than anybody asks
    except ValueError:
        yield Problem("limit", "invalid", _("请写明延长多久，如“3 wd”（3 个工作日）"))
        return
    running = change.running(ClockKind.REPLY, change.assignment)
    original = _original(change)
    if running is None or original is None:
        yield Problem("limit", "no_clock", _("时限由上级确定，不能在本级延期"))
        return
    if change.at > running.due_at:
        yield Problem("kind", "too_late", _("已过办理时限，不能再延期"))
    yield from _how_long(found, wanted, original)
    yield from _within_parent(change, wanted)


def _original(change: Change) -> Limit | None:
    """Return the limit that the reply clock began with: the unit's own, or the one above from which it was cut."""
    at: Assignment | None = change.assignment
    while at is not None:
        running = change.running(ClockKind.REPLY, at)
        if running is not None and running.limit != clocks.GIVEN:
            return clocks.parse(running.limit)[0]
        at = next((a for a in change.assignments if a.pk == at.parent_id), None)
    return None


def _how_long(found: ApplicationRule, wanted: Limit, original: Limit) -> Iterator[Problem]:
    if wanted.unit != original.unit or wanted.number > original.number or wanted.number <= 0:
        yield Problem("limit", "too_long", _("延长不超过原时限（%(limit)s）") % {"limit": original})
    elif (
        found.extend_at_most
        and wanted.unit == found.extend_at_most.unit
        and wanted.number > found.extend_at_most.number
    ):
        yield Problem("limit", "too_long", _("最多延长 %(limit)s") % {"limit": found.extend_at_most})


def _within_parent(change: Change, wanted: Limit) -> Iterator[Problem]:
    """A child's extension beyond its parent's due moment needs the parent's own extension first."""
    child = change.assignment
    parent = next((a for a in change.assignments if child is not None and a.pk == child.parent_id), None)
    own, above = change.running(ClockKind.REPLY, child), change.running(ClockKind.REPLY, parent)
    if parent is None or own is None or above is None:
        return
    if clocks.extended(change.pack, own, wanted) > clocks.before(change.pack, above.due_at, change.pack.child_reserve):
        yield Problem("limit", "beyond_parent", _("超过上级单位的时限：请上级单位先申请延期"))


@on_grant("extend")
def granted_extension(change: Change, asked: Application) -> None:
    """Move the reply clock; the citizen is told date and reason."""
    running = change.running(ClockKind.REPLY, change.assignment)
    if running is None:
        return
    clocks.extend(change.pack, running, Limit.parse(str(asked.wanted["limit"])))
    change.touch(running)
    if counts_for_order(change):
        change.count("extensions")
    change.say(due=running.due_at.isoformat(), limit=asked.wanted["limit"])


@on_grant("withdraw")
@on_grant("return_up")
def granted_withdrawal(change: Change, asked: Application) -> None:
    """End the order unhandled: the citizen gave it up, or the platform above took it back."""
    change.end_assignments(State.TAKEN_BACK)
    lapse_all(change)
    change.stop(*ClockKind)
    if change.pack.applications[asked.kind].effect == "return_up":
        change.count("upper_returns")
    change.go(Stage.CANCELLED)
