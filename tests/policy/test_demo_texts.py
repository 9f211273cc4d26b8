"""The invented texts of a pack are checked as its rules are: codes, blanks, encodings, each with file and line."""

import shutil

import pytest
import typer
from typer.testing import CliRunner

from open12345.policy import PackError, PackProblem, read_pack
from open12345.policy.cli import register
from open12345.policy.demo import demo_problems
from open12345.project.demo.texts import read_texts
from tests.policy.breaking import Copy

app = typer.Typer()
register(app)
runner = CliRunner()

COMPLAINTS, PLACES = "demo/complaints.csv", "demo/places.csv"


def problems(copy: Copy) -> list[PackProblem]:
    return demo_problems(copy.folder, read_pack(copy.folder))


def first_line(copy: Copy, old: str, new: str, file: str = COMPLAINTS) -> int:
    """Replace the first place where `old` stands; returns its line."""
    path = copy.folder / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


# what stands there, what is put there, file, column, words of the message
WRONG = [
    ("D0201,", "D0299,", COMPLAINTS, "category", "没有分类 “D0299”"),
    ("D0201,", "D02,", COMPLAINTS, "category", "工单只能用末级"),
    ("D0201,,", "D0201,complain,", COMPLAINTS, "kind", "是否想写 “complain"),
    ("D0201,,,", "D0201,,hurry,", COMPLAINTS, "urgency", "没有紧急程度 “hurry”"),
    ("{estate}", "{estat}", COMPLAINTS, "title", "不认识的占位 {estat}"),
    ("{estate}", "{estate", COMPLAINTS, "title", "花括号不成对"),
    ("{estate}", "{}", COMPLAINTS, "title", "不认识的占位 {}"),
    ("310117107", "310999107", PLACES, "area", "没有区域 “310999107"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "file", "column", "words"), WRONG)
def test_a_wrong_cell_is_named_with_file_and_line(
    copy: Copy, old: str, new: str, file: str, column: str, words: str
) -> None:
    line = first_line(copy, old, new, file)

    [problem] = problems(copy)

    assert (problem.file, problem.line, problem.where) == (file, line, column)
    assert words in problem.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files_saved_by_a_spreadsheet_are_read_alike(copy: Copy, encoding: str) -> None:
    before = read_texts(copy.folder / "demo")
    for file in (COMPLAINTS, PLACES):
        text = (copy.folder / file).read_text(encoding="utf-8").replace("\n", "\r\n")
        copy.write(file, text.encode(encoding))

    assert before is not None
    assert read_texts(copy.folder / "demo") == before
    assert problems(copy) == []


def test_a_missing_column_is_named_and_the_demo_does_not_stumble(copy: Copy) -> None:
    first_line(copy, "category,", "categroy,")

    found = problems(copy)

    assert {(one.file, one.line, one.where) for one in found} == {
        (COMPLAINTS, 1, "categroy"), (COMPLAINTS, 1, "category"),
    }  # fmt: skip
    with pytest.raises(PackError, match="category"):
        read_texts(copy.folder / "demo")


def test_complaints_without_places_are_named(copy: Copy) -> None:
    (copy.folder / PLACES).unlink()

    assert [str(one) for one in problems(copy)] == [f"{PLACES}: 缺少这个文件"]


def test_a_pack_may_do_without_a_demo(copy: Copy) -> None:
    shutil.rmtree(copy.folder / "demo")

    assert problems(copy) == []
    assert read_texts(copy.folder / "demo") is None


def test_the_command_refuses_a_wrong_demo_and_loading_does_not_care(copy: Copy) -> None:
    line = first_line(copy, "D0201,", "D0299,")

    result = runner.invoke(app, ["check-pack", str(copy.folder)])

    assert result.exit_code == 1
    assert f"{COMPLAINTS}:{line}: category: 没有分类 “D0299”" in result.stdout
    assert read_pack(copy.folder).id == "jiuting"


def test_mistakes_of_the_rules_and_of_the_demo_are_told_together(copy: Copy) -> None:
    copy.edit("pack.yaml", "level: town", "level: village")
    first_line(copy, "{estate}", "{estat}")

    result = runner.invoke(app, ["check-pack", str(copy.folder)])

    assert "pack.yaml:8: level" in result.stdout
    assert "不认识的占位 {estat}" in result.stdout
