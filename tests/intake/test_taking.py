"""What the desk takes in: every element checked at its field, the caller sealed, clocks running."""

from datetime import datetime
from typing import Any

import pytest

from open12345.orders import queries, requesters
from open12345.orders.errors import Refused
from open12345.orders.models import Event, Record, Requester, WorkOrder
from open12345.worktime import SHANGHAI
from tests.cast import Town, complaint
from tests.orders.walks import UPPER, clock, flaws, refused, running


def wrong(town: Town, **said: Any) -> set[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        town.register(**said)
    assert WorkOrder.objects.count() == 0
    assert Requester.objects.count() == 0
    return {(p.field, p.code) for p in caught.value.problems}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"kind": "praise"}, ("kind", "unknown")),
        ({"kind": ""}, ("kind", "string_too_short")),
        ({"body": "  "}, ("body", "string_too_short")),
        ({"channel": "fax"}, ("channel", "unknown")),
        ({"category": "A01"}, ("category", "unknown")),
        ({"category": "ZZ"}, ("category", "unknown")),
        ({"area": "999"}, ("area", "unknown")),
        ({"order_type": "vip"}, ("order_type", "unknown")),
        ({"urgency": "now"}, ("urgency", "literal_error")),
        ({"phone": ""}, ("phone", "missing")),
        ({"phone": "110a"}, ("phone", "invalid")),
        ({"phone": "1" * 16}, ("phone", "invalid")),
        ({"foreign_number": "QX1"}, ("foreign_number", "incomplete")),
        ({"origin": "upper", "channel": "upper"}, ("foreign_number", "missing")),
        ({**UPPER, "upper_due_at": "2025-06-26T08:59:00+08:00"}, ("upper_due_at", "past")),
        ({**UPPER, "upper_due_at": "2025-07-04 17:30"}, ("upper_due_at", "timezone_aware")),
        ({"category": "B02", "title": "井盖", "body": "井盖不见了"}, ("place", "required")),
        ({"same_call_as": "310117209901011000001"}, ("same_call_as", "unknown")),
        ({"colour": "red"}, ("colour", "extra_forbidden")),
    ],
)
def test_each_wrong_element_is_told_at_its_field(town: Town, said: dict[str, object], problem: tuple[str, str]) -> None:
    assert problem in wrong(town, **said)


def test_all_wrong_elements_are_told_at_once(town: Town) -> None:
    found = wrong(town, kind="x", channel="x", category="x", area="x", phone="1")
    assert {field for field, _ in found} == {"kind", "channel", "category", "area", "phone"}


def test_a_number_is_made_of_district_day_channel_and_sequence(town: Town) -> None:
    town.now = datetime(2025, 6, 30, 23, 59, tzinfo=SHANGHAI)
    evening = town.register()
    town.wait(minutes=2)
    night = town.register(channel="walk_in")
    assert evening.startswith("310117202506301")
    assert night.startswith("310117202507014")
    assert int(night[-6:]) == int(evening[-6:]) + 1


@pytest.mark.function("INT-07")
def test_an_anonymous_caller_leaves_nothing_of_themselves(town: Town) -> None:
    number = town.register(anonymous=True)
    requester = town.order(number).requester
    assert requester.anonymous
    assert requesters.open_requester(requester) == requesters.Who()
    assert requester.phone_index is None
    assert not queries.by_phone(town.person("agent"), "13812348000").exists()


@pytest.mark.function("SEC-01")
def test_nothing_of_the_caller_stands_in_the_clear(town: Town) -> None:
    said = complaint(
        id_number="310117198001011230",
        address="松江区九亭镇涞亭南路88弄5号301室",
        body="我叫李秀兰，电话13812348000，身份证310117198001011230，楼下摊贩占道。",
    )
    number = town.create("register", said).number
    stored = [*Requester.objects.values(), *WorkOrder.objects.values(), *Event.objects.values()]
    text = str([{k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()} for row in stored])
    for secret in ("李秀兰", "13812348000", "310117198001011230", "5号301"):
        assert secret not in text
    who = requesters.open_requester(town.order(number).requester)
    assert (who.name, who.phone, who.id_number) == ("李秀兰", "13812348000", "310117198001011230")
    assert "13812348000" in requesters.open_text(town.order(number))


