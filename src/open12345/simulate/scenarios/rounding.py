"""Printed figures: texts round, and sometimes truncate; both print the same number."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal


def step(printed: Decimal) -> Decimal:
    """Return the last place that a printed figure shows: 0.01 for 85.17."""
    return Decimal(1).scaleb(min(int(printed.as_tuple().exponent), 0))


def how_printed(exact: Decimal, printed: Decimal) -> Literal["", "rounded", "truncated"]:
    """Say how an exact value comes to be printed so, nothing where it does not."""
    last = step(printed)
    if exact.quantize(last, ROUND_HALF_UP) == printed:
        return "rounded"
    return "truncated" if exact.quantize(last, ROUND_DOWN) == printed else ""


def prints_as(exact: Decimal, printed: Decimal) -> bool:
    """Say whether the exact value may be printed so."""
    return bool(how_printed(exact, printed))


def reachable(percent: Decimal, base: int) -> bool:
    """Say whether some whole number of `base` prints as `percent`."""
    near = int(percent * base / 100)
    return any(prints_as(Decimal(number) / base * 100, percent) for number in (near - 1, near, near + 1) if number >= 0)
