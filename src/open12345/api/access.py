"""Who calls: a machine by its key, or a member of staff by the session of the screens.

`needs(scope)` stands at every operation. A key is looked up in one SQL statement that also brings the database's
time, so that the domain's `at` costs no further one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from open12345.api import queries, services
from open12345.api.errors import Unanswered, too_many, unauthorised
from open12345.api.keys import Token, read_token
from open12345.api.limits import limiter
from open12345.api.models import Scope
from open12345.directory.middleware import first_duty
from open12345.directory.person import Person
from open12345.directory.web import actor
from open12345.orders.queries import database_time


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and when by the database's clock."""

    person: Person
    at: datetime


def caller(request: HttpRequest) -> Caller:
    """Return who calls; only for operations behind `needs`."""
    return cast("Caller", request.auth)  # type: ignore[attr-defined]


def needs(scope: Scope | None = None) -> list[AuthBase]:
    """Open an operation to keys with `scope` (None: to every key) and to staff who are signed in."""
    return [ByKey(scope), BySession()]


class ByKey(AuthBase):
    """`Authorization: Bearer o12345_…`."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: Scope | None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the caller, None where no key is shown; raises `Unanswered` (401, 403, 429)."""
        header = request.META.get("HTTP_AUTHORIZATION")
        if not header:
            return None
        kind, _space, text = str(header).partition(" ")
        token = read_token(text.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise unauthorised("bad_key", _("接口密钥无效"))
        return self._admit(token)

    def _admit(self, token: Token) -> Caller:
        found = queries.find(token)
        if found is None:
            raise unauthorised("bad_key", _("接口密钥无效"))
        if not found.active:
            raise unauthorised("key_revoked", _("接口密钥已停用"))
        if found.expires_at is not None and found.expires_at <= found.at:
            raise unauthorised("key_expired", _("接口密钥已过期"))
        key = found.person.id or 0
        if wait := limiter.take(key, found.per_minute):
            raise too_many(wait)
        check_scope(found.scopes, self.scope)
        services.note_use(key, found.last_used_at, found.at)
        return Caller(found.person, found.at)


def check_scope(scopes: frozenset[str], needed: Scope | None) -> None:
    """Raise 403 where a key lacks the scope that an operation needs."""
    if needed is not None and needed.value not in scopes:
        text = _("密钥没有范围 %(scope)s（%(title)s）") % {"scope": needed.value, "title": needed.label}
        raise Unanswered(403, "scope", text)


class BySession(AuthBase):
    """The session cookie of the screens; whoever changes something also shows the CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the caller, None where nobody is signed in; raises `Unanswered` (403)."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        if duty := first_duty(request):
            raise Unanswered(403, duty.code, str(duty.message))
        if check_csrf(request) is not None:
            raise Unanswered(403, "csrf", _("CSRF 校验未通过，请刷新页面后再试"))
        return Caller(actor(request), database_time())
