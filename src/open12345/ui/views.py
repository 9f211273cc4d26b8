"""The home page, and the pages for what went wrong: each with a number to quote."""

import hashlib
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from . import home as cards
from . import navigation
from .context import LIGHT_COOKIE, LIGHTS
from .glossary import WORDS

log: Final = logging.getLogger("open12345.pages")
HERE_COOKIE: Final = "here"
ONE_VISIT: Final = timedelta(minutes=30)
"""Looks at the home page that lie closer together are one visit."""
SESSION_CHANGED: Final = "X-Session"
"""The header by which a page learns that its session is over, or another one than when it was drawn (session.js)."""


@login_required
def home(request: HttpRequest) -> HttpResponseBase:
    """Where one lands after signing in: what is due and new at one's desks; without such, a list of pages."""
    person = getattr(request, "person", None)
    roles = person.roles if person else frozenset()
    now = timezone.now()
    since = _new_since(request, now)
    shown = cards.cards_for(roles, person, cards.Visit(now, since)) if roles else []
    entries = navigation.entries_for(roles)
    if len(entries) == 1 and not shown:
        return redirect(entries[0].url)
    main, aside = [s for s in shown if not s[0].aside], [s for s in shown if s[0].aside]
    response = render(request, "ui/home.html", {"main": main, "aside": aside, "desks": entries, "now": now})
    response.headers["Cache-Control"] = "no-store, private"
    _note_look(request, response, now, since)
    return response


def _new_since(request: HttpRequest, now: datetime) -> datetime:
    """Return when the reader was last here before this visit: since then all is new.

    A new visit begins half an hour after the last look. A cookie that is missing, or another's, tells of this
    morning: machines are shared, and no row is written for a look.
    """
    try:
        owner, seen, since = signing.loads(request.COOKIES.get(HERE_COOKIE, ""), salt=HERE_COOKIE)
    except (signing.BadSignature, ValueError, TypeError):
        owner, seen, since = None, 0, 0
    if owner != request.user.pk:
        return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    last = datetime.fromtimestamp(seen, UTC)
    return last if now - last > ONE_VISIT else datetime.fromtimestamp(since, UTC)


def _note_look(request: HttpRequest, response: HttpResponse, now: datetime, since: datetime) -> None:
    value = signing.dumps([request.user.pk, int(now.timestamp()), int(since.timestamp())], salt=HERE_COOKIE)
    month = 31 * 86400
    response.set_cookie(
        HERE_COOKIE, value, max_age=month, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )


@require_POST
def light(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of light or dark in a cookie, and go back to where they were."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(there if safe else "home")
    chosen = request.POST.get("light", "")
    if chosen in LIGHTS:
        year = 365 * 86400
        answer.set_cookie(
            LIGHT_COOKIE, chosen, max_age=year, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
    return answer


@login_required
def words(request: HttpRequest) -> HttpResponse:
    """Every word of the field that the screens use, with what it means."""
    return render(request, "ui/words.html", {"words": WORDS.values()})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    del exception
    return _page(request, 400, _fresh())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    del exception
    return _page(request, 403, _fresh())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404.

    The number is the reader's for this day, so that every such page is the same for them: what
    one may not see must look exactly like what does not exist.
    """
    del exception
    return _page(request, 404, _daily(request))


def broken(request: HttpRequest) -> HttpResponse:
    """500. Nothing here may touch the database, which may be what is broken."""
    number = _fresh()
    log.error("page 500 %s %s %s", number, request.method, request.path)
    return render(request, "ui/broken.html", {"number": number}, status=500)


def busy(request: HttpRequest) -> HttpResponse:
    """503: somebody else holds what was asked for; the same request may succeed a moment later."""
    response = _page(request, 503, _fresh())
    response.headers["Retry-After"] = "5"
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    """413: refused before a byte was read, and before anything has found out the reader's language."""
    with translation.override(translation.get_language_from_request(request)):
        return _page(request, 413, _fresh())


def too_often(request: HttpRequest) -> HttpResponse:
    """429: somebody tries too often (signing in, a second factor)."""
    return _page(request, 429, _fresh())


def not_ready(request: HttpRequest, told: str) -> HttpResponse:
    """503: the house is not set up yet; `told` says what is missing."""
    return _page(request, 503, _fresh(), told=told)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was too old, or came from elsewhere."""
    del reason
    response = _page(request, 403, _fresh(), stale_form=True)
    response.headers[SESSION_CHANGED] = "changed"
    return response


def _page(request: HttpRequest, status: int, number: str, *, stale_form: bool = False, told: str = "") -> HttpResponse:
    log.info("page %s %s %s %s", status, number, request.method, request.path)
    context = {"number": number, "status": status, "stale_form": stale_form, "told": told}
    return render(request, "ui/error.html", context, status=status)


def _fresh() -> str:
    """A number that leads to one line of the log."""
    return f"{timezone.localtime():%m%d-%H%M}-{secrets.token_hex(3)}"


def _daily(request: HttpRequest) -> str:
    """A number that leads to this reader's lines of the day."""
    user = getattr(request, "user", None)
    who = f"{user.pk if user else ''}|{request.META.get('REMOTE_ADDR', '')}|{settings.SECRET_KEY}"
    return f"{timezone.localtime():%m%d}-{hashlib.sha256(who.encode()).hexdigest()[:8]}"
