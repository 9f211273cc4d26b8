"""Units and areas from CSV files: good rows are kept, bad ones told with their remedy."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, get_args

from django.utils.translation import gettext as _

from open12345.policy.names import AREA_LEVELS, UnitKind

from . import access
from .csvfile import Columns, Line, RowProblem, read_rows
from .errors import NotEntitled
from .import_report import Report, trial
from .models import Area, Unit
from .person import Person
from .roles import Role
from .trees import N, Node, sync

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
UNIT_COLUMNS: Final[Columns] = {
    "code": ("代码", "单位代码"),
    "name": ("名称", "单位名称"),
    "kind": ("类别", "单位类别"),
    "parent": ("上级", "上级代码", "上级单位"),
    "phone": ("电话",),
}
AREA_COLUMNS: Final[Columns] = {
    "code": ("代码", "区域代码"),
    "name": ("名称", "区域名称"),
    "level": ("层级", "级别"),
    "parent": ("上级", "上级代码", "上级区域"),
}


def import_units_csv(raw: bytes, *, by: Person, at: datetime, dry_run: bool = False) -> Report:
    """Add and change units that the pack does not name (code, name, kind, parent, phone).

    A unit of the pack can only be changed in the pack. Rows may come in any order. Raises
    `NotEntitled`, and `DirectoryError` for an unreadable file or missing columns.
    """
    return _import_tree(Unit, raw, UNIT_COLUMNS, "kind", by=by, at=at, dry_run=dry_run)


def import_areas_csv(raw: bytes, *, by: Person, at: datetime, dry_run: bool = False) -> Report:
    """Add and change areas that the pack does not name (code, name, level, parent); see units."""
    return _import_tree(Area, raw, AREA_COLUMNS, "level", by=by, at=at, dry_run=dry_run)


def _import_tree(
    model: type[N],
    raw: bytes,
    columns: Columns,
    sort: str,
    *,
    by: Person,
    at: datetime,
    dry_run: bool,
) -> Report:
    """Read, check and synchronise one tree; `sort` is the column that tells the kind or level."""
    if by.kind != "system" and not by.has(Role.SYSTEM_ADMIN):
        raise NotEntitled(_("只有系统管理员可以导入单位和区域。"), code="not_entitled")
    lines = list(read_rows(raw, columns, ["code", "name", sort]))
    report = Report()

    def work() -> Report:
        stored = {node.code: node for node in model._default_manager.select_related("parent")}
        nodes = _good_nodes(lines, stored, sort, columns, report)
        change = sync(model, [node for node, _line in nodes], from_pack=False)
        report.created, report.updated = list(change.added), list(change.changed)
        report.unchanged = len(nodes) - len(change.added) - len(change.changed)
        name = model.__name__.lower()
        access.record(f"import.{name}s", by=by, at=at, reason=report.summary())
        return report

    return trial(work, dry_run=dry_run)


def _good_nodes(
    lines: Sequence[Line],
    stored: dict[str, N],
    sort: str,
    columns: Columns,
    report: Report,
) -> list[tuple[Node, Line]]:
    """The rows that can be taken; the others go to the report, children of bad rows included."""
    good: dict[str, tuple[Node, Line]] = {}
    for line in lines:
        try:
            node = _node(line, sort, columns)
            _check_new(node, stored, good)
            good[node.code] = (node, line)
        except RowProblem as problem:
            report.rejected.append(line.reject(problem))
    while orphans := _orphans(good, stored):
        for code, bad in orphans:
            report.rejected.append(good.pop(code)[1].reject(bad))
    report.rejected.sort(key=lambda item: item.row)
    return list(good.values())


def _node(line: Line, sort: str, columns: Columns) -> Node:
    """One row of a tree file, each field checked."""
    code = line.need("code", _("填写代码"))
    if not CODE.fullmatch(code):
        raise RowProblem("code", _("代码不合规"), _("用字母、数字、点、横线，不超过 40 个"))
    known = get_args(UnitKind) if sort == "kind" else AREA_LEVELS
    value = line.need(sort, _("填写 %s 之一") % "、".join(known))
    if value not in known:
        raise RowProblem(sort, _("没有这种类别：%s") % value, _("改为 %s 之一") % "、".join(known))
    name = line.need("name", _("填写名称"))
    if len(name) > 120:  # noqa: PLR2004 - width of the column
        raise RowProblem("name", _("名称过长"), _("不超过 120 个字"))
    values = {"name": name, sort: value}
    if "phone" in columns and "phone" in line.fields:
        values["phone"] = line.get("phone")[:120]
    return Node(code, line.get("parent"), values)


def _check_new(node: Node, stored: dict[str, N], good: dict[str, tuple[Node, Line]]) -> None:
    """Refuse a second row for a code, and a change to what the pack defines."""
    if node.code in good:
        raise RowProblem("code", _("文件内代码重复"), _("删去多余的一行"))
    old = stored.get(node.code)
    if old is None or not old.from_pack:
        return
    same = all(getattr(old, key) == value for key, value in node.values.items())
    if not same or (old.parent.code if old.parent else "") != node.parent:
        raise RowProblem("code", _("该代码由规则包定义"), _("在规则包中修改后重新装载"))


def _orphans(good: dict[str, tuple[Node, Line]], stored: dict[str, N]) -> list[tuple[str, RowProblem]]:
    """Rows whose chain of parents leads nowhere or in a circle."""
    found = []
    for code, (node, _line) in good.items():
        seen, parent = {code}, node.parent
        while parent in good and parent not in seen:
            seen.add(parent)
            parent = good[parent][0].parent
        if parent in seen:
            found.append((code, RowProblem("parent", _("上级形成循环"), _("改正上级代码"))))
        elif parent and parent not in stored:
            found.append(
                (
                    code,
                    RowProblem("parent", _("上级不存在：%s") % parent, _("先导入上级，或改正代码")),
                )
            )
        elif parent and seen & _above(stored[parent]):
            found.append((code, RowProblem("parent", _("上级形成循环"), _("改正上级代码"))))
    return found


def _above(node: Unit | Area) -> set[str]:
    """The codes on the stored path of a node."""
    return set(node.path.strip("/").split("/"))
