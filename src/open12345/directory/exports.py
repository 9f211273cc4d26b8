"""Files that leave the house: watermarked with who and when, and on record (SEC-09)."""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from . import access
from .csvfile import harmless
from .models import Staff
from .web import actor

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS: Final = (("xlsx", __("Excel 文件")), ("csv", __("CSV 文件")))
"""The kinds of file that are offered, each in words."""
_FOOT: Final = 240
"""Excel takes no longer foot of a page."""
_NAME: Final = 31
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
"""What Excel does not take in the name of a sheet, nor more than so many characters."""
CHUNK: Final = 1000
"""Rows that are read from the database at a time: a file may have millions, the memory holds these."""


@dataclass(frozen=True, slots=True)
class Table:
    """What goes into a file: the headings, the rows as they are read, and how many there are.

    `sheet`: what the sheet of a workbook is called; `decimals`: of the numbers of each column, 0 where none are said.
    """

    heads: Sequence[object]
    rows: Iterable[Sequence[object]]
    count: int
    sheet: str = ""
    decimals: Sequence[int] = ()


def table_file(
    request: HttpRequest, ending: str, name: str, title: str, table: Table, *, at: datetime, what: str = ""
) -> HttpResponseBase:
    """The table as a CSV or XLSX download (`ending`), marked and on record as in `csv_file`; Http404 for another."""
    if ending == "csv":
        return csv_file(request, name, title, table, at=at, what=what)
    if ending != "xlsx":
        raise Http404
    mark, filename = _taken(request, name, title, table, at=at, what=what)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
    _write_sheet(file, mark, table)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{filename}.xlsx", content_type=_XLSX)
    response.headers["Cache-Control"] = "no-store"
    return response


def _write_sheet(file: IO[bytes], mark: str, table: Table) -> None:
    """One sheet: the mark, the headings, the rows; numbers stay numbers, all else is text whatever it begins with."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second that only exports need

    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_NOT_IN_NAMES.sub(" ", table.sheet)[:_NAME] or None)
    bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#616e7c"})
    fixed = {n: book.add_format({"num_format": f"0.{'0' * n}"}) for n in set(table.decimals) if n}
    forms = dict(enumerate(fixed.get(n) for n in table.decimals))
    sheet.set_footer(f"&L{mark.replace('&', '&&')[:_FOOT]}&R&P / &N")
    sheet.freeze_panes(2, 1)
    sheet.set_column(0, len(table.heads) - 1, 16)
    sheet.write_string(0, 0, mark, grey)
    for place, head in enumerate(table.heads):
        sheet.write_string(1, place, str(head), bold)
    for line, row in enumerate(table.rows, start=2):
        for place, cell in enumerate(row):
            if isinstance(cell, int | float | Decimal):
                sheet.write_number(line, place, cell, forms.get(place))
            elif cell is not None:
                sheet.write_string(line, place, str(cell))
    book.close()


class _Echo:
    """A file that hands back what is written, for csv.writer."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def csv_file(
    request: HttpRequest,
    name: str,
    title: str,
    table: Table,
    *,
    at: datetime,
    what: str = "",
) -> HttpResponseBase:
    """The whole table as a CSV download; its first line and its name say who took it and when.

    They are sent as they are read, however many there are. The taking itself is a line of the access record:
    `name`.export, with `what` was asked for and how many rows went. Cells that office software would compute are
    made harmless. The file can be imported again: a first line that begins with "#" is passed over.
    """
    mark, filename = _taken(request, name, title, table, at=at, what=what)
    response = StreamingHttpResponse(_lines(mark, table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{filename}.csv") or "attachment"  # noqa: FBT003
    response.headers["Cache-Control"] = "no-store"
    return response


def _taken(request: HttpRequest, name: str, title: str, table: Table, *, at: datetime, what: str) -> tuple[str, str]:
    """Put the taking on record; return the mark of the file and its name, without the ending."""
    by, user = actor(request), request.user
    account = user.username if isinstance(user, Staff) else ""
    stamp = timezone.localtime(at)
    mark = _("# %(title)s，%(n)s 行。导出人：%(name)s（%(account)s），%(at)s。内部资料，导出已登记。") % {
        "title": title,
        "n": table.count,
        "name": by.name,
        "account": account,
        "at": f"{stamp:%Y-%m-%d %H:%M:%S}",
    }
    access.record(f"{name}.export", by=by, at=at, reason=f"{what} rows={table.count}".strip())
    return mark, f"{name}_{stamp:%Y%m%d-%H%M%S}_{account}"


def _lines(mark: str, table: Table) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # office software then knows that it is UTF-8
    yield writer.writerow([mark])
    yield writer.writerow([str(head) for head in table.heads])
    for row in table.rows:
        yield writer.writerow([cell if isinstance(cell, int | float | Decimal) else harmless(cell) for cell in row])
