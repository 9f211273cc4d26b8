"""The frame before and around every page: a language that lasts, a number to quote on whatever went wrong."""

from http.cookies import Morsel

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from open12345.directory import packs
from open12345.directory.models import Staff
from open12345.ui import views
from tests.ui.test_pages import number_in


def switch_of(page: str) -> str:
    """The language that a page offers."""
    return "en" if 'value="en"' in page else "zh-hans" if 'value="zh-hans"' in page else ""


@pytest.mark.django_db
def test_a_visitor_chooses_the_language_at_the_door_and_keeps_it(client: Client) -> None:
    door = reverse("account_login")
    assert switch_of(client.get(door, headers={"Accept-Language": "zh-CN"}).content.decode()) == "en"
    client.post(reverse("set_language"), {"language": "en", "next": door})
    kept: Morsel[str] = client.cookies["django_language"]
    assert int(kept["max-age"]) > 300 * 86400
    page = client.get(door, headers={"Accept-Language": "zh-CN"}).content.decode()
    assert 'lang="en"' in page
    assert switch_of(page) == "zh-hans"


@pytest.mark.django_db
def test_the_search_can_be_seen_at_every_width_by_who_has_one(client: Client) -> None:
    client.force_login(Staff.objects.create_user("stranger", "生人"))
    assert "bar-find" not in client.get(reverse("words")).content.decode()


def test_what_is_too_large_or_too_often_has_a_page_with_a_number(rf: RequestFactory) -> None:
    for view, status, word in ((views.too_large, 413, "太大"), (views.too_often, 429, "频繁")):
        answer = view(rf.post("/x/", headers={"Accept-Language": "zh-CN"}))
        assert answer.status_code == status
        assert word in answer.content.decode()
        assert number_in(answer.content.decode())


def test_what_is_too_large_is_told_in_the_readers_language(rf: RequestFactory) -> None:
    """It is refused before the middleware that finds the language out."""
    assert 'lang="en"' in views.too_large(rf.post("/x/", headers={"Accept-Language": "en"})).content.decode()


def test_a_body_too_large_gets_the_page(client: Client) -> None:
    answer = client.post(reverse("set_language"), {}, headers={"Content-Length": str(1 << 30)})
    assert answer.status_code == 413
    assert number_in(answer.content.decode())


@pytest.mark.django_db
def test_who_tries_too_often_to_sign_in_gets_the_page(client: Client) -> None:
    from allauth.core.internal.ratelimit import respond_429  # noqa: PLC0415 - what signing in calls

    answer = respond_429(RequestFactory().post("/accounts/login/"))
    assert answer.status_code == 429
    assert number_in(answer.content.decode())


@pytest.mark.django_db
def test_a_house_without_a_pack_says_so_on_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(moment: object) -> None:
        raise packs.NoPack("还没有装载规则包", code="no_pack")

    monkeypatch.setattr(packs, "pack_at", missing)
    client.force_login(Staff.objects.create_user("stranger", "生人"))
    answer = client.get(reverse("orders:flow"))
    assert answer.status_code == 503
    assert "还没有装载规则包" in answer.content.decode()
    assert number_in(answer.content.decode())


@pytest.mark.django_db
def test_pages_that_explain_are_in_the_help_of_every_page(client: Client) -> None:
    client.force_login(Staff.objects.create_user("stranger", "生人"))
    page = client.get(reverse("words")).content.decode()
    for name in ("words", "orders:flow", "api:docs"):
        assert f'href="{reverse(name)}" data-command' in " ".join(page.split())


def test_the_page_of_a_failure_speaks_its_own_language(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/x/")
    assert 'lang="zh-hans"' in views.broken(request).content.decode()
