"""The second factor: one-time codes, security keys, passkeys, recovery codes, all the way through."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from open12345.directory.models import AccessLog, Staff

from .conftest import Hire
from .softkey import SoftKey

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def staff(hire: Hire) -> Staff:
    return hire("system_admin")


def browser(staff: Staff | None = None, password: str = PASSWORD) -> Client:
    """A browser over https in which `staff` has given the password."""
    client = Client(headers={"host": "testserver"})
    client.defaults["wsgi.url_scheme"] = "https"
    if staff:
        client.post(reverse("account_login"), {"login": staff.username, "password": password})
    return client


def trusted(staff: Staff) -> Client:
    """A browser that has just given the password a second time, as changes to factors demand."""
    client = browser(staff)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code_for(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def add_totp(client: Client) -> str:
    page = client.get(reverse("mfa_activate_totp"))
    secret = str(page.context["form"].secret)
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert answer.status_code == 302
    return secret


def page_data(response: Any) -> dict[str, Any]:
    found = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', response.content.decode())
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def acts() -> list[str]:
    return list(AccessLog.objects.order_by("id").values_list("act", flat=True))


# One-time codes


@pytest.mark.function("SEC-04")
def test_with_a_one_time_code_the_password_alone_does_not_open(staff: Staff) -> None:
    secret = add_totp(trusted(staff))
    client = browser(staff)
    assert not inside(client)
    asked = client.get(reverse("mfa_authenticate"))
    assert asked.status_code == 200
    assert client.get(reverse("home")).status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    assert not inside(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code_for(secret)}).status_code == 302
    assert inside(client)
    added = ["second_factor.added", "second_factor.added"]
    assert acts() == ["sign_in", *added, "second_factor.failed", "sign_in"]


def test_a_code_opens_once(staff: Staff) -> None:
    secret = add_totp(trusted(staff))
    code = code_for(secret, steps=1)
    first, second = browser(staff), browser(staff)
    first.post(reverse("mfa_authenticate"), {"code": code})
    second.post(reverse("mfa_authenticate"), {"code": code})
    assert inside(first)
    assert not inside(second)


def test_guessing_codes_is_stopped(staff: Staff) -> None:
    secret = add_totp(trusted(staff))
    client = browser(staff)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert not inside(client)


def test_a_wrong_first_code_activates_nothing(staff: Staff) -> None:
    client = trusted(staff)
    client.get(reverse("mfa_activate_totp"))
    answer = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "代码" in answer.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.function("SEC-04")
def test_the_secret_is_encrypted_in_the_database(staff: Staff) -> None:
    secret = add_totp(trusted(staff))
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert stored.count("gAAAA") >= 2


def test_recovery_codes_open_when_the_phone_is_lost_each_once(staff: Staff) -> None:
    client = trusted(staff)
    add_totp(client)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    first, second = browser(staff), browser(staff)
    first.post(reverse("mfa_authenticate"), {"code": codes[0]})
    second.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert inside(first)
    assert not inside(second)


def test_taking_the_second_factor_away_needs_a_fresh_sign_in_and_is_recorded(staff: Staff) -> None:
    client = trusted(staff)
    add_totp(client)
    session = client.session
    session["account_authentication_methods"] = [
        {**method, "at": method["at"] - 3600} for method in session["account_authentication_methods"]
    ]
    session.save()
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert "reauthenticate" in answer.headers["Location"]
    assert Authenticator.objects.filter(type="totp").exists()
    client.post(answer.headers["Location"], {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(type="totp").exists()
    assert "second_factor.removed" in acts()


def test_the_page_of_the_second_factor_belongs_to_its_owner(staff: Staff, hire: Hire) -> None:
    add_key(trusted(staff))
    own = Authenticator.objects.get(type="webauthn")
    other = trusted(hire("clerk", "dept-a"))
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert other.get(reverse(name, args=[own.pk])).status_code == 404
        assert other.post(reverse(name, args=[own.pk]), {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=own.pk).exists()


# Security keys and passkeys


def add_key(client: Client, key: SoftKey | None = None, *, passkey: bool = False) -> SoftKey:
    key = key or SoftKey()
    options = page_data(client.get(reverse("mfa_add_webauthn")))["creation_options"]
    said = {"name": "我的密钥", "credential": key.create(options)}
    if passkey:
        said["passwordless"] = "on"
    client.post(reverse("mfa_add_webauthn"), said)
    return key


def challenge(client: Client) -> dict[str, Any]:
    """What the sign-in page fetches when its passkey button is pressed."""
    answer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    options: dict[str, Any] = answer.json()["request_options"]
    return options


@pytest.mark.function("SEC-04")
def test_a_security_key_is_the_second_factor(staff: Staff) -> None:
    key = add_key(trusted(staff))
    client = browser(staff)
    assert not inside(client)
    options = page_data(client.get(reverse("mfa_authenticate")))["request_options"]
    impostor = SoftKey()
    impostor.id, impostor.user = key.id, key.user
    client.post(reverse("mfa_authenticate"), {"credential": impostor.get(options)})
    assert not inside(client)
    options = page_data(client.get(reverse("mfa_authenticate")))["request_options"]
    client.post(reverse("mfa_authenticate"), {"credential": key.get(options)})
    assert inside(client)


@pytest.mark.function("SEC-04")
def test_a_passkey_signs_in_without_password(staff: Staff) -> None:
    key = add_key(trusted(staff), passkey=True)
    client = browser()
    page = client.get(reverse("account_login")).content.decode()
    assert 'id="passkey_login"' in page
    options = challenge(client)
    client.post(reverse("mfa_login_webauthn"), {"credential": key.get(options)})
    assert inside(client)
    assert client.session["_auth_user_id"] == str(staff.pk)


def test_an_answer_for_another_site_is_refused(staff: Staff) -> None:
    key = add_key(trusted(staff), passkey=True)
    client = browser()
    options = challenge(client)
    key.origin = "https://testserver.evil.example"
    client.post(reverse("mfa_login_webauthn"), {"credential": key.get(options)})
    assert not inside(client)


def test_an_old_challenge_cannot_be_answered_again(staff: Staff) -> None:
    key = add_key(trusted(staff), passkey=True)
    client = browser()
    options = challenge(client)
    answer = key.get(options)
    other = browser()
    challenge(other)
    other.post(reverse("mfa_login_webauthn"), {"credential": answer})
    assert not inside(other)


def test_a_key_from_another_site_cannot_be_registered(staff: Staff) -> None:
    add_key(trusted(staff), SoftKey(origin="https://evil.example"))
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("garbage", ["", "{}", "[]", "not json", '{"response": 1}'])
def test_garbage_instead_of_a_key_is_refused_calmly(staff: Staff, garbage: str) -> None:
    client = trusted(staff)
    client.get(reverse("mfa_add_webauthn"))
    answer = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": garbage})
    assert answer.status_code == 200
    visitor = browser()
    challenge(visitor)
    visitor.post(reverse("mfa_login_webauthn"), {"credential": garbage})
    assert not inside(visitor)


@pytest.mark.parametrize(
    "name",
    ["mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_view_recovery_codes"],
)
def test_the_pages_run_no_inline_code_and_speak_chinese(staff: Staff, name: str) -> None:
    client = trusted(staff)
    if name == "mfa_view_recovery_codes":
        add_totp(client)
    page = client.get(reverse(name)).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    for piece in page.split("<script")[1:]:
        head = piece.split(">")[0]
        assert "src=" in head or 'type="application/json"' in head
    assert re.search("验证|密钥|恢复代码|身份", page)
