"""The administrator's screens: packs and holidays, for the system administrator alone."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from open12345.directory import pack_changes, packs
from open12345.directory.models import AccessLog, PackVersion, Staff
from open12345.directory.person import SYSTEM
from open12345.directory.roles import STAFF_ROLES
from open12345.policy import Pack
from open12345.ui import navigation

from .conftest import Hire

SCREENS = ["packs", "pack_check", "calendar"]


@pytest.fixture
def loaded(db: None, pack: Pack) -> Pack:
    now = timezone.now()
    packs.load_pack(pack, effective_from=now, by=SYSTEM, at=now)
    return pack


@pytest.fixture
def admin(loaded: Pack, hire: Hire, sign_in: Callable[[Staff], Client]) -> Client:
    return sign_in(hire("system_admin"))


def text(client: Client, screen: str, *args: int, **query: str) -> str:
    answer = client.get(reverse(f"directory:{screen}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.function("ADM-02")
@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {"system_admin"}))
def test_for_others_the_screens_do_not_exist(
    loaded: Pack, hire: Hire, sign_in: Callable[[Staff], Client], role: str
) -> None:
    client = sign_in(hire(role))
    version = PackVersion.objects.get().pk
    for name, args in [*((s, []) for s in SCREENS), ("pack_version", [version]), ("holiday_drop", [])]:
        url = reverse(f"directory:{name}", args=args)
        assert client.get(url).status_code in {404, 405}
        assert client.post(url, {"date": "2099-01-05", "name": "jiuting"}).status_code in {404, 405}
    assert PackVersion.objects.count() == 1
    home = client.get(reverse("home"), follow=True).content.decode()
    assert reverse("directory:packs") not in home


def test_a_visitor_is_sent_to_sign_in(loaded: Pack, client: Client) -> None:
    for name in SCREENS:
        url = reverse(f"directory:{name}")
        assert client.get(url).headers["Location"] == f"{reverse('account_login')}?next={url}"
    piece = client.get(reverse("directory:packs"), headers={"hx-request": "true"})
    assert (piece.status_code, piece.headers["X-Session"]) == (401, "over")
    page = "http://testserver/admin/packs/?name=x"
    sent = client.post(reverse("directory:packs"), headers={"referer": page})
    assert sent.headers["Location"] == f"{reverse('account_login')}?next=/admin/packs/%3Fname%3Dx"
    away = client.post(reverse("directory:packs"), headers={"referer": "https://elsewhere.example/"})
    assert away.headers["Location"] == f"{reverse('account_login')}?next=/"


def test_what_is_hidden_and_what_is_not_there_look_alike(
    loaded: Pack, hire: Hire, sign_in: Callable[[Staff], Client]
) -> None:
    client = sign_in(hire("clerk", "dept-a"))
    there = client.get(reverse("directory:pack_version", args=[PackVersion.objects.get().pk]))
    not_there = client.get("/admin/packs/999999/")
    nowhere = client.get("/nothing/at/all/")
    assert there.status_code == not_there.status_code == nowhere.status_code == 404
    assert there.content == not_there.content == nowhere.content


@pytest.mark.function("ADM-03")
def test_versions_are_listed_with_their_state(admin: Client, loaded: Pack) -> None:
    later = Pack.model_validate(loaded.model_dump(mode="json") | {"title": "新标题"})
    now = timezone.now()
    packs.load_pack(later, effective_from=now + timedelta(days=3), by=SYSTEM, at=now, note="调整")
    page = text(admin, "packs")
    assert re.findall("在用|待生效|已被取代", page) == ["待生效", "在用"]
    assert "调整" in page
    detail = text(admin, "pack_version", PackVersion.objects.latest("id").pk)
    assert "新标题" in detail
    assert "待生效" in detail


@pytest.mark.function("ADM-03")
def test_a_pack_is_checked_then_loaded_with_a_date(admin: Client, loaded: Pack) -> None:
    local = Pack.model_validate(loaded.model_dump(mode="json") | {"title": "改过的标题"})
    now = timezone.now()
    packs.load_pack(local, effective_from=None, by=SYSTEM, at=now)
    page = text(admin, "pack_check", name="jiuting")
    assert "改过的标题" in page
    start = timezone.localtime(now + timedelta(days=2))
    said = {"name": "jiuting", "effective_from": f"{start:%Y-%m-%dT%H:%M}", "note": "恢复"}
    answer = admin.post(reverse("directory:pack_check"), said)
    assert answer.status_code == 302
    version = PackVersion.objects.latest("id")
    assert version.note == "恢复"
    assert version.effective_from == start.replace(second=0, microsecond=0)
    assert version.loaded_by is not None
    assert version.loaded_by.username == "system_admin.centre"
    assert AccessLog.objects.filter(act="pack.load", staff=version.loaded_by).count() == 1


@pytest.mark.function("ADM-03")
def test_another_citys_pack_is_compared_but_not_loaded(admin: Client, loaded: Pack) -> None:
    page = text(admin, "packs")
    assert re.findall(r'<option value="(\w+)"', page) == ["jiuting"], "what cannot be loaded is named, not offered"
    assert "服务器上另有 baoshan" in page
    for send in (admin.get, admin.post):
        answer = send(reverse("directory:pack_check"), {"name": "baoshan"})
        assert answer.status_code == 200
        assert list(answer.context["form"].errors) == ["name"]
        assert "在用的是 jiuting，不能装载 baoshan" in answer.content.decode()
        assert answer.context["changes"]
        page = answer.content.decode()
        assert 'method="post" data-guard' not in page, "no button that can only be refused"
        assert "人员、诉求和评价均为虚构" in page
    assert PackVersion.objects.count() == 1
    assert packs.pack_at(timezone.now())[1].digest == loaded.digest
    assert not AccessLog.objects.filter(act="pack.load", staff__isnull=False).exists()


def test_changes_are_told_by_section_with_their_number(admin: Client, loaded: Pack) -> None:
    sections = admin.get(reverse("directory:pack_check"), {"name": "baoshan"}).context["changes"]
    found = {one.title: one for one in sections}
    units = found["单位"]
    assert units.count == len(units.lines) + units.more > len(units.lines) == pack_changes.LINES_SHOWN
    assert not any(line.startswith("单位") for line in units.lines)
    assert any(line.startswith("时段 ") for line in found["工作时间"].lines), "the keys of the files are said in words"


def test_a_version_tells_its_title_its_sources_and_what_is_invented(admin: Client, loaded: Pack) -> None:
    page = text(admin, "pack_version", PackVersion.objects.get().pk)
    for said in (loaded.title, loaded.synthetic_notice, *loaded.sources, *loaded.text_not_published):
        assert escape(said) in page
    listed = text(admin, "packs")
    assert loaded.title in listed.partition("<tbody>")[2]
    assert "含示意数据" in listed


def test_a_date_gone_by_is_refused_at_its_field_and_nothing_typed_is_lost(admin: Client, loaded: Pack) -> None:
    said = {"name": "jiuting", "effective_from": "2020-01-01T00:00", "note": "写好的说明"}
    answer = admin.post(reverse("directory:pack_check"), said)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "生效时间不能早于现在" in page
    assert "写好的说明" in page
    assert PackVersion.objects.count() == 1


def test_a_broken_pack_shows_its_mistakes_and_changes_nothing(
    admin: Client, loaded: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "jiuting"
    broken.mkdir()
    (broken / "pack.yaml").write_text("id: jiuting\nlevel: planet\n", encoding="utf-8")
    monkeypatch.setattr("open12345.directory.views.find_pack", lambda name: broken)
    page = text(admin, "pack_check", name="jiuting")
    assert "pack.yaml" in page
    assert "在用版本不变" in page
    said = {"name": "jiuting"}
    assert admin.post(reverse("directory:pack_check"), said).status_code == 200
    assert PackVersion.objects.count() == 1
    assert packs.pack_at(timezone.now())[1].digest == loaded.digest


@pytest.mark.parametrize("name", ["../../etc", "nowhere", ""])
def test_only_packs_of_this_server_can_be_named(admin: Client, name: str) -> None:
    assert admin.get(reverse("directory:pack_check"), {"name": name}).status_code == 200
    admin.post(reverse("directory:pack_check"), {"name": name})
    assert PackVersion.objects.count() == 1


@pytest.mark.function("ADM-04")
def test_the_month_shows_holidays_make_up_days_and_provisional_years(admin: Client) -> None:
    october = text(admin, "calendar", month="2025-10")
    assert october.count("国庆节") >= 5
    assert "调休上班" in october
    assert "暂定" not in october
    far = text(admin, "calendar", month="2039-05")
    assert "尚未公布" in far
    assert far.count("暂定") >= 31
    for month in ("", "9999-99", "x", "0001-01"):
        assert admin.get(reverse("directory:calendar"), {"month": month}).status_code == 200


@pytest.mark.function("ADM-04")
def test_a_local_day_is_set_shown_and_given_back(admin: Client, loaded: Pack) -> None:
    day = next_monday()
    said = {
        "date": f"{day:%Y-%m-%d}",
        "kind": "half",
        "name": "台风半天",
        "hours": "09:00-11:30",
        "reason": "府办发〔2026〕1号",
    }
    assert admin.post(reverse("directory:calendar"), said).status_code == 302
    page = text(admin, "calendar", month=f"{day:%Y-%m}")
    assert "台风半天" in page
    assert "09:00–11:30" in page
    assert "本地" in page
    assert PackVersion.objects.latest("id").note.endswith("府办发〔2026〕1号")
    admin.post(reverse("directory:holiday_drop"), {"date": f"{day:%Y-%m-%d}"})
    assert "台风半天" not in text(admin, "calendar", month=f"{day:%Y-%m}")
    assert PackVersion.objects.count() == 3


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"date": "2020-01-06"}, "date"),
        ({"date": "gestern"}, "date"),
        ({"hours": "11:30-09:00"}, "hours"),
        ({"hours": ""}, "hours"),
        ({"kind": "party"}, "kind"),
        ({"reason": ""}, "reason"),
        ({"name": "长" * 100}, "name"),
    ],
)
def test_a_wrong_day_is_told_at_its_field(admin: Client, wrong: dict[str, str], field: str) -> None:
    said = {
        "date": f"{next_monday():%Y-%m-%d}",
        "kind": "half",
        "name": "半天",
        "hours": "09:00-11:30",
        "reason": "通知",
    }
    answer = admin.post(reverse("directory:calendar"), said | wrong)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert PackVersion.objects.count() == 1


def test_the_menu_shows_what_one_may_open(admin: Client) -> None:
    page = text(admin, "packs")
    assert 'aria-current="page"' in page
    assert reverse("directory:calendar") in page
    assert [e.url_name for e in navigation.entries_for({"clerk"}) if "directory:" in e.url_name] == []


def test_a_page_of_the_list_takes_a_fixed_number_of_queries(
    admin: Client, loaded: Pack, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    for number in range(5):
        other = Pack.model_validate(loaded.model_dump(mode="json") | {"title": f"标题{number}"})
        start = now + timedelta(days=number + 1)
        packs.load_pack(other, effective_from=start, by=SYSTEM, at=now)
    text(admin, "packs")
    with django_assert_max_num_queries(5):  # session, account, person, count, rows
        text(admin, "packs")


def next_monday() -> datetime:
    today = timezone.localtime()
    return today + timedelta(days=14 - today.weekday())
