"""Who asks, on every request; and what must be done before anything else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from open12345.ui.views import not_ready

from . import access
from .models import Staff
from .packs import NoPack
from .web import actor, client_ip

OPEN_PAGES: Final = frozenset(
    {
        "account_change_password",
        "account_set_password",
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "set_language",
        "healthz",
    }
)
"""Pages that stay open to one who must first change a password."""

SECOND_FACTOR_PAGES: Final = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
    }
)
"""Pages that also stay open to one who must first set up a second factor."""

FACES_OF_PROGRAMS: Final = frozenset({"api"})
"""Rooms that answer programs and tell of a duty in their own form instead of sending people elsewhere."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What must be done before anything else, and on which page."""

    code: str
    message: str
    url_name: str


def first_duty(request: HttpRequest) -> Duty | None:
    """The duty of one who is signed in: change a one-time password, add a second factor."""
    if not request.user.is_authenticated:
        return None
    if request.user.password_expired:
        return Duty("password_expired", _("请先修改一次性密码。"), "account_change_password")
    if _lacks_second_factor(request, request.user):
        return Duty("second_factor", _("您的岗位要求先设置两步验证。"), "mfa_index")
    return None


class PersonMiddleware:
    """Gives requests their `person` (looked up when first used), records their address, enforces the two duties."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        request.person = SimpleLazyObject(lambda: actor(request))  # type: ignore[attr-defined]
        token = access.caller.set(lambda: client_ip(request))
        try:
            return self.get_response(request)
        finally:
            access.caller.reset(token)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Tell in words that no pack has been loaded yet, instead of an error page."""
        return not_ready(request, str(exception)) if isinstance(exception, NoPack) else None

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponseBase | None:
        """Send people to what they must do first: change a one-time password, add a factor."""
        del view, args, kwargs
        match = request.resolver_match
        page = match.url_name if match else ""
        if page in OPEN_PAGES or (match and not FACES_OF_PROGRAMS.isdisjoint(match.app_names)):
            return None
        duty = first_duty(request)
        if duty is None or (duty.url_name == "mfa_index" and page in SECOND_FACTOR_PAGES):
            return None
        messages.warning(request, duty.message)
        return redirect(duty.url_name)


def _lacks_second_factor(request: HttpRequest, staff: Staff) -> bool:
    """Whether a role of the person demands a second factor that is not there; demo accounts apart."""
    roles: frozenset[str] = getattr(settings, "MFA_REQUIRED_ROLES", frozenset())
    if not roles or staff.is_demo or not actor(request).has(*roles):
        return False
    return not is_mfa_enabled(staff)
