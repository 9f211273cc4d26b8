"""The only two ways to change an order: `create` brings one into the world, `perform` does one action to it.

Each is one transaction: door and lock → replay of a retried key → right → input and rules → effect → clocks →
event → jobs. Loss of a race is a `Conflict` that tells what happened; nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.orders import queries, rights
from open12345.orders.acts import Input, act_of, rules_of, subscribers_of, tasks_after
from open12345.orders.change import Change
from open12345.orders.errors import Conflict, NotAllowed, NotFound, Problem, Refused
from open12345.orders.idempotency import Key, key_of, lost_race
from open12345.orders.inputs import problems_of, readable_part
from open12345.orders.lifecycle import ACTIONS, Action
from open12345.orders.models import Application, Assignment, Clock, Requester, WorkOrder
from open12345.orders.store import Job, allocate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action led to; a retry with the same key gets the same one, marked `replayed`."""

    order_id: int
    number: str
    action: str
    stage: str
    seq: int
    at: str
    more: dict[str, Any] = field(default_factory=dict)
    replayed: bool = False

    def stored(self) -> dict[str, Any]:
        """Return what is kept for a retry."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "replayed"}


@dataclass(frozen=True, slots=True)
class Aim:
    """At what an action is aimed, beyond the order itself, and what the sender knows of it."""

    assignment: int | None = None
    application: int | None = None
    expected: int | None = None  # the seq the sender has seen; another one is a Conflict
    client_at: datetime | None = None


NOWHERE = Aim()


@dataclass(frozen=True, slots=True)
class Read:
    """What was filled in, as far as it could be read, and what could not."""

    said: Input
    problems: tuple[Problem, ...] = ()

    def news(self, broken: Iterable[Problem]) -> list[Problem]:
        """Return the broken rules but those about fields that could not be read: of them the mistake itself is told."""
        known = {_top(problem) for problem in self.problems}
        return [problem for problem in broken if _top(problem) not in known]


def _top(problem: Problem) -> str:
    return problem.field.partition(".")[0]


def create(
    name: str, said: Mapping[str, Any], *, by: Person, at: datetime, key: str = "", client_at: datetime | None = None
) -> Outcome:
    """Bring an order into the world by the creating action `name` (`register`, `save_draft`).

    Raises `Refused` with every field that is wrong, `NotAllowed`.
    """
    action = ACTIONS[name]
    if not action.creates:
        raise Conflict(_("这个动作不能新建工单"), code="wrong_stage")
    read = _read(action, said)

    def first_time(tried: Key | None) -> Outcome:
        requester_id, order_id = allocate(Requester, WorkOrder)
        version, pack = packs.pack_at(at)
        order = WorkOrder(pk=order_id, requester_id=requester_id, created_at=at, created_by=by.ref)
        change = Change(order, action, by, at, pack, version, client_at=client_at, new=True)
        found = rights.grounds(rights.Scene(order, pack, [], []), action, by, None, None)
        if found is None:
            raise NotAllowed(_("您的岗位不能“%(action)s”") % {"action": action.title})
        change.unit_id = found.unit_id
        change.batch.insert(order)
        return _carry_out(change, read, tried)

    return _once(key_of(by, key, name, said), by, first_time)


def perform(
    number: str, name: str, said: Mapping[str, Any], *, by: Person, at: datetime, key: str = "", aim: Aim = NOWHERE
) -> Outcome:
    """Do the action `name` to the order `number` as `by` at `at`.

    Raises `NotFound` (does not exist for this person), `NotAllowed` (not theirs to do), `Conflict` (not now, or
    somebody was first), `Refused` (fields or rules).
    """
    action = ACTIONS.get(name)
    if action is None or action.creates:
        raise NotFound(_("没有这个动作"), code="no_such_action")

    def first_time(tried: Key | None) -> Outcome:
        order = queries.get_for(by, number, lock=True)
        if tried is not None and (first := tried.first_outcome()):
            return Outcome(**first, replayed=True)  # whoever held the lock before us had the same key
        change = _open(order, action, by, max(at, order.changed_at), aim)
        return _carry_out(change, _read(action, said), tried)

    return _once(key_of(by, key, f"{number}/{name}/{aim.assignment}/{aim.application}", said), by, first_time)


def _once(tried: Key | None, by: Person, first_time: Callable[[Key | None], Outcome], *, again: bool = True) -> Outcome:
    """Run `first_time` in a transaction, or return the outcome of an earlier try with the same key.

    Who loses a race to a unique index looks once more: at the winner's outcome, or at what the rules say now.
    """
    if earlier := _replayed(tried, by):
        return earlier
    try:
        with transaction.atomic():
            return first_time(tried)
    except IntegrityError as error:
        if not (again and lost_race(error)):
            raise
    except Refused:
        if earlier := _replayed(tried, by):  # what stands in the way is what this very try has made
            return earlier
        raise
    return _once(tried, by, first_time, again=False)


def _replayed(tried: Key | None, by: Person) -> Outcome | None:
    """Return the first outcome again, to whom it was told and for whom the order still exists; else `NotFound`."""
    first = tried.first_outcome() if tried is not None else None
    if not first:
        return None
    if not queries.visible_to(by).filter(pk=first["order_id"]).exists():
        raise NotFound(_("没有这件工单"))
    return Outcome(**first, replayed=True)


def _open(order: WorkOrder, action: Action, by: Person, at: datetime, aim: Aim) -> Change:
    """Load what the change works on and check the right to it."""
    version, pack = packs.pack_at(at)
    scene = queries.scene_of(order, pack)
    assignment, application = _aimed(scene, action, by, aim)
    if aim.expected is not None and aim.expected != order.head_seq:
        raise _overtaken(order)
    found = rights.check(scene, action, by, assignment, application)
    return Change(
        order, action, by, at, pack, version,
        assignments=list(scene.assignments),
        clocks=list(Clock.objects.filter(order=order, stopped_at__isnull=True).order_by("pk")),
        assignment=assignment, application=application, unit_id=found.unit_id,
        client_at=aim.client_at, stage_from=order.stage,
    )  # fmt: skip


def _aimed(scene: rights.Scene, action: Action, by: Person, aim: Aim) -> tuple[Assignment | None, Application | None]:
    application = next((a for a in scene.applications if a.pk == aim.application), None)
    if action.on_application and aim.application is None:
        pending = [a for a in scene.applications if a.state == "pending"]
        mine = [a for a in pending if rights.grounds(scene, action, by, None, a)]
        application = next(iter(mine or pending), None)
    if application is not None and action.on_application:
        return scene.assignment(application.assignment_id), application
    if not action.states:
        return rights.standing(scene, action, by), None
    if aim.assignment is not None:
        return scene.assignment(aim.assignment), None
    return rights.own_assignment(scene, action, by), None


def _overtaken(order: WorkOrder) -> Conflict:
    last = queries.timeline(order).last()
    who, what = (last.actor_name, ACTIONS[last.action].title) if last else ("", "")
    text = _("您打开之后，%(who)s 已经“%(what)s”；您填写的内容还在，请核对后再提交")
    return Conflict(text % {"who": who, "what": what}, code="overtaken", facts={"seq": order.head_seq})


def _carry_out(change: Change, read: Read, tried: Key | None) -> Outcome:
    broken = [p for rule in rules_of(change.action.name) for p in rule(change, read.said)]
    if problems := (*read.problems, *read.news(broken)):
        raise Refused(problems)
    act_of(change.action.name).run(change, read.said)
    change.stop_by_table()
    for handler in subscribers_of(change.action.name):
        handler(change)
    seq = 1 if change.new else change.order.head_seq + 1
    for task in tasks_after(change.action.name):
        change.batch.enqueue(Job(task, {"order_id": change.order.pk, "seq": seq}))
    outcome = _outcome(change, seq)
    if tried is not None:
        change.batch.insert(tried.row(outcome.stored(), change.at))
    change.finish()
    return outcome


def _outcome(change: Change, seq: int) -> Outcome:
    order = change.order
    more = {k: v for k, v in change.facts.items() if isinstance(v, int | str | list) and "digest" not in k}
    return Outcome(order.pk, order.number, change.action.name, str(order.stage), seq, change.at.isoformat(), more)


def _read(action: Action, said: Mapping[str, Any]) -> Read:
    """Read what was filled in; raises `Refused` only where not even a part of it makes sense."""
    model = act_of(action.name).input
    try:
        return Read(model.model_validate(dict(said)))
    except ValidationError as error:
        part, problems = readable_part(model, said, error), tuple(problems_of(error))
        if part is None:
            raise Refused(problems) from error
        return Read(part, problems)
