"""What a dispatcher says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from open12345.orders.acts import Input
from open12345.orders.inputs import Code, Line, NeededLine


class DispatchInput(Input):
    """To whom the order goes; left empty, the lead of the duty list."""

    lead: Code = Field(default="", title="主办单位")
    co_handlers: tuple[Code, ...] = Field(default=(), max_length=10, title="协办单位")
    in_copy: tuple[Code, ...] = Field(default=(), max_length=10, title="抄送单位")
    direct: bool = Field(default=False, title="直派末级（中间各级抄送）")
    responsibility: Literal["", "first_asked", "designated", "fallback"] = Field(default="", title="责任制")
    no_return: bool | None = Field(default=None, title="不得退单")
    reason: Line = Field(default="", title="派单说明")


class TakeBackInput(Input):
    """Why an order is taken back from its unit."""

    reason: NeededLine = Field(title="收回原因")
