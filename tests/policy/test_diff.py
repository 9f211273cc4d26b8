"""What would change between two packs is told in lines that a person reads."""

import json
import re

from open12345.policy import Pack, diff_packs, find_pack, read_pack
from open12345.policy.diff import SECTIONS
from tests.policy.breaking import Copy


def test_equal_packs_have_no_difference(copy: Copy, jiuting: Pack) -> None:
    copy.append("words.yaml", "# a remark")

    assert diff_packs(jiuting, read_pack(copy.folder)) == []


def test_a_changed_limit_names_its_clock_and_both_values(copy: Copy, jiuting: Pack) -> None:
    copy.edit("clocks.yaml", "ordinary: 5 wd, semi_urgent: 24 h", "ordinary: 4 wd, semi_urgent: 24 h")

    assert diff_packs(jiuting, read_pack(copy.folder)) == ["时限 reply.limits.ordinary：5 wd → 4 wd"]


def test_added_and_removed_units_are_named(copy: Copy, jiuting: Pack) -> None:
    copy.append("units.csv", "archive,centre,department,档案室,,,yes")
    copy.edit("units.csv", "s00102,c001,station,亭中社区第二网格工作站（示意）,,31011710700102,yes\n", "")

    lines = diff_packs(jiuting, read_pack(copy.folder))

    assert lines == ["单位 s00102：删除 亭中社区第二网格工作站（示意）", "单位 archive：新增 档案室"]


def test_a_changed_duty_item_is_named_by_its_code(copy: Copy, jiuting: Pack) -> None:
    copy.edit(
        "duty.yaml", "categories: [A03], lead: sanitation, principle: in_charge",
        "categories: [A03], lead: urban, co_handlers: [sanitation], principle: in_charge",
    )  # fmt: skip

    assert diff_packs(jiuting, read_pack(copy.folder)) == [
        "首接负责清单 classes.A.items.A-5.lead：sanitation → urban",
        "首接负责清单 classes.A.items.A-5.co_handlers.sanitation：新增",
    ]


def test_a_moved_item_is_an_order_not_a_change(copy: Copy, jiuting: Pack) -> None:
    path = copy.folder / "callback.yaml"
    text = path.read_text(encoding="utf-8")
    first, second = (line for line in text.splitlines() if "code: no_contact" in line or "code: attitude" in line)
    path.write_text(text.replace(f"{first}\n{second}", f"{second}\n{first}"), encoding="utf-8")

    assert diff_packs(jiuting, read_pack(copy.folder)) == ["回访规则 causes：次序改变"]


def test_a_changed_english_title_is_told_beside_other_english_names(copy: Copy, jiuting: Pack) -> None:
    copy.edit("pack.yaml", f"title_en: {jiuting.title_en}", "title_en: Another Town")

    assert diff_packs(jiuting, read_pack(copy.folder)) == [f"名称（英文）：{jiuting.title_en} → Another Town"]
    assert len({*SECTIONS.values()}) == len(SECTIONS)


def test_a_pack_that_was_stored_differs_by_nothing_but_what_was_changed(copy: Copy, jiuting: Pack) -> None:
    stored = Pack.model_validate(json.loads(json.dumps(jiuting.model_dump(mode="json"), sort_keys=True)))
    copy.edit("clocks.yaml", "ordinary: 5 wd, semi_urgent: 24 h", "ordinary: 4 wd, semi_urgent: 24 h")

    assert diff_packs(stored, read_pack(copy.folder)) == ["时限 reply.limits.ordinary：5 wd → 4 wd"]


def test_every_difference_of_two_packs_gives_a_line(copy: Copy, jiuting: Pack) -> None:
    edits = [
        ("pack.yaml", "review: true ", "review: false "),
        ("pack.yaml", 'char: "6"', 'char: "7"'),
        ("calendar.yaml", "days: []", "days: [{date: 2026-03-05, kind: rest, name: 台风}]"),
        ("closing.yaml", "contact_required: true", "contact_required: false"),
        ("words.yaml", "words: [行贿, ", "words: ["),
        ("categories.csv", "N02,N,农村与农业事务", "N02,N,农业事务"),
    ]
    for file, old, new in edits:
        copy.edit(file, old, new)

    lines = diff_packs(jiuting, read_pack(copy.folder))

    assert lines == [
        "特殊日 2026-03-05：新增 台风",
        "受理渠道 grid.char：6 → 7",
        "分类 N02.title：农村与农业事务 → 农业事务",
        "审核：是 → 否",
        "办结规则 contact_required：是 → 否",
        "词表 sensitive.conduct.words.行贿：删除",
    ]


def test_long_values_are_cut_around_where_they_differ(jiuting: Pack) -> None:
    said = jiuting.model_dump(mode="json")
    longer = "重要提示：" + "这里是便民服务专线，" * 12
    before = Pack.model_validate(said | {"synthetic_notice": f"{longer}甲。"})
    after = Pack.model_validate(said | {"synthetic_notice": f"{longer}乙。"})

    (line,) = diff_packs(before, after)

    old, _, new = line.removeprefix("示意数据提示：").partition(" → ")
    assert (old[0], old[-2:], new[-2:]) == ("…", "甲。", "乙。")
    assert max(len(old), len(new)) <= 60


def test_no_value_is_written_as_python_does(jiuting: Pack) -> None:
    baoshan = read_pack(find_pack("baoshan"))

    lines = [*diff_packs(jiuting, baoshan), *diff_packs(baoshan, jiuting)]

    assert not [line for line in lines if re.search(r"[\[{]'|: None|True|False", line)]
