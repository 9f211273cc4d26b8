"""The screens of papers: what is being written, one paper, the register, when papers are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.directory import access
from open12345.directory.web import needs
from open12345.facts.store import NoFacts
from open12345.orders import web
from open12345.orders.errors import Conflict, DomainError, NotFound, Refused
from open12345.orders.sight import Sight
from open12345.reports import files, forms, linking, merging, notices, page, queries, services, shape, titles
from open12345.reports.models import Paper, State
from open12345.reports.queries import ISSUERS, READERS, WRITERS

_CONFLICT, _UNPROCESSABLE = 409, 422
_SHOWN = 8
_DIGITS = 10


@needs(*READERS)
@require_GET
def papers(request: HttpRequest) -> HttpResponseBase:
    """List what is being written and what went out last; every kind with its next period."""
    sight = web.look(request)
    counts, kinds = queries.issued_by_kind(), []
    for kind in sight.pack.reports.kinds:
        count, last = counts.get(kind.code, (0, None))
        kinds.append({"kind": kind, "count": count, "last": last,
                      "period": forms.usual_period(sight.pack, kind.code, sight.at)})  # fmt: skip
    titles = {kind.code: kind.title for kind in sight.pack.reports.kinds}
    context = {
        "sight": sight, "open": [(one, titles.get(one.kind, one.kind)) for one in queries.open_papers()[:50]],
        "issued": [(one, titles.get(one.kind, one.kind)) for one in queries.issued()[:_SHOWN]], "kinds": kinds,
        "may_write": sight.person.has(*WRITERS), "specials": forms.special_kinds(sight.pack),
    }  # fmt: skip
    return web.private(render(request, "reports/list.html", context))


@needs(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Ask which paper; posted, write it and open the draft."""
    return _new(request, special=False)


