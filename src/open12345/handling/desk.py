"""What a unit has to do: its own assignments by state, and what it handed down."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from open12345.directory.person import Person
from open12345.directory.roles import UNIT_ROLES
from open12345.orders.models import Assignment
from open12345.orders.stages import OPEN_STATES, Role, State

_CLERKS: Final = ("clerk", "approver")
TABS: Final[dict[str, tuple[str | Promise, Q]]] = {
    "todo": (_("待办"), Q(state__in=OPEN_STATES)),
    "waiting": (_("待签收"), Q(state=State.WAITING)),
    "working": (_("办理中"), Q(state__in=[State.SIGNED, State.WORKING])),
    "verify": (_("待核实"), Q(state__in=OPEN_STATES, role=Role.VERIFIER)),
    "below": (_("下级已报结"), Q(state=State.REPORTED, parent__isnull=False)),
    "reported": (_("已报结"), Q(state=State.REPORTED)),
}


def _own_units(person: Person, *roles: str) -> list[int]:
    return [unit for role, unit, _path in person.posts if unit is not None and role in roles]


def _where(person: Person, tab: str) -> Q:
    """The condition of a tab; under `below` stands what the person's units handed down."""
    if tab == "below":
        return TABS[tab][1] & Q(parent__unit_id__in=_own_units(person, *_CLERKS))
    return TABS[tab][1] & Q(unit_id__in=_own_units(person, *UNIT_ROLES))


def tasks_of(person: Person, tab: str) -> QuerySet[Assignment]:
    """Return the assignments that a tab of the person's desk lists."""
    return Assignment.objects.filter(_where(person, tab)).exclude(role=Role.COPY)


def counts(person: Person) -> dict[str, int]:
    """Return how much stands under each tab, in one query."""
    units = _own_units(person, *UNIT_ROLES)
    live = Assignment.objects.filter(Q(unit_id__in=units) | Q(parent__unit_id__in=units))
    live = live.filter(state__in=[*OPEN_STATES, State.REPORTED]).exclude(role=Role.COPY)
    wanted = {tab: Count("pk", filter=_where(person, tab)) for tab in TABS}
    return {tab: int(n) for tab, n in live.aggregate(**wanted).items()}
