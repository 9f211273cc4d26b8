"""An analyst's question in the browser: which units got worse at first contact, and which orders are they? (SCR-06)"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from open12345.directory.models import Unit
from open12345.directory.person import SYSTEM
from open12345.facts import services
from open12345.orders import watch
from tests.cast import Town
from tests.orders.walks import dispatched, signed
from tests.walks.conftest import PHONE

Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]
#: Seconds that one who reads and thinks has for the whole question (issue "What the numbers say").
LIMIT = 60


def name_of(code: str) -> str:
    """What a unit is called."""
    return Unit.objects.get(code=code).name


class Clicks:
    """Counts what a hand does."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, act: Callable[[], object]) -> None:
        act()
        self.count += 1


@pytest.fixture
def told(town: Town, settings: Settings, tmp_path: object) -> Town:
    """One unit that still has time to contact, one that has let two hours pass."""
    settings.OPEN12345_HOME = tmp_path
    signed(town)
    dispatched(town, "market", title="没有人联系的一件", urgency="urgent")
    town.now += timedelta(hours=3)
    watch.mark_breaches(by=SYSTEM, at=town.now)
    services.refresh(town.now)
    return town


@pytest.mark.function("SCR-06")
@pytest.mark.function("KPI-04")
def test_what_got_worse_and_which_orders_in_under_a_minute(
    told: Town, enter: Enter, picture: Picture, capsys: pytest.CaptureFixture[str]
) -> None:
    page, click, begun = enter("analyst"), Clicks(), time.monotonic()
    page.goto("/")
    click(page.get_by_role("link", name="数据", exact=True).first.click)
    page.wait_for_url("**/facts/**")  # loaded, so that the choice is heard
    click(lambda: page.locator("select[name=metric]").select_option("contacted_in_time"))
    page.wait_for_url("**metric=contacted_in_time**")
    click(lambda: page.locator("select[name=by]").first.select_option("unit_top"))
    page.wait_for_url("**by=unit_top**")
    expect(page.locator("select[name=sort]")).to_have_value("worse")  # unasked
    expect(page.locator(".explore-table tbody tr").first).to_be_visible()
    expect(page.locator(".chart-box canvas")).to_be_visible()
    picture(page, "explorer")
    row = page.locator(".explore-table tbody tr", has_text=name_of("market"))
    click(row.get_by_role("link").nth(2).click)  # the rest: those not contacted
    expect(page.get_by_text("没有人联系的一件")).to_be_visible()
    took = time.monotonic() - begun
    with capsys.disabled():
        sys.stdout.write(f"\nwhich units got worse, and which orders: {click.count} acts, {took:.1f} s\n")
    assert click.count <= 4
    assert took < LIMIT
    page.go_back()  # everything is in the address
    expect(page.locator("select[name=metric]")).to_have_value("contacted_in_time")


@pytest.mark.function("SCR-06")
def test_the_explorer_fits_a_phone_and_narrows_by_search(told: Town, enter: Enter, picture: Picture) -> None:
    page = enter("leader", PHONE)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto("/facts/?metric=orders&period=this_month&by=day")
    expect(page.locator(".chart-box canvas")).to_be_visible()
    page.locator("[data-narrow] summary").click()
    page.locator("select[name=dimension]").select_option("unit")
    page.locator("[data-narrow] [name=q]").fill(name_of("market")[:3])
    page.locator("#values a", has_text=name_of("market")).click()
    expect(page.locator(".list-chosen")).to_contain_text(name_of("market"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, "explorer-phone")
    page.goto("/facts/heat/?metric=orders&period=this_month")
    expect(page.get_by_text("保密工单不上图")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not wrong
