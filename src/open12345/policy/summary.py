"""What a pack holds, in numbers: for programs (`summarise`) and in lines that a person reads (`tell`)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .names import AREA_LEVELS
from .schema import Pack
from .trees import depth

_UNITS: Final[Mapping[str, str]] = {
    "centre": "中心",
    "district": "区县",
    "department": "部门",
    "street": "街道",
    "town": "镇",
    "firm": "企业",
    "committee": "管委会",
    "community": "居村",
    "station": "工作站",
}
_AREAS: Final[Mapping[str, str]] = dict(
    zip(map(str, AREA_LEVELS), ("省", "市", "区县", "街镇", "居村", "网格"), strict=True)
)


def summarise(pack: Pack) -> dict[str, Any]:
    """Return what a pack holds, in numbers."""
    return {
        "id": pack.id,
        "title": pack.title,
        "digest": pack.digest,
        "units": len(pack.units),
        "units_by_kind": _count(_UNITS, (unit.kind for unit in pack.units)),
        "areas": len(pack.areas),
        "areas_by_level": _count(_AREAS, (area.level for area in pack.areas)),
        "categories": len(pack.categories),
        "categories_by_depth": category_levels(pack),
        "leaves": len(pack.category_tree.leaves()),
        "duty_classes": len(pack.duty.classes),
        "duty_items": len(pack.duty.items),
        "clocks": len(pack.clocks),
        "applications": len(pack.applications),
        "channels": len(pack.channels),
        "sensitive_words": sum(len(group.words) for group in pack.words.sensitive),
        "accounts": pack.frontline.accounts if pack.frontline else 0,
        "supervision_levels": len(pack.supervision.levels),
        "mechanisms": len(pack.supervision.mechanisms),
        "warning_kinds": len(pack.supervision.warnings),
        "indicators": len(pack.appraisal.indicators),
        "weight_sets": len(pack.appraisal.weights),
        "reports": len(pack.reports.kinds),
        "text_not_published": len(pack.text_not_published),
        "synthetic": pack.synthetic,
    }


def category_levels(pack: Pack) -> list[int]:
    """Return how many categories stand on each level of the tree, the top first."""
    found = Counter(depth(pack.category_tree, code) for code in pack.category_tree)
    return [found[level] for level in sorted(found)]


def tell(pack: Pack) -> list[str]:
    """Say what a pack without mistakes holds."""
    said = summarise(pack)
    levels = " / ".join(map(str, said["categories_by_depth"]))
    words = said["sensitive_words"]
    lines = [
        f"{pack.id} {pack.title}：没有错误。摘要 {pack.digest[:12]}",
        f"  单位 {said['units']}（{_listed(_UNITS, said['units_by_kind'])}）",
        f"  区域 {said['areas']}（{_listed(_AREAS, said['areas_by_level'])}）",
        f"  分类 {said['categories']}（各级 {levels}，末级 {said['leaves']}）",
        f"  首接负责清单 {said['duty_classes']} 类 {said['duty_items']} 项",
        f"  渠道 {said['channels']}，时限 {said['clocks']}，申请 {said['applications']}，敏感词 {words}",
        f"  督办 {said['supervision_levels']} 级，机制 {said['mechanisms']} 种，预警 {said['warning_kinds']} 种",
        f"  指标 {said['indicators']} 项，权重 {said['weight_sets']} 版，报告 {said['reports']} 种",
    ]
    if pack.frontline:
        lines.append(f"  {pack.frontline.title}账号 {said['accounts']} 个")
    if pack.lines:
        lines.append(f"  归并热线 {pack.lines.merged} 条，座席 {pack.lines.seats} 个，话务员 {pack.lines.agents} 名")
    lines += [f"  未公开文本：{text}" for text in pack.text_not_published]
    return [*lines, f"  {pack.synthetic_notice}"] if pack.synthetic else lines


def _count(known: Mapping[str, str], words: Iterable[str]) -> dict[str, int]:
    found = Counter(words)
    return {word: found[word] for word in known if found[word]}


def _listed(titles: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    return "，".join(f"{titles[word]} {number}" for word, number in numbers.items())
