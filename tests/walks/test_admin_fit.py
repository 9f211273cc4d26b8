"""The administrators' screens fit a wide screen and a phone, with long names, many rows and none."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page

from open12345.directory import nodes, shifts
from open12345.directory.models import Staff, Unit
from open12345.directory.person import SYSTEM
from tests.cast import Town
from tests.walks.conftest import PHONE, WIDE

LONG = "亭中社区居民委员会第十七网格综合治理与便民服务联合工作站（临时安置点）"
PAGES = [
    ("system_admin", "/admin/units/", "admin-units"),
    ("system_admin", "/admin/units/?q=办", "admin-units-found"),
    ("system_admin", "/admin/units/?q=zzz", "admin-units-none"),
    ("system_admin", "/admin/units/long-1/", "admin-unit-long"),
    ("system_admin", "/admin/units/c001/", "admin-unit"),
    ("system_admin", "/admin/units/_new/?under=c001", "admin-unit-new"),
    ("system_admin", "/admin/units/_import/", "admin-import"),
    ("system_admin", "/admin/areas/", "admin-areas"),
    ("system_admin", "/admin/duty/", "admin-duty"),
    ("system_admin", "/admin/duty/?unit=urban", "admin-duty-none"),
    ("system_admin", "/admin/packs/", "admin-packs"),
    ("system_admin", "/admin/calendar/", "admin-calendar"),
    ("system_admin", "/admin/health/", "admin-health"),
    ("security_admin", "/admin/staff/", "admin-staff"),
    ("security_admin", "/admin/staff/?q=zzz", "admin-staff-none"),
    ("security_admin", "/admin/staff/{clerk}/", "admin-person"),
    ("security_admin", "/admin/staff/new/", "admin-staff-new"),
    ("security_admin", "/admin/roles/", "admin-roles"),
    ("audit_admin", "/admin/audit/", "admin-audit"),
    ("audit_admin", "/admin/audit/?ip=abc", "admin-audit-wrong"),
]


def furnish(town: Town) -> None:
    """A long name below a community, a person with one, and a roster of this week."""
    said = {"name": LONG, "kind": "station", "parent": "c001", "phone": "021-57630012 转 8021", "active": True}
    nodes.add(Unit, "long-1", said, by=SYSTEM, at=town.now)
    centre = Unit.objects.get(code="centre")
    Staff.objects.create_user("a" * 60, "欧阳" * 20, unit=Unit.objects.get(code="long-1"))
    for place, staff in enumerate(shifts.candidates(centre)[:5]):
        begin = town.now.replace(minute=0) + timedelta(hours=5 * place)
        turn = shifts.Turn(staff, "duty", begin, begin + timedelta(hours=8), "62112345")
        shifts.add(centre, turn, by=SYSTEM, at=town.now)


def test_the_administrators_screens_fit(
    town: Town, enter: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    furnish(town)
    people: dict[str, Page] = {}
    wrong: list[str] = []
    for who, address, name in PAGES:
        if who not in people:
            people[who] = enter(who)
            people[who].on("console", lambda said: wrong.append(f"{said.type}: {said.text}"))
            people[who].on("pageerror", lambda error: wrong.append(str(error)))
        page = people[who]
        answer = page.goto(address.format(clerk=Staff.objects.get(username="a" * 60).pk))
        assert answer is not None
        assert answer.status == 200, address
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            picture(page, f"{name}-{size['width']}")
            over = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
            if over > 0:
                wrong.append(f"{address} is {over} px too wide at {size['width']} px")
    assert wrong == []
