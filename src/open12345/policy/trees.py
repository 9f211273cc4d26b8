"""Rows of the three trees of a pack: units, areas, categories."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar

from pydantic import Field

from .fields import Code, Entry, LimitText, Text, Title
from .names import AreaLevel, FieldName, UnitKind


class Row(Protocol):
    """What the three trees have in common."""

    @property
    def code(self) -> str:
        """The row's own code."""
        ...

    @property
    def parent(self) -> str | None:
        """The code of the row above, nothing at the root."""
        ...


R = TypeVar("R", bound=Row)


class UnitRow(Entry):
    """A unit that may act (承办单位).

    `area` is the territory that it looks after (属地), `accounts` how many accounts of its people reach orders on the
    spot (一线通达).
    """

    code: Code
    parent: Code | None = None
    kind: UnitKind
    name: Title
    phone: str = ""
    area: Code | None = None
    synthetic: bool = False
    accounts: int = Field(default=0, ge=0)


class AreaRow(Entry):
    """A district, street or town, community or grid."""

    code: Code
    parent: Code | None = None
    level: AreaLevel
    name: Title
    synthetic: bool = False


class Category(Entry):
    """A node of the category tree; only a leaf (no child) may stand on an order.

    `limit` is a reply limit set by law for this category and those below it; `urgent_words` make
    the intake desk suggest *urgent*; `on_site_required` makes a "yes" to the on-site question
    compulsory in the closing report.
    """

    code: Code
    parent: Code | None = None
    title: Title
    kind_hint: Code | None = None
    on_site_required: bool = False
    extra_form: Code | None = None
    urgent_words: tuple[str, ...] = ()
    required_fields: tuple[FieldName, ...] = ()
    limit: LimitText | None = None
    source: Text = ""


class Tree(Mapping[str, R]):
    """Rows by code, with their parents and children.

    A row whose parent is missing counts as a root.
    """

    def __init__(self, rows: Iterable[R]) -> None:
        """Index `rows`; the order of the file is kept among brothers."""
        self._rows: Mapping[str, R] = MappingProxyType({row.code: row for row in rows})
        self._children: dict[str | None, list[R]] = {}
        for row in self._rows.values():
            above = row.parent if row.parent in self._rows else None
            self._children.setdefault(above, []).append(row)

    def __getitem__(self, code: str) -> R:
        return self._rows[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def roots(self) -> tuple[R, ...]:
        """The rows without a parent."""
        return self.children(None)

    def children(self, code: str | None) -> tuple[R, ...]:
        """Return the rows directly below `code`."""
        return tuple(self._children.get(code, ()))

    def is_leaf(self, code: str) -> bool:
        """Say whether `code` is known and has nothing below it."""
        return code in self._rows and code not in self._children

    def leaves(self) -> tuple[R, ...]:
        """Return the rows without a child, in the order of the file."""
        return tuple(row for row in self._rows.values() if row.code not in self._children)

    def lineage(self, code: str | None) -> tuple[R, ...]:
        """Return the row of `code` and those above it, most specific first.

        Nothing for an unknown code.
        """
        found: list[R] = []
        seen: set[str] = set()
        while code is not None and code in self._rows and code not in seen:
            seen.add(code)
            found.append(self._rows[code])
            code = self._rows[code].parent
        return tuple(found)

    def subtree(self, code: str) -> tuple[R, ...]:
        """Return the row of `code` and all rows below it, parents first."""
        found = [self._rows[code]] if code in self._rows else []
        for row in found:  # grows while it is walked
            found.extend(self._children.get(row.code, ()))
        return tuple(found)

    def top_down(self) -> tuple[R, ...]:
        """Return all rows, each after its parent."""
        return tuple(row for root in self.roots for row in self.subtree(root.code))


def depth(tree: "Tree[R]", code: str) -> int:
    """Return the level of `code` in its tree, 1 at the root."""
    return len(tree.lineage(code))


MAX_CATEGORY_DEPTH = 5
"""Categories have up to five levels (product.md)."""
