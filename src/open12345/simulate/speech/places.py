"""Places in the areas of a pack: roads, estates, crossings, schools and hospitals under invented names.

The areas are real; what stands in them here is not: names are put together from two tables, the same for the same
area whatever the seed of a run, so that a year of one town speaks of the same streets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shapely import Point
from shapely.geometry.base import BaseGeometry

from open12345.policy import AreaRow, Pack
from open12345.simulate.chance import key_of, mix

_FIRST: Final = "锦永新安康丰银金春文虹望景德仁兴盛佳柳梅桂枫荷荣祥泰和涞泗长嘉秋霞蓝碧翠云映晴"
_SECOND: Final = "亭川坊江桥园宁华泽浦林秀乐溪港塘湾和阳明平庭澜舒汀陵渡屏岚苑"
_ROADS: Final = ("路", "路", "路", "东路", "西路", "南路", "北路", "街", "支路", "大道")
_ESTATES: Final = ("苑", "花园", "新村", "雅苑", "公寓", "家园", "名邸", "小区", "佳苑", "一村", "华庭", "馨园")
_SCHOOLS: Final = ("小学", "第二小学", "实验小学", "中学", "初级中学", "幼儿园", "第二幼儿园", "外国语小学")
_HOSPITALS: Final = ("医院", "中心医院", "社区卫生服务中心", "妇幼保健院", "中医医院")
_POINTS: Final = 24
_TRIES: Final = 40
_TAILS: Final = ("居委会", "村委会", "居民委员会", "村民委员会", "办事处")


@dataclass(frozen=True, slots=True)
class Spot:
    """What one area has: names to speak of, and points to stand at."""

    area: str
    name: str
    roads: tuple[str, ...]
    estates: tuple[str, ...]
    schools: tuple[str, ...]
    hospitals: tuple[str, ...]
    points: tuple[tuple[float, float], ...]


def spot(pack: Pack, area: str) -> Spot:
    """Return the invented places of an area; an unknown one is taken as the pack's first."""
    lineage = pack.area_tree.lineage(area) or (pack.areas[0],)
    own, town = key_of(f"{pack.id}/{area}"), key_of(f"{pack.id}/{_town(lineage).code}")
    return Spot(
        area=area,
        name=spoken(lineage),
        roads=tuple(_names(own, _ROADS, 4, 1)) + tuple(_names(town, _ROADS, 5, 2)),
        estates=tuple(_names(own, _ESTATES, 6, 3)),
        schools=tuple(_names(town, _SCHOOLS, 4, 4)),
        hospitals=tuple(_names(town, _HOSPITALS, 3, 5)),
        points=tuple(_points(_outline(pack, lineage), own)),
    )


def _town(lineage: tuple[AreaRow, ...]) -> AreaRow:
    return next((row for row in lineage if row.level == "street"), lineage[-1])


def spoken(lineage: tuple[AreaRow, ...]) -> str:
    """Return the area as people call it: 亭中 for 亭中社区居委会; a grid goes by its community."""
    row = next((row for row in lineage if row.level != "grid"), lineage[0])
    name = row.name
    for tail in _TAILS:
        short = name.removesuffix(tail)
        if len(short) > 1:
            name = short
    return name


def _names(key: int, kinds: tuple[str, ...], count: int, salt: int) -> Iterator[str]:
    for number in range(count):
        luck = mix(key, salt, number)
        yield _FIRST[luck % len(_FIRST)] + _SECOND[(luck >> 8) % len(_SECOND)] + kinds[(luck >> 16) % len(kinds)]


def invented_estate(luck: int) -> str:
    """Return the name of an estate that stands nowhere."""
    return next(_names(luck, _ESTATES, 1, 3))


def _outline(pack: Pack, lineage: tuple[AreaRow, ...]) -> BaseGeometry | None:
    return next((pack.outlines.shapes[row.code].shape for row in lineage if row.code in pack.outlines.shapes), None)


def _points(outline: BaseGeometry | None, key: int) -> Iterator[tuple[float, float]]:
    """Yield points inside the outline, none where the pack knows no outline."""
    if outline is None:
        return
    west, south, east, north = outline.bounds
    found = 0
    for number in range(_POINTS * _TRIES):
        luck = mix(key, 6, number)
        x = west + (east - west) * (luck & 0xFFFFFF) / 0x1000000
        y = south + (north - south) * (luck >> 24 & 0xFFFFFF) / 0x1000000
        if outline.contains(Point(x, y)):
            yield round(x, 6), round(y, 6)
            found += 1
        if found == _POINTS:
            return
