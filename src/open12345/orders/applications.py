"""One engine for every "please may we" (申请): reason → evidence → approve → check → effect.

Kinds, reasons, evidence, steps and limits are pack data. What a granted application does is registered under the name
of its effect by the room that knows (`on_grant("return")` in handling).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from pydantic import Field

from open12345.orders import clocks, occasions
from open12345.orders.acts import Input, NoInput, effect, rule
from open12345.orders.change import Change
from open12345.orders.errors import Conflict, Problem
from open12345.orders.evidence import check_form
from open12345.orders.inputs import Code, NeededCode, NeededLine, Text
from open12345.orders.models import Application
from open12345.orders.stages import OPEN_STATES, ApplicationState, ClockKind, Role
from open12345.orders.store import allocate
from open12345.policy.applications import ApplicationRule, Step

GrantEffect = Callable[[Change, Application], None]
AskRule = Callable[[Change, ApplicationRule, "ApplyInput"], Iterator[Problem]]

_effects: dict[str, GrantEffect] = {}
_ask_rules: dict[str, AskRule] = {}


class ApplyInput(Input):
    """What is asked for, why, and what proves it."""

    kind: NeededCode = Field(title="申请种类")
    reason: NeededCode = Field(title="申请理由")
    explanation: Text = Field(default="", title="说明")
    evidence: dict[str, Any] = Field(default_factory=dict, title="依据材料")
    limit: Code = Field(default="", title="申请延长")
    to: Code = Field(default="", title="建议单位")


class DecideInput(Input):
    """A consent, with a remark."""

    note: Text = Field(default="", title="审批意见")


class DeclineInput(Input):
    """A refusal says why."""

    note: NeededLine = Field(title="不同意的理由")


#: What a recall step can end in; "not_reached" is counted, the first two leave it open (figures.md, "Exclusions").
RECALLS: Final = ("passed", "not_reached", "refused", "out_of_scope")
_CALLS: Final = 2


class RecallInput(Input):
    """What the citizen said when called again about an appeal."""

    outcome: NeededCode = Field(title="回访结果")
    note: Text = Field(default="", title="核定意见")


def on_grant(name: str) -> Callable[[GrantEffect], GrantEffect]:
    """Register what a granted application with the effect `name` does."""

    def register(run: GrantEffect) -> GrantEffect:
        _effects[name] = run
        return run

    return register


def ask_rule(name: str) -> Callable[[AskRule], AskRule]:
    """Register a further check of applications with the effect `name`, when they are asked."""

    def register(check: AskRule) -> AskRule:
        _ask_rules[name] = check
        return check

    return register


def effects() -> frozenset[str]:
    """Return the names of the effects that packs may use."""
    return frozenset(_effects)


def askable(change_or_scene: Any, kind: str) -> ApplicationRule | None:
    """Return the pack's rule of `kind`, None where this pack has none."""
    found: ApplicationRule | None = change_or_scene.pack.applications.get(kind)
    return found


@rule("apply")
@rule("ask_centre")
@rule("appeal")
def _may_ask(change: Change, said: ApplyInput) -> Iterator[Problem]:
    found = askable(change, said.kind)
    if found is None:
        titles = "、".join(f"{code}（{rule.title}）" for code, rule in change.pack.applications.items())
        yield Problem("kind", "unknown", _("没有这种申请；可选：%(list)s") % {"list": titles})
        return
    if said.to and said.to not in change.pack.unit_tree:
        yield Problem("to", "unknown", _("没有这个单位"))
    yield from occasions.problems(occasions.of_change(change, said.kind, found))
    yield from _check_reason(change, said, found)
    if found.effect in _ask_rules:
        yield from _ask_rules[found.effect](change, found, said)


def _check_reason(change: Change, said: ApplyInput, found: ApplicationRule) -> Iterator[Problem]:
    reason = found.reason(said.reason)
    if reason is None:
        titles = "、".join(f"{r.code}（{r.title}）" for r in found.all_reasons if not r.sub)
        yield Problem("reason", "unknown", _("没有这个理由；可选：%(list)s") % {"list": titles})
    elif reason.sub:
        titles = "、".join(f"{r.code}（{r.title}）" for r in reason.sub)
        yield Problem("reason", "too_broad", _("请选到第二级：%(list)s") % {"list": titles})
    else:
        yield from check_form(found.evidence_for(said.reason), said.evidence, "evidence", change)


