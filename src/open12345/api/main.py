"""The API itself: its operations gathered, every exception answered in one form."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationErrorContext

from open12345.api import attachment_views, order_views, pack_views, problems, schema
from open12345.orders.errors import Problem
from open12345.orders.inputs import problems_of

VERSION: Final = "1.0.0"
PREFIX: Final = "/api/v1/"
_ABOUT: Final = (
    "Work orders of a citizen service hotline: take them in, read them, act on them, attach files. "
    "Errors are application/problem+json; see docs/api.md."
)


class Api(NinjaAPI):
    """ninja, with our own "no"."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Answer any exception (problems.of)."""
        return problems.of(request, exc)

    def validation_error_from_error_contexts(
        self,
        error_contexts: list[ValidationErrorContext],  # type: ignore[type-arg]
    ) -> Any:
        """Return the mistakes of path and query parameters, by their plain names."""
        found = [p for context in error_contexts for p in problems_of(context.pydantic_validation_error)]
        return problems.Invalid(Problem(p.field.rpartition(".")[2], p.code, p.message, p.facts) for p in found)


def build() -> Api:
    """Return the API with all its operations."""
    made = Api(
        title="Open12345", version=VERSION, description=_ABOUT, urls_namespace="v1", docs_url=None, openapi_url=None,
        openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
    )  # fmt: skip
    for router in (order_views.router, attachment_views.router, pack_views.router):
        made.add_router("", router)
    return made


api = build()


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return schema.document(api, PREFIX.strip("/") + "/")
