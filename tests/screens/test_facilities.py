"""The register on screen: looked at by agents and dispatchers, kept by the system administrator, told while typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from open12345.directory.models import AccessLog, Unit
from open12345.dispatch.facilities import used
from open12345.dispatch.facilities.panels import hint
from open12345.dispatch.models import Facility
from open12345.orders.hints import Talk
from open12345.orders.sight import Sight
from tests.cast import Town
from tests.dispatch.facilities import HERE, LAMP, entered, point
from tests.screens.conftest import Browser, text_of

pytestmark = pytest.mark.function("DIS-19")
AtScreen: TypeAlias = Callable[[str], Browser]
LIST = "/dispatch/facilities/"


def talk(town: Town, **said: str) -> Talk:
    return Talk(Sight(person=town.person("agent"), at=town.now, pack=town.pack), said)


def test_an_empty_register_says_what_it_is_for(town: Town, at_screen: AtScreen) -> None:
    del town
    assert "由系统管理员维护" in at_screen("agent").open(LIST)
    assert f"{LIST}import/" in at_screen("system_admin").open(LIST)


def test_the_list_is_searched_paged_and_drawn(town: Town, at_screen: AtScreen) -> None:
    for number in range(60):
        entered(town, f"L-{number:04}", east=number, place="涞亭南路")
    entered(town, "M-0001", kind="manhole", owner="urban", active=False)
    agent = at_screen("agent")
    page = agent.open(LIST)
    assert "共 60 个" in page
    assert "第 1 / 2 页" in page
    assert "L-0059" in agent.open(f"{LIST}?page=2")
    assert "共 1 个" in agent.open(f"{LIST}?q=M-&active=")
    assert "没有符合的设施" in agent.open(f"{LIST}?q=L-&kind=manhole&active=1")
    drawn = agent.client.get(f"{LIST}dots/?q=L-000&active=1").json()["dots"]
    assert len(drawn) == 10
    assert drawn[0]["title"] == "路灯 L-0000 · 镇属绿化养护公司（示意）"
    assert "新增" not in page
    assert f"{LIST}import/" not in page


def test_one_is_entered_moved_retired_and_exported(town: Town, at_screen: AtScreen) -> None:
    del town
    keeper = at_screen("system_admin")
    typed = {
        "kind": "lamp", "code": "l-0123", "owner": "greening", "title": "", "place": "涞亭南路",
        "longitude": str(HERE[0]), "latitude": str(HERE[1]),
    }  # fmt: skip
    keeper.fill(f"{LIST}new/", typed)
    row = Facility.objects.get()
    assert "已经有这个编号" in text_of(keeper.fill(f"{LIST}new/", typed, status=422))
    keeper.fill(f"{LIST}{row.pk}/edit/", {"owner": "urban", "place": "沪亭北路"})
    row.refresh_from_db()
    assert (row.code, row.owner.code, row.place) == ("L-0123", "urban", "沪亭北路")
    keeper.post(f"{LIST}{row.pk}/retire/", {"retire": ""})
    assert "L-0123" not in keeper.open(LIST)
    keeper.post(f"{LIST}{row.pk}/retire/", {"restore": ""})
    assert keeper.client.get(f"{LIST}export/").status_code == 405, "it writes that somebody took the register away"
    assert not AccessLog.objects.filter(act="facilities.export").exists()
    export = b"".join(keeper.client.post(f"{LIST}export/")).decode("utf-8-sig")
    assert "路灯,L-0123,,urban,沪亭北路,121.321234,31.127345,在用" in export
    assert AccessLog.objects.filter(act="facilities.export").exists()


def test_an_exported_file_is_imported_again(town: Town, at_screen: AtScreen) -> None:
    entered(town)
    keeper = at_screen("system_admin")
    export = b"".join(keeper.client.post(f"{LIST}export/"))
    Facility.objects.update(owner=Unit.objects.get(code="urban"))
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 - for this file alone

    file = SimpleUploadedFile("facilities.csv", export)
    answer = keeper.client.post(f"{LIST}import/", {"file": file, "do": "import"})
    assert answer.status_code == 200
    assert Facility.objects.get().owner.code == "greening"


@pytest.mark.parametrize("name", ["clerk.urban", "worker.c001", "security_admin"])
def test_a_unit_may_neither_see_nor_change_it(town: Town, at_screen: AtScreen, name: str) -> None:
    row = entered(town)
    person = at_screen(name)
    for url in (LIST, f"{LIST}{row.pk}/", f"{LIST}dots/", f"{LIST}export/", f"{LIST}new/", f"{LIST}{row.pk}/edit/"):
        person.open(url, status=404)
    person.post(f"{LIST}{row.pk}/retire/", {"retire": ""}, status=404)


def test_agents_and_dispatchers_look_and_do_not_change(town: Town, at_screen: AtScreen) -> None:
    row = entered(town)
    for name in ("agent", "dispatcher"):
        person = at_screen(name)
        assert "镇属绿化养护公司" in person.open(f"{LIST}{row.pk}/")
        person.open(f"{LIST}{row.pk}/edit/", status=404)
        person.post(f"{LIST}{row.pk}/retire/", {"retire": ""}, status=404)


def test_the_page_of_a_lamp_shows_the_orders_about_it(town: Town, at_screen: AtScreen) -> None:
    row = entered(town)
    number = town.register(**LAMP, **point())
    used.look(town.order(number).pk, town.now)
    page = at_screen("dispatcher").open(f"{LIST}{row.pk}/")
    assert number in page.replace(" ", "")
    assert "近 90 天 1 件" in page
    assert number not in at_screen("system_admin").open(f"{LIST}{row.pk}/").replace(" ", "")


def test_a_facility_of_another_pack_is_not_there(town: Town, at_screen: AtScreen) -> None:
    row = entered(town)
    Facility.objects.update(pack="elsewhere")
    at_screen("system_admin").open(f"{LIST}{row.pk}/", status=404)


def test_the_dispatcher_sees_whose_the_lamp_is(town: Town, at_screen: AtScreen) -> None:
    entered(town)
    number = town.register(**LAMP, **point())
    form, pane = at_screen("dispatcher").open(f"/dispatch/?open={number}").split('class="pane-help"')
    assert "设施登记：路灯 L-0123（距工单位置 12 米）由镇属绿化养护公司（示意）管理" in form
    assert "距选点 12 米" in pane


def test_the_agent_is_told_while_typing_and_may_take_the_place(town: Town) -> None:
    row = entered(town, place="涞亭南路")
    longitude, latitude = map(str, HERE)
    found = hint(talk(town, body="门口路灯坏了", longitude=longitude, latitude=latitude))
    assert found is not None
    assert (found["facility"], found["place"]) == (row, "涞亭南路 路灯 L-0123")
    assert found["spot"] == "121.321360,31.127345"
    asked = hint(talk(town, body="门口路灯坏了"))
    assert asked is not None
    assert "match" not in asked
    assert hint(talk(town, body="楼上装修太吵")) is None


@pytest.mark.parametrize("where", [("121.321000", "31.127000"), ("nan", "31.1"), ("", ""), ("1e5", "2")])
def test_a_coarse_or_broken_point_finds_nothing(town: Town, where: tuple[str, str]) -> None:
    entered(town, east=0)
    found = hint(talk(town, body="门口路灯坏了", longitude=where[0], latitude=where[1]))
    assert found is not None
    assert "match" not in found