@effect("apply", ApplyInput)
def apply(change: Change, said: ApplyInput) -> None:
    """Ask for something on behalf of the unit."""
    _ask(change, said)


@effect("ask_centre", ApplyInput)
def ask_centre(change: Change, said: ApplyInput) -> None:
    """Ask for something on behalf of the centre."""
    _ask(change, said)


@effect("appeal", ApplyInput)
def appeal(change: Change, said: ApplyInput) -> None:
    """Ask on behalf of the unit that one closed order does not count against it (考核申诉)."""
    _ask(change, said)


def _ask(change: Change, said: ApplyInput) -> None:
    found = change.pack.applications[said.kind]
    (pk,) = allocate(Application)
    asked = Application(
        pk=pk, order_id=change.order.pk, assignment=change.assignment, round=change.order.round, kind=said.kind,
        reason=said.reason, explanation=change.masked(said.explanation), evidence=change.masked(said.evidence),
        wanted=_wanted(said, found),
        asked_by=change.by.ref, asked_by_name=change.by.name, asked_unit_id=change.unit_id, asked_at=change.at,
    )  # fmt: skip
    change.application = asked
    change.batch.insert(asked)
    if found.lock:
        change.set(locked_by=pk)
    if found.pause:
        _pause_reply(change)
    if found.effect == "return" and counts_for_order(change):
        change.count("returns_asked")
    change.start(ClockKind.DECISION, limit=found.decide_within, application=pk)
    change.say(application=pk, kind=said.kind, reason=said.reason, wanted=asked.wanted)


def counts_for_order(change: Change) -> bool:
    """Say whether an application counts in the order's own figures: its lead's or the centre's does.

    The return and extension rates are of the order's lead (figures.md); what a unit below asks of its parent stays
    in history and applications alone.
    """
    asker = change.assignment
    return asker is None or (asker.role == Role.LEAD and asker.parent_id is None)


def _wanted(said: ApplyInput, found: ApplicationRule) -> dict[str, str]:
    """Return what is asked for in codes: how much longer, or to whom the order should go instead."""
    wanted = {"limit": said.limit} if found.effect == "extend" else {"to": said.to}
    return {name: value for name, value in wanted.items() if value}


def _pause_reply(change: Change) -> None:
    clock = change.running(ClockKind.REPLY, change.assignment)
    if clock is not None:
        clocks.pause(clock, change.at)
        change.touch(clock)


@effect("grant", DecideInput)
def grant(change: Change, said: DecideInput) -> None:
    """Consent: on to the next step, or after the last one the effect."""
    asked, found = _asked(change)
    if found is None:
        raise Conflict(_("现行规则包已没有这种申请，请由申请人撤回"), code="no_such_application")
    _note_decision(change, asked, found, said.note, granted=True)
    if asked.step + 1 < len(found.steps):
        asked.step += 1
        change.batch.update(asked, "step")
        change.start(ClockKind.DECISION, limit=found.decide_within, application=asked.pk)
        change.say(next_step=found.steps[asked.step].code)
        return
    _end(change, asked, ApplicationState.GRANTED)
    _effects[found.effect](change, asked)


@effect("decline", DeclineInput)
def decline(change: Change, said: DeclineInput) -> None:
    """Refuse: the order goes on as it stood, the time is spent."""
    asked, found = _asked(change)
    if found is not None:
        _note_decision(change, asked, found, said.note, granted=False)
        if found.effect == "return_up" and _step(asked, found).of == "upper":
            change.count("upper_returns")
    _end(change, asked, ApplicationState.REFUSED)


@rule("recall")
def _may_recall(change: Change, said: RecallInput) -> Iterator[Problem]:
    if said.outcome not in RECALLS:
        yield Problem("outcome", "unknown", _("请选择回访结果"))
    elif said.outcome == "not_reached":
        if _not_reached(change.application) >= _CALLS:
            yield Problem("outcome", "twice", _("已两次未接通，请按材料核定"))
    elif said.outcome != "passed" and not said.note:
        yield Problem("note", "missing", _("不通过要写明理由"))


