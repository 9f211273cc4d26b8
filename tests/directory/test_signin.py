"""Signing in by password: the policy, the limits, what is recorded, what is closed."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from open12345.directory import services
from open12345.directory.models import AccessLog, Staff, Unit
from open12345.directory.person import SYSTEM
from open12345.directory.signin_settings import signin_settings

from .conftest import NOW, Hire

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def attempt(client: Client, username: str, password: str = PASSWORD, **more: str) -> int:
    answer = client.post(reverse("account_login"), {"login": username, "password": password, **more})
    return answer.status_code


def acts() -> list[tuple[str, str, int | None]]:
    return list(AccessLog.objects.order_by("id").values_list("act", "object", "staff_id"))


@pytest.mark.function("SEC-04")
def test_one_signs_in_and_out_and_both_are_recorded(hire: Hire, client: Client) -> None:
    staff = hire("clerk", "dept-a")
    assert attempt(client, staff.username) == 302
    assert client.get(reverse("account_change_password")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("account_change_password")).status_code == 302
    own = f"staff:{staff.pk}"
    assert acts() == [("sign_in", own, staff.pk), ("sign_out", own, staff.pk)]
    assert AccessLog.objects.filter(ip="127.0.0.1").count() == 2


def test_the_session_key_changes_at_sign_in(hire: Hire, client: Client) -> None:
    staff = hire("clerk", "dept-a")
    client.get(reverse("account_login"))
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = str(before)
    attempt(client, staff.username)
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert client.session["_auth_user_id"] == str(staff.pk)
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = str(before)
    assert "_auth_user_id" not in stale.session


def test_signing_out_is_not_a_link(hire: Hire, client: Client) -> None:
    client.force_login(hire("clerk", "dept-a"))
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session


def test_a_wrong_password_is_recorded_without_what_was_typed(hire: Hire, client: Client) -> None:
    staff = hire("clerk", "dept-a")
    assert attempt(client, staff.username, "wrong") == 200
    assert attempt(client, "mY-s3cret-typed-as-name", "x") == 200
    assert acts() == [
        ("sign_in.failed", f"staff:{staff.pk}", None),
        ("sign_in.failed", "staff:unknown", None),
    ]


def test_an_unknown_name_and_a_wrong_password_look_alike(hire: Hire, client: Client) -> None:
    staff = hire("clerk", "dept-a")
    url = reverse("account_login")
    wrong = client.post(url, {"login": staff.username, "password": "wrong"})
    unknown = client.post(url, {"login": "nobody.here.x", "password": "wrong"})
    assert "用户名或密码不正确" in wrong.content.decode()
    errors = [page.context["form"].errors for page in (wrong, unknown)]
    assert errors[0] == errors[1]


@pytest.mark.function("SEC-04", "SEC-05")
def test_after_five_wrong_passwords_even_the_right_one_waits(hire: Hire, client: Client) -> None:
    staff, other = hire("clerk", "dept-a"), hire("agent", "centre")
    for _ in range(5):
        attempt(client, staff.username, "wrong")
    answer = client.post(reverse("account_login"), {"login": staff.username.upper(), "password": PASSWORD})
    assert "已暂停登录 5 分钟" in answer.content.decode()
    assert acts()[-1] == ("sign_in.blocked", f"staff:{staff.pk}", None)
    assert attempt(client, other.username) == 302


@pytest.mark.function("SEC-05")
def test_one_address_that_tries_many_names_is_stopped(hire: Hire, client: Client) -> None:
    staff = hire("clerk", "dept-a")
    for number in range(30):
        attempt(client, f"name{number}", "wrong")
    assert attempt(client, staff.username) == 200
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert attempt(elsewhere, staff.username) == 302


def test_a_whole_shift_behind_one_address_gets_in(hire: Hire) -> None:
    for number in range(40):
        staff = hire("agent", username=f"agent{number}")
        assert attempt(Client(), staff.username) == 302


def test_a_closed_account_cannot_come_in_and_loses_its_session(hire: Hire, client: Client) -> None:
    staff = hire("clerk", "dept-a")
    attempt(client, staff.username)
    services.deactivate(staff, by=SYSTEM, at=NOW)
    assert client.get(reverse("home")).status_code == 302
    assert attempt(Client(), staff.username) == 302
    again = Client()
    attempt(again, staff.username)
    assert "_auth_user_id" not in again.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_after_sign_in_one_stays_on_this_site(hire: Hire, client: Client, target: str) -> None:
    staff = hire("clerk", "dept-a")
    answer = client.post(
        reverse("account_login"),
        {"login": staff.username, "password": PASSWORD, "next": target},
    )
    assert answer.headers["Location"] == "/"


@pytest.mark.function("SEC-04")
@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-9ch", "password_too_short"),
        ("1234567890", "password_entirely_numeric"),
        ("qwertyuiop", "password_too_common"),
        ("clerk.dept-a", "password_too_similar"),
    ],
)
def test_weak_passwords_are_refused(hire: Hire, password: str, code: str) -> None:
    staff = hire("clerk", "dept-a")
    with pytest.raises(ValidationError) as refused:
        validate_password(password, staff)
    assert code in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize("password", ["correct horse battery", "九亭的桂花开在十月里", "x9!" * 4])
def test_long_passwords_of_any_kind_are_taken(hire: Hire, password: str) -> None:
    validate_password(password, hire("clerk", "dept-a"))


def test_changing_the_password_needs_the_old_one_and_obeys_the_policy(hire: Hire, client: Client) -> None:
    staff = hire("clerk", "dept-a")
    attempt(client, staff.username)
    other = Client()
    attempt(other, staff.username)
    url = reverse("account_change_password")
    new = {"password1": "桂花开在十月里的九亭", "password2": "桂花开在十月里的九亭"}
    assert client.post(url, {"oldpassword": "wrong", **new}).status_code == 200
    weak = {"password1": "1234567890", "password2": "1234567890"}
    page = client.post(url, {"oldpassword": PASSWORD, **weak})
    assert page.status_code == 200
    assert "纯数字" in page.content.decode() or "全都是数字" in page.content.decode()
    assert client.post(url, {"oldpassword": PASSWORD, **new}).status_code == 302
    staff.refresh_from_db()
    assert staff.check_password(new["password1"])
    assert client.get(url).status_code == 200
    assert other.get(url).status_code == 302
    assert "password.changed" in {act for act, _, _ in acts()}


def test_a_one_time_password_must_be_changed_first(tree: dict[str, Unit], client: Client, rf: object) -> None:
    staff = services.create_staff("new", "新人", unit=tree["dept-a"], by=SYSTEM, at=NOW, password=PASSWORD)
    attempt(client, "new")
    answer = client.get(reverse("home"))
    assert answer.headers["Location"] == reverse("account_change_password")
    new = "桂花开在十月里的九亭"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    staff.refresh_from_db()
    assert not staff.password_expired
    assert client.get(reverse("home")).status_code == 200


def test_a_link_sets_the_first_password_once(tree: dict[str, Unit], client: Client) -> None:
    staff = services.create_staff("new", "新人", unit=tree["dept-a"], by=SYSTEM, at=NOW)
    link = services.password_link(staff, by=SYSTEM, at=NOW)
    page = client.get(link, follow=True)
    assert page.status_code == 200
    form_url = page.redirect_chain[-1][0]
    weak = client.post(form_url, {"password1": "short", "password2": "short"})
    assert weak.status_code == 200
    new = "桂花开在十月里的九亭"
    client.post(form_url, {"password1": new, "password2": new})
    assert attempt(Client(), "new", new) == 302
    again = Client().get(link, follow=True)
    assert "form" not in again.context or again.context.get("token_fail")
    assert {"staff.password_link", "password.changed"} <= {act for act, _, _ in acts()}


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/abc/",
        "/accounts/password/reset/",
        "/accounts/3rdparty/",
        "/accounts/3rdparty/signup/",
    ],
)
def test_nobody_signs_up_or_uses_mail(hire: Hire, path: str) -> None:
    member = Client()
    member.force_login(hire("clerk", "dept-a"))
    for client in (Client(), member):
        assert client.get(path).status_code == 404
        assert client.post(path, {"username": "me", "password1": PASSWORD}).status_code == 404
    assert Staff.objects.count() == 1


def test_a_role_may_demand_a_second_factor_first(hire: Hire, client: Client, settings: Settings) -> None:
    settings.MFA_REQUIRED_ROLES = frozenset({"system_admin"})
    client.force_login(hire("system_admin"))
    assert client.get(reverse("home")).headers["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    clerk = Client()
    clerk.force_login(hire("clerk", "dept-a"))
    assert clerk.get(reverse("home")).status_code == 200


def test_the_sign_in_page_runs_no_inline_code(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "onclick" not in page
    for piece in page.split("<script")[1:]:
        head = piece.split(">")[0]
        assert "src=" in head or 'type="application/json"' in head


def test_settings_come_from_the_environment() -> None:
    plain = signin_settings({}, insecure=False)
    assert plain["SOCIALACCOUNT_PROVIDERS"] == {}
    assert plain["MFA_REQUIRED_ROLES"] == frozenset()
    made = signin_settings(
        {
            "OPEN12345_OIDC_URL": "https://sso.example/",
            "OPEN12345_OIDC_CLIENT_ID": "hotline",
            "OPEN12345_MFA_ROLES": "system_admin, audit_admin",
            "OPEN12345_PROXIES": "2",
        },
        insecure=False,
    )
    app = made["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"][0]
    assert app["client_id"] == "hotline"
    assert made["MFA_REQUIRED_ROLES"] == {"system_admin", "audit_admin"}
    assert made["ALLAUTH_TRUSTED_PROXY_COUNT"] == 2
