"""The intake desk while somebody types: the draft saves itself, panels help, one submit may do two acts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import localtime

from open12345.intake.models import Appointment
from open12345.orders.models import Event, Link, WorkOrder
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


def keep(agent: Browser, fields: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return dict(json.loads(text_of(agent.post("/intake/keep/", fields, status))))


def hint(agent: Browser, name: str, **said: str) -> str:
    told = text_of(agent.post("/intake/help/", {"panels": f"{name}:", **said}, 200))
    return re.sub(r"^<section[^>]*>|</section>\n$", "", told)


# The draft


@pytest.mark.function("INT-03", "INT-01")
def test_a_form_that_saves_itself_becomes_one_draft_and_one_order(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    fields = agent.fields(agent.open("/intake/new/")) | {"body": ["路灯不亮"], "phone": ["138"]}
    first = keep(agent, dict(fields))
    assert 'value="138"' in agent.open(f"/intake/drafts/{first['number']}/"), "half a phone number is kept as well"
    fields |= {"body": ["路灯不亮三天"], "phone": ["13812348000"], "number": [first["number"]], "seq": [first["seq"]]}
    second = keep(agent, dict(fields))
    assert (second["number"], only().number) == (first["number"], first["number"])
    assert second["seq"] != first["seq"]
    page = agent.open(f"/intake/drafts/{first['number']}/")
    assert "路灯不亮三天" in page
    fields |= {"kind": ["complaint_help"], "seq": [second["seq"]]}
    agent.post(f"/intake/drafts/{first['number']}/", dict(fields))
    assert only().stage == "accepted"
    agent.post(f"/intake/drafts/{first['number']}/", dict(fields))
    assert WorkOrder.objects.count() == 1, "a second press makes nothing twice"


def test_a_lost_answer_makes_neither_a_second_draft_nor_a_second_order(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    fields = agent.fields(agent.open("/intake/new/")) | {"body": ["路灯不亮"]}
    keep(agent, dict(fields))
    again = keep(agent, dict(fields | {"body": ["路灯不亮，又打来"]}))
    assert again["number"] == only().number
    agent.post(
        "/intake/new/", dict(fields | {"body": ["路灯不亮，好了"], **{k: [v] for k, v in CALL.items() if k != "body"}})
    )
    assert only().stage == "accepted"
    assert only().body == "路灯不亮，好了"


def test_a_page_that_never_heard_of_its_save_goes_on_saving(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    page = agent.fields(agent.open("/intake/new/")) | {"page": ["ab12"], "turn": ["1"], "body": ["路灯不亮"]}
    page = {**page, **{name: [value] for name, value in keep(agent, dict(page)).items()}}
    for turn in "234":  # each arrives, no answer does: the page knows the first mark still
        told = keep(agent, dict(page | {"turn": [turn], "body": [f"路灯不亮，第 {turn} 次"]}))
    assert told["seq"] == "1.3"
    late = keep(agent, dict(page | {"turn": ["3"], "body": ["路灯不亮，晚到的旧话"]}))
    assert late["seq"] == "1.3"
    url = f"/intake/drafts/{told['number']}/"
    assert "第 4 次" in agent.open(url)
    keep(agent, dict(page | {"page": ["cd34"], "turn": ["5"], "body": ["另一个窗口"]}), 409)
    sent = {name: [value] for name, value in CALL.items()} | {"turn": ["5"], "body": ["路灯不亮，登记"]}
    agent.post(url, dict(page | sent))
    assert (only().stage, only().body) == ("accepted", "路灯不亮，登记")


def test_two_windows_on_one_draft_are_told_of_each_other(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    number = town.create("save_draft", {"body": "第一次"}).number
    kept = keep(agent, {"number": number, "seq": "1", "body": "第二次", "key": "a"})
    told = keep(agent, {"number": number, "seq": "1", "body": "旧窗口", "key": "b"}, 409)
    assert "您打开之后" in told["message"]
    assert kept["seq"] == "1.1"
    assert "第二次" in agent.open(f"/intake/drafts/{number}/")
    old = agent.fields(agent.open(f"/intake/drafts/{number}/")) | {"seq": ["1.0"], "body": ["旧窗口"], "draft": ["1"]}
    page = text_of(agent.post(f"/intake/drafts/{number}/", dict(old), 409))
    assert "另一个窗口" in page
    assert "旧窗口" in page, "what was typed is still there"
    assert 'name="seq" value="1.1"' in " ".join(page.split()), "the next press means it"


def test_what_another_window_registered_is_told_and_nothing_typed_is_lost(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    number = town.create("save_draft", {**CALL, "body": "第一个窗口"}).number
    url = f"/intake/drafts/{number}/"
    old, new = agent.fields(agent.open(url)), agent.fields(agent.open(url))
    agent.post(url, dict(new | {"body": ["第二个窗口登记的"]}))
    assert only().stage == "accepted"
    page = text_of(agent.post(url, dict(old | {"body": ["旧窗口里另一件事"]}), 409))
    assert "已在另一个窗口登记" in page
    assert "旧窗口里另一件事" in page
    fields = agent.fields(page, "/intake/new/")
    agent.post("/intake/new/", dict(fields))
    assert set(WorkOrder.objects.values_list("body", flat=True)) == {"第二个窗口登记的", "旧窗口里另一件事"}


def test_the_way_back_to_what_was_a_draft_leads_to_the_order(town: Town, at_screen: AtScreen) -> None:
    number = town.create("save_draft", dict(CALL)).number
    town.do("agent", number, "submit")
    answer = at_screen("agent").client.get(f"/intake/drafts/{number}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/intake/?done={number}")
    gone = town.create("save_draft", dict(CALL)).number
    town.do("agent", gone, "discard")
    assert at_screen("agent").client.get(f"/intake/drafts/{gone}/").headers["Location"] == "/intake/"
    assert at_screen("dispatcher").client.get(f"/intake/drafts/{number}/").status_code == 404, "not theirs"


def test_nobody_writes_into_the_draft_of_somebody_else(town: Town, at_screen: AtScreen) -> None:
    number = town.create("save_draft", {"body": "别人没写完的事，电话13912345678"}).number
    for name in ("agent2", "dispatcher"):
        told = keep(at_screen(name), {"number": number, "body": "改掉", "key": "x"}, 404)
        assert "没写完" not in str(told)
    assert town.order(number).body.startswith("别人没写完的事")


def test_a_title_made_of_the_description_follows_the_description(town: Town, at_screen: AtScreen) -> None:
    number = town.create("save_draft", {"body": "涞亭南路12号路灯不亮"}).number
    fields = at_screen("agent").fields(at_screen("agent").open(f"/intake/drafts/{number}/"))
    assert (fields["title"], fields["place"]) == ([""], ["涞亭南路12号"])


@pytest.mark.parametrize("name", ["clerk.urban", "watcher", "reviewer", "system_admin", "floor_supervisor"])
def test_to_others_the_desk_and_its_panels_do_not_exist(town: Town, at_screen: AtScreen, name: str) -> None:
    town.register(title="路口摊贩", phone="13812348000")
    doors = ("help/", "keep/", "calls/", "calls/1/", "new/")
    said = {"phone": "13812348000", "body": "路口摊贩占道", "panels": "caller: suggest: alike: duty:"}
    for door in doors:
        answer = at_screen(name).client.post(f"/intake/{door}", said)
        assert answer.status_code == 404, door
        assert "路口摊贩" not in text_of(answer)


def test_no_phone_comes_by_an_address(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    for door in ("help/?panels=suggest:&phone=13812348000&body=13812348000", "keep/?phone=13812348000"):
        assert agent.client.get(f"/intake/{door}").status_code == 405
    fields = agent.fields(agent.open("/intake/new/?phone=13812348000&body=13812348000"))
    assert (fields["phone"], fields["body"]) == ([""], [""]), "nothing is taken from an address either"


# Panels


@pytest.mark.function("INT-04", "INT-08")
def test_words_suggest_category_urgency_place_and_area_with_their_reasons(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    body = "亭中居委会门口路灯不亮，涞亭南路12号还有煤气泄漏的味道，打13912345678找我。"
    told = hint(agent, "suggest", body=body, urgency="ordinary")
    assert 'data-set="category=' in told
    assert "路灯不亮" in told
    assert 'data-set="urgency=urgent"' in told
    assert "煤气泄漏" in told
    assert "119" in told, "danger to life is told with the words for it"
    assert 'data-set="area=310117107001"' in told
    assert 'data-set="phone=13912345678"' in told
    assert 'data-set="place=涞亭南路12号"' in told
    assert "诉求类型" in told, "what is missing"


@pytest.mark.function("INT-08")
def test_what_was_said_weighs_more_than_what_neighbours_called_about(town: Town, at_screen: AtScreen) -> None:
    for n in range(8):
        dispatched(
            town, title=f"路口积水第{n}处", body="涞亭南路和沪亭北路路口人行道积水，老人过不去", category="B0101"
        )
    told = hint(at_screen("agent"), "suggest", body="涞亭南路和沪亭北路路口有无证设摊占用人行道，老人过不去")
    assert re.findall(r'data-set="category=(\w+)', told)[:2] == ["A0101", "B0101"], "neighbours come second"
    assert "相近工单" in told


@pytest.mark.function("INT-08")
def test_an_urgency_is_suggested_and_never_set(town: Town, at_screen: AtScreen) -> None:
    at_screen("agent").fill("/intake/new/", {**CALL, "body": "楼道里煤气泄漏，味道很大"})
    assert only().urgency == "ordinary"
    chosen = hint(at_screen("agent"), "suggest", body="煤气泄漏", urgency="urgent")
    assert "urgency=" not in chosen, "nothing is suggested that is chosen already"


@pytest.mark.function("INT-02", "INT-09")
def test_open_orders_of_the_same_matter_are_shown_before_another_is_registered(town: Town, at_screen: AtScreen) -> None:
    near = dispatched(town, title="路口摊贩")
    draft = town.create("save_draft", {"body": "涞亭南路路口无证摊贩占用人行道"}, by="agent2").number
    ended = town.register(title="早已不办", body="涞亭南路和沪亭北路路口无证摊贩占用人行道，老人过不去")
    town.do("agent", ended, "refuse", {"reason": "outside_area", "told": "请拨打12345"})
    town.register(title="别的事", body="小区电梯坏了三天没有人修，老人下不了楼", category="D0101")
    told = hint(at_screen("agent"), "alike", body="涞亭南路和沪亭北路路口又有无证摊贩占用人行道，老人推车过不去")
    assert near in told
    assert draft not in told
    assert ended not in told
    assert "别的事" not in told
    assert hint(at_screen("agent"), "alike", body="你好") == ""


def test_the_order_of_somebody_else_is_related_and_never_urged_for_them(town: Town, at_screen: AtScreen) -> None:
    dispatched(town, title="路口摊贩", phone="13812348000")
    body = "涞亭南路和沪亭北路路口又有无证摊贩占用人行道，老人推车过不去"
    other = hint(at_screen("agent"), "alike", body=body, phone="13700001111")
    assert "data-relate" in other
    assert 'name="urge"' not in other
    assert 'name="urge"' in hint(at_screen("agent"), "alike", body=body, phone="13812348000")


def test_a_road_that_holds_the_name_of_an_area_does_not_name_it(town: Town, at_screen: AtScreen) -> None:
    assert 'data-set="area=' not in hint(at_screen("agent"), "suggest", body="涞亭南路的路灯不亮")
    assert 'data-set="area=' in hint(at_screen("agent"), "suggest", body="亭南居委会门口的路灯不亮")


def test_an_area_is_suggested_by_earlier_orders_at_the_same_place(town: Town, at_screen: AtScreen) -> None:
    body = "沪松公路588号门口的下水道堵了，污水流到人行道上"
    town.register(body=body, place="沪松公路588号", area="310117107001")
    told = hint(at_screen("agent"), "suggest", body=body, place="沪松公路588号")
    assert 'data-set="area=310117107001"' in told
    assert "同一地点的工单 1 件" in told


def test_of_several_open_orders_the_one_like_the_talk_is_urged_first(town: Town, at_screen: AtScreen) -> None:
    about = town.register(title="摊贩", phone="13812348000")
    town.register(title="电梯", body="小区电梯又坏了，老人下不了楼", phone="13812348000")
    said = {"phone": "13812348000", "body": "路口无证摊贩占用人行道"}
    told = hint(at_screen("agent"), "caller", **said)
    assert told.index(f'value="{about}"') == told.index('value="')


@pytest.mark.function("DIS-02")
def test_the_duty_list_says_who_would_get_it(town: Town, at_screen: AtScreen) -> None:
    told = hint(at_screen("agent"), "duty", category="A0101", area="310117107001")
    assert "综合行政执法队" in told
    assert "亭中社区居委会" in told
    assert hint(at_screen("agent"), "duty", category="", area="") == ""
    assert hint(at_screen("agent"), "nothing", category="A0101") == ""


def test_the_history_of_a_phone_counts_its_calls(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, title="路口摊贩", phone="13812348000")
    town.do("agent", number, "urge", {"text": "又打来"})
    told = hint(at_screen("agent"), "caller", phone="138 1234 8000")
    assert "在办 1 · 30 天内 1 件 · 催办 1 次" in told
    assert "李秀兰" not in told


# One submit, two acts


def test_the_order_is_urged_from_the_form_and_the_draft_goes(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, title="路口摊贩", phone="13812348000")
    agent = at_screen("agent")
    fields = agent.fields(agent.open("/intake/new/")) | {"body": ["摊贩又来了"], "phone": ["13812348000"]}
    begun = keep(agent, dict(fields))["number"]
    agent.post(f"/intake/drafts/{begun}/", dict(fields | {"urge": [number]}))
    assert town.order(number).urges == 1
    assert town.order(begun).stage == "cancelled"
    nothing = agent.post("/intake/new/", dict(fields | {"key": ["other"], "body": [""], "urge": [number]}), 422)
    assert "必填" in text_of(nothing)


@pytest.mark.function("INT-05")
def test_an_inquiry_is_registered_and_answered_in_one_submit(town: Town, at_screen: AtScreen) -> None:
    said = {**CALL, "kind": "inquiry", "then": "answer", "answer_text": "请到社区事务受理服务中心二楼办理。"}
    at_screen("agent").fill("/intake/new/", said)
    assert only().stage == "closed"
    assert list(Event.objects.order_by("seq").values_list("action", flat=True)) == ["register", "answer_directly"]


@pytest.mark.function("INT-05")
def test_an_answer_that_may_not_be_given_leaves_the_order_and_what_was_typed(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    said = {**CALL, "kind": "inquiry", "then": "answer", "answer_text": "请打13912345678咨询老王"}
    page = text_of(agent.fill("/intake/new/", said, status=422))
    number = only().number
    assert only().stage == "accepted"
    assert "工单已经登记" in page
    assert "个人手机号" in page
    url = f"/orders/{number}/do/answer_directly/"
    fields = agent.fields(page, url)
    assert fields["text"] == ["请打13912345678咨询老王"]
    agent.post(url, dict(fields | {"text": ["请打62112345咨询"]}))
    assert only().stage == "closed"


@pytest.mark.function("INT-18")
def test_a_request_is_refused_right_from_the_desk(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    empty = agent.fill("/intake/new/", {**CALL, "then": "refuse"}, status=422)
    assert "必填" in text_of(empty)
    assert not WorkOrder.objects.exists(), "what is missing is told before anything is registered"
    assert "您反映的地点不在九亭镇" in text_of(empty), "the pack's words are at hand"
    agent.fill(
        "/intake/new/", {**CALL, "then": "refuse", "refuse_reason": "outside_area", "refuse_told": "请拨打12345"}
    )
    assert only().stage == "cancelled"


def test_the_order_is_related_as_soon_as_it_is_registered(town: Town, at_screen: AtScreen) -> None:
    near = town.register(title="路口摊贩")
    at_screen("agent").fill("/intake/new/", {**CALL, "relate": f"{near} {near}"})
    other = WorkOrder.objects.exclude(number=near).get()
    assert Link.objects.filter(order=other, other__number=near, kind=LinkKind.RELATED).count() == 1


@pytest.mark.function("INT-06")
def test_the_next_order_of_the_call_keeps_caller_and_call(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    next_one = agent.fill("/intake/new/", {**CALL, "then": "more", "call_ref": "C-7001"}).headers["Location"]
    assert next_one == f"/intake/new/?same_call_as={only().number}"
    fields = agent.fields(agent.open(next_one))
    assert fields["call_ref"] == ["C-7001"]
    assert fields["same_call_as"] == [only().number]


@pytest.mark.function("INT-10")
def test_every_channel_of_the_pack_can_be_chosen_as_recorded(town: Town, at_screen: AtScreen) -> None:
    page = at_screen("agent").open("/intake/new/")
    for code, channel in town.pack.channels.items():
        assert f'<option value="{code}"' in page
        assert channel.title in page
    at_screen("agent").fill("/intake/new/", {**CALL, "channel": "letter"})
    assert only().channel == "letter"


# Promised calls


def tomorrow(town: Town, **more: float) -> str:
    return localtime(town.now + timedelta(hours=3, **more)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.function("INT-19")
def test_a_promised_call_is_listed_until_its_result_is_noted(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    about = "社保转移，转告李秀兰，电话13912345678"
    agent.fill("/intake/new/", {**CALL, "call_at": tomorrow(town), "call_about": about})
    row = Appointment.objects.get()
    assert "13912345678" not in row.about
    assert "李秀兰" not in row.about
    Appointment.objects.update(at=town.now)
    page = at_screen("agent2").open("/intake/")
    assert "社保转移" in page
    assert "已过时" in page
    assert "138****8000" in page
    assert "13812348000" not in page
    at_screen("agent2").post(f"/intake/calls/{row.pk}/", {"result": "reached", "told": "已讲清楚"})
    assert "社保转移" not in at_screen("agent").open("/intake/")
    notes = list(Event.objects.filter(order=row.order_id, action="note"))
    assert len(notes) == 2, "promise and result are on record"
    again = at_screen("agent").client.post(f"/intake/calls/{row.pk}/", {"result": "unreached"}, follow=True)
    assert "已经记录过结果" in text_of(again)
    row.refresh_from_db()
    assert row.result == "reached"


def test_a_call_is_promised_once_however_often_the_form_arrives(town: Town, at_screen: AtScreen) -> None:
    form = {**CALL, "call_at": tomorrow(town), "call_about": "社保转移", "key": "one-form", "then": ""}
    for _ in range(2):
        at_screen("agent").post("/intake/new/", form)
    assert Appointment.objects.count() == 1
    assert Event.objects.filter(order=only().pk, action="note").count() == 1


@pytest.mark.function("INT-19")
def test_a_call_cannot_be_promised_for_the_past(town: Town, at_screen: AtScreen) -> None:
    refused = at_screen("agent").fill("/intake/new/", {**CALL, "call_at": "2025-01-01T09:00"}, status=422)
    assert "回电时间已经过去" in text_of(refused)
    assert not WorkOrder.objects.exists()
    number = town.register()
    at_screen("agent").post("/intake/calls/", {"number": number, "call_at": "2025-01-01T09:00"})
    assert not Appointment.objects.exists()


def test_a_promised_call_comes_off_the_list_though_the_order_has_ended(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    at_screen("agent").post("/intake/calls/", {"number": number, "call_at": tomorrow(town)})
    town.do("agent", number, "refuse", {"reason": "outside_area", "told": "请拨打12345"})
    row = Appointment.objects.get()
    at_screen("agent").post(f"/intake/calls/{row.pk}/", {"result": "not_needed"})
    row.refresh_from_db()
    assert row.done_at is not None
