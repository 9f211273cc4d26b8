"""One order as one person sees it now: every part read at most once, for the page, its forms and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple, TypeVar

from django.db.models import Model, OuterRef, Subquery

from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.orders import attachments, queries
from open12345.orders.models import Application, Attachment, Clock, Event, ForeignNumber, Link, Record, WorkOrder
from open12345.orders.parts import Parts, parts_of
from open12345.orders.rights import Scene
from open12345.orders.stages import LinkKind
from open12345.policy import Pack

M = TypeVar("M", bound=Model)
#: The unit for which somebody acted; an event keeps its id alone.
_UNIT_NAME: Final = Subquery(Unit.objects.filter(pk=OuterRef("unit")).values("name"))


class UnitLine(NamedTuple):
    """A unit that may be given work, as lists show it."""

    id: int
    code: str
    name: str
    kind: str
    path: str


class Related(NamedTuple):
    """An order that belongs to this one, and how; `forth` is false where the other one points here."""

    order: WorkOrder
    kind: LinkKind
    forth: bool


@dataclass
class Sight:
    """What is read for one request; `at` is the database's time of the request."""

    person: Person
    at: datetime
    pack: Pack
    seen: WorkOrder | None = None

    @property
    def order(self) -> WorkOrder:
        """The order; only asked for where there is one."""
        if self.seen is None:
            raise LookupError
        return self.seen

    @cached_property
    def scene(self) -> Scene:
        """The parts that rights depend on."""
        given = queries.assignments_of(self.order)
        return Scene(order=self.order, pack=self.pack, assignments=given, applications=self._parts[Application])

    def hung(self, model: type[M]) -> list[M]:
        """Return a room's own rows of the order, by id (`parts.hang`)."""
        return list(self._parts[model])

    @cached_property
    def _parts(self) -> Parts:
        """What hangs on the order."""
        return parts_of(self.order)

    @cached_property
    def clocks(self) -> list[Clock]:
        """All clocks of the order, the running ones first."""
        return sorted(self._parts[Clock], key=lambda c: (c.stopped_at is not None, c.due_at, c.pk))

    @cached_property
    def files(self) -> list[Attachment]:
        """The files of the order that this person may see."""
        return attachments.listed(self.person, self.seen, self._parts[Attachment]) if self.seen else []

    @cached_property
    def records(self) -> dict[int, Record]:
        """What people wrote on the order, by id."""
        return {record.pk: record for record in self._parts[Record]}

    @cached_property
    def events(self) -> list[Event]:
        """The order's history, oldest first."""
        return list(queries.timeline(self.order).annotate(unit_name=_UNIT_NAME))

    @cached_property
    def _tree(self) -> list[tuple[bool, UnitLine]]:
        """Every unit with whether it is active, in tree order."""
        rows = Unit.objects.order_by("path").values_list("id", "code", "name", "kind", "path", "active")
        return [(row[-1], UnitLine(*row[:-1])) for row in rows]

    @property
    def units(self) -> list[UnitLine]:
        """The units that may be given work, in tree order."""
        return [unit for active, unit in self._tree if active]

    @cached_property
    def below(self) -> list[int] | None:
        """The ids of the units through which alone the person sees orders (`queries.units_of`)."""
        return queries.units_of(self.person, ((unit.id, unit.path) for _active, unit in self._tree))

    @cached_property
    def unit_names(self) -> dict[int, str]:
        """Names of the units that acted on the order, by id."""
        return {e.unit: e.unit_name for e in self.events if e.unit}  # type: ignore[attr-defined]

    def unit_named(self, code: str) -> str:
        """Return the name of the unit with this code; the code itself where nobody knows it."""
        row = self.pack.unit_tree.get(code)
        if row is not None:
            return row.name
        return next((unit.name for unit in self.units if unit.code == code), code)

    @cached_property
    def related(self) -> list[Related]:
        """The linked orders that this person may see; the others do not exist for them."""
        links, own = self._parts[Link], self.order.pk
        rows = [(link.other_id, link.kind) for link in links if link.order_id == own]
        back = [(link.order_id, link.kind) for link in links if link.other_id == own]
        wanted = {pk for pk, _ in rows + back}
        if not wanted:
            return []
        seen = queries.visible_to(self.person).filter(pk__in=wanted).in_bulk()
        found = [Related(seen[pk], LinkKind(kind), forth=True) for pk, kind in rows if pk in seen]
        return found + [Related(seen[pk], LinkKind(kind), forth=False) for pk, kind in back if pk in seen]

    @cached_property
    def foreign(self) -> list[tuple[str, str]]:
        """The order's numbers on other platforms."""
        return [(row.system, row.number) for row in self._parts[ForeignNumber]]

    @property
    def hides_requester(self) -> bool:
        """Say whether the caller's data never reaches this person (confidential order, not of the centre)."""
        return self.order.confidential and not self.person.is_centre

    @property
    def is_centre(self) -> bool:
        """Say whether the person works for the centre."""
        return self.person.is_centre
