"""The leader's word, its answer, and callbacks that are given out: those whom it concerns are told, without words."""

from __future__ import annotations

import json

import pytest
from django.core import serializers

from open12345.callback import services
from open12345.notify.models import Notice
from tests.cast import Town
from tests.notify.told import told
from tests.orders.walks import dispatched, to_callback


def in_store() -> str:
    """Everything that is stored of notices."""
    return json.dumps(json.loads(serializers.serialize("json", Notice.objects.all())), ensure_ascii=False)


@pytest.mark.function("HAN-19")
def test_the_unit_hears_the_leaders_word_and_the_leader_the_answer(town: Town) -> None:
    number = dispatched(town, co_handlers=["market"])
    town.do("leader", number, "instruct", {"text": "请当面向李秀兰说明，电话13812348000", "unit": "urban"})
    assert told(town, "clerk.urban", number) == ["dispatched", "instructed"]
    assert told(town, "approver.urban", number) == ["instructed"]
    for other in ("worker.urban", "clerk.market", "dispatcher", "supervisor", "leader"):
        assert {"instructed", "instructed_centre"}.isdisjoint(told(town, other, number)), other
    town.do("clerk.urban", number, "answer_instruction", {"text": "已上门向李秀兰说明"})
    assert told(town, "leader", number) == ["instruction_answered"]
    assert told(town, "clerk.urban", number) == ["dispatched", "instructed"], "not what they did themselves"
    stored = in_store()
    assert "李秀兰" not in stored
    assert "13812348000" not in stored
    assert "当面" not in stored


@pytest.mark.function("HAN-19")
def test_a_word_that_names_no_unit_is_for_the_centre(town: Town) -> None:
    number = dispatched(town)
    town.do("leader", number, "instruct", {"text": "请中心跟进"})
    assert told(town, "dispatcher", number) == told(town, "supervisor", number) == ["instructed_centre"]
    assert told(town, "clerk.urban", number) == ["dispatched"]


@pytest.mark.function("CAL-02")
def test_who_is_given_callbacks_is_told_once_for_all_of_them(town: Town) -> None:
    numbers = [to_callback(town), to_callback(town)]
    agent = town.person("callback_agent")
    services.assign(numbers, [agent.id or 0], by=town.person("floor_supervisor"), at=town.now)
    notice = Notice.objects.get(kind="tasks_given")
    assert notice.order is not None
    assert (notice.staff, notice.facts, notice.order.number) == (agent.id, {"tasks": 2}, numbers[0])
    assert told(town, "callback_agent") == ["tasks_given"]
    assert told(town, "floor_supervisor") == []


@pytest.mark.function("CAL-02")
def test_what_one_takes_oneself_is_no_news(town: Town) -> None:
    services.take([to_callback(town)], by=town.person("callback_agent"), at=town.now)
    assert not Notice.objects.filter(kind="tasks_given").exists()


@pytest.mark.function("CAL-02")
def test_a_task_given_back_and_given_again_is_told_again(town: Town) -> None:
    number, agent, boss = to_callback(town), town.person("callback_agent"), town.person("floor_supervisor")
    services.assign([number], [agent.id or 0], by=boss, at=town.now)
    services.release([number], by=boss, at=town.now)
    services.assign([number], [agent.id or 0], by=boss, at=town.now)
    assert told(town, "callback_agent") == ["tasks_given"] * 2
