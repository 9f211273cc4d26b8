"""OpenID Connect with the signature of the identity token always checked."""

import logging
from http import HTTPStatus
from typing import Any, Final

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from requests import RequestException

log: Final = logging.getLogger(__name__)


class VerifyingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc] # allauth has no types
    """Checks the signature even of a token that came straight from the provider.

    The standard allows to skip that over TLS, and allauth does; but providers inside a government
    network are often reached by plain http or through a proxy that ends TLS.
    """

    @property
    def did_fetch_access_token(self) -> bool:
        """Claiming not to have fetched the token makes allauth verify its signature."""
        return False

    @did_fetch_access_token.setter
    def did_fetch_access_token(self, value: bool) -> None:
        """Ignore what allauth sets."""


@login_not_required  # type: ignore[untyped-decorator]
def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send the browser to the provider, by way of a page.

    A redirect would count as the target of the sign-in page's form, which the content security
    policy allows to be this site only.
    """
    response = _view(OAuth2LoginView, request, provider_id)
    if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
        return render(request, "socialaccount/leaving.html", {"url": response.headers["Location"]})
    return response


@login_not_required  # type: ignore[untyped-decorator]
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take the browser back from the provider."""
    return _view(OAuth2CallbackView, request, provider_id)


def _view(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Run one of allauth's views; a provider that is away gets a page of its own."""
    try:
        run = view.adapter_view(VerifyingAdapter(request, provider_id))
        response: HttpResponseBase = run(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except RequestException:
        log.exception("identity provider %s does not answer", provider_id)
        return render(request, "socialaccount/authentication_error.html", status=502)
    return response
