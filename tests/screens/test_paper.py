"""What is printed: the record sheet of annex 2, and the flow chart drawn from the life-cycle table."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from open12345.orders.flow import drawing
from open12345.orders.flowchart import edges
from open12345.orders.stages import Stage
from open12345.text import mask_name
from tests.cast import HEARD, Town
from tests.orders.walks import UNHAPPY, dispatched, reported, to_callback
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]
FIELDS = (
    "来电日期", "工单类型", "联系人", "联系电话", "诉求地址", "诉求描述", "承办单位", "处置", "当日先联", "现场查看",
    "事实认定", "办结汇报", "答复日期", "是否满意",
)  # fmt: skip


def ticked(page: str) -> list[str]:
    """The boxes that are ticked, in the order of the sheet."""
    return re.findall(r'class="tick ticked"><span aria-hidden="true">☑</span> ([^<]+)', page)


def paper(page: str) -> str:
    """The sheet itself, without the frame around it."""
    return page.split('<article class="sheet-paper">')[1].split("</article>", maxsplit=1)[0]


@pytest.mark.function("HAN-22")
def test_the_sheet_of_a_closed_order_is_filled_in(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town, place="涞亭南路口")
    town.do("callback_agent", number, "close", HEARD)
    page = paper(at_screen("clerk.urban").open(f"/orders/{number}/sheet/"))
    assert [page.index(name) for name in FIELDS] == sorted(page.index(name) for name in FIELDS)
    assert ticked(page) == ["投诉求助", "是", "是", "是"], "kind, same day, on site, satisfied"
    for said in ("涞亭南路口", "老人推车过不去", "主办", "路口有摊贩七处", "已排定傍晚值守两周", "表示认可"):
        assert said in page
    facts = page.split(">事实认定</th>")[1].split(">办结汇报</th>")[0]
    assert "路口有摊贩七处" in facts
    assert "已排定傍晚值守两周" not in facts, "the judgement of the demand stands with the report"
    assert "签名" in page
    assert town.person("clerk.urban").name in page.split("<footer>")[1], "who printed it"


@pytest.mark.function("HAN-22")
def test_what_is_not_known_yet_is_left_to_write_on(town: Town, at_screen: AtScreen) -> None:
    page = paper(at_screen("agent").open(f"/orders/{town.register(kind='inquiry', category='P01')}/sheet/"))
    assert ticked(page) == ["咨询"]
    assert page.count('class="rule"') == 6


@pytest.mark.function("HAN-22")
def test_a_new_round_begins_with_an_empty_report(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town)
    town.do("callback_agent", number, "redispatch", {**UNHAPPY, "reason": "摊贩又回来了"})
    page = paper(at_screen("clerk.urban").open(f"/orders/{number}/sheet/"))
    assert "第 2 轮" in page
    assert "路口有摊贩七处" not in page


@pytest.mark.function("HAN-22")
def test_the_caller_is_masked_until_a_reason_is_on_record(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, name="欧阳秀兰", phone="13812348765")
    clerk = at_screen("clerk.urban")
    page = clerk.open(f"/orders/{number}/sheet/")
    assert "138****8765" in page
    assert "欧阳秀兰" not in page
    seen = town.order(number).head_seq
    refused = text_of(clerk.post(f"/orders/{number}/sheet/", {"reason": ""}, 422))
    assert "13812348765" not in refused
    assert town.order(number).head_seq == seen
    opened = paper(text_of(clerk.post(f"/orders/{number}/sheet/", {"reason": "上门核实"}, 200)))
    assert "欧阳秀兰" in opened
    assert "13812348765" in opened
    last = town.order(number).events.order_by("seq").last()
    assert last is not None
    assert (last.action, last.actor) == ("unmask", clerk_id(town))
    assert "13812348765" not in clerk.open(f"/orders/{number}/sheet/"), "shown once"


def clerk_id(town: Town) -> int | None:
    return town.person("clerk.urban").id


@pytest.mark.function("HAN-22", "INT-07")
def test_a_confidential_caller_is_on_no_handlers_sheet(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, confidential=True, name="欧阳秀兰", phone="13812348765")
    clerk = at_screen("clerk.urban")
    page = paper(clerk.open(f"/orders/{number}/sheet/"))
    for leak in ("欧", "8765", "138"):
        assert leak not in page.split(">联系人</th>")[1].split(">诉求地址</th>")[0]
    refused = text_of(clerk.post(f"/orders/{number}/sheet/", {"reason": "上门"}, 422))
    assert "8765" not in refused
    assert mask_name("欧阳秀兰") in at_screen("agent").open(f"/orders/{number}/sheet/")


@pytest.mark.function("HAN-22", "SEC-07")
@pytest.mark.parametrize("name", ["clerk.market", "clerk.c002", "watcher", "system_admin"])
@pytest.mark.parametrize("what", ["sheet", "flow"])
def test_a_stranger_prints_nothing_of_it(town: Town, at_screen: AtScreen, name: str, what: str) -> None:
    number = dispatched(town, title="九曲泾边的违建")
    stranger = at_screen(name)
    assert "九曲泾" not in stranger.open(f"/orders/{number}/{what}/", 404)
    if what == "sheet":
        assert "九曲泾" not in text_of(stranger.post(f"/orders/{number}/sheet/", {"reason": "好奇"}, 404))


@pytest.mark.function("HAN-22")
def test_the_chart_has_a_box_for_each_stage_and_an_arrow_for_each_change(town: Town, at_screen: AtScreen) -> None:
    page = at_screen("clerk.urban").open("/orders/flow/")
    assert set(re.findall(r'data-stage="([^"]+)"', page)) == set(Stage.values)
    arrows = re.findall(r'data-from="([^"]+)"\s+data-to="([^"]+)"', page)
    assert sorted(arrows) == sorted(edges())
    for words in edges().values():
        assert "、".join(words) in page


@pytest.mark.function("HAN-22")
def test_each_box_names_the_clause_it_comes_from(town: Town, at_screen: AtScreen) -> None:
    boxes = drawing(town.pack).boxes
    assert all(box.clause for box in boxes)
    named = {box.clause[:3] for box in boxes if box.clause != "自定"}
    assert named <= {"第四条", "第五条", "第六条", "第七条", "第八条"}
    page = at_screen("leader").open("/orders/flow/")
    assert "收到答复意见反馈后，在1个工作日内回访市民" in page


@pytest.mark.function("HAN-22")
def test_boxes_do_not_lie_on_each_other_and_all_is_inside_the_picture(town: Town) -> None:
    made = drawing(town.pack)
    for above, below in zip(made.boxes, made.boxes[1:], strict=False):
        assert above.y + above.height < below.y
    numbers = [float(n) for arrow in made.arrows for n in re.findall(r"[HM]([\d.]+)", arrow.path)]
    assert min(numbers) > 0
    assert max(numbers) < made.width
    lanes = [n for arrow in made.arrows for n in re.findall(r"H([\d.]+)V", arrow.path)]
    targets = {(arrow.target, re.findall(r"H([\d.]+)V", arrow.path)[0]) for arrow in made.arrows if "H" in arrow.path}
    assert len(targets) == len(set(lanes)), "each target has a lane of its own"


@pytest.mark.function("HAN-22")
def test_the_orders_own_chart_shows_where_it_stands_and_the_way_it_went(town: Town, at_screen: AtScreen) -> None:
    number = reported(town)
    town.do("reviewer", number, "send_back", {"reason": "没有写明"})
    page = at_screen("clerk.urban").open(f"/orders/{number}/flow/")
    assert re.findall(r'class="flow-box now"\s+data-stage="([^"]+)"', page) == ["handling"]
    assert set(re.findall(r'class="flow-box been"\s+data-stage="([^"]+)"', page)) == {
        "accepted",
        "dispatched",
        "review",
    }
    went = re.findall(r'class="flow-arrow went"\s+data-from="([^"]+)"\s+data-to="([^"]+)"', page)
    assert sorted(went) == sorted([
        ("[*]", "accepted"), ("accepted", "dispatched"), ("dispatched", "handling"), ("handling", "review"),
        ("review", "handling"),
    ])  # fmt: skip
