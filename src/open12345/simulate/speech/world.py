"""A pack as the writer of texts sees it: which matters are told under a leaf, what stands in an area, who must act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from open12345.policy import Pack
from open12345.simulate.speech.grammar import compile_pattern
from open12345.simulate.speech.matters import Matter, Template, all_matters, by_leaf
from open12345.simulate.speech.places import Spot, spot
from open12345.simulate.speech.topics import Topic, leaf_of, matters_of

_LOCAL: Final = frozenset(
    (
        "street",
        "smell",
        "noise",
        "danger",
        "water",
        "road",
        "dark",
        "dust",
        "estate",
        "house",
        "traffic",
        "fire",
        "lift",
    )
)
"""Families of matters that have a place; the others are about papers, money and people."""


@dataclass
class World:
    """One pack and one seed; keeps what it has worked out (places, units), never what was said."""

    pack: Pack
    seed: int
    templates: Mapping[str, tuple[Template, ...]]
    """By the code of a leaf."""
    families: Mapping[str, str]
    """By the key of a template."""
    calls: Mapping[str, tuple[str, ...]]
    """What people call the matter of a template."""
    known: Mapping[str, Template]
    """By their own key, also those of events."""
    unspoken: tuple[str, ...]
    """Leaves for which the grammar has no matter: they are told by their title alone."""
    companions: tuple[str, ...]
    """Leaves that are told beside another (two matters in one)."""
    kinds: Mapping[str, str]
    """The pack's kind by base."""
    dice: Random = field(default_factory=Random)
    """Seeded anew for each request (a new one each time would be seeded twice)."""
    _spots: dict[str, Spot] = field(default_factory=dict)
    _units: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack, seed: int) -> "World":
        """Work out what the leaves of `pack` are told with."""
        told: dict[str, tuple[Template, ...]] = {}
        unspoken = []
        used = list(all_matters().values())
        for leaf in pack.category_tree.leaves():
            found = by_leaf().get(leaf.title, ())
            if not found:
                unspoken.append(leaf.code)
            matters = found or (_plain(leaf.title),)
            told[leaf.code] = tuple(t for matter in matters for t in matter.templates)
            used += () if found else matters
        known = {t.key: t for matter in used for t in matter.templates}
        families = {t.key: matter.family for matter in used for t in matter.templates}
        calls = {t.key: matter.calls for matter in used for t in matter.templates}
        companions = tuple(code for code, each in told.items() if families[each[0].key] in _LOCAL)
        return cls(pack, seed, told, families, calls, known, tuple(unspoken), companions, _kinds(pack))

    def spot(self, area: str) -> Spot:
        """Return what stands in an area."""
        found = self._spots.get(area)
        if found is None:
            found = self._spots[area] = spot(self.pack, area)
        return found

    def unit(self, category: str, area: str) -> str:
        """Return the unit that is responsible by the duty list: the ground truth of dispatch (首接负责)."""
        key = (category, area)
        found = self._units.get(key)
        if found is None:
            found = self._units[key] = self._responsible(category, area)
        return found

    def _responsible(self, category: str, area: str) -> str:
        items = self.pack.duty.find(category)
        if items and not items[0].to_territory:
            return items[0].lead
        territory = self.pack.territory_unit(area)
        return territory.code if territory else self.pack.centre.code

    def category_of(self, matter: str) -> str:
        """Return the leaf that a matter belongs to in this pack; raises KeyError where it has none."""
        code = leaf_of(all_matters()[matter], self._codes)
        if not code:
            raise KeyError(matter)
        return code

    @property
    def _codes(self) -> Mapping[str, str]:
        return {leaf.title: leaf.code for leaf in self.pack.category_tree.leaves()}

    def topic(self, ident: str, event: str, *, one_place: bool = False, mass: float = 0.0) -> Topic:
        """Return a topic of an event with those of its matters that this pack has leaves for."""
        codes = self._codes
        matters = tuple(key for key in matters_of(event) if leaf_of(all_matters()[key], codes))
        return Topic(ident, event, matters, one_place, mass)


def is_local(family: str) -> bool:
    """Say whether matters of the family have a place."""
    return family in _LOCAL


def _kinds(pack: Pack) -> Mapping[str, str]:
    by_base = {kind.base: code for code, kind in reversed(pack.kinds.items())}
    complaint = by_base.get("complaint") or next(iter(pack.kinds))
    return {
        "complaint": complaint,
        "help": by_base.get("help", complaint),
        "tip_off": by_base.get("tip_off", complaint),
        "inquiry": by_base.get("inquiry", complaint),
        "suggestion": by_base.get("suggestion", complaint),
        "praise": by_base.get("praise") or by_base.get("suggestion", complaint),
    }


def _plain(title: str) -> Matter:
    """Return a matter that is told by its title alone, for a leaf that nobody has written for."""
    lines = (
        (f"{title}问题", f"{{P}}存在{title}的问题，一直没有解决"),
        (f"反映{title}", f"关于{title}，{{我}}已经问过好几个地方都说不清"),
        (f"{title}没人管", f"{title}的事情拖了{{D}}，希望有人来看看"),
        (f"{title}有疑问", f"想了解{title}方面归哪个部门、怎么处理"),
    )
    templates = tuple(
        Template(f"{title}#{n}", "complaint", "ordinary", compile_pattern(head), compile_pattern(body), frozenset())
        for n, (head, body) in enumerate(lines)
    )
    return Matter(title, (title,), "policy", "", templates, (title,))
