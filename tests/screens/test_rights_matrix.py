"""Every role at every route, made from the URL table: in, or a page like the one for what never was (SEC-07)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from open12345.directory.models import Staff
from open12345.directory.roles import CENTRE_ROLES, STAFF_ROLES, UNIT_ROLES
from tests.cast import Town
from tests.orders.walks import dispatched, signed
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]
pytestmark = pytest.mark.function("SEC-07")

ALL: Final = frozenset(STAFF_ROLES)
SEERS: Final = frozenset(CENTRE_ROLES | UNIT_ROLES)
TAKERS: Final = frozenset({"agent", "dispatcher"})
CALLERS: Final = frozenset({"callback_agent", "floor_supervisor"})
WATCHERS: Final = frozenset({"analyst", "floor_supervisor", "leader", "supervisor"})
OWNERS: Final = frozenset({"approver", "clerk"})
EXPLORERS: Final = frozenset({"analyst", "approver", "clerk", "dispatcher", "floor_supervisor", "leader", "supervisor"})
PAPERS: Final = frozenset({"analyst", "supervisor", "leader", "floor_supervisor"})
PAPER_WRITERS: Final = frozenset({"analyst", "supervisor"})
SYSTEM, SECURITY, AUDIT = (frozenset({f"{name}_admin"}) for name in ("system", "security", "audit"))
LOOKERS: Final = TAKERS | SYSTEM
APPRAISERS: Final = frozenset({"analyst", "supervisor", "leader", "floor_supervisor"})
APPRAISED: Final = APPRAISERS | {"approver", "clerk"}
NOBODY: Final = "310117202501011999999"


@dataclass(frozen=True)
class Route:
    """Who may come in, how the door is knocked at, and what stands in the address."""

    roles: frozenset[str]
    method: str = "get"
    args: Mapping[str, Any] = field(default_factory=dict)
    own: bool = False  # leads to one thing of one's own: others of the role find nothing there either


def _post(roles: frozenset[str], **args: Any) -> Route:
    return Route(roles, "post", args)


def _get(roles: frozenset[str], **args: Any) -> Route:
    return Route(roles, "get", args)


#: Every route of ours. A route that is not here fails the test below.
TABLE: Final[Mapping[str, Route]] = {
    "home": _get(ALL), "words": _get(ALL), "light": _post(ALL),
    "health_page": _get(SYSTEM), "health_retry": Route(SYSTEM, "post", {"pk": 0}, own=True),
    "directory:units": _get(SYSTEM), "directory:unit_new": _get(SYSTEM), "directory:unit_import": _get(SYSTEM),
    "directory:unit_export": _post(SYSTEM), "directory:unit": _get(SYSTEM, code="c001"),
    "dispatch:facilities": _get(LOOKERS), "dispatch:facility_dots": _get(LOOKERS),
    "dispatch:facility": Route(LOOKERS, "get", {"pk": 0}, own=True), "dispatch:facility_new": _get(SYSTEM),
    "dispatch:facility_edit": Route(SYSTEM, "get", {"pk": 0}, own=True), "dispatch:facility_import": _get(SYSTEM),
    "dispatch:facility_retire": Route(SYSTEM, "post", {"pk": 0}, own=True), "dispatch:facility_export": _post(SYSTEM),
    "directory:areas": _get(SYSTEM), "directory:area_new": _get(SYSTEM), "directory:area_import": _get(SYSTEM),
    "directory:area_export": _post(SYSTEM), "directory:area": _get(SYSTEM, code="310117107001"),
    "directory:staff_list": _get(SECURITY), "directory:staff_new": _get(SECURITY),
    "directory:staff_import": _get(SECURITY), "directory:staff_export": _post(SECURITY),
    "directory:staff": _get(SECURITY, pk="staff"), "directory:staff_do": _post(SECURITY, pk="staff", act="close"),
    "directory:roles": _get(SECURITY | AUDIT), "directory:audit": _get(AUDIT),
    "directory:duty": _get(SEERS | SYSTEM), "directory:shift": Route(frozenset({"approver"}) | SYSTEM, "get",
                                                                    {"pk": 0}, own=True),
    "directory:duty_copy": _post(frozenset({"approver"}) | SYSTEM),
    "directory:packs": _get(SYSTEM), "directory:pack_check": _get(SYSTEM),
    "directory:pack_version": _get(SYSTEM, pk="pack"), "directory:calendar": _get(SYSTEM),
    "directory:holiday_drop": Route(SYSTEM, "post", own=True),
    "screen:wall": _get(WATCHERS), "screen:now": _get(WATCHERS), "screen:leader": _get(WATCHERS),
    "screen:area": _get(WATCHERS, code="310117107001"), "screen:modules": _get(frozenset({"analyst", "supervisor"})),
    "insight:units": _get(WATCHERS | OWNERS), "insight:unit": _get(WATCHERS | OWNERS, code="urban"),
    "insight:area": _get(WATCHERS, code="310117107001"),
    "insight:spots": _get(WATCHERS | OWNERS, kind="units", code="urban"),
    "insight:export": _post(WATCHERS | OWNERS, kind="units", code="urban"),
    "repeats:groups": _get(frozenset(CENTRE_ROLES)), "repeats:group": Route(SEERS, "get", {"pk": 0}, own=True),
    "orders:list": _get(SEERS), "orders:search": _post(SEERS), "orders:export": _post(SEERS, ending="csv"),
    "orders:save_view": _post(SEERS), "orders:change_view": Route(SEERS, "post", {"pk": 0, "act": "delete"}, own=True),
    "orders:inbox": _get(frozenset({"approver", "clerk", "dispatcher", "supervisor"})), "orders:flow": _get(ALL),
    "orders:page": _get(SEERS, number="order"), "orders:sheet": _get(SEERS, number="order"),
    "orders:flow_of": _get(SEERS, number="order"), "orders:do": _post(SEERS, number="order", action="note"),
    "orders:undo": _post(SEERS, number="order", token="t"), "orders:reveal": _post(SEERS, number="order"),
    "orders:hold": _post(SEERS, number="order"), "orders:release": _post(SEERS, number="order"),
    "orders:upload": _post(SEERS, number="order"),
    "orders:file": Route(SEERS, "get", {"token": "5f0c5c0e-0000-4000-8000-000000000000"}, own=True),
    "intake:desk": _get(TAKERS), "intake:new": _get(TAKERS), "intake:help": _post(TAKERS),
    "intake:keep": _post(TAKERS), "intake:dots": _get(TAKERS), "map:areas": _get(ALL), "map:at": _get(ALL),
    "intake:appoint": Route(TAKERS, "post", own=True),
    "intake:called": _post(TAKERS, pk=0),
    "intake:draft": Route(TAKERS, "get", {"number": NOBODY}, own=True),  # real ones: test_rights_of_things
    "intake:imports": _get(frozenset({"dispatcher"})),
    "intake:import": Route(frozenset({"dispatcher"}), "get", {"pk": 0}, own=True),
    "intake:import_again": Route(frozenset({"dispatcher"}), "post", {"pk": 0}, own=True),
    "intake:import_progress": Route(frozenset({"dispatcher"}), "get", {"pk": 0}, own=True),
    "intake:import_rejects": Route(frozenset({"dispatcher"}), "get", {"pk": 0}, own=True),
    "dispatch:mass": Route(frozenset({"dispatcher"}), "get", {"pk": 0}, own=True),
    "dispatch:direct": _get(frozenset({"dispatcher", "leader"})),
    "dispatch:queue": _get(frozenset({"dispatcher"})), "dispatch:batch": _post(frozenset({"dispatcher"})),
    "dispatch:breakers": _get(frozenset({"dispatcher", "floor_supervisor", "supervisor"})),
    "dispatch:breaker_lamp": _get(frozenset({"dispatcher", "floor_supervisor", "supervisor"})),
    "dispatch:breaker_force": _post(frozenset({"floor_supervisor", "supervisor"})),
    "dispatch:automatic": _get(frozenset({"dispatcher", "floor_supervisor", "supervisor"})),
    "dispatch:automatic_of": _get(frozenset({"dispatcher", "floor_supervisor", "supervisor"}), code="A0101"),
    "dispatch:automatic_progress": _get(frozenset({"dispatcher", "floor_supervisor", "supervisor"}), code="A0101"),
    "dispatch:automatic_replay": _post(frozenset({"floor_supervisor", "supervisor"}), code="A0101"),
    "dispatch:automatic_mode": _post(frozenset({"floor_supervisor", "supervisor"}), code="A0101"),
    "handling:idioms": Route(SEERS, own=True),
    "handling:idioms_all": _get(SEERS), "handling:idiom_used": _post(SEERS, pk=0),
    "handling:idiom_remove": Route(SEERS, "post", {"pk": 0}, own=True),
    "handling:idiom_up": Route(SEERS, "post", {"pk": 0}, own=True),
    "handling:desk": _get(UNIT_ROLES), "handling:sign": _post(UNIT_ROLES),
    "handling:instructions": _get(frozenset({"leader"})), "handling:reviews": _get(frozenset({"reviewer"})),
    "callback:queue": _get(CALLERS), "callback:take": _post(CALLERS), "callback:release": _post(CALLERS),
    "callback:assign": _post(frozenset({"floor_supervisor"})), "callback:unhappy": _get(frozenset({"supervisor"})),
    "callback:upper": _get(frozenset({"dispatcher"})),
    "facts:explorer": _get(EXPLORERS), "facts:metrics": _get(EXPLORERS), "facts:heat": _get(EXPLORERS),
    "facts:effect": _get(EXPLORERS), "facts:values": _get(EXPLORERS),
    "facts:export": _post(EXPLORERS, ending="csv"), "facts:save_view": _post(EXPLORERS),
    "facts:restore_view": Route(EXPLORERS, "post", {"kept": "none"}, own=True),
    "facts:change_view": Route(EXPLORERS, "post", {"pk": 0, "act": "delete"}, own=True),
    "facts:orders": _get(SEERS), "facts:export_orders": _post(SEERS, ending="csv"),
    "reports:list": _get(PAPERS), "reports:new": _get(PAPER_WRITERS), "reports:special": _get(PAPER_WRITERS),
    "reports:register": _get(PAPERS), "reports:schedules": _get(PAPERS),
    "reports:arrange": Route(PAPER_WRITERS, "post", {"kind": "nothing"}),
    "reports:subscribe": Route(PAPERS, "post", {"kind": "nothing"}, own=True),
    "reports:paper": Route(PAPERS, "get", {"pk": 0}, own=True),
    "reports:save": Route(PAPER_WRITERS, "post", {"pk": 0}, own=True),
    "reports:take": Route(PAPER_WRITERS, "post", {"pk": 0}, own=True),
    "reports:print": Route(PAPERS, "get", {"pk": 0}, own=True),
    "reports:download": Route(PAPERS, "post", {"pk": 0, "ending": "docx"}, own=True),
    "reports:figure": Route(PAPERS, "get", {"pk": 0, "at": "accepted"}, own=True),
    "reports:version": Route(PAPERS, "get", {"pk": 0, "version": 0}, own=True),
    "reports:do": Route(PAPERS, "post", {"pk": 0, "act": "submit"}, own=True),
    "appraisal:table": _get(APPRAISED), "appraisal:export": _post(APPRAISED, ending="csv"),
    "appraisal:card": _get(APPRAISED, code="urban"), "appraisal:scheme": _get(APPRAISERS),
    "appraisal:tried": _get(APPRAISERS), "appraisal:adjustments": _get(APPRAISERS), "appraisal:talks": _get(APPRAISERS),
    "appraisal:exclusions": _get(APPRAISERS), "appraisal:goals": _get(APPRAISERS),
    "appraisal:month_do": _post(frozenset({"analyst", "supervisor"}), month="2026-01", act="lock"),
    "appraisal:decide": Route(frozenset({"supervisor"}), "post", {"pk": 0}, own=True),
    "appraisal:unadjust": Route(frozenset({"analyst", "supervisor"}), "post", {"pk": 0}, own=True),
    "appraisal:talk": Route(frozenset({"analyst", "supervisor", "leader"}), "get", {"pk": 0}, own=True),
    "appraisal:include": Route(frozenset({"supervisor"}), "post", {"pk": 0}, own=True),
    "notify:list": _get(SEERS), "notify:latest": _get(SEERS), "notify:seen": _post(SEERS),
    "notify:count": _get(SEERS), "notify:open": Route(SEERS, "get", {"pk": 0}, own=True),
}  # fmt: skip
#: Whose doors are proved elsewhere: signing in (allauth; tests/directory), the API (tests/api), the health check.
ELSEWHERE: Final = re.compile(r"^(accounts/|api/|i18n/|healthz|static/)")


def routes(resolver: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, pattern) of every route of the house."""
    for one in (resolver or get_resolver()).url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, path, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}", path


