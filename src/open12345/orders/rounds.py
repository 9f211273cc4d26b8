"""What each dispatch opens: a round with its assignments and clocks (order.md, "Assignments", "Clocks")."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from open12345.directory.models import Unit
from open12345.orders import clocks
from open12345.orders.applications import lapse_all
from open12345.orders.change import Change
from open12345.orders.errors import Problem, Refused
from open12345.orders.models import Assignment
from open12345.orders.stages import ClockKind, Role, Stage, State


@dataclass(frozen=True, slots=True)
class Plan:
    """To whom an order goes, and on what ground."""

    lead: str  # unit code
    co_handlers: tuple[str, ...] = ()
    in_copy: tuple[str, ...] = ()
    responsibility: str = ""  # first_asked, designated, fallback (001)
    principle: str = ""
    clause: str = ""
    no_return: bool = False
    facts: dict[str, object] = field(default_factory=dict)


def known_units(codes: Collection[str]) -> dict[str, Unit]:
    """Return the active units with these codes."""
    return {unit.code: unit for unit in Unit.objects.filter(code__in=codes, active=True)}


def unknown_unit(name: str, code: str) -> Problem:
    """Return what is wrong at the field `name` where no active unit has the code."""
    return Problem(name, "unknown", _("没有这个单位，或已停用：%(code)s") % {"code": code})


def find_units(codes: dict[str, str]) -> dict[str, Unit]:
    """Return the active units of `codes` {code: field}; raises `Refused` at the field of each unknown one."""
    found = known_units(codes)
    if unknown := [unknown_unit(name, code) for code, name in codes.items() if code not in found]:
        raise Refused(unknown)
    return found


def plan_problems(lead: str, co_handlers: Sequence[str], in_copy: Sequence[str] = ()) -> Iterator[Problem]:
    """Yield what is wrong with the units that a round is to be opened for; an empty lead is not looked at."""
    if lead and lead in co_handlers:
        yield Problem("co_handlers", "lead_twice", _("主办单位不能同时是协办单位"))
    if len(set(co_handlers)) != len(co_handlers):
        yield Problem("co_handlers", "twice", _("协办单位重复"))
    named = [*([("lead", lead)] if lead else []), *(("co_handlers", c) for c in co_handlers)]
    named += [("in_copy", c) for c in in_copy]
    known = known_units({code for _name, code in named}) if named else {}
    yield from (unknown_unit(name, code) for name, code in dict.fromkeys(named) if code not in known)


def open_round(change: Change, plan: Plan) -> Assignment:
    """Open the next round: the lead, co-handlers and units in copy, each with its clocks; stage `dispatched`."""
    units = find_units(
        {plan.lead: "lead", **dict.fromkeys(plan.co_handlers, "co_handlers"), **dict.fromkeys(plan.in_copy, "in_copy")}
    )
    change.set(round=change.order.round + 1, dispatched_at=change.at, lead_unit=units[plan.lead])
    change.set(contacted_at=None, answered_at=None, submitted_at=None, outcome="", attempts=0)
    change.go(Stage.DISPATCHED)
    lead = change.assign(
        units[plan.lead], Role.LEAD, responsibility=plan.responsibility, principle=plan.principle,
        clause=plan.clause, no_return=plan.no_return,
    )  # fmt: skip
    _start_lead_clocks(change, lead)
    for code in plan.co_handlers:
        add_co_handler(change, units[code])
    for code in plan.in_copy:
        change.assign(units[code], Role.COPY, state=State.COPIED)
    change.say(
        lead=units[plan.lead].code, co_handlers=list(plan.co_handlers), in_copy=list(plan.in_copy),
        responsibility=plan.responsibility, principle=plan.principle, clause=plan.clause,
        no_return=plan.no_return or None, **plan.facts,
    )  # fmt: skip
    return lead


def _start_lead_clocks(change: Change, lead: Assignment) -> None:
    change.start(ClockKind.SIGN, lead)
    if change.order.requester.phone_index is not None:  # nobody is late for calling who left no number
        change.start(ClockKind.CONTACT, lead)
    if not lead.no_return:
        change.start(ClockKind.RETURN, lead)
    change.start(ClockKind.FEEDBACK, lead)
    reply = change.start(ClockKind.REPLY, lead, due=clocks.upper_due(change.pack, change.order, ClockKind.REPLY))
    lead.due_at = reply.due_at if reply else None


def add_co_handler(change: Change, unit: Unit) -> Assignment:
    """Add a co-handler: it signs like the lead and reports by the pack's share of the lead's limit (60 %, ours)."""
    given = change.assign(unit, Role.CO_HANDLER)
    change.start(ClockKind.SIGN, given)
    limits = clocks.limits_for(change.pack, change.order, ClockKind.REPLY)
    if limits:
        share = clocks.share_of(limits[0], change.pack.co_handler_share)
        lead = change.lead
        reply = change.start(ClockKind.REPLY, given, limit=share, due=lead.due_at if lead else None)
        given.due_at = reply.due_at if reply else None
    return given


def back_to_centre(change: Change, state: State) -> None:
    """End the round without a result: the order waits for dispatch again."""
    change.end_assignments(state)
    lapse_all(change)
    change.set(lead_unit=None)
    change.go(Stage.ACCEPTED)
