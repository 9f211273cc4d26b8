"""The screen's figures are those one counts by hand over the orders; what may not be shown is not there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from open12345.facts import services as facts
from open12345.orders import lists
from open12345.orders.models import WorkOrder
from open12345.orders.stages import LIVING, Stage
from open12345.screen import live, picture, usual
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.orders.walks import closed, dispatched, signed, to_callback

AREA, STREET = "310117107001", "310117107"


def shown(town: Town) -> dict[str, Any]:
    """The picture of the town's present moment."""
    picture.forget()
    usual.forget()
    return picture.draw(town.now, town.pack)


def figures(told: dict[str, Any]) -> dict[str, Any]:
    return {figure["code"]: figure["value"] for figure in told["figures"]}


def local(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment.astimezone(SHANGHAI)


def accepted_on(at: datetime, days: int, orders: Iterable[WorkOrder]) -> list[WorkOrder]:
    """Accepted on the day so many days before `at`, up to the same time of that day; counted one by one."""
    then = local(at) - timedelta(days=days)
    return [o for o in orders if o.accepted_at and o.accepted_at <= then and local(o.accepted_at).date() == then.date()]


def week_of_orders(town: Town) -> None:
    """Orders of eight days at different hours, in every stage, some of them late."""
    end = town.now = town.now + timedelta(hours=5)  # the reports tell of this morning
    for days in (7, 1, 0):
        town.now = end - timedelta(days=days, hours=2)
        for n in range(3 + days % 3):
            town.register(title=f"{days} 天前第 {n} 件", category="B0101", area=AREA)
            town.wait(minutes=50)
    town.now = end - timedelta(days=1)
    town.register(title="昨天此时之后的")
    WorkOrder.objects.filter(title="昨天此时之后的").update(accepted_at=end - timedelta(days=1) + timedelta(hours=3))
    town.now = end - timedelta(hours=1)
    signed(town, title="办理中", area=AREA)
    dispatched(town, "market", title="待签收", area="310117107002")
    to_callback(town, title="待回访")
    closed(town, title="今天结案")
    town.create("save_draft", {"body": "没有写完", "kind": "", "phone": ""})
    town.now = max(town.now, end)
    WorkOrder.objects.filter(title="办理中").update(due_at=town.now - timedelta(minutes=5))
    WorkOrder.objects.filter(title="待签收").update(due_at=town.now + timedelta(minutes=30))


@pytest.mark.function("SCR-01")
def test_the_six_figures_are_those_counted_by_hand(town: Town) -> None:
    week_of_orders(town)
    told, orders = shown(town), list(WorkOrder.objects.all())
    living = [order for order in orders if order.stage in LIVING]
    soon = town.now + timedelta(hours=2)
    assert figures(told) == {
        "accepted": len(accepted_on(town.now, 0, orders)),
        "open": len(living),
        "soon": sum(1 for o in living if o.due_at and town.now <= o.due_at <= soon),
        "late": sum(1 for o in living if o.due_at and o.due_at < town.now),
        "closed": 1,
        "satisfied": None,  # nothing was built to ask
    }
    yesterday, week = len(accepted_on(town.now, 1, orders)), len(accepted_on(town.now, 7, orders))
    assert [value for _word, value in told["figures"][0]["beside"]] == [yesterday, week]
    assert yesterday == 3  # the fourth came later that day
    assert week == 3
    assert "昨天此时之后的" not in {order.title for order in accepted_on(town.now, 1, orders)}


@pytest.mark.function("SCR-01")
def test_flow_units_and_map_add_up_to_the_figures(town: Town) -> None:
    week_of_orders(town)
    told, orders = shown(town), list(WorkOrder.objects.select_related("lead_unit", "area"))
    today = accepted_on(town.now, 0, orders)
    by_hour = Counter(local(order.accepted_at).hour for order in today)
    assert told["flow"]["accepted"] == [by_hour[hour] for hour in range(24)]
    assert sum(told["flow"]["closed"]) == figures(told)["closed"]
    living = [order for order in orders if order.stage in LIVING]
    by_unit = Counter(order.lead_unit.code for order in living if order.lead_unit)
    assert {unit["code"]: unit["open"] for unit in told["units"]} == dict(by_unit)
    late = Counter(o.lead_unit.code for o in living if o.lead_unit and o.due_at and o.due_at < town.now)
    assert {unit["code"]: unit["late"] for unit in told["late_units"]} == dict(late)
    assert late["urban"]
    assert told["map"]["level"] == "community"  # a town shows its communities
    by_area = Counter(order.area.code for order in today if order.area)
    assert {code: told_[0] for code, told_ in told["map"]["areas"].items() if told_[0]} == dict(by_area)
    everywhere = sum(one[1] for one in told["map"]["areas"].values()) + told["map"]["elsewhere"][1]
    assert everywhere == len(living)


@pytest.mark.function("SCR-01")
def test_clocks_have_the_colours_that_the_desks_show(town: Town) -> None:
    week_of_orders(town)
    told = shown(town)
    living = list(WorkOrder.objects.filter(stage__in=LIVING))
    assert sum(sum(stage[c] for c in ("green", "amber", "red", "grey")) for stage in told["clocks"]) == len(living)
    assert sum(stage["red"] for stage in told["clocks"]) == figures(told)["late"]
    waiting = [order for order in living if order.stage == Stage.ACCEPTED]
    words = {"running": "green", "amber": "amber", "red": "red"}
    desk = Counter(words[line.clock.state] for line in lists.lines(waiting, town.pack, town.now) if line.clock)
    row = next(stage for stage in told["clocks"] if stage["stage"] == Stage.ACCEPTED)
    assert {name: row[name] for name in words.values()} == {name: desk[name] for name in words.values()}


def test_a_clock_turns_red_at_its_very_moment(town: Town) -> None:
    town.register(title="刚受理")
    order = WorkOrder.objects.get()
    assert order.due_at is not None
    for away, colour in ((-1, "green"), (1, "red")):
        at = order.due_at + timedelta(seconds=away)
        told = live.colours(at, town.pack, live.living(at))["accepted"]
        assert told["red"] == (colour == "red")
        assert sum(told.values()) == 1


@pytest.mark.function("SCR-01")
def test_confidential_orders_and_doors_are_on_no_public_screen(town: Town) -> None:
    town.register(title="保密举报某处", urgency="urgent", confidential=True, area=AREA)
    town.register(title="涞亭苑12号楼301室漏水", urgency="urgent", body="住户电话13812348000，姓名李秀兰。")
    told = shown(town)
    text = json.dumps(told, ensure_ascii=False)
    assert "保密举报" not in text
    assert [order["title"] for order in told["urgent"]] == ["涞亭苑*号楼*室漏水"]
    assert "13812348000" not in text
    assert "李秀兰" not in text
    assert told["map"]["areas"] == {}
    assert figures(told)["open"] == 2  # a number tells of nobody
    areas = list(live.open_in(WorkOrder.objects.filter(confidential=True).values_list("area", flat=True)))
    assert areas == []


@pytest.mark.parametrize(
    ("title", "shown"),
    [("九杜路123弄45号301室漏水", "九杜路*弄*号*室漏水"), ("涞亭南路88号门口占道", "涞亭南路*号门口占道"),
     ("九杜路12弄3支弄7号301", "九杜路*弄*支弄*号*"), ("沪亭路12-3号噪音", "沪亭路*号噪音"),
     ("5幢2单元停水", "*幢*单元停水"),
     ("地铁9号线末班车太早", "地铁9号线末班车太早"), ("12345热线打不通", "12345热线打不通"),
     ("公交1802路不停站", "公交1802路不停站")],
)  # fmt: skip
def test_a_title_on_a_public_screen_tells_no_number_of_an_address(title: str, shown: str) -> None:
    assert live.public_title(title) == shown


@pytest.mark.function("SCR-01")
def test_a_category_is_hot_when_it_lies_above_the_same_weekday_and_hour(town: Town) -> None:
    now = town.now
    for weeks in range(1, 5):
        town.now = now - timedelta(weeks=weeks, minutes=30)
        town.register(title="平时的一件", category="B0101")
        town.register(title="平时的摊贩", category="A0101")
        town.now = now - timedelta(weeks=weeks) + timedelta(hours=6)  # later in the day: not of this hour
        for _n in range(5):
            town.register(title="晚上的", category="B0101")
    town.now = now
    facts.rebuild(now)
    for _n in range(4):
        town.register(title="今天的积水", category="B0101")
    town.register(title="今天的摊贩", category="A0101")
    hot = [(one["code"], one["value"], one["usual"], one["rises"]) for one in shown(town)["hot"]]
    assert hot == [("B0101", 4, 1.0, True), ("A0101", 1, 1.0, False)]
    usual.forget()


@pytest.mark.function("SCR-01")
def test_rates_come_from_the_facts_and_are_those_of_the_explorer(town: Town) -> None:
    closed(town, title="满意的")
    facts.rebuild(town.now)
    told = shown(town)
    assert figures(told)["satisfied"] == 100.0
    assert {rate["code"]: rate["value"] for rate in told["rates"]}["solved"] == 100.0
