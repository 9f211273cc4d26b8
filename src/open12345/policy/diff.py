"""What would change between two packs, in lines that a person reads (`diff_packs`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .outlines import changed_outlines
from .problems import show
from .schema import Pack

SECTIONS: Final[Mapping[str, str]] = {
    "id": "规则包代码",
    "title": "名称",
    "title_en": "名称（英文）",
    "short_title": "简称",
    "level": "层级",
    "hotline": "热线号码",
    "area_code": "行政区划代码",
    "synthetic": "含示意数据",
    "synthetic_notice": "示意数据提示",
    "synthetic_notice_en": "示意数据提示（英文）",
    "sources": "依据",
    "text_not_published": "未公开文本",
    "number": "工单编号",
    "work": "工作时间",
    "days": "特殊日",
    "channels": "受理渠道",
    "kinds": "诉求类型",
    "urgencies": "紧急程度",
    "order_types": "工单类别",
    "emergency": "紧急号码",
    "refusals": "不予受理理由",
    "articles": "各阶段依据的条款",
    "units": "单位",
    "areas": "区域",
    "outlines": "区域轮廓",
    "categories": "分类",
    "duty": "首接负责清单",
    "dispatching": "智能派单",
    "review": "审核",
    "archive_after": "归档期限",
    "clocks": "时限",
    "co_handler_share": "协办时限比例",
    "child_reserve": "下级预留时间",
    "verifier_within": "核实时限",
    "applications": "申请",
    "closing": "办结规则",
    "callback": "回访规则",
    "english": "英文名称",
    "words": "词表",
    "lines": "热线归并",
    "frontline": "一线通达",
    "supervision": "督办与预警",
    "appraisal": "考核指标",
    "reports": "报告",
}
"""Chinese names of the fields of a pack."""

_KEYS: Final = ("code", "date", "effective_from", "kind", "number")
"""What tells the items of a list apart, so that a moved item is not a changed one."""

_TITLES: Final = ("title", "name", "number")
_SHOWN = 60


def diff_packs(before: Pack, after: Pack) -> list[str]:
    """Return one line for each thing that `after` adds, removes or changes.

    Empty for equal packs.
    """
    return [line for lines in diff_sections(before, after).values() for line in lines]


def diff_sections(before: Pack, after: Pack) -> dict[str, list[str]]:
    """Return the lines of `diff_packs` by the section of the pack that they speak of, equal sections left out."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    found = {section: list(_diff(section, (), old[name], new[name])) for name, section in SECTIONS.items()}
    found[SECTIONS["outlines"]] = list(changed_outlines(before.outlines, after.outlines))
    return {section: lines for section, lines in found.items() if lines}


def _diff(section: str, loc: tuple[str, ...], old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    old_items, new_items = _keyed(old), _keyed(new)
    if old_items is None or new_items is None:
        whole = "新增" if old is None and new_items else "删除" if new is None and old_items else ""
        yield f"{_place(section, loc)}：{whole or _pair(old, new)}"
        return
    for key in dict.fromkeys([*old_items, *new_items]):
        place = (*loc, key)
        if key not in new_items:
            yield f"{_place(section, place)}：删除{_called(old_items[key])}"
        elif key not in old_items:
            yield f"{_place(section, place)}：新增{_called(new_items[key])}"
        else:
            yield from _diff(section, place, old_items[key], new_items[key])
    if isinstance(old, list):  # the order of names says nothing, and is not kept with a stored pack
        yield from _moved(section, loc, list(old_items), list(new_items))


def _keyed(value: Any) -> dict[str, Any] | None:
    """Return the parts of a mapping or of a list whose items can be told apart.

    Nothing else has parts.
    """
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if key != "position"}
    if not isinstance(value, list):
        return None
    if all(isinstance(item, str) for item in value) and len(set(value)) == len(value):
        return {item: item for item in value}
    return _by_key(value)


def _by_key(items: Sequence[Any]) -> dict[str, Any] | None:
    for key in _KEYS:
        if all(isinstance(item, Mapping) and key in item for item in items):
            found = {str(item[key]): item for item in items}
            return found if len(found) == len(items) else None
    return None


def _moved(section: str, loc: tuple[str, ...], old: list[str], new: list[str]) -> Iterator[str]:
    there, before = set(new), set(old)
    if [key for key in old if key in there] != [key for key in new if key in before]:
        yield f"{_place(section, loc)}：次序改变"


def _place(section: str, loc: Sequence[str]) -> str:
    return f"{section} {show(loc)}" if loc else section


def _called(value: Any) -> str:
    if isinstance(value, Mapping):
        title = next((value[key] for key in _TITLES if value.get(key)), "")
        return f" {title}" if title else f" {_value(value)}"
    return ""


def _value(value: Any) -> str:
    return _cut(_text(value), 0)


def _pair(old: Any, new: Any) -> str:
    """Both values; long ones are cut around where they begin to differ, or they would read the same."""
    before, after = _text(old), _text(new)
    both = zip(before, after, strict=False)
    alike = next((place for place, (one, other) in enumerate(both) if one != other), min(len(before), len(after)))
    return f"{_cut(before, alike)} → {_cut(after, alike)}"


def _text(value: Any) -> str:
    """A value as people write it, not as Python does."""
    if value is None or value in ("", [], {}):
        return "（无）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "，".join(f"{key} {_text(item)}" for key, item in value.items() if item not in (None, "", [], {}))
    if isinstance(value, list):
        return "；".join(map(_text, value))
    return str(value).replace("\n", " ")


def _cut(text: str, at: int) -> str:
    """The part of a long text around a place in it."""
    if len(text) <= _SHOWN:
        return text
    begin = min(max(0, at - _SHOWN // 3), len(text) - _SHOWN + 1) if at > _SHOWN // 2 else 0
    head, tail = "…" if begin else "", "…" if begin + _SHOWN - 1 < len(text) else ""
    return f"{head}{text[begin : begin + _SHOWN - 1]}{tail}"
