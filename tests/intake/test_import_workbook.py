"""XLSX files: read as they are stored, by the same door as CSV; what is no honest workbook is refused in words."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import Workbook

from open12345.directory import workbook
from open12345.intake.table import TableError, open_table
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.intake.importing import HEADS, row, take


def book(path: Path, rows: list[list[Any]], heads: list[str] | None = None) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for cells in [heads or HEADS, *rows]:
        sheet.append(cells)
    made.save(path)
    return path


@pytest.mark.function("INT-13")
def test_rows_of_a_workbook_become_orders_once(town: Town, tmp_path: Path) -> None:
    rows: list[list[Any]] = [*(list(row(n)) for n in (1, 2)), list(row(3, 联系电话=""))]
    rows[1][4] = 13812345678  # a phone that the office software took for a number
    file = book(tmp_path / "a.xlsx", rows)
    assert take(town, file).counts == (2, 0, 1)
    assert take(town, file).counts == (0, 2, 1)
    assert WorkOrder.objects.count() == 2


def test_cells_say_what_people_see(tmp_path: Path) -> None:
    cells = [13812345678, 1.5, True, datetime(2025, 6, 26, 14, 5), None, 310117199001011234]  # noqa: DTZ001 - as a sheet keeps it
    table = open_table(book(tmp_path / "a.xlsx", [cells], heads=["甲", "乙", "丙", "丁", "戊", "己"]))
    (found,) = table.rows()
    assert found.cells[:5] == ("13812345678", "1.5", "是", "2025-06-26 14:05:00", "")
    assert "e+17" in found.cells[5], "a number that has lost its last digits is told, not guessed"


def test_formulas_are_not_worked_out(tmp_path: Path) -> None:
    table = open_table(book(tmp_path / "a.xlsx", [["N1", "=1+1", '=HYPERLINK("http://x","路灯不亮")', "", "", ""]]))
    (found,) = table.rows()
    assert found.cells[1:3] == ("", "")


def test_rows_are_numbered_as_the_sheet_numbers_them(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", [list(row(1)), [], [None] * 6, list(row(2))])
    assert [one.number for one in open_table(file).rows()] == [2, 5]


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 40_000_000)
    with pytest.raises(TableError, match="过大"):
        open_table(file)


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("a.txt", b"x", "ZIP"),
        ("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "声明"),
        ("xl/workbook.xml", b"<workbook/>", "损坏"),
    ],
)
def test_what_is_no_workbook_is_refused_in_words(tmp_path: Path, part: str, content: bytes, said: str) -> None:
    file = tmp_path / "a.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(part, content)
    with pytest.raises(TableError, match=said):
        open_table(file)


def test_a_sheet_of_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with pytest.raises(TableError, match="3 行"):
        open_table(book(tmp_path / "a.xlsx", [list(row(n)) for n in range(5)]))


def damaged(path: Path, part: str, how: Callable[[bytes], bytes]) -> Path:
    """A workbook with one part of its archive changed, the directory of the archive left as it was."""
    good = book(path.with_name("good.xlsx"), [list(row(n)) for n in range(50)])
    with zipfile.ZipFile(good) as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in archive.namelist():
            made.writestr(name, how(archive.read(name)) if name == part else archive.read(name))
    return path


def test_a_workbook_with_damaged_bytes_is_refused_in_words(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", [list(row(n)) for n in range(50)])
    with zipfile.ZipFile(file) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(file.read_bytes())
    start = part.header_offset + 30 + len(part.filename)
    content[start : start + 10] = b"\xff" * 10
    file.write_bytes(content)
    with pytest.raises(TableError, match="损坏"):
        open_table(file)


def test_a_cell_that_points_nowhere_is_refused_in_words(tmp_path: Path) -> None:
    nowhere = lambda xml: xml.replace(b'<row r="3">', b'<row r="3"><c r="A3" t="s"><v>99999</v></c>', 1)  # noqa: E731
    file = damaged(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", nowhere)
    with pytest.raises(TableError, match="损坏"):
        open_table(file)


def test_rows_beyond_the_limit_are_counted_by_their_tags_before_any_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 50)
    monkeypatch.setattr(workbook, "_PIECE", 7)  # tags that lie across two pieces are counted too
    assert len(list(workbook.records(book(tmp_path / "a.xlsx", [list(row(n)) for n in range(49)])))) == 50
    monkeypatch.setattr("openpyxl.load_workbook", lambda *a, **k: pytest.fail("read"))
    with pytest.raises(TableError, match="超过 50 行"):
        list(workbook.records(book(tmp_path / "b.xlsx", [list(row(n)) for n in range(51)])))


def shared(path: Path) -> Path:
    """A workbook whose cells share their texts, as office software writes it."""
    made = xlsxwriter.Workbook(path)
    made.add_worksheet().write_row(0, 0, HEADS)
    made.close()
    return path


def test_texts_beyond_the_limit_are_refused_before_any_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_TEXT", 100)
    monkeypatch.setattr("openpyxl.load_workbook", lambda *a, **k: pytest.fail("read"))
    with pytest.raises(TableError, match="文字展开后过大"):
        list(workbook.records(shared(tmp_path / "a.xlsx")))
