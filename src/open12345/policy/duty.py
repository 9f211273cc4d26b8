"""The duty list (首接负责主协办清单) and the principles of dispatch that are shown as reasons."""

from collections.abc import Mapping

from pydantic import Field, PrivateAttr

from .fields import Code, Entry, Text, Title
from .names import TERRITORY, UnitKind

Lineages = Mapping[str, tuple[str, ...]]
"""Category → its code and those above it, most specific first."""


class Principle(Entry):
    """A principle of dispatch (派单原则) as the clause words it."""

    code: Code
    title: Title
    clause: Text


class DutyItem(Entry):
    """Who is first responsible for which categories.

    `lead` is a unit's code or "territory": the unit that looks after the order's area. `no_return`
    forbids the lead to ask for a return (首接负责). `principle` names the principle that is shown
    as the reason.
    """

    code: Code
    title: Title
    categories: tuple[Code, ...] = Field(min_length=1)
    lead: Code
    co_handlers: tuple[Code, ...] = ()
    clause: Text = ""
    principle: Code | None = None
    no_return: bool = False

    @property
    def to_territory(self) -> bool:
        """Say whether the order's area decides who leads."""
        return self.lead == TERRITORY


class DutyClass(Entry):
    """A class of the duty list."""

    code: Code
    title: Title
    items: tuple[DutyItem, ...] = Field(min_length=1)


class DutyList(Entry):
    """All duty items.

    `territory_kinds`: which units take what falls to the territory, the first kind first.
    """

    title: Title
    synthetic: bool = False
    source: Text = ""
    territory_kinds: tuple[UnitKind, ...] = Field(default=("community",), min_length=1)
    principles: tuple[Principle, ...] = ()
    classes: tuple[DutyClass, ...] = Field(min_length=1)

    _by_category: dict[str, list[DutyItem]] = PrivateAttr(default_factory=dict)
    _lineages: Lineages = PrivateAttr(default_factory=dict)

    @property
    def items(self) -> tuple[DutyItem, ...]:
        """All items in the order of the list."""
        return tuple(item for group in self.classes for item in group.items)

    def bind(self, lineages: Lineages) -> None:
        """Tell the list how categories hang together (done by the pack that holds it)."""
        self._lineages = lineages
        self._by_category.clear()
        for item in self.items:
            for category in item.categories:
                self._by_category.setdefault(category, []).append(item)

    def find(self, category_code: str) -> list[DutyItem]:
        """Return the items for a category: its own first, then those of the categories above it."""
        codes = self._lineages.get(category_code, (category_code,))
        return [item for code in codes for item in self._by_category.get(code, ())]

    def principle(self, code: str | None) -> Principle | None:
        """Return a principle by its code."""
        return next((principle for principle in self.principles if principle.code == code), None)