def _not_reached(asked: Application | None) -> int:
    return sum(str(line.get("outcome", "")).startswith("not_reached") for line in asked.decisions) if asked else 0


@effect("recall", RecallInput)
def recall(change: Change, said: RecallInput) -> None:
    """Decide an appeal by calling the citizen again; not reached, it waits for another try, at most two."""
    asked, found = _asked(change)
    if found is None:
        raise Conflict(_("现行规则包已没有这种申请，请由申请人撤回"), code="no_such_application")
    reached = said.outcome != "not_reached"
    outcome = said.outcome if reached else f"not_reached_{_not_reached(asked) + 1}"
    _note_decision(change, asked, found, said.note, granted=said.outcome == "passed", outcome=outcome)
    if not reached:
        change.start(ClockKind.DECISION, limit=found.decide_within, application=asked.pk)
    elif said.outcome == "passed":
        _end(change, asked, ApplicationState.GRANTED)
        _effects[found.effect](change, asked)
    else:
        _end(change, asked, ApplicationState.REFUSED)


@effect("withdraw_application", NoInput)
def withdraw_application(change: Change, said: NoInput) -> None:
    """Take an application back before it is decided."""
    asked, _found = _asked(change)
    _end(change, asked, ApplicationState.WITHDRAWN)


def _asked(change: Change) -> tuple[Application, ApplicationRule | None]:
    """Return what is being decided, and its rule unless the pack now in force has none."""
    asked = change.application
    if asked is None:
        raise Conflict(_("没有待审批的申请"), code="no_pending_application")
    change.say(application=asked.pk, kind=asked.kind)
    return asked, askable(change, asked.kind)


def _step(asked: Application, found: ApplicationRule) -> Step:
    return found.steps[min(asked.step, len(found.steps) - 1)]


def _note_decision(
    change: Change, asked: Application, found: ApplicationRule, note: str, *, granted: bool, outcome: str = ""
) -> None:
    step = _step(asked, found)
    line = {
        "step": step.code, "granted": granted, "by": change.by.name, "at": change.at.isoformat(),
        "note": change.masked(note), **({"outcome": outcome} if outcome else {}),
    }  # fmt: skip
    asked.decisions = [*asked.decisions, line]
    change.batch.update(asked, "decisions")
    change.say(step=step.code, granted=granted, recalled=outcome)


def _end(change: Change, asked: Application, state: ApplicationState) -> None:
    asked.state, asked.decided_at = state, change.at
    change.batch.update(asked, "state", "decided_at")
    if change.order.locked_by == asked.pk:
        change.set(locked_by=None)
    found = askable(change, asked.kind)
    if found is not None and found.pause:
        _resume_reply(change, asked)


def _resume_reply(change: Change, asked: Application) -> None:
    """Let the clock that the application stopped run on; one that stands still for a report's check stays."""
    for clock in change.clocks:
        if clock.kind == ClockKind.REPLY and clock.assignment_id == asked.assignment_id:
            clocks.unpause(change.pack, clock, change.at)
            change.touch(clock)


def lapse_all(change: Change) -> None:
    """End every other pending application of an order whose round ends: there is nothing left to decide."""
    for asked in change.order.applications.filter(state=ApplicationState.PENDING):
        _lapse(change, asked)


def lapse_of_ended(change: Change) -> None:
    """End the pending applications of units that have reported or given back their share."""
    at_work = {a.pk for a in change.assignments if a.state in OPEN_STATES}
    for asked in change.order.applications.filter(state=ApplicationState.PENDING, assignment__isnull=False):
        if asked.assignment_id not in at_work:
            _lapse(change, asked)


def _lapse(change: Change, asked: Application) -> None:
    if change.application is not None and asked.pk == change.application.pk:
        return
    _end(change, asked, ApplicationState.LAPSED)
    for clock in [c for c in change.clocks if c.application == asked.pk]:
        clocks.stop(clock, change.at)
        change.batch.update(clock, "stopped_at", "breached_at")
        change.clocks.remove(clock)
