"""What the screens say of a score, in the reader's language: rules, lost points, reasons of a talk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from open12345.appraisal.scheme import Item, Scheme, title_of
from open12345.appraisal.scoring import Line, Score
from open12345.facts.metrics import BY_CODE
from open12345.facts.words import titled
from open12345.policy import Pack


def plain(number: Decimal) -> str:
    """A number without needless zeros."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def value_of(line: Line) -> str:
    """The value of a line as printed, with what it was made of."""
    number = line.value.number
    if number is None:
        return "–"
    if line.value.denominator is None:
        return f"{line.value.numerator:,}"
    sign = "%" if BY_CODE[line.code].unit == "%" or line.rule == "share_of_group" else ""
    return f"{number:.2f}{sign}"


def made_of(line: Line) -> str:
    """Numerator and denominator of a rate."""
    below = line.value.denominator
    if not below:
        return ""
    scale = BY_CODE[line.code].scale if line.code in BY_CODE and line.rule != "share_of_group" else 1
    return f"{plain(Decimal(line.value.numerator) / scale)} ÷ {below:,}"


def rule_of(item: Item) -> str:
    """How an item is scored, in a sentence."""
    if item.why:
        return _("未计：%(why)s") % {"why": item.note} if item.why == "stub" else _("未计：这个指标还不能计算")
    steps = "；".join(f"≥ {plain(step.at_least)}：{plain(item.points * step.share / 100)}" for step in item.steps)
    return _RULES[item.rule](item) % {
        "w": plain(item.points), "zero": plain(item.zero), "full": plain(item.full), "least": plain(item.at_least),
        "each": plain(item.each), "most": plain(item.at_most), "steps": steps,
    }  # fmt: skip


def _linear(item: Item) -> str:
    if {item.zero, item.full} != {Decimal(0), Decimal(100)}:
        return _("%(w)s × （值 − %(zero)s）÷（%(full)s − %(zero)s），不低于 0，不高于 %(w)s")
    return _("%(w)s ×（100 − 值）÷ 100") if item.full == 0 else _("%(w)s × 值 ÷ 100")


def _all_or_nothing(item: Item) -> str:
    if item.falling:
        return _("不超过 %(least)s 得 %(w)s 分，否则 0 分")
    return _("达到 %(least)s 得 %(w)s 分，否则 0 分")


def _deduction(item: Item) -> str:
    return _("每 1 扣 %(each)s 分，至多扣 %(most)s 分") if item.at_most else _("每 1 扣 %(each)s 分")


_RULES: Final[Mapping[str, Callable[[Item], str]]] = {
    "linear": _linear, "all_or_nothing": _all_or_nothing, "deduction": _deduction,
    "share_of_group": lambda _item: _("%(w)s × 本单位 ÷ 同组合计"), "band": lambda _item: _("分档：%(steps)s"),
}  # fmt: skip


def lost_why(line: Line) -> str:
    """Why points were lost, or what is special about a line; "" where nothing is to be said."""
    if line.why == "stub":
        return _("来源没有写明怎样计分，未计")
    if line.why == "missing":
        return _("这个指标还不能计算，未计")
    if line.why == "none":
        return _("本期没有可计的工单，按满分计") if line.points else _("本期没有可计的工单，不得分")
    if not line.lost and line.rule != "deduction":
        made = made_of(line)
        return _("%(value)s（%(of)s），满分") % {"value": value_of(line), "of": made} if made else _("满分")
    return _lost(line)


def _lost(line: Line) -> str:
    named = {"value": value_of(line), "of": made_of(line), "lost": plain(line.lost), "max": plain(line.maximum)}
    if line.rule == "deduction":
        return _("%(value)s，扣 %(lost)s 分") % named if line.lost else _("没有扣分")
    if line.rule == "share_of_group":
        return _("占同组 %(value)s（%(of)s），差 %(lost)s 分") % named
    if line.rule == "all_or_nothing":
        return _("没有达到，%(max)s 分全失") % named
    if BY_CODE[line.code].falling:
        return _("%(value)s（%(of)s），越低越好，失 %(lost)s 分") % named
    return _("%(value)s（%(of)s），失 %(lost)s 分") % named


def spoken(pack: Pack, code: str, title: str = "") -> str:
    """An indicator's title in the reader's language; a name that the scheme itself gives to it (超期扣分) stays."""
    own = title_of(pack, code)
    foreign = not (get_language() or "zh").startswith("zh")
    return titled(BY_CODE[code]) if foreign and code in BY_CODE and title in {"", own} else title or own


def weights_told(pack: Pack, weights: Mapping[str, object]) -> str:
    """Weights in a line, by the indicators' titles."""
    parts = [f"{spoken(pack, code)} {plain(Decimal(str(points)))}" for code, points in weights.items()]
    return "，".join(sorted(parts))


def band_title(scheme: Scheme, score: Score) -> str:
    """What the band of a score is called."""
    return next((row.title for row in scheme.bands if row.code == score.band), "")


def listed_title(score: Score) -> str:
    """On which list it stands."""
    return {"red": _("红榜"), "black": _("黑榜")}.get(score.listed, "")


def talk_reason(reason: Mapping[str, Any]) -> str:
    """Why a unit is called to a talk, with the numbers of each month."""
    numbers = "；".join(f"{one['month']} {_number(reason['kind'], one['number'])}" for one in reason["numbers"])
    return f"{reason['title']}（{numbers}）"


def _number(kind: str, number: str) -> str:
    if kind == "bottom":
        rank, _slash, of = number.partition("/")
        return _("第 %(rank)s 名，共 %(of)s") % {"rank": rank, "of": of}
    if kind == "below":
        return _("%(n)s 分") % {"n": number}
    if kind == "floor":
        return "、".join(BY_CODE[code].title if code in BY_CODE else code for code in number.split())
    return _("%(n)s 件") % {"n": number}
