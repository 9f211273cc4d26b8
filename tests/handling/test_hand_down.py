"""Work goes down level by level; each level checks what comes back and answers in time to the one above."""

import pytest

from open12345.orders import queries
from open12345.orders.errors import Conflict, NotAllowed, NotFound
from open12345.orders.models import Clock
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.orders.walks import (
    EXTENSION,
    RETURN,
    approver,
    assignment,
    at,
    change_pack,
    clerk,
    clock,
    flaws,
    granted,
    refused,
    running,
    signed,
)

STREET, TOP, STATION, OTHER_STATION = "street1", "c001", "s00101", "s00102"
DONE = {"outcome": "solved", "fact_explanation": "网格员到场，路口已清空。"}
LEAVE = {"kind": "return", "reason": "other_demand", "evidence": {"real_demand": "市民要的是停车位，不是清摊"}}


def handed_down(town: Town, **said: str) -> str:
    """A community's order, handed down to its first station and signed there."""
    number = signed(town, TOP, **said)
    town.do(clerk(TOP), number, "contact", CONTACT)
    town.do(clerk(TOP), number, "hand_down", {"unit": STATION, "note": "今天下午去看"})
    town.do(clerk(STATION), number, "sign")
    return number


def reply(town: Town, number: str, unit: str) -> Clock:
    return clock(town, number, "reply", unit)


@pytest.mark.function("DIS-11", "HAN-03")
def test_a_station_s_report_is_checked_before_it_becomes_the_community_s(town: Town) -> None:
    number = handed_down(town)
    assert town.order(number).stage == "handling"
    assert assignment(town, number, STATION).due_at == at(7, 3, 13, 30)  # the community's 17:30 less 4 wh
    town.do(f"worker.{STATION}", number, "arrive", {"people": "网格员两名", "found": "摊贩三处"})
    town.do(clerk(TOP), number, "answer", ANSWER)
    waiting = refused(town, clerk(TOP), number, "submit_report", REPORT)
    assert waiting == {("proceed_reason", "others_open")}
    town.do(clerk(STATION), number, "submit_report", DONE)
    reported_at = town.now
    assert assignment(town, number, STATION).state == "reported"
    town.wait(hours=2)
    town.do(clerk(TOP), number, "check_child", {"ok": True})
    child = assignment(town, number, STATION)
    assert (child.state, child.ended_at) == ("checked", town.now)
    assert reply(town, number, STATION).stopped_at == reported_at
    assert town.do(clerk(TOP), number, "submit_report", REPORT).stage == "review"
    assert flaws() == []


@pytest.mark.function("HAN-03")
def test_a_report_sent_back_to_the_station_runs_on_within_the_community_s_limit(town: Town) -> None:
    number = handed_down(town)
    town.do(clerk(STATION), number, "submit_report", DONE)
    assert refused(town, clerk(TOP), number, "check_child", {"ok": False}) == {("note", "missing")}
    town.wait(days=1)
    town.do(approver(TOP), number, "check_child", {"ok": False, "note": "没有照片"})
    child = assignment(town, number, STATION)
    assert (child.state, child.reported_at) == ("working", None)
    assert child.due_at == reply(town, number, STATION).due_at == at(7, 3, 13, 30)
    town.do(clerk(STATION), number, "submit_report", DONE)
    town.do(clerk(TOP), number, "check_child", {"ok": True})
    assert flaws() == []


def test_the_time_a_report_lay_with_the_community_is_not_the_station_s(town: Town) -> None:
    number = handed_down(town, urgency="semi_urgent")  # 24 h
    top, station = reply(town, number, TOP).due_at, reply(town, number, STATION).due_at
    assert station < top
    granted(town, number, {**EXTENSION, "limit": "6 h"}, TOP)  # so that there is room above
    town.do(clerk(STATION), number, "submit_report", DONE)
    left = town.now
    town.wait(minutes=90)
    town.do(clerk(TOP), number, "check_child", {"ok": False, "note": "没有照片"})
    assert reply(town, number, STATION).due_at - station == town.now - left


@pytest.mark.parametrize(
    ("unit", "code"),
    [("s00201", "not_below"), ("c002", "not_below"), (TOP, "not_below"), ("centre", "not_below"), ("x", "unknown")],
)
def test_work_goes_down_only_to_units_below(town: Town, unit: str, code: str) -> None:
    number = signed(town, TOP)
    assert refused(town, clerk(TOP), number, "hand_down", {"unit": unit}) == {("unit", code)}


def test_a_unit_below_is_not_given_the_same_work_twice(town: Town) -> None:
    number = handed_down(town)
    assert refused(town, clerk(TOP), number, "hand_down", {"unit": STATION}) == {("unit", "twice")}
    town.do(clerk(TOP), number, "hand_down", {"unit": OTHER_STATION})
    assert assignment(town, number, OTHER_STATION).state == "waiting"


def test_nobody_but_the_unit_above_checks_a_station_s_report(town: Town) -> None:
    number = handed_down(town)
    town.do(clerk(STATION), number, "submit_report", DONE)
    for somebody in (clerk(STATION), clerk("c002"), f"worker.{TOP}", "dispatcher", clerk("s00201")):
        with pytest.raises((NotAllowed, NotFound, Conflict)):
            town.do(somebody, number, "check_child", {"ok": True})


