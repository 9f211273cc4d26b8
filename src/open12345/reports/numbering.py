"""Numbers of headings as official papers have them: 一、（一）1.（1）."""

from __future__ import annotations

from typing import Any, Final

_DIGITS: Final = "零一二三四五六七八九"
_DEEPEST: Final = 4
_TEN: Final = 10


def chinese(number: int) -> str:
    """Return a number up to 99 in Chinese: 一, 十二, 二十."""
    tens, ones = divmod(number, _TEN)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def marked(level: int, number: int) -> str:
    """Return the mark of a heading of a level (1 to 4)."""
    return (f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}.", f"（{number}）")[level - 1]


def numbered(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks, each heading with its `mark`; a heading begins the numbers below it anew."""
    counts = [0] * (_DEEPEST + 1)
    found = []
    for block in blocks:
        if block["type"] == "heading":
            level = min(int(block["level"]), _DEEPEST)
            counts[level] += 1
            counts[level + 1 :] = [0] * (_DEEPEST - level)
            block = {**block, "mark": marked(level, counts[level])}  # noqa: PLW2901 - a copy, never the stored one
        found.append(block)
    return found
