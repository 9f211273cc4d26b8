"""Mistakes of one who copied a pack: one cause gives one message, the cause first and in words that say what to do."""

import csv
from pathlib import Path

import pytest

from open12345.policy import PackError, find_pack
from open12345.policy.demo import demo_problems
from tests.policy.breaking import Copy


def without_column(copy: Copy, file: str, column: str) -> None:
    path = copy.folder / file
    with path.open(encoding="utf-8", newline="") as read:
        rows = [*csv.reader(read)]
    place = rows[0].index(column)
    with path.open("w", encoding="utf-8", newline="") as written:
        csv.writer(written).writerows([*row[:place], *row[place + 1 :]] for row in rows)


@pytest.mark.parametrize(
    ("file", "column"),
    [("categories.csv", "parent"), ("units.csv", "parent"), ("areas.csv", "parent"), ("units.csv", "area")],
)
def test_a_missing_column_of_a_tree_is_the_only_thing_named(copy: Copy, file: str, column: str) -> None:
    without_column(copy, file, column)

    problem = copy.only_problem()

    assert (problem.file, problem.line, problem.where) == (file, 1, column)
    assert "缺少这一列" in problem.message


@pytest.mark.parametrize("column", ["phone", "synthetic"])
def test_a_column_that_only_holds_additions_may_be_missing(copy: Copy, column: str) -> None:
    without_column(copy, "units.csv", column)

    assert copy.problems() == ()


@pytest.mark.parametrize("separator", [";", "\t", "，"])
@pytest.mark.parametrize("file", ["areas.csv", "demo/places.csv"])
def test_another_separator_is_named_once(copy: Copy, file: str, separator: str) -> None:
    path = copy.folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(",", separator), encoding="utf-8")

    if file == "areas.csv":
        problem = copy.only_problem()
    else:
        [problem] = demo_problems(copy.folder, None)
    assert (problem.file, problem.line) == (file, 1)
    assert "分隔符应为逗号" in problem.message


def test_codes_that_a_spreadsheet_has_rounded_are_explained_once(copy: Copy) -> None:
    path = copy.folder / "areas.csv"
    text = path.read_text(encoding="utf-8")
    line = text[: text.index("310117107001")].count("\n") + 1
    path.write_text(text.replace("310117107001,", "3.10117E+11,").replace("310117107002,", "3.10117E+11,"), "utf-8")

    problem = copy.only_problem()

    assert (problem.file, problem.line, problem.where) == ("areas.csv", line, "code")
    assert "Excel" in problem.message


def test_what_follows_from_a_broken_tree_is_held_back(copy: Copy) -> None:
    copy.edit("categories.csv", "\nA01,A,", "\nA0X,A,")

    problems = copy.problems()

    assert problems
    assert {(one.file, one.where) for one in problems} == {("categories.csv", "parent")}


def test_a_wrong_reference_is_still_named_beside_a_broken_tree_of_another_kind(copy: Copy) -> None:
    copy.edit("categories.csv", "\nA01,A,", "\nA0X,A,")
    copy.edit("duty.yaml", "lead: agriculture", "lead: agricultur")

    assert any("没有单位 “agricultur”" in one.message for one in copy.problems())


def test_syntax_comes_first_then_trees_then_the_rest(copy: Copy) -> None:
    copy.edit("applications.yaml", "  extend_at_most: 5 wd", "  extend_at_most: 5 days")
    copy.edit("categories.csv", "\nA01,A,", "\nA0X,A,")
    copy.edit("words.yaml", "words: [行贿,", "words: [行贿,,")

    files = [*dict.fromkeys(one.file for one in copy.problems())]

    assert files == ["words.yaml", "categories.csv", "applications.yaml"]


# what stands there, what is put there, the mark
PUNCTUATION = [
    ("level: town", "level：town", "：", ":"),
    ("letter: {title: 来信, char", "letter: {title: 来信，char", "，", ","),
    ("letter: {title: 来信, char", "letter: {title：来信, char", "：", ":"),
    ('hours: ["09:00-11:30", ', 'hours: ["09:00-11:30"， ', "，", ","),
]


@pytest.mark.parametrize(("old", "new", "mark", "right"), PUNCTUATION)
def test_chinese_punctuation_is_named_on_its_line(copy: Copy, old: str, new: str, mark: str, right: str) -> None:
    line = copy.edit("pack.yaml", old, new)

    first = copy.problems()[0]

    assert (first.file, first.line) == ("pack.yaml", line)
    assert f"中文标点 “{mark}”" in first.message
    assert f"英文的 {right}" in first.message


def test_chinese_quotes_around_a_value_are_named(copy: Copy) -> None:
    line = copy.edit("pack.yaml", 'hotline: "62112345"', "hotline: “62112345”")

    problem = copy.only_problem()

    assert (problem.line, problem.where) == (line, "hotline")
    assert "中文引号" in problem.message


def test_chinese_punctuation_within_a_text_is_not_blamed(copy: Copy) -> None:
    copy.edit("callback.yaml", "greeting: 您好，这里是", 'greeting: "您好，这里：是')

    assert all("中文标点" not in one.message for one in copy.problems())


def test_a_day_that_the_calendar_does_not_have_is_called_so(copy: Copy) -> None:
    copy.edit("calendar.yaml", "days: []", "days: [{date: 2026-02-30, kind: rest, name: x}]")

    assert "没有这一天：“2026-02-30”" in copy.only_problem().message


def test_a_path_that_leads_nowhere_is_no_misspelt_name(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="没有这个文件夹") as told:
        find_pack(tmp_path / "nothing")

    assert "可用的有" not in str(told.value)
