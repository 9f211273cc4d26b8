"""Of what a portrait is drawn: a unit or an area, who its peers are, and who may look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from django.http import Http404
from django.urls import reverse

from open12345.directory.models import Area, Unit
from open12345.directory.person import Person
from open12345.policy import Pack
from open12345.policy.names import AREA_LEVELS

#: Who sees the portrait of every unit and area.
READERS: Final = frozenset({"leader", "supervisor", "analyst", "floor_supervisor"})
#: Who sees those of their own unit and of the units below it.
OWN_READERS: Final = frozenset({"approver", "clerk"})
_DRAWN: Final = frozenset(AREA_LEVELS) - {"province", "city"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit or an area. `dimension`: by which facts are cut for it; `peers`: the codes it is compared with.

    `group`: what those have in common, in words.
    """

    kind: Literal["unit", "area"]
    code: str
    name: str
    path: str
    dimension: str
    peers: tuple[str, ...]
    group: str

    @property
    def where(self) -> dict[str, str]:
        """Return the condition under which rows are its own."""
        return {self.dimension: self.code}

    @property
    def url(self) -> str:
        """Return the address of its portrait."""
        return reverse(f"insight:{self.kind}", kwargs={"code": self.code})


def sees_all(person: Person) -> bool:
    """Say whether a person sees every portrait."""
    return person.has(*READERS)


def unit_subject(person: Person, pack: Pack, code: str) -> Subject:
    """Return a unit that the person may look at; raises Http404 for every other.

    A unit directly below the centre stands for itself and its stations, a unit further down for itself. Its peers are
    the active units of its ranking group, or of its kind, on the same level.
    """
    found = Unit.objects.filter(code=code).exclude(kind="centre").first()
    if found is None or not (sees_all(person) or person.covers(found.path, *OWN_READERS)):
        raise Http404
    top = found.path.count("/") == Unit.objects.filter(kind="centre").values_list("path", flat=True)[0].count("/") + 1
    group = next((one for one in pack.appraisal.groups if found.kind in one.kinds), None)
    kinds = group.kinds if group is not None else (found.kind,)
    rows = Unit.objects.filter(active=True, kind__in=kinds, level=found.level).values_list("code", flat=True)
    peers = tuple(sorted({*rows, code}))
    return Subject("unit", code, found.name, found.path, "unit_top" if top else "unit", peers,
                   group.title if group is not None else "")  # fmt: skip


def area_subject(person: Person, pack: Pack, code: str) -> Subject:
    """Return an area for those who see all; its peers are the areas of its level."""
    row = pack.area_tree.get(code)
    if row is None or row.level not in _DRAWN or not sees_all(person):
        raise Http404
    peers = tuple(Area.objects.filter(active=True, level=row.level).order_by("code").values_list("code", flat=True))
    return Subject("area", code, row.name, pack.area_path(code), f"area_{row.level}", peers, "")


def units_for(person: Person) -> list[Unit]:
    """Return the units whose portraits a person may open, in the order of the tree."""
    rows = Unit.objects.filter(active=True).exclude(kind="centre").order_by("path")
    if sees_all(person):
        return list(rows)
    return [unit for unit in rows if person.covers(unit.path, *OWN_READERS)]