OURS: Final = sorted({name for name, path in routes() if not ELSEWHERE.match(path)})


def test_every_route_stands_in_the_table_and_no_other() -> None:
    assert set(OURS) == set(TABLE)


def holder(role: str) -> str:
    """One of the cast who holds a role, in the unit that has the order."""
    return f"{role}.urban" if role in UNIT_ROLES else role


def blank(page: str) -> str:
    """A page without tokens, and without what was said about an act before."""
    page = re.sub(r'<div class="toasts".*?</main>', "", page, flags=re.DOTALL) if "plain-card" in page else page
    page = re.sub(r'(csrfmiddlewaretoken" value=|x-csrftoken": )"[^"]*"', "", page)
    return re.sub(r'(name="next"\s+value=)"[^"]*"', r"\1", page)


@pytest.fixture
def there(town: Town) -> Mapping[str, Any]:
    """What the addresses lead to."""
    from open12345.directory.models import PackVersion  # noqa: PLC0415 - read when the town stands

    number = signed(town)
    return {
        "order": number,
        "staff": Staff.objects.get(pk=town.person("clerk.market").id or 0).pk,
        "pack": PackVersion.objects.latest("pk").pk,
    }


def address(name: str, there: Mapping[str, Any]) -> str:
    """The route's address in this town."""
    args = {
        key: there.get(value, value) if isinstance(value, str) else value for key, value in TABLE[name].args.items()
    }
    return reverse(name, kwargs=args)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {"citizen"}))
