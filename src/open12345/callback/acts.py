"""What the callback room's actions do: attempts, results, a new round or the end of the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from open12345.callback import queries, services
from open12345.callback.forms import (
    ArchiveInput,
    AttemptInput,
    CheckAnswerInput,
    CloseInput,
    Heard,
    RedispatchInput,
    ReopenInput,
    UpperCloseInput,
    UpperReopenInput,
)
from open12345.orders import clocks, worklog
from open12345.orders.acts import Input, effect, rule, subscribe
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.rounds import Plan, open_round, plan_problems
from open12345.orders.stages import ClockKind, RecordKind, Stage
from open12345.policy import Pack
from open12345.worktime import add


@rule("log_attempt")
@rule("close")
@rule("redispatch")
def _is_theirs(change: Change, said: Input) -> Iterator[Problem]:
    """Who has the task makes the call; others only after it was released (CAL-02)."""
    task = queries.holder(change.order, change.at)
    if task is not None and task.staff_id != change.by.id and change.by.kind == "staff":
        text = _("这件回访由 %(name)s 负责，请等其办理，或先释放")
        yield Problem("__all__", "held", text % {"name": task.staff.name}, {"staff": task.staff.name})


def _called(change: Change) -> None:
    services.renew(change.order, change.by, change.at)


def _called_back(change: Change) -> None:
    services.finish(change.order, change.at)


subscribe("log_attempt", _called)
subscribe("close", _called_back)
subscribe("redispatch", _called_back)


@rule("log_attempt")
def _when(change: Change, said: AttemptInput) -> Iterator[Problem]:
    reported = change.order.submitted_at
    if said.at is not None and said.at > change.at:
        yield Problem("at", "future", _("时间不能在将来"))
    elif said.at is not None and reported is not None and said.at < reported.replace(second=0, microsecond=0):
        yield Problem("at", "before_report", _("时间不能早于办结报告"))


@effect("log_attempt", AttemptInput)
def log_attempt(change: Change, said: AttemptInput) -> None:
    """Count a call without a talk; the first one stops the callback clock."""
    change.write(RecordKind.CALLBACK, {**said.model_dump(mode="json"), "connected": False})
    change.stop(ClockKind.CALLBACK, at=said.at)
    change.say(outcome=said.outcome, attempts=change.count("attempts"))


def unreachable_now(change: Change) -> bool:
    """Say whether enough tries were made on enough days to close as unreachable (CAL-03)."""
    zone = change.pack.calendar().zone
    tries = worklog.attempt_moments(change.order)
    days = {moment.astimezone(zone).date() for moment in tries}
    return len(tries) >= change.pack.callback.attempts and len(days) >= change.pack.callback.days


def unhappy(change: Change, said: Heard) -> str:
    """Return why the order must not end here, "" where it may (order.md, "Callback" (a), (b))."""
    rules = change.pack.callback
    solved = rules.solved_option(said.solved)
    level = rules.level(said.satisfied)
    if solved is not None and not solved.counts_as_solved:
        return "not_solved"
    cause = rules.cause(said.cause)
    if level is not None and not level.satisfied and cause is not None and cause.subjective:
        return "subjective"
    return ""


def last_callback(change: Change) -> bool:
    """Say whether this is the callback after which the order always closes."""
    return change.order.callbacks + 1 >= change.pack.callback.rounds


@rule("close")
@rule("redispatch")
@rule("close_by_upper")
@rule("check_answer")
def _answers_known(change: Change, said: Heard | UpperCloseInput | CheckAnswerInput) -> Iterator[Problem]:
    for name, titles in answers(change.pack).items():
        value = getattr(said, name, "")
        if value and value not in titles:
            yield Problem(name, "unknown", _("请选择：%(list)s") % {"list": "、".join(titles.values())})


def answers(pack: Pack) -> dict[str, dict[str, str]]:
    """Return the answers the pack's script allows: field → code → title."""
    rules = pack.callback
    lists: dict[str, Sequence[Titled]] = {
        "scale": rules.scale, "solved": rules.solved_options, "causes": rules.causes,
    }  # fmt: skip
    return {
        question.code: {option.code: option.title for option in lists.get(question.answers, question.options)}
        for question in rules.script
        if question.answers != "text"
    }


class Titled(Protocol):
    """What every list of answers is made of."""

    @property
    def code(self) -> str:
        """The answer as stored."""

    @property
    def title(self) -> str:
        """The answer as read."""


@rule("close")
def _may_close(change: Change, said: CloseInput) -> Iterator[Problem]:
    if said.ended == "anonymous" and not change.order.requester.anonymous:
        yield Problem("ended", "not_anonymous", _("诉求人不是匿名，请回访"))
    if said.ended == "unreachable" and not unreachable_now(change):
        text = _("要在至少 %(days)s 天里呼叫 %(n)s 次才能按联系不上结案")
        rules = change.pack.callback
        yield Problem("ended", "too_few_attempts", text % {"days": rules.days, "n": rules.attempts})
    if said.ended != "connected":
        return
    if not said.solved or not said.satisfied:
        yield Problem("solved" if not said.solved else "satisfied", "missing", _("请询问并填写"))
    yield from _may_end_here(change, said)


def _may_end_here(change: Change, said: CloseInput) -> Iterator[Problem]:
    level = change.pack.callback.level(said.satisfied)
    if level is not None and not level.satisfied and not said.cause:
        yield Problem("cause", "missing", _("请填写不满意的原因"))
    if unhappy(change, said) and not last_callback(change):
        yield Problem("__all__", "must_redispatch", _("问题没有解决（或因单位主观原因不满意），请“重新派单”"))


