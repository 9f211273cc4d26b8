"""Demonstration accounts: at least one person per role, so that every desk can be entered."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from open12345.policy import Pack, UnitRow

from . import services
from .models import Post, Staff, Unit
from .roles import Role

CENTRE_NAMES: Final = {
    Role.AGENT: ("林晓雨", "陈思源", "赵一鸣"),
    Role.FLOOR_SUPERVISOR: ("周雅琴",),
    Role.DISPATCHER: ("王立群", "许静怡"),
    Role.REVIEWER: ("孙慧敏",),
    Role.CALLBACK_AGENT: ("何佳宁", "邓诗涵"),
    Role.SUPERVISOR: ("高志远",),
    Role.INSPECTOR: ("罗文静",),
    Role.ANALYST: ("梁书航",),
    Role.LEADER: ("郑国安",),
    Role.WATCHER: ("冯守正",),
    Role.SYSTEM_ADMIN: ("曹建华",),
    Role.SECURITY_ADMIN: ("彭安平",),
    Role.AUDIT_ADMIN: ("董明察",),
}
"""Invented people of the centre by role; the first of each has the role's code as user name."""

SURNAMES: Final = "李张刘杨黄吴徐朱马胡郭潘于蒋蔡余杜叶程魏吕丁任沈姚卢姜崔钟谭"
GIVEN: Final = (
    "建国",
    "秀兰",
    "志强",
    "丽华",
    "伟明",
    "海燕",
    "春生",
    "文博",
    "雨桐",
    "子轩",
    "德胜",
)
OPENERS: Final = {"clerk": 7, "approver": 3, "worker": 5}
"""A step through the lists of names, so that the people of one unit do not share them."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One account to be there."""

    username: str
    name: str
    role: str
    unit: str


@transaction.atomic
def ensure_demo_staff(pack: Pack, at: datetime) -> int:
    """Make the demonstration accounts that are missing; returns how many were made.

    Each account holds one role and has no password: it is entered from the sign-in page of a
    demo. Units must have been brought up to date (`packs.load_pack`).
    """
    del at
    units = {unit.code: unit for unit in Unit.objects.filter(active=True)}
    seats = [seat for seat in demo_seats(pack) if seat.unit in units]
    there = {name.casefold() for name in Staff.objects.values_list("username", flat=True)}
    fresh = [seat for seat in seats if seat.username.casefold() not in there]
    for seat in fresh:
        staff = Staff.objects.create_user(seat.username, seat.name, unit=units[seat.unit], is_demo=True)
        services.check_place(seat.role, units[seat.unit])
        Post.objects.create(staff=staff, role=seat.role, unit=units[seat.unit])
    return len(fresh)


def demo_seats(pack: Pack) -> list[Seat]:
    """The accounts of a demo: the centre's by role, then clerk, approver and worker of units.

    "clerk", "approver" and "worker" belong to the department that leads most of the duty list;
    all others are called "role.unit".
    """
    return [*_centre_seats(pack), *_unit_seats(pack)]


def first_unit(pack: Pack) -> str:
    """The unit of "clerk", "approver" and "worker": the one that leads most of the duty list."""
    return next(iter(_acting_units(pack))).code


def _centre_seats(pack: Pack) -> Iterator[Seat]:
    for role, names in CENTRE_NAMES.items():
        for place, name in enumerate(names, start=1):
            username = role.value if place == 1 else f"{role.value}{place}"
            yield Seat(username, name, role.value, pack.centre.code)


def _unit_seats(pack: Pack) -> Iterator[Seat]:
    """Three people for each unit that acts, for every unit's leader approves what leaves it."""
    for place, unit in enumerate(_acting_units(pack)):
        for role in ("clerk", "approver", "worker"):
            username = role if place == 0 else f"{role}.{unit.code}"
            yield Seat(username, _name(place * 3 + OPENERS[role]), role, unit.code)


def _acting_units(pack: Pack) -> Iterable[UnitRow]:
    """Every unit but the centre; departments first, those that lead most of the duty list in front."""
    units = [unit for unit in pack.units if unit.code != pack.centre.code]
    leads = Counter(item.lead for part in pack.duty.classes for item in part.items)
    return sorted(units, key=lambda unit: (unit.kind != "department", -leads[unit.code]))


def _name(number: int) -> str:
    """An invented name; two numbers below 330 never share one."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
