"""Whoever fills in a form is told everything that is wrong with it in one answer, on screen and over the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from open12345.orders.models import Event, WorkOrder
from tests.api.callers import machine
from tests.cast import Town, complaint
from tests.orders.walks import answered, dispatched, reported, signed, to_callback
from tests.screens.conftest import Browser, text_of
from tests.screens.test_forms import field, wages

AtScreen = Callable[[str], Browser]

#: A report that breaks a rule of each sort: choice, text, moment, evidence, a co-handler, what is unreadable.
MESS = {
    "outcome": "",
    "fact": "true_fact",
    "fact_explanation": "属实",
    "demand": "not_lawful",
    "demand_explanation": "我们保证三天内办好，请打13912345678。",
    "clause": "",
    "on_site": "true",
    "site_at": "昨天下午",
    "site_people": "",
    "in_charge": "长" * 201,
    "extra.amount": "很多",
    "late_reason": "bad_luck",
}
WRONG = {
    "outcome": "必填",
    "fact_explanation": "不能只重复选项",
    "demand_explanation": "个人手机号",
    "clause": "写明依据的条款",
    "site_at": "时间格式应如",
    "site_people": "现场查看要写明",
    "in_charge": "最多 200 字",
    "extra.amount": "应为数字",
    "extra.site": "请填写",
    "proceed_reason": "还没有办结",
    "late_reason": "没有这个原因",
}


def messy(town: Town) -> str:
    """An order whose report has a form of its category's and a co-handler who is not done."""
    number = answered(town, co_handlers=("market",))
    WorkOrder.objects.filter(number=number).update(category=wages(town))
    return number


@pytest.mark.function("HAN-05")
def test_a_closing_form_tells_all_that_is_wrong_at_once_and_keeps_what_was_typed(
    town: Town, at_screen: AtScreen
) -> None:
    number, clerk = messy(town), at_screen("clerk.urban")
    page = text_of(clerk.do(number, "submit_report", MESS, status=422))
    for name, words in WRONG.items():
        assert words in field(page, name), name
        assert 'aria-invalid="true"' in field(page, name), name
    assert "承诺" in field(page, "demand_explanation"), "two rules at one field are both told"
    kept = clerk.fields(page, f"/orders/{number}/do/submit_report/")
    for name, value in MESS.items():
        if value and name != "late_reason":  # no such reason to choose from
            assert kept[name] == [value], name
    assert town.order(number).stage == "handling"


@pytest.mark.function("HAN-05", "API-01")
def test_the_api_names_every_broken_rule_of_a_report_in_one_answer(town: Town) -> None:
    number = messy(town)
    said: dict[str, Any] = {k: v for k, v in MESS.items() if not k.startswith("extra")}
    said |= {"extra": {"amount": "很多"}, "on_site": True}
    answer = machine("clerk@urban").act(number, "submit_report", said)
    assert answer.status_code == 422
    told = {error["field"] for error in answer.json()["errors"]}
    assert told >= WRONG.keys() | {"extra.amount"}
    assert not Event.objects.filter(order__number=number, action="submit_report").exists()


def _wrong(town: Town, by: str, number: str, action: str, said: Mapping[str, Any]) -> set[str]:
    answer = machine(by).act(number, action, dict(said))
    assert answer.status_code == 422, answer.content.decode()
    errors = answer.json()["errors"]
    assert len({(e["field"], e["message"]) for e in errors}) == len(errors), "nothing is told twice"
    return {error["field"] for error in errors}


FUTURE = "2099-01-01T09:00:00+08:00"


@pytest.mark.parametrize(
    ("begin", "by", "action", "said", "wrong"),
    [
        (dispatched, "clerk@urban", "contact", {"outcome": "", "at": FUTURE, "recording": 7},
         {"outcome", "at", "recording"}),
        (signed, "clerk@urban", "arrive", {"at": FUTURE, "photos": [7]}, {"at", "photos", "people", "found"}),
        (signed, "clerk@urban", "answer", {"at": FUTURE, "text": "", "method": "pigeon"}, {"at", "text", "method"}),
        (signed, "clerk@urban", "ask_verifier", {"unit": "urban"}, {"unit", "question"}),
        (signed, "clerk@urban", "apply", {"kind": "return", "reason": "", "to": "nobody"}, {"reason", "to"}),
        (to_callback, "callback_agent@centre", "log_attempt", {"outcome": "maybe", "at": FUTURE}, {"outcome", "at"}),
        (to_callback, "callback_agent@centre", "redispatch", {"lead": "nobody", "solved": "perhaps"},
         {"reason", "lead", "solved"}),
        (reported, "reviewer@centre", "send_back", {"reason": ""}, {"reason"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_and_what_breaks_a_rule_are_told_together(
    town: Town, begin: Callable[[Town], str], by: str, action: str, said: Mapping[str, Any], wrong: set[str]
) -> None:
    assert _wrong(town, by, begin(town), action, said) == wrong


def test_a_dispatch_names_every_unit_that_is_none(town: Town) -> None:
    said = {"lead": "nobody", "co_handlers": ["nowhere", "nowhere"], "in_copy": ["none"], "responsibility": "maybe"}
    wrong = _wrong(town, "dispatcher@centre", town.register(), "dispatch", said)
    assert wrong == {"lead", "co_handlers", "in_copy", "responsibility"}


def test_a_new_order_is_refused_with_all_its_mistakes_at_once(town: Town) -> None:
    said = {**complaint(), "kind": "", "category": "nonsense", "channel": "pigeon", "body": ""}
    answer = machine("agent@centre").post("/orders", said)
    assert answer.status_code == 422
    told = {error["field"] for error in answer.json()["errors"]}
    assert told >= {"kind", "category", "channel", "body"}
    assert not WorkOrder.objects.exists()
