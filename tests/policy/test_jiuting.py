"""The Jiuting pack says what the town's plan (003) says, and order.md where the plan is silent."""

from decimal import Decimal

import pytest

from open12345.policy import TERRITORY, Pack
from open12345.policy.names import CLOCK_KINDS, ORDER_TYPES, URGENCIES
from open12345.worktime import Limit

# order.md, "Clocks": ordinary, semi-urgent, urgent
TABLE = {
    "dispatch": ("4 wh", "1 h", "30 min"),
    "sign": ("1 wd", "2 h", "30 min"),
    "contact": ("1 wd", "4 h", "2 h"),
    "return": ("1 wd", "2 h", "30 min"),
    "feedback": (None, "24 h", "2 h"),
    "reply": ("5 wd", "24 h", "24 h"),
    "report": ("today", "today", "today"),
    "review": ("1 wd", "4 h", "1 h"),
    "callback": ("1 wd", "1 wd", "4 h"),
}


@pytest.mark.parametrize(("kind", "limits"), TABLE.items())
def test_clocks_are_those_of_the_default_table(jiuting: Pack, kind: str, limits: tuple[str | None, ...]) -> None:
    found = [
        jiuting.clock_limit(kind, urgency=urgency, order_kind="complaint_help", category="A0101")
        for urgency in ("ordinary", "semi_urgent", "urgent")
    ]

    assert found == [Limit.parse(limit) if limit else None for limit in limits]


def test_an_inquiry_is_answered_in_three_working_days_unless_it_is_urgent(jiuting: Pack) -> None:
    def reply(urgency: str) -> Limit | None:
        return jiuting.clock_limit("reply", urgency=urgency, order_kind="inquiry", category=None)

    assert reply("ordinary") == Limit.parse("3 wd")
    assert reply("urgent") == Limit.parse("24 h")


def test_the_whole_takes_dispatch_reply_and_callback_together(jiuting: Pack) -> None:
    parts = jiuting.clock_parts("overall", urgency="ordinary", order_kind="complaint_help", category="A0101")

    assert [str(part) for part in parts] == ["4 wh", "5 wd", "1 wd"]


def test_every_clock_has_a_rule_with_its_source_and_only_the_window_raises_no_alarm(jiuting: Pack) -> None:
    assert set(jiuting.clock_rules) == set(CLOCK_KINDS)
    assert all(rule.source for rule in jiuting.clocks)
    assert [rule.kind for rule in jiuting.clocks if not rule.alarm] == ["return"]


def test_line_kinds_and_identity_are_the_plans(jiuting: Pack) -> None:
    assert (jiuting.hotline, jiuting.level, jiuting.area_code) == ("62112345", "town", "310117")
    assert [kind.title for kind in jiuting.kinds.values()] == ["投诉求助", "意见建议", "咨询"]
    assert [kind.findings_required for kind in jiuting.kinds.values()] == [True, False, False]
    assert set(jiuting.order_types) == set(ORDER_TYPES)
    assert set(jiuting.urgencies) == set(URGENCIES)


def test_what_the_plan_names_but_does_not_define_is_listed_not_invented(jiuting: Pack) -> None:
    listed = "\n".join(jiuting.text_not_published)

    assert "一降三升两转变" in listed
    assert "便民服务专线实施细则" in listed


@pytest.mark.function("DIS-02")
def test_the_duty_list_names_a_first_responsible_unit_for_every_leaf(jiuting: Pack) -> None:
    leaves = jiuting.category_tree.leaves()
    leads = {leaf.code: jiuting.duty.find(leaf.code)[:1] for leaf in leaves}

    assert len(leaves) > 60
    assert [code for code, found in leads.items() if not found] == []
    assert all(item.lead == TERRITORY or item.lead in jiuting.unit_tree for [item] in leads.values())


@pytest.mark.function("DIS-18")
def test_every_duty_item_gives_a_principle_in_the_words_of_article_8(jiuting: Pack) -> None:
    clauses = [jiuting.duty.principle(item.principle) for item in jiuting.duty.items]
    titles = {found.title for found in jiuting.duty.principles}

    assert all(found is not None and "003 附件1" in found.clause for found in clauses)
    assert {"条块结合、以条为主", "属地托管", "谁主管、谁负责", "指定谁、谁办理"} <= titles


def test_the_plans_three_focus_areas_are_first_duty_items_without_return(jiuting: Pack) -> None:
    for category in ("D0201", "A0101", "E0101"):  # 群租、无证设摊、停车管理
        assert jiuting.duty.find(category)[0].no_return


def test_complaints_of_inaction_go_to_discipline_inspection(jiuting: Pack) -> None:
    assert jiuting.duty.find("P0202")[0].lead == "discipline"


