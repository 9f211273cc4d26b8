"""What a map asks for: outlines of areas, and the area of a point. For everybody signed in; nothing of orders."""

import hashlib
import json
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_GET

from open12345.policy import Pack, within_bounds

from . import areas, packs
from .web import needs

KEPT_SECONDS: Final = 3600
"""How long a browser draws the same outlines without asking; then the ETag answers."""

CHOICE: Final = 2
"""Grows when other outlines are chosen for the same question, so that browsers ask anew."""


def _pack() -> Pack:
    return packs.pack_at(timezone.now())[1]


def _asked(request: HttpRequest) -> tuple[str, str]:
    return request.GET.get("level", "")[:20], request.GET.get("within", "")[:40]


def _etag(request: HttpRequest) -> str:
    pack = _pack()
    names = hashlib.sha256(repr([(row.code, row.name, row.level) for row in pack.areas]).encode()).hexdigest()
    asked = json.dumps([CHOICE, pack.outlines.digest, names, *_asked(request)])
    return f'"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'


@needs()
@require_GET
def outlines(request: HttpRequest) -> HttpResponseBase:
    """The outlines as GeoJSON: of `?level=`, of `?within=` an area and what is below it, else what fits on a map."""
    return _outlines(request)


@condition(etag_func=_etag)
def _outlines(request: HttpRequest) -> HttpResponseBase:
    pack = _pack()
    level, within = _asked(request)
    if within and within not in pack.area_tree:
        raise Http404
    found = list(areas.features(pack, level=level, within=within))
    content = {"type": "FeatureCollection", "source": pack.outlines.source, "features": found}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    answer = HttpResponse(text, content_type="application/geo+json")
    patch_cache_control(answer, private=True, max_age=KEPT_SECONDS)
    return answer


@needs()
@require_GET
def at(request: HttpRequest) -> HttpResponseBase:
    """The narrowest area that holds `?lon=&lat=`: code, name, path and outline; an empty code where there is none."""
    point = _point(request)
    pack = _pack()
    area = areas.at(pack, *point) if point else None
    row = pack.area_tree.get(area.code) if area else None
    if row is None:
        return JsonResponse({"code": ""})
    outline = areas.outline_of(pack, row.code)
    told = {"code": row.code, "name": row.name, "level": row.level, "path": pack.area_path(row.code)}
    return JsonResponse({**told, "feature": areas.feature(row, outline) if outline else None})


def _point(request: HttpRequest) -> tuple[float, float] | None:
    try:
        longitude, latitude = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
    except ValueError:
        return None
    return (longitude, latitude) if within_bounds(longitude, latitude) else None
