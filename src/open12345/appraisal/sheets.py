"""The league table as a file, marked with who took it and when, on record (SEC-09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from open12345.appraisal import words
from open12345.appraisal.league import League, Row
from open12345.directory import exports


def table_file(request: HttpRequest, shown: League, ending: str, at: datetime) -> HttpResponseBase:
    """Send the table of a month as CSV or XLSX, after the act is on record."""
    title = _("考核排名 %(month)s") % {"month": str(shown.month)}
    rows = list(_rows(shown))
    made = exports.Table(_heads(shown), rows, len(rows))
    return exports.table_file(request, ending, "appraisal", title, made, at=at, what=str(shown.month))


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
