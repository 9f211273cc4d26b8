"""Desks list by clock, page by keyset, in a fixed number of queries; search finds by number, phone and words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from open12345.orders import lists, watch
from tests.cast import Town
from tests.orders.walks import RETURN, UPPER, closed, dispatched, reported, signed, to_callback
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]

#: Most SQL statements per page, signing in and the person's rights included.
BUDGET = {
    ("agent", "/"): 7,
    ("dispatcher", "/"): 12,
    ("clerk.urban", "/"): 12,
    ("agent", "/intake/"): 10,
    ("agent", "/intake/new/"): 5,
    ("dispatcher", "/dispatch/"): 11,  # two of them for who is recommended, however many orders
    ("clerk.urban", "/handling/"): 9,
    ("reviewer", "/handling/review/"): 9,
    ("callback_agent", "/callback/"): 9,
    ("dispatcher", "/callback/upper/"): 9,
    ("approver.urban", "/orders/applications/"): 9,
    ("dispatcher", "/orders/"): 9,
    ("clerk.urban", "/orders/"): 9,
}

#: The same of an order's page.
ORDER_BUDGET = 10


def fill(town: Town) -> None:
    """Put one order at every desk."""
    town.register()
    signed(town)
    number = dispatched(town)
    town.do("clerk.urban", number, "apply", RETURN)
    reported(town)
    to_callback(town)
    town.create("save_draft", {"body": "没写完"})


def queries(browser: Browser, url: str) -> int:
    browser.open(url)
    with CaptureQueriesContext(connection) as counted:
        browser.open(url)
    return len(counted)


def test_a_desk_asks_as_much_for_many_orders_as_for_one(town: Town, at_screen: AtScreen) -> None:
    fill(town)
    once = {key: queries(at_screen(key[0]), key[1]) for key in BUDGET}
    for _ in range(3):
        fill(town)
    often = {key: queries(at_screen(key[0]), key[1]) for key in BUDGET}
    assert often == once
    over = {key: n for key, n in once.items() if n > BUDGET[key]}
    assert not over


def test_an_order_page_asks_as_much_for_a_long_history_as_for_a_short_one(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    clerk = at_screen("clerk.urban")
    short = queries(clerk, f"/orders/{number}/")
    for n in range(5):
        town.do("clerk.urban", number, "note", {"text": f"第{n}条备注"})
        town.do("clerk.urban", number, "arrive", {"people": "两人", "found": f"第{n}次到场"})
    assert queries(clerk, f"/orders/{number}/") == short
    assert short <= ORDER_BUDGET


def test_an_order_page_with_everything_on_it_asks_no_more_than_ten_queries(town: Town, at_screen: AtScreen) -> None:
    number = reported(town)
    other = town.register()
    town.do("agent", number, "relate", {"other": other})
    for name in ("dispatcher", "reviewer", "clerk.urban"):  # the reviewer's page takes the order for them, too
        assert queries(at_screen(name), f"/orders/{number}/") <= ORDER_BUDGET, name


def test_pages_follow_each_other_without_gap_or_repeat(town: Town, at_screen: AtScreen) -> None:
    numbers = [town.register(title=f"第{n:02}件") for n in range(lists.SIZE + 7)]
    dispatcher = at_screen("dispatcher")
    for desk in ("/dispatch/",):  # the list of all orders: test_order_list.py
        first = dispatcher.open(desk)
        follow = re.search(r'rel="next"\s+href="([^"]+)"', first)
        assert follow
        second = dispatcher.open(desk + follow[1].replace("&amp;", "&"))
        found = [re.findall(r'data-(?:copy|number)="(\d+)"', page) for page in (first, second)]
        assert len(found[0]) == lists.SIZE
        assert sorted(found[0] + found[1]) == sorted(numbers)
        assert 'rel="next"' not in second
        assert "回到第一页" in second


def test_a_broken_place_in_the_list_means_its_beginning(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    assert number in at_screen("dispatcher").open("/orders/?after=abc:def:ghi")


def test_the_queue_stands_by_clock_and_names_the_duty_list(town: Town, at_screen: AtScreen) -> None:
    calm, pressing = town.register(title="不急的"), town.register(title="要紧的", urgency="urgent")
    page = at_screen("dispatcher").open("/dispatch/")
    assert page.index(pressing) < page.index(calm)
    assert "综合行政执法队" in page
    assert "条块结合、以条为主" in page


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("state=open", {"accepted", "dispatched"}),
        ("state=closed", {"closed"}),
        ("state=all", {"accepted", "dispatched", "closed"}),
        ("state=open&stage=dispatched", {"dispatched"}),
        ("state=all&kind=inquiry", {"accepted"}),
        ("state=all&unit=urban", {"dispatched", "closed"}),
        ("state=archived", set()),
        ("state=nonsense&kind=nonsense", set()),
    ],
)
def test_filters_stand_in_the_address(town: Town, at_screen: AtScreen, query: str, wanted: set[str]) -> None:
    numbers = {
        "accepted": town.register(kind="inquiry"), "dispatched": dispatched(town), "closed": closed(town),
    }  # fmt: skip
    page = at_screen("dispatcher").open(f"/orders/?{query}")
    assert {name for name, number in numbers.items() if f"/orders/{number}/" in page} == wanted


def test_search_finds_by_number_foreign_number_phone_and_words(town: Town, at_screen: AtScreen) -> None:
    upper = {**UPPER, "upper_due_at": (town.now + timedelta(days=9)).isoformat()}
    number = town.register(title="九曲泾断头路", phone="13798765432", **upper)
    other = town.register(title="别的事", phone="13600001111")
    watch.index_words(town.order(number).pk)
    agent = at_screen("agent")
    spaced = f"{number[:6]} {number[6:]}"
    for exact in (number, spaced):
        assert agent.post("/orders/search/", {"q": exact}).headers["Location"] == f"/orders/{number}/"
    for wanted in ("QX20250626001", "13798765432", "137 9876 5432", "+86 13798765432", "断头路", "九曲泾"):
        page = text_of(agent.post("/orders/search/", {"q": wanted}, 200))
        assert number in page, wanted
        assert other not in page, wanted
    nothing = text_of(agent.post("/orders/search/", {"q": "' | !& \\ 没有的词"}, 200))
    assert "没有找到" in nothing


def test_a_phone_never_stands_in_an_address(town: Town, at_screen: AtScreen) -> None:
    town.register(phone="13798765432")
    agent = at_screen("agent")
    answer = agent.client.get("/orders/search/", {"q": "13798765432"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/orders/"), (
        "what stood in an address is not searched for"
    )
    assert agent.client.get("/intake/help/", {"phone": "13798765432"}).status_code == 405
    found = text_of(agent.post("/orders/search/", {"q": "13798765432"}, 200))
    assert "13798765432" not in re.findall(r'href="([^"]*)"', found)
    assert "13798765432" not in "".join(re.findall(r'(?:href|action|hx-[a-z]+)="([^"]*)"', found))


def test_home_leads_to_what_one_may_see(town: Town, at_screen: AtScreen) -> None:
    town.register()
    dispatcher = at_screen("dispatcher").open("/")
    for url in ("/dispatch/", "/intake/", "/callback/upper/", "/orders/applications/", "/orders/"):
        assert f'href="{url}"' in dispatcher
    assert re.search(r'/dispatch/">全部 <b>1</b>', dispatcher)
    assert "/handling/" not in dispatcher
    assert "现在没有转给您的事项" in at_screen("watcher").open("/")


def test_empty_lists_say_what_would_be_here(at_screen: AtScreen) -> None:
    for name, url in (
        ("agent", "/intake/"),
        ("dispatcher", "/dispatch/"),
        ("clerk.urban", "/handling/"),
        ("reviewer", "/handling/review/"),
        ("callback_agent", "/callback/"),
        ("dispatcher", "/callback/upper/"),
        ("approver.urban", "/orders/applications/"),
        ("dispatcher", "/orders/"),
    ):
        assert "empty-state" in at_screen(name).open(url), url
