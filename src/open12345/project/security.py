"""What stands before every view: headers that tell the browser what a page may do, and how much a request may send."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse

from open12345.api import problems
from open12345.api.errors import too_large
from open12345.api.problems import TRY_AGAIN
from open12345.intake import imports
from open12345.orders import attachments
from open12345.project.tiles import tile_source
from open12345.ui.views import bad_request, busy
from open12345.ui.views import too_large as too_large_page

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{tiles}; "
    "media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def policy(tiles: str) -> str:
    """Return the policy where maps have `tiles` ("" for none)."""
    return _POLICY.format(tiles=tile_source(tiles))


POLICY = policy(settings.TILE_URL)
FEATURES = "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()"


class SecurityHeaders:
    """Adds the policy to every answer; no inline script and no inline style runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as before, with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", FEATURES)
        return response


#: Files that one form may carry at once, and the ends of the addresses that take files.
FILES_AT_ONCE: Final = 5
TAKE_FILES: Final = ("/files/", "/attachments")
TAKES_TABLES: Final = "/intake/import/"


class RequestLimits:
    """Refuses what is too large before a byte of it is read, and words that no database can hold.

    Checking the CSRF token already reads a whole multipart body onto the disk, also of who is not signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 where the client announces too much."""
        most = _most(request.path)
        announced = str(request.META.get("CONTENT_LENGTH") or "0")
        if announced.isdecimal() and int(announced[:18]) > most:
            if request.path.startswith("/api/"):
                return problems.of(request, too_large(most))
            return too_large_page(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 400 to a NUL or a number beyond all bounds, wherever it stood, and 503 to a lock not got in time."""
        if isinstance(exception, DataError):
            return bad_request(request, exception)
        if getattr(exception.__cause__, "sqlstate", None) in TRY_AGAIN:
            return busy(request)
        return None


def _most(path: str) -> int:
    """Return how many bytes a request to `path` may have."""
    form = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
    if path == TAKES_TABLES:
        return form + imports.LARGEST
    return form + FILES_AT_ONCE * attachments.size_limit() if path.endswith(TAKE_FILES) else form
