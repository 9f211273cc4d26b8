"""The page of the orders behind a figure: the very orders, for each reader their own, as a page and as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from open12345.directory.models import AccessLog
from open12345.directory.person import SYSTEM
from open12345.facts import links, queries, services
from open12345.facts.periods import period
from open12345.facts.queries import View
from open12345.orders import watch
from tests.cast import Town
from tests.facts.looking import client_of, look, text
from tests.orders.walks import closed, dispatched

JUNE = period("2025-06")


@pytest.fixture
def told(watched: Town) -> tuple[Town, str, str]:
    """One order of each of two units; the facts know of both."""
    mine, other = closed(watched), dispatched(watched, "market")
    services.refresh(watched.now)
    return watched, mine, other


@pytest.mark.function("KPI-04")
def test_a_figure_opens_the_orders_it_counts(told: tuple[Town, str, str]) -> None:
    town, mine, other = told
    answer = queries.ask("dispatches", JUNE, person=town.person("analyst"), at=town.now, by=("unit",))
    for line in answer.lines:
        page = text(look(town, "analyst", links.figure_url(answer.cell(line.key))))
        assert [number in page for number in (mine, other)].count(True) == line.figure.numerator == 1
    page = text(look(town, "analyst", links.figure_url(answer)))
    assert mine in page
    assert other in page


@pytest.mark.function("KPI-04")
def test_numerator_rest_and_denominator_are_told_apart(told: tuple[Town, str, str]) -> None:
    town, mine, other = told
    town.now += timedelta(days=2)
    watch.mark_breaches(by=SYSTEM, at=town.now)
    services.refresh(town.now)
    answer = queries.ask("signed_in_time", JUNE, person=town.person("leader"), at=town.now)
    found = {
        part: [one in text(look(town, "leader", links.figure_url(answer, part))) for one in (mine, other)]
        for part in ("numerator", "rest", "denominator")
    }
    assert found == {"numerator": [True, False], "rest": [False, True], "denominator": [True, True]}


def test_a_unit_finds_its_own_orders_behind_the_centres_address(told: tuple[Town, str, str]) -> None:
    town, mine, other = told
    url = links.figure_url(queries.ask("dispatches", JUNE, person=town.person("analyst"), at=town.now))
    page = text(look(town, "clerk.market", url))
    assert other in page
    assert mine not in page
    assert look(town, "audit_admin", url).status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [("metric=nonsense", "没有“nonsense”这个指标"), ("period=May", "看不懂时段“May”"), ("part=x", "没有“x”这一部分"),
     ("hour=noon", "“小时”不能是“noon”"), ("as_of=yesterday", "不是日期")],
)  # fmt: skip
def test_an_address_that_asks_nothing_is_answered_in_words(told: tuple[Town, str, str], query: str, said: str) -> None:
    answer = look(told[0], "analyst", f"/facts/orders/?{query}")
    assert answer.status_code == 400
    assert said in text(answer)


@pytest.mark.function("KPI-06")
def test_a_day_that_was_not_published_names_the_nearest(told: tuple[Town, str, str]) -> None:
    town, mine, _other = told
    day = town.now.date()
    url = f"/facts/orders/?metric=orders&period=2025-06&as_of={day - timedelta(days=3)}"
    assert "还没有发布过数据" in text(look(town, "analyst", url))
    services.publish(day, town.now)
    later = closed(town)
    services.refresh(town.now)
    page = text(look(town, "analyst", url))
    assert f"离它最近的是 {day} 发布的" in page
    assert f"as_of={day}" in page
    page = text(look(town, "analyst", f"/facts/orders/?metric=orders&period=2025-06&as_of={day}"))
    assert mine in page
    assert later not in page


def test_nothing_built_yet_is_said(watched: Town) -> None:
    assert "数据还没有生成" in text(look(watched, "analyst", "/facts/orders/"))


@pytest.mark.function("SEC-09")
def test_the_file_holds_the_orders_of_the_page_and_is_on_record(told: tuple[Town, str, str]) -> None:
    town, mine, _other = told
    answer = queries.ask("signed_in_time", JUNE, person=town.person("analyst"), at=town.now)
    client = client_of(town, "analyst")
    query = links.figure_url(answer, view=View(adjudicated=True)).partition("?")[2]
    sent: Any = client.post("/facts/orders/export/csv/", {"query": query})
    rows = list(csv.reader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in rows[2:]] == [mine]
    for said in ("签收及时率", "2025-06", "核减后", "分子"):
        assert said in rows[0][0]
    log = AccessLog.objects.get(act="export")
    assert log.object == "orders.csv"
    assert "metric=signed_in_time" in log.reason
    assert client.post("/facts/orders/export/pdf/", {"query": query}).status_code == 404
