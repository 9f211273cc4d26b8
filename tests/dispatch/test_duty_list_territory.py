"""The duty list may name the territory as co-handler: the unit of the order's area, nobody where it is not known."""

import pytest

from tests.cast import Town


@pytest.mark.function("DIS-12")
def test_the_community_of_the_place_works_along_where_the_duty_list_says_territory(town: Town) -> None:
    known = town.register(area="310117107001")  # enforcement leads, the territory works along
    town.do("dispatcher", known, "dispatch")
    roles = {a.unit.code: a.role for a in town.order(known).assignments.select_related("unit")}
    assert roles == {"enforcement": "lead", "c001": "co_handler"}


def test_without_an_area_no_community_works_along(town: Town) -> None:
    unknown = town.register()
    town.do("dispatcher", unknown, "dispatch")
    assert [a.unit.code for a in town.order(unknown).assignments.select_related("unit")] == ["enforcement"]


def test_where_the_territory_leads_it_does_not_work_along_as_well(town: Town) -> None:
    own = town.register(area="310117107001", category="L0101")  # L-1: the territory leads, housing works along
    town.do("dispatcher", own, "dispatch")
    roles = {a.unit.code: a.role for a in town.order(own).assignments.select_related("unit")}
    assert roles == {"c001": "lead", "housing": "co_handler"}
