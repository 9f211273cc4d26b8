"""The list of all orders: filters and saved views, pages by keyset, few queries; words are found as they stand."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from open12345.orders import export, filters, finding, listing, savedviews, watch
from open12345.orders.models import SavedView, WorkOrder
from open12345.orders.stages import Stage
from tests.cast import Town
from tests.orders.walks import dispatched
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]
#: SQL statements of one page: session, account, person, notices, time, views, list, units, clocks.
PAGE_BUDGET, SEARCH_BUDGET = 9, 10


def numbers_in(page: str) -> list[str]:
    return re.findall(r'data-(?:copy|number)="(\d+)"', page)


def shown(page: str, number: str) -> bool:
    return f"/orders/{number}/" in page


def indexed(number: str) -> str:
    watch.index_words(WorkOrder.objects.get(number=number).pk)
    return number


@pytest.mark.parametrize("name", ["dispatcher", "clerk.urban"])
@pytest.mark.parametrize("query", ["", "?state=all", "?state=all&category=A&area=310117107&unit=urban&late=1"])
def test_a_page_of_the_list_asks_few_queries_however_long_it_is(
    town: Town, at_screen: AtScreen, name: str, query: str
) -> None:
    dispatched(town)
    browser = at_screen(name)
    counts = []
    for _ in range(2):
        browser.open(f"/orders/{query}")
        with CaptureQueriesContext(connection) as asked:
            browser.open(f"/orders/{query}")
        counts.append(len(asked))
        for _more in range(3):
            dispatched(town)
    assert counts[0] <= counts[1] <= PAGE_BUDGET + 1
    assert counts[1] - counts[0] <= 1, "a list that was empty asks no clocks"


@pytest.mark.parametrize("name", ["agent", "clerk.urban"])
@pytest.mark.parametrize("wanted", ["摊贩", "13812348000", "没有的词"])
def test_a_search_asks_few_queries(town: Town, at_screen: AtScreen, name: str, wanted: str) -> None:
    for _ in range(3):
        indexed(dispatched(town))
    browser = at_screen(name)
    browser.post("/orders/search/", {"q": wanted}, 200)
    with CaptureQueriesContext(connection) as asked:
        browser.post("/orders/search/", {"q": wanted}, 200)
    assert len(asked) <= SEARCH_BUDGET


def test_pages_of_fifty_follow_each_other_without_gap_or_repeat(
    town: Town, at_screen: AtScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 4)
    numbers = [town.register(title=f"第{n}件") for n in range(10)]  # all received at the same moment
    for state in ("open", "all"):
        url, found = f"/orders/?state={state}", []
        while url:
            page = at_screen("dispatcher").open(url)
            found += numbers_in(page)
            follow = re.search(r'rel="next"[^>]*?href="([^"]+)"', page)
            url = "/orders/" + follow[1].replace("&amp;", "&") if follow else ""
        assert found == numbers[::-1], state


def test_filters_take_whole_branches_and_dates(town: Town, at_screen: AtScreen) -> None:
    here = town.register(area="310117107001", category="A0101")
    town.wait(minutes=1)
    there = dispatched(town, area="310117107002", category="B0101")
    day = f"{town.now.astimezone(town.pack.calendar().zone):%Y-%m-%d}"
    dispatcher = at_screen("dispatcher")
    for query, wanted in {
        "category=A": {here},
        "category=A01": {here},
        "category=B01": {there},
        "area=310117107": {here, there},
        "area=310117107002": {there},
        "unit=urban": {there},
        "unit=centre": {there},
        f"from={day}&to={day}": {here, there},
        "from=2020-01-01&to=2020-01-02": set(),
        "from=nonsense&to=9999-12-31": {here, there},
        "late=1": set(),
        "category=%00&channel=%0a&unit=nowhere": set(),
    }.items():
        page = dispatcher.open(f"/orders/?state=all&{query}")
        assert {n for n in (here, there) if shown(page, n)} == wanted, query


def test_a_filter_stays_from_state_to_state_and_goes_by_one_click(town: Town, at_screen: AtScreen) -> None:
    town.register(kind="inquiry")
    page = at_screen("dispatcher").open("/orders/?state=open&kind=inquiry&urgency=ordinary")
    assert 'href="?state=closed&amp;kind=inquiry&amp;urgency=ordinary"' in page
    assert 'href="?state=open&amp;urgency=ordinary"' in page


def test_a_saved_view_is_a_tab_opens_first_and_belongs_to_one_person(town: Town, at_screen: AtScreen) -> None:
    number, other = town.register(kind="inquiry"), town.register()
    dispatcher = at_screen("dispatcher")
    dispatcher.post("/orders/views/", {"name": "咨询件", "query": "kind=inquiry&after=x&q=13812348000"})
    (view,) = SavedView.objects.all()
    assert view.query == "state=open&kind=inquiry"
    answer = dispatcher.client.get("/orders/")
    assert answer.headers["Location"] == f"/orders/?state=open&kind=inquiry&view={view.pk}"
    page = dispatcher.open(answer.headers["Location"])
    assert shown(page, number)
    assert not shown(page, other)
    assert re.search(r'class="active" aria-current="page">咨询件', page)
    assert "咨询件" not in at_screen("agent").open("/orders/")


def test_views_are_renamed_put_first_deleted_and_limited(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    for n in range(savedviews.AT_MOST + 1):
        dispatcher.post("/orders/views/", {"name": f"视图{n}", "query": f"state=all&kind=k{n}"})
    views = list(SavedView.objects.all())
    assert len(views) == savedviews.AT_MOST
    last = views[-1]
    dispatcher.post(f"/orders/views/{last.pk}/first/", {})
    dispatcher.post(f"/orders/views/{last.pk}/rename/", {"name": "视图0"})  # taken
    assert next(v.name for v in SavedView.objects.all()) == last.name
    dispatcher.post(f"/orders/views/{last.pk}/rename/", {"name": "夜班"})
    assert SavedView.objects.first() == last
    assert SavedView.objects.get(pk=last.pk).name == "夜班"
    dispatcher.post("/orders/views/", {"name": "夜班", "query": "state=late"})
    assert SavedView.objects.get(name="夜班").query == "state=late"
    dispatcher.post(f"/orders/views/{last.pk}/no-such-act/", {}, 404)
    assert SavedView.objects.filter(pk=last.pk).exists()
    dispatcher.post(f"/orders/views/{last.pk}/delete/", {})
    assert not SavedView.objects.filter(pk=last.pk).exists()
    for act in ("rename", "first", "delete"):
        at_screen("agent").post(f"/orders/views/{views[0].pk}/{act}/", {"name": "我的"}, 404)
    assert SavedView.objects.get(pk=views[0].pk).name == "视图0"


def test_words_are_found_only_as_they_stand(town: Town, at_screen: AtScreen) -> None:
    right = indexed(town.register(title="断头路要打通"))
    apart = indexed(town.register(title="水管断头，头路不清"))
    page = text_of(at_screen("agent").post("/orders/search/", {"q": "断头路"}, 200))
    assert shown(page, right)
    assert not shown(page, apart)
    both = text_of(at_screen("agent").post("/orders/search/", {"q": "断头　打通"}, 200))
    assert shown(both, right)


@pytest.mark.parametrize("name", ["agent", "clerk.urban"])
def test_common_words_are_found_newest_first_a_page_at_a_time(
    town: Town, at_screen: AtScreen, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(finding, "SIZE", 3)
    monkeypatch.setattr(finding, "_OFTEN", 2)
    numbers = []
    for n in range(8):
        numbers.append(indexed(dispatched(town, "urban", ["enforcement"], title=f"噪声扰民{n}")))
        town.do("clerk.urban", numbers[-1], "sign") if n % 2 else None
        theirs = indexed(dispatched(town, "enforcement", title=f"噪声扰民{n}"))
        numbers += [theirs] if name == "agent" else []
    for window in (1, 3, 5, 500):  # by the index alone, by a wider window, by both, by looking through the newest
        monkeypatch.setattr(finding, "_WINDOW", window)
        found, after = [], ""
        while True:
            page = text_of(at_screen(name).post("/orders/search/", {"q": "噪声", "after": after}, 200))
            found += numbers_in(page)
            follow = re.search(r'name="after"\s+value="([^"]+)"', page)
            if follow is None:
                break
            after = follow[1]
        assert found == numbers[::-1], window


def test_the_states_of_the_list_know_every_stage() -> None:
    told = {stage for _title, stages in filters.STATES.values() for stage in stages}
    assert told == {stage.value for stage in Stage} - {"draft"}
    assert export.AT_MOST == 20_000


@pytest.mark.parametrize("wanted", ["1" * 50_000 + "!", "路灯不亮" * 100_000])
def test_a_search_for_a_whole_book_is_over_at_once(town: Town, wanted: str) -> None:
    began = time.monotonic()
    assert not finding.find(town.person("agent"), wanted).rows
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("?state=all", "order_recent"),
        ("?state=all&kind=complaint_help&urgency=urgent&area=310117107", "order_recent"),
        ("", "order_open"),
        ("?state=late", "order_open"),
    ],
)
def test_a_list_is_walked_in_an_index_that_holds_all_it_asks_for(
    town: Town, at_screen: AtScreen, query: str, index: str
) -> None:
    dispatched(town)
    browser = at_screen("dispatcher")
    with CaptureQueriesContext(connection) as asked:
        browser.open(f"/orders/{query}")
    (statement,) = [one["sql"] for one in asked if "LIMIT 51" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Index Only Scan using {index} " in plan, plan
