"""Who acts in a simulated life: the accounts of the platform, found by post, chosen by the number of the request."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from open12345.directory.models import Post, Unit
from open12345.directory.person import SYSTEM, Person, people_of
from open12345.policy import Pack


class NobodyThere(LookupError):
    """A unit of the pack has no account with the role that a life needs."""


@dataclass
class Staffing:
    """The people of one instance, each read once."""

    pack: Pack
    posts: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    units: dict[str, int] = field(default_factory=dict)
    _people: dict[int, Person] = field(default_factory=dict)

    def pick(self, role: str, unit: str, dice: int) -> Person:
        """Return somebody with `role` in `unit` ("" = the centre); the same for the same `dice`."""
        if role == "system":
            return SYSTEM
        there = self.posts.get((role, unit or self.pack.centre.code))
        if not there:
            raise NobodyThere(f"no account with the role {role} in the unit {unit or self.pack.centre.code}")
        return self._person(there[dice % len(there)])

    def has(self, role: str, unit: str) -> bool:
        """Say whether anybody holds `role` in `unit`."""
        return bool(self.posts.get((role, unit)))

    def _person(self, staff: int) -> Person:
        found = self._people.get(staff)
        if found is None:
            found = self._people[staff] = people_of([staff])[staff]
        return found

    def warm(self) -> None:
        """Read everybody now, so that no query is needed later (before processes part)."""
        self._people.update(people_of({staff for there in self.posts.values() for staff in there}))


def staffing(pack: Pack) -> Staffing:
    """Return the people of the instance as they are now."""
    found = Staffing(pack)
    rows = Post.objects.filter(staff__is_active=True, unit__active=True).order_by("staff_id", "pk")
    for role, unit, staff in rows.values_list("role", "unit__code", "staff_id"):
        found.posts[role, unit].append(staff)
    found.units = dict(Unit.objects.filter(active=True).values_list("code", "pk"))
    return found
