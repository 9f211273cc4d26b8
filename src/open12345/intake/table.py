"""Reading a table that nobody described: which encoding, which delimiter, where a row ends (INT-13).

Knows no order. A file that is no table raises `TableError`; a row that is none is handed on with its problem.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from open12345.directory import workbook
from open12345.directory.csvfile import as_typed
from open12345.directory.unreadable import TableError

__all__ = ["Row", "Table", "TableError", "detect_encoding", "open_table"]

_CHUNK = 1 << 20  # bytes
_LONGEST_CELL = 10_000_000  # characters; beyond it a quote was never closed
_DELIMITERS = (",", "\t", ";", "|")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NO_TEXT = ((b"\xd0\xcf\x11\xe0", "XLS"), (b"%PDF", "PDF"), (b"\x1f\x8b", "GZIP"))
#: Stands for the encoding of a workbook.
XLSX = "xlsx"
#: A file with fewer broken places per readable Chinese character is damaged UTF-8, not another encoding.
_DAMAGED = 0.1
#: Share of NULs in step that makes a file UTF-16: its commas, digits and line ends.
_STEPPED = 0.02


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a spreadsheet counts it (the heading is row 1); with `problem`, its cells mean nothing."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file: how it is written, its headings and how many rows follow."""

    path: Path
    encoding: str
    delimiter: str
    heads: tuple[str, ...]
    headed: bool = True
    count: int = field(default=0)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank, the ragged ones with their problem."""
        if self.encoding == XLSX:
            yield from self._rows_of_sheet()
            return
        lines = _Lines(self)
        first = 1 if self.headed else 0
        for number, cells in enumerate(lines.records(), start=1):
            if number > first and (lines.broken or any(cell.strip() for cell in cells)):
                yield _row(number, cells, len(self.heads), unclosed=lines.broken or lines.unclosed)

    def _rows_of_sheet(self) -> Iterator[Row]:
        """A sheet has no ragged rows: what is missing at the end is empty."""
        width = len(self.heads)
        for number, cells in enumerate(workbook.records(self.path), start=1):
            if number > (1 if self.headed else 0) and any(cell.strip() for cell in cells):
                yield _row(number, cells[:width] + [c for c in cells[width:] if c.strip()], width, unclosed=False)

    @property
    def doubled(self) -> frozenset[str]:
        """Return the headings that stand more than once: by name nobody can say which is meant."""
        return frozenset(head for head, times in Counter(filter(None, self.heads)).items() if times > 1)


def open_table(path: Path, *, headed: bool = True, counted: bool = True) -> Table:
    """Return the table in `path`; without headings its columns are called #1, #2 … Raises `TableError`.

    Counting reads the whole of it, seconds for a large workbook: who knows the count already goes without.
    """
    if not path.stat().st_size:
        raise TableError(_("文件是空的"), _("请检查是否导出成功"))
    encoding = _kind(path)
    delimiter, first = (
        ("", _trimmed(next(workbook.records(path), []))) if encoding == XLSX else _first_record(path, encoding)
    )
    heads = tuple(cell.strip() for cell in first) if headed else tuple(f"#{n + 1}" for n in range(len(first)))
    if not any(heads):
        raise TableError(_("第一行没有表头"), _("第一行应是各列的名称；没有表头请加 --no-header"))
    table = Table(path, encoding, delimiter, heads, headed)
    return Table(path, encoding, delimiter, heads, headed, sum(1 for _row in table.rows())) if counted else table


def look(path: Path) -> None:
    """Refuse at a glance what is no table (empty, PDF, old XLS …); raises `TableError`. Reads a few bytes."""
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise TableError(_("文件是空的"), _("请检查是否导出成功"))
    _refuse_other(start)


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        return XLSX if file.read(4) == workbook.MAGIC else detect_encoding(path)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _row(number: int, cells: list[str], width: int, *, unclosed: bool) -> Row:
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if unclosed:
        return Row(number, tuple(cells), _("引号没有闭合，后面的行被并进了这一行"), _("补上缺少的引号"))
    if len(cells) != width:
        text = _("这一行有 %(now)s 列，表头有 %(heads)s 列") % {"now": len(cells), "heads": width}
        return Row(number, tuple(cells), text, _("含有分隔符或换行的内容要用双引号括起来"))
    return Row(number, tuple(cells))


class _Lines:
    """The lines of a file on their way into the csv reader; notices a quote that is never closed."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.quotes = 0
        self.ended = False
        self.broken = False

    @property
    def unclosed(self) -> bool:
        """Whether the file ended within quotes, after the record that was read last."""
        return self.ended and self.quotes % 2 == 1

    def records(self) -> Iterator[list[str]]:
        """Yield each record; `broken` tells that the one just read ran on beyond every measure."""
        csv.field_size_limit(_LONGEST_CELL)
        with self.table.path.open(encoding=self.table.encoding, newline="") as file:
            reader = csv.reader(self._lines(file), delimiter=self.table.delimiter)
            while True:
                self.quotes, self.broken, record = 0, False, []
                try:
                    record = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    self.broken = True
                yield [as_typed(cell) for cell in record]  # as in a file of rejected rows (`importer.Rejects`)

    def _lines(self, file: Iterator[str]) -> Iterator[str]:
        for line in file:
            clean = line.replace("\x00", "")
            self.quotes += clean.count('"')
            yield clean
        self.ended = True


