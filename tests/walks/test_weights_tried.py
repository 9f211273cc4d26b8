"""A weight is typed in the browser and the ranking beside it is counted anew, whether or not the sum is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django import Settings

from open12345.appraisal.models import Change
from open12345.orders.models import WorkOrder
from tests.appraisal.months import unhappy_month
from tests.cast import Town
from tests.walks.conftest import PHONE

Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]


@pytest.fixture
def ranked(town: Town, settings: Settings, tmp_path: Path) -> Town:
    """Last month: the market office has an unhappy citizen among its three orders, the urban office none."""
    settings.OPEN12345_HOME = tmp_path
    unhappy_month(town)
    return town


@pytest.mark.function("KPI-02")
@pytest.mark.function("KPI-07")
def test_a_typed_weight_recounts_the_ranking_right_sum_or_not(ranked: Town, enter: Enter, picture: Picture) -> None:
    page = enter("supervisor")
    page.goto("/appraisal/scheme/")
    tried = page.locator("#tried")
    market = tried.locator("tr", has_text="市场监督管理所").locator("td").nth(3)
    expect(market).to_have_text("90.00")  # 30 of satisfaction, a third of it lost
    page.locator("[name=w_satisfied]").fill("45")
    expect(tried).to_contain_text("合计不对，不能保存")
    expect(market).to_have_text("100.00")
    page.locator("[name=w_done_in_time]").fill("5")
    expect(tried).not_to_contain_text("合计不对")
    expect(market).to_have_text("85.00")
    picture(page, "weights-tried")

    page.locator("[name=w_solved]").fill("0")
    page.locator("[name=since]").fill("2099-01")
    page.locator("[name=reason]").fill("试")
    page.get_by_role("button", name="自该月起施行").click()
    expect(page.locator(".form-errors, .alert, [role=alert]").first).to_contain_text("权重合计")
    page.locator("[name=w_solved]").fill("20")  # on the page that came back refused
    expect(tried).to_contain_text("权重合计 100。")
    expect(market).to_have_text("85.00")
    assert not Change.objects.exists()
    phone = enter("supervisor", PHONE)
    phone.goto("/appraisal/scheme/")
    phone.locator("[name=w_satisfied]").fill("45")
    expect(phone.locator("#tried")).to_contain_text("合计不对")
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_appeal_asks_for_what_its_reason_demands_and_nothing_is_refused_by_the_browser(
    ranked: Town, enter: Enter
) -> None:
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            heard.append(message.text)

    order = WorkOrder.objects.filter(lead_unit__code="urban").latest("pk")
    page = enter("clerk.urban")
    page.on("console", hear)
    page.goto(f"/orders/{order.number}/?do=appeal&kind=appraisal_appeal#act")
    expect(page.locator("#act select[name=kind]")).to_have_count(0)  # one kind is no choice
    page.locator("#act select[name=reason]").select_option("beyond_duty")
    expect(page.get_by_label("条款内容")).to_be_visible()
    assert heard == []
