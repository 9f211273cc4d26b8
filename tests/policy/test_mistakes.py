"""Each mistake in a pack is named with its file, its line, what is wrong and what would be right."""

from collections.abc import Sequence

import pytest

from tests.policy.breaking import Copy


def named(cases: Sequence[tuple[object, ...]]) -> list[str]:
    """Short names of the cases: the file and the place that the message names."""
    return [f"{case[0]}:{case[-2]}" for case in cases]


# file, what stands there, what is put there, where, words of the message
WRONG_VALUES = [
    ("pack.yaml", "title_en: Jiuting", "titel_en: Jiuting", "titel_en", "是否想写 “title_en”"),
    ("pack.yaml", "level: town", "level: village", "level", "'city', 'district' or 'town'"),
    ("pack.yaml", 'area_code: "310117"', 'area_code: "3101"', "area_code", "“3101”"),
    ("pack.yaml", 'hotline: "62112345"', "hotline: 62112345", "hotline", "请加引号"),
    ("pack.yaml", "review: true ", "review: maybe ", "review", "true（是）或 false（否）"),
    ("pack.yaml", "archive_after: 30 d", "archive_after: 30 days", "archive_after", "5 wd"),
    ("pack.yaml", "archive_after: 30 d", "archive_after: 30", "archive_after", "应为时限"),
    ("pack.yaml", 'close: "17:30"', 'close: "25:00"', "work.close", "17:30"),
    ("pack.yaml", '"09:00-11:30"', '"11:30-09:00"', "work.hours[0]", "结束不晚于开始"),
    ("pack.yaml", '"09:00-11:30"', '"9 bis 11"', "work.hours[0]", "09:00-11:30"),
    ("pack.yaml", 'letter: {title: 来信, char: "5"}', 'letter: {title: 来信, char: "55"}',
     "channels.letter.char", "“55”"),
    ("pack.yaml", "    base: inquiry", "    base: question", "kinds.inquiry.base", "'inquiry'"),
    ("pack.yaml", "  walk_in: {title: 来访", "  walk/in: {title: 来访", "channels.walk/in",
     "只能由字母"),
    ("clocks.yaml", "ordinary: 5 wd, semi_urgent: 24 h", "ordinary: 5 days, semi_urgent: 24 h",
     "clocks[5].limits.ordinary", "时限 “5 days” 的写法不对"),
    ("clocks.yaml", "ordinary: 4 wh, semi_urgent: 1 h", "ordinary: 4 wh, semiurgent: 1 h",
     "clocks[0].limits.semiurgent", "'semi_urgent'"),
    ("clocks.yaml", "kind: review", "kind: revue", "clocks[7].kind", "'review'"),
    ("clocks.yaml", "co_handler_share: 0.6", "co_handler_share: 1.6", "co_handler_share",
     "不应大于 1"),
    ("clocks.yaml", "    alarm: false", "    allarm: false", "clocks[3].allarm",
     "是否想写 “alarm”"),
    ("duty.yaml", "territory_kinds: [community]", "territory_kinds: [hamlet]", "territory_kinds[0]",
     "'community'"),
    ("duty.yaml", "lead: water, co_handlers: [urban], principle: in_charge",
     "lead: water, co_handler: [urban], principle: in_charge", "classes[1].items[1].co_handler",
     "是否想写 “co_handlers”"),
    ("applications.yaml", "  effect: withdraw", "  effect: cancel", "withdrawal.effect",
     "'withdraw'"),
    ("applications.yaml", "本中心核定, roles: [supervisor]", "本中心核定, roles: [superviser]",
     "return_up.steps[0].roles[0]", "'supervisor'"),
    ("applications.yaml", "stages: [accepted, dispatched, handling]",
     "stages: [accepted, waiting]", "withdrawal.stages[1]", "'dispatched'"),
    ("applications.yaml", "  extend_at_most: 5 wd", "  extend_at_most: 5",
     "extension.extend_at_most", "应为时限"),
    ("closing.yaml", "recordings_at_most: 3", "recordings_at_most: three", "recordings_at_most",
     "应为整数"),
    ("closing.yaml", "contact_required: true", "contact_required: []", "contact_required",
     "现为 列表"),
    ("callback.yaml", 'five: 5, weight: "1"', 'five: 6, weight: "1"', "scale[0].five",
     "不应大于 5"),
    ("callback.yaml", 'weight: "0.8"', "weight: heavy", "scale[2].weight", "应为数字"),
    ("callback.yaml", "attempts: 3 ", "attempts: 0 ", "attempts", "不应小于 1"),
    ("calendar.yaml", "days: []", "days: [{date: 2026-02-30, kind: rest, name: x}]",
     "days[0].date", "YYYY-MM-DD"),
    ("calendar.yaml", "days: []", "days: {}", "days", "应为列表"),
    ("words.yaml", "words: [行贿,", "words: [贿,", "sensitive[8].words[0]", "至少 2 个字"),
    ("units.csv", "traffic,centre,department", "traffic,centre,departement", "kind",
     "'department'"),
    ("units.csv", "police,centre,department,派出所,,,yes",
     "police,centre,department,派出所,,,maybe", "synthetic", "true（是）或 false（否）"),
    ("units.csv", "water,centre,department,水务管理站", "water,centre,department,", "name",
     "缺少这一项"),
    ("areas.csv", "310117107,310117,street", "310117107,310117,town", "level", "'street'"),
    ("categories.csv", "P02,P,工作作风,,,,,,,", "P02,P,工作作风,,,,,colour,,",
     "required_fields[0]", "'place'"),
    ("categories.csv", "P02,P,工作作风,,,,,,,", "P02,P,工作作风,,,,,,5 days,", "limit",
     "时限 “5 days”"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "where", "words"), WRONG_VALUES, ids=named(WRONG_VALUES))