def _first_record(path: Path, encoding: str) -> tuple[str, list[str]]:
    """Return the delimiter that cuts the first record into most pieces, and those pieces."""
    found: list[tuple[str, list[str]]] = []
    for delimiter in _DELIMITERS:
        record = next(_Lines(Table(path, encoding, delimiter, ())).records(), [])
        found.append((delimiter, record))
    return max(found, key=lambda one: len(one[1]))


# --- encoding -------------------------------------------------------------------------------------


def detect_encoding(path: Path) -> str:
    """Return how the file is written; raises `TableError` where it is damaged or no text.

    A mark at the start decides; else NULs in step mean UTF-16; else UTF-8 where all of it is; else GB18030, which is
    what office software on Chinese machines writes. UTF-8 with a few broken bytes is told as damaged, because it
    would pass as GB18030 and come out as nonsense.
    """
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    _refuse_other(start)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), _unmarked_utf16(start))
    if marked:
        return _checked(path, marked)
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _mostly_utf8(start):
        raise TableError(
            _("文件是 UTF-8，但第 %(line)s 行有损坏的字节") % {"line": _broken_line(path)},
            _("请重新导出，或用编辑器改正这一行后再导入"),
        )
    return _checked(path, "gb18030")


def _refuse_other(start: bytes) -> None:
    if other := next((name for mark, name in _NO_TEXT if start.startswith(mark)), ""):
        raise TableError(
            _("这是 %(kind)s 文件，不是 CSV 或 XLSX") % {"kind": other}, _("请先另存为 XLSX 或 CSV（UTF-8）")
        )


def _checked(path: Path, encoding: str) -> str:
    if not _decodes(path, encoding):
        text = _("无法识别文件编码（试过 %(encoding)s）") % {"encoding": encoding}
        raise TableError(text, _("请另存为 XLSX，或 UTF-8、GB18030 的 CSV"))
    return encoding


def _unmarked_utf16(start: bytes) -> str:
    """Return UTF-16 with its byte order where every other byte of ASCII is NUL, "" elsewhere."""
    pairs = [(start[n], start[n + 1]) for n in range(0, min(len(start) - 1, 4096), 2)]
    little = sum(1 for low, high in pairs if low and not high)
    big = sum(1 for high, low in pairs if low and not high)
    if not pairs or max(little, big) < len(pairs) * _STEPPED or min(little, big) * 10 > max(little, big):
        return ""
    return "utf-16-le" if little > big else "utf-16-be"


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(_CHUNK):
                pass
    except UnicodeError:
        return False
    return True


def _mostly_utf8(start: bytes) -> bool:
    text = start.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    readable = sum(1 for character in text if character >= "\u3000" and character != "\ufffd")
    return broken < readable * _DAMAGED


def _broken_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0
