"""Reading what a client sent, strictly: size, type, encoding, JSON without surprises.

A body with a key twice, an endless nesting, half a surrogate or an infinite number would mean one thing to us and
another to whoever signed or logged it; it is refused with a word on what is wrong.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from open12345.api.errors import Unanswered, malformed, too_large, wrong_type
from open12345.orders.errors import NotFound, Problem, Refused, refuse
from open12345.orders.inputs import problems_of

#: Bytes of a JSON body; the longest order has some 30 KB.
BODY_AT_MOST: Final = 256 * 1024
#: Levels of a JSON body; the deepest evidence form has five.
DEPTH_AT_MOST: Final = 16

_KEY_AT_MOST: Final = 80
_KEY: Final = re.compile(r"[\x21-\x7e]+")
_NUMBER: Final = re.compile(r"[0-9A-Za-z-]{1,40}")
_JSON: Final = "application/json"
_FORM: Final = "multipart/form-data"


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of the body; raises `Unanswered` (400, 413, 415)."""
    if request.content_type != _JSON:
        raise wrong_type(_JSON)
    check_length(request, BODY_AT_MOST)
    try:
        text = request.body.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise malformed(_("请求体应为 UTF-8 编码")) from error
    except json.JSONDecodeError as error:
        place = _("第 %(line)s 行第 %(column)s 列") % {"line": error.lineno, "column": error.colno}
        raise malformed(_("请求体不是合法的 JSON：%(place)s") % {"place": place}) from error
    except (RecursionError, ValueError) as error:
        raise malformed(_("请求体层数太多或数字太长")) from error
    if not isinstance(found, dict):
        raise malformed(_("请求体应为 JSON 对象"))
    return {_text(name): _checked(value, 1) for name, value in found.items()}


def check_length(request: HttpRequest, most: int) -> None:
    """Raise 413 before anything is read where the client announces more than `most` bytes, 411 where it tells none."""
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    if not announced and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise Unanswered(411, "length_required", _("请带上 Content-Length，不要分块传输"))
    if announced.isdecimal() and int(announced[:18]) > most:
        raise too_large(most)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise malformed(_("请求体中“%(name)s”出现了两次") % {"name": twice[:40]})
    return found


def _constant(name: str) -> NoReturn:
    raise malformed(_("JSON 中不能有 %(name)s") % {"name": name})


def _checked(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise malformed(_("请求体层数太多或数字太长"))
    if isinstance(value, dict | list):
        if depth >= DEPTH_AT_MOST:
            raise malformed(_("请求体最多 %(n)s 层") % {"n": DEPTH_AT_MOST})
        if isinstance(value, list):
            return [_checked(item, depth + 1) for item in value]
        return {_text(name): _checked(item, depth + 1) for name, item in value.items()}
    return value


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise malformed(_("请求体中有不成对的 Unicode 代理字符")) from error
    return value.replace("\x00", "") if "\x00" in value else value


def idempotency_key(request: HttpRequest) -> str:
    """Return the `Idempotency-Key`, "" for none; raises `Refused`."""
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if key and (len(key) > _KEY_AT_MOST or not _KEY.fullmatch(key)):
        raise refuse("Idempotency-Key", "invalid", _("幂等键应为 1 至 %(n)s 个可见的 ASCII 字符") % {"n": _KEY_AT_MOST})
    return key


def order_number(text: str) -> str:
    """Return `text` where an order could be called so; raises the same `NotFound` as for an order that is not there."""
    if not _NUMBER.fullmatch(text):
        raise NotFound(_("没有这件工单"))
    return text


S = TypeVar("S", bound=BaseModel)


def shape(model: type[S], said: dict[str, Any]) -> S:
    """Return `said` as `model`; raises `Refused` with every field that is wrong."""
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise Refused(problems_of(error)) from error


def check_parameters(request: HttpRequest, model: type[BaseModel]) -> None:
    """Raise `Refused` for query parameters that `model` does not have: a typing error must not widen a list."""
    unknown = [name for name in request.GET if name not in model.model_fields]
    if unknown:
        raise Refused(Problem(name[:40], "extra_forbidden", _("没有这个参数，请检查名称")) for name in unknown)


def check_form(request: HttpRequest, most: int) -> None:
    """Raise 415 or 413 before a multipart form is read."""
    if request.content_type != _FORM:
        raise wrong_type(_FORM)
    check_length(request, most)
