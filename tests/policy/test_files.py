"""Files as they really come: encodings, line ends, half-broken YAML and CSV, missing and stray files."""

from pathlib import Path

import pytest

from open12345.policy import Pack, PackError, read_pack
from tests.policy.breaking import Copy

FILES = [
    "pack.yaml", "units.csv", "areas.csv", "categories.csv", "duty.yaml", "clocks.yaml", "applications.yaml",
    "closing.yaml", "callback.yaml", "calendar.yaml", "words.yaml",
]  # fmt: skip


def reencode(copy: Copy, encoding: str, *, newline: str = "\n", files: list[str] = FILES) -> None:
    for file in files:
        path = copy.folder / file
        text = path.read_text(encoding="utf-8").replace("\n", newline)
        path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_utf8_and_gb18030_files_are_read_alike(copy: Copy, jiuting: Pack, encoding: str, newline: str) -> None:
    reencode(copy, encoding, newline=newline)

    assert read_pack(copy.folder).digest == jiuting.digest


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named_and_nothing_else_is_blamed(copy: Copy, file: str) -> None:
    (copy.folder / file).unlink()

    problem = copy.only_problem()

    assert (problem.file, problem.line, problem.message) == (file, 0, "缺少这个文件")


@pytest.mark.parametrize("file", FILES)
def test_a_file_in_an_unknown_encoding_is_named(copy: Copy, file: str) -> None:
    path = copy.folder / file
    lines = path.read_bytes().split(b"\n")
    lines[2] += b"\xff\xff\xff"
    path.write_bytes(b"\n".join(lines))

    problem = copy.only_problem()

    assert (problem.file, problem.line) == (file, 3)
    assert "另存为 UTF-8" in problem.message


def test_utf16_is_named_as_such(copy: Copy) -> None:
    reencode(copy, "utf-16", files=["units.csv"])

    assert "UTF-16" in copy.only_problem().message


def test_a_nul_is_named_with_its_line(copy: Copy) -> None:
    line = copy.edit("duty.yaml", "lead: agriculture", "lead: agri\0culture")

    problem = copy.only_problem()

    assert (problem.file, problem.line) == ("duty.yaml", line)
    assert "NUL" in problem.message


def test_a_stray_file_is_named_because_it_would_be_without_effect(copy: Copy) -> None:
    (copy.folder / "clock.yaml").write_text("x: 1", encoding="utf-8")

    problem = copy.only_problem()

    assert (problem.file, problem.line) == ("clock.yaml", 0)
    assert "是否想写 “clocks.yaml”" in problem.message


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="没有这个规则包文件夹"):
        read_pack(tmp_path / "nowhere")


# what stands there, what is put there, words of the message, lines after the edit
BROKEN_YAML = [
    ("kinds:\n", "kinds: [\n", "YAML 写法有误", None),
    ("kinds:\n", "\tkinds:\n", "制表符", 0),
    ("level: town", "level: town\nlevel: city", "键重复，第 8 行已经写过", 1),
    ("level: town", "level: !town town", "标签", 0),
    ("level: town", "level: &l town\nid2: [1]\n---\nlevel: town", "只能有一份内容", None),
    ("level: town", "? [a, b]\n: town", "键应为一个词", 0),
    ("level: town", 'level: "town', "YAML 写法有误", None),
    ("sources:\n", "sources: &s\n", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words", "after"), BROKEN_YAML)
def test_broken_yaml_is_named_with_its_line(copy: Copy, old: str, new: str, words: str, after: int | None) -> None:
    line = copy.edit("pack.yaml", old, new)
    problems = copy.problems()

    if not words:  # an anchor that nobody refers to changes nothing
        assert problems == ()
        return
    found = next(problem for problem in problems if words in problem.message)
    assert found.file == "pack.yaml"
    assert found.line == line + after if after is not None else found.line > 0


def test_aliases_are_refused_rather_than_followed(copy: Copy) -> None:
    bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    bomb += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefghij", "bcdefghijk", strict=True)]
    copy.write("words.yaml", "\n".join(bomb).encode())

    assert any("不支持 YAML 的引用" in problem.message for problem in copy.problems())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"# only a comment\n", "文件是空的"),
        (b"- a\n- b\n", "应由 “键: 值” 组成"),
        (b"just words\n", "应由 “键: 值” 组成"),
        (b"[" * 1_000, "嵌套过深"),
        (b"a: \x07\n", "YAML 写法有误"),
        (b"x" * 9_000_000, "文件过大"),
    ],
    ids=["empty", "comment", "list", "scalar", "deep", "bell", "huge"],
)
def test_a_file_that_is_no_mapping_is_named(copy: Copy, content: bytes, words: str) -> None:
    copy.write("words.yaml", content)

    problem = copy.only_problem()

    assert problem.file == "words.yaml"
    assert words in problem.message


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("code,parent,kind,", "code,parent,kinds,", "kinds", "是否想写 “kind”"),
        ("code,parent,kind,", "code,parent,code,", "code", "列名重复"),
        ("code,parent,kind,name", "code,parent,area,name", "kind", "缺少这一列"),
    ],
)
def test_a_wrong_header_is_named(copy: Copy, old: str, new: str, where: str, words: str) -> None:
    copy.edit("units.csv", old, new)

    found = {problem.where: problem for problem in copy.problems()}

    assert (found[where].file, found[where].line) == ("units.csv", 1)
    assert words in found[where].message


def test_a_row_with_too_few_or_too_many_cells_is_named(copy: Copy) -> None:
    first = copy.edit("units.csv", "police,centre,department,派出所,,,yes", "police,centre,department,派出所")
    second = copy.edit(
        "units.csv", "traffic,centre,department,交警中队,,,yes", "traffic,centre,department,交警,中队,,,yes"
    )

    found = [(problem.line, problem.message) for problem in copy.problems()]

    assert [line for line, _ in found] == [first, second]
    assert "这一行有 4 格，应有 7 格" in found[0][1]
    assert "这一行有 8 格，应有 7 格" in found[1][1]


def test_an_open_quote_is_named_with_the_row_it_begins_in(copy: Copy) -> None:
    line = copy.edit("areas.csv", "310117107,310117,street,九亭镇", '310117107,310117,street,"九亭镇')

    problem = next(found for found in copy.problems() if "引号" in found.message)

    assert (problem.file, problem.line) == ("areas.csv", line)


def test_rows_behind_a_quoted_line_break_keep_their_lines(copy: Copy) -> None:
    copy.edit("areas.csv", "310117107,310117,street,九亭镇", '310117107,310117,street,"九亭\n镇"')
    line = copy.edit("areas.csv", "310117107004,310117107,community", "310117107004,310117107,comunity")

    problem = next(found for found in copy.problems() if found.where == "level")

    assert problem.line == line


def test_cells_may_say_yes_in_chinese_and_separate_with_wide_semicolons(copy: Copy) -> None:
    copy.edit("units.csv", "police,centre,department,派出所,,,yes", "police,centre,department,派出所,,,是")
    copy.edit("categories.csv", "坠落;摇摇欲坠;砸到", "坠落；摇摇欲坠；砸到")

    pack = read_pack(copy.folder)

    assert pack.unit_tree["police"].synthetic is True
    assert pack.category_tree["A0502"].urgent_words == ("坠落", "摇摇欲坠", "砸到")


def test_a_key_in_the_wrong_file_is_told_where_it_belongs(copy: Copy) -> None:
    line = copy.append("clocks.yaml", "review: true")

    problem = copy.only_problem()

    assert (problem.file, problem.line) == ("clocks.yaml", line)
    assert "应写在 pack.yaml" in problem.message
