"""What is asked wrongly, or of a month that lies ahead, is refused in words; what cannot be undone is asked first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from open12345.appraisal import goals, queries, services
from open12345.appraisal.cli import appraisal
from open12345.appraisal.months import Month, month_of
from open12345.facts import services as mirror
from tests.cast import Town
from tests.facts.conftest import facts_home
from tests.orders.walks import closed
from tests.screens.conftest import Browser, at_screen, town

__all__ = ["at_screen", "facts_home", "town"]
AtScreen = Callable[[str], Browser]


@pytest.fixture
def last(town: Town, facts_home: Path) -> Month:
    """Last month, with one order; not locked."""
    now, last = town.now, month_of(queries.today(town.pack, town.now)).back()
    town.now = now.replace(year=last.first.year, month=last.first.month, day=9, hour=1)
    closed(town, "urban")
    town.now = now
    mirror.refresh(now)
    return last


@pytest.mark.function("KPI-03")
def test_a_month_that_has_not_begun_has_no_table(town: Town, at_screen: AtScreen, last: Month) -> None:
    this = month_of(queries.today(town.pack, town.now))
    ahead, analyst = this.next(), at_screen("analyst")
    for page in ("/appraisal/", "/appraisal/units/urban/", "/appraisal/goals/"):
        told = analyst.open(f"{page}?month={ahead}")
        assert f"{ahead} 还没有开始" in told
        assert f"?month={this}" in told
        assert "100.00" not in told
        assert f"?month={ahead.next()}" not in told
    assert f"{ahead} 还没有开始" in analyst.open(f"/appraisal/scheme/try/?month={ahead}")
    assert "还没有开始" not in analyst.open(f"/appraisal/?month={this}")
    runner = CliRunner()
    refused = runner.invoke(appraisal, ["show", "--month", str(ahead)])
    assert refused.exit_code == 1
    assert "has not begun" in refused.output
    assert runner.invoke(appraisal, ["show", "--month", str(this)]).exit_code == 0


@pytest.mark.parametrize("query", ["month=0001-01", "month=9999-12", "month=x", "month=2026-13"])
def test_a_month_out_of_reach_is_named(town: Town, at_screen: AtScreen, facts_home: Path, query: str) -> None:
    told = at_screen("analyst").open(f"/appraisal/?{query}", 400)
    assert f"看不懂月份“{query.removeprefix('month=')}”" in told
    assert "请写成 2026-10" in told


def test_a_day_without_facts_leads_to_the_nearest_that_has_some(town: Town, at_screen: AtScreen, last: Month) -> None:
    services.lock(town.pack, last, by=town.person("supervisor"), at=town.now)
    edition = queries.edition_of(last, any_state=True)
    assert edition is not None
    told = at_screen("analyst").open(f"/appraisal/?month={last}&as_of=2020-01-01")
    assert "2020-01-01 没有发布数据" in told
    assert "Nothing was published" not in told
    assert f"as_of={edition.facts_day}" in told
    assert "“gestern”不是日期" in at_screen("analyst").open(f"/appraisal/?month={last}&as_of=gestern", 400)


@pytest.mark.function("KPI-12")
def test_a_goal_meets_no_month_without_data_and_as_much_of_last_month_as_is_over(
    town: Town, at_screen: AtScreen, last: Month
) -> None:
    this = last.next()
    board = goals.board(town.pack, this, person=town.person("analyst"), at=town.now)[0]
    assert (board.year_before, board.against) == (None, "month" if board.before else "")
    today = queries.today(town.pack, town.now)
    over = goals.span_of(town.pack, this, town.now)
    assert (over.first, over.last) == (this.first, today)
    assert over.before().last <= last.last
    assert goals.span_of(town.pack, last, town.now) == last.period
    page = " ".join(at_screen("analyst").open(f"/appraisal/goals/?month={last}").split())
    assert "无可比" in page
    assert '<td class="num">0</td>' not in page


@pytest.mark.function("KPI-08")
def test_locking_and_publishing_ask_first_and_a_recount_says_what_stands(
    town: Town, at_screen: AtScreen, last: Month
) -> None:
    boss = at_screen("supervisor")
    asked = boss.open(f"/appraisal/?month={last}")
    assert 'data-confirm="锁定' in asked
    assert "不能撤销" in asked
    by, at = town.person("supervisor"), town.now
    services.lock(town.pack, last, by=by, at=at)
    asked = boss.open(f"/appraisal/?month={last}")
    assert 'data-confirm="公布' in asked
    assert "不能撤回" in asked
    assert "本月已锁定，还没有公布；此处为" in boss.open(f"/appraisal/?month={last}&now=1")
    services.publish(town.pack, last, by=by, at=at)
    recounted = boss.open(f"/appraisal/?month={last}&now=1")
    assert "本月已公布（第 1 版）；此处为按现在数据的试算" in recounted
    assert "未锁定" not in recounted