def test_a_wrong_value_is_named_with_file_line_and_remedy(
    copy: Copy, file: str, old: str, new: str, where: str, words: str
) -> None:
    line = copy.edit(file, old, new)

    problem = next(found for found in copy.problems() if found.where == where)

    assert (problem.file, problem.line) == (file, line)
    assert words in problem.message


# file, what stands there, what is put there, where, words of the message
WRONG_REFERENCES = [
    ("units.csv", "s00101,c001,", "s00101,c0001,", "parent", "没有上级 “c0001”；是否想写 “c001”"),
    ("units.csv", "traffic,centre,", "police,centre,", "code", "代码 “police” 重复"),
    ("units.csv", "c001,centre,community,亭中社区居委会,,310117107001",
     "c001,centre,community,亭中社区居委会,,310117107999", "area", "没有区域 “310117107999”"),
    ("areas.csv", "31011710700101,310117107001,grid", "31011710700101,310117107001,community",
     "level", "应低于上级"),
    ("categories.csv", "A0101,A01,", "A0101,A91,", "parent", "没有上级 “A91”"),
    ("categories.csv", "M02,M,养老服务,inquiry", "M02,M,养老服务,question", "kind_hint",
     "没有诉求类型 “question”"),
    ("categories.csv", "建设领域拖欠工资,complaint_help,,wage_arrears",
     "建设领域拖欠工资,complaint_help,,wages", "extra_form",
     "可用的有：wage_arrears、housing_quality"),
    ("duty.yaml", "categories: [A03], lead: sanitation", "categories: [A03], lead: sanitasion",
     "classes[0].items[4].lead", "没有单位 “sanitasion”；是否想写 “sanitation”"),
    ("duty.yaml", "lead: agriculture", "lead: centre", "classes[12].items[1].lead", "热线中心"),
    ("duty.yaml", "co_handlers: [parking, territory]", "co_handlers: [traffic]",
     "classes[4].items[0].co_handlers[0]", "已是主办"),
    ("duty.yaml", "co_handlers: [parking, territory]", "co_handlers: [parking, parkinglot]",
     "classes[4].items[0].co_handlers[1]", "没有单位 “parkinglot”"),
    ("duty.yaml", "categories: [N02]", "categories: [N02, N20]",
     "classes[12].items[1].categories[1]", "没有分类 “N20”"),
    ("duty.yaml", "categories: [N02]", "categories: [N02, N02]",
     "classes[12].items[1].categories[1]", "重复"),
    ("duty.yaml", "{code: N-2,", "{code: N-1,", "classes[12].items[1].code", "“N-1” 重复"),
    ("duty.yaml", "lead: veterans, principle: in_charge", "lead: veterans, principle: charge",
     "classes[11].items[1].principle", "没有派单原则 “charge”"),
    ("clocks.yaml", "by_kind: {inquiry: 3 wd}", "by_kind: {enquiry: 3 wd}",
     "clocks[5].by_kind.enquiry", "是否想写 “inquiry”"),
    ("clocks.yaml", "by_kind: {inquiry: 3 wd}", "by_category: {Z9: 3 wd}",
     "clocks[5].by_category.Z9", "没有分类 “Z9”"),
    ("clocks.yaml", "ordinary: 5 wd, semi_urgent: 24 h", "ordinary: null, semi_urgent: 24 h",
     "clocks[5].limits.ordinary", "不能为空"),
    ("clocks.yaml", "limits: {ordinary: null, semi_urgent: 24 h, urgent: 2 h}",
     "limits: {semi_urgent: 24 h, urgent: 2 h}", "clocks[4].limits", "缺少 ordinary"),
    ("clocks.yaml", "sum_of: [dispatch, reply, callback]", "sum_of: [dispatch, overall]",
     "clocks[9].sum_of[1]", "不能再相加"),
    ("applications.yaml", "of: upper}", "of: own_unit}", "return_up.steps[1].of", "由中心提出"),
    ("applications.yaml", "    - code: settled", "    - code: citizen_gave_up",
     "withdrawal.reasons[1].code", "理由代码 “citizen_gave_up” 重复"),
    ("closing.yaml", "  housing_quality: 房屋质量登记", "  house_quality: 房屋质量登记",
     "extra_form_titles.house_quality", "是否想写 “housing_quality”"),
    ("closing.yaml", "{code: not_true, title: 不属实", "{code: true_fact, title: 不属实",
     "fact_options[2].code", "“true_fact” 重复"),
    ("callback.yaml", "{code: slow, title", "{code: attitude, title", "causes[2].code", "重复"),
    ("callback.yaml", "days: 2 ", "days: 4 ", "days", "不可能分布在 4 天"),
    ("callback.yaml", "answers: solved}", "answers: text}", "script[2].answers", "应取自 solved"),
    ("words.yaml", "[打击报复".replace("[", ""), "跳楼", "sensitive[8].words[3]",
     "已在 “轻生与自伤” 组里"),
    ("pack.yaml", '来信, char: "5"', '来信, char: "4"', "channels.letter.char",
     "已用于渠道 “walk_in”"),
    ("pack.yaml", "  width: 21", "  width: 20", "number.width", "长 21 位，写的是 20 位"),
    ("pack.yaml", '"{area}{date}{channel}{sequence}"', '"{area}{date}{channel}"', "number.pattern",
     "缺少 {sequence}"),
    ("pack.yaml", '"{area}{date}{channel}{sequence}"', '"{town}{date}{sequence}"',
     "number.pattern", "不认识的占位 {town}"),
    ("pack.yaml", '"{area}{date}{channel}{sequence}"', '"{area{date}{sequence}"', "number.pattern",
     "花括号不成对"),
    ("pack.yaml", '"13:00-17:30"', '"11:00-17:30"', "work.hours[1]", "重叠"),
    ("pack.yaml", 'close: "17:30"', 'close: "16:30"', "work.close", "早于最后一段"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "where", "words"), WRONG_REFERENCES, ids=named(WRONG_REFERENCES))
