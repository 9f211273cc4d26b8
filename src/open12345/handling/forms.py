"""What units and reviewers say while they handle an order."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from open12345.orders.acts import Input
from open12345.orders.inputs import Code, Line, NeededCode, NeededLine, NeededText, Text


class ContactInput(Input):
    """The first call to the citizen (003 art. 6 (1))."""

    outcome: NeededCode = Field(title="联系结果")
    at: AwareDatetime | None = Field(default=None, title="联系时间")
    note: Text = Field(default="", title="联系情况")
    late_reason: Code = Field(default="", title="超时原因")
    recording: int | None = Field(default=None, title="录音附件")


class ArriveInput(Input):
    """On the spot: when, who, where, what was found."""

    at: AwareDatetime | None = Field(default=None, title="到场时间")
    people: NeededLine = Field(title="到场人员")
    place: Line = Field(default="", title="地点")
    found: NeededText = Field(title="现场情况")
    photos: tuple[int, ...] = Field(default=(), max_length=20, title="现场照片")


class AnswerInput(Input):
    """What the citizen was told, how and when: the first of the two acts (003 art. 6)."""

    method: NeededCode = Field(title="答复方式")
    at: AwareDatetime | None = Field(default=None, title="答复时间")
    text: NeededText = Field(title="答复内容")
    warning_reason: Line = Field(default="", title="仍要这样答复的理由")


class ReportInput(Input):
    """The closing report to the centre: the second act, on the day the work is done."""

    outcome: Literal["solved", "explained", "partly", "not_solved"] = Field(title="办理结果")
    category: Code = Field(default="", title="核实分类")
    fact: Code = Field(default="", title="事实认定")
    fact_explanation: Text = Field(default="", title="事实说明")
    demand: Code = Field(default="", title="诉求认定")
    demand_explanation: Text = Field(default="", title="诉求说明")
    clause: Line = Field(default="", title="依据条款")
    on_site: bool | None = Field(default=None, title="是否现场查看")
    site_at: AwareDatetime | None = Field(default=None, title="查看时间")
    site_people: Line = Field(default="", title="查看人员")
    no_site_reason: Line = Field(default="", title="未现场查看原因")
    citizen_said: Text = Field(default="", title="市民意见")
    in_charge: Line = Field(default="", title="分管负责人")
    extra: dict[str, Any] = Field(default_factory=dict, title="专项信息")
    late_reason: Code = Field(default="", title="超时原因")
    proceed_reason: Line = Field(default="", title="不等协办的理由")
    warning_reason: Line = Field(default="", title="仍要这样写的理由")


class HandDownInput(Input):
    """To which unit below the work goes."""

    unit: NeededCode = Field(title="下级单位")
    note: Line = Field(default="", title="交办说明")


class CheckInput(Input):
    """The parent's judgement of the child's report."""

    ok: bool = Field(title="核对通过")
    note: Line = Field(default="", title="意见")


class AskVerifierInput(Input):
    """Which department is asked which question of fact."""

    unit: NeededCode = Field(title="核实单位")
    question: NeededText = Field(title="需核实的问题")


class VerifyInput(Input):
    """The answer to a question of fact."""

    text: NeededText = Field(title="核实情况")


class PassInput(Input):
    """A report that holds."""

    note: Line = Field(default="", title="审核意见")


class SendBackInput(Input):
    """A report that does not hold, and why."""

    reason: NeededLine = Field(title="退回原因")


class InstructInput(Input):
    """A leader's word on an order: for which of its units (none: the centre), and by when an answer is wanted."""

    text: NeededText = Field(title="批示内容")
    unit: Code = Field(default="", title="要求哪个单位")
    reply_by: AwareDatetime | None = Field(default=None, title="回复期限")


class AnswerInstructionInput(Input):
    """What was done about it."""

    text: NeededText = Field(title="回复内容")
