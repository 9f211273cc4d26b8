"""What this room lends to the frame: the centre's name, the words for roles, entries of the menu."""

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from open12345.ui import charts, context, navigation

from . import areas, packs, roles_told
from .roles import Role

Text = str | Promise


def lend() -> None:
    """Register all of it; called once when the room starts."""
    titles = {role.value: role.label for role in Role}
    context.provide(centre_name=centre_name, role_titles=titles, invented=invented, short_name=short_name)
    charts.provide_outlines(indicative)
    for entry in _entries():
        navigation.register(entry)
    roles_told.provide(screens_of)


def _entries() -> list[navigation.Entry]:
    """The administrators' part of the menu."""
    system, security, audit = ({role.value} for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN))
    rows: list[tuple[str, Text, set[str], Text]] = [
        ("units", _("单位"), system, _("单位树、联系电话、首接负责事项、导入导出")),
        ("areas", _("区域"), system, _("区域与网格、导入导出")),
        ("duty", _("值班"), system | {Role.APPROVER.value, Role.FLOOR_SUPERVISOR.value}, _("排班表与今天谁在班")),
        ("packs", _("规则包"), system, _("版本、校验、差异、生效时间")),
        ("calendar", _("节假日"), system, _("工作日历与本地调整")),
        ("staff_list", _("人员"), security, _("账号、岗位、密码链接、两步验证")),
        ("audit", _("审计"), audit, _("谁在何时对什么做了什么，可导出")),
        ("roles", _("角色"), security | audit, _("每个角色能做什么、谁担任")),
    ]
    return [
        navigation.Entry(f"directory:{name}", label, frozenset(roles), order=780 + 10 * place, hint=hint)
        for place, (name, label, roles, hint) in enumerate(rows)
    ]


def screens_of(role: str) -> list[roles_told.Told]:
    """The screens that a role may open, from the menu itself."""
    found = tuple(entry.label for entry in navigation.entries_for({role}) if entry.roles)
    return [roles_told.Told(_("界面"), found)] if found else []


def centre_name() -> str:
    """The title of the pack in force, "" before there is one."""
    try:
        return packs.shown_at(timezone.now()).title
    except packs.NoPack:
        return ""


def short_name() -> str:
    """The short title of the pack in force, "" where it has none."""
    try:
        return packs.shown_at(timezone.now()).short_title or ""
    except packs.NoPack:
        return ""


def invented() -> str:
    """What the pack in force says of its invented data, "" where it holds none."""
    try:
        pack = packs.shown_at(timezone.now())
    except packs.NoPack:
        return ""
    return pack.synthetic_notice if pack.synthetic else ""


def indicative(level: str, within: str) -> bool:
    """Whether the outlines that a chart is drawn on are drawn themselves, and no boundaries."""
    try:
        pack = packs.pack_at(timezone.now())[1]
    except packs.NoPack:
        return False
    return areas.indicative(pack, level, within)
