"""The desks: list, order and help in one page; the next order opens by itself; several at once; the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest

from open12345.orders import undo
from tests.cast import Town
from tests.orders.walks import assignment, dispatched, reported, signed, to_callback
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]
HTMX = {"HX-Request": "true"}


def undo_of(page: str) -> str:
    found = re.search(r'action="(/orders/\d+/undo/[^"]+)"', page)
    assert found, "no way back is offered"
    return found[1]


@pytest.mark.function("DIS-01", "HAN-01")
def test_the_opened_order_stands_beside_the_list(town: Town, at_screen: AtScreen) -> None:
    first, second = town.register(title="桥洞积水"), town.register(title="路灯不亮")
    page = at_screen("dispatcher").open(f"/dispatch/?open={second}")
    listed, pane = page.split('id="pane"')
    assert first in listed
    assert second in listed
    assert re.search(rf'data-number="{second}"\s+aria-current="true"', listed)
    assert "路灯不亮" in pane
    assert f'action="/orders/{second}/do/dispatch/"' in pane


def test_what_may_not_be_seen_is_not_opened_beside_a_list(town: Town, at_screen: AtScreen) -> None:
    foreign = signed(town, "urban", title="别的单位的私密事", body="不该给别人看到的内容")
    page = at_screen("clerk.market").open(f"/handling/?open={foreign}")
    assert "不该给别人看到的内容" not in page
    assert "别的单位的私密事" not in page
    assert at_screen("clerk.market").client.get(f"/orders/{foreign}/?pane=1&desk=handling").status_code == 404


def test_after_an_action_the_queue_goes_on_with_the_next(town: Town, at_screen: AtScreen) -> None:
    first, second = town.register(), town.register()
    dispatcher = at_screen("dispatcher")
    answer = dispatcher.client.post(
        f"/orders/{first}/do/dispatch/",
        {"lead": "urban", "desk": "dispatch", "next": second},
        headers={**HTMX, "HX-Current-URL": f"http://testserver/dispatch/?tab=urgent&open={first}"},
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/dispatch/?tab=urgent&open={second}"


@pytest.mark.parametrize("odd", ["https://evil.example/dispatch/", "//evil.example", "javascript:alert(1)", "\x00"])
def test_nobody_sends_the_browser_elsewhere(town: Town, at_screen: AtScreen, odd: str) -> None:
    number = town.register()
    answer = at_screen("dispatcher").client.post(
        f"/orders/{number}/do/note/",
        {"text": "看过", "desk": "dispatch", "next": odd},
        headers={**HTMX, "HX-Current-URL": odd},
    )
    assert answer.headers["HX-Redirect"] == "/dispatch/"


def test_a_unit_stays_at_the_order_until_it_has_reported(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    answer = at_screen("clerk.urban").client.post(f"/orders/{number}/do/sign/", {"desk": "handling"}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/handling/?open={number}"


def test_a_refused_form_comes_back_with_what_was_typed(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    answer = at_screen("clerk.urban").client.post(
        f"/orders/{number}/do/answer/", {"desk": "handling", "text": "已经派人去看了"}, headers=HTMX
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "已经派人去看了" in page
    assert "<html" not in page, "only the form is drawn anew"


@pytest.mark.function("HAN-01")
def test_several_are_signed_at_once_and_the_others_are_told(town: Town, at_screen: AtScreen) -> None:
    numbers = [dispatched(town) for _ in range(3)]
    given = [assignment(town, number, "urban") for number in numbers]
    taken = signed(town)
    marks = [f"{n}.{a.pk}" for n, a in zip(numbers, given, strict=True)]
    marks += [f"{taken}.{assignment(town, taken, 'urban').pk}", "310117209901011000001.1", "nonsense"]
    answer = at_screen("clerk.urban").client.post("/handling/sign/", {"mark": marks}, follow=True)
    assert [assignment(town, number, "urban").state for number in numbers] == ["signed"] * 3
    told = text_of(answer)
    assert "签收 3 件" in told
    assert "3 件没有办成" in told
    assert "没有这件工单（…0001、…ense）" in told


def test_a_stranger_signs_nothing_of_others_in_a_batch(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    mark = f"{number}.{assignment(town, number, 'urban').pk}"
    at_screen("clerk.market").client.post("/handling/sign/", {"mark": [mark]})
    assert assignment(town, number, "urban").state == "waiting"
    assert at_screen("dispatcher").client.post("/handling/sign/", {"mark": [mark]}).status_code == 404


@pytest.mark.function("DIS-01")
def test_several_are_dispatched_by_the_list_at_once(town: Town, at_screen: AtScreen) -> None:
    known, unknown = town.register(), town.register(category="", area="")
    answer = at_screen("dispatcher").client.post("/dispatch/batch/", {"mark": [known, unknown]}, follow=True)
    assert town.order(known).stage == "dispatched"
    assert town.order(unknown).stage == "accepted"
    assert f"派单 1 件；1 件没有办成：责任清单没有对应的单位（…{unknown[-4:]}）" in text_of(answer)


@pytest.mark.function("DIS-01", "DIS-04")
def test_what_the_desk_is_not_sure_of_stays_and_is_named(town: Town, at_screen: AtScreen) -> None:
    known, unsure, marked = town.register(), *(town.register(category="", area="310117107001") for _ in range(2))
    desk = at_screen("dispatcher")
    page = desk.client.get("/dispatch/").content.decode()
    rows = {number: page.split(f'value="{number}"')[1].split("</li>")[0] for number in (known, unsure)}
    assert 'data-fits="dispatch"' in rows[known]
    assert 'data-fits=""' in rows[unsure]
    assert "没有把握 · 亭中社区居委会" in page
    form = text_of(desk.client.get(f"/orders/{unsure}/?desk=dispatch"))
    assert "对第一个单位没有把握" in form
    said = {"mark": [known, unsure], "left": [marked]}  # a page that is older than the floor may send it along
    told = text_of(desk.client.post("/dispatch/batch/", said, follow=True))
    assert "派单 1 件；2 件没有办成：推荐的单位没有把握，请打开工单选定" in told
    assert f"（…{unsure[-4:]}、…{marked[-4:]}）" in told
    assert {town.order(number).stage for number in (unsure, marked)} == {"accepted"}
    assert town.order(known).stage == "dispatched"


@pytest.mark.function("DIS-01")
def test_a_dispatch_is_taken_back_within_seconds(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    dispatcher = at_screen("dispatcher")
    dispatcher.do(number, "dispatch", {"lead": "urban", "desk": "dispatch"})
    page = dispatcher.client.post(undo_of(dispatcher.open("/dispatch/")), follow=True).content.decode()
    assert town.order(number).stage == "accepted"
    assert "撤销派单" in page, "the way back is on record"


@pytest.mark.function("DIS-01")
def test_nothing_is_taken_back_once_somebody_went_on_or_time_is_up(town: Town, at_screen: AtScreen) -> None:
    number, other = town.register(), town.register()
    dispatcher = at_screen("dispatcher")
    dispatcher.do(number, "dispatch", {"lead": "urban", "desk": "dispatch"})
    back = undo_of(dispatcher.open("/dispatch/"))
    at_screen("clerk.urban").do(number, "sign")
    assert "undo" not in dispatcher.client.post(back, follow=True).content.decode()
    assert town.order(number).stage == "handling"
    dispatcher.do(other, "dispatch", {"lead": "urban", "desk": "dispatch"})
    back = undo_of(dispatcher.open("/dispatch/"))
    with patch("django.core.signing.time.time", return_value=(town.now + timedelta(hours=9)).timestamp()):
        assert "已过撤销的时间" in dispatcher.client.post(back, follow=True).content.decode()
    assert town.order(other).stage == "dispatched"


def test_a_way_back_that_was_used_does_not_undo_what_was_done_again(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    dispatcher = at_screen("dispatcher")
    dispatcher.do(number, "dispatch", {"lead": "urban", "desk": "dispatch"})
    back = undo_of(dispatcher.open("/dispatch/"))
    assert "已撤销" in dispatcher.client.post(back, follow=True).content.decode()
    dispatcher.do(number, "dispatch", {"lead": "market", "desk": "dispatch"})
    assert "已不能撤销" in dispatcher.client.post(back, follow=True).content.decode()
    assert town.order(number).stage == "dispatched"


def test_a_way_back_is_the_doers_own(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    dispatcher = at_screen("dispatcher")
    dispatcher.do(number, "dispatch", {"lead": "urban", "desk": "dispatch"})
    back = undo_of(dispatcher.open("/dispatch/"))
    at_screen("clerk.urban").client.post(back)
    assert at_screen("clerk.market").client.post(back).status_code == 404
    assert town.order(number).stage == "dispatched"
    assert "undo_dispatch" in undo.BACK.values()


@pytest.mark.function("CAL-02")
def test_the_callback_desk_shows_what_was_said_and_kept(town: Town, at_screen: AtScreen) -> None:
    number = to_callback(town)
    pane = at_screen("callback_agent").open(f"/callback/?open={number}").split('id="pane"')[1]
    assert "已告诉诉求人和报告的" in pane
    assert "时限执行" in pane
    at_screen("callback_agent").do(number, "log_attempt", {"outcome": "busy"})
    pane = at_screen("callback_agent").open(f"/callback/?open={number}").split('id="pane"')[1]
    assert "占线" in pane.split('class="pane-help"')[1]


def test_the_review_desk_shows_the_report_and_the_limits(town: Town, at_screen: AtScreen) -> None:
    number = reported(town)
    pane = at_screen("reviewer").open(f"/handling/review/?open={number}").split('id="pane"')[1]
    assert "时限执行" in pane
    assert f'action="/orders/{number}/do/pass_review/"' in pane


@pytest.mark.function("DIS-01")
def test_a_dispatcher_sees_the_load_of_the_units_and_takes_one_by_its_number(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    form, pane = at_screen("dispatcher").open(f"/dispatch/?open={number}").split('class="pane-help"')
    assert "单位在办" in pane
    assert re.search(r'data-takes="lead=enforcement co_handlers=[^"]*"\s+data-key="1"', form)


def test_a_unit_does_not_see_the_load_of_others_by_naming_another_desk(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    address = f"/orders/{number}/?pane=1&desk=dispatch"
    assert "单位在办" in at_screen("dispatcher").open(address)
    assert "单位在办" not in at_screen("clerk.urban").open(address)


def test_light_and_dark_are_kept_and_lead_back(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    answer = dispatcher.client.post("/light/", {"light": "dark", "next": "/dispatch/?tab=urgent"})
    assert answer.headers["Location"] == "/dispatch/?tab=urgent"
    assert 'data-light="dark"' in dispatcher.open("/dispatch/")
    answer = dispatcher.client.post("/light/", {"light": "purple", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert 'data-light="dark"' in dispatcher.open("/dispatch/")


def test_every_desk_explains_its_words(town: Town, at_screen: AtScreen) -> None:
    desks = {"dispatcher": "/dispatch/", "clerk.urban": "/handling/", "callback_agent": "/callback/"}
    for name, url in desks.items():
        assert "本页用语" in at_screen(name).open(url)
    assert "只能添加，不能修改" in at_screen("dispatcher").open("/words/")
