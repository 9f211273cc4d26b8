"""Screens of the register: the list with its map, one facility with the orders about it, changing it, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.directory import areas, exports, import_views, packs
from open12345.directory.errors import DirectoryError
from open12345.directory.roles import Role
from open12345.directory.web import needs
from open12345.dispatch.facilities import register, used
from open12345.dispatch.facilities.forms import FacilityForm, Filter
from open12345.dispatch.facilities.importing import COLUMNS, REQUIRED, import_facilities_csv
from open12345.dispatch.facilities.nearby import where
from open12345.dispatch.models import Facility
from open12345.orders import lists, web
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind

PAGE: Final = 50
#: A map of more dots says nothing.
MOST_DOTS: Final = 500

IMPORT: Final = import_views.Import(
    "facilities",
    gettext_lazy("导入设施"),
    "dispatch:facilities",
    COLUMNS,
    REQUIRED,
    import_facilities_csv,
    example="路灯,L-0123,,urban,某路近某小区,121.314500,31.134200,在用",
    note=gettext_lazy(
        "种类和编号都相同的更新，没有的新增，不会删除；状态写“停用”即停用。坐标与本地区域界线用同一坐标系。"
    ),
)
import_page = import_views.screen(IMPORT, Role.SYSTEM_ADMIN.value)


def _filtered(request: HttpRequest, sight: Sight) -> tuple[Filter, QuerySet[Facility]]:
    """Return the filter as asked and the facilities that fit; without one, those in use."""
    form = Filter(request.GET if _asked(request) else {"active": "1"}, pack=sight.pack)
    said = form.cleaned_data if form.is_valid() else {}
    found = register.search(
        sight.pack,
        text=said.get("q", "").strip(),
        kind=said.get("kind", ""),
        owner=said.get("owner"),
        active=said.get("active", "1"),
    )
    return form, found


def _asked(request: HttpRequest) -> bool:
    return any(name in request.GET for name in Filter.base_fields)


def _kinds(sight: Sight) -> dict[str, str]:
    return {kind.code: kind.title for kind in sight.pack.dispatching.facilities}


@needs(*register.SEERS)
@require_GET
def facilities(request: HttpRequest) -> HttpResponseBase:
    """The register, filtered, with a map of it."""
    sight = web.look(request)
    form, found = _filtered(request, sight)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    kinds, count = _kinds(sight), page.paginator.count
    context = {
        "form": form, "page": page, "filtered": _asked(request), "keeps": sight.person.has(*register.KEEPERS),
        "rows": [(row, kinds.get(row.kind, row.kind)) for row in page],
        "dots": f"{reverse('dispatch:facility_dots')}?{_query(request)}",
        "drawn": min(count, MOST_DOTS), "more": count > MOST_DOTS,
    }  # fmt: skip
    return render(request, "dispatch/facilities/list.html", context)


def _query(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()


@needs(*register.SEERS)
@require_GET
def dots(request: HttpRequest) -> HttpResponseBase:
    """Where the facilities of the filter stand, at most `MOST_DOTS`."""
    sight = web.look(request)
    _form, found = _filtered(request, sight)
    kinds = _kinds(sight)
    told = [
        {
            "title": f"{kinds.get(row.kind, row.kind)} {row.code} · {row.owner.name}",
            "lon": float(row.longitude), "lat": float(row.latitude), "url": reverse("dispatch:facility", args=[row.pk]),
        }
        for row in found[:MOST_DOTS]
    ]  # fmt: skip
    return web.private(JsonResponse({"dots": told}))


def _get(sight: Sight, pk: int) -> Facility:
    found = Facility.objects.select_related("owner").filter(pack=sight.pack.id, pk=pk).first()
    if found is None:
        raise Http404
    return found


@needs(*register.SEERS)
@require_GET
def facility(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One facility: whose it is, where it stands, the orders about it that the reader may see."""
    sight = web.look(request)
    row = _get(sight, pk)
    orders = used.orders_about(row, sight.person).select_related("area", "lead_unit")
    area = areas.row_at(sight.pack, *where(row))
    page = lists.page_of(orders, request.GET.get("after", ""), by="created_at", down=True)
    context = {
        "row": row, "kind": _kinds(sight).get(row.kind, row.kind), "sight": sight,
        "lon": str(row.longitude), "lat": str(row.latitude), "area": area.code if area else "",
        "keeps": sight.person.has(*register.KEEPERS), "sees_orders": sight.person.is_centre,
        "lines": lists.lines(page.rows, sight.pack, sight.at, ClockKind.REPLY), "slice": page,
        "lately": used.lately(row, sight.person, sight.at), "days": used.DAYS,
    }  # fmt: skip
    return web.private(render(request, "dispatch/facilities/one.html", context))


