"""The lamp on the dispatch desk and the page behind it: what they tell, who may force (DIS-06)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from open12345.directory.models import AccessLog
from open12345.dispatch.automatic import breakers, figures
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import BreakerChange, BreakerScope, Ending, Mode
from open12345.screen import picture
from tests.cast import Town
from tests.dispatch.breaking import LEAF, quick, sent
from tests.dispatch.deciding import asked_anew, switch
from tests.orders.walks import UNIT, change_pack
from tests.screens.conftest import Browser, at_screen, text_of, town

__all__ = ["asked_anew", "at_screen", "town"]
AtScreen = Callable[[str], Browser]
pytestmark = pytest.mark.function("DIS-06")
PAGE, LAMP, FORCE = "/dispatch/breakers/", "/dispatch/breakers/lamp/", "/dispatch/breakers/force/"


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def tripped(town: Town) -> Town:
    switch(town)
    change_pack(town, dispatching=quick(town.pack).dispatching.model_dump(mode="json"))
    for row in [sent(town) for _ in range(4)]:
        with transaction.atomic():
            breakers.note_ending(row, Ending.RETURNED, pack=town.pack, at=town.now)
    return town


def test_where_nothing_is_automatic_the_lamp_is_grey_whatever_stopped_before(
    tripped: Town, at_screen: AtScreen
) -> None:
    switch(tripped, Mode.SUGGEST)
    browser = at_screen("dispatcher")
    desk, page = browser.open("/dispatch/"), browser.open(PAGE)
    assert "lamp-grey" in desk
    assert "自动派单未启用" in desk
    assert "没有一个分类开通自动派单，系统只推荐" in desk
    assert "lamp-green" not in desk
    assert plain(page).count("未启用") == 4, "the lamp of all, and the three switches"
    assert picture._breaker(tripped.pack) == "", "nothing is held up on the wall"


def test_the_desk_wears_a_lamp_that_leads_to_the_page(town: Town, at_screen: AtScreen) -> None:
    switch(town)
    desk = at_screen("dispatcher").open("/dispatch/")
    assert f'href="{PAGE}"' in desk
    assert "自动派单正常" in desk
    assert "lamp-green" in desk


def test_a_tripped_breaker_turns_the_lamp_red_in_words_too(tripped: Town, at_screen: AtScreen) -> None:
    desk = at_screen("dispatcher").open("/dispatch/")
    assert "自动派单已熔断" in desk
    assert "lamp-red" in desk


def test_a_unit_alone_turns_it_amber(town: Town, at_screen: AtScreen) -> None:
    by = town.person("supervisor")
    breakers.force(town.pack, BreakerScope.UNIT, UNIT, State.OPEN, by=by, at=town.now, reason="职责调整")
    assert "自动派单 1 处熔断" in at_screen("dispatcher").open(LAMP)


def test_an_unchanged_lamp_is_answered_briefly(town: Town, at_screen: AtScreen) -> None:
    browser = at_screen("dispatcher")
    first = browser.client.get(LAMP)
    with CaptureQueriesContext(connection) as asked:
        again = browser.client.get(LAMP, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert sum("dispatch_" in one["sql"] for one in asked) == 1
    by = town.person("supervisor")
    breakers.force(town.pack, BreakerScope.MASTER, "", State.OPEN, by=by, at=town.now, reason="演练")
    later = browser.client.get(LAMP, headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert "总开关" in text_of(later)


def test_an_empty_page_says_what_would_be_there(town: Town, at_screen: AtScreen) -> None:
    page = at_screen("dispatcher").open(PAGE)
    assert "还没有自动派单" in page
    assert "data-chart" not in page


def test_the_page_tells_figures_changes_and_draws_a_chart_with_a_table_beside_it(
    tripped: Town, at_screen: AtScreen
) -> None:
    page = at_screen("dispatcher").open(PAGE)
    words = plain(page)
    assert tripped.pack.category_tree[LEAF].title in words
    assert tripped.pack.unit_tree[UNIT].name in words
    assert "4 件中 4 件派错，一次派准 0.0%，下限 80%；暂停 60 分钟" in words
    found = re.search(r'<script id="breaker-chart-option" type="application/json">(.*?)</script>', page)
    assert found is not None
    option = json.loads(found[1])
    then = -1 - (timezone.localdate() - timezone.localdate(tripped.now)).days  # soon after midnight it was yesterday
    rates, today = option["series"][0], option["xAxis"]["data"][then]
    assert rates["markLine"]["data"][0]["yAxis"] == 80.0
    assert rates["data"][then]["value"] == 0.0
    assert rates["markPoint"]["data"][-1]["coord"] == [today, 0.0]
    assert "数据表" in words


def test_what_a_person_stopped_is_told_apart_from_what_stopped_by_itself(tripped: Town, at_screen: AtScreen) -> None:
    by = tripped.person("supervisor")
    breakers.force(tripped.pack, BreakerScope.MASTER, "", State.OPEN, by=by, at=tripped.now, reason="演练")
    page = at_screen("dispatcher").open(PAGE)
    found = re.search(r'<script id="breaker-chart-option" type="application/json">(.*?)</script>', page)
    assert found is not None
    pins = json.loads(found[1])["series"][0]["markPoint"]
    assert pins["data"][-1]["name"] == "熔断、人工"
    assert pins["symbolOffset"][1] < 0, "above the point, not on it"
    row = plain(page.split("数据表")[1])
    assert re.search(r"熔断 全部、.* 人工 总开关", row)


def test_a_stop_by_hand_alone_is_no_trip(town: Town, at_screen: AtScreen) -> None:
    by = town.person("supervisor")
    breakers.force(town.pack, BreakerScope.MASTER, "", State.OPEN, by=by, at=town.now, reason="演练")
    (day,) = (one for one in figures.days(town.pack, town.now) if one.told)
    assert (day.stopped, day.trips, day.by_hand) == ("人工", [], ["总开关"])


def test_matters_and_units_to_be_forced_are_grouped_and_found_by_typing(town: Town, at_screen: AtScreen) -> None:
    page = at_screen("supervisor").open(PAGE)
    form = page.split('id="force"')[1].split("</form>")[0]
    assert 'class="action-form"' in form, "choose.js makes a field with a list of what is long"
    groups = re.findall(r'<optgroup label="(.*?)"', form)
    roots = [row.title for row in town.pack.categories if not row.parent]
    assert groups[: len(roots) + 1] == ["全部", *(f"分类：{title}" for title in roots)]
    assert "单位：社区居委会" in groups or len([one for one in groups if one.startswith("单位：")]) > 1


@pytest.mark.parametrize("who", ["dispatcher", "floor_supervisor", "supervisor"])
def test_who_may_see_it_has_it_in_the_menu(town: Town, at_screen: AtScreen, who: str) -> None:
    menu = at_screen(who).open("/")
    assert re.search(rf'<a[^>]*href="{PAGE}"[^>]*>\s*(<[^>]+>\s*)*智能派单', menu)


def test_only_who_may_force_is_offered_it(tripped: Town, at_screen: AtScreen) -> None:
    assert FORCE not in at_screen("dispatcher").open(PAGE)
    at_screen("dispatcher").client.post(FORCE, {})
    browser = at_screen("floor_supervisor")
    assert f'<option value="unit:{UNIT}" selected>' in browser.open(f"{PAGE}?for=unit:{UNIT}")
    browser.fill(PAGE, {"breaker": f"unit:{UNIT}", "state": "closed", "reason": "职责已理清"}, action=FORCE)
    change = BreakerChange.objects.latest("pk")
    assert (change.scope, change.key, change.state, change.forced) == ("unit", UNIT, "closed", True)
    assert (change.by_id, change.reason) == (tripped.person("floor_supervisor").id, "职责已理清")
    assert AccessLog.objects.filter(act="breaker.force", object=f"breaker:unit:{UNIT}").exists()
    assert "人工强制：职责已理清" in plain(browser.open(PAGE))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": " "}, "这个字段是必填项"),
        ({"state": "release"}, "没有人强制它"),
        ({"breaker": "unit:nowhere"}, "nowhere"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_changes(
    town: Town, at_screen: AtScreen, typed: dict[str, str], said: str
) -> None:
    fields = {"breaker": "master", "state": "open", "reason": "演练", **typed}
    page = text_of(at_screen("supervisor").fill(PAGE, fields, action=FORCE, status=422))
    assert said in page
    assert not BreakerChange.objects.exists()


def test_older_changes_stand_on_a_further_page(town: Town, at_screen: AtScreen) -> None:
    by = town.person("supervisor")
    for n in range(27):
        state = State.OPEN if n % 2 == 0 else State.CLOSED
        breakers.force(town.pack, BreakerScope.MASTER, "", state, by=by, at=town.now, reason=f"第{n}次")
    browser = at_screen("dispatcher")
    page = browser.open(PAGE)
    assert "第26次" in page
    assert "第1次" not in page
    further = re.search(r'href="(\?before=\d+)"', page)
    assert further is not None
    assert "第1次" in browser.open(PAGE + further[1])
    browser.open(f"{PAGE}?before=９９")


def test_it_is_told_in_english_too(tripped: Town, at_screen: AtScreen) -> None:
    browser = at_screen("dispatcher")
    browser.client.cookies["django_language"] = "en"
    assert not re.search("[一-鿿]", plain(browser.open(LAMP)))
