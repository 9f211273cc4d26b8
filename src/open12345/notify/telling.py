"""Which acts make which notices: each written with its act in the same statement, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from open12345.notify.kinds import BY_ROLE, CLERKS, CLOCK_ROLES, KINDS
from open12345.notify.models import Notice
from open12345.orders import news
from open12345.orders.acts import subscribe
from open12345.orders.change import Change
from open12345.orders.models import Application, Assignment
from open12345.orders.news import News
from open12345.orders.stages import LIVE_STATES, OPEN_STATES, ApplicationState, ClockKind, Role, Stage, State, Urgency

Facts = Mapping[str, object]
_LOST = (State.TAKEN_BACK, State.RETURNED)


def listen() -> None:
    """Subscribe each teller to its acts; called once when the room starts."""
    for teller, actions in _TELLERS.items():
        for action in actions:
            subscribe(action, teller)
    news.listen(given_out)


def _tell(
    change: Change, kind: str, *, unit: int | None = None, staff: int | None = None, about: Assignment | None = None,
    roles: Sequence[str] = (), facts: Facts | None = None,
) -> None:  # fmt: skip
    seq = 1 if change.new else change.order.head_seq + 1
    whom = f"s{staff}" if staff else f"u{unit}" if unit else "c"
    change.batch.insert(
        Notice(
            key=f"{change.order.pk}.{seq}.{kind}.{whom}.{about.pk if about else ''}",
            kind=kind, staff=staff, unit_id=unit, roles=[] if staff else sorted(roles or KINDS[kind].roles),
            order_id=change.order.pk, seq=seq, assignment=about.pk if about else None, by=change.by.ref,
            at=change.at, facts={name: value for name, value in (facts or {}).items() if value},
        )
    )  # fmt: skip


def _tell_unit(change: Change, kind: str, about: Assignment | None, facts: Facts | None = None) -> None:
    if about is not None:
        _tell(change, kind, unit=about.unit_id, about=about, facts=facts)


def _parent(change: Change, child: Assignment | None) -> Assignment | None:
    return next((a for a in change.assignments if child is not None and a.pk == child.parent_id), None)


def _owner_of(change: Change, pk: int | None) -> Assignment | None:
    return next((a for a in change.assignments if a.pk == pk), None)


# Intake and dispatch


def urgent(change: Change) -> None:
    """An urgent order waits for dispatch; of others the queue itself tells."""
    if change.order.urgency == Urgency.URGENT:
        _tell(change, "urgent")


#: What opens a round because the last one did not help.
_BEGIN_AGAIN: Final = frozenset({"redispatch", "reopen", "reopen_by_upper"})


def given(change: Change) -> None:
    """Each unit that was given a share in this very act is told; a later round's lead, that it is one."""
    if change.order.stage != Stage.DISPATCHED:  # an order begun again before dispatch
        return
    again = change.action.name in _BEGIN_AGAIN  # not a dispatch that was taken back or returned meanwhile
    for share in [a for a in change.assignments if a.assigned_at == change.at and a.round == change.order.round]:
        kind = BY_ROLE[share.role]
        _tell_unit(change, "redispatched" if again and kind == "dispatched" else kind, share)


def sent_directly(change: Change) -> None:
    """The unit's own leader hears from the leader in charge (点对点, 000)."""
    lead = change.lead
    if lead is not None:
        facts = {"sent_by": change.facts.get("sent_by")}
        _tell(change, "sent_directly", unit=lead.unit_id, about=lead, facts=facts)


def lost(change: Change) -> None:
    """Who had a share that was taken away is told, unless they asked for it; the notice itself stays theirs."""
    if change.action.name == "grant" and change.order.stage not in (Stage.ACCEPTED, Stage.CANCELLED):
        return
    ended = [a for a in change.assignments if a.ended_at == change.at and a.state in _LOST]
    for unit in dict.fromkeys(a.unit_id for a in ended if a is not change.assignment and a.role != Role.COPY):
        _tell(change, "taken_back", unit=unit)


# Handling


def handed_down(change: Change) -> None:
    """The unit below has work."""
    _tell_unit(change, "handed_down", _owner_of(change, change.facts.get("child")))


def verify_asked(change: Change) -> None:
    """Another department has a question to answer."""
    _tell_unit(change, "verify_asked", _owner_of(change, change.facts.get("verifier")))


def verified(change: Change) -> None:
    """Who asked has the answer."""
    _tell_unit(change, "verified", _parent(change, change.assignment))


def reported(change: Change) -> None:
    """A child's report waits for its parent, a co-handler's stands for the lead; the lead's is in the review queue."""
    share = change.assignment
    if share is not None and share.parent_id is not None:
        _tell_unit(change, "child_reported", _parent(change, share))
    elif share is not None and share.role == Role.CO_HANDLER:
        _tell_unit(change, "co_reported", change.lead)


def child_checked(change: Change) -> None:
    """A child's report was sent back to it."""
    if not change.facts.get("ok"):
        _tell_unit(change, "sent_back", change.assignment)


def sent_back(change: Change) -> None:
    """The review sent the lead's report back."""
    _tell_unit(change, "sent_back", change.lead)


def answered_for(change: Change) -> None:
    """The centre answered for the unit, whose closing report is due the same day."""
    _tell_unit(change, "answered_for", change.lead)


# Pressure and the end


def urged(change: Change) -> None:
    """Those at work are told; before there are any, the dispatchers."""
    at_work = [a for a in change.assignments if _works(change, a)]
    if change.order.stage == Stage.ACCEPTED:
        _tell(change, "urged_waiting", facts={"urges": change.order.urges})
    for share in at_work:
        _tell_unit(change, "urged", share, {"urges": change.order.urges})


