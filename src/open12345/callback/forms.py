"""What the callback agent hears."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from open12345.orders.acts import Input
from open12345.orders.inputs import Code, Line, NeededLine, Text


class AttemptInput(Input):
    """A call that led to no talk."""

    outcome: Literal["no_answer", "busy", "powered_off", "wrong_number", "hung_up"] = Field(title="呼叫结果")
    at: AwareDatetime | None = Field(default=None, title="呼叫时间")
    note: Line = Field(default="", title="备注")


class Heard(Input):
    """The citizen's answers to the script."""

    contacted: Code = Field(default="", title="单位是否联系过")
    truthful: Code = Field(default="", title="答复是否属实")
    solved: Code = Field(default="", title="是否解决")
    satisfied: Code = Field(default="", title="对结果是否满意")
    process_satisfied: Code = Field(default="", title="对过程是否满意")
    cause: Code = Field(default="", title="不满意原因")
    wish: Text = Field(default="", title="还有什么要求")


class CloseInput(Heard):
    """How the callback ended."""

    ended: Literal["connected", "unreachable", "anonymous"] = Field(default="connected", title="回访方式")


class CheckAnswerInput(Input):
    """What a call about an order that was answered at once found."""

    ended: Literal["connected", "unreachable"] = Field(default="connected", title="回访方式")
    heard: Literal["", "yes", "partly", "no"] = Field(default="", title="是否得到清楚的答复")
    solved: Code = Field(default="", title="是否解决")
    satisfied: Code = Field(default="", title="对结果是否满意")
    cause: Code = Field(default="", title="不满意原因")
    wish: Text = Field(default="", title="还有什么要求")


class RedispatchInput(Heard):
    """Not solved, or badly done: a new round; the unit stays unless another is named."""

    reason: NeededLine = Field(title="重新派单原因")
    lead: Code = Field(default="", title="主办单位")
    co_handlers: tuple[Code, ...] = Field(default=(), max_length=10, title="协办单位")


class UpperCloseInput(Input):
    """What the platform above found when it called back."""

    solved: Code = Field(default="", title="是否解决")
    satisfied: Code = Field(default="", title="是否满意")
    note: Line = Field(default="", title="上级意见")


class ReopenInput(Input):
    """Why an ended order begins again, and where."""

    reason: NeededLine = Field(title="重启原因")
    lead: Code = Field(default="", title="主办单位")


class UpperReopenInput(ReopenInput):
    """The platform above wants another round, as a rule by a new date."""

    upper_due_at: AwareDatetime | None = Field(default=None, title="上级要求办结时间")


class ArchiveInput(Input):
    """Nothing to say: the time without an open appeal is over."""
