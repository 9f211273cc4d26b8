# ruff: noqa: E501 - texts
"""A provisional maker of lives: every fate, on the town's own categories, so that players can be tested by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from open12345.policy import Pack
from open12345.policy.names import TERRITORY
from open12345.simulate.lives.steps import Dice
from open12345.simulate.shapes import Caller, Fate, Life, Request, Truth

ORDINARY = (
    Fate.SOLVED, Fate.SOLVED, Fate.SOLVED, Fate.SOLVED, Fate.SOLVED, Fate.EXPLAINED, Fate.EXPLAINED,
    Fate.RETURNED_THEN_SOLVED, Fate.EXTENDED, Fate.REDISPATCHED, Fate.UNHAPPY_REOPENED, Fate.LATE, Fate.UNREACHABLE,
    Fate.HANDED_DOWN, Fate.CO_HANDLED, Fate.ANSWERED_AT_ONCE, Fate.REFUSED, Fate.STANDING,
)  # fmt: skip
TEXTS = (
    "每天傍晚有七八个无证摊贩占用人行道，老人推车过不去，请来管一管。", "夜间十一点以后还在施工，吵得睡不着，已经第三天了。",
    "楼道里堆满杂物和电瓶车，物业说不归他们管。", "路灯坏了快两个星期，晚上走路看不见。", "垃圾房两天没有清运，天气热味道很大。",
    "想问一下居住证到期了在哪里续，要带哪些材料。", "窨井盖松动，车子开过去咣当响，担心出事。", "停车费从三百涨到五百，没有公示。",
)  # fmt: skip
MORE = ("我拍了照片。", "邻居们都有意见。", "请尽快处理，谢谢。", "联系电话13812348000。", "去年也反映过一次。", "")
ROADS = ("涞亭南路", "沪亭北路", "九新公路", "涞寅路", "易富路", "盛龙路", "朱龙路", "伴亭路")
NAMES = ("李秀兰", "张建国", "王志强", "陈丽华", "赵伟明", "周海燕")


def lives(
    pack: Pack, count: int, *, begin: datetime, until: datetime, fates: tuple[Fate, ...] = ORDINARY, seed: int = 1,
    start: int = 0, every: timedelta = timedelta(minutes=7),
) -> Iterator[Life]:  # fmt: skip
    """Yield lives in the order of time; any of them can be made without those before."""
    leaves = [row.code for row in pack.categories if pack.is_leaf(row.code) and pack.duty.find(row.code)]
    areas = [row.code for row in pack.areas]
    departments = [unit.code for unit in pack.units if unit.kind == "department"]
    communities = [unit.code for unit in pack.units if pack.unit_tree.children(unit.code) and unit.area]
    for index in range(start, start + count):
        yield _life(pack, index, begin + every * index, until, Dice(seed, index), fates, leaves, areas,
                    departments, communities)  # fmt: skip


def _life(  # noqa: PLR0917 - made once for each
    pack: Pack, index: int, at: datetime, until: datetime, dice: Dice, fates: tuple[Fate, ...], leaves: list[str],
    areas: list[str], departments: list[str], communities: list[str],
) -> Life:  # fmt: skip
    fate = fates[dice(len(fates))]
    category, area = dice.of(leaves), dice.of(areas)
    lead = pack.duty.find(category)[0].lead
    territory = pack.territory_unit(area)
    unit = (territory.code if territory else departments[0]) if lead == TERRITORY else lead
    kind = next(
        (row.kind_hint for row in pack.category_tree.lineage(category) if row.kind_hint), next(iter(pack.kinds))
    )
    if fate is Fate.HANDED_DOWN:
        unit = dice.of(communities)
    if fate is Fate.ANSWERED_AT_ONCE:
        kind = next(code for code, found in pack.kinds.items() if found.answer_directly)
    others = [code for code in departments if code != unit]
    key = dice(10_000_000)
    road = f"{dice.of(ROADS)}{1 + dice(900)}号"
    caller = Caller(key, dice.of(NAMES), f"1990{key:07d}", anonymous=dice(12) == 0, enterprise=dice(20) == 0)
    channel = dice.of(["phone", "phone", "phone", "phone", "web", "walk_in", "upper"])
    urgency = dice.of(["ordinary", "ordinary", "ordinary", "ordinary", "semi_urgent", "urgent"])
    where = area if dice(5) else ""
    located = bool(where) and key % 2  # as plans do: no point without its area
    text = f"{road}{dice.of(TEXTS)}{dice.of(MORE)}"
    request = Request(
        index, at + timedelta(seconds=dice(60)), channel, kind, urgency, category, where, road,
        121.3 + key % 97 / 1000 if located else None, 31.1 + key % 89 / 1000 if located else None,
        f"{road}{dice.of(['问题', '扰民', '咨询', '隐患'])}", text, caller,
        Truth(category, unit, f"made{dice(9)}"), foreign=f"Q{index:09d}" if channel == "upper" else "",
    )  # fmt: skip
    slow = timedelta(days=9 + dice(5)) if fate in {Fate.LATE, Fate.EXTENDED} else timedelta(hours=3 + dice(40))
    if urgency != "ordinary" and fate is not Fate.LATE:
        slow /= 8
    bad = dice(9) == 0
    return Life(
        request, fate, unit, wrong_unit=dice.of(others) if fate is Fate.RETURNED_THEN_SOLVED else "",
        co_handlers=tuple(dict.fromkeys(dice.of(others) for _ in range(1 + dice(2)))) if fate is Fate.CO_HANDLED else (),
        solved="solved", satisfied="dissatisfied" if bad else dice.of(["very_satisfied", "satisfied", "basically"]),
        sign_after=timedelta(minutes=3 + dice(90)), contact_after=timedelta(minutes=4 + dice(200)), report_after=slow,
        callback_after=timedelta(minutes=30 + dice(2000)), until=until,
    )  # fmt: skip
