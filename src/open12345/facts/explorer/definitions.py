"""Every metric's definition in words, in both languages: above, below, by which date, what is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from open12345.directory.web import needs
from open12345.facts import queries
from open12345.facts.columns import BY_NAME
from open12345.facts.explorer.choices import UNITS
from open12345.facts.metrics import METRICS, Metric, metric
from open12345.facts.views import EXPLORERS
from open12345.facts.words import titled
from open12345.orders import web
from open12345.policy import Pack

_ROWS: Final[dict[str, str | Promise]] = {
    "main": _("每件工单算一次"), "given": _("每个主办单位算一次"), "all": _("每个参与单位算一次"),
}  # fmt: skip
#: The column that counts orders is called after them.
_TITLES: Final = {"main": "工单", "order_id": "工单"}
_ENGLISH: Final = {"main": "orders", "order_id": "orders"}
#: What is to be known beside, in the reader's language; by code.
_NOTES: Final[dict[str, str | Promise]] = {
    "dissatisfied": _("规则包不算满意的各级"),
    "first_right": _("没有退单、收回或改派主办"),
    "returns": _("数的是申请，不是工单，可能超过 100%"),
    "contact_confirmed": _("只算问过联系情况的有效回访"),
    "handling_days": _("工作日，从派单到上报办结"),
    "total_days": _("工作日，从受理到结案"),
    "satisfied": _("各级按规则包权重合计 ÷ 已评价"),
    "content": _("规则包算作满意的各级 ÷ 已评价"),
    "called_back": _("占结案的比率，不含直接答复"),
    "signed_in_time": _("还没签收、时限也未到的不计入分子和分母，签收了或时限到了才计"),
    "contacted_in_time": _("还没联系、时限也未到的不计入分子和分母，联系了或时限到了才计"),
    "contacted_today": _("还没联系、先行联系时限也未到的不计入分子和分母，联系了或时限到了才计"),
    "feedback_in_time": _("还没反馈、时限也未到的不计入分子和分母，反馈了或时限到了才计"),
}
#: What of an expression is for the engine, not for people.
_MACHINERY: Final = re.compile(r"\.(notnull\(\)|cast\('\w+'\)|fill_null\(0\))")


@dataclass(frozen=True)
class Definition:
    """One metric in words."""

    metric: Metric
    title: str
    above: tuple[str, str]
    below: tuple[str, str] | None
    rows: str | Promise
    basis: str
    excluded: tuple[str, ...]

    @property
    def note(self) -> str | Promise:
        """What is to be known beside."""
        return _NOTES.get(self.metric.code, self.metric.note)

    @property
    def running(self) -> tuple[str, str] | None:
        """The volume of what is not counted yet: its code and its title."""
        code = self.metric.running
        return (code, titled(metric(code))) if code else None

    @property
    def source(self) -> str | Promise:
        """Where the definition was read; "ours" is the platform's own."""
        return _("自定") if self.metric.source == "ours" else self.metric.source

    @property
    def better(self) -> str | Promise:
        """Which way is good."""
        return "" if self.metric.falling is None else _("越低越好") if self.metric.falling else _("越高越好")


@needs(*EXPLORERS)
@require_GET
def metrics(request: HttpRequest) -> HttpResponseBase:
    """Tell how every metric is counted."""
    sight = web.look(request)
    groups: dict[str, list[Definition]] = {}
    for one in METRICS:
        groups.setdefault(str(UNITS[one.unit]), []).append(_of(one, sight.pack))
    return render(request, "facts/metrics.html", {"groups": groups.items()})


def _of(one: Metric, pack: Pack) -> Definition:
    titles = {row.code: row.title for row in pack.appraisal.exclusions}
    below = None if one.denominator is None else in_words(one.denominator)
    excluded = tuple(titles[code] for code in queries.excluded_from(one, pack) if code in titles)
    basis = titled(BY_NAME[f"{one.basis}_day"])
    return Definition(one, titled(one), in_words(one.numerator), below, _ROWS[one.rows], basis, excluded)


def in_words(expression: Any) -> tuple[str, str]:
    """Return an expression over columns in Chinese and in English."""
    text = _MACHINERY.sub("", repr(expression)).replace("*", "×").replace("-", "−")
    text = re.sub(r"^\((.*)\)$", r"\1", text)
    return (
        re.sub(r"_\.(\w+)", lambda found: _TITLES.get(found[1]) or BY_NAME[found[1]].title, text),
        re.sub(r"_\.(\w+)", lambda found: _ENGLISH.get(found[1]) or BY_NAME[found[1]].english, text),
    )
