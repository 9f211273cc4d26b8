"""Single units and areas: adding one, changing one, switching one off (ADM-01).

What the pack names keeps its place and kind; its name, phone and whether it works may differ here,
and stay different when the next version of the pack comes (`local`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from . import access, packs
from .errors import DirectoryError, NotEntitled
from .models import Area, Unit
from .person import Person
from .roles import Role
from .trees import N, Node, sync

Check = Callable[[Unit], str]
"""Says in words why a unit may not be switched off now; "" when it may."""

_checks: list[Check] = []
LOCAL: Final = frozenset({"name", "phone", "active"})
"""What may differ here from the pack."""


def before_closing(check: Check) -> Check:
    """Let a room above say why a unit must stay (open work, …). Usable as a decorator."""
    if check not in _checks:
        _checks.append(check)
    return check


def reasons_to_stay(unit: Unit) -> list[str]:
    """Why the unit cannot be switched off now, in words; empty when it can."""
    own = [] if unit.parent_id else [_("中心不能停用。")]
    below = unit.children.filter(active=True).count()
    if below:
        own.append(_("还有 %d 个启用的下级，请先停用或移走。") % below)
    return own + [said for said in (check(unit) for check in _checks) if said]


def columns(model: type[Unit | Area]) -> tuple[str, ...]:
    """What can be typed for a node, besides its code."""
    return ("name", "kind", "phone", "parent", "active") if model is Unit else ("name", "level", "parent", "active")


def values_of(node: Unit | Area) -> dict[str, Any]:
    """The node as it is typed: the parent by its code, "" for a root."""
    names = columns(type(node))
    found = {name: getattr(node, name) for name in names if name != "parent"}
    return found | {"parent": node.parent.code if node.parent else ""}


@transaction.atomic
def add(model: type[N], code: str, said: Mapping[str, Any], *, by: Person, at: datetime) -> N:
    """Add a node. Raises `NotEntitled`; `DirectoryError` for a code that is taken or a wrong parent."""
    _check_right(by)
    if model._default_manager.filter(code=code).exists():
        raise DirectoryError(_("这个代码已经有了。"), code="code_taken", field="code")
    _check_parent(model, said)
    _write(model, code, said)
    sort = model.__name__.lower()
    access.record(f"{sort}.create", by=by, at=at, on=f"{sort}:{code}", reason=access.before_after({}, said))
    return model._default_manager.get(code=code)


@transaction.atomic
def change(model: type[N], code: str, said: Mapping[str, Any], *, by: Person, at: datetime) -> bool:
    """Change a node; False when nothing was different. A moved node takes its subtree along.

    Raises `NotEntitled`; `DirectoryError` at the field for a loop of parents, for what the pack
    alone decides, and for a unit that must stay (`reasons_to_stay`).
    """
    _check_right(by)
    node = model._default_manager.select_for_update(of=("self",)).select_related("parent").get(code=code)
    before = values_of(node)
    wanted = {name: value for name, value in said.items() if before[name] != value}
    if not wanted:
        return False
    _check_parent(model, wanted)
    _check_active(node, wanted)
    if node.from_pack:
        _change_locally(node, wanted, at)
    else:
        _write(model, code, before | wanted)
    sort = model.__name__.lower()
    access.record(f"{sort}.change", by=by, at=at, on=f"{sort}:{code}", reason=access.before_after(before, wanted))
    return True


def _check_right(by: Person) -> None:
    if by.kind != "system" and not by.has(Role.SYSTEM_ADMIN):
        raise NotEntitled(_("只有系统管理员可以管理单位和区域。"), code="not_entitled")


def _check_parent(model: type[N], said: Mapping[str, Any]) -> None:
    """A parent that is named must be there and at work; a second root would be a second centre."""
    if "parent" not in said:
        return
    if not said["parent"]:
        raise DirectoryError(_("请选择上级。"), code="no_parent", field="parent")
    if not model._default_manager.filter(code=said["parent"], active=True).exists():
        raise DirectoryError(_("没有这个上级，或它已停用。"), code="no_such_parent", field="parent")


def _check_active(node: Unit | Area, wanted: Mapping[str, Any]) -> None:
    """Switching off: nothing may hang on it. Switching on: what it hangs on must work."""
    if wanted.get("active") is False and isinstance(node, Unit):
        reasons = reasons_to_stay(node)
        if reasons:
            raise DirectoryError("".join(reasons), code="must_stay", field="active")
    if wanted.get("active") and node.parent and not node.parent.active:
        raise DirectoryError(_("上级已停用，请先启用上级。"), code="parent_inactive", field="active")


def _write(model: type[N], code: str, said: Mapping[str, Any]) -> None:
    own = {name: value for name, value in said.items() if name != "parent"}
    sync(model, [Node(code, said["parent"], own)], from_pack=False)


def _change_locally(node: Unit | Area, wanted: Mapping[str, Any], at: datetime) -> None:
    """Lay the change over the pack's row; what equals the pack again is no longer local."""
    for name in wanted:
        if name not in LOCAL:
            raise DirectoryError(_("由规则包定义，请在规则包中修改后重新装载。"), code="of_pack", field=name)
    for name, value in wanted.items():
        setattr(node, name, value)
    told = of_pack(node, at)
    local = {**node.local, **wanted}
    node.local = {name: value for name, value in local.items() if name not in told or told[name] != value}
    node.save(update_fields=[*wanted, "local"])


def of_pack(node: Unit | Area, at: datetime) -> dict[str, Any]:
    """What the pack in force says of the node; empty when it does not name it."""
    try:
        pack = packs.pack_at(at)[1]
    except packs.NoPack:
        return {}
    if isinstance(node, Unit):
        units = (unit for unit in pack.units if unit.code == node.code)
        return next(({"name": u.name, "phone": u.phone[:120], "active": True} for u in units), {})
    areas = (area for area in pack.areas if area.code == node.code)
    return next(({"name": area.name, "active": True} for area in areas), {})
