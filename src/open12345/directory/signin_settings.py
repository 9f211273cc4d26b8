"""The settings of signing in (SEC-04), in one place; imports no Django.

Passwords: at least 10 characters, none of the 20,000 most common ones, not like the person's own
names, not digits only; stored with Django's slow hash. There is no forced expiry and no rule about
kinds of characters: both make people choose worse passwords (NIST SP 800-63B 3.1.1.2). A password
that somebody else has set is for one time.

Second factor: one-time codes (TOTP), security keys and passkeys (WebAuthn), recovery codes. Secrets
are encrypted in the database. OPEN12345_MFA_ROLES names the roles that must have one before they
can do anything, e.g. "system_admin,security_admin,audit_admin".

Attempts: five wrong passwords for one name in five minutes, thirty from one address in a minute
(a whole centre may share one address), counted for all web processes together.

Identity provider (OpenID Connect), when OPEN12345_OIDC_URL is set:
OPEN12345_OIDC_CLIENT_ID, _CLIENT_SECRET, _NAME (on the button), _CLAIM (claim that holds the user
name, default preferred_username). Accounts are never made by signing in; the name must exist here.
"""

from collections.abc import Mapping
from typing import Any, Final

PASSWORDS: Final = "django.contrib.auth.password_validation."
RATES: Final = {"login": "120/m/ip", "login_failed": "30/m/ip,5/300s/key"}


def signin_settings(environ: Mapping[str, str], *, insecure: bool) -> dict[str, Any]:
    """All settings of signing in. `insecure` allows WebAuthn over plain http (demo, debugging)."""
    return {
        "AUTH_USER_MODEL": "directory.Staff",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "AUTH_PASSWORD_VALIDATORS": password_validators(),
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        **_account(),
        **_second_factor(environ, insecure=insecure),
        **_identity_provider(environ),
        "ALLAUTH_TRUSTED_PROXY_COUNT": int(environ.get("OPEN12345_PROXIES", "0")),
    }


def password_validators() -> list[dict[str, Any]]:
    """The password policy, in the order in which its rules are told."""
    own_names = {"user_attributes": ("username", "name")}
    return [
        {"NAME": PASSWORDS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
        {"NAME": PASSWORDS + "UserAttributeSimilarityValidator", "OPTIONS": own_names},
        {"NAME": PASSWORDS + "CommonPasswordValidator"},
        {"NAME": PASSWORDS + "NumericPasswordValidator"},
    ]


def _account() -> dict[str, Any]:
    """User name and password, by allauth; nobody can sign up."""
    return {
        "ACCOUNT_ADAPTER": "open12345.directory.adapters.AccountAdapter",
        "ACCOUNT_FORMS": {"login": "open12345.directory.forms.SignInForm"},
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*", "password2*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
        "ACCOUNT_RATE_LIMITS": RATES,
        "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": ("django.contrib.auth.tokens.PasswordResetTokenGenerator"),
    }


def _second_factor(environ: Mapping[str, str], *, insecure: bool) -> dict[str, Any]:
    """TOTP, WebAuthn and recovery codes."""
    roles = environ.get("OPEN12345_MFA_ROLES", "")
    return {
        "MFA_ADAPTER": "open12345.directory.adapters.SecondFactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": "Open12345",
        "MFA_TOTP_TOLERANCE": 1,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": insecure,
        "MFA_REQUIRED_ROLES": frozenset(filter(None, (r.strip() for r in roles.split(",")))),
    }


def _identity_provider(environ: Mapping[str, str]) -> dict[str, Any]:
    """OpenID Connect with PKCE, when a provider is named."""
    common: dict[str, Any] = {
        "SOCIALACCOUNT_ADAPTER": "open12345.directory.adapters.ProviderAdapter",
        "SOCIALACCOUNT_LOGIN_ON_GET": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
        "SOCIALACCOUNT_PROVIDERS": {},
    }
    url = environ.get("OPEN12345_OIDC_URL")
    if not url:
        return common
    app = {
        "provider_id": "sso",
        "name": environ.get("OPEN12345_OIDC_NAME", "统一身份认证"),
        "client_id": environ.get("OPEN12345_OIDC_CLIENT_ID", ""),
        "secret": environ.get("OPEN12345_OIDC_CLIENT_SECRET", ""),
        "settings": {
            "server_url": url,
            "username_claim": environ.get("OPEN12345_OIDC_CLAIM", "preferred_username"),
        },
    }
    provider = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return common | {"SOCIALACCOUNT_PROVIDERS": provider}
