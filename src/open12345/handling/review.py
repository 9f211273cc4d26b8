"""The review of a closing report: it passes, as of the moment it was submitted, or goes back."""

from __future__ import annotations

from open12345.handling.forms import PassInput, SendBackInput
from open12345.orders import clocks
from open12345.orders.acts import effect
from open12345.orders.change import Change
from open12345.orders.stages import OPEN_STATES, ClockKind, Origin, Role, Stage, State

_OF_THE_ROUND = (ClockKind.RETURN, ClockKind.CONTACT, ClockKind.FEEDBACK, ClockKind.REPLY)


@effect("pass_review", PassInput)
def pass_review(change: Change, said: PassInput) -> None:
    """Let the report stand; 办结 counts at the moment it was submitted."""
    change.say(note=change.masked(said.note))
    accept_report(change)


def accept_report(change: Change) -> None:
    """End the round's work: clocks as of the submission, assignments checked; on to callback or up."""
    submitted = change.order.submitted_at or change.at
    lead = change.lead
    if lead is not None:
        change.stop(*_OF_THE_ROUND, at=submitted, assignment=lead)
        change.mark(lead, state=State.CHECKED, ended_at=change.at)
    late = [
        a for a in change.assignments if a.round == change.order.round and a.state in (*OPEN_STATES, State.REPORTED)
    ]
    change.say(unfinished=[a.pk for a in late if a.role != Role.COPY])
    for assignment in late:
        change.end_assignments(State.TAKEN_BACK, only=assignment)
    if change.order.origin == Origin.UPPER:
        change.stop(ClockKind.CALLBACK)
        change.go(Stage.REPORTED_UP)
    else:
        change.go(Stage.CALLBACK)


@effect("send_back", SendBackInput)
def send_back(change: Change, said: SendBackInput) -> None:
    """Send the report back to the unit; its reply clock runs on, the time in review not counted."""
    lead = change.lead
    if lead is not None:
        change.mark(lead, state=State.WORKING, reported_at=None)
        running = change.running(ClockKind.REPLY, lead)
        if running is not None:
            clocks.unpause(change.pack, running, change.at)
            change.touch(running)
    change.set(submitted_at=None, outcome="")
    change.say(reason=change.masked(said.reason))
    change.go(Stage.HANDLING)