@effect("close", CloseInput)
def close(change: Change, said: CloseInput) -> None:
    """End the order with what the citizen said; after the last callback an unhappy end is marked for supervision."""
    _heard(change, said, connected=said.ended == "connected")
    why = unhappy(change, said) if said.ended == "connected" else ""
    if why:
        change.set(twice_unhappy=True)
    change.say(ended=said.ended, unhappy=why, supervise=bool(why) or None)
    change.set(closed_at=change.at)
    change.go(Stage.CLOSED)


def _heard(change: Change, said: Heard, *, connected: bool) -> None:
    change.write(RecordKind.CALLBACK, {**said.model_dump(mode="json"), "connected": connected})
    change.set(solved=said.solved, satisfied=said.satisfied)
    change.say(
        callback=change.count("callbacks"), valid=connected, contacted=said.contacted, truthful=said.truthful,
        solved=said.solved, satisfied=said.satisfied, process=said.process_satisfied, cause=said.cause,
    )  # fmt: skip


@rule("redispatch")
def _may_redispatch(change: Change, said: RedispatchInput) -> Iterator[Problem]:
    if last_callback(change):
        yield Problem("__all__", "last_callback", _("已是最后一次回访，请结案；不满意的将转督办"))


@rule("redispatch")
@rule("reopen")
@rule("reopen_by_upper")
def _whom(change: Change, said: RedispatchInput | ReopenInput) -> Iterator[Problem]:
    """To whom it goes; an order that was cancelled waits for its dispatch instead."""
    if change.order.stage == Stage.CANCELLED:
        return
    lead = said.lead or (change.order.lead_unit.code if change.order.lead_unit else "")
    if not lead:
        yield Problem("lead", "missing", _("请选择主办单位"))
    yield from plan_problems(lead, getattr(said, "co_handlers", ()))


@effect("redispatch", RedispatchInput)
def redispatch(change: Change, said: RedispatchInput) -> None:
    """Open a new round after a callback; its limits start anew (CAL-05)."""
    _heard(change, said, connected=True)
    _again(change, said.lead, said.reason, co_handlers=said.co_handlers)


def _again(change: Change, lead: str, reason: str, *, co_handlers: tuple[str, ...] = ()) -> None:
    before = change.order.lead_unit
    code = lead or (before.code if before else "")
    kept = before is not None and before.code == code
    open_round(change, Plan(
        lead=code, co_handlers=co_handlers, responsibility="designated", no_return=kept,
        clause=_("重办件"), facts={"reason": change.masked(reason), "changed_unit": not kept or None},
    ))  # fmt: skip
    change.stop(ClockKind.OVERALL)
    change.start(ClockKind.OVERALL, due=clocks.upper_due(change.pack, change.order, ClockKind.OVERALL))


@effect("close_by_upper", UpperCloseInput)
def close_by_upper(change: Change, said: UpperCloseInput) -> None:
    """The platform above closed the order after its own callback."""
    change.set(solved=said.solved, satisfied=said.satisfied, closed_at=change.at)
    change.say(solved=said.solved, satisfied=said.satisfied, note=change.masked(said.note))
    change.go(Stage.CLOSED)


@rule("reopen_by_upper")
def _ahead(change: Change, said: UpperReopenInput) -> Iterator[Problem]:
    if said.upper_due_at is not None and said.upper_due_at <= change.at:
        yield Problem("upper_due_at", "past", _("上级要求办结时间已经过去"))


@effect("reopen_by_upper", UpperReopenInput)
def reopen_by_upper(change: Change, said: UpperReopenInput) -> None:
    """The platform above sent the order back for another round, by a new date or, the old one over, by our limits."""
    before = change.order.upper_due_at
    change.set(upper_due_at=said.upper_due_at or (before if before is not None and before > change.at else None))
    _again(change, said.lead, said.reason)
    change.count("reopened")


@rule("reopen")
def _was_an_order(change: Change, said: ReopenInput) -> Iterator[Problem]:
    if change.order.accepted_at is None:
        yield Problem("__all__", "never_submitted", _("这是作废的暂存单，请重新登记"))


@effect("reopen", ReopenInput)
def reopen(change: Change, said: ReopenInput) -> None:
    """A supervisor begins an ended order again: a closed one in a new round, a cancelled one before dispatch."""
    change.count("reopened")
    change.set(closed_at=None)
    if change.order.stage == Stage.CLOSED:
        _again(change, said.lead, said.reason)
        return
    change.say(reason=change.masked(said.reason))
    change.go(Stage.ACCEPTED)
    change.set(lead_unit=None)
    change.start(ClockKind.DISPATCH)
    change.start(ClockKind.OVERALL, due=clocks.upper_due(change.pack, change.order, ClockKind.OVERALL))


@rule("archive")
def _rested(change: Change, said: ArchiveInput) -> Iterator[Problem]:
    if change.order.closed_at is None or change.at < archivable_at(change):
        yield Problem("__all__", "too_early", _("结案满 %(limit)s 后归档") % {"limit": change.pack.archive_after})
    if change.order.applications.filter(state="pending").exists():
        yield Problem("__all__", "open_appeal", _("还有申请待审批"))


def archivable_at(change: Change) -> datetime:
    """Return the moment from which a closed order may be archived."""
    return add(change.pack.calendar(), change.order.closed_at or change.at, change.pack.archive_after)


@effect("archive", ArchiveInput)
def archive(change: Change, said: ArchiveInput) -> None:
    """Put the order away."""
    change.go(Stage.ARCHIVED)