def test_what_leads_nowhere_or_contradicts_is_named(
    copy: Copy, file: str, old: str, new: str, where: str, words: str
) -> None:
    line = copy.edit(file, old, new)

    problem = next(found for found in copy.problems() if found.where == where)

    assert problem.file == file
    assert words in problem.message
    assert problem.line == line


# the same, where the contradiction shows on another line than the edit: lines after it
SHOWN_ELSEWHERE = [
    ("units.csv", "亭中社区居委会,,310117107001", "亭中社区居委会,,310117107002", 1, "area",
     "已由同类单位 “c001” 管辖"),
    ("applications.yaml", "  effect: return_up", "  effect: return", 1, "return_up.stages[0]",
     "没有承办单位在办"),
    ("callback.yaml", 'five: 4, weight: "1"', 'five: 4, weight: "0.5"', 1, "scale[2].weight",
     "高于更满意的"),
    ("pack.yaml", "  recheck: 复核单\n", "", -4, "order_types", "缺少工单类别 “recheck”"),
    ("closing.yaml", "  - {code: partly, title: 部分解决", "  - {code: solved, title: 部分解决",
     -3, "outcomes", "缺少办理结果 “partly”"),
    ("callback.yaml", "  - {code: solved, title: 您反映的问题解决了吗？, answers: solved}\n", "",
     -13, "script", "缺少必问的问题 “solved”"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "after", "where", "words"), SHOWN_ELSEWHERE, ids=named(SHOWN_ELSEWHERE))
