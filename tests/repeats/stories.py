"""Orders as people tell them, put into the index as the job would."""

from __future__ import annotations

from typing import Any

from open12345.orders.models import WorkOrder
from open12345.repeats import services
from tests.cast import Town

LETTER = (
    "我们是映陵雅苑的业主，小区北门外的工地连续一个星期夜间浇筑混凝土到天亮，噪声很大，老人孩子都睡不好，"
    "多次向工地反映没有结果，要求有关部门立即制止夜间施工，并公开施工许可的时间范围，给全体业主一个说法"
)
LAMP = "来电人反映泰亭西路69弄映陵雅苑门口的路灯已经三天不亮，晚上出行很不方便，请尽快修理"


def order_of(town: Town, **said: Any) -> WorkOrder:
    """Take an order in and index it."""
    number = town.register(**said)
    order = town.order(number)
    services.index_order(order.pk)
    return order


def phone(person: int) -> str:
    """The phone of an invented person."""
    return f"138123{person:05d}"
