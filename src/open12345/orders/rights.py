"""Who may do what to an order now: the life-cycle table applied to one person and one order.

`check` raises with the reason; `offers` lists every action of the stage with "allowed" or why not, for buttons and API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.directory.roles import CENTRE_ROLES
from open12345.orders.acts import fits, registered
from open12345.orders.errors import Conflict, DomainError, NotAllowed
from open12345.orders.lifecycle import ACTIONS, Action, Relation, Who
from open12345.orders.models import Application, Assignment, WorkOrder
from open12345.orders.stages import LIVE_STATES, ApplicationState, Stage
from open12345.policy import Pack
from open12345.policy.applications import ApplicationRule

_CLERKS = frozenset({"clerk", "approver"})
_ROOT_SLASHES = 2  # "/centre/"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a right depends on: the order with its parts, and the pack in force."""

    order: WorkOrder
    pack: Pack
    assignments: Sequence[Assignment]
    applications: Sequence[Application]

    def assignment(self, pk: int | None) -> Assignment | None:
        """Return the assignment of the present round with this id; what an earlier round gave is done with."""
        return next((a for a in self.assignments if a.pk == pk and a.round == self.order.round), None)


@dataclass(frozen=True, slots=True)
class Offer:
    """An action as it stands before one person: allowed, or why not."""

    action: Action
    allowed: bool
    why_not: str = ""
    assignment: Assignment | None = None
    application: Application | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what a person's right rests: as which unit they act."""

    relation: Relation
    unit_id: int | None


def grounds(
    scene: Scene, action: Action, person: Person, assignment: Assignment | None, application: Application | None
) -> Grounds | None:
    """Return why `person` may take `action` here, None where nothing entitles them."""
    for who in action.who:
        unit = _BY_RELATION[who.relation](scene, who, person, assignment, application)
        if unit is not None:
            return Grounds(who.relation, unit or None)
    return None


def _system(scene: Scene, who: Who, person: Person, *_parts: object) -> int | None:
    return 0 if person.kind == "system" else None


def _author(scene: Scene, who: Who, person: Person, *_parts: object) -> int | None:
    own = person.ref is not None and person.ref == scene.order.created_by
    return (person.unit_id or 0) if own else None


def _centre(scene: Scene, who: Who, person: Person, *_parts: object) -> int | None:
    return _post_unit(person, who.roles, None)


def _assignee(
    scene: Scene, who: Who, person: Person, assignment: Assignment | None, application: Application | None
) -> int | None:
    return _post_unit(person, who.roles, assignment.unit_id) if assignment else None


def _parent(
    scene: Scene, who: Who, person: Person, assignment: Assignment | None, application: Application | None
) -> int | None:
    above = scene.assignment(assignment.parent_id) if assignment else None
    return _post_unit(person, who.roles, above.unit_id) if above else None


def _post_unit(person: Person, roles: frozenset[str], unit_id: int | None) -> int | None:
    """Return the unit of the post on which a right rests; without `unit_id`, a post of the centre."""
    for role, unit, path in person.posts:
        if role in roles and (unit == unit_id if unit_id is not None else _of_centre(role, path)):
            return unit or 0
    return None


def _of_centre(role: str, path: str) -> bool:
    """Say whether a post acts for the centre: by its role, which is held nowhere else, or in the root of the units.

    A pack may let another role decide in the centre; a unit's post of the same name has no say there.
    """
    return role in CENTRE_ROLES or path.count("/") == _ROOT_SLASHES


def _decider(
    scene: Scene, who: Who, person: Person, assignment: Assignment | None, application: Application | None, *,
    recall: bool = False,
) -> int | None:  # fmt: skip
    """Two pairs of eyes: who asked never decides (architecture.md, "Application")."""
    if application is None or (person.ref is not None and person.ref == application.asked_by):
        return None
    found = scene.pack.applications.get(application.kind)
    if found is None or _by_call(found, application) != recall:
        return None  # where the pack now in force knows no such application, only who asked may withdraw it
    step = found.steps[min(application.step, len(found.steps) - 1)]
    asked = scene.assignment(application.assignment_id)
    above = scene.assignment(asked.parent_id) if asked else None
    if step.of == "own_unit":
        own = _post_unit(person, frozenset(step.roles), application.asked_unit_id)
        if own is not None or above is None:
            return own
        return _post_unit(person, frozenset(step.roles), above.unit_id)  # a station has no leader of its own
    if above is not None:  # what was handed down goes back to whoever handed it down
        return _post_unit(person, _CLERKS, above.unit_id)
    return _post_unit(person, frozenset(step.roles), None)


def _by_call(found: ApplicationRule, application: Application) -> bool:
    """Say whether the present step is decided by calling the citizen again."""
    return found.steps[min(application.step, len(found.steps) - 1)].code == "recall"


def _recaller(
    scene: Scene, who: Who, person: Person, assignment: Assignment | None, application: Application | None
) -> int | None:
    """The last check of an appeal is a call: it is recorded with its outcome, not consented to."""
    return _decider(scene, who, person, assignment, application, recall=True)


def _applicant(
    scene: Scene, who: Who, person: Person, assignment: Assignment | None, application: Application | None
) -> int | None:
    if application is None:
        return None
    if person.ref is not None and person.ref == application.asked_by:
        return application.asked_unit_id or 0
    return _post_unit(person, _CLERKS, application.asked_unit_id or -1)