@pytest.mark.function("DIS-11")
def test_a_station_s_return_goes_to_its_community(town: Town) -> None:
    number = handed_down(town)
    town.do(clerk(STATION), number, "apply", LEAVE)
    town.do(approver(STATION), number, "grant")
    with pytest.raises(NotAllowed):
        town.do("dispatcher", number, "grant")
    town.do(clerk(TOP), number, "grant")
    assert assignment(town, number, STATION).state == "returned"
    order = town.order(number)
    assert (order.stage, order.returns_granted) == ("handling", 0)
    assert reply(town, number, STATION).stopped_at == town.now
    town.do(clerk(TOP), number, "hand_down", {"unit": STATION})  # it may be asked again
    assert flaws() == []


def test_returns_of_stations_do_not_use_up_the_order_s_own(town: Town) -> None:
    number = signed(town, TOP)
    for station in (STATION, OTHER_STATION):
        town.do(clerk(TOP), number, "hand_down", {"unit": station})
        town.do(clerk(station), number, "apply", LEAVE)
        town.do(clerk(station), number, "withdraw_application")
        town.do(clerk(station), number, "apply", LEAVE)
        town.do(approver(station), number, "decline", {"note": "就是我们的事"})
    granted(town, number, RETURN, TOP)
    assert town.order(number).stage == "accepted"
    assert flaws() == []


@pytest.mark.function("HAN-11")
def test_a_station_is_extended_beyond_its_community_s_limit_only_after_the_community(town: Town) -> None:
    number = handed_down(town)
    said = {**EXTENSION, "limit": "2 wd"}
    assert refused(town, clerk(STATION), number, "apply", said) == {("limit", "beyond_parent")}
    granted(town, number, EXTENSION, TOP)  # 3 wd for the community, from 3 to 8 July
    assert assignment(town, number, TOP).due_at == at(7, 8, 17, 30)
    town.do(clerk(STATION), number, "apply", said)
    town.do(approver(STATION), number, "grant")
    town.do(approver(TOP), number, "grant")
    assert assignment(town, number, STATION).due_at == reply(town, number, STATION).due_at == at(7, 7, 17, 30)
    assert flaws() == []


def test_what_a_station_did_not_finish_ends_with_the_order_s_round(town: Town) -> None:
    number = handed_down(town)
    town.do(clerk(TOP), number, "answer", ANSWER)
    town.do(clerk(TOP), number, "submit_report", {**REPORT, "proceed_reason": "社区已自行处理"})
    town.do("reviewer", number, "pass_review")
    assert assignment(town, number, STATION).state == "taken_back"
    assert running(town, number) == {"callback", "overall"}
    assert flaws() == []


@pytest.mark.function("DIS-11")
def test_street_community_and_station_are_each_due_before_the_one_above(town: Town) -> None:
    with_a_street(town)
    number = signed(town, STREET)
    town.do(clerk(STREET), number, "hand_down", {"unit": TOP})
    town.do(clerk(TOP), number, "sign")
    town.do(clerk(TOP), number, "hand_down", {"unit": STATION})
    town.do(clerk(STATION), number, "sign")
    dues = [assignment(town, number, unit).due_at for unit in (STREET, TOP, STATION)]
    assert dues == [at(7, 3, 17, 30), at(7, 3, 13, 30), at(7, 2, 16, 30)]  # each 4 working hours earlier
    assert refused(town, clerk(TOP), number, "submit_report", DONE) == {("proceed_reason", "others_open")}
    with pytest.raises((NotAllowed, Conflict)):  # the station answers to the community
        town.do(clerk(STREET), number, "check_child", {"ok": True}, assignment=assignment(town, number, STATION).pk)
    town.do(clerk(TOP), number, "submit_report", {**DONE, "proceed_reason": "社区已办"})
    town.do(clerk(STREET), number, "check_child", {"ok": True})
    assert assignment(town, number, STATION).state == "taken_back"  # nobody waits for it any more
    assert flaws() == []


def with_a_street(town: Town) -> None:
    """Put a street between the centre and the community."""
    units = town.pack.model_dump(mode="json")["units"]
    for unit in units:
        unit["parent"] = STREET if unit["code"] == TOP else unit["parent"]
    street = {"code": STREET, "parent": "centre", "kind": "street", "name": "示意街道", "synthetic": True}
    change_pack(town, units=[*units, street])
    town.people = {}  # their units hang elsewhere now


def test_a_unit_above_sees_what_its_stations_were_given_and_others_do_not(town: Town) -> None:
    number = signed(town, STATION)
    assert queries.visible_to(town.person(clerk(TOP))).filter(number=number).exists()
    for somebody in (clerk("c002"), clerk(OTHER_STATION), clerk("s00201"), clerk("police"), "watcher"):
        assert not queries.visible_to(town.person(somebody)).filter(number=number).exists()
        with pytest.raises(NotFound):
            town.do(somebody, number, "note", {"text": "看看"})
