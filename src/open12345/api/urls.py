"""Addresses of the API. Whatever lies below `/api/` answers in the API's own form, also what does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from open12345.api import main, problems, reference, schema

app_name = "api"


@cache
def _document() -> bytes:
    return schema.text(main.openapi()).encode()


def openapi_json(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for everybody."""
    if request.method not in {"GET", "HEAD"}:
        return problems.not_allowed(["GET", "HEAD"])
    return HttpResponse(_document(), content_type="application/json")


def missing(request: HttpRequest, **_rest: Any) -> HttpResponse:
    """Any other address."""
    return problems.not_found()


def _in_one_form(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the framework's 405 be answered like every other "no"."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            return problems.not_allowed(response["Allow"].split(", "))
        return response

    return csrf_exempt(answer)  # whoever comes by session is checked in access.BySession


def _operations() -> list[URLPattern]:
    found = [url for url in main.api.urls[0] if isinstance(url, URLPattern) and url.name != "api-root"]
    for url in found:
        url.callback = _in_one_form(url.callback)
    return found


urlpatterns = [
    path("docs", reference.page, name="docs"),
    path("docs/", reference.page),
    path("v1/openapi.json", csrf_exempt(openapi_json), name="openapi"),
    path("v1/", include(_operations())),
    re_path(r"^.*$", csrf_exempt(missing)),
]
