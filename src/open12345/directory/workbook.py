"""Rows of an XLSX workbook that somebody sent: the first visible sheet, read as it is stored, distrusted (INT-13).

No formula is worked out, no macro run, no link followed: a cell says what the office software last kept for it.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from .unreadable import TableError

MAGIC: Final = b"PK\x03\x04"
#: What an honest table stays below: bytes unpacked, parts in the archive, times smaller when packed, rows, columns.
MOST_UNPACKED, MOST_PARTS, MOST_SQUEEZED = 200 << 20, 2000, 400
MOST_ROWS, MOST_COLUMNS = 100_000, 120
#: Bytes of the texts that cells share: all of them are read before the first row is.
MOST_TEXT: Final = 48 << 20
_SHEETS, _TEXTS = "xl/worksheets/", "xl/sharedStrings.xml"
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s>]")
_PIECE: Final = 1 << 20  # bytes
_PROLOGUE: Final = 64 << 10  # bytes in which a document type would have to be declared
_EXACT: Final = 1e15  # numbers beyond it have lost their last digits already
_DECLARED: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    ParseError,
)


def records(source: Path | bytes) -> Iterator[list[str]]:
    """Yield the cells of each row as text; raises `TableError` for what is no workbook or no honest one."""
    check(source)
    with _opened(source) as file:  # by its path, a name without .xlsx would be refused
        yield from _records(file)


def _opened(source: Path | bytes) -> BinaryIO:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _records(file: BinaryIO) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second that only imports need

    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise TableError(_("工作簿里没有表"), _("请把数据放在第一张表里"))
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
            if number > MOST_ROWS:
                raise TableError(_("表超过 %(n)s 行") % {"n": MOST_ROWS}, _("请拆成几个文件"))
            yield [_text(value) for value in row]
        book.close()
    except _BROKEN as error:
        raise TableError(_("XLSX 文件已损坏，读不出来"), _("请重新导出，或另存为 CSV（UTF-8）")) from error


def check(source: Path | bytes) -> None:
    """Refuse an archive that unpacks to more than a table, or whose parts declare entities, before it is read."""
    try:
        with _opened(source) as file, zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            squeezed = unpacked / max(1, sum(part.compress_size for part in parts))
            if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS or squeezed > MOST_SQUEEZED:
                raise TableError(_("文件展开后过大"), _("请拆成几个文件，或另存为 CSV（UTF-8）"))
            if any(part.filename == _TEXTS and part.file_size > MOST_TEXT for part in parts):
                raise TableError(_("表里的文字展开后过大"), _("请拆成几个文件，或另存为 CSV（UTF-8）"))
            if "xl/workbook.xml" not in archive.namelist():
                raise TableError(_("这是 ZIP 文件，不是 XLSX"), _("请解压后导入里面的表"))
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _DECLARED.search(archive.open(part).read(_PROLOGUE)):
                    raise TableError(_("XLSX 文件里有不该有的声明"), _("请用表格软件另存一次再导入"))
            for part in parts:
                if part.filename.startswith(_SHEETS) and part.filename.endswith(".xml"):
                    _check_rows(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise TableError(_("XLSX 文件已损坏，读不出来"), _("请重新导出，或另存为 CSV（UTF-8）")) from error


def _check_rows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Count the rows of a sheet by their tags, a hundredth of the time that reading them takes; stop at the limit."""
    rows, rest = 0, b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            text = rest + piece
            rows += len(_ROW.findall(text))
            tail = text.rfind(b"<")
            rest = text[tail:] if tail >= 0 and not _ROW.match(text, tail) else b""
            if rows > MOST_ROWS:
                raise TableError(_("有一张表超过 %(n)s 行") % {"n": MOST_ROWS}, _("请拆成几个文件"))


def _text(value: Any) -> str:  # noqa: PLR0911 - one line per kind of cell
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.14e}" if abs(value) >= _EXACT else f"{value:.10f}".rstrip("0").rstrip(".")
    if isinstance(value, int) and abs(value) >= _EXACT:
        return f"{value:.14e}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return value.strftime("%H:%M:%S") if isinstance(value, time) else str(value)
