"""A leader's word on an order, and the answer of the unit it was for (HAN-19)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from open12345.handling.instructions import of_leader
from open12345.handling.models import Instruction
from open12345.orders.errors import NotAllowed, NotFound
from tests.cast import Town
from tests.orders.walks import dispatched, refused

pytestmark = pytest.mark.function("HAN-19")
WORD = {"text": "请当面向市民说明，三天内报告结果", "unit": "urban"}


def test_the_leaders_word_waits_for_the_unit_and_is_answered(town: Town) -> None:
    number = dispatched(town)
    leader = town.person("leader")
    town.do("leader", number, "instruct", {**WORD, "reply_by": (town.now + timedelta(days=3)).isoformat()})
    assert [row.order.number for row in of_leader(leader, answered=False)] == [number]
    town.do("clerk.urban", number, "answer_instruction", {"text": "已上门说明，市民认可"})
    assert not of_leader(leader, answered=False)
    row = Instruction.objects.get()
    assert (row.unit and row.unit.code, row.answered_by) == ("urban", town.person("clerk.urban").name)
    assert [e.action for e in town.order(number).events.order_by("seq")][-2:] == ["instruct", "answer_instruction"]
    assert town.order(number).stage == "dispatched", "it moves nothing"


def test_each_unit_answers_its_own_and_the_centre_what_names_none(town: Town) -> None:
    number = dispatched(town, co_handlers=["police"])
    town.do("leader", number, "instruct", WORD)
    assert refused(town, "clerk.police", number, "answer_instruction", {"text": "好"}) == {("__all__", "nothing_owed")}
    assert refused(town, "dispatcher", number, "answer_instruction", {"text": "好"}) == {("__all__", "nothing_owed")}
    town.do("leader", number, "instruct", {"text": "请中心跟进"})
    town.do("dispatcher", number, "answer_instruction", {"text": "已跟进"})
    assert set(Instruction.objects.values_list("unit__code", "answered_by")) == {
        ("urban", ""), (None, town.person("dispatcher").name),
    }  # fmt: skip


def test_only_units_of_the_order_are_told_and_in_time(town: Town) -> None:
    number = dispatched(town)
    assert refused(town, "leader", number, "instruct", {**WORD, "unit": "market"}) == {("unit", "not_on_order")}
    past = {**WORD, "reply_by": (town.now - timedelta(days=1)).isoformat()}
    assert refused(town, "leader", number, "instruct", past) == {("reply_by", "past")}
    with pytest.raises(NotAllowed):
        town.do("clerk.urban", number, "instruct", WORD)
    with pytest.raises(NotFound):
        town.do("clerk.market", number, "answer_instruction", {"text": "看得到吗"})


def test_what_names_the_caller_is_masked_for_reading(town: Town) -> None:
    number = dispatched(town, name="欧阳秀兰", phone="13812348765")
    town.do("leader", number, "instruct", {"text": "请联系欧阳秀兰 13812348765"})
    record = town.order(number).records.get(pk=Instruction.objects.get().record)
    assert "欧阳秀兰" not in record.content["text"]
    assert "8765" not in record.content["text"].replace("138****8765", "")


def test_a_leader_lists_only_their_own(town: Town) -> None:
    number = dispatched(town)
    town.do("leader", number, "instruct", WORD)
    assert not of_leader(town.person("supervisor"), answered=False)
