"""The home page: what is late, due and new at one's own desks, each figure a list, each row one click from work."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from open12345.orders.models import Assignment, WorkOrder
from open12345.ui import home, navigation
from open12345.ui.views import HERE_COOKIE
from tests.cast import Town
from tests.orders.walks import RETURN, dispatched, reported, signed, to_callback
from tests.screens.conftest import Browser

AtScreen = Callable[[str], Browser]
pytestmark = pytest.mark.function("SCR-03")


def card(page: str, name: str) -> str:
    """The part of the home page that is one card."""
    found = re.search(rf'aria-labelledby="card-{name}">(.*?)</section>', page, re.DOTALL)
    return found[1] if found else ""


def figures(part: str) -> dict[str, tuple[int, str]]:
    """Label → (value, where it leads) of a card's figures."""
    rows = re.findall(r'<a href="([^"]+)">([^<]+) <b>(\d+)</b></a>', part)
    return {label.strip(): (int(value), html.unescape(url)) for url, label, value in rows}


def titles(part: str) -> list[str]:
    return re.findall(r'<li class="[^"]*"\s+data-row>\s*<a href="[^"]+">([^<]+)</a>', part)


def due(number: str, **away: float) -> None:
    WorkOrder.objects.filter(number=number).update(due_at=timezone.now() + timedelta(**away))


def listed(page: str) -> set[str]:
    return set(re.findall(r'data-number="(\d+)"', page))


def test_each_figure_opens_the_list_of_just_these_orders(town: Town, at_screen: AtScreen) -> None:
    late, today, later = (town.register(title=title) for title in ("超时的", "今天的", "以后的"))
    due(late, hours=-5)
    due(later, days=3)
    WorkOrder.objects.filter(number=today).update(
        due_at=timezone.localtime().replace(hour=23, minute=59, second=59, microsecond=0)
    )
    WorkOrder.objects.filter(number=later).update(accepted_at=timezone.now() - timedelta(days=9))
    dispatcher = at_screen("dispatcher")
    found = figures(card(dispatcher.open("/"), "dispatch"))
    assert {label: value for label, (value, _url) in found.items() if label != "新到"} == {
        "已超时": 1,
        "今天到期": 1,
        "全部": 3,
    }
    for label, numbers in (("已超时", {late}), ("今天到期", {today}), ("全部", {late, today, later})):
        value, url = found[label]
        page = dispatcher.open(url)
        assert listed(page) == numbers, label
        assert value == len(numbers)
    value, url = found["新到"]
    assert len(listed(dispatcher.open(url))) == value
    assert later not in listed(dispatcher.open(url))


def test_what_is_due_first_stands_first_and_opens_at_its_desk(town: Town, at_screen: AtScreen) -> None:
    numbers = [town.register(title=f"第{n}件") for n in range(7)]
    for place, number in enumerate(numbers):
        due(number, hours=20 - place)
    dispatcher = at_screen("dispatcher")
    part = card(dispatcher.open("/"), "dispatch")
    assert titles(part) == ["第6件", "第5件", "第4件", "第3件", "第2件"]
    assert f'href="/dispatch/?open={numbers[6]}"' in part
    assert f'action="/orders/{numbers[6]}/do/dispatch/"' in dispatcher.open(f"/dispatch/?open={numbers[6]}")


def test_a_unit_sees_its_own_shares_by_their_own_time(town: Town, at_screen: AtScreen) -> None:
    mine = signed(town, title="本单位的事")
    dispatched(town, "market", title="别的单位的私密事")
    share = Assignment.objects.get(order__number=mine)
    Assignment.objects.filter(pk=share.pk).update(due_at=timezone.now() - timedelta(hours=1))
    clerk = at_screen("clerk.urban")
    page = clerk.open("/")
    part = card(page, "handling")
    found = figures(part)
    assert (found["已超时"][0], found["全部"][0]) == (1, 1)
    assert listed(clerk.open(found["已超时"][1])) == {mine}
    assert f"/handling/?open={mine}&amp;assignment={share.pk}" in part
    assert 'class="late"' in part
    assert "私密事" not in page


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("agent", {"intake", "notices"}),
        ("dispatcher", {"dispatch", "notices"}),
        ("clerk.urban", {"handling", "notices"}),
        ("reviewer", {"review", "notices"}),
        ("callback_agent", {"callback", "notices"}),
        ("supervisor", {"late", "today", "papers", "notices"}),
        ("leader", {"late", "today", "papers", "notices"}),
        ("analyst", {"today", "papers", "notices"}),
        ("inspector", {"late", "closed", "notices"}),
        ("floor_supervisor", {"late", "today", "callback", "papers", "notices"}),
        ("system_admin", {"health", "packs"}),
        ("watcher", set()),
    ],
)
def test_only_ones_own_desks_stand_there(at_screen: AtScreen, name: str, own: set[str]) -> None:
    page = at_screen(name).open("/")
    found = set(re.findall(r'id="card-(\w+)"', page))
    assert found - {"month"} == own  # the month's card is there where facts were built
    assert "month" not in found or "today" in own


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("clerk.urban", "没有到期的事"),
        ("dispatcher", "没有待派的工单"),
        ("reviewer", "没有待审核的办结报告"),
        ("callback_agent", "没有待回访的工单"),
        ("agent", "没有未写完的登记"),
        ("supervisor", "没有超时的工单"),
    ],
)
def test_an_empty_desk_says_so(at_screen: AtScreen, name: str, words: str) -> None:
    assert words in at_screen(name).open("/")


