"""Too large a request is refused before it is read; what no database can hold is the sender's mistake, not ours."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from open12345.project.security import RequestLimits
from tests.screens.conftest import Browser

pytestmark = pytest.mark.function("SEC-01")

NUL = "%00"


@pytest.mark.parametrize(
    ("path", "megabytes", "status"),
    [
        ("/accounts/login/", 4, 200),
        ("/accounts/login/", 6, 413),
        ("/api/v1/orders", 6, 413),
        ("/orders/1/files/", 30, 200),
        ("/orders/1/files/", 300, 413),
        ("/api/v1/orders/1/attachments", 300, 413),
        ("/intake/import/", 20, 200),
        ("/intake/import/", 30, 413),
    ],
)
def test_a_request_that_is_too_large_is_not_read(path: str, megabytes: int, status: int) -> None:
    request = RequestFactory().post(path)
    request.META["CONTENT_LENGTH"] = str(megabytes << 20)
    answer = RequestLimits(lambda _request: HttpResponse())(request)
    assert answer.status_code == status
    if status != 200 and path.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_visitor_cannot_fill_the_disk() -> None:
    assert Client().post("/accounts/login/", {}, headers={"Content-Length": str(1 << 40)}).status_code == 413


@pytest.mark.parametrize("url", [f"/orders/?unit={NUL}", f"/intake/?done={NUL}", f"/intake/new/?same_call_as={NUL}"])
def test_a_nul_in_an_address_is_no_error_of_ours(at_screen: object, url: str) -> None:
    browser: Browser = at_screen("agent")  # type: ignore[operator]
    browser.client.raise_request_exception = True
    assert browser.client.get(url).status_code in {200, 400, 404}
