"""Taking units, areas and people in from a file: try it, see what would happen, then do it (ADM-01, ADM-02)."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from . import admin_forms as forms
from .csvfile import Columns, rejected_csv
from .errors import DirectoryError
from .import_report import Report
from .import_staff import STAFF_COLUMNS, import_staff_csv
from .import_trees import AREA_COLUMNS, UNIT_COLUMNS, import_areas_csv, import_units_csv
from .roles import Role
from .web import actor, needs

SHOWN = 200
"""Rejected rows that a page shows; the file has all."""


OF_TREES: Final = _("代码相同的更新，没有的新增，不会删除。规则包里的不在这里改。")


@dataclass(frozen=True)
class Import:
    """One kind of file."""

    name: str
    title: str | Promise
    back: str
    columns: Columns
    required: tuple[str, ...]
    door: Callable[..., Report]
    form: type[forms.ImportForm] = forms.ImportForm
    example: str = ""
    note: str | Promise = OF_TREES


UNITS = Import(
    "units",
    _("导入单位"),
    "directory:units",
    UNIT_COLUMNS,
    ("code", "name", "kind"),
    import_units_csv,
    example="station-9,九号工作站,station,c001,67891234",
)
AREAS = Import(
    "areas",
    _("导入区域"),
    "directory:areas",
    AREA_COLUMNS,
    ("code", "name", "level"),
    import_areas_csv,
    example="310117107001-01,第一网格,grid,310117107001",
)
STAFF = Import(
    "staff",
    _("导入人员"),
    "directory:staff_list",
    STAFF_COLUMNS,
    ("username", "name", "unit"),
    import_staff_csv,
    forms.StaffImportForm,
    note=_("用户名相同的更新，没有的新增；岗位只增不减，不会删除账号。"),
    example="zhang.wei,张伟,urban,clerk;approver@housing,8021",
)


def screen(kind: Import, role: str) -> Callable[..., HttpResponseBase]:
    """The view for one kind of file, open to holders of `role`."""

    @needs(role)
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponseBase:
        return _import(request, kind)

    return view


units = screen(UNITS, Role.SYSTEM_ADMIN.value)
areas = screen(AREAS, Role.SYSTEM_ADMIN.value)
staff = screen(STAFF, Role.SECURITY_ADMIN.value)


def _import(request: HttpRequest, kind: Import) -> HttpResponse:
    """GET: the form. POST `do`: "try" changes nothing, "import" does it, "rejected" gives the rejected rows back."""
    form = kind.form(request.POST or None, request.FILES or None)
    context: dict[str, Any] = _context(kind, form)
    if request.method != "POST" or not form.is_valid():
        return render(request, "directory/import.html", context)
    do = request.POST.get("do", "try")
    options = {"random_passwords": form.cleaned_data["passwords"]} if "passwords" in form.fields else {}
    try:
        raw, at = form.cleaned_data["raw"], timezone.now()
        report = kind.door(raw, by=actor(request), at=at, dry_run=do != "import", **options)
    except DirectoryError as error:
        form.add_error("file", error.message)
        return render(request, "directory/import.html", context)
    if do == "rejected":
        return _rejected(kind, report)
    context |= {
        "report": report,
        "tried": do != "import",
        "rejected": report.rejected[:SHOWN],
        "content": base64.b64encode(raw).decode(),
        "filename": form.cleaned_data["filename"],
        "wants_passwords": bool(form.cleaned_data.get("passwords")),
    }
    response = render(request, "directory/import.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _context(kind: Import, form: forms.ImportForm) -> dict[str, Any]:
    heads = [(name, aliases[0], name in kind.required) for name, aliases in kind.columns.items()]
    sample = ",".join(aliases[0] for aliases in kind.columns.values())
    return {
        "kind": kind,
        "form": form,
        "heads": heads,
        "sample": f"{sample}\n{kind.example}",
        "back": reverse(kind.back),
    }


def _rejected(kind: Import, report: Report) -> HttpResponse:
    """The rejected rows as a file."""
    response = HttpResponse(rejected_csv(report.rejected), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{kind.name}.rejected.csv"'
    return response
