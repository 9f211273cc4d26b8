"""Numbers in the words of a paper: rounded as the sentence says, and rise, fall, level and no base told apart.

Exact until printed: Decimals made of whole numbers, never floats.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Final, Literal

from open12345.policy.reports import Rounding

_HOW: Final = {"half_up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}
_TEN_THOUSAND: Final = Decimal(10_000)
HUNDRED: Final = Decimal(100)
Base = Literal["there", "zero", "partial", "none"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a sentence prints: decimals, rounding, the sign of per cent, 万 or nothing."""

    precision: int = 0
    rounding: Rounding = "half_up"
    percent: str = "%"
    unit: str = ""

    def rounded(self, value: Decimal) -> Decimal:
        """Return the value as it will be printed; 719.9 to no place is 720, 92.308 cut to two is 92.30."""
        return value.quantize(Decimal(1).scaleb(-self.precision), rounding=_HOW[self.rounding])

    def count(self, value: Decimal) -> str:
        """Return a number: 183471, 6.92万."""
        if self.unit:
            return f"{self._plain(self.rounded(value / _TEN_THOUSAND))}{self.unit}"
        return f"{self.rounded(value):f}"

    def rate(self, value: Decimal) -> str:
        """Return per cent: 88.1%."""
        return f"{self.rounded(value):f}{self.percent}"

    @staticmethod
    def _plain(value: Decimal) -> str:
        """Return 18万 rather than 18.00万: where nothing stands behind the point, no point."""
        return f"{value.quantize(Decimal(1)) if value == value.to_integral() else value:f}"


@dataclass(frozen=True, slots=True)
class Against:
    """What is compared with: how it is led in (同比), what the base is called, and whether there is one."""

    lead: str = "同比"
    named: str = "上年同期"
    base: Base = "there"

    @property
    def nothing(self) -> str:
        """Say in words why there is no comparison."""
        why = {"zero": "为零", "partial": "数据不全", "none": "无数据", "there": ""}[self.base]
        return f"{self.named}{why}，不作{self.lead if self.lead in {'同比', '环比'} else '比较'}"


def growth(now: Decimal, then: Decimal, against: Against, style: Style, words: tuple[str, str]) -> str:
    """Say how a volume moved: 同比增长318.3%, 环比下降4.2%, 同比持平; without a base, why not."""
    if against.base not in {"there", "zero"}:
        return against.nothing
    if not then:
        return replace(against, base="zero").nothing if now else f"与{against.named}均为零"
    return _moved(now / then * HUNDRED - HUNDRED, against, style, words, style.percent)


def points(now: Decimal | None, then: Decimal | None, against: Against, style: Style, words: tuple[str, str]) -> str:
    """Say how a rate moved, in percentage points: 同比上升2.35个百分点."""
    if now is None:
        return "本期无可比数据"
    if then is None or against.base not in {"there", "zero"}:
        why = against if against.base != "there" else Against(against.lead, against.named, "none")
        return why.nothing
    return _moved(now - then, against, style, words, "个百分点")


def _moved(by: Decimal, against: Against, style: Style, words: tuple[str, str], unit: str) -> str:
    printed = style.rounded(abs(by))
    if not printed:
        return f"{against.lead}{'基本' if by else ''}持平"
    return f"{against.lead}{words[0] if by > 0 else words[1]}{printed:f}{unit}"


def change(now: str, then: str, by: Decimal, named: tuple[str, str], words: tuple[str, str]) -> str:
    """Say from what to what: 从2020年的4.96%上升到今年的8.23%; what is printed alike is level."""
    now_is, then_is = named
    if now == then:
        return f"与{then_is}持平，{now_is}为{now}"
    return f"从{then_is}的{then}{words[0] if by > 0 else words[1]}到{now_is}的{now}"
