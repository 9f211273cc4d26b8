"""Phone and ID numbers in free text: where they stand, and which of them are private."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: canonical digits, `mobile`, `landline` or `id`, and where it stands."""

    number: str
    kind: str
    start: int
    end: int


Phone = Number

NUMERALS: Final = {
    numeral: digit
    for digit, numerals in enumerate(
        ("〇零", "一幺壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for numeral in numerals
}
_SPACE, _DASH = " \u00a0\u2002\u2003\u2009\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\t", "－—–‐‑‒−﹣"
_VIEW: Final = (
    {zero + n: str(n) for zero in (0x660, 0x6F0, 0xFF10, 0x1FBF0) for n in range(10)}
    | {0x1D7CE + n: str(n % 10) for n in range(50)}
    | dict.fromkeys(map(ord, _SPACE), " ")
    | dict.fromkeys(map(ord, _DASH), "-")
    | str.maketrans("＋（）［］【】．Ｘｘx", "+()()().XXX")
)
# What looks the same in a view: most texts are of such characters alone, which is seen in one go.
_AS_IT_IS: Final = re.compile("[\n -wy-~\u4e00-\u9fff，。、：；？！“”…]*")
_PLAIN_MOBILE: Final = re.compile("1[0-9]{10}")

_NUMERAL: Final = "".join(NUMERALS)
# One set at the head, which a search looks for fast; which of the two it was is asked afterwards.
_WORTH_A_LOOK: Final = re.compile(
    rf"[0-9{_NUMERAL}](?:(?<=[0-9])(?:[ \-.()]{{0,4}}[0-9]){{6}}|(?<=[{_NUMERAL}])(?: ?[{_NUMERAL}]){{10}})"
)

_MOBILE: Final = re.compile(
    r"(?<![0-9])(?:\(?(?:\+|00)?86\)?[ \-]{0,2}|0)?(?P<number>1(?:"
    r"[3-9][0-9][ \-]{0,2}[0-9]{4}[ \-]{0,2}[0-9]{4}"
    r"|[3-9][0-9]\.[0-9]{4}\.[0-9]{4}"
    r"|[3-9][0-9]{2}[ \-]{1,2}[0-9]{3}[ \-]{0,2}[0-9]{4}"
    r"|[3-9][0-9][ \-]{1,2}(?:[0-9]{3}[ \-]{1,2}[0-9]{5}|[0-9]{5}[ \-]{1,2}[0-9]{3})"
    r"|[3-9][0-9](?:[ \-]{1,2}[0-9]{4}|(?:[ \-]{1,2}[0-9]{2}){2})(?:[ \-]{1,2}[0-9]{2}){2}"
    r"|[3-9][0-9]{3} {1,2}[0-9]{6}"
    r"|[ \-.]{1,2}[3-9](?:[ \-.]{1,2}[0-9]){9}"
    r"))(?![0-9])(?!(?:\.[0-9]+)? ?(?:元|万|亿|块钱))"
)
_SPOKEN: Final = re.compile(
    rf"(?<![{_NUMERAL}])(?P<number>[一幺壹] ?[三四五六七八九叁肆伍陆柒捌玖](?: ?[{_NUMERAL}]){{9}})"
    rf"(?![{_NUMERAL}十百千万])"
)
_LOCAL: Final = r"[2-8][0-9]{2,3}[ \-]?[0-9]{4}(?![0-9])"
_LANDLINE: Final = re.compile(
    r"(?<![0-9])(?P<number>\(?(?:(?:\+|00)86\)?[ \-]{0,2}\(?0?|0)"
    r"(?:(?:10|2[0-9])\)?[ \-]{0,2}[2-8][0-9]{3}|[3-9][0-9]{2}\)?[ \-]{0,2}[2-8][0-9]{2,3})"
    r"[ \-]?[0-9]{4})(?![0-9])"
)
# Seven or eight digits are a phone only after a word that says so, or after another such phone.
_CUED_LOCAL: Final = re.compile(
    r"(?:电话|座机|固话|致电|拨打|来电|电联|联系方式|传真|[Tt][Ee][Ll]|[Pp]hone)[^0-9*\n]{0,6}"
    rf"(?P<number>{_LOCAL})"
)
_NEXT_LOCAL: Final = re.compile(rf"(?:(?: ?转|-)[0-9]{{1,6}})?[ 、/,，;；和或及]{{1,3}}(?P<number>{_LOCAL})")
_AMOUNT: Final = re.compile(r" ?(?:元|万|亿|户|人|次|个|平|㎡|年|月|号楼|栋|室|米|吨|%)")
_YEARS: Final = re.compile(r"20[0-3][0-9]-?(?:20[0-3][0-9]|(?:0[1-9]|1[0-2])[0-3][0-9])")

_ID18: Final = re.compile(
    r"(?<![0-9])(?P<number>[1-8][0-9]{5}[ \-]?(?:18|19|20)[0-9]{2}[ \-]?[01][0-9][ \-]?[0-3][0-9]"
    r"[ \-]?[0-9]{3}[ \-]?[0-9X])(?![0-9])"
)
_ID15: Final = re.compile(r"(?<![0-9])(?P<number>[1-8][0-9]{7}[01][0-9][0-3][0-9]{4})(?![0-9X])")
# What is called an ID number is one, though it be mistyped.
_CUED_ID: Final = re.compile(r"身份证[^0-9*\n]{0,8}(?P<number>[0-9]{14,19}X?)(?![0-9])")
_PROVINCE: Final = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"

# The number of a thing, not of a person.
_OF_A_THING: Final = re.compile(
    r"(?:编号|单号|工单号?|案号|流水号|订单号?|受理号|合同号|户号|条码|货号|车架号|表号|缴费号|登记号|许可证号"
    r"|备案号|信用代码|文号)[码为是:：# ]*$"
)
_LOOK_BACK: Final = 14
_LOCAL_DIGITS: Final = 7


def find_phones(s: str, allow: Collection[str] = ()) -> list[Number]:
    """Return mobiles and landlines in `s` by position; service numbers (12345, 400…, 95…) are none.

    Mobiles with separators, +86, full-width digits or Chinese numerals count; landlines with their
    area code, or seven to eight digits after a word such as 电话. Order numbers, amounts, dates
    do not. `allow` lists numbers to pass over, with or without area code.
    """
    view = as_view(s)
    if not _WORTH_A_LOOK.search(view):
        return []
    return _phones(_without(view, _ids(view)), _keys(allow))


def find_ids(s: str) -> list[Number]:
    """Return ID card numbers in `s`.

    18 digits with a right checksum, 15 with a real date, and whatever is called 身份证.
    """
    view = as_view(s)
    return _ids(view) if _WORTH_A_LOOK.search(view) else []


def private_numbers(s: str, allow: Collection[str] = ()) -> list[Number]:
    """Return what citizens must not read in an answer: mobiles and ID numbers.

    Service numbers, landlines of offices and the numbers of `allow` pass.
    """
    view = as_view(s)
    if not _WORTH_A_LOOK.search(view):
        return []
    ids = _ids(view)
    phones = _phones(_without(view, ids), _keys(allow))
    return sorted([*ids, *(phone for phone in phones if phone.kind == "mobile")], key=_start)


def find_all(view: str, allow: Collection[str]) -> list[Number]:
    """Return every ID number, mobile and landline of a text given as `as_view`, none overlapping."""
    if not _WORTH_A_LOOK.search(view):
        return []
    ids = _ids(view)
    return [*ids, *_phones(_without(view, ids), _keys(allow))]


def phone_key(s: str) -> str:
    """Return the digits by which a phone is looked up: no +86, no separators; "" if there are none.

    A mobile is its eleven digits; a landline keeps its area code (021…), also when +86 replaced
    the 0.
    """
    if _PLAIN_MOBILE.fullmatch(s):
        return s
    digits = re.sub(r"[^0-9]", "", as_view(s))
    abroad = re.match(r"(?:00)?86(?=1[3-9][0-9]{9}$|0?[1-9][0-9]{8,10}$)", digits)
    if abroad is None:
        return digits[1:] if re.fullmatch(r"01[3-9][0-9]{9}", digits) else digits
    rest = digits[abroad.end() :]
    return rest if rest.startswith("0") or re.fullmatch(r"1[3-9][0-9]{9}", rest) else f"0{rest}"


def as_view(s: str) -> str:
    """Return `s` with digits, dashes and spaces of all kinds as ASCII; as long as `s`."""
    return s if _AS_IT_IS.fullmatch(s) else s.translate(_VIEW)


def _keys(allow: Collection[str]) -> frozenset[str]:
    return _keys_of(frozenset(allow))


@lru_cache(maxsize=256)
def _keys_of(allow: frozenset[str]) -> frozenset[str]:
    return frozenset(filter(None, map(phone_key, allow)))


def _without(view: str, found: Iterable[Number]) -> str:
    """Return `view` with what was found blanked out, so that nothing is found twice."""
    for each in found:
        view = f"{view[: each.start]}{'#' * (each.end - each.start)}{view[each.end :]}"
    return view


def _phones(view: str, allow: frozenset[str]) -> list[Number]:
    found = [*_matches(view, _MOBILE, "mobile"), *_matches(view, _SPOKEN, "mobile")]
    found += _matches(_without(view, found), _LANDLINE, "landline")
    left = _without(view, found)
    for start in [each.end for each in found]:
        found += _listed(left, _NEXT_LOCAL.match(left, start))
    for cue in _CUED_LOCAL.finditer(_without(view, found)):
        found += _listed(left, cue)
    return sorted((each for each in found if not _allowed(each.number, allow)), key=_start)


def _start(number: Number) -> int:
    return number.start


def _matches(view: str, pattern: re.Pattern[str], kind: str) -> Iterator[Number]:
    for match in pattern.finditer(view):
        if not _of_a_thing(view, match.start()):
            start, end = match.span("number")
            yield Number(phone_key(_digits(match["number"])), kind, start, end)


def _digits(found: str) -> str:
    return "".join(str(NUMERALS.get(char, char)) for char in found)


def _listed(view: str, match: re.Match[str] | None) -> Iterator[Number]:
    """Yield the local number of `match` and those listed after it."""
    while match is not None and _is_local(view, match):
        start, end = match.span("number")
        yield Number(phone_key(match["number"]), "landline", start, end)
        match = _NEXT_LOCAL.match(view, end)


def _is_local(view: str, match: re.Match[str]) -> bool:
    return not (_YEARS.fullmatch(match["number"]) or _AMOUNT.match(view, match.end()))


def _of_a_thing(view: str, start: int) -> bool:
    return _OF_A_THING.search(view, max(0, start - _LOOK_BACK), start) is not None


def _allowed(number: str, allow: frozenset[str]) -> bool:
    return any(
        number == key or (len(key) >= _LOCAL_DIGITS and number.startswith("0") and number.endswith(key))
        for key in allow
    )


def _ids(view: str) -> list[Number]:
    found = [*_checked(view, _ID18, _is_id18), *_checked(view, _ID15, _is_id15)]
    for match in _CUED_ID.finditer(_without(view, found)):
        start, end = match.span("number")
        found.append(Number(match["number"], "id", start, end))
    return sorted(found, key=_start)


def _checked(view: str, pattern: re.Pattern[str], is_id: Callable[[str], bool]) -> Iterator[Number]:
    for match in pattern.finditer(view):
        number = match["number"].replace(" ", "").replace("-", "")
        if is_id(number) and not _of_a_thing(view, match.start()):
            yield Number(number, "id", *match.span("number"))


def _is_id18(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == number[17] and _is_born(number[:2], number[6:14])


def _is_id15(number: str) -> bool:
    return _is_born(number[:2], f"19{number[6:12]}")


def _is_born(province: str, born: str) -> bool:
    try:
        date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    return _PROVINCE.fullmatch(province) is not None
