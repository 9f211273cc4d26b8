"""Signing in through an identity provider, against a stand-in that speaks the protocol over HTTP."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from open12345.directory.models import AccessLog, Staff
from open12345.directory.signin_settings import signin_settings

from .conftest import Hire
from .identity_provider import CLIENT, SECRET, Provider, start

LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(db: None, settings: Settings) -> Iterator[Provider]:
    cache.clear()
    provider = Provider(claims={"sub": "subject-1", "preferred_username": "zhang.san", "name": "张"})
    server = start(provider)
    environ = {
        "OPEN12345_OIDC_URL": provider.url,
        "OPEN12345_OIDC_CLIENT_ID": CLIENT,
        "OPEN12345_OIDC_CLIENT_SECRET": SECRET,
        "OPEN12345_OIDC_NAME": "区统一认证",
    }
    made = signin_settings(environ, insecure=False)
    settings.SOCIALACCOUNT_PROVIDERS = made["SOCIALACCOUNT_PROVIDERS"]
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture
def zhang(hire: Hire) -> Staff:
    return hire("clerk", "dept-a", username="zhang.san")


def go(client: Client) -> str:
    """Press the button; where the browser is sent, read from the page that sends it."""
    page = client.post(LOGIN).content.decode()
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found
    return unescape(found[1])


def come_back(client: Client, address: str) -> int:
    """Follow the browser through the provider and back."""
    back = httpx.get(address, follow_redirects=False).headers["Location"]
    return client.get(f"{urlsplit(back).path}?{urlsplit(back).query}").status_code


def sign_in(client: Client) -> int:
    return come_back(client, go(client))


def inside(client: Client) -> str | None:
    found: str | None = client.session.get("_auth_user_id")
    return found


@pytest.mark.function("SEC-04")
def test_one_comes_in_through_the_provider(provider: Provider, zhang: Staff, client: Client) -> None:
    assert "区统一认证" in client.get(reverse("account_login")).content.decode()
    assert sign_in(client) == 302
    assert inside(client) == str(zhang.pk)
    assert provider.asked == [
        "/.well-known/openid-configuration",
        "/authorize",
        "/.well-known/openid-configuration",
        "/token",
        "/userinfo",
        "/jwks",
    ]
    assert SocialAccount.objects.get().uid == "subject-1"
    assert AccessLog.objects.get(act="sign_in").staff_id == zhang.pk
    again = Client()
    sign_in(again)
    assert inside(again) == str(zhang.pk)


def test_the_provider_says_who_one_is_not_what_one_may(provider: Provider, zhang: Staff, client: Client) -> None:
    provider.claims |= {"roles": ["leader"], "name": "别名", "is_active": False}
    sign_in(client)
    zhang.refresh_from_db()
    assert zhang.name == "clerk某"
    assert list(zhang.posts.values_list("role", flat=True)) == ["clerk"]


def test_nobody_gets_an_account_by_signing_in(provider: Provider, zhang: Staff, client: Client) -> None:
    provider.claims["preferred_username"] = "unknown"
    assert sign_in(client) == 403
    assert inside(client) is None
    assert Staff.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert AccessLog.objects.get().act == "sign_in.refused"


def test_a_closed_account_stays_closed(provider: Provider, zhang: Staff, client: Client) -> None:
    sign_in(Client())
    Staff.objects.update(is_active=False)
    assert sign_in(client) == 403
    assert inside(client) is None
    SocialAccount.objects.all().delete()
    assert sign_in(Client()) == 403


def test_a_demo_account_is_not_entered_through_the_provider(provider: Provider, zhang: Staff, client: Client) -> None:
    Staff.objects.update(is_demo=True)
    assert sign_in(client) == 403


def test_a_name_given_to_somebody_else_does_not_hand_over_the_account(
    provider: Provider, zhang: Staff, client: Client
) -> None:
    sign_in(Client())
    provider.claims["sub"] = "subject-2"
    assert sign_in(client) == 403
    assert inside(client) is None
    provider.claims |= {"sub": "subject-1", "preferred_username": "renamed"}
    again = Client()
    sign_in(again)
    assert inside(again) == str(zhang.pk)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://somebody.else"},
        {"aud": "another-client"},
        {"exp": 1_700_000_000},
    ],
    ids=["issuer", "audience", "expired"],
)
def test_a_token_that_is_not_for_us_now_is_refused(
    provider: Provider, zhang: Staff, client: Client, changes: dict[str, object]
) -> None:
    provider.token_changes = changes
    sign_in(client)
    assert inside(client) is None


def test_a_token_signed_with_another_key_is_refused(provider: Provider, zhang: Staff, client: Client) -> None:
    provider.signing_key = rsa.generate_private_key(65537, 2048)
    sign_in(client)
    assert inside(client) is None


def test_an_answer_that_nobody_asked_for_is_refused(provider: Provider, zhang: Staff, client: Client) -> None:
    address = go(client)
    back = httpx.get(address, follow_redirects=False).headers["Location"]
    victim = Client()
    victim.get(f"{urlsplit(back).path}?{urlsplit(back).query}")
    assert inside(victim) is None
    query = parse_qs(urlsplit(back).query)
    client.get(f"{urlsplit(back).path}?code={query['code'][0]}&state=made-up")
    assert inside(client) is None


def test_a_code_works_once(provider: Provider, zhang: Staff, client: Client) -> None:
    address = go(client)
    back = urlsplit(httpx.get(address, follow_redirects=False).headers["Location"])
    client.get(f"{back.path}?{back.query}")
    assert inside(client) == str(zhang.pk)
    client.logout()
    client.get(f"{back.path}?{back.query}")
    assert inside(client) is None


def test_a_link_does_not_start_a_sign_in(provider: Provider, client: Client) -> None:
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert "refresh" not in page.content.decode()
    assert provider.asked == []


def test_without_a_provider_there_is_no_button_and_no_page(client: Client, db: None) -> None:
    assert "oidc" not in client.get(reverse("account_login")).content.decode()
    assert client.post(LOGIN).status_code == 404


def test_a_provider_that_is_down_is_told_calmly(provider: Provider, client: Client, settings: Settings) -> None:
    provider_settings = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]
    provider_settings["server_url"] = "http://127.0.0.1:9"
    page = client.post(LOGIN)
    assert page.status_code == 502
    assert "没有成功" in page.content.decode()
