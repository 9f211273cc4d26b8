"""Who may do what when: every action, in every situation, by everybody, against the table read independently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from open12345.callback.models import DirectCheck
from open12345.directory.models import Unit
from open12345.directory.person import SYSTEM, Person
from open12345.directory.roles import CENTRE_ROLES, STAFF_ROLES, UNIT_ROLES
from open12345.dispatch.direct import needs_of
from open12345.handling.models import Instruction
from open12345.orders import acts, queries, rights, services
from open12345.orders.errors import Conflict, DomainError, NotAllowed, Refused
from open12345.orders.lifecycle import ACTIONS, Action, Relation
from open12345.orders.models import Application, Assignment, WorkOrder
from open12345.orders.services import NOWHERE
from open12345.orders.stages import LIVE_STATES, Stage
from tests.cast import Town
from tests.orders.scenes import (
    CHILD,
    CO_HANDLER,
    LATE_VERIFIER,
    OWN,
    PARENT,
    PATIENCE,
    SAMPLED,
    SCENES,
    SIBLING,
    STRANGER,
    VERIFIER,
    Place,
    sample,
)
from tests.orders.walks import flaws

ALLOWED = "allowed"
UNITS = (OWN, CHILD, SIBLING, PARENT, STRANGER, CO_HANDLER, VERIFIER, LATE_VERIFIER)
#: Moves that the superset table allows and no order of this pack makes.
NEVER_MADE = {
    ("submit_report", Stage.HANDLING, Stage.CALLBACK): "only a pack without review",
    ("submit_report", Stage.HANDLING, Stage.REPORTED_UP): "only a pack without review",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who holds one role in one unit."""

    person: Person
    role: str
    unit: str

    @property
    def label(self) -> str:
        return f"{self.role}@{self.unit}"


def actors(town: Town) -> Iterator[Actor]:
    """Everybody: each role, the unit's roles in every relation to the lead, the platform itself, a citizen."""
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=UNITS)}
    ids = iter(range(900_000, 999_999))
    for role in sorted(STAFF_ROLES):
        for code in UNITS if role in UNIT_ROLES else (PARENT,):
            unit = units[code]
            post = (role, unit.pk, unit.path)
            person = Person("staff", next(ids), f"{role}@{code}", frozenset({role}), unit.pk, unit.path, (post,))
            yield Actor(person, role, code)
    yield Actor(town.person("agent"), "agent", PARENT)  # the author of every order
    yield Actor(town.person(f"clerk.{OWN}"), "clerk", OWN)  # who asked for every application
    yield Actor(Person("citizen", 7, "市民", frozenset({"citizen"})), "citizen", "")
    yield Actor(SYSTEM, "system", "")


@dataclass(frozen=True, slots=True)
class Scene:
    """What the table's reader knows of an order: read anew, without the domain's own rights."""

    order: WorkOrder
    shares: list[Assignment]
    pending: Application | None
    given: list[str]  # paths of the units that were ever given the order

    @classmethod
    def of(cls, order: WorkOrder) -> Scene:
        ever = list(order.assignments.select_related("unit", "parent__unit"))
        pending = order.applications.filter(state="pending").select_related("asked_unit").first()
        return cls(order, [s for s in ever if s.round == order.round], pending, [s.unit.path for s in ever])


def verdict(scene: Scene, action: Action, actor: Actor, town: Town) -> set[str]:  # noqa: PLR0911 - a list of cases
    """What must come of it by the words of order.md and product.md; two answers where both are true."""
    if action.creates or not sees(scene, actor):
        return {"NotFound"}
    if scene.order.stage not in action.moves:
        return {"Conflict"}
    if action.on_application and scene.pending is None:
        return {"Conflict"}
    mine = [s for s in scene.shares if holds_share(action, actor, s)]
    central = any(entitled(scene, who.relation, who.roles, actor, town) for who in action.who)
    if not central and (why_not := shares_forbid(action, mine)):
        return why_not
    if scene.order.confidential and not action.confidential_ok and not central:
        return {"NotAllowed"}
    if scene.order.locked_by and not action.while_locked:
        return {"Conflict"}
    return {ALLOWED}


