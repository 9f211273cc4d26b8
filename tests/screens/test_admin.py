"""What the rooms lend the administrators: units that must stay, unmasking on record, roles told; and its English."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from open12345.directory import audit, nodes
from open12345.directory.models import AccessLog, Unit
from open12345.orders.lifecycle import ACTIONS
from tests.cast import CONTACT, Town
from tests.screens.conftest import Browser
from tests.screens.test_english import in_english

AtScreen = Callable[[str], Browser]


@pytest.mark.function("ADM-01")
def test_a_unit_with_work_that_is_not_done_cannot_be_switched_off(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    unit = Unit.objects.get(code="enforcement")
    admin = at_screen("system_admin")
    url = reverse("directory:unit", args=["enforcement"])
    page = admin.client.get(url).content.decode()
    assert "1 件未办结" in page
    said = {"name": unit.name, "phone": unit.phone}
    refused = admin.client.post(url, said)
    assert "1 件未办结" in str(refused.context["form"].errors["active"])
    unit.refresh_from_db()
    assert unit.active
    town.do("dispatcher", number, "take_back", {"reason": "派错了单位，收回重派"})
    assert nodes.reasons_to_stay(unit) == []
    admin.client.post(url, said)
    unit.refresh_from_db()
    assert not unit.active


@pytest.mark.function("ADM-05")
def test_the_auditor_sees_who_unmasked_what_and_why(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    town.do("clerk.enforcement", number, "sign")
    town.do("clerk.enforcement", number, "contact", CONTACT)
    reason = "回拨13812348000核实门牌"
    clerk = at_screen("clerk.enforcement")
    clerk.client.post(f"/orders/{number}/reveal/", {"what": "requester", "reason": reason})
    stranger = at_screen("clerk.market")
    stranger.client.post(f"/orders/{number}/reveal/", {"what": "requester", "reason": "好奇看看"})
    line = AccessLog.objects.get(act="unmask")
    assert line.object == f"order:{number}"
    assert line.ip == "127.0.0.1"
    page = at_screen("audit_admin").client.get(reverse("directory:audit"), {"object": f"order:{number}"})
    text = page.content.decode()
    assert "查看隐私信息" in text
    assert "核实门牌" in text
    assert "13812348000" not in text
    assert "好奇看看" not in text


def test_every_act_that_is_recorded_has_a_name() -> None:
    assert all(str(title) for title in audit.ACTS.values())
    assert {"unmask", "staff.change", "audit.export", "job.retry"} <= audit.ACTS.keys()


@pytest.mark.function("ADM-02")
def test_every_act_of_the_life_cycle_that_a_role_may_do_is_told(town: Town, at_screen: AtScreen) -> None:
    page = at_screen("security_admin").client.get(reverse("directory:roles")).content.decode()
    for action in ACTIONS.values():
        if any(who.roles for who in action.who):
            assert str(action.title) in page, action.name


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("system_admin", "/admin/units/_import/"),
        ("system_admin", "/admin/units/_new/"),
        ("system_admin", "/admin/health/"),
        ("security_admin", "/admin/roles/"),
        ("security_admin", "/admin/staff/new/"),
        ("security_admin", "/admin/staff/import/"),
        ("audit_admin", "/admin/audit/?object=nothing"),
    ],
)
def test_the_administrators_screens_speak_english(town: Town, at_screen: AtScreen, name: str, page: str) -> None:
    browser = at_screen(name)
    browser.client.cookies["django_language"] = "en"
    body = browser.client.get(page).content.decode()
    body = body.split("<main", 1)[1].split("</main>")[0].split('<pre class="sample">')[0]
    heads = {"代码", "名称", "类别", "上级", "电话", "用户名", "姓名", "单位", "角色", "分机"}  # of the file
    assert set(in_english(body)) <= heads
