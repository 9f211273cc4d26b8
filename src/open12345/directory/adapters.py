"""How allauth behaves here: nobody signs up, refusals are clear and on record, secrets encrypted."""

from base64 import urlsafe_b64encode
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

from . import access
from .models import Staff
from .web import client_ip


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """User name and password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("用户名或密码不正确。"),
        "too_many_login_attempts": _("连续登录失败次数过多，已暂停登录 5 分钟。忘记密码请联系安全管理员重设。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are opened by the security administrator only."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; one too many is refused and recorded."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            record_attempt(request, "sign_in.blocked", str(credentials.get("username", "")))
            raise

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """After changing the password one goes on to work."""
        del request
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail: what happens to an account is in the access record."""


def record_attempt(request: HttpRequest, act: str, username: str) -> None:
    """Record an attempt that did not succeed.

    A name that is not in the directory is not written down: it may be a password typed into the
    wrong field.
    """
    staff = Staff.objects.filter(username__iexact=username).first()
    on = f"staff:{staff.pk}" if staff else "staff:unknown"
    access.record(act, by=None, at=timezone.now(), on=on, ip=client_ip(request))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """TOTP, WebAuthn, recovery codes: secrets are encrypted with a key of the instance's secret."""

    def encrypt(self, text: str) -> str:
        """Authenticated encryption with the current key."""
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `InvalidToken` for what was not encrypted by this instance."""
        return _vault().decrypt(encrypted_text.encode()).decode()


def _vault() -> MultiFernet:
    """Encrypts with the current secret, decrypts also with those before it."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str | bytes) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"open12345 second factor")
    return urlsafe_b64encode(derive.derive(force_bytes(secret)))


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Sign-in through the identity provider: it says who somebody is, never what they may do."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Providers come from the settings alone; the database is not asked."""
        del request
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie the provider's subject to the account of the same user name, once.

        Later the subject alone decides: a name that the provider gives to somebody else does not
        hand over the account. An unknown or closed account is told so and recorded.
        """
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                self.refuse(request, sociallogin.user.username)
            return
        claim = sociallogin.provider.app.settings["username_claim"]
        name = str(_claims(sociallogin).get(claim, ""))
        staff = Staff.objects.filter(username__iexact=name, is_active=True, is_demo=False).first()
        if staff is None or SocialAccount.objects.filter(user_id=staff.pk).exists():
            self.refuse(request, name)
        sociallogin.connect(request, staff)

    def refuse(self, request: HttpRequest, username: str) -> NoReturn:
        """End the sign-in with a page that says what to do."""
        record_attempt(request, "sign_in.refused", username)
        page = render(request, "socialaccount/refused.html", status=403)
        raise ImmediateHttpResponse(page)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Staff:
        """Nothing of the provider's data is copied."""
        del request, data
        user: Staff = sociallogin.user
        return user


def _claims(sociallogin: SocialLogin) -> dict[str, Any]:
    """What the provider says: the userinfo endpoint over the id token."""
    data = sociallogin.account.extra_data
    return {**data.get("id_token", {}), **data.get("userinfo", {})}
