"""The five packs: what each seed counts is there, and its limits are those of a table written here by hand."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from open12345.policy import TERRITORY, pack_names
from open12345.policy.summary import category_levels, summarise, tell
from open12345.worktime import Limit
from tests.cast import pack_named

FIVE = ("baoshan", "jiuting", "pudong", "qinhuai", "shanghai")
LARGE = ("baoshan", "pudong", "qinhuai", "shanghai")


pack_of = pack_named


def units(name: str) -> Counter[str]:
    return Counter(unit.kind for unit in pack_of(name).units)


# --- all five -----------------------------------------------------------------------------------------


@pytest.mark.function("ADM-03")
def test_there_are_five_packs_and_each_is_read_without_a_mistake() -> None:
    assert set(FIVE) <= set(pack_names())
    assert [pack_of(name).id for name in FIVE] == list(FIVE)


@pytest.mark.function("DIS-02")
@pytest.mark.parametrize("name", FIVE)
def test_every_leaf_has_a_lead_that_can_be_found(name: str) -> None:
    pack = pack_of(name)
    leads = {leaf.code: pack.duty.find(leaf.code) for leaf in pack.category_tree.leaves()}

    assert [code for code, found in leads.items() if not found] == []
    assert all(found[0].lead == TERRITORY or found[0].lead in pack.unit_tree for found in leads.values())


@pytest.mark.parametrize("name", FIVE)
def test_every_place_has_its_unit(name: str) -> None:
    pack = pack_of(name)
    lowest = [area.code for area in pack.area_tree.leaves()]

    assert [code for code in lowest if pack.territory_unit(code) is None] == []


@pytest.mark.parametrize("name", FIVE)
def test_what_is_invented_is_marked_and_said_on_the_screen(name: str) -> None:
    pack = pack_of(name)

    assert pack.synthetic
    assert "模拟数据" in pack.synthetic_notice
    assert pack.duty.synthetic
    assert [unit.name for unit in pack.units if ("示意" in unit.name) > unit.synthetic] == []
    assert [unit.name for unit in pack.units if unit.kind in {"community", "street", "town"} and unit.synthetic] == []


@pytest.mark.parametrize("name", FIVE)
def test_every_rule_says_where_it_comes_from(name: str) -> None:
    pack = pack_of(name)
    rules: list[Any] = [*pack.clocks, *pack.applications.values(), *pack.supervision.levels]
    rules += [*pack.supervision.mechanisms, *pack.supervision.warnings, *pack.appraisal.indicators]
    rules += [*pack.appraisal.weights, *pack.reports.kinds, pack.callback, pack.closing, pack.words, pack.duty]

    assert [rule for rule in rules if not rule.source] == []
    assert pack.text_not_published


@pytest.mark.parametrize("name", FIVE)
def test_every_pack_has_levels_warnings_indicators_weights_and_papers(name: str) -> None:
    said = summarise(pack_of(name))

    assert (
        min(said[key] for key in ("supervision_levels", "warning_kinds", "indicators", "weight_sets", "reports")) >= 1
    )
    assert said["id"] in tell(pack_of(name))[0]


# --- what the seeds count -----------------------------------------------------------------------------

TREE = [18, 130, 347]
COUNTS = {
    # 004 一（一）：50个部门、12个街道、9个国企、4个管委会和104个社区
    "qinhuai": {"department": 50, "street": 12, "firm": 9, "committee": 4, "community": 104, "centre": 1},
    # the district has 3 streets, 9 towns and an industrial park in the table of areas
    "baoshan": {"street": 3, "town": 9, "committee": 1, "community": 514, "centre": 1},
    # 16 districts, 234 streets and towns of the table, each with a station (002 2)
    "shanghai": {"district": 16, "station": 234, "centre": 1},
    "pudong": {"street": 12, "town": 24, "committee": 6, "station": 42, "centre": 1},
    "jiuting": {"community": 27, "centre": 1},
}


@pytest.mark.parametrize(("name", "wanted"), COUNTS.items())
def test_units_are_as_many_as_the_seed_says(name: str, wanted: dict[str, int]) -> None:
    found = units(name)

    assert {kind: found[kind] for kind in wanted} == wanted


def test_streets_towns_and_communities_of_the_city_are_all_there() -> None:
    levels = Counter(area.level for area in pack_of("shanghai").areas)

    assert levels == {"city": 1, "district": 16, "street": 234}, "communities are the districts' own"


@pytest.mark.parametrize("name", LARGE)
def test_the_larger_packs_share_the_default_tree(name: str) -> None:
    assert category_levels(pack_of(name)) == TREE
    assert pack_of(name).categories == pack_of("baoshan").categories


def test_the_duty_list_of_qinhuai_has_ten_classes_and_153_items() -> None:
    duty = pack_of("qinhuai").duty

    assert (len(duty.classes), len(duty.items)) == (10, 153)
    assert "示意" in duty.title
    assert any("153项" in text for text in pack_of("qinhuai").text_not_published)


def test_baoshan_has_872_accounts_of_the_front_line() -> None:
    pack = pack_of("baoshan")

    assert pack.frontline is not None
    assert pack.frontline.accounts == sum(unit.accounts for unit in pack.units) == 872


def test_the_city_has_28_lines_350_seats_and_791_agents() -> None:
    lines = pack_of("shanghai").lines

    assert lines is not None
    assert (lines.merged, lines.seats, lines.agents) == (28, 350, 791)
    assert [group.count for group in lines.groups] == [4, 6, 4, 11]


def test_qinhuai_supervises_in_four_levels_and_a_street_or_a_department_may_whistle() -> None:
    rules = pack_of("qinhuai").supervision

    assert [level.title for level in rules.levels] == ["系统督办", "OA督办", "作风监督员督办", "领导牵头督办"]
    assert [rule.callers for rule in rules.mechanism("whistle")] == [("street", "department")]
    assert [level.title for level in pack_of("baoshan").supervision.levels if "三位一体" in level.title] == []
    assert len(pack_of("baoshan").supervision.levels) == 3


def test_weights_of_pudong_move_with_a_day() -> None:
    appraisal = pack_of("pudong").appraisal

    assert appraisal.weights_on(date(2023, 7, 18)) is None
    first, then = appraisal.weights_on(date(2023, 12, 31)), appraisal.weights_on(date(2024, 1, 1))
    assert first is not None
    assert then is not None
    assert [int(one.weights["solved"]) for one in (first, then)] == [25, 30]


def test_papers_are_those_that_the_seeds_name() -> None:
    titles = {name: {kind.title for kind in pack_of(name).reports.kinds} for name in FIVE}

    assert "涉疫情防控情况专报" in titles["baoshan"]  # 000 一（一）5
    assert {"民情热点周周报", "重大事项专题报"} <= titles["pudong"]  # 001 四（四）
    assert {"热点预警函", "舆情预警专报", "12345热线工作周报", "12345热线工作月报"} <= titles["qinhuai"]  # 004 二（一）


# --- limits: pack, clock, urgency → limit, and where the seed says so ----------------------------------

ORDINARY: dict[str, tuple[str | None, str | None, str | None]] = {  # ordinary, semi-urgent, urgent
    "dispatch": ("4 wh", "1 h", "30 min"),
    "sign": ("1 wd", "2 h", "30 min"),
    "contact": ("1 wd", "4 h", "2 h"),  # 1 wd: 003 附件1 第六条（一）
    "return": ("1 wd", "2 h", "30 min"),
    "feedback": (None, "24 h", "2 h"),
    "reply": ("5 wd", "24 h", "24 h"),  # 5 wd: 003 附件1 第六条（一）
    "report": ("today", "today", "today"),  # 003 附件1 第六条（二）
    "review": ("1 wd", "4 h", "1 h"),
    "callback": ("1 wd", "1 wd", "4 h"),  # 1 wd: 003 附件1 第五条（四）
}
#: What a seed rules otherwise. 000, 001 and 002 give no limit at all.
OWN: dict[tuple[str, str], tuple[str | None, str | None, str | None]] = {
    ("qinhuai", "reply"): ("5 wd", "24 h", "today"),  # 004 二（五）：当日诉求当日办结
}


@pytest.mark.parametrize("clock", ORDINARY)
@pytest.mark.parametrize("name", FIVE)
def test_limits_are_those_of_the_table(name: str, clock: str) -> None:
    pack, kind = pack_of(name), next(iter(pack_of(name).kinds))
    found = [
        pack.clock_limit(clock, urgency=urgency, order_kind=kind, category=None)
        for urgency in ("ordinary", "semi_urgent", "urgent")
    ]

    assert found == [Limit.parse(one) if one else None for one in OWN.get((name, clock), ORDINARY[clock])]


@pytest.mark.parametrize("name", FIVE)
def test_an_inquiry_has_three_working_days_everywhere(name: str) -> None:
    pack = pack_of(name)

    limit = pack.clock_limit("reply", urgency="ordinary", order_kind="inquiry", category=None)
    assert str(limit) == "3 wd"


def test_where_a_seed_gives_no_limit_the_rule_says_that_it_is_ours() -> None:
    for name in ("baoshan", "pudong", "shanghai"):
        assert [
            rule.kind for rule in pack_of(name).clocks if "自定" not in rule.source and "†" not in rule.source
        ] == []


@pytest.mark.parametrize("name", FIVE)
def test_a_return_is_approved_in_the_unit_and_checked_above(name: str) -> None:
    rules = pack_of(name).applications

    assert [(step.code, step.of) for step in rules["return"].steps] == [
        ("approve", "own_unit"), ("check", "parent_unit"),
    ]  # fmt: skip
    assert [(step.code, step.of) for step in rules["return_up"].steps] == [("check", "centre"), ("verdict", "upper")]
