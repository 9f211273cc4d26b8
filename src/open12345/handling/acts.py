"""What the handling room's actions do: sign, contact, go there, answer, hand down, verify, report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from open12345.directory.models import Unit
from open12345.handling import asking, closing, review  # noqa: F401 - importing registers
from open12345.handling.forms import (
    AnswerInput,
    ArriveInput,
    AskVerifierInput,
    CheckInput,
    ContactInput,
    HandDownInput,
    ReportInput,
    VerifyInput,
)
from open12345.orders import clocks
from open12345.orders.acts import NoInput, effect, rule
from open12345.orders.applications import lapse_all, lapse_of_ended
from open12345.orders.change import Change
from open12345.orders.errors import Conflict, Problem
from open12345.orders.models import Assignment, Clock
from open12345.orders.rounds import find_units, known_units, unknown_unit
from open12345.orders.stages import ClockKind, RecordKind, Role, Stage, State


def own(change: Change) -> Assignment:
    """Return the assignment the action works on."""
    if change.assignment is None:
        raise Conflict(_("您的单位没有承办这件工单"), code="no_assignment")
    return change.assignment


def _is_top_lead(assignment: Assignment) -> bool:
    return assignment.role == Role.LEAD and assignment.parent_id is None


@effect("sign", NoInput)
def sign(change: Change, said: NoInput) -> None:
    """Take the assignment; the top-level lead's signature begins the handling."""
    assignment = own(change)
    change.mark(assignment, state=State.SIGNED, signed_at=change.at)
    if _is_top_lead(assignment) and change.order.stage == Stage.DISPATCHED:
        change.go(Stage.HANDLING)


@rule("contact")
@rule("contact_for")
def _contact_rules(change: Change, said: ContactInput) -> Iterator[Problem]:
    outcomes = {o.code: o.title for o in change.pack.closing.contact_outcomes}
    if said.outcome not in outcomes:
        yield Problem("outcome", "unknown", _("请选择：%(list)s") % {"list": "、".join(outcomes.values())})
    wrong = list(closing.moment_problems(change, "at", said.at, since=change.order.dispatched_at))
    yield from wrong
    clock = change.running(ClockKind.CONTACT)
    late = not wrong and clock is not None and (said.at or change.at) > clock.due_at
    yield from closing.late_reason_problems(change, said.late_reason, late=late)


@effect("contact", ContactInput)
def contact(change: Change, said: ContactInput) -> None:
    """Record a call of the unit to the citizen; the first one stops the contact clock."""
    _contacted(change, said, own(change))


@effect("contact_for", ContactInput)
def contact_for(change: Change, said: ContactInput) -> None:
    """Record a call that the centre made for the unit (confidential orders)."""
    _contacted(change, said, change.lead)


def _contacted(change: Change, said: ContactInput, assignment: Assignment | None) -> None:
    at = said.at or change.at
    reached = next(o.reached for o in change.pack.closing.contact_outcomes if o.code == said.outcome)
    change.write(RecordKind.CONTACT, said.model_dump(mode="json"))
    change.stop(ClockKind.CONTACT, ClockKind.FEEDBACK, at=at)
    if assignment is not None:
        if assignment.contacted_at is None:
            change.mark(assignment, contacted_at=at)
        _to_work(change, assignment)
    if reached and change.order.contacted_at is None:
        change.set(contacted_at=at)
    change.say(outcome=said.outcome, reached=reached, same_day=_same_day(change, at), late_reason=said.late_reason)


def _same_day(change: Change, at: datetime) -> bool:
    """Say whether it was the day of dispatch (当日先联, 003 annex 2)."""
    zone = change.pack.calendar().zone
    given = change.order.dispatched_at
    return given is not None and given.astimezone(zone).date() == at.astimezone(zone).date()


def _to_work(change: Change, assignment: Assignment) -> None:
    if assignment.state == State.SIGNED:
        change.mark(assignment, state=State.WORKING)


@effect("arrive", ArriveInput)
def arrive(change: Change, said: ArriveInput) -> None:
    """Record an on-site view."""
    assignment = own(change)
    change.write(RecordKind.SITE_VISIT, said.model_dump(mode="json"))
    change.mark(assignment, arrived_at=said.at or change.at)
    _to_work(change, assignment)
    change.say(photos=list(said.photos))


@effect("answer", AnswerInput)
def answer(change: Change, said: AnswerInput) -> None:
    """Record what the citizen was told; the closing report is due the same day."""
    _answered(change, said, own(change))


@effect("answer_for", AnswerInput)
def answer_for(change: Change, said: AnswerInput) -> None:
    """Record what the centre told the citizen for the unit (confidential orders)."""
    _answered(change, said, change.lead)


def _answered(change: Change, said: AnswerInput, assignment: Assignment | None) -> None:
    at = said.at or change.at
    change.write(RecordKind.ANSWER, said.model_dump(mode="json"), twin_of=said.text)
    change.set(answered_at=at)
    if assignment is not None:
        change.mark(assignment, answered_at=at)
        _to_work(change, assignment)
        if change.running(ClockKind.REPORT, assignment) is None:
            change.start(ClockKind.REPORT, assignment)
    change.say(method=said.method, twin=closing.twin_of(change, said.text), warned=bool(said.warning_reason) or None)


@rule("hand_down")
def _below(change: Change, said: HandDownInput) -> Iterator[Problem]:
    parent, unit = own(change), known_units([said.unit]).get(said.unit)
    if unit is None:
        yield unknown_unit("unit", said.unit)
    elif not unit.path.startswith(parent.unit.path) or unit.pk == parent.unit_id:
        yield Problem("unit", "not_below", _("只能转派给本单位的下级单位"))
    elif any(a.unit_id == unit.pk for a in change.open_below(parent)):
        yield Problem("unit", "twice", _("已经转派给这个单位"))


