"""The intake desk: drafts, several orders from one call, urging, callers without a name, what is not accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import localtime

from open12345.directory.models import AccessLog
from open12345.orders.models import Link, WorkOrder
from open12345.orders.stages import LinkKind
from tests.cast import Town
from tests.orders.walks import dispatched
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]
CALL = {
    "body": "九里亭门口路灯不亮三天了，晚上老人摔跤。", "kind": "complaint_help", "category": "A0202",
    "name": "李秀兰", "phone": "13812348000",
}  # fmt: skip


def only() -> WorkOrder:
    return WorkOrder.objects.select_related("requester").get()


@pytest.mark.function("INT-03")
def test_a_draft_is_saved_half_full_resumed_and_submitted(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    agent.fill(
        "/intake/new/", {"body": "电话断了，只记到路灯不亮。打13912345678找我", "phone": "13812348000", "draft": "1"}
    )
    number = only().number
    assert only().stage == "draft"
    assert number in agent.open("/intake/")
    page = agent.open(f"/intake/drafts/{number}/")
    assert "打13912345678找我" in page, "its author goes on with what was typed"
    assert 'value="13812348000"' in page
    refused = agent.fill(f"/intake/drafts/{number}/", {"place": "九里亭"}, status=422)
    assert "必填" in text_of(refused), "what is missing is told when it is submitted"
    assert town.order(number).place == "九里亭", "and what was typed is kept"
    agent.fill(f"/intake/drafts/{number}/", {"kind": "complaint_help"})
    assert town.order(number).stage == "accepted"
    assert number not in agent.open("/intake/").split("我登记的")[0].split("暂存")[-1]
    assert AccessLog.objects.filter(act="draft.open", object=f"order:{number}").exists()


def test_a_draft_of_somebody_else_does_not_exist(town: Town, at_screen: AtScreen) -> None:
    number = town.create("save_draft", {"body": "别人没写完的事"}).number
    for name in ("agent2", "dispatcher", "supervisor", "leader"):
        browser = at_screen(name)
        assert browser.client.get(f"/orders/{number}/").status_code == 404
        assert browser.client.get(f"/intake/drafts/{number}/").status_code == 404
        assert "别人没写完的事" not in browser.open("/orders/?state=all")


def test_a_draft_may_be_given_up(town: Town, at_screen: AtScreen) -> None:
    number = town.create("save_draft", {"body": "打错了"}).number
    at_screen("agent").do(number, "discard")
    assert town.order(number).stage == "cancelled"


@pytest.mark.function("INT-06")
def test_one_call_becomes_several_orders_of_one_caller(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    done = agent.fill("/intake/new/", CALL).headers["Location"]
    first = only()
    assert first.number in agent.open(done)
    second = f"/intake/new/?same_call_as={first.number}"
    page = agent.open(second)
    assert "138****8000" in page
    assert "13812348000" not in page
    fields = agent.fields(page) | {"body": ["还有一件：垃圾没人收"], "kind": ["complaint_help"], "category": ["A0202"]}
    agent.post("/intake/new/", dict(fields))
    other = WorkOrder.objects.exclude(pk=first.pk).get()
    assert other.requester_id == first.requester_id
    assert Link.objects.filter(order=other, other=first, kind=LinkKind.SAME_CALL).exists()
    assert first.number in agent.open(f"/orders/{other.number}/")


@pytest.mark.function("INT-06")
def test_an_order_is_split_into_its_matters_and_merged_into_another(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    agent = at_screen("agent")
    agent.do(
        number, "split", {"parts.0.body": "第一件：垃圾", "parts.2.body": "第二件：噪声", "parts.2.category": "C0103"}
    )
    parts = list(WorkOrder.objects.exclude(number=number).order_by("pk"))
    assert [part.body for part in parts] == ["第一件：垃圾", "第二件：噪声"]
    assert parts[1].category == "C0103"
    agent.do(parts[1].number, "merge", {"into": number})
    assert town.order(parts[1].number).stage == "cancelled"
    assert number in agent.open(f"/orders/{parts[1].number}/")


def test_a_mistake_in_a_row_stands_at_that_row(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    answer = at_screen("agent").do(
        number, "split", {"parts.1.title": "只有标题", "parts.3.body": "有内容的"}, status=422
    )
    kept = at_screen("agent").fields(text_of(answer), f"/orders/{number}/do/split/")
    assert kept["parts.0.title"] == ["只有标题"], "filled rows are moved up"
    assert kept["parts.1.body"] == ["有内容的"]
    wrong = text_of(answer).split('name="parts.0.body"')[1].split("</div>")[0]
    assert "必填" in wrong


@pytest.mark.function("INT-07")
def test_an_anonymous_caller_leaves_nothing_and_a_missing_phone_is_asked_for(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    refused = text_of(agent.fill("/intake/new/", {**CALL, "phone": "", "name": ""}, status=422))
    assert "请填写联系电话，或勾选“匿名”" in refused
    assert CALL["body"] in refused
    agent.fill("/intake/new/", {**CALL, "anonymous": "on"})
    order = only()
    assert order.requester.anonymous
    assert order.requester.phone is None
    assert "匿名" in agent.open(f"/orders/{order.number}/")


def test_nobody_urges_for_the_order_of_another_phone(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, phone="13812348000")
    said = {"urge": number, "phone": "13911112222", "body": "快点办", "key": "k1"}
    answer = at_screen("agent").client.post("/intake/new/", said)
    assert answer.status_code == 422
    assert "不是这个电话的" in text_of(answer)
    assert town.order(number).urges == 0


@pytest.mark.function("INT-09")
def test_a_known_caller_is_urged_for_instead_of_registered_again(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, title="路口摊贩", phone="13812348000")
    ended = town.register(title="已经不办的", phone="13812348000")
    town.do("agent", ended, "refuse", {"reason": "outside_area", "told": "请拨打12345"})
    town.register(title="别人的事", phone="13700001111")
    agent = at_screen("agent")
    known = text_of(agent.post("/intake/help/", {"panels": "caller:", "phone": "138-1234-8000"}, 200))
    assert "路口摊贩" in known
    assert "别人的事" not in known
    assert known.count('name="urge"') == 1, "only what is open can be urged"
    agent.do(number, "urge", {"text": "又打来了，说摊贩更多了"})
    assert town.order(number).urges == 1
    assert "又打来了" in at_screen("clerk.urban").open(f"/orders/{number}/")
    assert "催办 1" in at_screen("clerk.urban").open("/handling/")
    assert "没有工单" in text_of(agent.post("/intake/help/", {"panels": "caller:", "phone": "13755556666"}, 200))


def test_without_scripts_the_callers_orders_are_looked_up_and_the_form_stays(town: Town, at_screen: AtScreen) -> None:
    dispatched(town, title="路口摊贩", phone="13812348000")
    page = text_of(at_screen("agent").fill("/intake/new/", {**CALL, "look": "1"}, status=200))
    assert "路口摊贩" in page
    assert CALL["body"] in page
    assert WorkOrder.objects.count() == 1


@pytest.mark.function("INT-18")
def test_what_is_not_accepted_is_told_patiently_by_the_packs_words(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    agent = at_screen("agent")
    said = {"refresh": "1", "reason": "outside_area", "told": ""}
    asked = text_of(agent.client.post(f"/orders/{number}/do/refuse/", said, headers={"HX-Request": "true"}))
    assert "您反映的地点不在九亭镇" in asked
    told = asked.split('name="told"')[1].split("</textarea>")[0].split(">", 1)[1].strip()
    agent.do(number, "refuse", {"reason": "outside_area", "told": told})
    assert town.order(number).stage == "cancelled"
    page = agent.open(f"/orders/{number}/")
    assert "不在本镇范围" in page
    assert "您反映的地点不在九亭镇" in page


@pytest.mark.function("INT-18")
def test_a_reason_of_the_second_level_is_taken(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    at_screen("agent").do(number, "refuse", {"reason": "in_court", "told": "法院已受理，请向法院了解进展。"})
    assert "已由法院受理或已判决" in at_screen("agent").open(f"/orders/{number}/")


def test_an_inquiry_is_answered_at_once(town: Town, at_screen: AtScreen) -> None:
    number = town.register(kind="inquiry", body="请问居住证在哪里办？")
    agent = at_screen("agent")
    refused = agent.do(number, "answer_directly", {"text": "请打13912345678咨询", "method": "phone"}, status=422)
    assert "个人手机号" in text_of(refused)
    agent.do(number, "answer_directly", {"text": "请到社区事务受理服务中心二楼办理。", "method": "phone"})
    assert town.order(number).stage == "closed"
    assert "请到社区事务受理服务中心" in agent.open(f"/orders/{number}/")


@pytest.mark.function("INT-14")
def test_an_order_of_the_platform_above_is_taken_in_at_the_desk(town: Town, at_screen: AtScreen) -> None:
    due = localtime(town.now + timedelta(days=6))
    upper = {
        **CALL, "channel": "upper", "origin": "upper", "foreign_system": "city-12345", "foreign_number": "SH-77001",
        "upper_due_at": due.strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    agent = at_screen("agent")
    refused = text_of(agent.fill("/intake/new/", {**upper, "foreign_number": ""}, status=422))
    assert "来源平台和来源平台编号要一起填写" in refused
    agent.fill("/intake/new/", upper)
    page = agent.open(f"/orders/{only().number}/")
    assert "city-12345 SH-77001" in page
    assert "按上级单位时限预留后确定" in page
    again = text_of(agent.fill("/intake/new/", upper, status=422))
    assert only().number in again, "the same number of the platform above is never taken in twice"


def test_elements_are_corrected_before_dispatch_and_the_change_is_told(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    at_screen("dispatcher").do(number, "amend", {"category": "C0103", "urgency": "urgent", "reason": "听录音更正"})
    order = town.order(number)
    assert (order.category, order.urgency, order.kind) == ("C0103", "urgent", "complaint_help")
    page = at_screen("dispatcher").open(f"/orders/{number}/")
    assert "一般 → 紧急" in page
    assert "无证设摊 → " in page
