"""A share of the orders that were answered at once is called about (CAL-11): drawn so that everybody can redo it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from open12345.callback.forms import CheckAnswerInput
from open12345.callback.models import DirectCheck
from open12345.directory.person import Person
from open12345.orders import queries
from open12345.orders.acts import effect, only_where, rule, subscribe
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.models import WorkOrder
from open12345.orders.stages import RecordKind, Stage
from open12345.policy import Pack


def is_drawn(number: str, share: float) -> bool:
    """Say whether an order is in the sample: by its number alone, so that no hand can move the draw."""
    digest = sha256(f"direct answer {number}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def draw(change: Change) -> None:
    """Draw from what was just answered at once; a draw that still waits from before the order was reopened serves."""
    share = change.pack.callback.direct_share
    waiting = DirectCheck.objects.filter(order=change.order.pk, done_at__isnull=True)
    if is_drawn(change.order.number, share) and not waiting.exists():
        change.batch.insert(DirectCheck(order=change.order, drawn_at=change.at, share=share))


def open_checks() -> QuerySet[DirectCheck]:
    """Return the checks that wait for a call; an order that was opened again needs none."""
    return DirectCheck.objects.filter(done_at__isnull=True, order__stage=Stage.CLOSED)


def to_check(person: Person) -> QuerySet[WorkOrder]:
    """Return the orders drawn that exist for `person`."""
    waiting = open_checks().filter(order=OuterRef("pk"))
    return queries.visible_to(person).filter(Exists(waiting), stage=Stage.CLOSED)


def to_reopen(person: Person) -> QuerySet[WorkOrder]:
    """Return the closed orders whose check suggests to open them again."""
    found = DirectCheck.objects.filter(order=OuterRef("pk"), unhappy=True)
    return queries.visible_to(person).filter(Exists(found), stage=Stage.CLOSED)


def waits(order: Any, _assignment: object = None) -> bool:
    """Say whether the order waits for a check."""
    return order.stage == Stage.CLOSED and open_checks().filter(order=order.pk).exists()


@rule("check_answer")
def _may_check(change: Change, said: CheckAnswerInput) -> Iterator[Problem]:
    if not waits(change.order):
        yield Problem("__all__", "not_drawn", _("这件工单没有抽中，或已经抽查"))
    if said.ended != "connected":
        return
    for name in ("heard", "solved", "satisfied"):
        if not getattr(said, name):
            yield Problem(name, "missing", _("请询问并填写"))
    level = change.pack.callback.level(said.satisfied)
    if level is not None and not level.satisfied and not said.cause:
        yield Problem("cause", "missing", _("请填写不满意的原因"))


def unhappy(pack: Pack, said: CheckAnswerInput) -> bool:
    """Say whether the order should be opened again: not solved, or not satisfied."""
    if said.ended != "connected":
        return False
    solved, level = pack.callback.solved_option(said.solved), pack.callback.level(said.satisfied)
    return (solved is not None and not solved.counts_as_solved) or (level is not None and not level.satisfied)


@effect("check_answer", CheckAnswerInput)
def check_answer(change: Change, said: CheckAnswerInput) -> None:
    """Keep what the citizen said of an answer given at once; a supervisor decides what follows."""
    connected, bad = said.ended == "connected", unhappy(change.pack, said)
    change.write(RecordKind.CALLBACK, {**said.model_dump(mode="json"), "connected": connected})
    if connected:
        change.set(solved=said.solved, satisfied=said.satisfied)
    for check in open_checks().filter(order=change.order):
        check.done_at, check.by, check.connected = change.at, change.by.ref, connected
        check.heard, check.solved, check.satisfied, check.unhappy = said.heard, said.solved, said.satisfied, bad
        names = ("done_at", "by", "connected", "heard", "solved", "satisfied", "unhappy")
        change.batch.update(check, *names)
    change.say(valid=connected, solved=said.solved, satisfied=said.satisfied, supervise=bad or None)


subscribe("answer_directly", draw)
only_where("check_answer", waits)
