"""From the domain's rows to the shapes of the API; masks what the caller may not read."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from django.utils.translation import get_language

from open12345.api import shapes
from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.orders import clocks, privacy, queries, requesters
from open12345.orders.acts import act_of
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Application, Assignment, Clock, Event, Record, WorkOrder
from open12345.orders.rights import Offer, Scene
from open12345.orders.services import Outcome
from open12345.policy import Pack

#: Facts of an action that say nothing to a client: digests that history alone needs.
_OWN_FACTS = frozenset({"text", "record_digest"})
#: Facts that name other orders: for the centre, which sees them all.
_OTHER_ORDERS = frozenset({"caller_open", "repeat_of", "same_call", "other", "into", "parts", "twin"})

_ROW = (
    "number", "origin", "channel", "kind", "order_type", "category", "urgency", "title", "stage", "round",
    "confidential", "accepted_at", "closed_at", "due_at", "changed_at",
)  # fmt: skip
_MORE = (
    "place", "body", "dispatched_at", "contacted_at", "answered_at", "submitted_at", "upper_due_at", "outcome",
    "solved", "satisfied", "locked_by",
)  # fmt: skip


def language() -> str:
    """Return "zh" or "en", whichever the reader asked for."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def done(outcome: Outcome) -> shapes.Done:
    """Show what an action led to."""
    more = {name: value for name, value in sorted(outcome.more.items()) if name not in _OWN_FACTS | {"twin"}}
    return shapes.Done(
        number=outcome.number, action=outcome.action, stage=outcome.stage, seq=outcome.seq,
        at=datetime.fromisoformat(outcome.at), more=more,
    )  # fmt: skip


def row(order: WorkOrder, now: datetime) -> shapes.OrderRow:
    """Show an order in a list (`area` and `lead_unit` are at hand)."""
    return shapes.OrderRow(**_row(order, now))


def _row(order: WorkOrder, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(order, name) for name in _ROW}
    return values | {
        "area": order.area.code if order.area else "",
        "lead_unit": _unit(order.lead_unit) if order.lead_unit else None,
        "late": order.due_at is not None and order.due_at < now,
        "seq": order.head_seq,
    }


def _unit(unit: Unit) -> shapes.UnitShape:
    return shapes.UnitShape(code=unit.code, name=unit.name)


def order(found: WorkOrder, scene: Scene, person: Person, now: datetime) -> shapes.OrderShape:
    """Show an order as `person` may see it."""
    pack = scene.pack
    for assignment in scene.assignments:  # their units are at hand
        if assignment.unit_id == found.lead_unit_id:
            found.lead_unit = assignment.unit
    point = privacy.shown_point(found, person)
    return shapes.OrderShape(
        **_row(found, now),
        **{name: getattr(found, name) for name in _MORE},
        stage_title=str(found.get_stage_display()),
        category_path=pack.category_path(found.category),
        area_path=pack.area_path(found.area.code) if found.area else "",
        requester=_requester(found, person),
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        clocks=[_clock(pack, clock, now) for clock in queries.clocks_of(found)],
        assignments=[_assignment(a) for a in scene.assignments],
        applications=[_application(a) for a in scene.applications],
        links=_links(found, person),
        foreign_numbers=[shapes.ForeignShape(system=f.system, number=f.number) for f in found.foreign_numbers.all()],
    )


def _requester(found: WorkOrder, person: Person) -> shapes.RequesterShape | None:
    """Nobody but the centre sees anything of the caller of a confidential order (order.md)."""
    if found.confidential and not person.is_centre:
        return None
    who, requester = requesters.masked(found.requester), found.requester
    return shapes.RequesterShape(
        name=who.name, phone=who.phone, id_number=who.id_number, address=who.address,
        anonymous=requester.anonymous, enterprise=requester.enterprise,
    )  # fmt: skip


def _clock(pack: Pack, clock: Clock, now: datetime) -> shapes.ClockShape:
    late = clock.breached_at is not None or (clock.alarm and clock.stopped_at is None and clock.due_at < now)
    return shapes.ClockShape(
        kind=clock.kind, title=str(clock.get_kind_display()), round=clock.round, assignment=clock.assignment_id,
        limit=clock.limit, started_at=clock.started_at, due_at=clock.due_at, stopped_at=clock.stopped_at,
        paused_at=clock.paused_at, late=late and clock.paused_at is None,
        colour=cast('Literal["green", "amber", "red", "grey"]', clocks.colour(pack, clock, now)),
        provisional=clock.provisional, explanation=clocks.explain(pack, clock, language()),
    )  # fmt: skip


def _assignment(a: Assignment) -> shapes.AssignmentShape:
    return shapes.AssignmentShape(
        id=a.pk, round=a.round, role=a.role, state=a.state, unit=_unit(a.unit), parent=a.parent_id,
        no_return=a.no_return, assigned_at=a.assigned_at, due_at=a.due_at, signed_at=a.signed_at,
        contacted_at=a.contacted_at, answered_at=a.answered_at, reported_at=a.reported_at, ended_at=a.ended_at,
    )  # fmt: skip


def _application(a: Application) -> shapes.ApplicationShape:
    return shapes.ApplicationShape(
        id=a.pk, kind=a.kind, reason=a.reason, state=a.state, step=a.step, assignment=a.assignment_id,
        asked_at=a.asked_at, decided_at=a.decided_at,
    )  # fmt: skip


def _links(found: WorkOrder, person: Person) -> list[shapes.LinkShape]:
    """Links whose other end exists for `person`."""
    seen = queries.visible_to(person)
    out = found.links.filter(other__in=seen).order_by("pk").values_list("kind", "other__number")
    back = found.linked_from.filter(order__in=seen).order_by("pk").values_list("kind", "order__number")
    return [
        *(shapes.LinkShape(kind=kind, number=number, direction="to") for kind, number in out),
        *(shapes.LinkShape(kind=kind, number=number, direction="from") for kind, number in back),
    ]


def event(line: Event, person: Person) -> shapes.EventShape:
    """Show a line of history; other orders are named to the centre alone."""
    hidden = _OWN_FACTS if person.is_centre else _OWN_FACTS | _OTHER_ORDERS
    facts = {name: value for name, value in sorted(line.facts.items()) if name not in hidden}
    return shapes.EventShape(
        seq=line.seq, at=line.at, action=line.action, title=str(ACTIONS[line.action].title),
        stage_from=line.stage_from, stage_to=line.stage_to, round=line.round, assignment=line.assignment,
        actor_kind=line.actor_kind, actor=line.actor_name, facts=facts, hash=bytes(line.hash).hex(),
    )  # fmt: skip


def record(line: Record) -> shapes.RecordShape:
    """Show what somebody wrote."""
    return shapes.RecordShape(
        id=line.pk, kind=line.kind, title=str(line.get_kind_display()), round=line.round,
        assignment=line.assignment_id, at=line.at, by=line.by_name, content=line.content,
    )  # fmt: skip


def offer(found: Offer) -> shapes.Offer:
    """Show an action as it stands before the caller."""
    return shapes.Offer(
        action=found.action.name, title=str(found.action.title), allowed=found.allowed, why_not=found.why_not,
        assignment=found.assignment.pk if found.assignment else None,
        application=found.application.pk if found.application else None,
        input=act_of(found.action.name).input.model_json_schema(),
    )  # fmt: skip
