"""What is somebody's own (a list, a phrase, an import, a turn of duty …) does not exist for anybody else (SEC-07).

Each thing is real and each door to it is knocked at by the whole cast: the table of roles says who may come to such a
page at all, this one whose things they find there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from open12345.directory import shifts
from open12345.directory.models import DutyShift, Staff, Unit
from open12345.handling import idioms
from open12345.intake import appointments
from open12345.intake.models import ImportRun
from open12345.notify.models import Notice
from open12345.orders import savedviews
from open12345.orders.models import Attachment
from tests.cast import Town
from tests.orders.walks import dispatched
from tests.screens.conftest import Browser, text_of
from tests.screens.test_rights_matrix import blank

AtScreen = Callable[[str], Browser]
pytestmark = pytest.mark.function("SEC-07")

#: Who may come to such a page at all (the matrix of roles shuts the others out), of the centre and of three units:
#: own, brother, stranger; and two who never may.
CAST: Final = (
    "agent", "dispatcher", "callback_agent", "supervisor", "leader", "watcher", "security_admin",
    "clerk.c001", "approver.c001", "worker.c001", "clerk.c002", "approver.c002", "clerk.market",
)  # fmt: skip
#: Words that only the thing holds: no answer to a stranger may carry them.
LEAK: Final = "九曲泾边的违建"
#: What never was, by the kind of its address.
NOTHING: Final = {"number": "310117202501011999999", "token": "5f0c5c0e-0000-4000-8000-000000000000"}


@dataclass(frozen=True)
class Thing:
    """A real thing, the door to it, and who alone finds it there."""

    make: Callable[[Town, Browser], int | str]
    route: str
    whose: frozenset[str]
    arg: str = "pk"
    more: Mapping[str, str] = field(default_factory=dict)
    method: str = "get"
    sent: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""  # who makes it; else the only one whose it is

    def address(self, found: int | str) -> str:
        """The door to one such thing."""
        return reverse(self.route, kwargs={self.arg: found, **self.more})


def pk_of(town: Town, name: str) -> int:
    return town.person(name).id or 0


def unit_of(code: str) -> Unit:
    return Unit.objects.get(code=code)


def a_view(town: Town, _who: Browser) -> int:
    view = savedviews.save(pk_of(town, "agent"), LEAK, "state=handling")
    assert view is not None
    return view.pk


def a_phrase(scope: str) -> Callable[[Town, Browser], int]:
    def make(town: Town, who: Browser) -> int:
        return idioms.save("answer.text", LEAK, scope, by=town.person(who.name), at=town.now, pack=town.pack).pk

    return make


def an_import(town: Town, who: Browser) -> int:
    file = SimpleUploadedFile("六月.csv", f"诉求内容,联系电话\n{LEAK},13812348765\n".encode())
    who.fill("/intake/import/", {"file": file})
    return ImportRun.objects.latest("pk").pk


def a_draft(town: Town, _who: Browser) -> str:
    return town.create("save_draft", {"body": LEAK, "phone": "13812348765"}).number


def a_turn(town: Town, _who: Browser) -> int:
    unit = unit_of("c001")
    turn = shifts.Turn(
        staff=Staff.objects.get(pk=pk_of(town, "clerk.c001")), kind=DutyShift.Kind.DUTY,
        starts_at=town.now, ends_at=town.now + timedelta(hours=8), phone="62118765",
    )  # fmt: skip
    return shifts.add(unit, turn, by=town.person("approver.c001"), at=town.now).pk


def an_order(town: Town) -> str:
    return dispatched(town, "c001", area="310117107001", title=LEAK, body=f"{LEAK}，住在里面的老人怕塌")


def a_notice(town: Town, _who: Browser) -> int:
    number = an_order(town)
    return Notice.objects.filter(order__number=number, unit=unit_of("c001")).latest("pk").pk


def a_file(town: Town, who: Browser) -> str:
    number = an_order(town)
    town.do("clerk.c001", number, "sign")
    picture = SimpleUploadedFile("a.txt", LEAK.encode(), "text/plain")
    who.post(reverse("orders:upload", args=[number]), {"purpose": "photo", "file": picture})
    return str(Attachment.objects.latest("pk").token)


def a_promise(town: Town, _who: Browser) -> int:
    number = town.register(title=LEAK)
    later = town.now + timedelta(days=1)
    return appointments.make(number, later, LEAK, by=town.person("agent"), now=town.now).pk


OF_C001: Final = frozenset({"clerk.c001", "approver.c001", "worker.c001"})
CENTRE: Final = frozenset(CAST[:5])
THINGS: Final[Mapping[str, Thing]] = {
    "a saved list, renamed": Thing(
        a_view, "orders:change_view", frozenset({"agent"}), more={"act": "rename"}, method="post", sent={"name": "我的"}
    ),
    "a saved list, deleted": Thing(
        a_view, "orders:change_view", frozenset({"agent"}), more={"act": "delete"}, method="post"
    ),
    "a phrase of one's own, put up": Thing(
        a_phrase("own"), "handling:idiom_up", frozenset({"clerk.c001"}), method="post"
    ),
    "a phrase of one's own, removed": Thing(
        a_phrase("own"), "handling:idiom_remove", frozenset({"clerk.c001"}), method="post"
    ),
    "an import": Thing(an_import, "intake:import", frozenset({"dispatcher"})),
    "an import's progress": Thing(an_import, "intake:import_progress", frozenset({"dispatcher"})),
    "an import, once more": Thing(an_import, "intake:import_again", frozenset({"dispatcher"}), method="post"),
    "a draft": Thing(a_draft, "intake:draft", frozenset({"agent"}), arg="number"),
    "a turn of duty": Thing(a_turn, "directory:shift", frozenset({"approver.c001"}), owner="agent"),
    "a notice": Thing(a_notice, "notify:open", OF_C001 - {"approver.c001"}, owner="agent"),
    "a file": Thing(a_file, "orders:file", OF_C001 | CENTRE, arg="token", owner="clerk.c001"),
}  # fmt: skip


@pytest.mark.parametrize("name", THINGS)
def test_a_thing_exists_for_those_alone_whose_it_is(town: Town, at_screen: AtScreen, name: str) -> None:
    thing = THINGS[name]
    found = thing.make(town, at_screen(thing.owner or min(thing.whose)))
    nothing = NOTHING.get(thing.arg, 0)
    wrong: list[str] = []
    for who in set(CAST) - thing.whose:
        client = at_screen(who).client
        answer = getattr(client, thing.method)(thing.address(found), dict(thing.sent))
        never = getattr(client, thing.method)(thing.address(nothing), dict(thing.sent))
        if answer.status_code != 404:
            wrong.append(f"{who} gets {answer.status_code}")
        elif blank(text_of(answer)) != blank(text_of(never)) or LEAK in text_of(answer):
            wrong.append(f"{who} is told that it is there")
    assert wrong == []
    owner = getattr(at_screen(min(thing.whose)).client, thing.method)(thing.address(found), dict(thing.sent))
    assert owner.status_code < 400, "and it is really there for its own people"


def test_a_promised_call_is_the_intake_desk_s_alone(town: Town, at_screen: AtScreen) -> None:
    found = a_promise(town, at_screen("agent"))
    for who in set(CAST) - {"agent", "dispatcher"}:
        answer = at_screen(who).client.post(reverse("intake:called", args=[found]), {"result": "reached"})
        assert answer.status_code == 404, who
    assert appointments.open_ones(town.person("agent")).filter(pk=found).exists(), "nobody else has ended it"
