"""A session that ends in the middle of a form: what was typed stays, and goes on once the same person is in again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect
from pytest_django import Settings

from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.orders.walks import signed
from tests.walks.conftest import session

Enter = Callable[..., Page]
SignIn = Callable[[Page, str], None]
BODY = "路灯三盏不亮，晚上走路看不清。"
OVER, AGAIN, ANOTHER = "登录已失效", "已重新登录", "另一个账号"
pytestmark = pytest.mark.function("HAN-19", "INT-05")


@pytest.fixture
def sign_in_elsewhere(town: Town, settings: Settings) -> Callable[[Page, str], None]:
    """Let somebody sign in at a second window of the same browser (which brings a new token), and come back."""

    def sign_in(page: Page, name: str) -> None:
        page.context.clear_cookies()
        here = "/".join(page.url.split("/")[:3])
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session(town, name), "url": here}])
        page.evaluate("window.dispatchEvent(new Event('focus'))")

    return sign_in


def test_a_draft_is_not_called_saved_where_nobody_is_signed_in(
    town: Town, enter: Enter, sign_in_elsewhere: SignIn
) -> None:
    agent = enter("agent")
    agent.goto("/intake/new/")
    agent.fill("[name=body]", BODY)
    Session.objects.all().delete()
    agent.locator("[name=body]").blur()
    expect(agent.locator("[data-kept]")).to_contain_text("没有保存")
    expect(agent.locator("#signed-out")).to_contain_text(OVER)
    assert agent.input_value("#intake [name=number]") == ""
    assert agent.input_value("[name=body]") == BODY
    assert agent.url.endswith("/intake/new/")
    sign_in_elsewhere(agent, "agent")
    expect(agent.locator("#signed-out")).to_contain_text(AGAIN)
    expect(agent.locator("#intake [name=number]")).not_to_have_value("")
    assert WorkOrder.objects.get().stage == "draft"


def test_a_closing_form_outlives_the_session(town: Town, enter: Enter, sign_in_elsewhere: SignIn) -> None:
    number = signed(town)
    clerk = enter("clerk.urban")
    clerk.goto(f"/orders/{number}/?do=note")
    text = clerk.locator("form.action-form textarea").first
    text.fill(BODY)
    Session.objects.all().delete()
    clerk.evaluate("window.htmx.trigger(document.querySelector('.bell-count'), 'poll')")
    expect(clerk.locator("#signed-out")).to_contain_text(OVER)
    clerk.locator("form.action-form [data-main-button]").click()
    expect(text).to_have_value(BODY)
    sign_in_elsewhere(clerk, "clerk.market")
    expect(clerk.locator("#signed-out")).to_contain_text(ANOTHER)
    sign_in_elsewhere(clerk, "clerk.urban")
    expect(clerk.locator("#signed-out")).to_contain_text(AGAIN)
    with clerk.expect_navigation():
        clerk.locator("form.action-form [data-main-button]").click()
    assert town.order(number).events.filter(action="note").count() == 1


def test_who_signed_in_anew_in_between_loses_nothing(town: Town, enter: Enter, sign_in_elsewhere: SignIn) -> None:
    number = signed(town)
    clerk = enter("clerk.urban")
    clerk.goto(f"/orders/{number}/?do=note")
    text = clerk.locator("form.action-form textarea").first
    text.fill(BODY)
    Session.objects.all().delete()
    sign_in_elsewhere(clerk, "clerk.urban")
    clerk.locator("form.action-form [data-main-button]").click()
    expect(clerk.locator("#signed-out")).to_contain_text(AGAIN)
    expect(text).to_have_value(BODY)
    assert not town.order(number).events.filter(action="note").exists()
