"""Checking what was filled in against a pack's own form: evidence of an application, extra form of a category."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from open12345.orders import attachments, queries
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.inputs import LONG
from open12345.policy.applications import EvidenceField

_ROWS = 20


def check_form(
    fields: Sequence[EvidenceField], filled: Mapping[str, Any], prefix: str, change: Change
) -> Iterator[Problem]:
    """Yield a problem for each field of the form that is missing, unknown, of the wrong kind or too much."""
    known = {field.code: field for field in fields}
    for code in filled:
        if code not in known:
            yield Problem(f"{prefix}.{code}", "unknown", _("没有这一项"))
    for field in fields:
        value = filled.get(field.code)
        if value in (None, "", [], {}):
            if field.required:
                yield Problem(f"{prefix}.{field.code}", "missing", _("请填写“%(title)s”") % {"title": field.title})
            continue
        if wrong := _CHECKS[field.type](field, value, change):
            yield Problem(f"{prefix}.{field.code}", "invalid", f"{field.title}：{wrong}")


def _bounds(field: EvidenceField, amount: Decimal | int, unit: str) -> str:
    if field.min is not None and amount < field.min:
        return _("至少 %(n)s %(unit)s") % {"n": field.min, "unit": unit}
    if field.max is not None and amount > field.max:
        return _("至多 %(n)s %(unit)s") % {"n": field.max, "unit": unit}
    return ""


def _text(field: EvidenceField, value: Any, change: Change) -> str:
    if not isinstance(value, str):
        return _("应为文字")
    if len(value) > LONG:
        return _("至多 %(n)s %(unit)s") % {"n": LONG, "unit": _("字")}
    return _bounds(field, len(value), _("字"))


def _number(field: EvidenceField, value: Any, change: Change) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return _("应为数字")
    return _bounds(field, number, field.unit) if number.is_finite() else _("应为数字")


def _rows(field: EvidenceField, value: Any, change: Change) -> str:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return _("应为若干行")
    for place, row in enumerate(value[:_ROWS], start=1):
        if problem := next(check_form(field.fields, row, "", change), None):
            return _("第 %(n)s 行：%(what)s") % {"n": place, "what": problem.message}
    return _bounds(field, len(value), _("行")) or (_("行数太多") if len(value) > _ROWS else "")


def _orders(field: EvidenceField, value: Any, change: Change) -> str:
    numbers = [value] if isinstance(value, str) else value
    if not isinstance(numbers, list) or not all(isinstance(n, str) for n in numbers):
        return _("应为工单编号")
    if wrong := _bounds(field, len(numbers), _("件")):
        return wrong
    # what the person may not see does not exist here either
    found = set(queries.visible_to(change.by).filter(number__in=numbers[:_ROWS]).values_list("number", flat=True))
    missing = [n for n in numbers if n not in found]
    return _("没有工单 %(numbers)s") % {"numbers": "、".join(missing)} if missing else ""


def _site_visit(_field: EvidenceField, value: Any, change: Change) -> str:
    wanted = ("at", "people", "found")
    if not isinstance(value, dict) or not all(value.get(key) for key in wanted):
        return _("请写明查看时间、人员和情况")
    return ""


def _attachment(field: EvidenceField, value: Any, change: Change) -> str:
    ids = value if isinstance(value, list) else [value]
    if not all(_is_id(i) for i in ids):
        return _("请先上传附件")
    return _bounds(field, len(ids), _("个")) or _strange(ids, change)


def _is_id(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdecimal())


def _strange(ids: Iterable[int | str], change: Change) -> str:
    """Name the files that are not the order's, or not to be seen by whoever names them: they do not exist here."""
    wanted = [str(pk).lstrip("0") for pk in ids]
    seen = {str(file.pk) for file in attachments.listed(change.by, change.order)} if wanted else set()
    missing = [pk for pk in wanted if pk not in seen]
    return _("这件工单没有附件 %(ids)s，请先上传") % {"ids": "、".join(missing)} if missing else ""


def check_files(change: Change, field: str, ids: Iterable[int]) -> Iterator[Problem]:
    """Yield a problem at `field` where one of the files named there is not the order's."""
    if wrong := _strange(ids, change):
        yield Problem(field, "no_such_file", wrong)


def _choice(field: EvidenceField, value: Any, change: Change) -> str:
    options = {option.code: option.title for option in field.options}
    if isinstance(value, str) and value in options:
        return ""
    return _("请选择：%(options)s") % {"options": "、".join(options.values())}


def _date(_field: EvidenceField, value: Any, change: Change) -> str:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return _("日期格式应如 2025-06-26")
    return ""


_CHECKS: Mapping[str, Callable[[EvidenceField, Any, Change], str]] = {
    "text": _text, "number": _number, "rows": _rows, "orders": _orders, "site_visit": _site_visit,
    "attachment": _attachment, "choice": _choice, "date": _date,
}  # fmt: skip