@effect("hand_down", HandDownInput)
def hand_down(change: Change, said: HandDownInput) -> None:
    """Give the work to a unit below; the order's stage does not move (逐级转派)."""
    parent = own(change)
    unit = find_units({said.unit: "unit"})[said.unit]
    child = change.assign(unit, Role.LEAD, parent=parent)
    change.start(ClockKind.SIGN, child)
    _give_limit(change, child, parent)
    _to_work(change, parent)
    change.say(child=child.pk, unit=unit.code, note=change.masked(said.note))


def _give_limit(change: Change, child: Assignment, parent: Assignment) -> None:
    """A child's due is at most its parent's minus the pack's reserve (order.md)."""
    running = change.running(ClockKind.REPLY, parent)
    if running is not None:
        due = clocks.before(change.pack, running.due_at, change.pack.child_reserve)
        clock = change.start(ClockKind.REPLY, child, due=due)
        child.due_at = clock.due_at if clock else None


@rule("check_child")
def _says_why(change: Change, said: CheckInput) -> Iterator[Problem]:
    if not said.ok and not said.note:
        yield Problem("note", "missing", _("退回下级要写明原因"))


@effect("check_child", CheckInput)
def check_child(change: Change, said: CheckInput) -> None:
    """The parent checks the child's report before it becomes its own."""
    child = own(change)
    running = change.running(ClockKind.REPLY, child)
    if said.ok:
        change.stop(ClockKind.REPLY, at=child.reported_at, assignment=child)
        change.mark(child, state=State.CHECKED, ended_at=change.at)
        for below in change.open_below(child):
            change.end_assignments(State.TAKEN_BACK, only=below)
    else:
        change.mark(child, state=State.WORKING, reported_at=None)
        if running is not None:
            _run_on(change, child, running)
    change.say(ok=said.ok, note=change.masked(said.note))


def _run_on(change: Change, child: Assignment, running: Clock) -> None:
    """Let a child's clock run on; the time its report lay with the parent is given back up to the parent's limit."""
    before = running.due_at
    clocks.unpause(change.pack, running, change.at)
    parent = next(a for a in change.assignments if a.pk == child.parent_id)
    above = change.running(ClockKind.REPLY, parent)
    if above is not None:
        latest = clocks.before(change.pack, above.due_at, change.pack.child_reserve)
        running.due_at = min(running.due_at, max(latest, before))
    change.touch(running)


@rule("ask_verifier")
def _another_unit(change: Change, said: AskVerifierInput) -> Iterator[Problem]:
    unit = known_units([said.unit]).get(said.unit)
    if unit is None:
        yield unknown_unit("unit", said.unit)
    elif unit.pk == own(change).unit_id:
        yield Problem("unit", "same", _("不能请本单位核实"))


@effect("ask_verifier", AskVerifierInput)
def ask_verifier(change: Change, said: AskVerifierInput) -> None:
    """Ask another department a question of fact; it answers on the order and changes nothing else (002)."""
    asking_unit = own(change)
    unit: Unit = find_units({said.unit: "unit"})[said.unit]
    question = change.masked(said.question)
    verifier = change.assign(unit, Role.VERIFIER, parent=asking_unit, question=question)
    change.start(ClockKind.SIGN, verifier)
    clock = change.start(ClockKind.REPLY, verifier, limit=change.pack.verifier_within)
    verifier.due_at = clock.due_at if clock else None
    change.say(verifier=verifier.pk, unit=unit.code)


@effect("verify", VerifyInput)
def verify(change: Change, said: VerifyInput) -> None:
    """Answer the question of fact."""
    change.write(RecordKind.VERIFICATION, {"text": said.text})
    change.mark(own(change), state=State.CHECKED, reported_at=change.at, ended_at=change.at)


@effect("submit_report", ReportInput)
def submit_report(change: Change, said: ReportInput) -> None:
    """Report the work as done: the top-level lead's goes to review, a child's to its parent, a co-handler's stands."""
    assignment = own(change)
    text = f"{said.fact_explanation}{said.demand_explanation}"
    change.write(RecordKind.REPORT, said.model_dump(mode="json"), twin_of=text)
    change.mark(assignment, state=State.REPORTED, reported_at=change.at)
    change.say(
        outcome=said.outcome, fact=said.fact, demand=said.demand, category=said.category, on_site=said.on_site,
        late_reason=said.late_reason, proceeded=bool(said.proceed_reason) or None,
        twin=closing.twin_of(change, text) if text else None,
    )  # fmt: skip
    if _is_top_lead(assignment):
        _report_of_lead(change, said, assignment)
    elif assignment.role == Role.CO_HANDLER:
        change.stop(ClockKind.REPLY, assignment=assignment)
        change.mark(assignment, state=State.CHECKED, ended_at=change.at)
    else:
        lapse_of_ended(change)
        _pause_reply(change, assignment)


def _report_of_lead(change: Change, said: ReportInput, assignment: Assignment) -> None:
    change.set(submitted_at=change.at, outcome=said.outcome)
    if said.category:
        change.set(category=said.category)
    lapse_all(change)
    _pause_reply(change, assignment)
    change.start(ClockKind.CALLBACK)
    if change.pack.review:
        change.start(ClockKind.REVIEW)
        change.go(Stage.REVIEW)
    else:
        review.accept_report(change)


def _pause_reply(change: Change, assignment: Assignment) -> None:
    running = change.running(ClockKind.REPLY, assignment)
    if running is not None:
        clocks.pause(running, change.at)
        change.touch(running)
