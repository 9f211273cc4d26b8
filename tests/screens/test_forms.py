"""The one form for every action: mistakes at their field, nothing typed lost, sent twice acts once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from open12345.orders.acts import registered
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Event
from tests.cast import REPORT, Town
from tests.orders.scenes import instructed
from tests.orders.walks import answered, assignment, dispatched, reported, signed, to_callback
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]


def field(page: str, name: str) -> str:
    """What stands on the page from the label of a field to its end."""
    start = page.index(f'name="{name}"')
    begin = page.rindex('<div class="field', 0, start)
    return page[begin : page.index("</div>\n", start) + 400]


def wages(town: Town) -> str:
    """A category that has an extra form."""
    leaves = town.pack.category_tree.leaves()
    return next(c.code for c in leaves if town.pack.extra_form(c.code) == "wage_arrears")


def events(town: Town, number: str, action: str) -> int:
    return Event.objects.filter(order__number=number, action=action).count()


@pytest.mark.function("HAN-05")
def test_a_broken_closing_rule_stands_at_its_field_and_keeps_everything_typed(town: Town, at_screen: AtScreen) -> None:
    number = answered(town)
    typed = {**REPORT, "on_site": "true", "site_at": "2025-06-26T09:00", "fact_explanation": "属实"}
    answer = at_screen("clerk.urban").do(number, "submit_report", typed, status=422)
    page = text_of(answer)
    assert "说明不能只重复选项的文字" in field(page, "fact_explanation")
    assert 'aria-invalid="true"' in field(page, "fact_explanation")
    kept = at_screen("clerk.urban").fields(page, f"/orders/{number}/do/submit_report/")
    for name, value in typed.items():
        assert kept[name] == [value], name
    assert town.order(number).stage == "handling"


def test_every_rule_of_the_closing_report_finds_its_field(town: Town, at_screen: AtScreen) -> None:
    number = answered(town)
    clerk = at_screen("clerk.urban")
    base = {**REPORT, "on_site": "true", "site_at": "2025-06-26T09:00"}
    for changed, name, words in (
        ({"fact_explanation": "请打13912345678联系摊主，已处理完毕。"}, "fact_explanation", "请删除个人手机号"),
        ({"demand": "not_lawful", "clause": ""}, "clause", "写明依据的条款"),
        ({"site_people": ""}, "site_people", "现场查看要写明"),
        ({"site_at": "2099-01-01T09:00"}, "site_at", "时间不能在将来"),
        ({"on_site": "false"}, "on_site", "必须现场查看"),
        ({"demand_explanation": "保证永远不会再有摊贩。"}, "demand_explanation", "承诺或生硬"),
        ({"outcome": ""}, "outcome", "必填"),
        ({"site_at": "昨天下午"}, "site_at", "时间格式应如"),
        ({"fact_explanation": "字" * 5001}, "fact_explanation", "最多 5000 字"),
    ):
        page = text_of(clerk.do(number, "submit_report", {**base, **changed}, status=422))
        assert words in field(page, name), (changed, field(page, name))
    promise = {**base, "demand_explanation": "保证做到。已排定值守。"}
    warned = text_of(clerk.do(number, "submit_report", promise, status=422))
    assert 'name="warning_reason"' in warned, "the reason is asked once there is something to justify"


def test_the_extra_form_of_the_category_is_asked_and_checked(town: Town, at_screen: AtScreen) -> None:
    code = wages(town)
    number = answered(town, category=code)
    clerk = at_screen("clerk.urban")
    page = clerk.open(f"/orders/{number}/?do=submit_report")
    assert "拖欠工资登记" in page
    typed = {**REPORT, "category": code, "on_site": "true", "site_at": "2025-06-26T09:00"}
    typed |= {"extra.site": "某工地", "extra.persons": "很多"}
    refused = text_of(clerk.do(number, "submit_report", typed, status=422))
    assert "应为数字" in field(refused, "extra.persons")
    assert "请填写" in field(refused, "extra.amount")
    assert 'value="某工地"' in field(refused, "extra.site")
    typed |= {"extra.persons": "12", "extra.amount": "80000.5", "extra.stage": "paid"}
    clerk.do(number, "submit_report", typed)
    told = clerk.open(f"/orders/{number}/")
    assert "80000.5" in told
    assert "已付清" in told


def test_choosing_another_category_asks_the_form_anew_and_loses_nothing(town: Town, at_screen: AtScreen) -> None:
    code = wages(town)
    number = answered(town)
    clerk = at_screen("clerk.urban")
    said = {"refresh": "1", "category": code, "fact_explanation": "写到一半的说明", "on_site": "false"}
    part = clerk.client.post(f"/orders/{number}/do/submit_report/", said, headers={"HX-Request": "true"})
    assert part.status_code == 200
    page = text_of(part)
    assert "<html" not in page
    assert "拖欠工资登记" in page
    assert "写到一半的说明" in page
    assert town.order(number).stage == "handling"


def test_two_who_saved_the_second_is_told_what_changed_and_keeps_what_was_typed(
    town: Town, at_screen: AtScreen
) -> None:
    number = signed(town)
    clerk = at_screen("clerk.urban")
    page = clerk.open(f"/orders/{number}/?do=answer")
    fields = clerk.fields(page, f"/orders/{number}/do/answer/")
    town.do("dispatcher", number, "note", {"text": "请注意时限"})
    fields |= {"method": ["phone"], "text": ["已到场处理并告知安排。"]}
    late = text_of(clerk.post(f"/orders/{number}/do/answer/", fields, 409))
    assert "王立群 已经“备注”" in late
    assert "请注意时限" in late.split('class="news"')[1].split("</ul>")[0]
    assert "已到场处理并告知安排。" in late
    again = clerk.fields(late, f"/orders/{number}/do/answer/")
    assert again["text"] == ["已到场处理并告知安排。"]
    clerk.post(f"/orders/{number}/do/answer/", dict(again))
    assert town.order(number).answered_at is not None


def test_a_form_sent_twice_acts_once(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    clerk = at_screen("clerk.urban")
    fields = clerk.fields(clerk.open(f"/orders/{number}/?do=note"), f"/orders/{number}/do/note/")
    fields |= {"text": ["只记一次"]}
    for _ in range(3):
        clerk.post(f"/orders/{number}/do/note/", dict(fields))
    assert events(town, number, "note") == 1
    changed = clerk.post(f"/orders/{number}/do/note/", dict(fields) | {"text": "另一句话"}, 422)
    assert "另一句话" in text_of(changed)
    assert events(town, number, "note") == 1


def test_an_order_registered_twice_by_a_double_press_is_there_once(town: Town, at_screen: AtScreen) -> None:
    agent = at_screen("agent")
    fields = agent.fields(agent.open("/intake/new/")) | {
        "body": ["门口路灯不亮"], "kind": ["complaint_help"], "phone": ["13812348000"],
    }  # fmt: skip
    places = {agent.post("/intake/new/", dict(fields)).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Event.objects.filter(action="register").count() == 1


def test_what_somebody_else_did_first_is_told_and_no_five_hundred(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    clerk = at_screen("clerk.urban")
    fields = clerk.fields(clerk.open(f"/orders/{number}/"), f"/orders/{number}/do/sign/")
    town.do("dispatcher", number, "take_back", {"reason": "派错了"})
    page = text_of(clerk.post(f"/orders/{number}/do/sign/", dict(fields), 409))
    assert "收回" in page


def test_only_what_is_allowed_is_offered_and_the_rest_says_why(town: Town, at_screen: AtScreen) -> None:
    number = reported(town)
    page = at_screen("reviewer").open(f"/orders/{number}/")
    assert "审核通过" in page
    assert "退回重办" in page
    agent = at_screen("agent")
    agent.post(f"/orders/{number}/do/pass_review/", {"seq": str(town.order(number).head_seq)}, 403)
    clerk = at_screen("clerk.urban").open(f"/orders/{number}/")
    assert "现在不能办的" in clerk
    assert "本单位的承办现在是“已报结”" in clerk


def test_actions_of_the_platform_and_unknown_ones_are_no_pages(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    for action in ("register", "save_draft", "nothing"):
        assert at_screen("dispatcher").client.post(f"/orders/{number}/do/{action}/").status_code == 404
    for action in ("breach", "recompute"):
        assert at_screen("dispatcher").client.post(f"/orders/{number}/do/{action}/").status_code == 403


def test_units_are_offered_where_they_make_sense(town: Town, at_screen: AtScreen) -> None:
    number = town.register(area="310117107001")
    town.do("dispatcher", number, "dispatch", {"lead": "c001"})
    town.do("clerk.c001", number, "sign")
    page = at_screen("clerk.c001").open(f"/orders/{number}/?do=hand_down")
    below = [u.name for u in town.pack.units if u.parent == "c001"]
    assert below
    form = page.split('name="unit"')[1].split("</select>")[0]
    for name in below:
        assert name in form
    assert "综合行政执法队" not in form
    page = at_screen("clerk.c001").open(f"/orders/{number}/?do=ask_verifier")
    others = page.split('name="unit"')[1].split("</select>")[0]
    assert "综合行政执法队" in others
    assert 'value="c001"' not in others


def test_the_form_works_from_every_button_for_everyone(town: Town, at_screen: AtScreen) -> None:
    stories = {
        town.register(): ("agent", "dispatcher"),
        town.register(category="J0201"): ("leader",),
        instructed(dispatched)(town): ("clerk.urban", "supervisor", "leader"),
        signed(town): ("clerk.urban", "dispatcher"),
        reported(town): ("reviewer",),
        to_callback(town): ("callback_agent",),
    }
    opened = set()
    for number, names in stories.items():
        for browser in map(at_screen, names):
            page = browser.open(f"/orders/{number}/")
            for query in {part.split("#")[0] for part in page.split(f'href="/orders/{number}/?do=')[1:]}:
                address = f"/orders/{number}/?do={query}".replace("&amp;", "&")
                action = query.split("&")[0]
                assert f'action="/orders/{number}/do/{action}/"' in browser.open(address), address
                opened.add(action)
    stages = {"accepted", "dispatched", "handling", "review", "callback"}
    wanted = {
        a.name for a in ACTIONS.values()
        if a.offered and a.name in registered() and stages & {str(s) for s in a.moves} and not a.on_application
    }  # fmt: skip
    assert wanted - opened <= {"unmask", "check_child", "verify", "edit_draft"}


def test_an_assignment_is_named_where_somebody_holds_two(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    given = assignment(town, number, "urban")
    page = at_screen("clerk.urban").open(f"/orders/{number}/?do=submit_report&assignment={given.pk}")
    assert f'name="assignment" value="{given.pk}"' in page
    assert "城市建设管理事务中心 · 主办" in page


def test_a_form_is_drawn_anew_only_for_whom_it_is(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    for action in ("dispatch", "close", "breach", "pass_review"):
        page = text_of(at_screen("clerk.urban").client.post(f"/orders/{number}/do/{action}/", {"refresh": "1"}))
        assert f'action="/orders/{number}/do/{action}/"' not in page, action