#: How each relation is established: the unit id for which the person fulfils it (0: no unit), None where not.
_BY_RELATION: Mapping[Relation, Callable[..., int | None]] = {
    Relation.SYSTEM: _system,
    Relation.AUTHOR: _author,
    Relation.CENTRE: _centre,
    Relation.ASSIGNEE: _assignee,
    Relation.PARENT: _parent,
    Relation.DECIDER: _decider,
    Relation.RECALLER: _recaller,
    Relation.APPLICANT: _applicant,
}


def check(
    scene: Scene, action: Action, person: Person, assignment: Assignment | None, application: Application | None
) -> Grounds:
    """Return the grounds of `person` for `action`; raises `Conflict` (not now) or `NotAllowed` (not you)."""
    _check_stage(scene.order, action)
    if action.states:
        _check_assignment(action, assignment)
    if action.on_application and (application is None or application.state != ApplicationState.PENDING):
        raise Conflict(_("没有待审批的申请，可能已被处理"), code="no_pending_application")
    found = grounds(scene, action, person, assignment, application)
    if found is None:
        raise NotAllowed(_("您的岗位不能对这件工单“%(action)s”") % {"action": action.title})
    if found.relation is Relation.ASSIGNEE and scene.order.confidential and not action.confidential_ok:
        raise NotAllowed(_("保密工单由中心代为联系和答复"), code="confidential")
    if scene.order.locked_by and not action.while_locked:
        raise Conflict(_("有一项申请待审批，工单暂时锁定"), code="locked", facts={"application": scene.order.locked_by})
    return found


def _check_stage(order: WorkOrder, action: Action) -> None:
    stage = Stage(order.stage)
    if stage not in action.moves:
        text = _("工单现在是“%(stage)s”，不能“%(action)s”")
        raise Conflict(
            text % {"stage": stage.label, "action": action.title}, code="wrong_stage", facts={"stage": stage}
        )


def _check_assignment(action: Action, assignment: Assignment | None) -> None:
    if assignment is None:
        raise NotAllowed(_("您的单位没有承办这件工单"), code="no_assignment")
    if assignment.state not in action.states:
        text = _("本单位的承办现在是“%(state)s”，不能“%(action)s”")
        state = assignment.get_state_display()
        raise Conflict(text % {"state": state, "action": action.title}, code="wrong_state")
    if assignment.role not in action.roles:
        raise NotAllowed(_("只有主办单位能这样做"), code="wrong_role")


def own_assignment(scene: Scene, action: Action, person: Person) -> Assignment | None:
    """Return the assignment a person most likely means: theirs, in a state the action needs, newest first."""
    mine = [a for a in reversed(scene.assignments) if _is_mine(scene, action, person, a)]
    ready = [a for a in mine if a.state in action.states and a.role in action.roles]
    return next(iter(ready or mine), None)


def standing(scene: Scene, action: Action, person: Person) -> Assignment | None:
    """Return for which assignment a person does what concerns the order as a whole (a note, a file, unmasking).

    None for the centre, and for a unit whose share was returned or taken back: it has no say any more.
    """
    if grounds(scene, action, person, None, None) is not None:
        return None
    live = (a for a in reversed(scene.assignments) if a.state in LIVE_STATES)
    return next((a for a in live if _is_mine(scene, action, person, a)), None)


def _is_mine(scene: Scene, action: Action, person: Person, assignment: Assignment) -> bool:
    return assignment.round == scene.order.round and grounds(scene, action, person, assignment, None) is not None


def offers(scene: Scene, person: Person) -> Iterator[Offer]:
    """Yield each action of the order's stage as it stands before `person`, own assignments one by one."""
    stage = Stage(scene.order.stage)
    for action in ACTIONS.values():
        if stage in action.moves and action.offered and action.name in registered():
            yield from offers_of(scene, action, person)


def offers_of(scene: Scene, action: Action, person: Person) -> Iterator[Offer]:
    """Yield one action as it stands before `person`, at each of its targets; nothing where it is not theirs."""
    if action.on_application:
        pending = [a for a in scene.applications if a.state == ApplicationState.PENDING]
        targets: list[tuple[Assignment | None, Application | None]] = [(None, a) for a in pending]
    elif action.states:
        mine = [a for a in scene.assignments if _is_mine(scene, action, person, a)]
        ready = [a for a in mine if a.state in action.states and a.role in action.roles]
        targets = [(a, None) for a in ready or mine[-1:]]
    else:
        targets = [(standing(scene, action, person), None)]
    for assignment, application in targets:
        offer = _offer(scene, action, person, assignment, application)
        if offer is not None:
            yield offer


def _offer(
    scene: Scene, action: Action, person: Person, assignment: Assignment | None, application: Application | None
) -> Offer | None:
    found = grounds(scene, action, person, assignment, application)
    if found is None or not fits(action.name, scene.order, assignment):
        return None  # never theirs to do, or nothing to do it to: no button, not a grey one
    try:
        check(scene, action, person, assignment, application)
    except DomainError as error:
        return Offer(action, allowed=False, why_not=error.message, assignment=assignment, application=application)
    return Offer(action, allowed=True, assignment=assignment, application=application)
