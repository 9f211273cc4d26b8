"""Every rule of the closing report (order.md): a clear error at its field, and nothing is changed by a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from open12345.orders.models import Attachment, Event, Record
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.orders.walks import UNIT, answered, at, clerk, clock, dispatched, flaws, refused, signed, to_callback

pytestmark = pytest.mark.function("HAN-05")

MOBILE, ID_CARD = "13987654321", "310117198001011230"
#: What is said instead, and which problem it must be.
BROKEN: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"outcome": "done"}, ("outcome", "literal_error")),
    ({"fact": ""}, ("fact", "missing")),
    ({"fact": "maybe"}, ("fact", "unknown")),
    ({"fact_explanation": ""}, ("fact_explanation", "missing")),
    ({"fact_explanation": "经核实，市民反映的情况属实。"}, ("fact_explanation", "repeats_option")),
    ({"fact_explanation": " 经核实 市民反映的情况属实！"}, ("fact_explanation", "repeats_option")),
    ({"fact_explanation": "属实"}, ("fact_explanation", "repeats_option")),
    ({"demand": ""}, ("demand", "missing")),
    ({"demand": "maybe"}, ("demand", "unknown")),
    ({"demand_explanation": ""}, ("demand_explanation", "missing")),
    ({"demand_explanation": "诉求合法合理"}, ("demand_explanation", "repeats_option")),
    ({"demand": "not_lawful"}, ("clause", "missing")),
    ({"demand": "not_reasonable"}, ("clause", "missing")),
    ({"demand": "beyond_power"}, ("clause", "missing")),
    ({"on_site": None}, ("on_site", "missing")),
    ({"on_site": False, "no_site_reason": "电话已说清"}, ("on_site", "required")),
    ({"site_at": None}, ("site_at", "missing")),
    ({"site_people": ""}, ("site_people", "missing")),
    ({"site_at": "2025-06-27T09:00:00+08:00"}, ("site_at", "future")),
    ({"site_at": "昨天"}, ("site_at", "datetime_from_date_parsing")),
    ({"category": "A01"}, ("category", "unknown")),
    ({"category": "nonsense"}, ("category", "unknown")),
    ({"extra": {"site": "工地"}}, ("extra.site", "unknown")),
    ({"fact_explanation": f"请找王队长{MOBILE}"}, ("fact_explanation", "private_number")),
    ({"demand_explanation": f"当事人{ID_CARD}已登记"}, ("demand_explanation", "private_number")),
    ({"fact_explanation": "我们保证今后没有摊贩"}, ("fact_explanation", "warning_words")),
    ({"demand_explanation": "市民无理取闹，不予理会"}, ("demand_explanation", "warning_words")),
    ({"late_reason": "bad_luck"}, ("late_reason", "unknown")),
    ({"no_such_field": "x"}, ("no_such_field", "extra_forbidden")),
    ({"fact_explanation": "长" * 5001}, ("fact_explanation", "string_too_long")),
]


@pytest.mark.parametrize(("change", "problem"), BROKEN, ids=lambda v: str(v)[:40] if isinstance(v, tuple) else "")
def test_a_report_that_breaks_a_rule_is_refused_at_the_field(
    town: Town, change: dict[str, Any], problem: tuple[str, str]
) -> None:
    number = answered(town)
    assert refused(town, clerk(), number, "submit_report", {**REPORT, **change}) == {problem}


def test_all_that_is_wrong_is_told_at_once(town: Town) -> None:
    number = signed(town)
    found = refused(town, clerk(), number, "submit_report", {"outcome": "solved"})
    assert found == {
        ("__all__", "not_contacted"),
        ("__all__", "not_answered"),
        ("fact", "missing"),
        ("demand", "missing"),
        ("on_site", "missing"),
    }


def test_a_negative_finding_with_its_clause_stands(town: Town) -> None:
    number = answered(town)
    said = {**REPORT, "outcome": "explained", "demand": "not_lawful", "clause": "上海市市容环境卫生管理条例第二十五条"}
    assert town.do(clerk(), number, "submit_report", said).stage == "review"


@pytest.mark.parametrize("kind", ["inquiry", "suggestion"])
def test_an_inquiry_or_suggestion_needs_no_findings(town: Town, kind: str) -> None:
    number = answered(town, kind=kind, category="N01")
    said = {"outcome": "explained", "on_site": False, "no_site_reason": "咨询类，电话答复"}
    assert town.do(clerk(), number, "submit_report", said).stage == "review"


def test_only_leaves_so_marked_compel_a_view(town: Town) -> None:
    number = answered(town, category="C0104")  # 交通噪声
    unseen = {**REPORT, "on_site": False, "site_at": None, "site_people": ""}
    assert refused(town, clerk(), number, "submit_report", unseen) == {("no_site_reason", "missing")}
    said = {**unseen, "no_site_reason": "夜间时段，已调监测数据"}
    moved = {**said, "category": "A0101"}  # verified as another category that compels it
    assert refused(town, clerk(), number, "submit_report", moved) == {("on_site", "required")}
    assert town.do(clerk(), number, "submit_report", said).stage == "review"


def test_the_verified_category_becomes_the_order_s(town: Town) -> None:
    number = answered(town)
    town.do(clerk(), number, "submit_report", {**REPORT, "category": "A0102"})
    assert town.order(number).category == "A0102"


WAGES = {"site": "某某工地", "persons": 12, "amount": "86000.50", "from_date": "2025-03-01", "stage": "agreed"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"site": ""}, ("extra.site", "missing")),
        ({"persons": 0}, ("extra.persons", "invalid")),
        ({"persons": "十二"}, ("extra.persons", "invalid")),
        ({"amount": "很多"}, ("extra.amount", "invalid")),
        ({"amount": 1e12}, ("extra.amount", "invalid")),
        ({"from_date": "三月"}, ("extra.from_date", "invalid")),
        ({"stage": "gone"}, ("extra.stage", "invalid")),
        ({"stage": ["paid"]}, ("extra.stage", "invalid")),
        ({"colour": "red"}, ("extra.colour", "unknown")),
    ],
)
def test_the_extra_form_of_a_category_is_filled_in(
    town: Town, change: dict[str, Any], problem: tuple[str, str]
) -> None:
    number = answered(town, category="G0101")
    said = {**REPORT, "extra": {**WAGES, **change}}
    assert refused(town, clerk(), number, "submit_report", said) == {problem}
    town.do(clerk(), number, "submit_report", {**REPORT, "extra": WAGES})
    assert Record.objects.get(order__number=number, kind="report").content["extra"]["persons"] == 12


def attach(town: Town, number: str, purpose: str, times: int = 1) -> None:
    for n in range(times):
        Attachment.objects.create(
            order=town.order(number), token=f"00000000-0000-0000-0000-{town.order(number).pk:010}{n:02}",
            purpose=purpose, filename="a", content_type="audio/wav", size=1, sha256=b"0", at=town.now,
        )  # fmt: skip


def test_a_state_council_order_needs_the_leader_s_signature(town: Town) -> None:
    number = answered(town, order_type="state_council")
    attach(town, number, "photo")
    assert refused(town, clerk(), number, "submit_report", REPORT) == {("__all__", "leader_signed")}
    attach(town, answered(town, order_type="state_council"), "leader_signed")  # somebody else's is not this one's
    assert refused(town, clerk(), number, "submit_report", REPORT) == {("__all__", "leader_signed")}
    Attachment.objects.filter(order__number=number).update(purpose="leader_signed")
    assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"


@pytest.mark.parametrize(("recordings", "fine"), [(0, False), (1, True), (3, True), (4, False)])
def test_a_recheck_order_needs_one_to_three_recordings(town: Town, recordings: int, fine: bool) -> None:
    number = answered(town, order_type="recheck")
    attach(town, number, "recording", recordings)
    if fine:
        assert town.do(clerk(), number, "submit_report", REPORT).stage == "review"
    else:
        assert refused(town, clerk(), number, "submit_report", REPORT) == {("__all__", "recording")}


def test_a_recheck_order_needs_the_time_of_the_view(town: Town) -> None:
    number = answered(town, order_type="recheck", category="C0104")
    attach(town, number, "recording")
    said = {**REPORT, "on_site": False, "site_at": None, "no_site_reason": "夜间"}
    assert refused(town, clerk(), number, "submit_report", said) == {("site_at", "missing")}


def test_a_late_report_says_why(town: Town) -> None:
    number = answered(town)
    town.now = at(7, 3, 17, 31)  # 5 wd are over at 17:30
    assert refused(town, clerk(), number, "submit_report", REPORT) == {("late_reason", "missing")}
    town.do(clerk(), number, "submit_report", {**REPORT, "late_reason": "works"})
    town.do("reviewer", number, "pass_review")
    assert clock(town, number, "reply", UNIT).breached_at == at(7, 3, 17, 30)
    event = Event.objects.get(order__number=number, action="submit_report")
    assert event.facts["late_reason"] == "works"


def test_the_lead_waits_for_its_helpers_or_says_why_not(town: Town) -> None:
    number = dispatched(town, co_handlers=["sanitation"])
    for action, said in (("sign", {}), ("contact", CONTACT), ("answer", ANSWER)):
        town.do(clerk(), number, action, said)
    assert refused(town, clerk(), number, "submit_report", REPORT) == {("proceed_reason", "others_open")}
    town.do(clerk(), number, "submit_report", {**REPORT, "proceed_reason": "协办单位只负责复查"})
    town.do("reviewer", number, "pass_review")
    event = Event.objects.get(order__number=number, action="pass_review")
    assert len(event.facts["unfinished"]) == 1  # late co-handlers are counted (004)
    assert flaws() == []


def test_a_reply_that_equals_another_order_s_is_flagged_with_the_twin(town: Town) -> None:
    first, second = to_callback(town), answered(town)
    town.do(clerk(), second, "submit_report", REPORT)
    twins = {
        e.action: e.facts.get("twin")
        for e in Event.objects.filter(order__number=second, action__in=["answer", "submit_report"])
    }
    assert twins == {"answer": first, "submit_report": first}
    third = answered(town)
    own = {
        **REPORT,
        "fact_explanation": "到场时摊贩已经自行离开，照片已存。",
        "demand_explanation": "已请城管中队排班。",
    }
    town.do(clerk(), third, "submit_report", own)
    assert "twin" not in Event.objects.get(order__number=third, action="submit_report").facts


def test_words_of_a_warning_pass_with_a_reason(town: Town) -> None:
    number = answered(town)
    said = {**REPORT, "demand_explanation": "业委会承诺七月开会表决", "warning_reason": "引用业委会书面回复"}
    assert town.do(clerk(), number, "submit_report", said).stage == "review"
    assert Event.objects.get(order__number=number, action="submit_report").facts["outcome"] == "solved"


def test_service_numbers_may_stand_in_a_report(town: Town) -> None:
    number = answered(town)
    said = {**REPORT, "demand_explanation": "后续可拨打12345、62112345、110或95598反映"}
    assert town.do(clerk(), number, "submit_report", said).stage == "review"


def test_a_report_keeps_what_was_written_and_shows_it_masked(town: Town) -> None:
    number = answered(town)
    town.do(clerk(), number, "submit_report", {**REPORT, "citizen_said": f"李秀兰女士表示认可，另留电话{MOBILE}"})
    record = Record.objects.get(order__number=number, kind="report")
    assert MOBILE not in str(record.content)
    assert "李秀兰" not in str(record.content)
    assert record.sealed is not None
    assert flaws() == []
