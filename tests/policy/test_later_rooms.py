"""Mistakes in what later rooms carry out are named as any others; a pack may do without these files."""

import pytest

from open12345.policy import Pack, read_pack
from tests.policy.breaking import Copy

LATER = ("supervision.yaml", "appraisal.yaml", "reports.yaml")


def test_a_pack_may_do_without_them(copy: Copy) -> None:
    for file in LATER:
        (copy.folder / file).unlink()

    pack = read_pack(copy.folder)

    assert (pack.supervision.levels, pack.appraisal.weights, pack.reports.kinds) == ((), (), ())


def test_a_stored_version_from_before_them_is_still_read(jiuting: Pack) -> None:
    stored = jiuting.model_dump(mode="json")
    for key in ("supervision", "appraisal", "reports", "lines", "frontline"):
        del stored[key]

    assert Pack.model_validate(stored).id == "jiuting"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("appraisal.yaml", "satisfied: 30, rated: 10", "satisfied: 30, rated: 11", "权重合计 101，应为 100"),
        ("appraisal.yaml", "satisfied: 30, rated: 10", "satisfied: 30, ratet: 10", "没有指标 “ratet”"),
        ("appraisal.yaml", "kinds: [firm]", "kinds: [department]", "已在 “科室与事业单位” 组里"),
        ("appraisal.yaml", "kinds: [firm]", "kinds: [town]", "没有 “town” 一类的单位"),
        ("appraisal.yaml", "indicators: [solved, really_solved]", "indicators: [solvd]", "没有指标 “solvd”"),
        ("supervision.yaml", "after: 1 wd, to: [clerk, approver]", "to: [clerk, approver]", "只有第一级可以不写 after"),
        ("supervision.yaml", "categories: [D0201, A0101, E01]", "categories: [D0201, X01]", "没有分类 “X01”"),
        ("supervision.yaml", "kind: ledger,", "kind: whistle,", "吹哨（kind: whistle）须写 callers"),
        (
            "supervision.yaml",
            "{level: orange, at_least: 5}, {level",
            "{level: red, at_least: 5}, {level",
            "级别和数量应逐级升高",
        ),
        ("supervision.yaml", "sigmas: 3, ", "", "sigmas 只用于激增预警"),
        ("reports.yaml", "code: weekly", "code: monthly", "代码 “monthly” 重复"),
        (
            "pack.yaml",
            "archive_after: 30 d",
            "frontline: {title: 一线通达, accounts: 5, kinds: [station]}\narchive_after: 30 d",
            "accounts 合计 0，这里写的是 5",
        ),
        (
            "pack.yaml",
            "archive_after: 30 d",
            "lines: {merged: 2, groups: [{code: a, title: 甲, count: 3}]}\narchive_after: 30 d",
            "各组共 3 条，多于归并的 2 条",
        ),
    ],
)
def test_a_mistake_is_named(copy: Copy, file: str, old: str, new: str, told: str) -> None:
    copy.edit(file, old, new)

    assert [told in problem.message for problem in copy.problems()].count(True) == 1, copy.problems()


def test_accounts_without_a_front_line_are_asked_about(copy: Copy) -> None:
    path = copy.folder / "units.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{head},accounts", *(f"{row},1" for row in rows)]) + "\n", encoding="utf-8")

    assert "请在 pack.yaml 写 frontline" in copy.only_problem().message