def test_a_contradiction_is_named_where_it_shows(
    copy: Copy, file: str, old: str, new: str, after: int, where: str, words: str
) -> None:
    line = copy.edit(file, old, new) + after

    problem = next(found for found in copy.problems() if found.where == where)

    assert (problem.file, problem.line) == (file, line)
    assert words in problem.message


def test_a_ring_of_parents_is_named_once_with_its_way(copy: Copy) -> None:
    line = copy.edit("categories.csv", "A,,市容环卫", "A,A0101,市容环卫")

    rings = [problem for problem in copy.problems() if "成环" in problem.message]

    assert [(ring.file, ring.line, ring.where) for ring in rings] == [("categories.csv", line, "parent")]
    assert "A → A0101 → A01 → A" in rings[0].message


def test_a_second_root_of_the_units_is_named(copy: Copy) -> None:
    line = copy.edit("units.csv", "police,centre,", "police,,")

    found = {problem.where: problem for problem in copy.problems()}

    assert found["parent"].line == found["kind"].line == line
    assert "只能有一个根" in found["parent"].message


def test_a_category_without_a_lead_is_named_at_its_own_line(copy: Copy) -> None:
    line = copy.append("categories.csv", "R,,新类型,complaint_help,,,,,,")

    problem = copy.only_problem()

    assert (problem.file, problem.line, problem.where) == ("categories.csv", line, "code")
    assert "没有首接负责单位" in problem.message


def test_an_area_without_a_community_is_named_where_work_falls_to_the_territory(copy: Copy) -> None:
    line = copy.append("areas.csv", "310117107099,310117107,community,新社区居委会,yes")

    problem = copy.only_problem()

    assert (problem.file, problem.line) == ("areas.csv", line)
    assert "没有属地单位" in problem.message


@pytest.mark.parametrize("kind", ["dispatch", "sign", "contact", "return", "reply", "report", "review", "callback"])
def test_a_missing_compulsory_clock_is_named(copy: Copy, kind: str) -> None:
    text = (copy.folder / "clocks.yaml").read_text(encoding="utf-8")
    rules = text.split("\n  - kind: ")
    kept = [rule for rule in rules if not rule.startswith((f"{kind} ", "overall "))]
    copy.write("clocks.yaml", "\n  - kind: ".join(kept).encode())

    messages = [problem.message for problem in copy.problems() if problem.where == "clocks"]

    assert any(f"缺少时限 “{kind}”" in message for message in messages)


def test_without_a_review_its_clock_may_be_missing(copy: Copy) -> None:
    copy.edit("pack.yaml", "review: true ", "review: false ")
    text = (copy.folder / "clocks.yaml").read_text(encoding="utf-8")
    kept = [rule for rule in text.split("\n  - kind: ") if not rule.startswith("review ")]
    copy.write("clocks.yaml", "\n  - kind: ".join(kept).encode())

    assert copy.problems() == ()


