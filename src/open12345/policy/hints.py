"""Finds what a copy of a pack has kept of the pack it was copied from: its telephone number, its town's name.

Hints, no mistakes: a pack that has them works. Which pack was copied cannot be known, so that a number or a name counts
as left over where it is that of another pack beside this one, or where the pack contradicts itself: the centre's phone,
the greeting and the service numbers should be the line's own. 12345 is everybody's, and alone gives no hint.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .demo import COLUMNS, FOLDER
from .find import pack_names, packs_folder
from .layout import KEYED, ROWS, WHOLE
from .names import AreaLevel, Level
from .problems import Loc, PackProblem, show
from .schema import Pack
from .sources import Source, read_csv, read_yaml

_PLACE_LEVEL: Final[dict[Level, AreaLevel]] = {"city": "city", "district": "district", "town": "street"}
_EVERYBODYS: Final = "12345"
_NUMBER: Final = re.compile(r"(?<![\d.-])(?:0\d{2,3}-?)?(?:[2-9]\d{6,7}|12\d{3}|400-?\d{3}-?\d{4})(?![\d-])")
"""A number of the shape a hotline has: a landline with or without its area code, 12345 and its sisters, 400."""
_SUFFIX: Final = re.compile(r"(?<=..)(?:新区|街道|地区|[省市区县镇乡])$")
_NOT_SPOKEN: Final = frozenset(
    {"id", "code", "hotline", "area_code", "source", "sources", "text_not_published", "clause", "number", "days"}
    | {"synthetic_notice", "synthetic_notice_en", "words", "promise_words", "tone_words"}
)
"""Keys whose texts nobody is told, or that may well speak of others; numbers of orders are no telephone numbers."""


@dataclass(slots=True)
class _Left:
    """Numbers and names that are not this pack's, each with the reason why it is thought to be left over."""

    numbers: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def found_in(self, text: str) -> Iterator[str]:
        for number in dict.fromkeys(_NUMBER.findall(text)):
            if number in self.numbers:
                yield f"写着 {number}（{self.numbers[number]}），不是本规则包的号码"
        for name, why in self.names.items():
            if name in text:
                yield f"写着 “{name}”（{why}），不是本规则包的地方"


def hints(folder: Path, pack: Pack) -> tuple[PackProblem, ...]:
    """Return what may have been left over from the pack that was copied, sorted by file and line; `pack` is sound."""
    sources = {file: read_yaml(folder / file) for file in (*KEYED, *WHOLE) if (folder / file).is_file()}
    sources["units.csv"] = read_csv(folder / "units.csv", ROWS["units.csv"].columns, ())
    for file, columns in COLUMNS.items():
        if (folder / FOLDER / file).is_file():
            sources[f"{FOLDER}/{file}"] = read_csv(folder / FOLDER / file, columns, (), name=f"{FOLDER}/{file}")
    left = _left(folder, pack)
    found = [*_contradictions(sources, pack, left)]
    if pack.id != folder.resolve().name and pack.id in pack_names():
        message = f"代码 {pack.id} 是另一个规则包的，这个文件夹叫 {folder.resolve().name}：抄来的请改成自己的代码"
        found.append(_hint(sources["pack.yaml"], ("id",), message))
    told = {(one.file, one.line, one.where) for one in found}
    for source in sources.values():
        for loc, text in _texts(source.data, ()):
            for message in left.found_in(text):
                one = _hint(source, loc, message)
                found += [one] if (one.file, one.line, one.where) not in told else []
    return tuple(sorted({*found}))


def _texts(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """Yield each text that somebody is told or shown."""
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _NOT_SPOKEN:
                yield from _texts(item, (*loc, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, (*loc, place))


def _hint(source: Source, loc: Loc, message: str) -> PackProblem:
    where = loc[1:] if source.file.endswith(".csv") else loc
    return PackProblem(source.file, source.line(loc), show(where), message)


# what is not this pack's


def _contradictions(sources: dict[str, Source], pack: Pack, left: _Left) -> Iterator[PackProblem]:
    """Name the places that should hold the line's own number, and remember the number that they hold instead."""
    index = next(place for place, unit in enumerate(pack.units) if unit.code == pack.centre.code)
    phone = pack.centre.phone
    if phone and not _is_meant(phone, pack):
        left.numbers.setdefault(phone, "units.csv 里中心的电话")
        message = f"中心的电话 {phone} 与热线号码 {pack.hotline}（pack.yaml 的 hotline）不同"
        yield _hint(sources["units.csv"], (index, "phone"), message)
    for number in dict.fromkeys(_NUMBER.findall(pack.callback.greeting)):
        if not _same(number, pack.hotline):
            if number != _EVERYBODYS:
                left.numbers.setdefault(number, "回访开场白里的号码")
            message = f"开场白报的号码 {number} 与热线号码 {pack.hotline}（pack.yaml 的 hotline）不同"
            yield _hint(sources["callback.yaml"], ("greeting",), message)
    if pack.closing.service_numbers and not any(_same(one, pack.hotline) for one in pack.closing.service_numbers):
        message = f"没有本热线的号码 {pack.hotline}；答复里写它会被当作私人号码"
        yield _hint(sources["closing.yaml"], ("service_numbers",), message)


def _is_meant(phone: str, pack: Pack) -> bool:
    """Say whether the centre's phone is the line, or an office number that stands among the service numbers with it."""
    given = pack.closing.service_numbers
    if phone in given and any(_same(one, pack.hotline) for one in given):
        return True
    return any(_same(number, pack.hotline) for number in (phone, *_NUMBER.findall(phone)))


def _same(one: str, other: str) -> bool:
    """Compare numbers without their hyphens; one may have the area code that the other lacks."""
    first, second = sorted((one.replace("-", ""), other.replace("-", "")), key=len)
    return first == second or (second.startswith("0") and len(first) >= _LANDLINE and second.endswith(first))


_LANDLINE: Final = 7


def _left(folder: Path, pack: Pack) -> _Left:
    """Collect the lines and the places of the packs beside this one."""
    left = _Left()
    for name in pack_names():
        other = packs_folder() / name
        if other.resolve() == folder.resolve():
            continue
        said = read_yaml(other / "pack.yaml").data or {}
        number = str(said.get("hotline", ""))
        if number and number != _EVERYBODYS and not _same(number, pack.hotline):
            left.numbers.setdefault(number, f"规则包 {name} 的热线号码")
        place = _place(read_csv(other / "areas.csv", ROWS["areas.csv"].columns, ()).data, said.get("level"))
        short = _SUFFIX.sub("", place)
        if short and short not in pack.title and not _is_inside(place, pack):
            left.names.setdefault(short, f"规则包 {name} 的{place}")
    return left


def _place(rows: Any, level: Any) -> str:
    """Return the name of the city, district or town that a pack is of: its first area of that level."""
    wanted = _PLACE_LEVEL.get(level)
    return next((row.get("name", "") for row in rows or [] if row.get("level") == wanted), "")


def _is_inside(place: str, pack: Pack) -> bool:
    """Say whether a place is in the pack's areas and another than the one that the pack is of."""
    own = _place([{"level": row.level, "name": row.name} for row in pack.areas], pack.level)
    return place != own and any(row.name == place for row in pack.areas)
