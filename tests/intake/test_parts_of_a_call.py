"""One call may hold several matters, several orders one matter: split, merged, related, asked again."""

import pytest

from open12345.orders import queries, requesters
from open12345.orders.errors import Conflict
from open12345.orders.models import Link, WorkOrder
from tests.cast import Town
from tests.orders.walks import closed, dispatched, flaws, refused, running, signed

PARTS = {
    "parts": [
        {"body": "涞亭南路路灯三盏不亮", "category": "B03"},
        {"body": "想问敬老卡怎么办", "kind": "inquiry", "category": "M02", "urgency": "semi_urgent"},
    ]
}


def links(number: str) -> set[tuple[str, str]]:
    return set(Link.objects.filter(order__number=number).values_list("kind", "other__number"))


@pytest.mark.function("INT-06")
def test_each_matter_of_one_call_becomes_an_order_of_its_own(town: Town) -> None:
    number = town.register()
    lamp, card = town.do("agent", number, "split", PARTS).more["parts"]
    for part in (lamp, card):
        assert town.order(part).requester_id == town.order(number).requester_id
        assert {("split_from", number), ("same_call", number)} <= links(part)
        assert running(town, part) == {"dispatch", "overall"}
    assert (town.order(card).kind, town.order(card).urgency) == ("inquiry", "semi_urgent")
    assert town.order(number).stage == "accepted"
    town.do("dispatcher", lamp, "dispatch", {})
    assert town.order(lamp).lead_unit.code == "urban"  # type: ignore[union-attr] # just dispatched
    assert flaws() == []


def test_a_wrong_part_splits_nothing(town: Town) -> None:
    number = town.register()
    wrong = {"parts": [PARTS["parts"][0], {"body": "别的", "category": "A"}]}
    assert refused(town, "agent", number, "split", wrong) == {("category", "unknown")}
    assert WorkOrder.objects.count() == 1


@pytest.mark.function("INT-06")
def test_a_second_matter_of_the_same_call_shares_the_caller(town: Town) -> None:
    first = town.register()
    second = town.register(body="小区里路灯不亮", category="B03", name="", phone="", same_call_as=first)
    assert town.order(first).requester_id == town.order(second).requester_id
    assert ("same_call", first) in links(second)


@pytest.mark.function("INT-06")
def test_two_orders_of_one_caller_are_merged_with_a_pointer(town: Town) -> None:
    first, second = town.register(), town.register(phone="+86 138-1234-8000")
    town.do("agent", second, "merge", {"into": first})
    assert town.order(second).stage == "cancelled"
    assert ("merged_into", first) in links(second)
    assert running(town, second) == set()
    assert flaws() == []


def test_orders_of_different_callers_are_related_never_merged(town: Town) -> None:
    mine, theirs = town.register(), town.register(phone="13987654321", name="周建国")
    assert refused(town, "agent", mine, "merge", {"into": theirs}) == {("into", "other_requester")}
    town.do("agent", mine, "relate", {"other": theirs})
    town.do("agent", mine, "relate", {"other": theirs})
    assert links(mine) == {("related", theirs)}
    assert {town.order(n).stage for n in (mine, theirs)} == {"accepted"}


def test_two_anonymous_callers_are_not_one_person(town: Town) -> None:
    first, second = (town.register(name="", phone="", anonymous=True) for _ in range(2))
    assert refused(town, "agent", second, "merge", {"into": first}) == {("into", "other_requester")}


@pytest.mark.parametrize("ending", ["closed", "cancelled", "itself", "unknown"])
def test_nothing_is_merged_into_what_nobody_answers_any_more(town: Town, ending: str) -> None:
    number, gone = town.register(), town.register()
    town.do("agent", gone, "refuse", {"reason": "abusive", "told": "再见"})
    into = {"cancelled": gone, "itself": number, "unknown": "310117209901011000001"}.get(ending) or closed(town)
    code = {"itself": "same", "unknown": "unknown"}.get(ending, "ended")
    assert refused(town, "agent", number, "merge", {"into": into}) == {("into", code)}
    assert town.order(number).stage == "accepted"


@pytest.mark.function("INT-09")
@pytest.mark.parametrize("spelling", ["138 1234 8000", "+86-13812348000", "１３８１２３４８０００", "008613812348000"])
def test_the_same_caller_is_known_however_the_phone_is_written(town: Town, spelling: str) -> None:
    first = dispatched(town)
    agent = town.person("agent2")
    assert [o.number for o in queries.by_phone(agent, spelling)] == [first]
    again = town.register(by="agent2", phone=spelling)
    assert ("repeat_of", first) in links(again)


def test_another_matter_of_the_same_caller_is_no_repeat(town: Town) -> None:
    first = town.register()
    other = town.register(body="想了解一下老年大学今年秋季班的报名时间和要带什么材料", category="N01")
    assert links(other) == set()
    facts = town.order(other).events.get().facts
    assert facts["caller_open"] == [town.order(first).pk]


def test_the_same_words_of_another_caller_are_no_repeat(town: Town) -> None:
    town.register()
    assert links(town.register(phone="13987654321")) == set()


def test_what_is_closed_is_not_repeated_but_new(town: Town) -> None:
    closed(town)
    assert links(town.register()) == set()


@pytest.mark.function("INT-09")
def test_who_asks_again_urges_the_open_order(town: Town) -> None:
    number = signed(town)
    town.do(
        "agent", number, "urge", {"text": "李秀兰又打来，电话13812348000，问什么时候来人", "call_ref": "C20250626-77"}
    )
    town.do("agent2", number, "urge", {"text": "第二次催"})
    order = town.order(number)
    assert (order.urges, order.stage) == (2, "handling")
    note = order.records.first()
    assert note is not None
    assert "13812348000" not in str(note.content)
    assert "李秀兰" not in str(note.content)
    assert flaws() == []


def test_an_ended_order_is_not_urged(town: Town) -> None:
    number = closed(town)
    with pytest.raises(Conflict, match="不能“催办”"):
        town.do("agent", number, "urge", {"text": "又来了"})


def test_the_index_of_a_phone_tells_nothing(town: Town) -> None:
    requester = town.order(town.register()).requester
    assert b"13812348000" not in bytes(requester.phone_index or b"")
    assert bytes(requester.phone_index or b"") == requesters.phone_index("13812348000")