def refused_anyway(scene: Scene, action: Action, actor: Actor) -> bool:
    """Whether it is refused in every situation of this stage."""
    return action.creates or not sees(scene, actor) or scene.order.stage not in action.moves


def shares_forbid(action: Action, mine: list[Assignment]) -> set[str]:
    """Why no share of the order lets its unit act: none, not in a fitting state, or not in a fitting role."""
    if not action.states:
        return set() if [s for s in mine if s.state in LIVE_STATES] else {"NotAllowed"}
    if [s for s in mine if s.state in action.states and s.role in action.roles]:
        return set()
    return {"Conflict" if s.state not in action.states else "NotAllowed" for s in mine} or {"NotAllowed"}


def sees(scene: Scene, actor: Actor) -> bool:
    if actor.role == "system":
        return True
    if actor.role in CENTRE_ROLES:
        return scene.order.stage != Stage.DRAFT or actor.person.id == scene.order.created_by
    return actor.role in UNIT_ROLES and any(path.startswith(actor.person.unit_path) for path in scene.given)


def holds_share(action: Action, actor: Actor, share: Assignment) -> bool:
    by_relation = {Relation.ASSIGNEE: share.unit.code, Relation.PARENT: share.parent and share.parent.unit.code}
    return any(by_relation.get(w.relation) == actor.unit and actor.role in w.roles for w in action.who)


def entitled(  # noqa: PLR0911 - a list of cases
    scene: Scene, relation: Relation, roles: frozenset[str], actor: Actor, town: Town
) -> bool:
    asked = scene.pending
    if relation is Relation.SYSTEM:
        return actor.role == "system"
    if relation is Relation.CENTRE:
        return actor.role in roles and actor.unit == PARENT
    if relation is Relation.AUTHOR:
        return actor.person.id == scene.order.created_by and actor.person.kind == "staff"
    if relation is Relation.APPLICANT and asked is not None and asked.asked_unit is not None:
        is_asker = actor.person.id == asked.asked_by
        return is_asker or (actor.role in {"clerk", "approver"} and actor.unit == asked.asked_unit.code)
    deciding = relation in {Relation.DECIDER, Relation.RECALLER}
    if deciding and asked is not None and asked.asked_unit is not None:
        step = town.pack.applications[asked.kind].steps[asked.step]
        if (step.code == "recall") != (relation is Relation.RECALLER):
            return False
        in_place = actor.unit == (asked.asked_unit.code if step.of == "own_unit" else PARENT)
        return actor.role in step.roles and in_place and actor.person.id != asked.asked_by
    return False


def said_no(scene: rights.Scene, action: Action, actor: Actor) -> str:
    """What the domain answers to somebody who sees the order, before it looks at the input; nothing is done."""
    try:
        assignment, application = services._aimed(scene, action, actor.person, NOWHERE)
        rights.check(scene, action, actor.person, assignment, application)
    except (NotAllowed, Conflict) as refusal:
        return type(refusal).__name__
    return ALLOWED


def done(place: Place, action: Action, actor: Actor) -> str:
    """What comes of really doing it; undone afterwards."""
    number, at = place.order.number, place.town.now + PATIENCE.get(action.name, PATIENCE["archive"] * 0)
    said = sample(action.name, place, actor.unit)
    try:
        with transaction.atomic():
            outcome = services.perform(number, action.name, said, by=actor.person, at=at)
            stored = WorkOrder.objects.get(number=number)
            assert stored.stage == outcome.stage
            assert stored.head_seq == outcome.seq
            raise _Undo(outcome.stage)  # noqa: TRY301 - how a savepoint is left
    except _Undo as undo:
        return str(undo)
    except DomainError as refusal:
        return type(refusal).__name__ if not isinstance(refusal, Refused) else f"Refused {refusal.message}"


