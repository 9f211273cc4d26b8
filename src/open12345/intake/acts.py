"""What the intake room's actions do to an order."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from open12345.intake import taking
from open12345.intake.forms import (
    AmendInput,
    DirectAnswerInput,
    DraftInput,
    MergeInput,
    NothingInput,
    OrderInput,
    Part,
    RefuseInput,
    RelateInput,
    SplitInput,
    UrgeInput,
)
from open12345.orders import clocks, queries, requesters, services
from open12345.orders.acts import effect, rule
from open12345.orders.applications import lapse_all
from open12345.orders.change import Change
from open12345.orders.errors import NotFound, Problem, Refused, refuse
from open12345.orders.housekeeping import link
from open12345.orders.models import Link, WorkOrder
from open12345.orders.stages import ENDED, ClockKind, LinkKind, RecordKind, Stage
from open12345.text import private_numbers


@rule("register")
@rule("save_draft")
@rule("edit_draft")
def _elements(change: Change, said: DraftInput) -> Iterator[Problem]:
    yield from taking.check_elements(change, said)
    yield from taking.check_typed(said)


@rule("register")
def _person(change: Change, said: OrderInput) -> Iterator[Problem]:
    yield from taking.check_person(change, said)
    yield from taking.check_required(change, said)


@effect("register", OrderInput)
def register(change: Change, said: OrderInput) -> None:
    """Take a complete order in; its dispatch and overall clocks run from now."""
    taking.fill_order(change, said)
    taking.note_foreign_number(change, said)
    _accept(change)


def _accept(change: Change) -> None:
    change.go(Stage.ACCEPTED)
    change.set(accepted_at=change.at)
    taking.note_repeats(change)
    change.start(ClockKind.DISPATCH)
    change.start(ClockKind.OVERALL, due=clocks.upper_due(change.pack, change.order, ClockKind.OVERALL))


@effect("save_draft", DraftInput)
def save_draft(change: Change, said: DraftInput) -> None:
    """Keep an unfinished order for its author."""
    taking.fill_order(change, said)
    taking.note_foreign_number(change, said)
    change.go(Stage.DRAFT)


@effect("edit_draft", DraftInput)
def edit_draft(change: Change, said: DraftInput) -> None:
    """Write the draft anew with everything that the desk now holds."""
    taking.fill_order(change, said)
    taking.note_foreign_number(change, said)


@rule("submit")
def _complete(change: Change, said: NothingInput) -> Iterator[Problem]:
    kept = taking.said_so_far(change.order)
    missing = {"kind": kept.kind, "body": kept.body}
    yield from (Problem(name, "missing", _("必填")) for name, value in missing.items() if not value)
    yield from taking.check_elements(change, kept)
    yield from taking.check_person(change, kept)
    yield from taking.check_required(change, kept)


@effect("submit", NothingInput)
def submit(change: Change, said: NothingInput) -> None:
    """Turn the draft into an accepted order."""
    _accept(change)


@effect("discard", NothingInput)
def discard(change: Change, said: NothingInput) -> None:
    """Give the draft up; its history stays."""
    change.go(Stage.CANCELLED)


@effect("amend", AmendInput)
def amend(change: Change, said: AmendInput) -> None:
    """Correct elements before dispatch; clocks follow the new urgency and category from their old start."""
    values = said.model_dump(exclude_none=True, exclude={"reason"})
    draft = DraftInput(channel=change.order.channel, order_type=change.order.order_type, **values)
    problems = list(taking.check_elements(change, draft))
    if problems:
        raise Refused(problems)
    before = taking.facts(change.order)
    if "area" in values:
        values["area_id"] = taking.area_id(values.pop("area"))
    change.set(**values)
    after = taking.facts(change.order)
    change.say(**{name: [before[name], after[name]] for name in after if before[name] != after[name]})
    _reset_clocks(change)


def _reset_clocks(change: Change) -> None:
    for clock in change.clocks:
        limits = clocks.limits_for(change.pack, change.order, ClockKind(clock.kind))
        if clock.kind in {ClockKind.DISPATCH, ClockKind.OVERALL} and limits and clock.limit != clocks.GIVEN:
            clock.limit = clocks.written(limits)
            clock.due_at, clock.provisional = clocks.due_of(change.pack, limits, clock.started_at)
            change.touch(clock)


@rule("answer_directly")
def _answerable(change: Change, said: DirectAnswerInput) -> Iterator[Problem]:
    kind = change.pack.kinds.get(change.order.kind)
    if kind is None or not kind.answer_directly:
        yield Problem("text", "kind", _("这类诉求不能直接答复，请派单"))
    if private_numbers(said.text, allow=frozenset(change.pack.closing.service_numbers)):
        yield Problem("text", "private_number", _("答复中有个人手机号或证件号，请删除"))


@effect("answer_directly", DirectAnswerInput)
def answer_directly(change: Change, said: DirectAnswerInput) -> None:
    """Answer at once and close (直接答复)."""
    change.write(RecordKind.DIRECT_ANSWER, said.model_dump(mode="json"))
    change.set(answered_at=change.at, submitted_at=change.at, closed_at=change.at, outcome="explained")
    lapse_all(change)
    change.go(Stage.CLOSED)


@effect("refuse", RefuseInput)
def refuse_order(change: Change, said: RefuseInput) -> None:
    """Do not accept the request; the reason and what the caller was told are kept for statistics."""
    reasons = [reason for top in change.pack.refusals for reason in (top, *top.sub)]
    if said.reason not in {reason.code for reason in reasons}:
        known = "、".join(f"{r.code}（{r.title}）" for r in reasons)
        raise refuse("reason", "unknown", _("没有这个原因；可选：%(list)s") % {"list": known})
    change.write(RecordKind.NOTE, {"reason": said.reason, "told": said.told})
    change.say(reason=said.reason)
    lapse_all(change)
    change.go(Stage.CANCELLED)


@effect("split", SplitInput)
def split(change: Change, said: SplitInput) -> None:
    """Make an order of each part, from the same caller; the rest of the order stays as it is."""
    numbers = []
    for part in said.parts:
        outcome = services.create("register", _part(change.order, part), by=change.by, at=change.at)
        change.batch.insert(Link(order_id=outcome.order_id, other_id=change.order.pk, kind=LinkKind.SPLIT_FROM))
        numbers.append(outcome.number)
    change.say(parts=numbers)


def _part(order: WorkOrder, part: Part) -> dict[str, object]:
    area = part.area or (order.area.code if order.area else "")
    return {
        "channel": order.channel, "kind": part.kind or order.kind, "category": part.category or order.category,
        "urgency": part.urgency or order.urgency, "area": area, "place": order.place, "title": part.title,
        "body": part.body, "confidential": order.confidential, "call_ref": order.call_ref,
        "same_call_as": order.number, "longitude": order.longitude, "latitude": order.latitude,
    }  # fmt: skip


def _other(change: Change, number: str, field: str, *, lock: bool = False) -> WorkOrder:
    try:
        other = queries.get_for(change.by, number, lock=lock, wait=False)
    except NotFound as error:
        raise refuse(field, "unknown", _("没有这件工单")) from error
    if other.pk == change.order.pk:
        raise refuse(field, "same", _("不能是这件工单自己"))
    return other


@effect("merge", MergeInput)
def merge(change: Change, said: MergeInput) -> None:
    """Cancel this order with a pointer to another of the same caller; other people's are only related."""
    other = _other(change, said.into, "into", lock=True)  # lest it be merged into this one meanwhile
    mine = taking.requester_phone_index(change.order.requester)
    same = other.requester_id == change.order.requester_id or (
        mine is not None and mine == taking.requester_phone_index(other.requester)
    )
    if not same:
        raise refuse("into", "other_requester", _("不是同一诉求人，请用“关联”，两件分别答复"))
    if other.stage in {*ENDED, Stage.DRAFT}:
        raise refuse("into", "ended", _("那件工单已经结束或未提交，并过去就没有人答复了"))
    link(change, other, LinkKind.MERGED_INTO)
    change.say(into=other.number)
    lapse_all(change)
    change.go(Stage.CANCELLED)


@effect("relate", RelateInput)
def relate(change: Change, said: RelateInput) -> None:
    """Note that two orders are about the same matter."""
    other = _other(change, said.other, "other")
    link(change, other, LinkKind.RELATED)
    change.say(other=other.number)


@effect("urge", UrgeInput)
def urge(change: Change, said: UrgeInput) -> None:
    """Press instead of opening a new order: the caller asked again about this one."""
    change.write(RecordKind.NOTE, {"urge": said.text})
    change.say(urges=change.count("urges"), call=change.masked(said.call_ref))


def open_orders_of_phone(phone: str) -> int:
    """Return how many orders of this caller are still open (for the desk's hint)."""
    index = requesters.phone_index(phone)
    return queries.open_orders_of(index).count() if index else 0