@pytest.mark.function("INT-18")
def test_what_is_not_accepted_is_told_and_counted(town: Town) -> None:
    number = town.register()
    assert refused(town, "agent", number, "refuse", {"reason": "mood", "told": "不行"}) == {("reason", "unknown")}
    assert ("told", "string_too_short") in refused(
        town, "agent", number, "refuse", {"reason": "outside_area", "told": " "}
    )
    town.do("agent", number, "refuse", {"reason": "outside_area", "told": "请拨打当地12345，李秀兰女士"})
    order = town.order(number)
    assert order.stage == "cancelled"
    assert order.events.get(action="refuse").facts["reason"] == "outside_area"
    told = Record.objects.get(order=order).content["told"]
    assert told.startswith("请拨打当地12345")
    assert "李秀兰" not in told
    assert running(town, number) == set()
    assert flaws() == []


def test_an_inquiry_may_be_answered_at_once(town: Town) -> None:
    number = town.register(kind="inquiry", category="P01")
    assert town.do("agent", number, "answer_directly", {"text": "工作日九点到五点，电话62112345"}).stage == "closed"
    order = town.order(number)
    assert (order.outcome, order.round) == ("explained", 0)
    assert order.closed_at == order.answered_at == order.submitted_at == town.now
    assert running(town, number) == set()
    assert flaws() == []


def test_a_complaint_is_not_answered_at_once(town: Town) -> None:
    number = town.register()
    assert refused(town, "agent", number, "answer_directly", {"text": "知道了"}) == {("text", "kind")}


def test_a_private_number_does_not_leave_the_house_in_an_answer(town: Town) -> None:
    number = town.register(kind="inquiry", category="P01")
    said = {"text": "请找张师傅 139 8765 4321"}
    assert refused(town, "agent", number, "answer_directly", said) == {("text", "private_number")}


def test_amended_elements_move_the_clocks_from_their_old_start(town: Town) -> None:
    number = town.register()
    before = clock(town, number, "dispatch")
    town.wait(minutes=10)
    town.do("dispatcher", number, "amend", {"urgency": "urgent", "category": "B0103", "reason": "路面塌陷"})
    after = clock(town, number, "dispatch")
    assert (after.started_at, after.limit) == (before.started_at, "30 min")
    assert (after.due_at - after.started_at).total_seconds() == 30 * 60
    assert clock(town, number, "overall").limit == "30 min + 24 h + 4 h"
    facts = town.order(number).events.get(action="amend").facts
    assert facts["urgency"] == ["ordinary", "urgent"]
    assert facts["category"] == ["A0101", "B0103"]
    assert flaws() == []


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"category": "A01"}, ("category", "unknown")),
        ({"kind": "nonsense"}, ("kind", "unknown")),
        ({"kind": ""}, ("kind", "string_too_short")),
        ({"area": "1"}, ("area", "unknown")),
        ({"urgency": "x"}, ("urgency", "literal_error")),
    ],
)
def test_an_order_is_not_amended_into_nonsense(town: Town, said: dict[str, str], problem: tuple[str, str]) -> None:
    number = town.register()
    assert refused(town, "dispatcher", number, "amend", said) == {problem}
    assert town.order(number).kind == "complaint_help"


def test_an_order_from_above_is_due_by_the_date_from_above_less_the_reserve(town: Town) -> None:
    number = town.create("register", complaint(**UPPER)).number
    overall = clock(town, number, "overall")
    assert overall.due_at == datetime(2025, 7, 4, 13, 30, tzinfo=SHANGHAI)  # 17:30 less 4 wh
    assert overall.limit == "given"
    assert [o.number for o in queries.by_any_number(town.person("agent"), " QX20250626001 ")] == [number]


def test_the_same_order_from_above_is_not_taken_in_twice(town: Town) -> None:
    first = town.create("register", complaint(**UPPER)).number
    with pytest.raises(Refused) as caught:
        town.create("register", complaint(**UPPER))
    (problem,) = caught.value.problems
    assert (problem.field, problem.code, problem.facts["number"]) == ("foreign_number", "already_taken", first)
    assert WorkOrder.objects.count() == 1