def test_a_role_comes_in_where_the_table_says_and_finds_nothing_elsewhere(
    town: Town, at_screen: AtScreen, there: Mapping[str, Any], role: str
) -> None:
    client = at_screen(holder(role)).client
    missing = blank(text_of(client.get("/no/such/page/")))
    wrong: list[str] = []
    for name in OURS:
        route = TABLE[name]
        answer = getattr(client, route.method)(address(name, there))
        if role in route.roles and not route.own:
            if answer.status_code in {404, 500}:
                wrong.append(f"{role} is shut out of {name}: {answer.status_code}")
        elif answer.status_code != 404:
            wrong.append(f"{role} gets {answer.status_code} at {name}")
        elif blank(text_of(answer)) != missing:
            wrong.append(f"{name} tells {role} that something is there")
    assert wrong == []


def test_a_visitor_is_sent_to_sign_in_everywhere(town: Town, there: Mapping[str, Any]) -> None:
    client = Client()
    for name in OURS:
        answer = getattr(client, TABLE[name].method)(address(name, there))
        if name == "light":  # a cookie of one's own, nothing else
            continue
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith("/accounts/login/"), name


#: Relation to an order of the community c001 that was handed down to its station: who, and whether it exists for them.
RELATIONS: Final[Mapping[str, tuple[str, bool]]] = {
    "own": ("clerk.c001", True), "own leader": ("approver.c001", True), "own worker": ("worker.c001", True),
    "child": ("worker.STATION", True), "sibling": ("clerk.c002", False), "child of sibling": ("worker.OTHER", False),
    "stranger": ("clerk.market", False), "centre": ("agent", True), "watcher": ("watcher", False),
}  # fmt: skip
ABOUT_ORDERS: Final = [name for name in OURS if TABLE[name].args.get("number") == "order" and not TABLE[name].own]


