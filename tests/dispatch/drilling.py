"""A reorganisation played: orders of one matter come in while the unit that deals with it changes.

Everything goes through the doors that the platform and its people use; the clock is the story's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from open12345.dispatch.automatic import keys, lamps
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import AutomaticDispatch, Decision
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.dispatch.deciding import decided
from tests.orders.walks import RETURN, clerk, granted

#: Whom the list names for it, who may return it; and who has taken it over.
MATTER, OLD, NEW = "A0402", "enforcement", "urban"
_ROADS: Final = (
    "沪亭北路",
    "涞坊路",
    "九新公路",
    "盛龙路",
    "易富路",
    "朱龙路",
    "伴亭路",
    "涞寅路",
    "莘砖公路",
    "中心路",
    "沪松公路",
)
_DEEDS: Final = (
    ("绿地被圈起来种菜", "有人拆了护栏在绿地里种菜，草皮挖掉一大片"),
    ("绿化带里停车", "绿化带被压平当停车位，灌木都死了"),
    ("行道树被砍", "店铺嫌挡招牌，把门前的行道树砍了两棵"), ("公共绿地搭鸡棚", "公共绿地上搭了鸡棚，味道很大"),
    ("草坪堆建筑垃圾", "装修的建筑垃圾倒在草坪上，半个月没有人收"), ("花坛被改成水泥地", "花坛被填平浇了水泥"),
    ("绿篱被拔", "沿街的绿篱被人拔掉一段"),
)  # fmt: skip
_NAMES: Final = ("李秀兰", "张建国", "王志强", "陈丽华", "赵伟明", "周海燕")


@dataclass
class Day:
    """What happens to the orders of one matter while `right` is who deals with it."""

    town: Town
    right: str = OLD
    sent: list[AutomaticDispatch] = field(default_factory=list)
    said: int = 0

    def come(self, draw: float = 0.0) -> tuple[str, AutomaticDispatch]:
        """An order comes in, and the platform looks at it; return its number and what was decided."""
        self.said += 1
        road, (title, body) = _ROADS[self.said % len(_ROADS)], _DEEDS[self.said % len(_DEEDS)]
        number = self.town.register(
            category=MATTER, title=f"{road}{title}", body=f"{road}{20 + 7 * self.said}号旁，{body}，请来看看。",
            phone=f"138{self.said:08d}", name=_NAMES[self.said % len(_NAMES)],
        )  # fmt: skip
        row = decided(self.town, number, draw=draw)
        self.town.wait(minutes=2)
        if row.decision == Decision.DISPATCHED:
            self.sent.append(row)
        return number, row

    def work(self, number: str, row: AutomaticDispatch) -> AutomaticDispatch:
        """A wrong unit gives the order back; people send it to the right one, which reports."""
        went = row.unit.code if row.unit and row.decision == Decision.DISPATCHED else ""
        if went and went != self.right:
            self.town.do(clerk(went), number, "sign")
            granted(self.town, number, {**RETURN, "to": self.right}, went)
        if went != self.right:
            self.town.do("dispatcher", number, "dispatch", {"lead": self.right})
        self._report(number)
        row.refresh_from_db()
        return row

    def order(self, draw: float = 0.0) -> AutomaticDispatch:
        """An order from its arrival to the report of who deals with it."""
        return self.work(*self.come(draw))

    def _report(self, number: str) -> None:
        lead = clerk(self.right)
        self.town.do(lead, number, "sign")
        for share in self.town.order(number).assignments.filter(role="co_handler", state="waiting"):
            helper = clerk(share.unit.code)
            self.town.do(helper, number, "sign")
            self.town.do(helper, number, "submit_report", {"outcome": "solved", "fact_explanation": "已配合处理完毕"})
        for action, said in (("contact", CONTACT), ("answer", ANSWER), ("submit_report", REPORT)):
            self.town.do(lead, number, action, said)

    @property
    def closed(self) -> bool:
        """Whether everything goes again that goes to who deals with it now."""
        found = keys.known(self.town.pack, keys.keys_of(self.town.pack, MATTER, NEW))
        return all(one.standing.state is State.CLOSED for one in found.values())

    @property
    def lamp(self) -> str:
        """The lamp on the dispatch desk."""
        return lamps.lamp(self.town.pack).colour
