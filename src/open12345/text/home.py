"""The caller's own address in what people write, also where they do not write all of it."""

import re
from typing import Final

from .mask import STAR, split_address

_NUMBER: Final = r"[0-9]+[A-Za-z]?"
_BUILDING: Final = "号楼(?!道)|号|幢|栋|座"
_SAME: Final = {"弄": "弄", "单元": "单元", "层": "层|楼", "楼": "层|楼"} | dict.fromkeys(
    ("号楼", *"号幢栋座"), _BUILDING
)
_PART: Final = re.compile(rf"({_NUMBER})[\s\-]*((?:弄|{_BUILDING}|单元|层|楼|室|户)?)")
_BETWEEN: Final = r"[\s\-]*"
_HIDDEN: Final = 3
_ENOUGH: Final = 2  # numbers that tell a home, where the address has more than one


def mask_home(s: str, address: str, *, whole: bool = False) -> str:
    """Mask, after the caller's road, the numbers of `address` that `s` writes (涞寅路***); idempotent.

    Decided (ours): what is masked must be the caller's home beyond doubt. It is where the same road is followed by the
    same numbers in the same order, and by at least two of them (lane and house, house and room), or by all where the
    address has only one; what stands before the road (district, town) and the room may be missing. The road with its
    first number alone stays where the address goes on: a lane, an estate or a tower is what many share, it is the
    place of most complaints, and dispatch lives by it. Other numbers of the road are other people's and stay. So does
    an address without a road, unless it is written out in full.

    `whole`: only where all the numbers are written, for a text that expressly says where the problem is.
    """
    _area, road, rest = split_address(address)
    parts = _parts(rest)
    if not road or not parts or road not in s:
        return s
    return re.sub(
        _pattern(road, parts, len(parts) if whole else _ENOUGH),
        lambda found: road + STAR * min(_HIDDEN, len(found[1])),
        s,
    )


def _parts(rest: str) -> list[tuple[str, str]]:
    """Return the numbers that follow the road, each with what it numbers, up to the first other word."""
    parts: list[tuple[str, str]] = []
    at = 0
    while found := _PART.match(rest, at):
        parts.append((found[1], found[2]))
        at = found.end()
        at += len(rest[at:]) - len(rest[at:].lstrip(" -"))
    return parts


def _pattern(road: str, parts: list[tuple[str, str]], least: int) -> str:
    """Return the pattern of the road with its first `least` numbers, and as many more as are written."""
    written = [_written(number, unit) for number, unit in parts]
    needed, more = written[:least], written[least:]
    tail = ""
    for part in reversed(more):
        tail = f"(?:{_BETWEEN}{part}{tail})?"
    return f"{re.escape(road)}({_BETWEEN}{_BETWEEN.join(needed)}{tail})"


def _written(number: str, unit: str) -> str:
    """Return the pattern of one number: 36号 is 36号楼 and 36幢 too, a room's 室 may be left out."""
    if unit in _SAME:
        return f"{number}(?:{_SAME[unit]})"
    return rf"{number}(?:室|户|(?![0-9A-Za-z弄号幢栋座单层楼]))"
