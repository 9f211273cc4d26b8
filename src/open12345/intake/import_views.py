"""Importing from the screen (INT-13): upload, say which column is what, try it dry, run it, fetch what was rejected."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from open12345.directory import access
from open12345.directory.web import client_ip, needs
from open12345.intake import imports
from open12345.intake.columns import fields, titles
from open12345.intake.models import ImportRun
from open12345.intake.table import TableError
from open12345.orders import web
from open12345.orders.sight import Sight

#: Who may bring in whole tables: whoever may register and answers for the queue that it fills.
WHO = ("dispatcher",)
_SHOWN, _MOST_COLUMNS = 20, 10_000
_STATE = ImportRun.State


@needs(*WHO)
@require_http_methods(["GET", "POST"])
def imports_page(request: HttpRequest) -> HttpResponseBase:
    """Take a file in; show the person's own imports."""
    sight = web.look(request)
    context: dict[str, Any] = {"sight": sight, "largest": imports.LARGEST >> 20}
    status = 200
    if request.method == "POST":
        try:
            run = imports.take_file(request.FILES.get("file"), by=sight.person, at=sight.at)
        except TableError as error:
            context["error"], status = error, 422
        else:
            on = f"import:{run.pk}"
            access.record("import.upload", by=sight.person, at=sight.at, on=on, ip=client_ip(request))
            return redirect("intake:import", run.pk)
    context["runs"] = imports.runs_of(sight.person)[:_SHOWN]
    return web.private(render(request, "intake/imports.html", context, status=status))


@needs(*WHO)
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show one import: its columns while it waits, its progress while it runs, its result."""
    sight = web.look(request)
    run = _own(sight, pk)
    error: TableError | None = None
    if request.method == "POST":
        try:
            imports.start(run, _places(request), _plan(request), dry="dry" in request.POST, at=sight.at)
        except TableError as found:
            error = found
        else:
            return redirect("intake:import", run.pk)
    context: dict[str, Any] = {
        "sight": sight,
        "run": run,
        "error": error,
        "busy": imports.busy(run, sight.at),
        "reads": run.state in imports.READS,
    }
    if not (context["busy"] or context["reads"]):
        context |= _choices(sight, run)
    return web.private(render(request, "intake/import.html", context, status=422 if error else 200))


def _own(sight: Sight, pk: int) -> ImportRun:
    return get_object_or_404(imports.runs_of(sight.person), pk=pk)


def _places(request: HttpRequest) -> dict[str, int]:
    given = {name: request.POST.get(f"column.{name}", "") for name in fields()}
    known = {str(place) for place in range(_MOST_COLUMNS)}
    return {name: int(place) for name, place in given.items() if place in known}


def _plan(request: HttpRequest) -> dict[str, Any]:
    given = {name: request.POST.get(name, "") for name in ("channel", "kind")}
    return {
        "source": request.POST.get("source", "")[:60],
        "defaults": {name: value for name, value in given.items() if value},
        "anonymous": "anonymous" in request.POST,
    }


def _choices(sight: Sight, run: ImportRun) -> dict[str, Any]:
    """Return what the page asks: the columns with their first rows, and what empty cells are to mean."""
    try:
        found = imports.preview(run)
    except TableError as error:
        return {"gone": error}
    heads = [head or f"#{n + 1}" for n, head in enumerate(found.heads)]
    defaults = {**imports.defaults_of(sight.pack), **run.plan.get("defaults", {})}
    return {
        "heads": list(enumerate(heads)),
        "rows": found.rows,
        "fields": [(name, title, run.columns.get(name)) for name, title in titles().items()],
        "channels": [(c, x.title, c == defaults.get("channel")) for c, x in sight.pack.channels.items()],
        "kinds": [(c, x.title, c == defaults.get("kind")) for c, x in sight.pack.kinds.items()],
    }


@needs(*WHO)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Tell how far an import is: a fragment, nothing (204) where nothing has moved, the whole page at the end."""
    sight = web.look(request)
    run = _own(sight, pk)
    busy = imports.busy(run, sight.at)
    if not busy:
        return web.private(HttpResponse(status=204, headers={"HX-Refresh": "true"}))
    if request.GET.get("read") == str(run.tally.get("read", 0)) and request.GET.get("state") == run.state:
        return web.private(HttpResponse(status=204))
    context = {"sight": sight, "run": run, "busy": busy, "reads": run.state in imports.READS}
    return web.private(render(request, "intake/parts/import_progress.html", context))


@needs(*WHO)
@require_GET
def rejects(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the rejected rows with their reasons; they hold personal data, so it is on record."""
    sight = web.look(request)
    run = _own(sight, pk)
    path = imports.rejects_of(run)
    if run.state != _STATE.DONE or not path.exists():
        raise Http404
    access.record("import.rejects", by=sight.person, at=sight.at, on=f"import:{run.pk}", ip=client_ip(request))
    stem = run.name.rsplit(".", 1)[0]
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=f"{stem}.rejected.csv", content_type="text/csv")
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


@needs(*WHO)
@require_http_methods(["POST"])
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Run the same file for good after a dry run, with the same columns; read it again where that was broken off."""
    sight = web.look(request)
    run = _own(sight, pk)
    if run.state in imports.READS:
        imports.read_again(run, at=sight.at)
        return redirect("intake:import", run.pk)
    try:
        imports.start(run, run.columns, run.plan, dry=False, at=sight.at)
    except TableError as error:
        messages.error(request, error.message)
    return redirect("intake:import", run.pk)
