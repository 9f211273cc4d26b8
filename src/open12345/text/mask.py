"""Masking of personal data: single values, and whatever stands in free text."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from .names import announced, is_titled, known, titled
from .numbers import NUMERALS, as_view, find_all, phone_key

STAR: Final = "*"
_HIDDEN: Final = "***"
_LONGEST_PHONE: Final = 12
_SHORT_DIGITS: Final = 5
_KEPT_DIGITS: Final = 4
_ID_HEAD, _ID_TAIL = 3, 2
_ID_DIGITS: Final = 15
_DIGITS: Final = frozenset("0123456789X") | NUMERALS.keys()

_MASKED_PHONE: Final = re.compile(r"[0-9]{0,4}\*+[0-9]{0,4}")
_NOBODY: Final = frozenset({"匿名", "不详", "未知", "不愿透露", "无名氏", "保密"})
_HAN: Final = "\u3400-\u9fff"
_ADMINISTRATIVE: Final = re.compile(
    rf"(?:[{_HAN}]{{2,8}}?(?:特别行政区|自治区|自治州|自治县|街道办事处|街道|省|市|(?<![小社园校厂景库])区|县|旗|镇|乡))*"
)
_ROAD: Final = re.compile(
    rf"[{_HAN}A-Za-z0-9（）()\-]{{1,14}}?(?:公路|大道|大街|路|街|巷|胡同)(?!道)(?:[东西南北中]?[一二三四五六七八九十]?段)?"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was masked and where: `mobile`, `landline`, `id` or `name`."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text, as long as the original, so that the spans in `found` fit both."""

    text: str
    found: tuple[Found, ...]


def mask_text(s: str, names: Collection[str] = (), allow: Collection[str] = ()) -> Masked:
    """Mask mobiles, landlines, ID numbers, announced or titled names and `names` in free text; idempotent.

    Service numbers (110, 12345, 12315, 400…, 95…, 96…) and the numbers of `allow` stay, so do
    order numbers, amounts, dates, house numbers and 王先生. After masking no phone can be found.
    """
    found: list[Found] = []
    while new := _find(s, names, allow):
        chars = list(s)
        for each in new:
            chars[each.start : each.end] = _hide(s[each.start : each.end], each.kind)
        s = "".join(chars)
        found += new
    return Masked(s, tuple(sorted(found, key=lambda each: each.start)))


def mask_phone(s: str) -> str:
    """Return "138****8000", "021****0000"; numbers of up to five digits are services and stay."""
    if _MASKED_PHONE.fullmatch(s.strip()):
        return s.strip()
    digits = phone_key(s)
    if not digits:
        return _HIDDEN if s.strip() else ""
    if len(digits) <= _SHORT_DIGITS:
        return digits
    if len(digits) > _LONGEST_PHONE:
        return mask_id(digits)
    tail = _KEPT_DIGITS if len(digits) > _SHORT_DIGITS + 1 else 1
    head = max(0, len(digits) - 2 * _KEPT_DIGITS)
    return digits[:head] + STAR * (len(digits) - head - tail) + digits[-tail:]


def mask_name(s: str) -> str:
    """Return "张**" (张* for two characters); 王先生 and 匿名 stay."""
    name = s.strip()
    if name in _NOBODY or is_titled(name):
        return name
    return name[:1] + STAR * max(1, len(name) - 1) if name else ""


def mask_id(s: str) -> str:
    """Return "310*************34": three characters, stars, two; shorter things become ***."""
    number = s.strip()
    if not number:
        return ""
    if len(number) < _ID_DIGITS:
        return _HIDDEN
    hidden = STAR * (len(number) - _ID_HEAD - _ID_TAIL)
    return f"{number[:_ID_HEAD]}{hidden}{number[-_ID_TAIL:]}"


def mask_address(s: str) -> str:
    """Return the address down to its road (松江区九亭镇涞亭南路***).

    Without a road it stops after the district, town or street office.
    """
    area, road, rest = split_address(s)
    return f"{area}{road}{_HIDDEN}" if rest else f"{area}{road}"


def split_address(s: str) -> tuple[str, str, str]:
    """Return district and town, the road ("" for none), and what follows."""
    address = s.strip()
    area = _ADMINISTRATIVE.match(address)
    end = area.end() if area else 0
    road = _ROAD.match(address, end)
    stop = road.end() if road else end
    return address[:end], address[end:stop], address[stop:]


def _find(s: str, names: Collection[str], allow: Collection[str]) -> list[Found]:
    """Return what a masked text may not show, none overlapping; numbers come before names."""
    view = as_view(s)
    numbers = find_all(view, allow)
    found = [Found(each.kind, each.start, each.end) for each in numbers]
    taken = {n for each in numbers for n in range(each.start, each.end)}
    for start, end in [*announced(s), *titled(s), *known(s, names)]:
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            found.append(Found("name", start, end))
    return sorted(found, key=lambda each: each.start)


def _hide(found: str, kind: str) -> str:
    """Return `found` with its telling characters as stars, as long as before."""
    if kind == "name":
        return found[0] + STAR * (len(found) - 1)
    places = [n for n, char in enumerate(as_view(found)) if char in _DIGITS]
    first, last = _hidden_digits(found, kind)
    hidden = places[first:last]
    return "".join(STAR if n in hidden else char for n, char in enumerate(found))


def _hidden_digits(found: str, kind: str) -> tuple[int, int]:
    """Return which digits to hide, as a slice: of a phone those before the last four."""
    if kind == "id":
        return _ID_HEAD, -_ID_TAIL
    key = phone_key(found) if kind == "landline" else ""
    area = 0 if not key.startswith("0") else len("021") if key[1] in "12" else len("0575")
    local = min(len(key) - area, 2 * _KEPT_DIGITS) if key else 2 * _KEPT_DIGITS
    return -local, -_KEPT_DIGITS
