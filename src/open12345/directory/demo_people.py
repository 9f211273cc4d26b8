"""Whom the sign-in page of a demo offers: a few people at once, the rest by what is typed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from . import queries
from .queries import DemoAccount
from .roles import ADMINISTRATORS, UNIT_ROLES, Role

AT_ONCE: Final = 3
"""People of a role that are shown before anything is typed; of clerks one of each kind of unit instead."""

FOUND: Final = 8
"""People of a role that one search shows."""


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role, the people of it that are shown, and how many more there are."""

    role: str
    people: list[DemoAccount]
    more: int
    in_units: bool
    """Whether the people belong to different units, which then tell them apart."""


@dataclass(frozen=True, slots=True)
class Section:
    """Roles that stand together."""

    title: Any
    lines: list[RoleLine]


def offered(find: str = "") -> list[Section]:
    """Return the people to enter as, in sections by role.

    Without `find` a visitor's first people: `AT_ONCE` of each role, and a clerk of every kind of unit. With it those
    in whose name, account, role or unit all of its words occur, `FOUND` of a role; where there is nobody, those whose
    unit has the letters in that order, for units are called by short names (城管: 城市管理行政执法局).
    """
    words, everybody = find.casefold().split(), queries.demo_accounts()
    people = [one for one in everybody if all(word in _said(one) for word in words)]
    people = people or [one for one in everybody if _short_for(one.unit, "".join(words))]
    lines: dict[str, list[RoleLine]] = defaultdict(list)
    for role, mine in _by_role(people).items():
        shown = mine[:FOUND] if words else _each_kind(mine) if role == Role.CLERK else mine[:AT_ONCE]
        line = RoleLine(mine[0].role_name, shown, len(mine) - len(shown), role in UNIT_ROLES)
        lines[_section(role)].append(line)
    return [Section(title, lines[key]) for key, title in _SECTIONS.items() if lines[key]]


_SECTIONS: Final = {"centre": _("热线中心"), "units": _("承办单位"), "platform": _("平台管理")}


def _section(role: str) -> str:
    return "units" if role in UNIT_ROLES else "platform" if role in ADMINISTRATORS else "centre"


def _said(account: DemoAccount) -> str:
    return f"{account.name} {account.username} {account.role_name} {account.unit}".casefold()


def _short_for(name: str, short: str) -> bool:
    letters = iter(name.casefold())
    return all(letter in letters for letter in short)


def _by_role(accounts: Iterable[DemoAccount]) -> dict[str, list[DemoAccount]]:
    found: dict[str, list[DemoAccount]] = defaultdict(list)
    for account in accounts:
        found[account.role].append(account)
    return found


def _each_kind(people: list[DemoAccount]) -> list[DemoAccount]:
    """Return the first person of each kind of unit, in the order in which kinds come first."""
    first: dict[str, DemoAccount] = {}
    for person in people:
        first.setdefault(person.unit_kind, person)
    return list(first.values())
