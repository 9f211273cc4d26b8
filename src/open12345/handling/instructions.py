"""The leader's word on an order (批示, HAN-19): said by a leader, answered by the unit it was for, both on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.handling.forms import AnswerInstructionInput, InstructInput
from open12345.handling.models import Instruction
from open12345.orders import queries
from open12345.orders.acts import effect, only_where, rule
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.sight import Sight
from open12345.orders.stages import LIVE_STATES, RecordKind, Role


def unanswered(order: Any) -> QuerySet[Instruction]:
    """Return the instructions on an order that wait for an answer, oldest first."""
    return Instruction.objects.filter(order=order.pk, answered_at__isnull=True).order_by("pk")


def owed_by(order: Any, assignment: Any) -> QuerySet[Instruction]:
    """Return those that a unit has to answer, by its share of the order; without one, the centre."""
    return unanswered(order).filter(unit=assignment.unit_id if assignment is not None else None)


def waits(order: Any, assignment: Any) -> bool:
    """Say whether an answer is owed."""
    return owed_by(order, assignment).exists()


@rule("instruct")
def _may_instruct(change: Change, said: InstructInput) -> Iterator[Problem]:
    if said.unit and _unit(change, said.unit) is None:
        yield Problem("unit", "not_on_order", _("这个单位没有承办这件工单"))
    if said.reply_by is not None and said.reply_by <= change.at:
        yield Problem("reply_by", "past", _("回复期限已经过去"))


def _unit(change: Change, code: str) -> Unit | None:
    """Return a unit that has a share of the order now."""
    live = [a for a in change.assignments if a.round == change.order.round and a.state in LIVE_STATES]
    return next((a.unit for a in live if a.unit.code == code and a.role != Role.COPY), None)


@effect("instruct", InstructInput)
def instruct(change: Change, said: InstructInput) -> None:
    """Put a leader's word on the order."""
    record = change.write(RecordKind.NOTE, said.model_dump(mode="json"))
    change.batch.insert(Instruction(
        order=change.order, unit=_unit(change, said.unit), record=record.pk, by=change.by.ref,
        by_name=change.by.name, at=change.at, reply_by=said.reply_by,
    ))  # fmt: skip
    change.say(unit=said.unit)


def owed(change: Change) -> Instruction | None:
    """Return the oldest instruction that whoever acts has to answer: their unit's, or the centre's."""
    return owed_by(change.order, change.assignment).first()


@rule("answer_instruction")
def _may_answer(change: Change, said: AnswerInstructionInput) -> Iterator[Problem]:
    if owed(change) is None:
        yield Problem("__all__", "nothing_owed", _("没有需要您的单位回复的批示"))


@effect("answer_instruction", AnswerInstructionInput)
def answer_instruction(change: Change, said: AnswerInstructionInput) -> None:
    """Answer the oldest instruction to one's unit."""
    record = change.write(RecordKind.NOTE, said.model_dump(mode="json"))
    found = owed(change)
    if found is None:
        return
    found.answered_at, found.answer, found.answered_by = change.at, record.pk, change.by.name
    change.batch.update(found, "answered_at", "answer", "answered_by")
    change.say(instruction=found.pk, instructed_by=found.by)


only_where("answer_instruction", waits)


# Reading


@dataclass(frozen=True)
class ToldInstruction:
    """An instruction in words; `text` and `answer` as everybody may read them."""

    instruction: Instruction
    unit: str
    text: str
    answer: str


def on_top(sight: Sight) -> Mapping[str, Any] | None:
    """Return the instructions on an order, the open ones first; None where there are none."""
    rows = sight.hung(Instruction)[::-1]
    if not rows:
        return None
    told = [_told(sight, row) for row in rows]
    return {"instructions": sorted(told, key=lambda t: t.instruction.answered_at is not None), "sight": sight}


def _told(sight: Sight, row: Instruction) -> ToldInstruction:
    said, answer = (sight.records.get(pk or 0) for pk in (row.record, row.answer))
    return ToldInstruction(
        row, row.unit.name if row.unit else _("热线中心"),
        str(said.content.get("text", "")) if said else "", str(answer.content.get("text", "")) if answer else "",
    )  # fmt: skip


def of_leader(person: Person, *, answered: bool) -> QuerySet[Instruction]:
    """Return what a leader said on orders that exist for them, the oldest first."""
    own = Instruction.objects.filter(by=person.ref or 0, order__in=queries.visible_to(person))
    return own.filter(answered_at__isnull=not answered).select_related("order__lead_unit", "unit")
