"""Several at once: each row says which batches can do something with it; what was asked stands beside the reply."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from open12345.callback import services
from tests.cast import Town
from tests.orders.walks import dispatched, reported, signed, to_callback
from tests.screens.conftest import Browser

AtScreen = Callable[[str], Browser]


def fits(page: str) -> dict[str, str | None]:
    """Number → the batches that its row fits, None for all."""
    boxes = re.findall(r'name="mark" value="(\d+)[^"]*"(?: data-fits="([^"]*)")?', page)
    with_fits = re.findall(r'name="mark" value="(\d+)[^"]*" data-fits', page)
    return {number: found if number in with_fits else None for number, found in boxes}


@pytest.mark.function("HAN-01")
def test_what_is_signed_already_can_be_marked_but_not_signed(town: Town, at_screen: AtScreen) -> None:
    done, new = signed(town), dispatched(town)
    page = at_screen("clerk.urban").open("/handling/")
    assert fits(page) == {done: "", new: "sign"}
    assert 'data-needs-marks="sign"' in page
    assert re.search(r'title="先选中要办的工单"\s+disabled', page), "a greyed button says why"
    assert 'data-some="选中 {n} 件，其中 {m} 件可以{verb}"' in page


@pytest.mark.function("DIS-01")
def test_an_order_without_a_unit_of_the_list_cannot_go_by_the_list(town: Town, at_screen: AtScreen) -> None:
    known, unknown = town.register(), town.register(category="", area="")
    assert fits(at_screen("dispatcher").open("/dispatch/")) == {known: "dispatch", unknown: ""}


@pytest.mark.function("CAL-02")
def test_a_held_callback_can_be_released_and_a_free_one_given(town: Town, at_screen: AtScreen) -> None:
    held, free = to_callback(town), to_callback(town)
    agent, boss = town.person("callback_agent"), town.person("floor_supervisor")
    services.assign([held], [agent.id or 0], by=boss, at=town.now)
    page = at_screen("floor_supervisor").open("/callback/?tab=all")
    assert fits(page) == {held: "release", free: "take assign"}
    assert 'data-needs-field="staff" data-asks="先选回访员"' in page
    assert fits(at_screen("callback_agent").open("/callback/?tab=pool")) == {free: None}


ASKED = "您好！路灯坏了三天。什么时候修好？摊贩占道谁来管？谢谢！"


@pytest.mark.function("HAN-01", "HAN-19")
def test_what_was_asked_stands_sentence_by_sentence_beside_the_reply(town: Town, at_screen: AtScreen) -> None:
    number = signed(town, body=ASKED)
    pane = at_screen("clerk.urban").open(f"/handling/?open={number}").split('class="pane-help"')[1]
    assert re.findall(r"<span>([^<]+)</span>\s*</label>", pane) == [
        "路灯坏了三天。",
        "什么时候修好？",
        "摊贩占道谁来管？",
    ]
    assert "0/3" in pane
    done = reported(town, body=ASKED)
    assert "0/3" in at_screen("reviewer").open(f"/handling/review/?open={done}").split('class="pane-help"')[1]
    assert "data-asked" not in at_screen("callback_agent").open(f"/orders/{done}/?pane=1&desk=callback")