def test_every_grid_and_community_has_its_community_committee(jiuting: Pack) -> None:
    narrow = [area for area in jiuting.areas if area.level in {"community", "grid"}]
    units = {area.code: jiuting.territory_unit(area.code) for area in narrow}

    assert len({unit.code for unit in units.values() if unit}) == 27
    assert all(unit is not None and unit.kind == "community" for unit in units.values())
    assert units["31011710700101"] == jiuting.unit_tree["c001"]


def test_invented_units_areas_and_lists_are_marked(jiuting: Pack) -> None:
    assert jiuting.synthetic
    assert "模拟数据" in jiuting.synthetic_notice
    assert jiuting.duty.synthetic
    assert all(area.synthetic == ("示意" in area.name) for area in jiuting.areas)
    assert all(unit.synthetic for unit in jiuting.units if "示意" in unit.name)
    assert all(unit.synthetic and "示意" in unit.name for unit in jiuting.units if unit.kind == "station")
    assert not any(unit.synthetic for unit in jiuting.units if unit.kind == "community")


def test_applications_are_the_four_of_the_first_issue_with_their_rules(jiuting: Pack) -> None:
    rules = jiuting.applications

    assert list(rules) == ["return", "extension", "withdrawal", "return_up", "appraisal_appeal"]
    assert (rules["return"].at_most, rules["return"].lock, rules["return"].pause) == (2, True, False)
    assert rules["return"].window_clock == "return"
    assert (rules["extension"].at_most, rules["extension"].lock) == (1, False)
    assert rules["return_up"].origins == ("upper",)
    assert [step.of for step in rules["return"].steps] == ["own_unit", "parent_unit"]
    assert [step.of for step in rules["return_up"].steps] == ["centre", "upper"]


def test_a_return_for_another_duty_needs_one_to_five_documents_with_clause(jiuting: Pack) -> None:
    [rows] = jiuting.applications["return"].evidence_for("not_our_duty")

    assert rows.type == "rows"
    assert rows.required
    assert (rows.min, rows.max) == (Decimal(1), Decimal(5))
    assert [column.code for column in rows.fields] == ["document", "number", "clause"]


@pytest.mark.parametrize(
    ("reason", "kinds"),
    [
        ("wrong_place", ["site_visit", "text"]),
        ("other_demand", ["text"]),
        ("missing_elements", ["choice", "text"]),
        ("duplicate", ["orders"]),
    ],
)
def test_each_reason_of_a_return_asks_for_its_own_evidence(jiuting: Pack, reason: str, kinds: list[str]) -> None:
    evidence = jiuting.applications["return"].evidence_for(reason)

    assert [field.type for field in evidence] == kinds


def test_the_scale_maps_to_the_five_levels_with_our_weights(jiuting: Pack) -> None:
    scale = jiuting.callback.scale

    assert [(level.five, level.weight) for level in scale] == [
        (5, Decimal(1)), (4, Decimal(1)), (3, Decimal("0.8")), (2, Decimal(0)), (1, Decimal(0)),
    ]  # fmt: skip
    assert [level.satisfied for level in scale] == [True, True, True, False, False]


def test_callbacks_are_tried_three_times_on_two_days_and_end_after_two_rounds(jiuting: Pack) -> None:
    rules = jiuting.callback

    assert (rules.attempts, rules.days, rules.rounds) == (3, 2, 2)
    assert {cause.subjective for cause in rules.causes} == {True, False}


def test_every_refusal_has_the_words_that_the_caller_is_told(jiuting: Pack) -> None:
    assert len(jiuting.refusals) >= 5
    assert all(len(reason.tell) > 20 for reason in jiuting.refusals)


def test_emergency_lines_are_110_119_and_120_with_guidance(jiuting: Pack) -> None:
    assert [line.number for line in jiuting.emergency] == ["110", "119", "120"]
    assert all(line.number in line.tell for line in jiuting.emergency)


def test_urgent_words_of_a_category_join_the_general_ones(jiuting: Pack) -> None:
    assert "困人" in jiuting.urgent_words("L0301")
    assert "救命" in jiuting.urgent_words("L0301")
    assert "困人" not in jiuting.urgent_words("P01")


def test_sensitive_words_are_found_with_their_group(jiuting: Pack) -> None:
    [(group, word)] = jiuting.words.found_in("再不解决我们就拉横幅")

    assert (group.code, group.level, word) == ("mass_incident", "orange", "拉横幅")
    assert sum(len(found.words) for found in jiuting.words.sensitive) >= 55


def test_extra_forms_stand_at_wages_and_housing(jiuting: Pack) -> None:
    assert jiuting.extra_form("G0101") == jiuting.extra_form("G0102") == "wage_arrears"
    assert jiuting.extra_form("D0301") == "housing_quality"
    assert jiuting.extra_form("A0101") is None


def test_the_lines_own_number_may_be_given_to_citizens(jiuting: Pack) -> None:
    assert {"62112345", "12345", "110"} <= set(jiuting.closing.service_numbers)
