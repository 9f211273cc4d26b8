"""Direct answers are drawn for a check and called about (CAL-11)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.callback import sampling
from open12345.callback.models import DirectCheck
from open12345.orders.errors import Refused
from tests.cast import Town
from tests.orders.walks import change_pack, closed

pytestmark = pytest.mark.function("CAL-11")
GOOD = {"heard": "yes", "solved": "solved", "satisfied": "satisfied"}
BAD = {"heard": "partly", "solved": "not_solved", "satisfied": "dissatisfied", "cause": "perfunctory"}


def answered_at_once(town: Town) -> str:
    number = town.register(kind="inquiry", category="P01")
    town.do("agent", number, "answer_directly", {"text": "办理时间为工作日九点到五点"})
    return number


def everything_is_drawn(town: Town) -> None:
    change_pack(town, callback=town.pack.callback.model_copy(update={"direct_share": 1.0}))


@given(st.integers(min_value=0, max_value=10**21))
def test_a_larger_share_draws_all_that_a_smaller_one_does(number: int) -> None:
    drawn = [sampling.is_drawn(str(number), share) for share in (0.0, 0.1, 0.5, 1.0)]
    assert drawn == sorted(drawn)
    assert (drawn[0], drawn[-1]) == (False, True)


def test_the_share_is_kept_and_everybody_draws_the_same() -> None:
    numbers = [f"310117202506261{n:06}" for n in range(5000)]
    drawn = [n for n in numbers if sampling.is_drawn(n, 0.1)]
    assert 425 < len(drawn) < 575
    assert sampling.is_drawn("310117202506261000021", 0.1) is (drawn.count("310117202506261000021") == 1)


def test_a_share_of_direct_answers_is_drawn_and_nothing_else(town: Town) -> None:
    everything_is_drawn(town)
    number = answered_at_once(town)
    closed(town)
    assert list(DirectCheck.objects.values_list("order__number", flat=True)) == [number]
    assert list(sampling.to_check(town.person("callback_agent")).values_list("number", flat=True)) == [number]
    change_pack(town, callback=town.pack.callback.model_copy(update={"direct_share": 0.0}))
    town.wait(days=2)
    answered_at_once(town)
    assert DirectCheck.objects.count() == 1


def test_what_was_heard_is_kept_with_the_order_and_for_the_figures(town: Town) -> None:
    everything_is_drawn(town)
    number = answered_at_once(town)
    town.do("callback_agent", number, "check_answer", GOOD)
    check, order = DirectCheck.objects.get(), town.order(number)
    assert (check.connected, check.heard, check.solved, check.satisfied, check.unhappy) == (
        True, "yes", "solved", "satisfied", False,
    )  # fmt: skip
    assert (order.stage, order.solved, order.satisfied, order.callbacks) == ("closed", "solved", "satisfied", 0)
    assert not sampling.to_check(town.person("callback_agent")).exists()
    assert not sampling.to_reopen(town.person("supervisor")).exists()


def test_an_unhappy_caller_is_a_suggestion_to_the_supervisor_who_opens_it_again(town: Town) -> None:
    everything_is_drawn(town)
    number = answered_at_once(town)
    town.do("callback_agent", number, "check_answer", BAD)
    assert town.order(number).stage == "closed", "it stays closed until a supervisor says so"
    assert list(sampling.to_reopen(town.person("supervisor")).values_list("number", flat=True)) == [number]
    town.do("supervisor", number, "reopen", {"reason": "抽查没有解决", "lead": "urban"})
    assert not sampling.to_reopen(town.person("supervisor")).exists()


def test_who_cannot_be_reached_is_no_answer(town: Town) -> None:
    everything_is_drawn(town)
    number = answered_at_once(town)
    town.do("callback_agent", number, "check_answer", {"ended": "unreachable"})
    assert (DirectCheck.objects.get().connected, town.order(number).satisfied) == (False, "")


def test_only_what_was_drawn_is_checked_and_once(town: Town) -> None:
    change_pack(town, callback=town.pack.callback.model_copy(update={"direct_share": 0.0}))
    number = answered_at_once(town)
    with pytest.raises(Refused) as refusal:
        town.do("callback_agent", number, "check_answer", GOOD)
    assert {p.code for p in refusal.value.problems} == {"not_drawn"}
    everything_is_drawn(town)
    other = answered_at_once(town)
    with pytest.raises(Refused) as missing:
        town.do("callback_agent", other, "check_answer", {"heard": "yes", "satisfied": "dissatisfied"})
    assert {(p.field, p.code) for p in missing.value.problems} == {("solved", "missing"), ("cause", "missing")}
    town.do("callback_agent", other, "check_answer", GOOD)
    with pytest.raises(Refused):
        town.do("callback_agent", other, "check_answer", GOOD)


def test_an_order_answered_at_once_a_second_time_still_waits_for_one_check(town: Town) -> None:
    everything_is_drawn(town)
    number = answered_at_once(town)
    town.do("supervisor", number, "reopen", {"reason": "市民再次反映", "lead": "urban"})
    town.do("dispatcher", number, "take_back", {"reason": "中心可以直接答"})
    town.do("agent", number, "answer_directly", {"text": "周末也开放，上午九点到十一点"})
    assert DirectCheck.objects.filter(order__number=number, done_at__isnull=True).count() == 1
    assert list(sampling.to_check(town.person("callback_agent")).values_list("number", flat=True)) == [number]
