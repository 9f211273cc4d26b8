"""Turning what a form, an API call or a row says into checked values, and mistakes into words at their field."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import lru_cache
from typing import Annotated, Any, TypeVar, get_origin

from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError, create_model
from pydantic.fields import FieldInfo

from open12345.orders.errors import Problem
from open12345.policy.outlines import BOUNDS
from open12345.text import normalise

#: Room for the longest closing report and reason; beyond it the answer names the field (characters).
LONG = 5000
#: Room for what a citizen tells: letters and pasted files reach 12,000 (characters).
STORY = 20_000
#: Room of a pack's own form: how deep its JSON goes, parts on one level, and numbers below this.
_DEPTH, _PARTS, _NUMBER = 5, 100, 10**15


def _clean(value: Any) -> Any:
    return normalise(value).strip() if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=200)]
Text = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=LONG)]
Code = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=64)]
NeededLine = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=200)]
NeededText = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=LONG)]
Story = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=STORY)]
Longitude = Annotated[float, Field(ge=BOUNDS[0], le=BOUNDS[2], allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=BOUNDS[1], le=BOUNDS[3], allow_inf_nan=False)]
NeededStory = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=STORY)]
NeededCode = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=64)]


def clean_form(value: Any, depth: int = _DEPTH) -> Any:
    """Return the JSON of a pack's own form with its texts cleaned; raises ValueError for what no form asks."""
    if isinstance(value, str):
        return _short(normalise(value))
    if isinstance(value, int | float | None):
        if value is not None and not abs(value) < _NUMBER:  # not a number is not less either
            raise ValueError(_("数字太大或不是数字"))
        return value
    if depth == 0 or not isinstance(value, dict | list | tuple) or len(value) > _PARTS:
        raise ValueError(_("内容的层次或项数太多"))
    if isinstance(value, dict):
        return {str(clean_form(str(key))): clean_form(part, depth - 1) for key, part in value.items()}
    return [clean_form(part, depth - 1) for part in value]


def _short(text: str) -> str:
    if len(text) > LONG:
        raise ValueError(_("最多 %(max)s 字，现有 %(now)s 字") % {"max": LONG, "now": len(text)})
    return text


M = TypeVar("M", bound=BaseModel)


def readable_part(model: type[M], said: Mapping[str, Any], error: ValidationError) -> M | None:
    """Return what could be read of `said`, the fields that `error` names left empty, so that rules may judge the rest.

    Whoever fills in a form is told everything at once, not first what is unreadable and then what breaks a rule.
    None where the whole makes no sense.
    """
    wrong = {str(e["loc"][0]) for e in error.errors() if e["loc"]}
    try:
        part: M = _lenient(model).model_validate({name: value for name, value in said.items() if name not in wrong})
    except ValidationError:
        return None
    return part


@lru_cache(maxsize=256)
def _lenient(model: type[M]) -> type[M]:
    """Return the same input with nothing demanded: what is not there is empty."""
    fields: dict[str, Any] = {name: (info.annotation, _optional(info)) for name, info in model.model_fields.items()}
    return create_model(f"Partial{model.__name__}", __base__=model, **fields)


def _optional(info: FieldInfo) -> FieldInfo:
    found = copy(info)
    if info.is_required():
        kind = get_origin(info.annotation) or info.annotation
        found.default = kind() if kind in (str, tuple, dict) else None
    return found


def problems_of(error: ValidationError) -> list[Problem]:
    """Return each mistake of a pydantic error at its field, in words that say what would be right."""
    return [
        Problem(".".join(str(part) for part in e["loc"]) or "__all__", e["type"], _message(dict(e)))
        for e in map(_of_text, error.errors(include_url=False))
    ]


def _of_text(error: Any) -> Any:
    """A length that is checked after cleaning comes as that of a list; of a text, it counts characters."""
    if isinstance(error.get("input"), str) and error["type"] in {"too_long", "too_short"}:
        return {**error, "type": f"string_{error['type']}"}
    return error


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


def _message(error: dict[str, Any]) -> str:
    context = error.get("ctx") or {}
    if error["type"] in {"literal_error", "enum"} and error.get("input") in ("", None):
        return _("必填")
    words = {
        "missing": _("必填"),
        "string_too_short": _("必填"),
        "string_too_long": _("最多 %(max)s 字，现有 %(now)s 字")
        % {"max": context.get("max_length"), "now": _length(error.get("input"))},
        "extra_forbidden": _("没有这一项，请检查名称"),
        "string_type": _("应为文字"),
        "int_parsing": _("应为整数"),
        "float_parsing": _("应为数字"),
        "float_type": _("应为数字"),
        "finite_number": _("应为数字"),
        "greater_than_equal": _("不应小于 %(least)s") % {"least": context.get("ge")},
        "less_than_equal": _("不应大于 %(most)s") % {"most": context.get("le")},
        "bool_parsing": _("应为“是”或“否”"),
        "datetime_parsing": _("时间格式应如 2025-06-26 14:05"),
        "datetime_from_date_parsing": _("时间格式应如 2025-06-26 14:05"),
        "timezone_aware": _("时间应带时区，如 2025-06-26T14:05:00+08:00"),
        "literal_error": _("应为以下之一：%(options)s") % {"options": context.get("expected", "")},
        "enum": _("应为以下之一：%(options)s") % {"options": context.get("expected", "")},
        "too_long": _("最多 %(max)s 项") % {"max": context.get("max_length")},
        "too_short": _("至少 %(min)s 项") % {"min": context.get("min_length")},
        "list_type": _("应为列表"),
    }
    kind = str(error["type"])
    if kind in {"value_error", "assertion_error"}:
        return str(context.get("error", error["msg"]))
    return words.get(kind, str(error["msg"]))
