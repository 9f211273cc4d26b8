"""Every "no" in one form: `application/problem+json` (RFC 9457), in the reader's language, naming each field.

`of` is the one place that turns an exception into an answer. What the database says about locks and races becomes
409 or 503 with `Retry-After`; what nobody foresaw becomes a 500 that carries a number to quote and nothing else.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, Error, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError
from pydantic import ValidationError

from open12345.api.errors import malformed, too_large, unauthorised
from open12345.directory.errors import DirectoryError
from open12345.orders.errors import DomainError, Problem, Refused
from open12345.orders.inputs import problems_of

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_UNIQUE: Final = "23505"
#: Lock timeout, deadlock, serialisation failure, statement timeout: the same request may succeed a moment later.
TRY_AGAIN: Final = frozenset({"55P03", "40P01", "40001", "57014"})
_CONNECTION: Final = ("08", "57P", "53")


class Invalid(Exception):
    """Parameters that do not validate; carries each part's mistakes."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("invalid parameters")
        self.problems = tuple(problems)


def answer(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Iterable[Problem] = (),
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the problem document; `errors` name fields, `facts` are for programs."""
    body: dict[str, Any] = {
        "type": f"urn:open12345:problem:{code}",
        "title": _title(status),
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [_error(problem) for problem in errors],
    }
    if facts:
        body["facts"] = dict(facts)
    content = json.dumps(body, ensure_ascii=False, default=str)
    return HttpResponse(content, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def _error(problem: Problem) -> dict[str, object]:
    return {**problem.facts, "field": problem.field, "code": problem.code, "message": str(problem.message)}


def _title(status: int) -> str:
    titles = {
        400: _("请求无法读懂"),
        401: _("请出示有效的接口密钥或先登录"),
        403: _("无权这样做"),
        404: _("没有找到"),
        405: _("这个地址不接受这种方法"),
        409: _("与现状冲突"),
        411: _("没有说明请求的长度"),
        413: _("请求太大"),
        415: _("请求的内容类型不对"),
        422: _("填写有误"),
        429: _("请求过于频繁"),
        503: _("暂时不能处理，请稍后再试"),
    }
    return titles.get(status, _("服务器出错"))


def of(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Return the answer to `error`, whatever it is."""
    if isinstance(error, DomainError):
        return _domain(error)
    if isinstance(error, DirectoryError):
        return answer(error.status, error.code, error.message, headers=_patience(error.status))
    if isinstance(error, Invalid):
        return _domain(Refused(error.problems))
    if isinstance(error, ValidationError):
        return _domain(Refused(problems_of(error)))
    if isinstance(error, Error):
        return _database(request, error)
    return _of_framework(error) or unexpected(request, error)


def _domain(error: DomainError) -> HttpResponse:
    headers = {**_patience(error.status), **getattr(error, "headers", {})}
    problems = getattr(error, "problems", ())
    return answer(error.status, error.code, error.message, errors=problems, facts=error.facts, headers=headers)


def _patience(status: int) -> dict[str, str]:
    return {"Retry-After": "1"} if status == 503 else {}  # noqa: PLR2004 - service unavailable


def _of_framework(error: BaseException) -> HttpResponse | None:
    """What Django and ninja say no to before our code is reached."""
    match error:
        case Http404():
            found = not_found()
        case PermissionDenied():
            found = answer(403, "not_allowed", _("无权这样做"))
        case AuthenticationError():
            found = _domain(unauthorised("no_credentials", _("请在 Authorization 头中带上接口密钥，或先登录")))
        case HttpError():
            found = answer(error.status_code, "refused", str(error))
        case RequestDataTooBig():
            found = _domain(too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0))
        case MultiPartParserError() | UnreadablePostError() | SuspiciousOperation():
            found = _domain(malformed(_("请求体不完整或格式有误")))
        case _other:
            return None
    return found


def _database(request: HttpRequest, error: Error) -> HttpResponse:
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if isinstance(error, IntegrityError) and state == _UNIQUE:
        return answer(409, "conflict", _("刚刚有人先做了同样的事，请刷新后再看"), headers={"Retry-After": "1"})
    if state in TRY_AGAIN:
        return answer(503, "busy", _("这件工单正被别人处理，请稍后重试"), headers={"Retry-After": "1"})
    if isinstance(error, DataError):
        log.warning("unstorable value in %s %s: %s", request.method, request.path, error)
        return answer(422, "unstorable", _("有一项内容无法保存，请检查特殊字符和数值大小"))
    if not state or state.startswith(_CONNECTION):
        log.error("database away in %s %s: %s", request.method, request.path, error)
        return answer(503, "unavailable", _("数据库暂时不可用，请稍后重试"), headers={"Retry-After": "2"})
    return unexpected(request, error)


def not_found() -> HttpResponse:
    """The address is none of ours."""
    return answer(404, "no_such_address", _("没有这个地址"))


def not_allowed(methods: Iterable[str]) -> HttpResponse:
    """The address is ours, the method is not."""
    allow = ", ".join(sorted(methods))
    detail = _("这个地址接受：%(methods)s") % {"methods": allow}
    return answer(405, "method_not_allowed", detail, headers={"Allow": allow})


def unexpected(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Nobody foresaw it: the log has everything under a number, the client has the number."""
    number = secrets.token_hex(5)
    log.error("%s: %s %s", number, request.method, request.path, exc_info=error)
    detail = _("服务器出错，请把编号 %(number)s 告诉管理员") % {"number": number}
    return answer(500, "unexpected", detail, facts={"number": number})
