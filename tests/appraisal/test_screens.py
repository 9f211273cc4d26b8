"""The screens: who sees which table, a card that explains itself, weights tried and kept, files on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from open12345.appraisal import queries, services
from open12345.appraisal.models import Change, Edition, Exclusion
from open12345.appraisal.months import Month
from open12345.directory.models import AccessLog
from open12345.facts import services as mirror
from open12345.orders.models import WorkOrder
from tests.appraisal.months import unhappy_month
from tests.cast import Town
from tests.facts.conftest import facts_home
from tests.screens.conftest import Browser, at_screen, text_of, town

__all__ = ["at_screen", "facts_home", "town"]
AtScreen = Callable[[str], Browser]


@pytest.fixture
def month(town: Town, facts_home: Path) -> Month:
    """Last month with orders of two departments and of a community, locked and published now."""
    last, now = unhappy_month(town), town.now
    services.lock(town.pack, last, by=town.person("supervisor"), at=now)
    services.publish(town.pack, last, by=town.person("supervisor"), at=now)
    return last


@pytest.mark.function("KPI-03", "KPI-09")
def test_a_unit_sees_its_group_and_its_own_card_alone(town: Town, at_screen: AtScreen, month: Month) -> None:
    clerk = at_screen("clerk.urban")
    page = clerk.open(f"/appraisal/?month={month}")
    assert "市场监督管理所" in page
    assert "亭东社区居委会" not in page  # another group
    card = clerk.open(f"/appraisal/units/urban/?month={month}")
    assert "考核申诉" in card
    clerk.open(f"/appraisal/units/market/?month={month}", 404)
    clerk.open("/appraisal/scheme/", 404)
    running = month.next()
    assert "还没有公布" in clerk.open(f"/appraisal/?month={running}")


@pytest.mark.function("KPI-08", "KPI-03")
def test_a_unit_reads_what_a_correction_changed_for_it_and_for_no_other(
    town: Town, at_screen: AtScreen, month: Month
) -> None:
    moved: list[dict[str, Any]] = [
        {"unit": code, "name": f"改动的{code}", "from": "1", "to": "2", "rank_from": 2, "rank_to": 1, "by": []}
        for code in ("urban", "market")
    ]
    Edition.objects.update(changes=moved)
    page = at_screen("clerk.urban").open(f"/appraisal/?month={month}")
    assert "改动的urban" in page
    assert "改动的market" not in page
    assert "改动的market" in at_screen("analyst").open(f"/appraisal/?month={month}")


@pytest.mark.function("KPI-09", "KPI-04")
def test_a_score_card_says_what_was_lost_and_leads_to_the_orders(town: Town, at_screen: AtScreen, month: Month) -> None:
    analyst = at_screen("analyst")
    page = analyst.open(f"/appraisal/units/market/?month={month}")
    assert "66.67%（2 ÷ 3），失 10 分" in page
    link = next(
        part.split('"')[0] for part in page.split('href="') if part.startswith("/facts/orders/?metric=satisfied")
    )
    orders = analyst.open(link.replace("&amp;", "&"))
    unhappy, content = (WorkOrder.objects.filter(satisfied=level) for level in ("dissatisfied", "satisfied"))
    assert f"/orders/{unhappy.get().number}/" in orders
    assert not [one for one in content if f"/orders/{one.number}/" in orders]


@pytest.mark.function("KPI-09", "KPI-04")
def test_a_score_card_names_the_orders_that_do_not_count_and_why(town: Town, at_screen: AtScreen, month: Month) -> None:
    unhappy = WorkOrder.objects.select_related("lead_unit").get(satisfied="dissatisfied")
    assert unhappy.lead_unit is not None
    Exclusion.objects.create(
        order=unhappy, unit=unhappy.lead_unit, code="beyond_duty", application=1, made_at=town.now, made_by_name="x"
    )
    mirror.touch([unhappy.pk])
    mirror.refresh(town.now)
    clerk = at_screen("analyst")
    page = " ".join(clerk.open(f"/appraisal/units/market/?month={month}&now=1").split())
    assert "100.00%（2 ÷ 2），满分" in page
    assert "剔除前 2 ÷ 3" in page
    assert page.count(f"/orders/{unhappy.number}/") == 2  # solved and satisfied, no other line
    assert "超出职责或职权" in page
    link = next(
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('href="')
        if "metric=satisfied" in part and "part=excluded" in part
    )
    assert f"/orders/{unhappy.number}/" in clerk.open(link)
    published = clerk.open(f"/appraisal/units/market/?month={month}")
    assert "超出职责或职权" not in published  # not known on the day of which the edition is


@pytest.mark.function("KPI-07", "KPI-02")
def test_weights_are_tried_beside_the_ranking_and_kept_on_the_same_page(
    town: Town, at_screen: AtScreen, month: Month
) -> None:
    boss = at_screen("supervisor")
    page = boss.open("/appraisal/scheme/")
    fields = boss.fields(page)
    weights = {name: value[0] for name, value in fields.items() if name.startswith("w_") and value[0]}
    same = text_of(boss.client.get("/appraisal/scheme/try/", {**weights, "month": str(month)}))
    edition = queries.edition_of(month)
    assert edition is not None
    published = queries.table_of(town.pack, month, at=town.now, edition=edition)
    assert published is not None
    for score in published.scores.values():
        if score.rank is not None:  # the weights in force give the ranking
            assert same.count(f">{score.total}</td>") >= 2
    assert not Change.objects.exists()

    since = month.next().next()
    wrong = boss.post("/appraisal/scheme/", {**weights, "w_solved": "99", "since": str(month), "reason": "试"}, 422)
    assert "权重合计" in text_of(wrong)
    assert "已锁定，生效日期应在其后" in text_of(wrong)
    boss.post("/appraisal/scheme/", {**weights, "since": str(since), "reason": "突出解决"})
    assert Change.objects.get().state == "in_force"
    held = queries.scheme_on(town.pack, since.first)
    assert held is not None
    assert held.name == "突出解决"
    assert AccessLog.objects.filter(act="appraisal.change").count() == 1


@pytest.mark.function("KPI-03")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_leaves_as_a_file_on_record(town: Town, at_screen: AtScreen, month: Month, ending: str) -> None:
    leader = at_screen("leader")
    answer = leader.client.post(f"/appraisal/export/{ending}/", {"month": str(month)})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert content[:2] == b"PK" if ending == "xlsx" else "市场监督管理所" in content.decode()
    assert AccessLog.objects.filter(act="appraisal.export").exists()


@pytest.mark.function("KPI-06")
def test_any_published_day_can_be_asked(town: Town, at_screen: AtScreen, month: Month) -> None:
    edition = queries.edition_of(month)
    assert edition is not None
    analyst = at_screen("analyst")
    assert "公布的数据重算" in analyst.open(f"/appraisal/?month={month}&as_of={edition.facts_day}")
    before = edition.facts_day - timedelta(days=3)
    assert str(edition.facts_day) in analyst.open(f"/appraisal/?month={month}&as_of={before}")
