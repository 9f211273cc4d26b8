"""Units at their screens: hand down and check, verify facts, returns, extensions, withdrawal, files, lateness."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localtime

from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.orders.walks import answered, assignment, dispatched, reported, signed
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]
REPORTED = {**REPORT, "on_site": "true", "site_at": "2025-06-26T09:00"}
RETURN = {
    "reason": "not_our_duty", "to": "enforcement", "explanation": "摊贩归执法队",
    "evidence.clauses.0.document": "镇职责分工", "evidence.clauses.0.number": "九府〔2025〕1号",
    "evidence.clauses.0.clause": "占道经营由综合行政执法队办理",
}  # fmt: skip
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)


@pytest.mark.function("HAN-03", "DIS-11")
def test_work_is_handed_down_and_the_child_is_checked(town: Town, at_screen: AtScreen) -> None:
    number = signed(town, "c001", area="310117107001")
    station = next(u for u in town.pack.units if u.parent == "c001")
    community, below = at_screen("clerk.c001"), at_screen(f"worker.{station.code}")
    community.do(number, "hand_down", {"unit": station.code, "note": "请今天到场"})
    assert "请今天到场" in below.open(f"/orders/{number}/")
    below.do(number, "sign")
    below.do(number, "arrive", {"people": "小王", "found": "棚子已自行拆除"})
    below.do(number, "submit_report", {"outcome": "solved", "fact_explanation": "到场查看，棚子已拆。"})
    assert number in community.open("/handling/?tab=below")
    page = community.open(f"/orders/{number}/")
    assert "核下级办结" in page
    assert "到场查看，棚子已拆。" in page.split('class="beside"')[1].split("</form>")[0]
    without = text_of(community.do(number, "check_child", {"ok": "false", "note": ""}, status=422))
    assert "退回下级要写明原因" in without
    community.do(number, "check_child", {"ok": "false", "note": "请补照片"})
    assert "请补照片" in below.open(f"/orders/{number}/")
    below.do(number, "submit_report", {"outcome": "solved", "fact_explanation": "已补照片，棚子已拆。"})
    community.do(number, "check_child", {"ok": "true"})
    assert assignment(town, number, station.code).state == "checked"
    assert town.order(number).stage == "handling", "the order's stage did not move"


@pytest.mark.function("HAN-04")
def test_a_department_verifies_a_fact_on_the_order_and_changes_nothing_else(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    at_screen("clerk.urban").do(number, "ask_verifier", {"unit": "market", "question": "路口七号摊有没有执照？"})
    asked = at_screen("clerk.market")
    assert "路口七号摊有没有执照" in asked.open("/handling/?tab=verify")
    asked.do(number, "sign")
    page = asked.open(f"/orders/{number}/")
    for other in ("提交办结报告", "转派下级", "答复市民"):
        assert f">{other}</a>" not in page
    asked.do(number, "verify", {"text": "查无登记。"})
    assert "查无登记。" in at_screen("clerk.urban").open(f"/orders/{number}/")
    assert town.order(number).stage == "handling"


@pytest.mark.function("HAN-10")
def test_a_return_is_asked_with_evidence_approved_checked_and_dispatched_anew(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    clerk = at_screen("clerk.urban")
    page = clerk.open(f"/orders/{number}/?do=apply&kind=return")
    assert "职责" in page
    assert "evidence.clauses" not in page, "evidence is asked once the reason is known"
    part = clerk.client.post(
        f"/orders/{number}/do/apply/", {"kind": "return", "reason": "not_our_duty", "refresh": "1"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert 'name="evidence.clauses.0.clause"' in text_of(part)
    bare = {"kind": "return", "reason": "not_our_duty", "explanation": "不归我们"}
    refused = text_of(clerk.post(f"/orders/{number}/do/apply/", bare, 422))
    assert "请填写“职责依据”" in refused
    assert "不归我们" in refused
    broad = text_of(clerk.post(f"/orders/{number}/do/apply/", {"kind": "return", "reason": "duty"}, 422))
    assert "请选到第二级" in broad
    clerk.post(f"/orders/{number}/do/apply/", {"kind": "return", **RETURN})
    locked = clerk.open(f"/orders/{number}/")
    assert "有一项申请待审批，工单暂时锁定" in locked
    leader = at_screen("approver.urban")
    inbox = leader.open("/orders/applications/")
    for told in (number, "不属于本单位职责", "本单位负责人审批"):
        assert told in inbox
    assert "占道经营由综合行政执法队办理" in leader.open(f"/orders/applications/?open={number}")
    assert "没有等待您决定的申请" in at_screen("dispatcher").open("/orders/applications/"), "not yet the centre's turn"
    assert "没有等待您决定的申请" in clerk.open("/orders/applications/"), "who asks never decides"
    leader.do(number, "grant", {"note": "属实"}, query="&desk=inbox")
    dispatcher = at_screen("dispatcher")
    assert number in dispatcher.open("/orders/applications/")
    dispatcher.do(number, "grant", {"note": "同意改派"})
    assert town.order(number).stage == "accepted"
    page = dispatcher.open(f"/orders/{number}/")
    assert "建议单位" in page
    assert "同意改派" in page
    assert number in dispatcher.open("/dispatch/?returned=1")


def test_a_declined_return_says_why_and_the_order_goes_on(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    at_screen("clerk.urban").post(f"/orders/{number}/do/apply/", {"kind": "return", **RETURN})
    leader = at_screen("approver.urban")
    assert "必填" in text_of(leader.do(number, "decline", {"note": ""}, status=422))
    leader.do(number, "decline", {"note": "就是我们的"})
    page = at_screen("clerk.urban").open(f"/orders/{number}/")
    assert "就是我们的" in page
    assert "未同意" in page
    assert town.order(number).locked_by is None


@pytest.mark.function("HAN-11")
def test_an_extension_offers_no_more_than_the_pack_and_moves_the_deadline(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    clerk = at_screen("clerk.urban")
    page = clerk.open(f"/orders/{number}/?do=apply&kind=extension")
    limits = page.split('name="limit"')[1].split("</select>")[0]
    assert 'value="5 wd"' in limits
    assert 'value="6 wd"' not in limits
    assert "5个工作日" in limits
    before = assignment(town, number, "urban").due_at
    typed = {
        "kind": "extension",
        "reason": "works",
        "limit": "3 wd",
        "evidence.plan": "路面修复已下单，三天后材料到场。",
    }
    clerk.post(f"/orders/{number}/do/apply/", typed)
    at_screen("approver.urban").do(number, "grant")
    at_screen("dispatcher").do(number, "grant")
    after = assignment(town, number, "urban").due_at
    assert before is not None
    assert after is not None
    assert after > before
    assert "延期 3 wd" in clerk.open(f"/orders/{number}/")
    again = text_of(clerk.post(f"/orders/{number}/do/apply/", typed, 422))
    assert "每件工单最多申请 1 次" in again


@pytest.mark.function("HAN-18")
def test_the_centre_withdraws_after_its_own_call_with_two_pairs_of_eyes(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    typed = {
        "kind": "withdrawal", "reason": "settled", "evidence.called_on": "2025-06-26",
        "evidence.said": "问题已自行解决",
    }  # fmt: skip
    dispatcher = at_screen("dispatcher")
    wrong = {**typed, "evidence.called_on": "昨天"}
    assert "日期格式应如" in text_of(dispatcher.post(f"/orders/{number}/do/ask_centre/", wrong, 422))
    dispatcher.post(f"/orders/{number}/do/ask_centre/", typed)
    assert "没有等待您决定的申请" in dispatcher.open("/orders/applications/")
    other = at_screen("supervisor")
    assert number in other.open("/orders/applications/")
    other.do(number, "grant")
    assert town.order(number).stage == "cancelled"
    assert "问题已自行解决" in other.open(f"/orders/{number}/")


@pytest.mark.function("HAN-20")
def test_a_file_is_uploaded_shown_and_picked_in_a_form(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    clerk = at_screen("clerk.urban")
    photo = SimpleUploadedFile("现场.png", PNG, "image/png")
    clerk.post(f"/orders/{number}/files/", {"purpose": "photo", "file": photo})
    page = clerk.open(f"/orders/{number}/?do=arrive")
    assert "现场.png" in page
    assert 'name="photos"' in page
    file = town.order(number).attachments.get()
    opened = clerk.client.get(f"/orders/files/{file.token}/")
    assert b"".join(opened) == PNG
    assert opened.headers["Content-Type"] == "image/png"
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    clerk.do(number, "arrive", {"people": "两人", "found": "七处摊贩", "photos": [str(file.pk)]})
    told = clerk.open(f"/orders/{number}/").split("现场查看</b>")[1].split("</li>")[0]
    assert "现场.png" in told
    fake = SimpleUploadedFile("照片.png", b"MZ not a picture")
    clerk.post(f"/orders/{number}/files/", {"purpose": "photo", "file": fake})
    assert "照片.png：" in clerk.open(f"/orders/{number}/"), "what was not taken is named with the reason"
    assert town.order(number).attachments.count() == 1


@pytest.mark.function("HAN-26", "HAN-02")
def test_a_late_contact_asks_why_and_an_early_one_does_not(town: Town, at_screen: AtScreen) -> None:
    town.now -= timedelta(days=9)
    late = dispatched(town, phone="13800001111")
    town.now += timedelta(days=9)
    clerk = at_screen("clerk.urban")
    early = dispatched(town)
    assert 'name="late_reason"' not in clerk.open(f"/orders/{early}/?do=contact")
    clerk.do(early, "contact", CONTACT)
    assert "当日先联" in clerk.open(f"/orders/{early}/")
    assert 'name="late_reason"' in clerk.open(f"/orders/{late}/?do=contact")
    refused = text_of(clerk.do(late, "contact", CONTACT, status=422))
    assert "已过时限，请选择原因" in refused
    clerk.do(late, "contact", {**CONTACT, "late_reason": "cross_unit"})
    told = clerk.open(f"/orders/{late}/")
    assert "等待其他单位配合" in told


@pytest.mark.function("HAN-27")
def test_the_answer_and_the_report_are_two_acts_with_two_times(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    clerk = at_screen("clerk.urban")
    clerk.do(number, "contact", CONTACT)
    refused = text_of(clerk.do(number, "submit_report", REPORTED, status=422))
    assert "还没有记录答复市民" in refused
    told = localtime(town.now + timedelta(minutes=9))
    clerk.do(number, "answer", {**ANSWER, "at": f"{told:%Y-%m-%dT%H:%M}"})
    clerk.do(number, "submit_report", REPORTED)
    page = clerk.open(f"/orders/{number}/")
    assert page.index("提交办结报告</b>") < page.index("答复市民</b>")
    assert f"{told:%Y-%m-%d %H:%M}" in page


def test_the_desk_groups_by_what_is_due(town: Town, at_screen: AtScreen) -> None:
    town.now -= timedelta(days=20)
    late = dispatched(town)
    town.now += timedelta(days=20)
    later = dispatched(town, phone="13911112222")
    page = at_screen("clerk.urban").open("/handling/")
    assert page.index("已超时") < page.index(late) < page.index("以后") < page.index(later)
    assert '<span class="count">2</span>' in page


def test_the_reviewer_reads_asked_and_answered_side_by_side(town: Town, at_screen: AtScreen) -> None:
    number = reported(town)
    reviewer = at_screen("reviewer")
    page = reviewer.open(f"/orders/{number}/?desk=review")
    beside = page.split('class="beside"')[1].split("</form>")[0]
    for told in ("先行联系", "答复市民", "办结报告", "已全部劝离"):
        assert told in beside
    refused = text_of(reviewer.do(number, "send_back", {"reason": ""}, status=422))
    assert "必填" in refused
    reviewer.do(number, "send_back", {"reason": "没有附照片"})
    assert "没有附照片" in at_screen("clerk.urban").open(f"/orders/{number}/")


@pytest.mark.function("INT-07")
def test_the_centre_contacts_and_answers_for_a_confidential_caller(town: Town, at_screen: AtScreen) -> None:
    number = signed(town, confidential=True)
    clerk = at_screen("clerk.urban").open(f"/orders/{number}/")
    assert "保密工单由中心代为联系和答复" in clerk
    agent = at_screen("agent")
    agent.do(number, "contact_for", CONTACT)
    agent.do(number, "answer_for", ANSWER)
    at_screen("clerk.urban").do(number, "submit_report", REPORTED)
    assert town.order(number).stage == "review"


def test_every_deadline_explains_itself(town: Town, at_screen: AtScreen) -> None:
    page = at_screen("clerk.urban").open(f"/orders/{answered(town)}/")
    for told in ("办理时限", "5个工作日（起始日不计）", "截止", "总时限"):
        assert told in page
