"""What this room lends to the administrators' screens: what roles may do with orders, why a unit must stay."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from open12345.directory import nodes, roles_told
from open12345.directory.models import Unit
from open12345.orders.lifecycle import ACTIONS, Relation, Text
from open12345.orders.models import Assignment
from open12345.orders.stages import OPEN_STATES

RELATIONS: Final[Mapping[Relation, Text]] = {
    Relation.CENTRE: _("全中心工单"),
    Relation.AUTHOR: _("自己的草稿"),
    Relation.ASSIGNEE: _("本单位承办"),
    Relation.PARENT: _("本单位转派"),
}
"""In what relation to an order, as the page of roles says it."""


def acts_of(role: str) -> list[roles_told.Told]:
    """Return what a role may do with orders, from the life-cycle table itself."""
    found: dict[Relation, list[Text]] = {}
    for action in ACTIONS.values():
        for who in action.who:
            if role in who.roles:
                found.setdefault(who.relation, []).append(action.title)
    return [roles_told.Told(RELATIONS[relation], tuple(acts)) for relation, acts in found.items()]


def open_work(unit: Unit) -> str:
    """Say that a unit has assignments that are not done; "" when it has none."""
    count = Assignment.objects.filter(unit=unit, state__in=OPEN_STATES).count()
    return __("还有 %d 件未办结的承办任务。") % count if count else ""


def lend() -> None:
    """Register all of it; called once when the room starts."""
    roles_told.provide(acts_of)
    nodes.before_closing(open_work)
