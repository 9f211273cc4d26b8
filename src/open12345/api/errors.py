"""What only a face can say no to: who calls, how the request is written, how often."""

from __future__ import annotations

from django.utils.translation import gettext as _

from open12345.orders.errors import DomainError


class Unanswered(DomainError):
    """The request did not get as far as the domain; `headers` tell the client what to do."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def unauthorised(code: str, message: str) -> Unanswered:
    """No key, or not one that is good now."""
    return Unanswered(401, code, message, WWW_Authenticate='Bearer realm="open12345"')


def malformed(message: str) -> Unanswered:
    """The body is no JSON that we read."""
    return Unanswered(400, "malformed", message)


def too_large(most: int) -> Unanswered:
    """The body has more than `most` bytes."""
    return Unanswered(413, "too_large", _("请求超过 %(most)s KB") % {"most": most // 1024})


def wrong_type(wanted: str) -> Unanswered:
    """The body is of another content type than `wanted`."""
    return Unanswered(415, "content_type", _("Content-Type 应为 %(wanted)s") % {"wanted": wanted}, Accept=wanted)


def too_many(wait: float) -> Unanswered:
    """The key is over its limit for `wait` seconds."""
    seconds = str(int(wait) + 1)
    return Unanswered(
        429, "too_many_requests", _("请求过于频繁，请在 %(s)s 秒后再试") % {"s": seconds}, Retry_After=seconds
    )
