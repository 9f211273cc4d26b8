"""A centre that has no orders yet: each page of figures says so in words, and draws no empty tables and charts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from open12345.facts import services as facts
from open12345.screen import picture
from tests.cast import Town
from tests.facts.conftest import facts_home
from tests.screens.conftest import Browser

__all__ = ["facts_home"]
AtScreen = Callable[[str], Browser]

#: Where one looks, the words that stand there, and what must not.
PAGES = (
    ("/appraisal/", "没有派出的工单", "100.00"),
    ("/insight/units/urban/", "这段时间和上一段都没有可算的工单", "<canvas"),
    ("/insight/units/urban/", "13 个月里没有工单", 'id="trend"'),
    ("/insight/areas/310117107/", "这段时间没有工单", "<canvas"),
    ("/facts/effect/", "无从对比", "变化之差</th>"),
    ("/facts/", "这个时段没有数据", "explore-kinds"),
    ("/dispatch/automatic/", "十二周内没有派出过工单", "—"),
    ("/dispatch/automatic/A0101/", "还没有结果", "—%"),
    ("/orders/", "这个状态没有工单", "去掉几项筛选"),
    ("/orders/?state=all", "还没有工单", "去掉几项筛选"),
    ("/screen/leader/", "近 30 天没有可算的工单", "–%"),
)


def test_each_page_of_figures_says_that_there_is_nothing(town: Town, at_screen: AtScreen, facts_home: Path) -> None:
    facts.rebuild(town.now)
    picture.forget()
    supervisor = at_screen("supervisor")
    for url, words, never in PAGES:
        page = supervisor.open(url)
        main = page[page.index("<main") : page.index("</main>")]
        assert words in main, url
        assert never not in main, url


@pytest.mark.function("KPI-09")
def test_a_unit_without_orders_has_no_place_and_no_band(town: Town, at_screen: AtScreen, facts_home: Path) -> None:
    facts.rebuild(town.now)
    card = at_screen("supervisor").open("/appraisal/units/urban/")
    assert "不排名" in card
    assert "优秀" not in card


def test_indicators_have_their_english_names_for_who_reads_english(
    town: Town, at_screen: AtScreen, facts_home: Path
) -> None:
    facts.rebuild(town.now)
    supervisor = at_screen("supervisor")
    supervisor.client.cookies["django_language"] = "en"
    for url in ("/appraisal/units/urban/", "/appraisal/scheme/"):
        page = supervisor.open(url)
        assert "Contacted in time" in page, url
        assert "先行联系率" not in page, url
        assert "超期扣分" in page, "a name that the scheme itself gives stays"
