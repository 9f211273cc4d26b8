"""The league table as a file, marked with who took it and when, on record (SEC-09)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from open12345.appraisal import words
from open12345.appraisal.league import League, Row
from open12345.directory import access, exports
from open12345.directory.models import Staff
from open12345.directory.web import actor

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(request: HttpRequest, shown: League, ending: str, at: datetime) -> HttpResponseBase:
    """Send the table of a month as CSV or XLSX, after the act is on record."""
    title = _("考核排名 %(month)s") % {"month": str(shown.month)}
    rows = list(_rows(shown))
    made = exports.Table(_heads(shown), rows, len(rows))
    if ending == "csv":
        return exports.csv_file(request, "appraisal", title, made, at=at, what=str(shown.month))
    return _xlsx(request, title, made, at, str(shown.month))


def _heads(shown: League) -> list[str]:
    items = [f"{item.title}（{words.plain(item.maximum)}）" for item in shown.adjudicated.scheme.items]
    return [
        _("分组"), _("名次"), _("单位"), _("件数"), _("总分"), _("原始总分"), _("原始名次"), _("变动"), _("榜"),
        _("分档"), _("加减分"), *items,
    ]  # fmt: skip


def _rows(shown: League) -> Iterator[list[object]]:
    for group in shown.groups:
        for row in (*group.rows, *group.unranked):
            yield [group.title, *_row(row)]


def _row(row: Row) -> list[object]:
    score = row.score
    extra = sum(one.points for one in score.extras)
    return [
        score.rank or _("不排名"), row.unit.unit.name, score.orders, score.total, row.raw.total, row.raw.rank or "",
        "" if row.moved is None else row.moved, row.listed, row.band, extra, *(line.points for line in score.lines),
    ]  # fmt: skip


def _xlsx(request: HttpRequest, title: str, made: exports.Table, at: datetime, what: str) -> HttpResponseBase:
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second that only exports need

    by, user = actor(request), request.user
    account = user.username if isinstance(user, Staff) else ""
    access.record("appraisal.export", by=by, at=at, reason=f"{what} rows={made.count}")
    stamp = localtime(at)
    mark = _("%(title)s。导出人：%(name)s（%(account)s），%(at)s。内部资料，导出已登记。") % {
        "title": title, "name": by.name, "account": account, "at": f"{stamp:%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(what)
    sheet.write_string(0, 0, mark, book.add_format({"font_color": "#616e7c"}))
    bold = book.add_format({"bold": True, "text_wrap": True})
    for place, head in enumerate(made.heads):
        sheet.write_string(1, place, str(head), bold)
    for number, row in enumerate(made.rows, start=2):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    sheet.freeze_panes(2, 3)
    sheet.set_column(2, 2, 28)
    sheet.set_landscape()
    book.close()
    file.seek(0)
    name = f"appraisal_{what}_{stamp:%Y%m%d-%H%M%S}_{account}.xlsx"
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=_XLSX)
    answer.headers["Cache-Control"] = "no-store"
    return answer
