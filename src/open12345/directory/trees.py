"""Unit and area trees: rows with a code and a parent's code become nodes with paths."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from .errors import DirectoryError
from .models import Area, Unit

N = TypeVar("N", Unit, Area)

COLUMNS = ("name", "parent_id", "path", "level", "active", "from_pack", "local")


@dataclass(frozen=True, slots=True)
class Node:
    """One row of a tree as it is written in a pack or file; `parent` is "" for a root."""

    code: str
    parent: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TreeChange:
    """What a synchronisation did, by code."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


@dataclass(slots=True)
class _Forest(Generic[N]):
    """The stored tree with the wanted rows laid over it."""

    stored: dict[str, N]
    parent_of: dict[str, str]
    added: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)

    def path(self, code: str) -> str:
        """The codes from the root to `code`; a loop or a missing parent is refused."""
        chain: list[str] = []
        while code:
            if code in chain or code not in self.parent_of:
                raise DirectoryError(
                    _("上级“%(code)s”不存在或形成循环。") % {"code": code},
                    code="tree",
                    field="parent",
                )
            chain.append(code)
            code = self.parent_of[code]
        return "/" + "/".join(reversed(chain)) + "/"

    def derived(self, model: type[N], code: str) -> dict[str, Any]:
        """The columns that follow from the place in the tree; the level of a unit counts from 1."""
        path, parent = self.path(code), self.parent_of[code]
        columns = {"path": path, "parent_id": self.stored[parent].pk if parent else None}
        return columns | ({"level": path.count("/") - 1} if model is Unit else {})

    def put(self, code: str, values: Mapping[str, Any]) -> None:
        """Write `values` into the node, noting whether it changed."""
        node = self.stored[code]
        for name, value in values.items():
            if getattr(node, name) != value:
                setattr(node, name, value)
                self.changed.add(code)


def _by_depth(forest: "_Forest[N]", codes: Iterable[str]) -> Iterator[list[str]]:
    """Group codes so that parents come before their children."""
    groups: dict[int, list[str]] = {}
    for code in codes:
        groups.setdefault(forest.path(code).count("/"), []).append(code)
    for depth in sorted(groups):
        yield groups[depth]


def sync(model: type[N], nodes: Iterable[Node], *, from_pack: bool) -> TreeChange:
    """Make the stored tree of `model` equal to `nodes`, in the caller's transaction.

    Nodes are matched by code. A moved node takes its whole subtree along, imported nodes
    included. With `from_pack`, nodes that an earlier pack brought and this one lacks become
    inactive; they are never deleted, because orders point at them. What was changed here against
    the pack (`local`) is laid over the row; a node is active unless its values say otherwise.
    """
    rows = {node.code: node for node in nodes}
    stored = {node.code: node for node in model._default_manager.select_for_update()}
    codes = {node.pk: code for code, node in stored.items()}
    parents = {code: codes.get(node.parent_id or 0, "") for code, node in stored.items()}
    forest = _Forest(stored, parents | {code: row.parent for code, row in rows.items()})
    origin = {"from_pack": True} if from_pack else {}
    for group in _by_depth(forest, rows):
        _create(model, forest, [rows[code] for code in group if code not in stored], from_pack=from_pack)
    for code in forest.parent_of:
        row = rows.get(code)
        own = {"active": True, **row.values, **origin} if row else {}
        forest.put(code, own | (stored[code].local if row else {}) | forest.derived(model, code))
    retired = _retire(forest, rows) if from_pack else ()
    _save(model, forest, rows)
    changed = sorted(forest.changed - set(retired) - set(forest.added))
    return TreeChange(tuple(forest.added), tuple(changed), retired)


def _create(model: type[N], forest: "_Forest[N]", rows: list[Node], *, from_pack: bool) -> None:
    """Insert one level of new nodes; their parents are stored already."""
    new = [
        model(
            code=row.code,
            from_pack=from_pack,
            **{**row.values, **forest.derived(model, row.code)},
        )
        for row in rows
    ]
    for node in model._default_manager.bulk_create(new):
        forest.stored[node.code] = node
        forest.added.append(node.code)


def _retire(forest: "_Forest[N]", rows: Mapping[str, Node]) -> tuple[str, ...]:
    """Switch off what an earlier pack brought and this one lacks."""
    gone = [code for code, node in forest.stored.items() if node.from_pack and node.active and code not in rows]
    for code in gone:
        forest.stored[code].active = False
        forest.changed.add(code)
    return tuple(sorted(gone))


def _save(model: type[N], forest: "_Forest[N]", rows: Mapping[str, Node]) -> None:
    """Update the changed nodes in one statement."""
    names = {*COLUMNS, *(name for row in rows.values() for name in row.values)}
    names = {"parent" if name == "parent_id" else name for name in names}
    changed = [forest.stored[code] for code in sorted(forest.changed)]
    model._default_manager.bulk_update(changed, sorted(names), batch_size=500)
