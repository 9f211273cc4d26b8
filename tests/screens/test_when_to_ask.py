"""What may not be asked for now is no button: it is greyed with the reason and the clause, and no choice of a form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.cast import Town
from tests.orders.walks import EXTENSION, RETURN, dispatched, granted, signed
from tests.screens.conftest import Browser

AtScreen = Callable[[str], Browser]


def greyed(page: str) -> dict[str, str]:
    """What cannot be done now, and why."""
    return dict(re.findall(r'<li><span class="faint">([^<]+)</span>：([^<]+)</li>', page))


def buttons(page: str) -> list[str]:
    return re.findall(r"data-command>([^<]+)</a>", page)


@pytest.mark.function("DIS-17")
def test_who_is_first_responsible_is_not_offered_the_return_and_told_by_which_clause(
    town: Town, at_screen: AtScreen
) -> None:
    number = town.register(category="A0101", area="310117107001")
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    page = at_screen("clerk.enforcement").open(f"/orders/{number}/")
    assert "退单" not in buttons(page)
    assert greyed(page)["退单"].startswith("这件工单不得退单：坚持“条块结合")
    assert "003 附件1 第八条" in greyed(page)["退单"]
    assert 'value="return"' not in at_screen("clerk.enforcement").open(f"/orders/{number}/?do=apply&kind=return")


@pytest.mark.function("DIS-17", "DIS-10")
def test_a_designated_unit_is_told_who_designated_it(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    said = {"lead": "market", "responsibility": "designated", "reason": "6月26日联席会议指定"}
    town.do("dispatcher", number, "dispatch", said)
    assert greyed(at_screen("clerk.market").open(f"/orders/{number}/"))["退单"].endswith("：6月26日联席会议指定")


def test_the_dispatcher_may_allow_the_return_all_the_same(town: Town, at_screen: AtScreen) -> None:
    number = town.register(category="A0101", area="310117107001")
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement", "no_return": False})
    assert "退单" in buttons(at_screen("clerk.enforcement").open(f"/orders/{number}/"))


def test_whom_the_list_does_not_bind_may_return(town: Town, at_screen: AtScreen) -> None:
    page = at_screen("clerk.urban").open(f"/orders/{dispatched(town)}/")
    assert "退单" in buttons(page)
    assert "退单" not in greyed(page)


def test_what_was_asked_as_often_as_it_may_be_is_greyed(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    assert "延期" in buttons(at_screen("clerk.urban").open(f"/orders/{number}/"))
    town.do("clerk.urban", number, "apply", EXTENSION)
    assert greyed(at_screen("clerk.urban").open(f"/orders/{number}/"))["延期"] == "每件工单最多申请 1 次"


def test_after_the_window_the_return_is_greyed_with_the_moment_it_closed(town: Town, at_screen: AtScreen) -> None:
    town.now -= timedelta(days=6)
    number = dispatched(town)
    assert "已过申请时限" in greyed(at_screen("clerk.urban").open(f"/orders/{number}/"))["退单"]


def test_a_co_handler_is_told_that_the_lead_asks(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, co_handlers=["market"])
    assert greyed(at_screen("clerk.market").open(f"/orders/{number}/"))["退单"] == "这种申请由主办单位提出"


def test_after_a_granted_return_the_next_unit_may_return_once_more(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    granted(town, number, RETURN)
    town.do("dispatcher", number, "dispatch", {"lead": "market"})
    assert "退单" in buttons(at_screen("clerk.market").open(f"/orders/{number}/"))
