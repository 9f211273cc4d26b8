"""What the dispatch room's actions do to an order."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from open12345.dispatch.advice import Recommendation, kept
from open12345.dispatch.forms import DispatchInput, TakeBackInput
from open12345.dispatch.suggest import DISPUTES, Suggestion, suggest
from open12345.orders.acts import NoInput, effect, rule
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.rounds import Plan, back_to_centre, open_round, plan_problems
from open12345.orders.stages import OPEN_STATES, ClockKind, Role, State
from open12345.orders.undo import UNDONE_WITHIN


@rule("dispatch")
def _after_disputes(change: Change, said: DispatchInput) -> Iterator[Problem]:
    """After the second granted return only a designated unit or the territory is left (order.md)."""
    if change.order.returns_granted < DISPUTES or said.responsibility == "designated":
        return
    fallback = next(iter(suggest(change.pack, change.order)), None)
    if said.lead and (fallback is None or said.lead != fallback.lead):
        text = _("已两次退单：请由联席研判指定（责任制选“指定”并写明依据），否则由属地兜底")
        yield Problem("lead", "disputed", text)


@rule("dispatch")
def _whom(change: Change, said: DispatchInput) -> Iterator[Problem]:
    named = None if said.lead else next(iter(_advised(change)), None)
    if not said.lead and named is None:
        yield Problem("lead", "missing", _("责任清单没有对应单位，请选择主办单位"))
    yield from plan_problems(said.lead or (named.lead if named else ""), said.co_handlers, said.in_copy)


@rule("dispatch")
def _designated(change: Change, said: DispatchInput) -> Iterator[Problem]:
    if said.responsibility == "designated" and not said.reason:
        yield Problem("reason", "missing", _("指定责任要写明依据（谁指定、何时）"))


@effect("dispatch", DispatchInput)
def dispatch(change: Change, said: DispatchInput) -> None:
    """Give the order to a lead, with co-handlers and units in copy; opens a round.

    Who stood first is kept with it: for a person as known at this moment, for the platform what it decided with, and
    with which probability.
    """
    advised = _advised(change)
    lead = said.lead or (advised[0].lead if advised else "")
    chosen = next((one for one in suggest(change.pack, change.order) if one.lead == lead), None)
    open_round(change, _plan(change, said, lead, chosen, advised))


def _advised(change: Change) -> list[Recommendation]:
    return kept(change.pack, change.order, at=change.at)


def _plan(
    change: Change, said: DispatchInput, lead: str, chosen: Suggestion | None, advised: list[Recommendation]
) -> Plan:
    taken = next((one for one in advised if one.lead == lead), None)
    ground = change.masked(said.reason) or (taken.ground[:200] if taken else "")
    co_handlers = said.co_handlers or (chosen.co_handlers if chosen and not said.lead else ())
    no_return = said.no_return if said.no_return is not None else bool(chosen and chosen.no_return)
    disputed = change.order.returns_granted >= DISPUTES
    return Plan(
        lead=lead,
        co_handlers=co_handlers,
        in_copy=_in_copy(change, said, (lead, *co_handlers)),
        responsibility=said.responsibility or (chosen.responsibility if chosen else ""),
        principle=chosen.principle if chosen else "",
        clause=chosen.clause if chosen else ground,
        no_return=no_return or disputed or said.responsibility == "designated",
        facts={
            "item": chosen.item if chosen else None,
            "suggested": advised[0].lead if advised else None,
            "probability": round(taken.probability, 4) if taken and change.by.kind == "system" else None,
            "reason": change.masked(said.reason),
        },
    )


def _in_copy(change: Change, said: DispatchInput, working: tuple[str, ...]) -> tuple[str, ...]:
    """Units in copy besides those at work (lead first); for a dispatch to the last level (一线通达), all between."""
    between = change.pack.unit_tree.lineage(working[0])[1:] if said.direct else ()
    above = [unit.code for unit in between if unit.kind != "centre"]
    return tuple(code for code in dict.fromkeys([*said.in_copy, *above]) if code not in working)


@rule("undo_dispatch")
def _just_dispatched(change: Change, said: NoInput) -> Iterator[Problem]:
    last = change.order.events.filter(seq=change.order.head_seq).first()
    if last is None or last.action not in ("dispatch", "send_directly"):
        yield Problem("__all__", "gone_on", _("派单之后已有人办理，不能撤销；请收回"))
    elif change.at - last.at > UNDONE_WITHIN:
        yield Problem("__all__", "too_late", _("已过撤销的时间，请收回"))


@effect("undo_dispatch", NoInput)
def undo_dispatch(change: Change, said: NoInput) -> None:
    """Undo a dispatch that nobody has answered yet: it counts neither as a round nor as taken back.

    The next dispatch opens the round of the same number, with its own limits; the dispatch clock runs on as if it had
    never stopped. What the wrong unit was given for a moment stays on record as taken back.
    """
    order = change.order
    given = [a for a in change.assignments if a.round == order.round and a.state in (*OPEN_STATES, State.COPIED)]
    change.say(lead=order.lead_unit.code if order.lead_unit else None, undone=[a.pk for a in given])
    for copy in [a for a in given if a.state == State.COPIED]:
        change.mark(copy, state=State.TAKEN_BACK, ended_at=change.at)
    back_to_centre(change, State.TAKEN_BACK)
    before = order.round - 1
    leads = [a for a in change.assignments if a.round == before and a.role == Role.LEAD and a.parent_id is None]
    change.set(round=before, dispatched_at=max((a.assigned_at for a in leads), default=None))
    clock = order.clocks.filter(kind=ClockKind.DISPATCH).order_by("pk").last()
    if clock is not None:
        clock.stopped_at = None
        change.clocks.append(clock)
        change.batch.update(clock, "stopped_at")


@effect("take_back", TakeBackInput)
def take_back(change: Change, said: TakeBackInput) -> None:
    """Take the order back from its unit, to be dispatched anew."""
    change.say(reason=change.masked(said.reason), lead=change.order.lead_unit.code if change.order.lead_unit else None)
    back_to_centre(change, State.TAKEN_BACK)
    change.start(ClockKind.DISPATCH)
