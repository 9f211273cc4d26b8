"""What metrics, dimensions and their keys are called, in the language of the reader and the pack's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from open12345.directory.admin_forms import UNIT_KINDS
from open12345.directory.models import Area, Unit
from open12345.facts.columns import BY_NAME
from open12345.facts.dimensions import dimension
from open12345.facts.periods import Period
from open12345.orders.stages import Origin, Role, Stage, Urgency
from open12345.policy import Pack

_Words = Mapping[Any, str | Promise]


def rest_word(falling: bool | None) -> str:  # noqa: FBT001 - a metric's way
    """Say what the part of a denominator is that the numerator leaves, of a metric that is to rise or to fall."""
    return gettext("未达到") if falling is False else gettext("其余")


class Named(Protocol):
    """What has a title in Chinese and in English: a metric, a dimension, a column."""

    @property
    def title(self) -> str:
        """The Chinese title."""
        ...

    @property
    def english(self) -> str:
        """The English title."""
        ...


def titled(one: Named) -> str:
    """Return what it is called in the reader's language."""
    return one.title if (get_language() or "zh").startswith("zh") else str(capfirst(one.english))


def labels(name: str, keys: Iterable[Any], pack: Pack) -> dict[Any, str]:
    """Return what keys of a dimension mean; a code that nobody knows stands for itself, "" for nothing."""
    wanted = [key for key in keys if key not in (None, "")]
    said = known(name, wanted, pack)
    return {key: str(said.get(key) or _plain(name, key)) for key in wanted}


def known(name: str, wanted: list[Any], pack: Pack) -> _Words:
    """Return what is known of keys of a dimension by name; all of its keys where there are few."""
    if name in {"unit", "unit_above", "unit_top"}:
        return dict(Unit.objects.filter(code__in=wanted).values_list("code", "name"))
    if name.startswith("area"):
        return dict(Area.objects.filter(code__in=wanted).values_list("code", "name"))
    if name.startswith("category"):
        return {key: pack.category_tree[key].title for key in wanted if key in pack.category_tree}
    if name == "excluded":
        titles = {row.code: row.title for row in pack.appraisal.exclusions}
        return {key: "、".join(titles.get(code, code) for code in str(key).split()) for key in wanted}
    if name in _OF_PACK:
        return dict(_OF_PACK[name](pack))
    return _FIXED.get(name, {})


_OF_PACK: Final[Mapping[str, Any]] = {
    "channel": lambda pack: ((code, row.title) for code, row in pack.channels.items()),
    "kind": lambda pack: ((code, row.title) for code, row in pack.kinds.items()),
    "order_type": lambda pack: pack.order_types.items(),
    "unit_group": lambda pack: ((group.code, group.title) for group in pack.appraisal.groups),
    "said_solved": lambda pack: ((row.code, row.title) for row in pack.callback.solved_options),
    "said_satisfied": lambda pack: ((row.code, row.title) for row in pack.callback.scale),
}
_YES_NO: Final[_Words] = {1: _("是"), 0: _("否")}
_FIXED: Final[Mapping[str, _Words]] = {
    "origin": {one.value: one.label for one in Origin},
    "stage": {one.value: one.label for one in Stage},
    "urgency": {one.value: one.label for one in Urgency},
    "role": {one.value: one.label for one in Role} | {"below": _("下级承办")},
    "outcome": {"solved": _("已解决"), "explained": _("解释说明")},
    "kind_base": {"complaint": _("投诉"), "help": _("求助"), "inquiry": _("咨询"), "suggestion": _("建议"),
                  "tip_off": _("举报"), "praise": _("表扬")},
    "unit_kind": UNIT_KINDS,
    "unit_top_kind": UNIT_KINDS,
    "weekday": dict(enumerate((_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")))),
}  # fmt: skip


def _plain(name: str, key: Any) -> str:
    """Say a key of a date, an hour or a flag; any other stands for itself."""
    if isinstance(key, date):
        return _day(name, key)
    if name == "hour":
        return f"{key}:00"
    column = BY_NAME.get(name)
    return str(_YES_NO.get(key, key)) if column is not None and column.type == "flag" else str(key)


def _day(name: str, key: date) -> str:
    if name == "year":
        return f"{key:%Y}"
    if name == "quarter":
        return f"{key.year}-Q{(key.month + 2) // 3}"
    if name == "month":
        return f"{key:%Y-%m}"
    if name == "week":
        return f"{key:%m-%d}—{key + timedelta(days=6):%m-%d}"
    return key.isoformat()


def span(one: Period) -> str:
    """Return a period in words: its name, or its first and last day."""
    if one.first == one.last:
        return one.first.isoformat()
    return f"{one.first}—{one.last}" if ".." in one.name else one.name


def filled(word: str) -> str:
    """Return the word of a key; where the rows say nothing, that."""
    return word or gettext("（未填）")


def told(where: Iterable[tuple[str, Any]], pack: Pack) -> list[tuple[str, str, str]]:
    """Return conditions in words: the name of the dimension, what it is called, and what it must be."""
    found = []
    for name, value in where:
        values = value if isinstance(value, tuple) else (value,)
        said = labels(name, values, pack)
        found.append((name, titled(dimension(name)), gettext("、").join(filled(said.get(one, "")) for one in values)))
    return found