@pytest.mark.parametrize("confidential", [False, True], ids=["open", "confidential"])
@pytest.mark.parametrize("relation", RELATIONS)
def test_an_order_exists_for_its_own_people_alone(
    town: Town, at_screen: AtScreen, relation: str, confidential: bool
) -> None:
    number = dispatched(
        town, "c001", area="310117107001", confidential=confidential, name="欧阳秀兰", phone="13812348765",
        body="九曲泾边搭了棚子",
    )  # fmt: skip
    town.do("clerk.c001", number, "sign")
    station = next(u.code for u in town.pack.units if u.parent == "c001")
    other = next(u.code for u in town.pack.units if u.parent == "c002")
    town.do("clerk.c001", number, "hand_down", {"unit": station})
    who, exists = RELATIONS[relation]
    client = at_screen(who.replace("STATION", station).replace("OTHER", other)).client
    seq = town.order(number).head_seq
    for name in ABOUT_ORDERS:
        route = TABLE[name]
        if exists and route.method == "post":
            continue  # what may be done is the life-cycle table's affair: tests/orders/test_matrix.py
        answer = getattr(client, route.method)(address(name, {"order": number}))
        nothing = getattr(client, route.method)(address(name, {"order": NOBODY}))
        assert nothing.status_code == 404
        if exists:
            assert answer.status_code == 200, name
            page = text_of(answer)
            if confidential and relation != "centre":
                assert "欧" not in page, name
                assert "8765" not in page, name
        else:
            assert answer.status_code == 404, name
            assert blank(text_of(answer)) == blank(text_of(nothing)), name
            assert "九曲泾" not in text_of(answer)
    assert town.order(number).head_seq == seq
