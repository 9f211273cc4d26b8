"""What is asked when an order is taken in; the same input for desk, API and import."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from open12345.orders.acts import Input
from open12345.orders.inputs import Code, Latitude, Line, Longitude, NeededCode, NeededStory, NeededText, Story

UrgencyCode = Literal["urgent", "semi_urgent", "ordinary"]
OriginCode = Literal["own", "upper", "lower"]


class DraftInput(Input):
    """An order that is still being written: nothing is compulsory, nothing is lost."""

    channel: Code = Field(default="phone", title="受理渠道")
    kind: Code = Field(default="", title="诉求类型")
    category: Code = Field(default="", title="诉求分类")
    urgency: UrgencyCode = Field(default="ordinary", title="紧急程度")
    order_type: Code = Field(default="ordinary", title="工单种类")
    area: Code = Field(default="", title="所属区域")
    place: Line = Field(default="", title="诉求地址")
    longitude: Longitude | None = Field(default=None, title="经度", description="Of the matter; with the latitude.")
    latitude: Latitude | None = Field(default=None, title="纬度")
    title: Line = Field(default="", title="标题")
    body: Story = Field(default="", title="诉求描述")
    name: Line = Field(default="", title="联系人")
    phone: Line = Field(default="", title="联系电话")
    id_number: Line = Field(default="", title="证件号码")
    address: Line = Field(default="", title="联系地址")
    anonymous: bool = Field(default=False, title="匿名")
    confidential: bool = Field(default=False, title="保密")
    enterprise: bool = Field(default=False, title="企业诉求")
    origin: OriginCode = Field(default="own", title="来源层级")
    foreign_system: Code = Field(default="", max_length=32, title="来源平台")
    foreign_number: Code = Field(default="", title="来源平台编号")
    upper_due_at: AwareDatetime | None = Field(default=None, title="上级要求办结时间")
    call_ref: Code = Field(default="", title="来电编号")
    same_call_as: Code = Field(default="", title="同一来电的工单")


class OrderInput(DraftInput):
    """A complete order: what was said and of which kind; who said it unless anonymous."""

    kind: NeededCode = Field(title="诉求类型")
    body: NeededStory = Field(title="诉求描述")


class AmendInput(Input):
    """Elements corrected before dispatch; what is left out stays."""

    category: Code | None = Field(default=None, title="诉求分类")
    kind: NeededCode | None = Field(default=None, title="诉求类型")
    urgency: UrgencyCode | None = Field(default=None, title="紧急程度")
    area: Code | None = Field(default=None, title="所属区域")
    confidential: bool | None = Field(default=None, title="保密")
    reason: Line = Field(default="", title="更正说明")


class DirectAnswerInput(Input):
    """An answer given at once, by the agent."""

    text: NeededText = Field(title="答复内容")
    method: Literal["phone", "message", "letter", "in_person"] = Field(default="phone", title="答复方式")


class RefuseInput(Input):
    """Not accepted: the reason is told patiently (003 art. 5 (3))."""

    reason: NeededCode = Field(title="不予受理原因")
    told: NeededText = Field(title="告知内容")


class Part(Input):
    """One matter of several in the same words."""

    body: NeededStory = Field(title="诉求描述")
    title: Line = Field(default="", title="标题")
    kind: Code = Field(default="", title="诉求类型")
    category: Code = Field(default="", title="诉求分类")
    urgency: UrgencyCode | None = Field(default=None, title="紧急程度")
    area: Code = Field(default="", title="所属区域")


class SplitInput(Input):
    """The matters that become orders of their own; the rest stays."""

    parts: tuple[Part, ...] = Field(min_length=1, max_length=9, title="拆出的诉求")


class MergeInput(Input):
    """Into which order of the same caller this one goes."""

    into: NeededCode = Field(title="并入工单")
    reason: Line = Field(default="", title="并单说明")


class RelateInput(Input):
    """Another order about the same matter; each is answered and counted."""

    other: NeededCode = Field(title="相关工单")


class UrgeInput(Input):
    """What the caller adds when they call again about an open order."""

    text: NeededText = Field(title="催办内容")
    call_ref: Code = Field(default="", title="来电编号")


class NothingInput(Input):
    """Nothing more to say."""
