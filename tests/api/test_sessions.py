"""The screens use the same API by their session; programs with a key leave no trace of one."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from open12345.directory.models import Staff
from tests.api.callers import V1, Caller, machine, person
from tests.api.test_orders import handed_out, taken
from tests.cast import Town, complaint

pytestmark = pytest.mark.function("API-01")


def with_csrf(caller: Caller) -> Caller:
    """Give the caller the token that a page of ours gave the browser."""
    caller.client.get("/accounts/login/")
    token = "a" * 32
    caller.client.cookies[settings.CSRF_COOKIE_NAME] = token
    caller.headers = {"X-CSRFToken": token}
    return caller


def test_staff_who_are_signed_in_act_as_themselves(town: Town, centre: Caller) -> None:
    number = taken(person("agent"))
    assert person("dispatcher").act(number, "dispatch", {"lead": "enforcement"}).status_code == 200
    assert person("clerk.enforcement").act(number, "sign").status_code == 200
    assert person("clerk.market").get(f"/orders/{number}").status_code == 404
    actors = [event["actor"] for event in centre.get(f"/orders/{number}/events").json()["events"]]
    assert actors == [town.person(who).name for who in ("agent", "dispatcher", "clerk.enforcement")]


def test_the_rights_of_staff_decide_without_scopes(town: Town) -> None:
    assert person("analyst").post("/orders", complaint()).status_code == 403
    assert person("analyst").get("/orders").status_code == 200
    assert person("system_admin").get("/orders").json()["orders"] == []


def test_who_changes_something_shows_the_csrf_token(town: Town) -> None:
    browser = person("agent", csrf=True)
    assert browser.get("/orders").status_code == 200
    answer = browser.post("/orders", complaint())
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert with_csrf(browser).post("/orders", complaint()).status_code == 201


def test_a_key_needs_no_csrf_token(town: Town) -> None:
    caller = machine("agent@centre")
    caller.client = Client(enforce_csrf_checks=True)
    assert caller.post("/orders", complaint()).status_code == 201


def test_one_who_must_change_a_password_is_told_so_not_sent_away(town: Town) -> None:
    Staff.objects.filter(username="agent").update(password_expired=True)
    answer = person("agent").get("/orders")
    assert (answer.status_code, answer.json()["code"]) == (403, "password_expired")


def test_one_who_lacks_a_second_factor_is_told_so(town: Town, settings: Settings) -> None:
    settings.MFA_REQUIRED_ROLES = frozenset({"agent"})
    Staff.objects.filter(username="agent").update(is_demo=False)
    answer = person("agent").get("/orders")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")


def test_one_whose_account_is_closed_is_nobody(town: Town) -> None:
    caller = person("agent")
    Staff.objects.filter(username="agent").update(is_active=False)
    assert caller.get("/orders").status_code == 401


def test_a_key_goes_before_a_session(town: Town, centre: Caller) -> None:
    number = handed_out(centre)
    both = person("clerk.market")
    both.headers = centre.headers
    assert both.get(f"/orders/{number}").status_code == 200
    both.headers = {"Authorization": "Bearer nonsense"}
    assert both.get("/orders").status_code == 401


def test_programs_leave_no_session_behind(town: Town, centre: Caller) -> None:
    before = Session.objects.count()
    answer = centre.post("/orders", complaint())
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert Session.objects.count() == before


def test_a_cookie_of_nobody_is_no_entry(town: Town) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    assert client.get(f"{V1}/orders").status_code == 401