@needs(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def special(request: HttpRequest) -> HttpResponseBase:
    """Ask for a special brief: about which matter; posted, write it and open the draft."""
    return _new(request, special=True)


def _new(request: HttpRequest, *, special: bool) -> HttpResponseBase:
    sight = web.look(request)
    kind = request.GET.get("kind", "")
    first = {"kind": kind, "period": request.GET.get("period", "")}
    form = forms.PaperForm(sight.pack, request.POST or None, special=special, initial=first)
    others: list[Paper] = []
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted(sight.at)
        others = services.others(wanted, sight.pack)
        if _known(others) == request.POST.get("known", ""):  # nothing is there yet, or what is there was shown
            if (paper := _drafted(form, wanted, sight)) is not None:
                return redirect("reports:paper", paper.pk)
            others = []
    status = _UNPROCESSABLE if form.errors or others else 200
    context = {
        "sight": sight, "form": form, "special": special, "kinds": not special or forms.special_kinds(sight.pack),
        "others": [(one, notices.named(one)) for one in others], "known": _known(others),
    }  # fmt: skip
    return web.private(render(request, "reports/new.html", context, status=status))


def _known(others: list[Paper]) -> str:
    return ",".join(str(one.pk) for one in others)


def _drafted(form: forms.PaperForm, wanted: services.Wanted, sight: Sight) -> Paper | None:
    """Write the paper; None, with what is wrong at its field, where it cannot be written."""
    try:
        return services.draft(wanted, sight.pack, by=sight.person, at=sight.at)
    except Refused as error:
        for problem in error.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
    except DomainError as error:
        form.add_error(None, error.message)
    except NoFacts:
        form.add_error(None, _("数据还没有建好，请稍后再试。"))
    return None


@needs(*READERS)
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a paper: a draft to be edited by its writers, else to be read."""
    sight = web.look(request)
    found = _get(sight, pk)
    editing = found.state == State.DRAFT and sight.person.has(*WRITERS)
    kind = sight.pack.reports.kind(found.kind)
    may_issue = (found.state == State.SUBMITTED and sight.person.has(*ISSUERS)
                 and found.submitted_by != sight.person.ref)  # fmt: skip
    told = notices.of(found) if found.state in {State.DRAFT, State.SUBMITTED} else []
    context = {
        "facts_at": datetime.fromisoformat(found.content["facts"]) if found.content.get("facts") else None,
        "sight": sight, "paper": found, "kind": kind.title if kind else found.kind, "editing": editing,
        "parts": linking.linked(found.content, drafting=editing) if found.content else [],
        "title": titles.phrases(found.content["title"]) if found.content else [],
        "content": found.content, "head": found.content.get("head", {}), "versions": queries.versions(found)[:20],
        "news": merging.news_of(found.content) if found.content else [],
        "numbers": merging.typed_numbers(found.content) if found.content else [],
        "told": [one for one in told if not (editing and one.code == "typed")],  # to the drafter as it is typed
        "may_issue": may_issue, "signing": _signing(found, sight) if may_issue else {},
        "may_return": found.state == State.SUBMITTED and sight.person.has(*ISSUERS, *WRITERS),
        "may_note": found.state == State.ISSUED and sight.person.has(*WRITERS, *queries.LEADERS),
        "endings": [] if not found.content else ["docx", "pdf", "xlsx"], "heads": _heads(found) if editing else [],
    }  # fmt: skip
    return web.private(render(request, "reports/paper.html", context))


def _signing(found: Paper, sight: Sight) -> dict[str, str]:
    """The number that the paper will get, and what is asked before it does."""
    number = services.next_number(found, sight.pack, sight.at)
    issued = [one for one in queries.alike(found.kind, found.first, found.last, found.matter, but=found.pk)
              if one.state == State.ISSUED]  # fmt: skip
    asked = _("签发后编号“%(number)s”，登记并通知订阅的人，不能收回。") % {"number": number}
    if issued:
        others = "、".join(notices.named(one) for one in issued)
        asked = _("同一种、同一时段已经签发过%(others)s。") % {"others": others} + asked
    return {"number": number, "asked": asked + _("签发吗？")}


def _heads(found: Paper) -> list[tuple[str, object, str]]:
    titles = {"mark": _("版头"), "to": _("主送"), "issuer": _("署名"), "copies": _("抄送"), "printed_by": _("印发机关")}
    head = found.content.get("head", {})
    return [(f"head.{name}", title, head.get(name, "")) for name, title in titles.items()]


@needs(*WRITERS)
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Keep what was typed; answer with the new edition, or 409 where somebody else was there."""
    sight = web.look(request)
    _get(sight, pk)
    typed = {name.removeprefix("t."): str(text) for name, text in request.POST.items() if name.startswith("t.")}
    said = request.POST.get("edition", "")
    edition = int(said) if said.isdecimal() and len(said) < _DIGITS else 0
    try:
        saved = services.save(pk, edition, typed, by=sight.person, at=sight.at)
    except Conflict as error:
        return JsonResponse({"message": error.message}, status=_CONFLICT)
    numbers = merging.typed_numbers(saved.content)
    return web.private(JsonResponse({"edition": saved.edition, "numbers": numbers}))


@needs(*WRITERS)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take what is new beside an edited sentence."""
    whole = request.POST.get("whole") == "1"
    return _done(request, pk, lambda sight: services.take(
        pk, request.POST.get("key", ""), whole=whole, by=sight.person, at=sight.at
    ))  # fmt: skip


@needs(*READERS)
@require_POST
def do(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Refresh, submit, give back, discard, issue a paper, or note what came back of it."""
    acts: dict[str, Callable[[Sight], object]] = {
        "refresh": lambda s: services.refresh(pk, s.pack, by=s.person, at=s.at),
        "submit": lambda s: services.submit(pk, by=s.person, at=s.at),
        "return": lambda s: services.give_back(pk, request.POST.get("reason", ""), by=s.person, at=s.at),
        "discard": lambda s: services.discard(pk, by=s.person, at=s.at),
        "issue": lambda s: services.issue(pk, s.pack, by=s.person, at=s.at, expected=request.POST.get("number", "")),
        "note": lambda s: services.note(pk, request.POST.dict(), by=s.person, at=s.at),
    }
    if act not in acts:
        raise Http404
    return _done(request, pk, acts[act], to_list=act == "discard")


def _done(request: HttpRequest, pk: int, act: Callable[[Sight], object], *, to_list: bool = False) -> HttpResponseBase:
    sight = web.look(request)
    _get(sight, pk)
    try:
        act(sight)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
        to_list = False
    except NoFacts:
        messages.error(request, _("数据还没有建好，请稍后再试。"))
    return redirect("reports:list") if to_list else redirect("reports:paper", pk)


@needs(*READERS)
@require_POST
def download(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """Send a paper as a file, after the act is on record."""
    sight = web.look(request)
    found = _get(sight, pk)
    if ending not in {"docx", "pdf", "xlsx"} or not found.content:
        raise Http404
    origin = request.build_absolute_uri(f"/reports/{pk}/figures/")
    try:
        body = files.rendered(found.content, ending, notice=_notice(sight), origin=origin)
    except page.NoPdf as error:
        messages.error(request, error.message)
        return redirect("reports:paper", pk)
    access.record("report.file", by=sight.person, at=sight.at, on=f"report:{pk}", reason=ending)
    answer = HttpResponse(body, content_type=files.ENDINGS[ending])
    name = content_disposition_header(as_attachment=True, filename=f"{found.title}.{ending}")
    answer.headers["Content-Disposition"] = name or "attachment"
    return web.private(answer)


@needs(*READERS)
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a paper as it is printed."""
    sight = web.look(request)
    found = _get(sight, pk)
    if not found.content:
        raise Http404
    return web.private(render(request, "reports/print.html", page.context(found.content, _notice(sight))))


@needs(*READERS)
@require_GET
def figure(request: HttpRequest, pk: int, at: str) -> HttpResponseBase:
    """Open the orders behind a figure of a paper by its place (links of files lead here)."""
    found = _get(web.look(request), pk)
    value = shape.find_figure(found.content, at) if found.content else None
    url = linking.url_of(value["query"]) if value else ""
    if not url:
        raise Http404
    return redirect(url)


@needs(*READERS)
@require_GET
def version(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    """Show a paper as it was."""
    sight = web.look(request)
    kept = _get(sight, pk).versions.filter(pk=version).first()
    if kept is None:
        raise Http404
    context: dict[str, Any] = page.context(kept.content, _notice(sight))
    return web.private(render(request, "reports/print.html", context))


def _notice(sight: Sight) -> str:
    return sight.pack.synthetic_notice if sight.pack.synthetic else ""


def _get(sight: Sight, pk: int) -> Paper:
    try:
        found = queries.get(sight.person, pk)
    except NotFound as error:
        raise Http404 from error
    if found.state == State.DISCARDED:
        raise Http404
    return found
