"""The register of issued papers, and when papers are made and for whom."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.directory.web import needs
from open12345.orders import web
from open12345.orders.errors import NotFound
from open12345.reports import forms, queries, scheduling, services
from open12345.reports.queries import READERS, WRITERS

_PAGE = 30
_UNPROCESSABLE = 422


@needs(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponseBase:
    """List issued papers, counted by kind; posted, put one from elsewhere in."""
    sight = web.look(request)
    may_write = sight.person.has(*WRITERS)
    form = forms.EntryForm(sight.pack, request.POST or None)
    if request.method == "POST":
        if not may_write:
            raise Http404
        if form.is_valid():
            services.register([form.entry()], sight.pack, by=sight.person, at=sight.at)
            messages.success(request, _("已登记"))
            return redirect("reports:register")
    kind, year = request.GET.get("kind", ""), request.GET.get("year", "")
    asked_year = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None  # noqa: PLR2004 - a year
    titles = {one.code: one.title for one in sight.pack.reports.kinds}
    rows = Paginator(queries.issued(kind, asked_year, request.GET.get("q", "").strip()[:40]), _PAGE)
    shown = rows.get_page(request.GET.get("page"))
    counts = queries.issued_by_kind(asked_year)
    context = {
        "sight": sight, "form": form, "may_write": may_write, "kind": kind, "year": asked_year, "page": shown,
        "rows": [(one, titles.get(one.kind, one.kind)) for one in shown], "years": queries.years(),
        "counts": [(code, titles.get(code, code), *counts[code]) for code in dict.fromkeys([*titles, *counts])
                   if code in counts],
        "total": sum(count for count, _last in counts.values()), "q": request.GET.get("q", ""),
    }  # fmt: skip
    status = _UNPROCESSABLE if form.errors else 200
    return web.private(render(request, "reports/register.html", context, status=status))


@needs(*READERS)
@require_GET
def schedules(request: HttpRequest) -> HttpResponseBase:
    """Show when papers of each kind are made, and which one is told of."""
    sight = web.look(request)
    known, mine = queries.schedules(), queries.subscriptions(sight.person.id or 0)
    rows = [{"kind": kind, "schedule": known.get(kind.code), "mine": mine.get(kind.code), "when": _when(kind.period),
             "hour": (known[kind.code].at if kind.code in known else kind.at) or scheduling.DEFAULT_HOUR}
            for kind in sight.pack.reports.kinds]  # fmt: skip
    context = {"sight": sight, "rows": rows, "may_write": sight.person.has(*WRITERS)}
    return web.private(render(request, "reports/schedules.html", context))


def _when(period: str | None) -> str:
    """The day after a period, in words."""
    return {
        "day": _("每天"), "week": _("每周一"), "two_weeks": _("每两周的周一"), "month": _("每月 1 日"),
        "two_months": _("每两月的 1 日"), "quarter": _("每季度首日"), "half_year": _("1 月、7 月 1 日"),
        "year": _("1 月 1 日"),
    }.get(period or "", "")  # fmt: skip


@needs(*WRITERS)
@require_POST
def arrange(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Say when papers of a kind are made."""
    sight = web.look(request)
    form = forms.PlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写时刻，如 09:00"))
        return redirect("reports:schedules")
    said = form.cleaned_data
    plan = scheduling.Plan(said["hour"], working_days=said["working_days"], issue=said["issue"], active=said["active"])
    try:
        scheduling.arrange(kind, plan, sight.pack, by=sight.person, at=sight.at)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, _("已保存"))
    return redirect("reports:schedules")


@needs(*READERS)
@require_POST
def subscribe(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Be told when papers of a kind are issued, or no longer."""
    sight = web.look(request)
    if sight.pack.reports.kind(kind) is None:
        raise Http404
    scheduling.subscribe(kind, wanted=request.POST.get("wanted") == "1", by=sight.person, at=sight.at)
    return redirect("reports:schedules")