def test_a_missing_key_is_named_at_the_entry_that_lacks_it(copy: Copy) -> None:
    line = copy.edit("applications.yaml", "  effect: return\n", "")

    problem = next(found for found in copy.problems() if found.where == "return.effect")

    assert (problem.file, problem.line, problem.message) == ("applications.yaml", line - 2, "缺少这一项")


def test_all_mistakes_of_all_files_are_named_at_once(copy: Copy) -> None:
    edits = {
        "pack.yaml": copy.edit("pack.yaml", "level: town", "level: village"),
        "clocks.yaml": copy.edit("clocks.yaml", "by_kind: {inquiry: 3 wd}", "by_kind: {enquiry: 3 wd}"),
        "units.csv": copy.edit("units.csv", "traffic,centre,department", "traffic,centre,departement"),
        "words.yaml": copy.edit("words.yaml", "level: red\n    words: [轻生,", "level: pink\n    words: [轻生,"),
    }
    wrong_key = copy.edit("duty.yaml", "lead: water, principle: in_charge", "leed: water, principle: in_charge")
    wrong_unit = copy.edit("duty.yaml", "categories: [A03], lead: sanitation", "categories: [A03], lead: nobody")

    places = {(problem.file, problem.line) for problem in copy.problems()}

    assert set(edits.items()) <= places
    assert {("duty.yaml", wrong_key), ("duty.yaml", wrong_unit)} <= places


def test_an_item_behind_a_broken_one_keeps_its_own_line(copy: Copy) -> None:
    copy.edit("duty.yaml", "{code: A-1, title: 占道经营与无证设摊, categories: [A01]", "{code: A-1, categories: [A01]")
    line = copy.edit("duty.yaml", "categories: [A03], lead: sanitation", "categories: [A03], lead: nobody")

    problem = next(found for found in copy.problems() if "nobody" in found.message)

    assert (problem.line, problem.where) == (line, "classes[0].items[4].lead")


def test_a_broken_row_is_still_known_to_those_who_refer_to_it(copy: Copy) -> None:
    copy.edit("units.csv", "traffic,centre,department", "traffic,centre,departement")

    assert [problem.where for problem in copy.problems()] == ["kind"]


def test_invented_data_without_a_notice_is_refused(copy: Copy) -> None:
    text = (copy.folder / "pack.yaml").read_text(encoding="utf-8")
    start, end = text.index("synthetic_notice:"), text.index("sources:")
    copy.write("pack.yaml", (text[:start] + text[end:]).encode())

    assert "synthetic_notice" in copy.only_problem().message


def test_a_half_day_says_its_hours_and_a_rest_day_has_none(copy: Copy) -> None:
    copy.write(
        "calendar.yaml",
        b"days:\n"
        b"  - {date: 2026-02-16, kind: half, name: eve}\n"
        b"  - {date: 2026-02-17, kind: rest, name: day, hours: ['09:00-10:00']}\n"
        b"  - {date: 2026-02-17, kind: work, name: again}\n",
    )

    found = [(problem.line, problem.where) for problem in copy.problems()]

    assert found == [(2, "days[0]"), (3, "days[1]"), (4, "days[2].date")]


EVIDENCE = [
    ("type: rows", "type: text", "fields", "只有 rows"),
    ("type: choice", "type: rows", "fields", "rows 需要"),
    ("type: site_visit, hint", "type: site_visit, min: 1, hint", "min", "没有上下限"),
    ("title: 市民的实际诉求, type: text, min: 6", "title: 市民的实际诉求, type: text, min: 600",
     "min", "大于 max"),
    ("title: 重复的工单编号, type: orders, min: 1, max: 5}\n  steps",
     "title: 重复的工单编号, type: orders, min: 0.5, max: 5}\n  steps", "min", "整数"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "tail", "words"), EVIDENCE)
def test_evidence_that_cannot_be_filled_in_is_named(copy: Copy, old: str, new: str, tail: str, words: str) -> None:
    path = copy.folder / "applications.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    found = [problem for problem in copy.problems() if problem.where.endswith(tail)]

    assert found
    assert any(words in problem.message for problem in found)
    assert all(problem.file == "applications.yaml" and problem.line for problem in found)
