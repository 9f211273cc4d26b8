"""Which column is what: told, guessed, doubled, unknown."""

from pathlib import Path

import pytest

from open12345.intake.columns import ALIASES, Columns, fields, map_columns
from open12345.intake.table import TableError, open_table
from tests.intake.importing import write


def columns(tmp_path: Path, heads: list[str], **told: str) -> Columns:
    return map_columns(open_table(write(tmp_path / "a.csv", [], heads=heads)), told)


@pytest.mark.parametrize(
    "heads",
    [
        ["标题", "诉求内容", "来电人", "联系电话", "地址", "分类"],
        ["title", "content", "name", "mobile", "location", "category"],
        ["诉求标题", "诉求描述（必填）", "联系人", "手机号码", "诉求地址", "诉求分类"],
        [" Title ", "BODY*", "姓名", "联系 电话", "事发地点", "问题分类："],
    ],
)
def test_headings_in_chinese_and_english_are_known(tmp_path: Path, heads: list[str]) -> None:
    found = columns(tmp_path, heads)
    assert list(found.places) == ["title", "body", "name", "phone", "place", "category"]
    assert found.guessed == set(found.places)
    assert found.unknown == ()


def test_what_is_told_goes_before_what_could_be_guessed(tmp_path: Path) -> None:
    found = columns(tmp_path, ["标题", "内容", "补充说明"], body="补充说明")
    assert found.places == {"title": 0, "body": 2}
    assert found.guessed == {"title"}
    assert found.unknown == ("内容",)


def test_a_column_can_be_told_by_its_place(tmp_path: Path) -> None:
    assert columns(tmp_path, ["甲", "甲"], body="#2").places == {"body": 1}


def test_a_heading_that_stands_twice_is_never_guessed(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="标题”出现多次") as caught:
        columns(tmp_path, ["标题", "内容", "标题"])
    assert "#1" in caught.value.remedy
    assert columns(tmp_path, ["标题", "内容", "标题"], title="#3").places["title"] == 2


def test_a_doubled_heading_that_nobody_needs_does_no_harm(tmp_path: Path) -> None:
    assert columns(tmp_path, ["内容", "科室", "科室"]).unknown == ("科室", "科室")


def test_a_file_whose_words_stand_nowhere_is_refused_with_its_headings(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="甲、乙"):
        columns(tmp_path, ["甲", "乙"])


@pytest.mark.parametrize(("field", "heading"), [("boddy", "内容"), ("body", "没有这列"), ("body", "#9")])
def test_a_told_column_that_does_not_exist_is_refused(tmp_path: Path, field: str, heading: str) -> None:
    with pytest.raises(TableError):
        columns(tmp_path, ["内容"], **{field: heading})


def test_every_alias_belongs_to_an_element_and_to_one_alone() -> None:
    assert set(ALIASES) <= set(fields())
    names = [name for aliases in ALIASES.values() for name in aliases]
    assert len(names) == len(set(names))


def test_the_columns_of_a_file_of_rejected_rows_are_passed_over(tmp_path: Path) -> None:
    found = columns(tmp_path, ["行号", "出错字段", "原因", "如何改正", "标题", "内容"])
    assert found.places == {"title": 4, "body": 5}
    assert found.unknown == ()
