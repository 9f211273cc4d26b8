"""The page of the breakers in a browser: lamps, chart, tables, wide and on a phone, light and dark (DIS-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page, expect

from open12345.directory.models import Unit
from open12345.dispatch.automatic import breakers
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import AutomaticDispatch, BreakerScope, Decision, Ending
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.dispatch.breaking import LEAF
from tests.orders.walks import UNIT
from tests.walks.conftest import PHONE, WIDE

pytestmark = pytest.mark.function("DIS-06")
Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]


def story(town: Town) -> None:
    """Twenty days: all goes well, two units swap duties, it trips, probes fail, it comes back but for one unit."""
    order = town.order(town.register())
    units = {code: Unit.objects.get(code=code) for code in (UNIT, "enforcement")}
    start = timezone.now() - timedelta(days=20)
    number = 0

    def send(at: datetime, unit: str, ending: Ending) -> None:
        nonlocal number
        number += 1
        with transaction.atomic():
            verdict = breakers.ask(town.pack, LEAF, unit, at, 0.0)
            goes = verdict.allowed
            row = AutomaticDispatch.objects.create(
                order=order, at=at, round=number, category=LEAF, unit=units[unit], breakers=verdict.states,
                decision=Decision.DISPATCHED if goes else Decision.LEFT, probe=verdict.probe,
                why="" if goes else "held", basis={"strangeness": 0.1},
            )  # fmt: skip
            if goes:
                breakers.note_ending(row, ending, pack=town.pack, at=at + timedelta(minutes=30))

    for day in range(19):
        for n in range(10):
            swapped = 10 <= day < 13
            ending = Ending.RETURNED if swapped and n % 3 else Ending.KEPT
            unit = UNIT if n % 2 else "enforcement"
            send(start + timedelta(days=day, hours=n * 2), unit, ending)
    by = town.person("supervisor")
    at = start + timedelta(days=19)
    breakers.force(town.pack, BreakerScope.UNIT, UNIT, State.OPEN, by=by, at=at, reason="职责调整，等发文")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def listen(page: Page) -> list[str]:
    """What the browser complains of, a refused style or script above all."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_the_page_fits_and_its_chart_is_drawn_under_our_own_policy(
    town: Town, enter: Enter, picture: Picture, address: str
) -> None:
    story(town)
    assert WorkOrder.objects.count() == 1
    for name, size in (("wide", WIDE), ("phone", PHONE)):
        for light in ("light", "dark"):
            page = enter("supervisor", size)
            page.emulate_media(color_scheme=light)
            wrong = listen(page)
            page.goto("/dispatch/breakers/")
            expect(page.locator("[data-chart] canvas")).to_be_visible()
            expect(page.locator(".lamps .lamp")).to_have_count(3)
            assert fits(page)
            assert wrong == []
            picture(page, f"breakers-{name}-{light}")
    desk = enter("dispatcher", PHONE)
    wrong = listen(desk)
    desk.goto("/dispatch/")
    expect(desk.locator(".lamp-link")).to_be_visible()
    assert fits(desk)
    picture(desk, "desk-phone")
    desk.locator(".lamp-link").click()
    expect(desk.locator("h1")).to_contain_text("熔断")
    assert wrong == []


def test_an_empty_page_fits_too_and_a_person_throws_the_master_switch(
    town: Town, enter: Enter, picture: Picture, address: str
) -> None:
    page = enter("supervisor", PHONE)
    page.goto("/dispatch/breakers/")
    assert fits(page)
    picture(page, "breakers-empty-phone")
    page = enter("supervisor")
    page.goto("/dispatch/breakers/")
    picture(page, "breakers-empty-wide")
    page.locator("#force textarea").fill("演练")
    page.locator("#force button[type=submit]").click()
    expect(page.locator(".page-actions .lamp")).to_contain_text("总开关")
    picture(page, "breakers-thrown")
    desk = enter("dispatcher")
    desk.goto("/dispatch/")
    expect(desk.locator(".lamp-link")).to_contain_text("自动派单已停")
    picture(desk, "desk-wide")
