"""The frame in a browser: doors and failures without findings, the search within one key at every width."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django import Settings

from open12345.project.urls import handler404, handler429, handler500
from open12345.project.urls import urlpatterns as real
from open12345.ui import views
from tests.walks.conftest import PHONE, WIDE
from tests.walks.test_fit import AXE

Enter = Callable[..., Page]
TABLET = ViewportSize(width=1100, height=800)
FAILURES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "400": lambda request: views.bad_request(request, Exception()),
    "403": lambda request: views.forbidden(request, Exception()),
    "404": lambda request: views.not_found(request, Http404()),
    "413": views.too_large,
    "429": views.too_often,
    "500": views.broken,
    "503": views.busy,
    "stale": views.csrf_failure,
}
urlpatterns = [*(path(f"failed/{name}/", view) for name, view in FAILURES.items()), *real]
__all__ = ["handler404", "handler429", "handler500", "urlpatterns"]


def findings(page: Page) -> list[Any]:
    """What axe finds on a page."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations.map((v) => [v.id, v.nodes[0].html])")
    return list(found)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_doors_and_failures_have_no_findings_and_fit(enter: Enter, settings: Settings, size: ViewportSize) -> None:
    settings.ROOT_URLCONF = __name__
    page = enter("", size)
    for address in ("/accounts/login/", "/api/docs", *(f"/failed/{name}/" for name in FAILURES)):
        page.goto(address)
        assert findings(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_every_failure_has_a_number(rf: RequestFactory) -> None:
    for name, view in FAILURES.items():
        assert b"<code>" in view(rf.get("/")).content, name


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE], ids=["wide", "tablet", "phone"])
def test_the_search_is_within_one_key_at_every_width(enter: Enter, size: ViewportSize) -> None:
    page = enter("dispatcher", size)
    page.goto("/orders/")
    page.locator("body").press("/")
    field = page.locator("input[name=q]:focus")
    expect(field).to_be_visible()
    field.fill("路灯")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("路灯")


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_where_the_field_has_no_room_a_word_opens_it(enter: Enter, size: ViewportSize) -> None:
    page = enter("dispatcher", size)
    page.goto("/orders/")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator("#find input[name=q]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()


def test_the_flow_chart_is_found_by_its_name(enter: Enter) -> None:
    page = enter("agent")
    page.goto("/orders/")
    page.keyboard.press("Control+k")
    page.keyboard.type("流程")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/flow/")
