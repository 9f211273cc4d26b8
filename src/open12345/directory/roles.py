"""The one list of roles (see product.md): packs, rights, tests and the sign-in page use it."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may be. `citizen` is never a post of staff."""

    CITIZEN = "citizen", _("市民")
    AGENT = "agent", _("话务员")
    FLOOR_SUPERVISOR = "floor_supervisor", _("运营督导")
    DISPATCHER = "dispatcher", _("派单员")
    CLERK = "clerk", _("承办单位经办人")
    APPROVER = "approver", _("单位负责人")
    WORKER = "worker", _("一线处置人员")
    REVIEWER = "reviewer", _("审核员")
    CALLBACK_AGENT = "callback_agent", _("回访员")
    SUPERVISOR = "supervisor", _("督办员")
    INSPECTOR = "inspector", _("质检员")
    ANALYST = "analyst", _("研判员")
    LEADER = "leader", _("领导")
    WATCHER = "watcher", _("外部监督")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


CENTRE_ROLES: Final = frozenset(
    {
        Role.AGENT.value,
        Role.FLOOR_SUPERVISOR.value,
        Role.DISPATCHER.value,
        Role.REVIEWER.value,
        Role.CALLBACK_AGENT.value,
        Role.SUPERVISOR.value,
        Role.INSPECTOR.value,
        Role.ANALYST.value,
        Role.LEADER.value,
    }
)
"""Roles that see the orders of the whole centre; held in a unit of kind `centre` or not at all (`may_hold`)."""

UNIT_ROLES: Final = frozenset({Role.CLERK.value, Role.APPROVER.value, Role.WORKER.value})
"""Roles that see the orders of their own unit and of the units below it."""

ADMINISTRATORS: Final = frozenset({Role.SYSTEM_ADMIN.value, Role.SECURITY_ADMIN.value, Role.AUDIT_ADMIN.value})
"""The three administrators (三员): never two of them on one account."""

STAFF_ROLES: Final = frozenset(role.value for role in Role if role is not Role.CITIZEN)

CENTRE_KIND: Final = "centre"
"""The kind of unit in which roles of the centre are held."""


def may_hold(role: str, kind: str) -> bool:
    """Say whether `role` may be held in a unit of this kind.

    The nine roles of the centre act for every order, whatever unit their post names, so they exist in a centre alone
    (product.md, "The people who use it": desks, inspection, insight and the leaders' screen are the centre's). What
    a unit calls its leader is its `approver`. A watcher from outside belongs to its own house, the administrators to
    whoever runs the platform, clerks and workers to any unit, the centre included.
    """
    return role not in CENTRE_ROLES or kind == CENTRE_KIND
