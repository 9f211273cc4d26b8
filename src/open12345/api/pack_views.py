"""What a client needs of the policy pack to fill in its own forms: codes with titles, reasons, limits."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Router

from open12345.api import shapes
from open12345.api.access import caller, needs
from open12345.api.answers import send
from open12345.directory import packs
from open12345.orders import attachments, filetypes, virus
from open12345.policy import Pack

router = Router(tags=["pack"])

_CLOSING = {
    "outcomes", "fact_options", "demand_options", "contact_outcomes", "answer_methods", "late_reasons", "extra_forms",
}  # fmt: skip
_CALLBACK = {"script", "scale", "solved_options", "causes"}


@router.get("/pack", auth=needs(), response=shapes.PackShape, operation_id="read_pack")
def read_pack(request: HttpRequest) -> HttpResponse:
    """Read the pack in force. Its `ETag` changes with the pack; ask with `If-None-Match`."""
    version, pack = packs.pack_at(caller(request).at)
    tag = f'"{pack.digest[:16]}-{int(virus.scanner() is not None)}-{attachments.size_limit()}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    return send(_shape(version, pack), ETag=tag)


def _shape(version: int, pack: Pack) -> shapes.PackShape:
    limits = shapes.AttachmentLimits(
        bytes_at_most=attachments.size_limit(), files_at_most=attachments.FILES_AT_MOST,
        extensions=list(filetypes.TYPES), virus_check=virus.scanner() is not None,
    )  # fmt: skip
    return shapes.PackShape(version=version, attachments=limits, **_content(version, pack.digest))


@lru_cache(maxsize=4)
def _content(version: int, digest: str) -> dict[str, Any]:
    """What does not change with a version (the digest guards against an id that started anew)."""
    pack = packs.pack_of(version)
    return {
        "id": pack.id,
        "title": pack.title,
        "title_en": pack.title_en,
        "digest": pack.digest,
        "channels": _named(pack.channels),
        "kinds": _named(pack.kinds),
        "urgencies": _named(pack.urgencies),
        "order_types": [shapes.Named(code=code, title=title) for code, title in pack.order_types.items()],
        "categories": [
            shapes.CategoryShape(code=c.code, title=c.title, parent=c.parent, leaf=pack.is_leaf(c.code))
            for c in pack.categories
        ],
        "units": [shapes.UnitRowShape(code=u.code, name=u.name, parent=u.parent, kind=u.kind) for u in pack.units],
        "areas": [shapes.AreaRowShape(code=a.code, name=a.name, parent=a.parent, level=a.level) for a in pack.areas],
        "refusals": [shapes.Named(code=r.code, title=r.title) for r in pack.refusals],
        "attachment_classes": _named(pack.closing.attachment_classes),
        "applications": {code: rule.model_dump(mode="json") for code, rule in pack.applications.items()},
        "closing": pack.closing.model_dump(mode="json", include=_CLOSING),
        "callback": pack.callback.model_dump(mode="json", include=_CALLBACK),
    }


def _named(entries: Any) -> list[shapes.Named]:
    return [shapes.Named(code=code, title=entry.title) for code, entry in entries.items()]
