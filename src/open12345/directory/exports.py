"""Files that leave the house: watermarked with who and when, and on record (SEC-09)."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from . import access
from .csvfile import harmless
from .models import Staff
from .web import actor

MOST = 50_000
"""Rows of one file; the record and the watermark say when there were more."""


def csv_file(
    request: HttpRequest,
    name: str,
    title: str,
    heads: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    at: datetime,
    what: str = "",
) -> HttpResponse:
    """The rows as a CSV download; its first line and its name say who took it and when.

    The taking itself is a line of the access record: `name`.export, with `what` was asked for and
    how many rows went. Cells that office software would compute are made harmless. The file can be
    imported again: a first line that begins with "#" is passed over.
    """
    table = [[harmless(cell) for cell in row] for row in rows]
    by, user = actor(request), request.user
    account = user.username if isinstance(user, Staff) else ""
    stamp = timezone.localtime(at)
    mark = _("# %(title)s，%(n)s 行。导出人：%(name)s（%(account)s），%(at)s。内部资料，导出已登记。") % {
        "title": title,
        "n": len(table),
        "name": by.name,
        "account": account,
        "at": f"{stamp:%Y-%m-%d %H:%M:%S}",
    }
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([mark])
    writer.writerow([str(head) for head in heads])
    writer.writerows(table)
    access.record(f"{name}.export", by=by, at=at, reason=f"{what} rows={len(table)}".strip())
    response = HttpResponse(file.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    filename = f"{name}_{stamp:%Y%m%d-%H%M%S}_{account}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"  # noqa: FBT003
    response.headers["Cache-Control"] = "no-store"
    return response
