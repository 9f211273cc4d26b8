"""The leader's instruction on screen: written on the order, listed until answered, answered by the unit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string

from open12345.orders import helps
from open12345.orders.sight import Sight
from tests.cast import Town
from tests.orders.walks import dispatched
from tests.screens.conftest import Browser

AtScreen = Callable[[str], Browser]


@pytest.mark.function("HAN-19")
def test_a_leader_writes_and_the_unit_answers(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    leader, clerk = at_screen("leader"), at_screen("clerk.urban")
    form = leader.open(f"/orders/{number}/?do=instruct")
    assert leader.fields(form, f"/orders/{number}/do/instruct/")["unit"] == ["urban"], "the lead stands first"
    assert "do=answer_instruction" not in clerk.open(f"/orders/{number}/"), "nothing to answer yet"
    leader.do(number, "instruct", {"text": "请当面说明"})
    assert number in leader.open("/handling/instructions/")
    assert "do=answer_instruction" not in at_screen("dispatcher").open(f"/orders/{number}/"), (
        "it is the unit's to answer"
    )
    assert "请当面说明" in clerk.open(f"/orders/{number}/")
    clerk.do(number, "answer_instruction", {"text": "已上门说明"})
    assert number not in leader.open("/handling/instructions/")
    assert number in leader.open("/handling/instructions/?tab=answered")
    assert "已上门说明" in leader.open(f"/orders/{number}/")
    for other in ("clerk.urban", "dispatcher"):
        at_screen(other).open("/handling/instructions/", 404)


@pytest.mark.function("HAN-19")
def test_on_top_of_the_order_stand_the_word_and_its_answer(town: Town) -> None:
    number = dispatched(town)
    town.do("leader", number, "instruct", {"text": "请当面说明", "unit": "urban"})
    waiting = on_top_of(town, number)
    assert "还没有回复" in waiting
    assert town.person("leader").name in waiting
    town.do("clerk.urban", number, "answer_instruction", {"text": "已上门说明"})
    assert "已上门说明" in on_top_of(town, number)
    silent = on_top_of(town, dispatched(town, phone="13700001111"))
    assert "请当面说明" not in silent
    assert "还没有回复" not in silent


def on_top_of(town: Town, number: str) -> str:
    """What rooms lend to the top of the order's page."""
    sight = Sight(person=town.person("clerk.urban"), at=town.now, pack=town.pack, seen=town.order(number))
    return "".join(render_to_string(template, {"help": shown}) for template, shown in helps.helps_at("top", sight))