def test_desks_of_the_centre_count_what_stands_there(town: Town, at_screen: AtScreen) -> None:
    report, call = reported(town, title="待审核的"), to_callback(town, title="待回访的")
    for name, card_name, url, late, number in (
        ("reviewer", "review", "/handling/review/", "/handling/review/?tab=late", report),
        ("callback_agent", "callback", "/callback/", "/orders/?state=late&stage=callback", call),
    ):
        due(number, hours=-1)
        browser = at_screen(name)
        part = card(browser.open("/"), card_name)
        found = figures(part)
        assert found["已超时"] == (1, late)
        assert f"{url}?open={number}" in part
        assert number in browser.open(late)
        due(number, hours=1)
        assert number not in browser.open(late)


def test_applications_wait_on_the_home_of_who_decides(town: Town, at_screen: AtScreen) -> None:
    number = signed(town, title="要退的单")
    town.do("clerk.urban", number, "apply", RETURN)
    part = card(at_screen("approver.urban").open("/"), "applications")
    assert "要退的单" in part
    assert f"/orders/applications/?open={number}" in part
    assert re.search(r'home-when">\s*申请于\s*<time', part), "a moment beside deadlines says what happened then"
    for name in ("approver.market", "dispatcher", "clerk.urban"):
        assert not card(at_screen(name).open("/"), "applications"), name


def test_drafts_wait_for_their_author_alone(town: Town, at_screen: AtScreen) -> None:
    number = town.create("save_draft", {"title": "写了一半", "channel": "phone"}).number
    assert reverse("intake:draft", args=[number]) in card(at_screen("agent").open("/"), "intake")
    assert "写了一半" not in at_screen("agent2").open("/")


def test_the_last_notices_stand_aside(town: Town, at_screen: AtScreen) -> None:
    dispatched(town, title="新派来的")
    part = card(at_screen("clerk.urban").open("/"), "notices")
    assert "新派来的" in part
    assert "is-strong" in part
    assert re.search(r'href="/notices/\d+/"', part)


def test_new_is_what_came_since_the_visit_before(town: Town, at_screen: AtScreen) -> None:
    old, new = town.register(), town.register()
    now = timezone.now()
    WorkOrder.objects.filter(number=old).update(accepted_at=now - timedelta(hours=30))
    WorkOrder.objects.filter(number=new).update(accepted_at=now - timedelta(hours=26))
    dispatcher = at_screen("dispatcher")

    def told(owner: int | None, last: timedelta, before: timedelta) -> int:
        value = [owner, int((now - last).timestamp()), int((now - before).timestamp())]
        dispatcher.client.cookies[HERE_COOKIE] = signing.dumps(value, salt=HERE_COOKIE)
        return figures(card(dispatcher.open("/"), "dispatch"))["新到"][0]

    me = town.person("dispatcher").id
    assert told(me, timedelta(hours=28), timedelta(days=9)) == 1, "the last look was another visit"
    assert told(me, timedelta(minutes=5), timedelta(hours=40)) == 2, "still the same visit"
    assert told(me, timedelta(hours=1), timedelta(hours=40)) == 0
    assert told(town.person("agent").id, timedelta(days=9), timedelta(days=9)) == 0, "another's cookie tells nothing"
    dispatcher.client.cookies[HERE_COOKIE] = "nonsense"
    assert figures(card(dispatcher.open("/"), "dispatch"))["全部"][0] == 2


@pytest.mark.parametrize("since", ["", "x", "-1", "99999999999999", "９９"])
def test_an_odd_moment_in_an_address_lists_all(town: Town, at_screen: AtScreen, since: str) -> None:
    number = town.register()
    assert listed(at_screen("dispatcher").open(f"/dispatch/?tab=new&since={since}")) == {number}


def test_it_is_cheap_however_much_waits(
    town: Town, at_screen: AtScreen, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        town.register()
        town.do("clerk.urban", signed(town), "apply", RETURN)
        town.do("approver.urban", WorkOrder.objects.latest("pk").number, "grant")
    for name, most in (("dispatcher", 12), ("clerk.urban", 12), ("approver.urban", 12), ("reviewer", 9)):
        browser = at_screen(name)
        browser.open("/")
        with django_assert_max_num_queries(most):
            browser.open("/")


def test_the_home_is_kept_by_nobody(at_screen: AtScreen) -> None:
    answer = at_screen("clerk.urban").client.get("/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.cookies[HERE_COOKIE]["httponly"]


def test_it_speaks_english(town: Town, at_screen: AtScreen) -> None:
    dispatched(town, title="A lamp")
    clerk = at_screen("clerk.urban")
    clerk.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = clerk.open("/")
    for word in ("Late", "Due today", "New", "Notices", "New order"):
        assert word in page
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<[^>]+>", "", card(page, "handling")))


@pytest.fixture
def lone_desk() -> Iterator[None]:
    entry = navigation.Entry("words", "用语", frozenset({"watcher"}))
    navigation.register(entry)
    yield
    navigation.forget("words")


@pytest.mark.usefixtures("lone_desk")
def test_one_with_one_page_and_nothing_to_be_told_is_led_there(at_screen: AtScreen) -> None:
    assert at_screen("watcher").client.get("/").headers["Location"] == reverse("words")
    lent = home.Card("lone", "甲", "words", frozenset({"watcher"}), lambda _person, _visit: home.Shown(empty="无事"))
    home.lend(lent)
    try:
        assert "无事" in at_screen("watcher").open("/")
    finally:
        home.forget("lone")


def test_a_card_that_has_nothing_to_say_is_left_out() -> None:
    silent = home.Card("silent", "甲", "home", frozenset({"nobody"}), lambda _person, _visit: None)
    home.lend(silent)
    try:
        now = timezone.now()
        assert home.cards_for({"nobody"}, None, home.Visit(now, now)) == []
    finally:
        home.forget("silent")
