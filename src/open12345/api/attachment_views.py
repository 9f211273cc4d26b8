"""Files over HTTP: upload to an order, list them, fetch one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router

from open12345.api import reading, shapes
from open12345.api.access import caller, needs
from open12345.api.answers import send, send_once
from open12345.api.models import Scope
from open12345.api.schema import gives_file, takes_file
from open12345.orders import attachments, filetypes, queries
from open12345.orders.errors import NotFound, refuse
from open12345.orders.models import Attachment

router = Router(tags=["attachments"])

_CREATED: Final = 201
#: Bytes of the form around the file.
_FORM: Final = 64 * 1024
_SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
_FIELDS: Final = {
    "file": {"type": "string", "format": "binary"},
    "purpose": {"type": "string", "description": "A class of attachments; see `GET /pack`."},
}


@router.post(
    "/orders/{number}/attachments",
    auth=needs(Scope.ATTACHMENTS_WRITE),
    response={201: shapes.Uploaded},
    operation_id="upload_attachment",
    openapi_extra=takes_file(_FIELDS, ["file", "purpose"]),
)
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Add a file to the order.

    The file is examined: its bytes must be what its name says, pictures and documents must not be bombs, macros are
    refused, and a virus scanner looks at it where one is set up (`virus_checked`). Sent again, the same file for the
    same purpose is there once: the repetition gets the first answer, marked `Idempotent-Replayed: true`.
    """
    who, file = caller(request), _file(request)
    sent = attachments.Upload(file.name or "", request.POST.get("purpose", ""), file.chunks())
    added = attachments.add(reading.order_number(number), sent, by=who.person, at=who.at)
    shown = _shape(added.attachment)
    uploaded = shapes.Uploaded(**shown.model_dump(), seq=added.seq, virus_checked=added.scanned)
    return send_once(uploaded, _CREATED, replayed=added.replayed)


def _file(request: HttpRequest) -> UploadedFile[Any]:
    reading.check_form(request, attachments.size_limit() + _FORM)
    sent = [file for files in request.FILES.lists() for file in files[1]]
    if len(sent) != 1 or "file" not in request.FILES:
        raise refuse("file", "missing", _("请在字段 file 中上传一个文件"))
    return sent[0]


@router.get(
    "/orders/{number}/attachments",
    auth=needs(Scope.ORDERS_READ),
    response=shapes.Attachments,
    operation_id="list_attachments",
)
def list_attachments(request: HttpRequest, number: str) -> HttpResponse:
    """List the files of the order that the caller may see."""
    person = caller(request).person
    order = queries.get_for(person, reading.order_number(number))
    found = [_shape(file) for file in attachments.listed(person, order)]
    return send(shapes.Attachments(number=order.number, attachments=found))


@router.get(
    "/attachments/{token}", auth=needs(Scope.ORDERS_READ), operation_id="download_attachment",
    openapi_extra=gives_file(kind.media_type for kind in filetypes.TYPES.values()),
)  # fmt: skip
def download(request: HttpRequest, token: str, *, inline: bool = False) -> HttpResponseBase:
    """Fetch a file. `inline=true` lets a browser show a picture in a page; everything else is a download."""
    opened = attachments.open_for(caller(request).person, _token(token))
    shown = inline and opened.inline
    return FileResponse(
        opened.path.open("rb"), as_attachment=not shown, filename=opened.attachment.filename,
        content_type=opened.attachment.content_type, headers=_SAFE,
    )  # fmt: skip


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("没有这个文件")) from error


def _shape(file: Attachment) -> shapes.AttachmentShape:
    return shapes.AttachmentShape(
        id=file.pk, token=file.token, url=reverse("api:download", kwargs={"token": str(file.token)}),
        purpose=file.purpose, filename=file.filename, content_type=file.content_type, size=file.size,
        sha256=bytes(file.sha256).hex(), at=file.at, by=file.by_name,
    )  # fmt: skip
