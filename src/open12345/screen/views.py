"""The big screen: the page, the JSON it lives by, an area's open orders, and the arrangement of its modules."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from open12345.directory import packs
from open12345.directory.errors import DirectoryError
from open12345.directory.models import Area
from open12345.directory.web import actor, needs
from open12345.orders import queries
from open12345.screen import live, modules, picture, places, services
from open12345.screen.readers import ARRANGERS, READERS

#: How old the picture was when it was answered (milliseconds).
AGE: Final = "X-Picture-Age"
_IN_AREA: Final = 30


@needs(*READERS)
@require_GET
def wall(request: HttpRequest) -> HttpResponseBase:
    """The display."""
    pack = packs.shown_at(queries.database_time())
    left, low, right = modules.places(modules.arranged())
    context: dict[str, Any] = {
        "left": left, "low": low, "right": right, "page": picture.page(), "level": places.level_of_map(pack),
        "arranges": actor(request).has(*ARRANGERS),
    }  # fmt: skip
    answer = render(request, "screen/wall.html", context)
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


@needs(*READERS)
@require_GET
def now(request: HttpRequest) -> HttpResponseBase:
    """The picture of this second; 304 where the screen has these very numbers."""
    found = picture.now()
    if found.etag in request.headers.get("If-None-Match", ""):
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(found.body, content_type="application/json")
    answer.headers["ETag"] = found.etag
    answer.headers[AGE] = str(round(found.age * 1000))
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer


@needs(*READERS)
@require_GET
def area(request: HttpRequest, code: str) -> HttpResponseBase:
    """The open orders of an area and of those below it, due first first."""
    at = queries.database_time()
    pack = packs.shown_at(at)
    if code not in pack.area_tree:
        raise Http404
    found = live.open_in(Area.objects.filter(code__in=places.below(pack, code)).values_list("pk", flat=True))
    orders = [picture.listed(order, at, pack) for order in found[:_IN_AREA]]
    return JsonResponse({"code": code, "name": pack.area_tree[code].name, "orders": orders})


@needs(*ARRANGERS)
@require_http_methods(["GET", "POST"])
def arrange(request: HttpRequest) -> HttpResponseBase:
    """Which modules the display shows, in which order."""
    if request.method == "POST":
        return _arranged(request)
    shown = modules.arranged()
    rows = [*shown, *(code for code in modules.MODULES if code not in shown)]
    places_ = range(1, len(modules.MODULES) + 1)
    listed = [(modules.MODULES[code], shown.index(code) + 1 if code in shown else 0) for code in rows]
    return render(request, "screen/modules.html", {"listed": listed, "places": places_})


def _arranged(request: HttpRequest) -> HttpResponseBase:
    wanted = {code: request.POST.get(code, "") for code in modules.MODULES}
    numbered = {code: int(place) for code, place in wanted.items() if place.isdecimal() and len(place) == 1}
    codes = sorted((code for code, place in numbered.items() if place), key=lambda code: numbered[code])
    try:
        changed = services.arrange(codes, by=actor(request), at=queries.database_time())
    except DirectoryError as error:
        messages.error(request, error.message)
    else:
        shown = len(modules.arranged())
        told = ngettext("大屏现在显示 %(n)s 个模块", "大屏现在显示 %(n)s 个模块", shown) % {"n": shown}
        messages.success(request, told if changed else _("没有改动"))
    return redirect("screen:modules")
