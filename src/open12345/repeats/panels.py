"""What the room lends: the groups of an order on its page and beside it, chips in lists, the list of groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.roles import CENTRE_ROLES
from open12345.orders.helps import Help, lend
from open12345.orders.sight import Sight
from open12345.orders.stages import Stage
from open12345.repeats import queries
from open12345.repeats.models import Group, Kind
from open12345.ui import navigation

#: Fellows of an order named on its page; all of them are one link away.
_BESIDE = 3


def groups_of(sight: Sight) -> Mapping[str, Any] | None:
    """Return the groups of an order with its newest fellows, None where it stands alone."""
    if sight.order.stage == Stage.DRAFT:
        return None
    found = queries.group_of(sight.order, sight.person, most=_BESIDE)
    return {"groups": found, "whole": sight.is_centre} if found else None


def chip(group: Group) -> str:
    """Return the few letters of a group for the row of a list."""
    if group.kind == Kind.AGAIN:
        return _("重复 %(n)s") % {"n": group.orders}
    return f"{group.get_kind_display()} " + _("%(n)s 人") % {"n": group.persons}


def lend_all() -> None:
    """Register all of it; called once when the room starts."""
    lend(Help("repeats.groups", "repeats/parts/groups.html", groups_of, frozenset({"top"}), order=30))
    entry = navigation.Entry(
        "repeats:groups", __("群发群诉"), CENTRE_ROLES, order=85, hint=__("一文多发、多人一事的工单，按组查看")
    )
    navigation.register(entry)
