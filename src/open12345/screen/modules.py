"""The modules of the display ("1+2+X", seed 001): what there is, and in which order this centre shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as __

from open12345.screen.models import Arrangement


@dataclass(frozen=True, slots=True)
class Module:
    """One tile. `hint`: what it shows, for whoever arranges."""

    code: str
    title: str | Promise
    hint: str | Promise


MODULES: Final = {
    one.code: one
    for one in (
        Module("flow", __("今日流量"), __("今天每小时受理和结案，与昨天对照")),
        Module("clocks", __("流程时限"), __("各阶段在办工单：正常、将到期、超时、停表")),
        Module("hot", __("热点诉求"), __("今天高于同星期同时段常量的分类")),
        Module("urgent", __("紧急工单"), __("在办的紧急和次紧急工单，标题已脱敏")),
        Module("latest", __("最新受理"), __("今天新受理的工单，标题已脱敏")),
        Module("units", __("承办单位"), __("在办最多的单位，其中超时多少")),
        Module("rates", __("办理绩效"), __("最近 30 天的签收、联系、办结、解决和满意")),
        Module("warnings", __("预警"), __("三天内多人同诉一事的地点和人数；自动派单熔断")),
    )
}
DEFAULT: Final = tuple(MODULES)
#: How many a display has room for beside the map: three on the left, two below the map, three on the right.
ROOM: Final = 8


def arranged() -> tuple[str, ...]:
    """Return the modules in force, in their order; what a later version no longer knows is left out."""
    last = Arrangement.objects.order_by("-id").values_list("modules", flat=True).first()
    return known(DEFAULT if last is None else last)


def known(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that exist, each once."""
    return tuple(code for code in dict.fromkeys(codes) if code in MODULES)


def places(codes: Sequence[str]) -> tuple[list[Module], list[Module], list[Module]]:
    """Return the modules of the left column, of the row below the map and of the right column."""
    shown = [MODULES[code] for code in codes[:ROOM]]
    low = 2 if len(shown) > 4 else 0  # noqa: PLR2004 - with four, two columns of two are enough
    left = (len(shown) - low + 1) // 2
    return shown[:left], shown[left : left + low], shown[left + low :]
