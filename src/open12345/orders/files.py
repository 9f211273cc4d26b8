"""Files on screens: adding one to an order, opening one by the order's door."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.web import actor, needs
from open12345.orders import attachments, queries, web
from open12345.orders.errors import DomainError, NotFound

#: What a file may do in a browser: be shown. It runs nothing, whatever it holds.
_SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@needs()
@require_POST
def upload(request: HttpRequest, number: str) -> HttpResponseBase:
    """Add the chosen files to the order; each is examined, and told by name where it is not taken."""
    purpose = request.POST.get("purpose", "")
    sent = request.FILES.getlist("file")
    at = queries.database_time()
    if not sent:
        web.look_at(request, number)
        messages.error(request, _("请先选择文件"))
    for file in sent:
        try:
            given = attachments.Upload(file.name or "", purpose, file.chunks())
            attachments.add(number, given, by=actor(request), at=at)
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, f"{file.name}：{error.message}")
        else:
            messages.success(request, _("已上传：%(name)s") % {"name": file.name})
    desk = web.desk_of(request)
    return redirect(reverse("orders:page", args=[number]) + (f"?desk={desk}" if desk else "") + "#files")


@needs()
@require_GET
def open_file(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Send a file to who may see its order: pictures to look at, the rest to keep."""
    try:
        opened = attachments.open_for(actor(request), token)
    except NotFound as error:
        raise Http404 from error
    return FileResponse(
        opened.path.open("rb"), as_attachment=not opened.inline, filename=opened.attachment.filename,
        content_type=opened.attachment.content_type, headers=_SAFE,
    )  # fmt: skip
