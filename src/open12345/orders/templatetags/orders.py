"""What templates may ask about orders: the caller in masks, opened words, who decides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from open12345.orders import helps, lists, requesters, rights, rows, telling
from open12345.orders.errors import DomainError
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Assignment, WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.telling import Line

register = template.Library()


@register.simple_tag
def masked(sight: Sight) -> requesters.Who:
    """The caller as everybody sees them; nobody where their data never reaches this person."""
    return requesters.Who() if sight.hides_requester else requesters.masked(sight.order.requester)


@register.simple_tag
def masked_requester(order: WorkOrder) -> requesters.Who:
    """The caller of another order of the same call, in masks."""
    return requesters.masked(order.requester)


@register.simple_tag
def may(sight: Sight, action: str) -> bool:
    """Whether the person may do what concerns the order as a whole: see what is masked, add a file."""
    found = ACTIONS[action]
    given = rights.standing(sight.scene, found, sight.person)
    try:
        rights.check(sight.scene, found, sight.person, given, None)
    except DomainError:
        return False
    return True


@register.simple_tag
def opened(sight: Sight, told: telling.Told, plain: Mapping[str, str]) -> list[Line]:
    """What was written in an event, as it was really said (after the act of seeing it)."""
    text = plain.get(str(told.sealed)) if told.sealed else None
    return telling.spoken(sight, json.loads(text), told.action) if text else []


@register.simple_tag
def branches(sight: Sight) -> list[tuple[int, Assignment]]:
    """The assignments of all rounds as a tree: (depth, assignment), the latest round first."""
    found: list[tuple[int, Assignment]] = []
    below: dict[int | None, list[Assignment]] = {}
    for assignment in sight.scene.assignments:
        below.setdefault(assignment.parent_id, []).append(assignment)

    def grow(parent: int | None, depth: int) -> None:
        tops = sorted(below.get(parent, []), key=lambda a: (-a.round, a.pk))
        for assignment in tops:
            found.append((depth, assignment))
            grow(assignment.pk, depth + 1)

    grow(None, 0)
    return found


@register.simple_tag
def urgency(code: str) -> SafeString | str:
    """The word for an urgency: weight, never colour; nothing for an ordinary order."""
    return rows.urgency(code)


@register.simple_tag
def order_rows(lines: Iterable[lists.Line], now: datetime, desk: str = "") -> SafeString:
    """The rows of the table of orders; `desk` is where their links lead back to."""
    return rows.table_rows(lines, now, desk)


@register.simple_tag(takes_context=True)
def desk_rows(context: template.Context) -> SafeString:
    """The rows of the desk that the page shows (`bench.show`)."""
    sight, shown = context["lists"], context["bench"]
    seen = rows.Seen(shown.desk, sight.at, sight.person.id, context["open"], marks=bool(shown.batches))
    return rows.desk_rows(shown.rows, seen)


@register.simple_tag
def helps_of(place: str, sight: Sight) -> list[tuple[str, Mapping[str, Any]]]:
    """What rooms lend to a place of the order page ("top": above everything else)."""
    return helps.helps_at(place, sight)


@register.filter
def dict_get(mapping: Mapping[str, Any], key: str) -> Any:
    """The value of a key, "" where there is none."""
    return mapping.get(key, "")


@register.filter
def late(due: datetime | None, now: datetime) -> bool:
    """Whether a moment has passed."""
    return due is not None and due < now
