"""Files that leave the house: watermarked with who and when, and on record (SEC-09)."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from . import access
from .csvfile import harmless
from .models import Staff
from .web import actor

CHUNK: Final = 1000
"""Rows that are read from the database at a time: a file may have millions, the memory holds these."""


@dataclass(frozen=True, slots=True)
class Table:
    """What goes into a file: the headings, the rows as they are read, and how many there are."""

    heads: Sequence[object]
    rows: Iterable[Sequence[object]]
    count: int


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
    response = StreamingHttpResponse(_lines(mark, table), content_type="text/csv; charset=utf-8")
    filename = f"{name}_{stamp:%Y%m%d-%H%M%S}_{account}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"  # noqa: FBT003
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(mark: str, table: Table) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # office software then knows that it is UTF-8
    yield writer.writerow([mark])
    yield writer.writerow([str(head) for head in table.heads])
    for row in table.rows:
        yield writer.writerow([harmless(cell) for cell in row])
