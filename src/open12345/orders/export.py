"""The list of orders as a file: what is on the page and no more, marked with who took it and when, on record (SEC-09).

Callers are left out altogether: not even masked ones leave the house by thousands. Texts are the masked ones.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from open12345.directory import access
from open12345.directory.csvfile import harmless
from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.directory.web import client_ip, needs
from open12345.orders import filters, queries, web
from open12345.orders.models import WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.stages import LIVING, Stage, Urgency
from open12345.policy import Pack

#: Rows of one file; the newest, where there are more.
AT_MOST: Final = 20_000
_CHUNK: Final = 500
_CSV, _XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Excel takes no longer head or foot of a page.
_HEAD_LENGTH: Final = 240
_WIDTHS: Final = (26, 30, 60, 24, 17, 10, 12, 16, 18, 10, 10, 24, 17, 8, 17)


@dataclass(frozen=True)
class Stamp:
    """Who took which list, when: stands in the file and in the access record."""

    name: str
    account: str
    at: datetime
    told: str
    count: int

    @property
    def line(self) -> str:
        """The watermark in one line."""
        moment = f"{localtime(self.at):%Y-%m-%d %H:%M:%S}"
        most = _("（只含最近的 %(n)s 件）") % {"n": AT_MOST} if self.count >= AT_MOST else ""
        return _("%(name)s（%(account)s）于 %(at)s 导出 · %(n)s 件%(most)s · %(told)s · 内部资料，请勿外传") % {
            "name": self.name, "account": self.account, "at": moment, "n": self.count, "most": most, "told": self.told,
        }  # fmt: skip

    def filename(self, ending: str) -> str:
        """Return the name of the file, the account in it."""
        return f"orders-{self.account}-{localtime(self.at):%Y%m%d-%H%M%S}.{ending}"


@needs(*sorted(CENTRE_ROLES | UNIT_ROLES))
@require_POST
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Send the list as XLSX or CSV, after the act is on record."""
    if ending not in {"xlsx", "csv"}:
        raise Http404
    sight = web.look(request)
    asked = filters.read(sight, QueryDict(request.POST.get("query", "")[:2000]))
    found = queries.visible_to(sight.person).filter(asked.q())
    title = str(filters.STATES[asked.state][0])
    told = "；".join([_("视图：%(what)s") % {"what": title}, *(f"{one.title}：{one.text}" for one in asked.told)])
    return send(request, sight, found, Asked(told, asked.rest(), ending))


@dataclass(frozen=True)
class Asked:
    """Which list is taken: in words for the file, as an address for the access record; and the kind of file."""

    told: str
    rest: str
    ending: str


def send(request: HttpRequest, sight: Sight, found: QuerySet[WorkOrder], asked: Asked) -> HttpResponseBase:
    """Send orders that the reader may see as XLSX or CSV, the newest first, after the act is on record."""
    if asked.ending not in {"xlsx", "csv"}:
        raise Http404
    found = found.order_by("-accepted_at", "-pk")[:AT_MOST]
    account = request.user.get_username()
    stamp = Stamp(sight.person.name, account, sight.at, asked.told, found.values("pk").count())
    access.record(
        "export", by=sight.person, at=sight.at, on=f"orders.{asked.ending}",
        reason=f"{stamp.count} · {asked.rest}", ip=client_ip(request),
    )  # fmt: skip
    rows = _rows(sight.pack, found.select_related("lead_unit", "area").defer("search", "sealed"), sight.at)
    return _csv_file(stamp, rows) if asked.ending == "csv" else _xlsx_file(stamp, rows)


# What a row says


def _heads() -> list[str]:
    return [
        _("工单编号"), _("标题"), _("内容"), _("地点"), _("受理时间"), _("受理渠道"), _("诉求类型"),
        _("诉求分类"), _("区域"), _("紧急程度"), _("状态"), _("主办单位"), _("时限"), _("是否超时"), _("结案时间"),
    ]  # fmt: skip


def _rows(pack: Pack, found: Any, now: datetime) -> Iterator[list[str]]:
    """Yield the rows as they come from the database, a few hundred at a time."""
    return (_row(pack, order, now) for order in found.iterator(chunk_size=_CHUNK))


def _row(pack: Pack, order: WorkOrder, now: datetime) -> list[str]:
    kind, channel = pack.kinds.get(order.kind), pack.channels.get(order.channel)
    category = pack.category_tree.get(order.category)
    late = order.due_at is not None and order.due_at < now and order.stage in LIVING
    return [
        order.number, order.title, order.body, order.place, _moment(order.accepted_at),
        channel.title if channel else order.channel, kind.title if kind else order.kind,
        category.title if category else order.category, order.area.name if order.area else "",
        str(Urgency(order.urgency).label), str(Stage(order.stage).label),
        order.lead_unit.name if order.lead_unit else "", _moment(order.due_at), _("是") if late else "",
        _moment(order.closed_at),
    ]  # fmt: skip


def _moment(value: datetime | None) -> str:
    return f"{localtime(value):%Y-%m-%d %H:%M}" if value else ""


# The files


class _Echo:
    """A file that hands back what is written, for csv.writer."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _csv_file(stamp: Stamp, rows: Iterable[list[str]]) -> HttpResponseBase:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # office software then knows that it is UTF-8
        yield writer.writerow([harmless(stamp.line)])
        yield writer.writerow(_heads())
        for row in rows:
            yield writer.writerow(map(harmless, row))

    answer = StreamingHttpResponse(lines(), content_type=_CSV)
    disposition = content_disposition_header(as_attachment=True, filename=stamp.filename("csv"))
    answer.headers["Content-Disposition"] = disposition or "attachment"
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def _xlsx_file(stamp: Stamp, rows: Iterable[list[str]]) -> HttpResponseBase:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer
    _write_sheet(file, stamp, rows)
    file.seek(0)
    answer = FileResponse(file, as_attachment=True, filename=stamp.filename("xlsx"), content_type=_XLSX)
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def _write_sheet(file: IO[bytes], stamp: Stamp, rows: Iterable[list[str]]) -> None:
    """Write row by row, one in memory at a time; every cell is text, whatever it begins with."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second that only exports need

    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"author": f"{stamp.name} ({stamp.account})", "comments": stamp.line[:_HEAD_LENGTH]})
    sheet = book.add_worksheet(_("工单"))
    bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#616e7c"})
    mark = f"{stamp.name}（{stamp.account}） {localtime(stamp.at):%Y-%m-%d %H:%M:%S}".replace("&", "&&")[:_HEAD_LENGTH]
    sheet.set_header(f"&L{mark}&R{_('内部资料，请勿外传')}")
    sheet.set_footer(f"&L{mark}&R&P / &N")
    sheet.set_landscape()
    sheet.repeat_rows(0, 1)
    sheet.freeze_panes(2, 1)
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, stamp.line, grey)
    for place, head in enumerate(_heads()):
        sheet.write_string(1, place, head, bold)
    for line, row in enumerate(rows, start=2):
        for place, cell in enumerate(row):
            sheet.write_string(line, place, cell)
    book.close()