def _works(change: Change, share: Assignment) -> bool:
    return share.round == change.order.round and share.role == Role.LEAD and share.state in OPEN_STATES


def breached(change: Change) -> None:
    """The unit whose clock ran out is told of it, the order's lead of its own ones; the centre of all."""
    late = [c for c in change.clocks if c.pk in change.facts.get("clocks", ())]
    of_units: dict[int, list[str]] = {}
    for clock in [c for c in late if c.kind != ClockKind.DECISION]:
        share = _owner_of(change, clock.assignment_id) or change.lead
        if share is not None and share.state in OPEN_STATES:
            of_units.setdefault(share.pk, []).append(str(clock.kind))
    for pk, kinds in of_units.items():
        _tell_unit(change, "breach", _owner_of(change, pk), {"late": kinds})
    if late:
        kinds = list(dict.fromkeys(str(c.kind) for c in late))
        _tell(change, "breach_centre", roles=_centre_of(kinds), facts={"late": kinds})


def _centre_of(kinds: Iterable[str]) -> list[str]:
    more = {CLOCK_ROLES[kind] for kind in kinds if kind in CLOCK_ROLES}
    return sorted({*KINDS["breach_centre"].roles, *more})


def closed(change: Change) -> None:
    """The unit hears how it ended."""
    _tell_unit(change, "closed", change.lead, {"solved": change.order.solved})


# The leader's word, and work that is given out


def instructed(change: Change) -> None:
    """The unit that is to answer is told; where none is named, the centre."""
    code = change.facts.get("unit")
    share = next((a for a in change.assignments if _has_share(change, a) and a.unit.code == code), None)
    if share is not None:
        _tell_unit(change, "instructed", share)
    else:
        _tell(change, "instructed_centre")


def _has_share(change: Change, share: Assignment) -> bool:
    return share.round == change.order.round and share.state in LIVE_STATES and share.role != Role.COPY


def instruction_answered(change: Change) -> None:
    """The leader hears that there is an answer."""
    leader = change.facts.get("instructed_by")
    if leader is not None and leader > 0:
        _tell(change, "instruction_answered", staff=leader)


def given_out(told: News) -> None:
    """Who is given work, such as callbacks, is told once for all of it, at the first of its orders."""
    order = told.order
    if order is None:
        _about_no_order(told)
        return
    Notice.objects.create(
        key=f"{order.pk}.{order.head_seq}.{told.kind}.s{told.staff}.{told.key}", kind=told.kind, staff=told.staff,
        order=order, seq=order.head_seq, by=told.by, at=told.at, facts={"tasks": told.count},
    )  # fmt: skip


def _about_no_order(told: News) -> None:
    """What is about no order: a member of staff is told, or those of the centre whom the table names."""
    Notice.objects.create(
        key=f"{told.kind}.s{told.staff or ''}.{told.key}", kind=told.kind, staff=told.staff,
        roles=[] if told.staff else sorted(KINDS[told.kind].roles), seq=0, by=told.by, at=told.at,
        facts={**told.facts, "page": told.page},
    )  # fmt: skip


# Applications


def asked(change: Change) -> None:
    """Those who decide the application's present step are told (the same ones as `rights` lets decide)."""
    application = change.application
    found = change.pack.applications.get(application.kind) if application else None
    if application is None or found is None or application.state != ApplicationState.PENDING:
        return
    facts = {"application": application.kind}
    step = found.steps[min(application.step, len(found.steps) - 1)]
    above = _parent(change, _owner_of(change, application.assignment_id))
    if step.of == "own_unit":
        units = dict.fromkeys([application.asked_unit_id, above.unit_id if above else None])
        for unit in [u for u in units if u is not None]:
            _tell(change, "asked", unit=unit, roles=step.roles, facts=facts)
    elif above is not None:
        _tell(change, "asked", unit=above.unit_id, roles=CLERKS, facts=facts)
    else:
        _tell(change, "asked", roles=step.roles, facts=facts)


def decided(change: Change) -> None:
    """Who asked hears the answer; while another step is to come, who decides that one."""
    application = change.application
    if application is None:
        return
    kinds = {ApplicationState.GRANTED: "granted", ApplicationState.REFUSED: "declined"}
    kind = kinds.get(ApplicationState(application.state))
    if kind is None:
        asked(change)
    elif application.asked_by is not None and application.asked_by > 0:
        _tell(change, kind, staff=application.asked_by, facts={"application": application.kind})
    else:
        _tell_asking_unit(change, kind, application)


def _tell_asking_unit(change: Change, kind: str, application: Application) -> None:
    """A machine asked for a unit: its people are told."""
    if application.asked_unit_id is not None:
        _tell(change, kind, unit=application.asked_unit_id, facts={"application": application.kind})


_TELLERS: dict[Callable[[Change], None], tuple[str, ...]] = {
    urgent: ("register", "submit"),
    given: ("dispatch", "send_directly", "redispatch", "reopen", "reopen_by_upper"),
    sent_directly: ("send_directly",),
    lost: ("take_back", "grant"),
    handed_down: ("hand_down",),
    verify_asked: ("ask_verifier",),
    verified: ("verify",),
    reported: ("submit_report",),
    child_checked: ("check_child",),
    sent_back: ("send_back",),
    answered_for: ("answer_for",),
    urged: ("urge",),
    breached: ("breach",),
    closed: ("close", "close_by_upper"),
    asked: ("apply", "ask_centre", "appeal"),
    decided: ("grant", "decline", "recall"),
    instructed: ("instruct",),
    instruction_answered: ("answer_instruction",),
}
