"""Files as they really come: encodings, delimiters, quotes, broken rows."""

from pathlib import Path

import pytest

from open12345.intake.table import Row, TableError, open_table
from tests.intake.importing import HEADS, row, write

TEXT = "标题,内容\n路灯不亮,沪松公路 12 号路灯不亮\n井盖缺失,涞寅路口少了一个井盖\n"


def rows_of(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in open_table(path).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(TEXT.encode(encoding))
    assert open_table(file).heads == ("标题", "内容")
    assert rows_of(file) == [("路灯不亮", "沪松公路 12 号路灯不亮"), ("井盖缺失", "涞寅路口少了一个井盖")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(TEXT.replace(",", delimiter), encoding="utf-8")
    assert rows_of(file)[1] == ("井盖缺失", "涞寅路口少了一个井盖")


def test_a_quoted_cell_may_hold_newlines_delimiters_and_quotes(tmp_path: Path) -> None:
    body = '第一行\n第二行, 他说"马上来"\r\n第三行'
    file = write(tmp_path / "a.csv", [row(1, 诉求内容=body), row(2)])
    table = open_table(file)
    assert next(table.rows()).cells[2] == body
    assert [r.number for r in table.rows()] == [2, 3]
    assert table.count == 2


def test_nul_bytes_are_dropped_and_do_not_make_it_utf16(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(TEXT.replace("不亮", "不\0亮").encode())
    assert rows_of(file)[0] == ("路灯不亮", "沪松公路 12 号路灯不亮")


def test_a_row_with_too_few_or_too_many_cells_is_told_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("标题,内容\n只有一列\n甲,乙\n甲,乙,丙,丁\n甲,乙,,\n", encoding="utf-8")
    found = list(open_table(file).rows())
    assert [bool(r.problem) for r in found] == [True, False, True, False]
    assert found[2].problem == "这一行有 4 列，表头有 2 列"


def test_blank_rows_are_passed_over_but_counted_in_row_numbers(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("标题,内容\n\n,\n甲,乙\n", encoding="utf-8")
    assert list(open_table(file).rows()) == [Row(4, ("甲", "乙"))]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest_unnoticed(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('标题,内容\n甲,乙\n丙,"没有右引号\n丁,戊\n', encoding="utf-8")
    good, bad = open_table(file).rows()
    assert not good.problem
    assert "引号没有闭合" in bad.problem


def test_damaged_utf8_is_told_with_its_line_and_not_read_as_another_encoding(tmp_path: Path) -> None:
    raw = ("标题,内容\n" + "甲,涞亭南路的路灯坏了\n" * 20).encode()
    broken = raw.replace("坏".encode(), b"\xe5\x9d", 1)
    file = tmp_path / "a.csv"
    file.write_bytes(broken)
    with pytest.raises(TableError, match="第 2 行有损坏的字节"):
        open_table(file)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "空的"),
        (b"\n\n\n", "没有表头"),
        (b"PK\x03\x04\x14\x00\x06\x00", "损坏"),
        (b"a,b\n\xff\xff\x80,\xff\n", "编码"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, raw: bytes, said: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(raw)
    with pytest.raises(TableError, match=said):
        open_table(file)


def test_a_file_with_headings_alone_has_no_rows(tmp_path: Path) -> None:
    assert open_table(write(tmp_path / "a.csv", [])).count == 0


def test_headings_that_stand_twice_are_known(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "a.csv", [], heads=[*HEADS, "标题", ""]))
    assert table.doubled == {"标题"}


def test_without_headings_columns_go_by_their_place(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("路灯不亮,沪松公路 12 号路灯不亮\n", encoding="utf-8")
    table = open_table(file, headed=False)
    assert table.heads == ("#1", "#2")
    assert table.count == 1
