"""Which column of a foreign table is which element of an order: as told, else guessed from its heading (INT-13)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from open12345.intake.forms import OrderInput
from open12345.intake.table import Table, TableError
from open12345.text import normalise

#: Two elements that are no part of an order's input: the row's own number, and when it was said.
ROW_ID: Final = "id"
ASKED_AT: Final = "asked_at"

#: Element → the headings by which it goes, besides its own name and its title on the desk.
ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    field: tuple(names.split())
    for field, names in {
        ROW_ID: "编号 序号 留言编号 诉求编号 记录编号 no number row_id",
        ASKED_AT: "受理时间 来电时间 诉求时间 留言时间 反映时间 登记时间 日期 created_at date time",
        "title": "诉求标题 主题 留言主题 工单标题 subject headline",
        "body": "诉求内容 内容 诉求 留言内容 留言详情 详情 正文 反映内容 来电内容 问题描述 工单内容"
        " content description text message complaint",
        "name": "来电人 姓名 诉求人 反映人 市民姓名 来电人姓名 留言用户 联系人姓名 caller contact",
        "phone": "电话 手机 手机号 手机号码 来电号码 来电电话 联系方式 电话号码 mobile tel telephone",
        "id_number": "身份证 身份证号 身份证号码 证件号 id_card",
        "address": "住址 家庭住址 联系人地址 通讯地址 home_address",
        "place": "地址 地点 事发地址 发生地址 事发地点 问题地址 发生地点 详细地址 location",
        "category": "分类 类别 问题分类 诉求类别 事项分类 内容分类 一级标签 一级分类 label",
        "kind": "类型 工单类型 诉求性质 业务类型 type",
        "channel": "渠道 来源渠道 诉求渠道 受理方式 source_channel",
        "urgency": "紧急 紧急度 缓急程度 priority",
        "area": "区域 所属街镇 街镇 社区 居委 居委会 所属社区 网格 district",
        "order_type": "单据类型 工单性质",
        "anonymous": "是否匿名 匿名来电",
        "confidential": "是否保密 信息保密 要求保密",
        "enterprise": "企业 是否企业 是否企业诉求",
        "foreign_number": "上级编号 上级工单号 上级工单编号 来源工单号 市工单号 热线工单号 12345工单号 ticket",
        "foreign_system": "上级平台 来源系统",
        "upper_due_at": "要求办结时间 办理期限 截止时间 截止日期 上级时限 办结期限 due due_at deadline",
        "origin": "来源 层级",
        "call_ref": "话务编号 录音编号 通话编号",
    }.items()
}

#: What a file of rejected rows has before its own columns; passed over when it comes back mended.
REJECT_HEADS: Final = ("行号", "出错字段", "原因", "如何改正")

_FILLING: Final = re.compile(r"[\s_*＊:：\-]+|[（(【\[].*?[）)】\]]")


def fields() -> dict[str, str]:
    """Return every element that a column may be, with its Chinese title on the desk."""
    own = {name: str(info.title) for name, info in OrderInput.model_fields.items() if name != "same_call_as"}
    return {ROW_ID: gettext_noop("来源编号"), ASKED_AT: gettext_noop("诉求时间"), **own}


def titles() -> dict[str, str]:
    """Return what the elements are called in the reader's language; columns are recognised by the Chinese."""
    return {name: _(title) if title else "" for name, title in fields().items()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Element → place of its column; how each was found; the headings nobody takes."""

    places: Mapping[str, int]
    guessed: frozenset[str]
    unknown: tuple[str, ...]

    def told(self, table: Table) -> dict[str, str]:
        """Return element → heading, for people."""
        return {field: table.heads[place] for field, place in self.places.items()}


def map_columns(table: Table, told: Mapping[str, str]) -> Columns:
    """Return which column is what: `told` (element → heading or #position) goes before guessing.

    Raises `TableError` for an element or heading that does not exist, for a heading that stands twice, and where no
    column holds the words of the complaint.
    """
    places = {field: _place(table, field, column) for field, column in told.items()}
    guessed = _guess(table, taken=set(places.values()), known=frozenset(places))
    found = {**guessed, **places}
    if "body" not in found:
        heads = "、".join(head or f"#{n + 1}" for n, head in enumerate(table.heads[:20]))
        raise TableError(
            _("看不出哪一列是诉求内容；表头：%(heads)s") % {"heads": heads}, _("请用 --map body=列名（或 body=#3）说明")
        )
    unknown = [h for n, h in enumerate(table.heads) if n not in found.values() and h and h not in REJECT_HEADS]
    return Columns(found, frozenset(guessed), tuple(unknown))


def _place(table: Table, field: str, column: str) -> int:
    if field not in fields():
        known = "、".join(f"{name}（{title}）" for name, title in titles().items())
        raise TableError(_("没有“%(field)s”这个字段") % {"field": field}, _("可用：%(list)s") % {"list": known})
    if position := re.fullmatch(r"#(\d+)", column):
        place = int(position[1]) - 1
        if 0 <= place < len(table.heads):
            return place
    same = [n for n, head in enumerate(table.heads) if _plain(head) == _plain(column)]
    if len(same) == 1:
        return same[0]
    if same:
        places = "、".join(f"#{n + 1}" for n in same)
        raise TableError(
            _("表头“%(head)s”出现多次") % {"head": column}, _("请改用位置：%(places)s") % {"places": places}
        )
    heads = "、".join(table.heads[:20])
    raise TableError(_("表里没有“%(head)s”这一列") % {"head": column}, _("现有：%(heads)s") % {"heads": heads})


def _guess(table: Table, *, taken: set[int], known: frozenset[str]) -> dict[str, int]:
    """Return the columns whose heading says what they are; a heading that stands twice says nothing."""
    wanted = _headings()
    found: dict[str, int] = {}
    for place, head in enumerate(table.heads):
        field = wanted.get(_plain(head))
        if field is None or field in known or field in found or place in taken or head in REJECT_HEADS:
            continue
        if head in table.doubled:
            raise TableError(
                _("表头“%(head)s”出现多次，不知道用哪一列") % {"head": head},
                _("请改表头，或用 --map %(field)s=#%(place)s 指定位置") % {"field": field, "place": place + 1},
            )
        found[field] = place
    return found


def _headings() -> dict[str, str]:
    """Return heading → element; a field's own name and title go before the aliases of others."""
    aliases = {_plain(alias): field for field, names in ALIASES.items() for alias in names}
    named = {_plain(title): field for field, title in fields().items()}
    return {**aliases, **named, **{_plain(field): field for field in fields()}}


def _plain(head: str) -> str:
    return _FILLING.sub("", normalise(head)).casefold()
