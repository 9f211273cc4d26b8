"""Who acts: a small immutable value that is passed into the domain."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from .roles import CENTRE_ROLES, may_hold

if TYPE_CHECKING:
    from .models import Staff

PostTriple: TypeAlias = tuple[str, int | None, str]
"""A post as (role, unit id, path of the unit)."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who acts. `unit_id` and `unit_path` are the home unit of a member of staff."""

    kind: Literal["staff", "citizen", "machine", "system"]
    id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    unit_id: int | None = None
    unit_path: str = ""
    posts: tuple[PostTriple, ...] = ()

    def has(self, *roles: str) -> bool:
        """Whether the person holds at least one of `roles`, in whatever unit."""
        return not self.roles.isdisjoint(roles)

    @property
    def ref(self) -> int | None:
        """How rows name who did it: staff by their id, a machine by its key's id below zero, others not at all."""
        if self.id is None or self.kind not in {"staff", "machine"}:
            return None
        return self.id if self.kind == "staff" else -self.id

    @property
    def is_centre(self) -> bool:
        """Whether the person holds a role that covers the whole centre."""
        return not self.roles.isdisjoint(CENTRE_ROLES)

    def paths(self, *roles: str) -> tuple[str, ...]:
        """The unit paths in which the person holds one of `roles` (any role when none is named)."""
        return tuple(path for role, _, path in self.posts if path and (not roles or role in roles))

    def covers(self, path: str, *roles: str) -> bool:
        """Whether the unit path lies in a subtree in which the person holds one of `roles`."""
        return any(path.startswith(own) for own in self.paths(*roles))


SYSTEM: Final = Person(kind="system", id=None, name="系统")
"""The platform itself: clocks, periodic tasks, loading of packs."""


def person_of(staff: "Staff") -> Person:
    """Describe a member of staff as an actor, in one query (`people_of`)."""
    return people_of([staff.pk]).get(staff.pk) or Person(kind="staff", id=staff.pk, name=staff.name)


def people_of(staff: Iterable[int]) -> dict[int, Person]:
    """Describe members of staff as actors, by their ids, all in one query.

    A deactivated account is a person without roles or posts: it may do nothing. A role of the centre counts only where
    its unit is a centre (`may_hold`), whatever was appointed before that was asked, or has become of the unit since.
    """
    from .models import Staff  # noqa: PLC0415 - models import this room's roles first

    rows = (
        Staff.objects.filter(pk__in=staff)
        .order_by("pk", "posts__id")
        .values_list(
            "pk", "name", "unit_id", "unit__path", "is_active",
            "posts__role", "posts__unit_id", "posts__unit__path", "posts__unit__kind",
        )
    )  # fmt: skip
    return {own[0]: _described(own, posts) for own, posts in groupby(rows, key=itemgetter(0, 1, 2, 3, 4))}


def _described(own: tuple[Any, ...], rows: Iterable[tuple[Any, ...]]) -> Person:
    pk, name, unit_id, unit_path, active = own
    posts = tuple(
        (role, unit, path or "") for *_own, role, unit, path, kind in rows if active and role and may_hold(role, kind)
    )
    return Person(
        kind="staff",
        id=pk,
        name=name,
        roles=frozenset(role for role, _, _ in posts),
        unit_id=unit_id,
        unit_path=unit_path or "",
        posts=posts,
    )
