"""What views of all rooms need to know about who asks: the person, their rights, their address."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlsplit

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from open12345.ui.views import SESSION_CHANGED

from .person import Person, person_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

VISITOR: Final = Person(kind="citizen", id=None, name="")
"""One who has not signed in."""


def actor(request: HttpRequest) -> Person:
    """The person who asks, found once per request (one query)."""
    person: Person | None = getattr(request, "_person", None)
    if person is None:
        user = request.user
        person = person_of(user) if user.is_authenticated else VISITOR
        request._person = person  # type: ignore[attr-defined]
    return person


def client_ip(request: HttpRequest) -> str | None:
    """The address of the client, behind as many proxies as the operator vouches for."""
    address: str | None = get_client_ip(request)
    return address


def needs(*roles: str) -> Callable[[View[P]], View[P]]:
    """Open a view to holders of one of `roles` (none named: everyone signed in).

    Others get 404: what one may not see does not exist. Visitors are sent to sign in.
    """

    def decorate(view: View[P]) -> View[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if roles and not actor(request).has(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; a piece of a page only tells the page, which may hold what somebody typed.

    Back to the page where the button was, not to an address that takes forms alone.
    """
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={SESSION_CHANGED: "over"})
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    there = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return redirect_to_login(urlsplit(there)._replace(scheme="", netloc="").geturl() if safe and there else "/")
