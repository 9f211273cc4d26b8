"""The big screen in a browser: it lives by itself, keeps its picture through a cut, and takes it up again."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django import Settings

from open12345.screen import picture
from tests.cast import Town
from tests.walks.conftest import PHONE, WALL, session
from tests.walks.test_fit import runs_out

Enter = Callable[..., Page]
TALLER = ViewportSize(width=1680, height=1050)
#: Milliseconds after which the page has asked again.
ASKED = 3000


@pytest.fixture
def town(town: Town) -> Town:
    """The town of the walks, whose story begins today, soon after midnight too: the wall tells of today."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return replace(town, now=max(town.now, midnight))


@pytest.fixture
def wall(town: Town, enter: Enter) -> Page:
    """A display before which nobody stands; its time is moved by the story."""
    town.register(title="路灯不亮", area="310117107001", urgency="urgent")
    picture.forget()
    page = enter("leader", WALL)
    page.clock.install()
    page.goto("/screen/")
    expect(page.locator("[data-figure=accepted] b")).to_have_text("1")
    return page


def later(page: Page, milliseconds: int = ASKED) -> None:
    """Let so much time pass for the page."""
    picture.forget()
    page.clock.run_for(milliseconds)


@pytest.mark.function("SCR-01")
def test_the_display_lives_by_itself_and_survives_a_cut(town: Town, wall: Page) -> None:
    expect(wall.locator(".invented")).to_have_text("模拟数据")
    expect(wall.locator(".tile-urgent")).to_contain_text("路灯不亮")
    town.register(title="又一处路灯")
    later(wall)
    expect(wall.locator("[data-figure=accepted] b")).to_have_text("2")
    wall.context.set_offline(True)
    later(wall)
    said = wall.locator("[data-fresh]")
    expect(said).to_contain_text("连接中断，画面停在")
    expect(said).to_have_attribute("data-state", "amber")
    expect(wall.locator("[data-figure=accepted] b")).to_have_text("2")
    later(wall, 40_000)
    expect(said).to_have_attribute("data-state", "red")
    town.register(title="断线时的一件")
    wall.context.set_offline(False)
    later(wall, 35_000)
    expect(said).to_contain_text("秒前更新")
    expect(wall.locator("[data-figure=accepted] b")).to_have_text("3")


@pytest.mark.function("SCR-01")
def test_after_the_session_has_ended_the_picture_stays_until_somebody_signs_in(
    town: Town, wall: Page, settings: Settings, address: str
) -> None:
    Session.objects.all().delete()
    later(wall)
    expect(wall.locator("[data-fresh]")).to_contain_text("登录已失效")
    expect(wall.locator("[data-figure=accepted] b")).to_have_text("1")
    again = {"name": settings.SESSION_COOKIE_NAME, "value": session(town, "leader"), "url": address}
    wall.context.add_cookies([again])  # type: ignore[list-item]
    later(wall, 16_000)
    expect(wall.locator("[data-fresh]")).to_contain_text("秒前更新")


@pytest.mark.function("SCR-01", "SCR-04")
def test_the_display_fits_its_sizes_and_shows_one_module_after_another(wall: Page) -> None:
    expect(wall.locator(".tile-map canvas")).to_have_count(1)
    for size in (WALL, TALLER, ViewportSize(width=3840, height=2160)):
        wall.set_viewport_size(size)
        assert runs_out(wall, "/screen/") == []
        assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight"), size
    wall.keyboard.press("r")
    first = wall.locator(".solo").get_attribute("data-module")
    later(wall, 21_000)
    assert wall.locator(".solo").get_attribute("data-module") != first
    wall.keyboard.press("Escape")
    expect(wall.locator(".solo")).to_have_count(0)


@pytest.mark.function("SCR-02")
def test_the_leaders_page_fits_a_phone_also_with_big_type(town: Town, enter: Enter) -> None:
    town.register(title="路口信号灯不亮造成拥堵影响通行请尽快处理", urgency="urgent")
    picture.forget()
    page = enter("leader", PHONE)
    page.goto("/screen/leader/")
    expect(page.locator(".today-lines li")).to_have_count(6)
    assert runs_out(page, "/screen/leader/") == []
    heights = page.locator(".today a").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert min(heights) >= 44  # a thumb
    page.evaluate("document.body.style.zoom = 1.5")
    assert runs_out(page, "/screen/leader/") == []


def test_the_map_says_that_its_outlines_are_drawn(wall: Page) -> None:
    expect(wall.locator("small[data-elsewhere]")).to_contain_text("区域界线为示意")