@needs(*register.KEEPERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """A facility that is not there yet."""
    sight = web.look(request)
    form = FacilityForm(request.POST or None, initial={"kind": request.GET.get("kind")}, pack=sight.pack)
    if request.method == "POST" and form.is_valid():
        kind, code = form.cleaned_data["kind"], form.cleaned_data["code"]
        made = _attempt(form, lambda: register.add(sight.pack, kind, code, form.values(), by=sight.person, at=sight.at))
        if made is not None:
            messages.success(request, _("已登记 %s。") % made.code)
            return redirect("dispatch:facility", made.pk)
    return _form_page(request, form, None)


@needs(*register.KEEPERS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Another owner, place or point."""
    sight = web.look(request)
    row = _get(sight, pk)
    first = {name: getattr(row, name) for name in ("kind", "code", "title", "place", "longitude", "latitude")}
    form = FacilityForm(request.POST or None, initial=first | {"owner": row.owner.code}, pack=sight.pack, fixed=True)
    if request.method == "POST" and form.is_valid():
        done = _attempt(form, lambda: register.change(sight.pack, pk, form.values(), by=sight.person, at=sight.at))
        if done is not None:
            messages.success(request, _("已保存。") if done else _("没有改动。"))
            return redirect("dispatch:facility", pk)
    return _form_page(request, form, row)


def _attempt(form: FacilityForm, work: Callable[[], Any]) -> Any:
    """Return what `work` made; None where it was refused, which the form then says."""
    try:
        return work()
    except DirectoryError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


def _form_page(request: HttpRequest, form: FacilityForm, row: Facility | None) -> HttpResponseBase:
    point = (form["longitude"].value(), form["latitude"].value())
    lon, lat = (str(value) for value in point) if all(point) else ("", "")
    context = {"form": form, "row": row, "lon": lon, "lat": lat}
    return render(request, "dispatch/facilities/form.html", context, status=422 if form.errors else 200)


@needs(*register.KEEPERS)
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a facility out of use, or (`restore`) back in."""
    sight = web.look(request)
    _get(sight, pk)
    active = "restore" in request.POST
    if register.change(sight.pack, pk, {"active": active}, by=sight.person, at=sight.at):
        messages.success(request, _("已恢复使用。") if active else _("已停用：不再用于派单。"))
    return redirect("dispatch:facility", pk)


@needs(*register.KEEPERS)
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The facilities that fit the filter, as a file that can be corrected and imported again."""
    sight = web.look(request)
    _form, found = _filtered(request, sight)
    kinds = {kind.code: kind.title for kind in packs.pack_at(sight.at)[1].dispatching.facilities}
    rows = (
        [kinds.get(one.kind, one.kind), one.code, one.title, one.owner.code, one.place, one.longitude, one.latitude,
         "在用" if one.active else "停用"]
        for one in found.iterator(chunk_size=exports.CHUNK)
    )  # fmt: skip
    table = exports.Table([names[0] for names in COLUMNS.values()], rows, found.count())
    return exports.csv_file(request, "facilities", _("设施登记"), table, at=sight.at, what=_query(request))
