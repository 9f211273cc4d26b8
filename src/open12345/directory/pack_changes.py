"""What changes between two packs, as the pages of packs tell it: by section, the keys of the files in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LINES_SHOWN: Final = 200
"""Lines of a section that a page shows; the command line shows all."""

OPEN_UP_TO: Final = 40
"""A comparison of no more lines shows them at once, a longer one its sections with their counts."""

_KEYS: Final[Mapping[str, str]] = {
    "active": "在用", "area": "区域", "bands": "分档", "breaker": "熔断", "categories": "分类", "classes": "大类",
    "close": "下班时刻", "co_handlers": "协办", "direct": "直接答复", "extra_form": "附加表单", "facilities": "设施",
    "goals": "目标", "hours": "时段", "indicators": "指标", "items": "事项", "kind": "类别", "kind_hint": "通常类型",
    "kinds": "种类", "lead": "主办", "levels": "级别", "limits": "时限", "mechanisms": "机制", "name": "名称",
    "no_return": "不得退单", "number": "号码", "on_site_required": "须现场查看", "parent": "上级", "phone": "电话",
    "principle": "原则", "principles": "原则", "reasons": "理由", "required_fields": "必填项", "sections": "部分",
    "source": "依据", "talks": "约谈", "target": "目标值", "tell": "告知语", "territory": "属地",
    "territory_kinds": "属地单位类别", "title": "名称", "urgent_words": "紧急词", "warnings": "预警",
    "weights": "权重", "words": "词",
}  # fmt: skip
"""Keys of pack files that a page says in words, as the rest of a line is; others stand as they are."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What changes in one section of a pack: so many places, the first of them in lines, how many are left out."""

    title: str
    count: int
    lines: list[str]
    more: int


def told(changes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what `directory/changes.html` shows of `diff_sections`."""
    found = [
        Changed(section, len(lines), [in_words(line, section) for line in lines[:LINES_SHOWN]], _left(lines))
        for section, lines in changes.items()
    ]
    total = sum(one.count for one in found)
    return {"changes": found, "total": total, "at_once": total <= OPEN_UP_TO}


def _left(lines: Sequence[str]) -> int:
    return max(0, len(lines) - LINES_SHOWN)


def in_words(line: str, section: str) -> str:
    """Return a line below the title of its section: 工作时间 hours.09:00-12:00：删除 says 时段 09:00-12:00：删除."""
    place, mark, said = line.removeprefix(section).lstrip(" ：").partition("：")
    parts = place.split(".")
    known = [_KEYS.get(part, part) for part in parts]
    return f"{place if known == parts else ' '.join(known)}{mark}{said}"
