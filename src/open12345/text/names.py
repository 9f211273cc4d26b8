"""Names of people in free text: those that a word announces, and those that are known."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from .surnames import (
    BEFORE,
    CALLED,
    COMMON,
    COMPOUND,
    GIVEN_TOO,
    LOOKALIKES,
    LOOKALIKES_TITLED,
    NOT_BEFORE_TITLES,
    NOT_GIVEN,
    PREPOSITIONS,
    RARE,
    SINGLE,
    TITLES,
)

Place = tuple[int, int]

_HAN: Final = "\u3400-\u9fff"
_STOP: Final = r"[，,。.、；;：:（）()\[\]【】<>《》“”\"'‘’\s!！?？—\-~～/\\|0-9A-Za-z]|$"
_AFTER: Final = (
    f"{TITLES}|身份证|电话|手机|联系|家住|住址|住|性别|年龄|今年|来自|地址|代表|出生|原籍|户籍|籍贯|反映|投诉"
)
_FORM: Final = f"(?:{'|'.join(sorted(COMPOUND))}|[{SINGLE}{RARE}])(?!{TITLES})"
_NAME: Final = rf"(?P<name>[{_HAN}]{{1,8}}[·•][{_HAN}]{{1,8}}|{_FORM}[{_HAN}]{{1,2}})"
_PERSON: Final = (
    "联系人|投诉人|反映人|举报人|来电人|来访人|申请人|诉求人|求助人|当事人|报警人|报修人|信访人|上访人"
    "|求诉人|呈诉人|户主|业主|房东|租客|承租人|租户|法人代表|法定代表人|法人|负责人|家属|患者|死者|受害人"
    "|被害人|监护人|签名|署名|落款"
)
_CALLED: Final = re.compile(rf"(?:我叫|我名叫|我的名字[叫是]|名叫|名字叫|本人叫|本人姓名|姓名 ?[:：]) ?{_NAME}")
_LABELLED: Final = re.compile(rf"(?:{_PERSON})(?:姓名|名字)? ?[:：] ?{_NAME}")
# "姓名：" announces nothing else: two to four characters are a name, rare surnames too.
_WHATEVER: Final = re.compile(
    rf"姓名 ?[:：] ?(?P<name>[{_HAN}]{{2,4}})(?=[，,。、；;（( \n]|性别|电话|手机|身份证|联系|$)"
)
_MENTIONED: Final = re.compile(rf"(?:本人|我是|姓名|{_PERSON})(?:是|为|系|叫)?{_NAME}")
_NEXT: Final = re.compile(rf"、{_NAME}")
_STOPPED: Final = re.compile(_STOP)
_FOLLOWED: Final = re.compile(rf"{_STOP}|{_AFTER}|[现系是于的和与在曾及等为因我]")
_WORD_AFTER: Final = re.compile("|".join(each for each in _AFTER.split("|") if len(each) > 1))
_TITLED: Final = re.compile(rf"(?:{'|'.join(sorted(COMPOUND))}|[{_HAN}])某?(?:{TITLES})某?")
_WORTH_A_LOOK: Final = re.compile("[人名主]|我叫|我是|落款|房东|租户|租客|家属|患者|死者|代表")
_WORDS: Final = LOOKALIKES | LOOKALIKES_TITLED
_CALLED_SO: Final = re.compile("|".join(CALLED))
_HAN_ONLY: Final = re.compile(f"[{_HAN}]+")
_SHORTEST: Final = 2
_LONGEST: Final = 4


def announced(s: str) -> list[Place]:
    """Return where names stand that a word announces: 我叫…, 姓名：…, 联系人…, 本人… .

    After 我叫 or a colon a surname is enough. After 本人 or 我是 the name must also end where a
    word ends, and not look like one: 本人于, 我是高中生 are none. 王先生 names nobody.
    """
    if not _WORTH_A_LOOK.search(s):
        return []
    found = [match.span("name") for match in _WHATEVER.finditer(s)]
    for pattern, ends in ((_CALLED, _end), (_LABELLED, _labelled_end), (_MENTIONED, _strict_end)):
        for match in pattern.finditer(s):
            found += _listed(s, match, ends(s, match))
    return sorted(set(found))


def titled(s: str) -> list[Place]:
    """Return where full names stand before a title: 李秀兰女士, 欧阳修文老师; 王女士 names nobody.

    Only the commonest surnames count, for any two characters before 老师 could be a name. Of a surname before a
    surname the first is taken for another word (对方张女士, 向李老师), and so are words that only end or begin like
    one (过程中医生, 许多老师).
    """
    if _CALLED_SO.search(s) is None:
        return []
    return [place for title in _CALLED_SO.finditer(s) if (place := _before(s, title.start())) is not None]


def _before(s: str, end: int) -> Place | None:
    """Return the longest full name that ends at `end`."""
    for length in range(_LONGEST, _SHORTEST - 1, -1):
        start = end - length
        if start >= 0 and _is_full(s[start:end]) and s[start - 1 : start + 1] not in BEFORE:
            return start, end
    return None


def _is_full(name: str) -> bool:
    given = 2 if name[:2] in COMPOUND else 1
    if not 1 <= len(name) - given <= _SHORTEST or not _HAN_ONLY.fullmatch(name):
        return False
    if not NOT_BEFORE_TITLES.isdisjoint(name[given:]):
        return False
    if given > 1:
        return True
    return name[0] in COMMON and name[:2] not in _WORDS and _is_no_word(name)


def _is_no_word(name: str) -> bool:
    """Say that neither a preposition nor a surname of its own hides in what looks like a name (于高纯, 任陈)."""
    if name[0] in PREPOSITIONS and len(name) > _SHORTEST:
        return False
    return name[-1] not in COMMON or (name[-1] in GIVEN_TOO and name[0] not in PREPOSITIONS)


def known(s: str, names: Iterable[str]) -> Iterator[Place]:
    """Yield where `names` stand, within words too; shorter than two characters they tell nothing."""
    for name in {name.strip() for name in names}:
        if len(name) < _SHORTEST or "*" in name or is_titled(name):
            continue
        start = s.find(name)
        while start >= 0:
            yield start, start + len(name)
            start = s.find(name, start + len(name))


def is_titled(name: str) -> bool:
    """Return whether `name` is a surname with a title (王先生), which names nobody."""
    return _TITLED.fullmatch(name) is not None


def _listed(s: str, match: re.Match[str], end: int) -> Iterator[Place]:
    """Yield the name of `match` if it has an end, and further names after 、."""
    following: re.Match[str] | None = match
    while following is not None and end > following.start("name"):
        yield following.start("name"), end
        following = _NEXT.match(s, end)
        end = _strict_end(s, following) if following else 0


def _end(s: str, match: re.Match[str]) -> int:
    """Return where the name ends: before a word that follows names, else as long as plausible."""
    start, end = match.span("name")
    if "·" in match["name"] or "•" in match["name"]:
        return end
    first = start + _surname_length(match["name"])
    ends = [n for n in range(end, first, -1) if NOT_GIVEN.isdisjoint(s[first:n])]
    if first + 1 in ends and _WORD_AFTER.match(s, first + 1):
        return first + 1
    return next((n for n in ends if _FOLLOWED.match(s, n)), ends[0] if ends else 0)


def _labelled_end(s: str, match: re.Match[str]) -> int:
    return 0 if match["name"][:2] in LOOKALIKES else _end(s, match)


def _strict_end(s: str, match: re.Match[str]) -> int:
    """Return where the name ends if it ends as words do and does not look like one, else 0."""
    name, start = match["name"], match.start("name")
    if name[:2] in LOOKALIKES or name[0] in RARE:
        return 0
    first = start + _surname_length(name)
    for end in range(match.end("name"), first, -1):
        if _STOPPED.match(s, end) and NOT_GIVEN.isdisjoint(s[first:end]):
            return end
    return 0


def _surname_length(name: str) -> int:
    return 2 if name[:2] in COMPOUND and len(name) > _SHORTEST else 1
