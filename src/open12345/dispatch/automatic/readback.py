"""Every automatic decision read back on the order's page: what it rested on, and what became of it (DIS-05, DIS-07).

For the centre alone: a unit sees the clause on its assignment, as with any dispatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.dispatch.automatic.careful import WHY
from open12345.dispatch.models import AutomaticDispatch, BreakerState, Decision, Ending
from open12345.orders.helps import Help, lend
from open12345.orders.parts import hang
from open12345.orders.sight import Sight
from open12345.orders.stages import Stage
from open12345.policy import Pack

#: The place of the order's page where it stands (`orders.templatetags.helps_of`).
PLACE: Final = "record"
_SCOPES: Final[Mapping[str, str | Promise]] = {
    "global": __("全部"), "surge": __("陌生事项激增"), "master": __("总开关"),
}  # fmt: skip
#: What a number of the recommender stands for (`advice.features.NAMES`); those that are nothing are not told.
_FEATURES: Final[Mapping[str, str | Promise]] = {
    "duty": __("责任清单主办"), "duty_next": __("责任清单其次"), "territory": __("属地兜底"),
    "share": __("同类由它办结的份额"), "rate": __("近期收到的办结率"),
    "heir": __("接手这类工单的把握"), "lost": __("失去这类工单的把握"),
    "recent": __("最近同类由它办结"), "recent_others": __("最近同类由别家办结"), "recent_back": __("最近同类从它退回"),
    "alike": __("相似工单由它办结"), "alike_others": __("相似工单由别家办结"), "alike_back": __("相似工单从它退回"),
    "came_back": __("这件工单曾从它退回"), "lent": __("设施登记"),
}  # fmt: skip
#: From the widest to what is nearest.
_ORDER: Final = ("master", "global", "surge", "category", "unit")


@dataclass(frozen=True)
class Told:
    """One decision in words."""

    row: AutomaticDispatch
    went: bool
    why: str
    unit: str
    category: str
    percent: str
    threshold: str
    category_percent: str
    plain: bool
    words: tuple[str, ...]
    strangeness: str
    reasons: tuple[tuple[str, str], ...]
    features: tuple[tuple[str, str], ...]
    breakers: tuple[tuple[str, str], ...]
    models: str
    ending: str


def decisions(sight: Sight) -> Mapping[str, Any] | None:
    """Return what the platform decided about the order, newest first; None where it never looked, and for units."""
    if not sight.is_centre or sight.seen is None:
        return None
    unsigned = sight.order.stage == Stage.DISPATCHED
    found = [
        _told(sight.pack, row, waits=unsigned and row.round == sight.order.round)
        for row in reversed(sight.hung(AutomaticDispatch))
    ]
    return {"decisions": found, "at": sight.at} if found else None


def _told(pack: Pack, row: AutomaticDispatch, *, waits: bool) -> Told:
    """Say it; `waits`: what was sent has not been signed yet."""
    basis: dict[str, Any] = row.basis
    advice: dict[str, Any] = basis.get("recommendation") or {}
    went = row.decision == Decision.DISPATCHED
    return Told(
        row=row,
        went=went,
        why=str(WHY.get(row.why, row.why)),
        unit=row.unit.name if row.unit else "",
        category=pack.category_path(row.category) if row.category else "",
        percent=_percent(row.probability),
        threshold=_percent(row.threshold),
        category_percent=_percent(basis.get("category_probability")) if basis.get("guessed") else "",
        plain=bool(basis.get("plain")),
        words=tuple(basis.get("words") or ()),
        strangeness=_percent(basis.get("strangeness")),
        reasons=tuple((one["text"], f"{one['weight']:+.2f}") for one in advice.get("reasons") or ()),
        features=_features(advice.get("features") or {}),
        breakers=tuple((_breaker(pack, name), _state(row.breakers[name])) for name in _in_order(pack, row.breakers)),
        models=_models(row),
        ending=str(_("待签收") if waits and row.ending == Ending.OPEN else Ending(row.ending).label) if went else "",
    )


def _features(values: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    """Return the numbers behind the reasons, the largest first."""
    ranked = sorted(values.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return tuple((str(_FEATURES.get(name, name)), f"{value:+.2f}") for name, value in ranked if round(value, 2))


def _in_order(pack: Pack, names: Iterable[str]) -> list[str]:
    """Return breakers from the widest to the narrowest."""

    def place(name: str) -> tuple[int, int, str]:
        scope, _colon, code = name.partition(":")
        depth = len(pack.category_tree.lineage(code)) if scope == "category" and code in pack.category_tree else 0
        return _ORDER.index(scope) if scope in _ORDER else len(_ORDER), depth, name

    return sorted(names, key=place)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}%"


def _breaker(pack: Pack, name: str) -> str:
    scope, _colon, code = name.partition(":")
    if scope == "category" and code in pack.category_tree:
        return pack.category_tree[code].title
    if scope == "unit" and code in pack.unit_tree:
        return pack.unit_tree[code].name
    return str(_SCOPES.get(scope, name))


def _state(state: str) -> str:
    return str(BreakerState(state).label) if state in BreakerState.values else state


def _models(row: AutomaticDispatch) -> str:
    unit = _("推荐模型 %(n)s 号") % {"n": row.recommender_id} if row.recommender_id else _("推荐用默认权重")
    category = _("分类模型 %(n)s 号") % {"n": row.classifier_id} if row.classifier_id else _("没有分类模型")
    return f"{category}，{unit}"


def lend_all() -> None:
    """Lend the panel to the order's page; called once when the room starts."""
    hang(AutomaticDispatch)
    lend(Help("dispatch.automatic", "dispatch/parts/decisions.html", decisions, frozenset({PLACE}), order=10))
