"""The demo's invented complaints in the words of the default tree, and invented estates in real communities."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts.packs.places import Area
from scripts.packs.tree import Type

#: The town's categories → items of the default tree; a complaint whose category is not here is left out.
SAME: Final = {
    "D0201": "群租", "D0202": "出租屋隐患", "A0101": "占道摆摊", "A0102": "店外经营", "A0103": "公共场所堆物",
    "A0201": "暴露垃圾", "A0202": "垃圾清运不及时", "A0203": "垃圾分类投放点", "A03": "道路不洁", "A0401": "树木养护",
    "A0402": "毁绿占绿", "A0501": "非法张贴小广告", "A0502": "广告招牌破损", "A06": "公共厕所", "B0101": "道路破损",
    "B0102": "道路积水", "B02": "无主井盖", "B03": "路灯", "B0401": "架空线缆损坏", "B05": "健身设施",
    "C0101": "施工噪音", "C0102": "商业经营红线内噪声", "C0103": "广场舞扰民", "C0201": "餐饮油烟污染",
    "C0202": "工业废气", "C0301": "河道污染", "C0401": "停水与水压", "C0404": "下水道堵塞或破损",
    "D0101": "违法在建建筑", "D0102": "违法已建建筑", "D0301": "渗漏与开裂", "E0101": "机动车乱停放",
    "E0102": "共享单车堆积", "E0103": "停车收费", "E0104": "停车位不足", "E0202": "标志标线不清", "E04": "小区充电设施",
    "F0101": "消防通道堵塞", "F0103": "电动车存放消防隐患", "F02": "燃气泄漏", "F04": "高空坠物",
    "G0102": "劳动报酬纠纷", "G03": "养老保险", "H0101": "退换货争议", "H0102": "预付卡退费", "H0201": "餐饮卫生",
    "H0202": "食品质量", "H04": "计量短缺", "J0101": "入学与划片", "J0102": "校外培训退费", "K0302": "不文明养犬",
    "K04": "邻里纠纷",
    "K05": "违规燃放烟花爆竹", "L0101": "物业服务质量", "L0102": "物业收费", "L0103": "小区停车管理",
    "L0104": "小区保洁与绿化", "L0201": "业委会选举与换届", "L0202": "维修资金", "L0301": "电梯故障",
    "L0302": "楼道照明与门禁", "L04": "楼道堆物", "L05": "居民自治", "M01": "低保", "M02": "助餐点", "N01": "公共文化",
    "P01": "居住证", "P0201": "服务态度", "P0202": "不作为慢作为", "Q": "其他诉求",
}  # fmt: skip
#: What only the town says, and what is said instead.
INSTEAD: Final = (("62112345", "12345"), ("便民服务专线", "12345热线"))
PLACES: Final = 30
_ESTATES: Final = ("新苑", "佳园", "雅居", "花苑", "公寓", "名邸")
_ROADS: Final = ("东路", "西路", "南路", "北路", "中路")


def files(types: list[Type], areas: list[Area], kept: set[str], town: Path) -> Iterator[tuple[str, str]]:
    """Yield the demo's two files."""
    yield "demo/complaints.csv", _complaints(types, town / "complaints.csv")
    yield "demo/places.csv", _places(areas, kept)


def _complaints(types: list[Type], town: Path) -> str:
    codes = {item.title: item.code for one in types for group in one.groups for item in group.items}
    with town.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row["category"] in SAME:
            said = {name: _instead(text) for name, text in row.items()}
            writer.writerow({**said, "category": codes[SAME[row["category"]]]})
    return out.getvalue()


def _instead(text: str) -> str:
    for old, new in INSTEAD:
        text = text.replace(old, new)
    return text


def _places(areas: list[Area], kept: set[str]) -> str:
    """Name an invented estate and road in some communities, spread evenly over the table.

    Where the pack stops above the communities (`kept`), the place lies in the area above.
    """
    communities = [area for area in areas if area.level == "community" and "虚拟" not in area.name]
    step = max(1, len(communities) // PLACES)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("estate", "road", "area"))
    for place, area in enumerate(communities[::step][:PLACES]):
        name = area.name
        for tail in ("居民委员会", "居委会", "村委会", "社区"):
            name = name.removesuffix(tail)
        name = re.sub(r"(第?[一二三四五六七八九十]+)?(居|村|路)?$", "", name) or name
        estate, road = _ESTATES[place % len(_ESTATES)], _ROADS[place % len(_ROADS)]
        writer.writerow((f"{name}{estate}", f"{name}{road}", area.code if area.code in kept else area.parent))
    return out.getvalue()
