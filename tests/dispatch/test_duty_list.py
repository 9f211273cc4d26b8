"""The duty list names who is first responsible, with the clause that says so."""

import pytest

from open12345.dispatch.suggest import suggest
from tests.cast import Town
from tests.orders.walks import RETURN, approver, assignment, clerk, flaws, refused, running

TINGZHONG = "310117107001"  # the area that community c001 looks after


def names(town: Town, number: str) -> list[str]:
    return [s.lead for s in suggest(town.pack, town.order(number))]


@pytest.mark.function("DIS-02", "DIS-18")
def test_left_empty_the_lead_is_who_the_duty_list_names_and_the_order_tells_why(town: Town) -> None:
    number = town.register(area=TINGZHONG)
    outcome = town.do("dispatcher", number, "dispatch")
    lead = assignment(town, number, "enforcement")
    assert (lead.responsibility, lead.principle, lead.no_return) == ("first_asked", "line_first", True)
    assert "条块结合、以条为主、属地托管，谁主管、谁负责，指定谁、谁办理" in lead.clause
    facts = town.order(number).events.get(action="dispatch").facts
    assert (facts["item"], facts["principle"], facts["lead"]) == ("A-1", "line_first", "enforcement")
    assert outcome.more["co_handlers"] == ["c001"]  # the territory
    assert flaws() == []


def test_the_most_specific_item_comes_first_the_territory_last(town: Town) -> None:
    heap = town.register(category="A0103", area=TINGZHONG)  # its own item A-2, above it A-1
    assert names(town, heap) == ["enforcement", "enforcement", "c001"]
    items = [s.item for s in suggest(town.pack, town.order(heap))]
    assert items == ["A-2", "A-1", ""]
    wages = town.register(category="G0101")
    assert names(town, wages) == ["labour"]


@pytest.mark.function("DIS-10")
def test_where_the_list_names_nobody_the_territory_takes_it(town: Town) -> None:
    number = town.register(category="", area=TINGZHONG)
    town.do("dispatcher", number, "dispatch")
    lead = assignment(town, number, "c001")
    assert (lead.responsibility, lead.clause) == ("fallback", "属地托管（兜底责任）")


def test_without_category_and_area_somebody_must_choose(town: Town) -> None:
    number = town.register(category="")
    assert refused(town, "dispatcher", number, "dispatch", {}) == {("lead", "missing")}
    town.do("dispatcher", number, "dispatch", {"lead": "urban", "reason": "电话商定"})
    assert assignment(town, number, "urban").clause == "电话商定"


@pytest.mark.function("DIS-10", "DIS-17")
def test_a_designated_unit_is_named_with_the_ground_and_may_not_return(town: Town) -> None:
    number = town.register()
    said = {"lead": "urban", "responsibility": "designated"}
    assert refused(town, "dispatcher", number, "dispatch", said) == {("reason", "missing")}
    town.do("dispatcher", number, "dispatch", {**said, "reason": "6月26日联席会议指定"})
    lead = assignment(town, number, "urban")
    assert (lead.responsibility, lead.no_return, lead.clause) == ("designated", True, "6月26日联席会议指定")
    assert "return" not in running(town, number)
    assert ("kind", "no_return") in refused(town, clerk(), number, "apply", RETURN)


@pytest.mark.function("DIS-17")
def test_whom_the_list_names_first_may_not_return(town: Town) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    assert "return" not in running(town, number)
    assert ("kind", "no_return") in refused(town, clerk("enforcement"), number, "apply", RETURN)
    assert town.order(number).returns_asked == 0


@pytest.mark.function("DIS-10", "HAN-10")
def test_after_the_second_return_the_territory_takes_it_or_a_unit_is_designated(town: Town) -> None:
    number = town.register(area=TINGZHONG)
    for unit in ("urban", "housing"):
        town.do("dispatcher", number, "dispatch", {"lead": unit})
        town.do(clerk(unit), number, "apply", RETURN)
        town.do(approver(unit), number, "grant")
        town.do("dispatcher", number, "grant")
    assert town.order(number).returns_granted == 2
    assert names(town, number) == ["c001"]
    assert refused(town, "dispatcher", number, "dispatch", {"lead": "enforcement"}) == {("lead", "disputed")}
    town.do("dispatcher", number, "dispatch")
    lead = assignment(town, number, "c001")
    assert (lead.responsibility, lead.no_return) == ("fallback", True)
    assert ("kind", "no_return") in refused(town, clerk("c001"), number, "apply", RETURN)
    town.do("supervisor", number, "take_back", {"reason": "联席研判改派"})
    said = {"lead": "enforcement", "responsibility": "designated", "reason": "6月26日联席研判"}
    town.do("dispatcher", number, "dispatch", said)
    assert assignment(town, number, "enforcement").no_return
    assert flaws() == []
