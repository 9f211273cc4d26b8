"""What became of an automatic dispatch, heard from the acts on its order in their own transaction (DIS-06).

Only the round that went by itself counts, and of it only what concerns its lead: a unit below that gives its share back
to the unit above it says nothing of the dispatch.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from open12345.dispatch.automatic.breakers import note_ending
from open12345.dispatch.models import AutomaticDispatch, Decision, Ending
from open12345.orders.acts import subscribe
from open12345.orders.change import Change
from open12345.orders.models import Application, Assignment, Clock
from open12345.orders.stages import ENDED, WITH_UNIT, ApplicationState, ClockKind, Role, State
from open12345.policy import Pack

#: Effects of applications by which a unit says that an order is not its own.
_GIVES_BACK: Final = frozenset({"return", "return_up"})
_AT_ONCE: Final = 500


def _note(change: Change, ending: Ending, *, of_round: int) -> None:
    sent = AutomaticDispatch.objects.filter(order=change.order, round=of_round, decision=Decision.DISPATCHED)
    row = sent.select_related("unit").first()
    if row is not None:
        note_ending(row, ending, pack=change.pack, at=change.at)


def granted(change: Change) -> None:
    """A return that was granted speaks against the dispatch; an order withdrawn by its citizen says nothing."""
    asked = change.application
    if asked is None or asked.state != ApplicationState.GRANTED or change.order.stage in WITH_UNIT:
        return
    found = change.pack.applications.get(asked.kind)
    back = found is not None and found.effect in _GIVES_BACK
    _note(change, Ending.RETURNED if back else Ending.VOID, of_round=change.order.round)


def taken_back(change: Change) -> None:
    """A person took the order back."""
    _note(change, Ending.TAKEN_BACK, of_round=change.order.round)


def undone(change: Change) -> None:
    """A person undid the dispatch; its round is open again for another one."""
    _note(change, Ending.UNDONE, of_round=change.order.round + 1)


def reported(change: Change) -> None:
    """The lead reported: the order was its own."""
    share = change.assignment
    if share is not None and share.role == Role.LEAD and share.parent_id is None:
        kept(change)


def kept(change: Change) -> None:
    """The order went its way with the unit that it was sent to."""
    _note(change, Ending.KEPT, of_round=change.order.round)


def begun_again(change: Change) -> None:
    """After the callback the order went to a unit again: to the same one, then it was the right one all the same."""
    if change.order.stage not in WITH_UNIT:
        return
    before = change.order.round - 1
    leads = [a for a in change.assignments if a.round == before and a.role == Role.LEAD and a.parent_id is None]
    same = any(a.unit_id == change.order.lead_unit_id for a in leads)
    _note(change, Ending.KEPT if same else Ending.REDISPATCHED, of_round=before)


def listen() -> None:
    """Subscribe to all of it; called once when the room starts."""
    subscribe("grant", granted)
    subscribe("take_back", taken_back)
    subscribe("undo_dispatch", undone)
    subscribe("submit_report", reported)
    for action in ("pass_review", "close", "close_by_upper"):
        subscribe(action, kept)
    for action in ("redispatch", "reopen_by_upper", "reopen"):
        subscribe(action, begun_again)


def settle(pack: Pack, at: datetime) -> int:
    """Note as kept what nobody may return any more: its time for that is over and no such application waits.

    Where the duty list forbids returning there is no such time: kept as soon as the lead has signed. Returns how many.
    An order that ended in any other way before its unit showed anything counts for nothing, and holds no probe's place.
    """
    done = 0
    for row in _unanswered().filter(order__stage__in=ENDED).select_related("unit").order_by("pk")[:_AT_ONCE]:
        with transaction.atomic():
            note_ending(row, Ending.VOID, pack=pack, at=at)
    for row in _out_of_reach(pack, at).select_related("unit").order_by("pk")[:_AT_ONCE]:
        with transaction.atomic():
            done += note_ending(row, Ending.KEPT, pack=pack, at=at)
    return done


def _unanswered() -> QuerySet[AutomaticDispatch]:
    return AutomaticDispatch.objects.filter(decision=Decision.DISPATCHED, ending=Ending.OPEN)


def _out_of_reach(pack: Pack, at: datetime) -> QuerySet[AutomaticDispatch]:
    lead = Q(role=Role.LEAD, parent__isnull=True, round=OuterRef("round"), order=OuterRef("order"))
    clock = Clock.objects.filter(
        order=OuterRef("order"), kind=ClockKind.RETURN, assignment__round=OuterRef("round"),
        assignment__role=Role.LEAD, assignment__parent__isnull=True,
    )  # fmt: skip
    over = clock.filter(Q(stopped_at__isnull=False) | Q(due_at__lt=at, paused_at__isnull=True))
    signed = Assignment.objects.filter(lead).exclude(state=State.WAITING)
    kinds = [code for code, rule in pack.applications.items() if rule.effect in _GIVES_BACK]
    asked = Application.objects.filter(
        order=OuterRef("order"), round=OuterRef("round"), kind__in=kinds, state=ApplicationState.PENDING
    )
    sent = _unanswered().exclude(order__stage__in=ENDED)
    return sent.filter(Exists(over) | (~Exists(clock) & Exists(signed))).exclude(Exists(asked))