def ruled_out(action: str, unit: str, place: Place) -> bool:
    """Whether a rule of the pack, not a right, stands against what the person may do."""
    pending = set(place.order.applications.filter(state="pending").values_list("kind", flat=True))
    return {
        "answer_directly": place.order.kind != "inquiry",
        "check_answer": not DirectCheck.objects.filter(order=place.order).exists(),
        "answer_instruction": unit != PARENT or not Instruction.objects.filter(order=place.order).exists(),
        "apply": unit == CO_HANDLER,
        "appeal": "appraisal_appeal" in pending,
        "archive": bool(pending),
        "undo_dispatch": place.order.events.get(seq=place.order.head_seq).action not in ("dispatch", "send_directly"),
        "send_directly": not needs_of(place.town.pack, place.order),
        "hand_down": unit != OWN,
        "ask_centre": "withdrawal" in pending or (place.order.origin == "upper" and place.order.stage != "accepted"),
    }.get(action, False)


class _Undo(Exception):
    """Rolls an action back once it has been looked at."""


@pytest.fixture(params=SCENES, ids=lambda name: name.replace(" ", "_"))
def place(request: pytest.FixtureRequest, town: Town) -> Place:
    other = town.register()
    number = SCENES[request.param](town)
    return Place(town, town.order(number), other, plain=request.param in Stage.values)


def test_every_stage_has_a_plain_scene() -> None:
    assert set(Stage.values) <= set(SCENES)


def test_every_action_has_an_effect_and_a_sample() -> None:
    assert acts.registered() == frozenset(ACTIONS) == SAMPLED


def test_everybody_is_allowed_or_refused_as_the_table_says(place: Place) -> None:
    scene, domain = Scene.of(place.order), queries.scene_of(place.order, place.town.pack)
    differs = []
    for actor in actors(place.town):
        visible = queries.visible_to(actor.person).filter(pk=place.order.pk).exists()
        for action in ACTIONS.values():
            expected = verdict(scene, action, actor, place.town)
            found = said_no(domain, action, actor) if visible and not action.creates else "NotFound"
            if found not in expected:
                differs.append(f"{actor.label} {action.name}: {found}, not {expected}")
    assert differs == []


def test_what_is_allowed_moves_the_order_as_the_table_says(place: Place) -> None:
    """Really done by somebody of each unit; and refused to somebody for each reason.

    Refusals for the stage alone, or to who does not see the order, are really tried in the plain scene of the stage.
    """
    scene = Scene.of(place.order)
    wrong, tried = [], set()
    for actor in actors(place.town):
        for action in ACTIONS.values():
            expected = verdict(scene, action, actor, place.town)
            kind = (action.name, actor.unit if expected == {ALLOWED} else "", *expected)
            if kind in tried or (not place.plain and refused_anyway(scene, action, actor)):
                continue
            tried.add(kind)
            found = done(place, action, actor)
            if not _as_expected(found, expected, action, actor, place):
                wrong.append(f"{actor.label} {action.name}: {found}, not {expected}")
    assert wrong == []


def _as_expected(found: str, expected: set[str], action: Action, actor: Actor, place: Place) -> bool:
    if expected == {ALLOWED} and ruled_out(action.name, actor.unit, place):
        return found.startswith("Refused")
    if expected == {ALLOWED}:
        return found in action.moves.get(Stage(place.order.stage), ())
    return found in expected


def test_no_row_of_the_table_is_idle(town: Town) -> None:
    """Every move of the table is made by somebody in some situation."""
    wanted = {(a.name, s, t) for a in ACTIONS.values() for s, targets in a.moves.items() if s for t in targets}
    for build in SCENES.values():
        place = Place(town, town.order(build(town)), town.register())
        scene, source = Scene.of(place.order), Stage(place.order.stage)
        for actor in actors(town):
            for action in ACTIONS.values():
                missing = any(name == action.name and stage == source for name, stage, _target in wanted)
                if missing and verdict(scene, action, actor, town) == {ALLOWED}:
                    wanted.discard((action.name, source, done(place, action, actor)))
    assert wanted == set(NEVER_MADE)


@pytest.mark.nightly
def test_everybody_really_tries_everything(place: Place) -> None:
    scene = Scene.of(place.order)
    wrong = []
    for actor in actors(place.town):
        for action in ACTIONS.values():
            expected = verdict(scene, action, actor, place.town)
            found = done(place, action, actor)
            if not _as_expected(found, expected, action, actor, place):
                wrong.append(f"{actor.label} {action.name}: {found}, not {expected}")
    assert wrong == []
    assert flaws() == []
