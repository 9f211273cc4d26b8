"""Pages of the intake desk: a call becomes an order, or the one that is open already is pressed (催办)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from open12345.directory import access, areas
from open12345.directory.web import client_ip, needs
from open12345.intake import after, appointments, asked, helps, keeping
from open12345.intake import desk as own
from open12345.intake.after import After
from open12345.intake.models import Result
from open12345.orders import hints, lists, queries, services, web
from open12345.orders.action_forms import ActionForm, form_for, typed
from open12345.orders.asking import Asking
from open12345.orders.errors import Conflict, DomainError, NotFound, Refused, refuse
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import WorkOrder
from open12345.orders.services import Outcome
from open12345.orders.sight import Sight
from open12345.orders.stages import Stage

WHO = ("agent", "dispatcher")
#: Keys that lead to a field from wherever one is typing.
_FIELD_KEYS: Final = {
    "body": "alt+b", "phone": "alt+o", "place": "alt+l", "category": "alt+f", "area": "alt+a", "call_ref": "alt+k",
}  # fmt: skip


@needs(*WHO)
@require_GET
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show what waits for the agent: drafts, promised calls, what they took in; the door to a new order."""
    sight = web.look(request)
    drafts = own.newest_drafts(sight.person, lists.SIZE)
    page = lists.page_of(own.taken_in_by(sight.person), request.GET.get("after", ""), by="pk", down=True)
    done = request.GET.get("done", "")
    context = {
        "sight": sight,
        "drafts": [lists.line(order, sight.pack, sight.at) for order in drafts],
        "calls": appointments.due_today(sight.person, sight.at),
        "results": Result.choices,
        "today": own.taken_in_today(sight.person, sight.at),
        "lines": lists.lines(page.rows, sight.pack, sight.at),
        "page": page,
        "rest": "",
        "may_import": sight.person.has("dispatcher"),
        "done": queries.visible_to(sight.person).filter(number=done).first() if done else None,
    }
    return web.private(render(request, "intake/desk.html", context))


@needs(*WHO)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Show the form of a new order; register it, or keep it as a draft."""
    sight = web.look(request)
    if request.method == "GET":
        said = own.carried_over(sight.person, request.GET.get("same_call_as", ""))
        return _form(request, sight, form_for(Asking(ACTIONS["register"], sight, said=said)))
    if number := keeping.drafted(sight.person, request.POST.get("key", "")):
        return draft(request, number)  # saved while it was typed, though the page never heard of it
    return _posted(request, sight)


@needs(*WHO)
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, number: str) -> HttpResponseBase:
    """Go on with a draft of one's own: as it was typed, for only its author sees it."""
    sight = web.look_at(request, number)
    if sight.order.stage != Stage.DRAFT:
        return _gone_on(request, sight)
    if request.method == "POST":
        return _posted(request, sight)
    access.record("draft.open", by=sight.person, at=sight.at, on=f"order:{number}", ip=client_ip(request))
    said = keeping.typed_in(sight.order) or own.as_typed(sight.order)
    return _form(request, sight, form_for(Asking(ACTIONS["edit_draft"], sight, said=said)))


def _gone_on(request: HttpRequest, sight: Sight) -> HttpResponseBase:
    """The draft is no draft any more: lead its author to the order; what another window still holds stays theirs."""
    number = sight.order.number
    if sight.person.id is None or sight.order.created_by != sight.person.id:
        raise Http404
    if request.method == "GET" or keeping.submitted(sight.person, request.POST.get("key", "")) == number:
        if sight.order.accepted_at is None:
            messages.info(request, _("草稿 %(number)s 已作废") % {"number": number})
            return redirect("intake:desk")
        return redirect(f"{reverse('intake:desk')}?done={number}")  # back, or a second press after the first
    gone = _("这份草稿已在另一个窗口作废。") if sight.order.accepted_at is None else _("这份草稿已在另一个窗口登记。")
    problem = Conflict(gone + _("这里填写的内容还在：可以另行登记，不需要就离开。"), code="gone_on")
    fresh = web.look(request)
    asking = Asking(ACTIONS["register"], fresh, said=typed(request.POST), posted=True)
    again = form_for(asking, web.explained(problem))
    return _form(request, fresh, again, status=problem.status, wishes=after.after(request.POST))


# What is done with a form


def _posted(request: HttpRequest, sight: Sight) -> HttpResponseBase:
    """Do what was pressed; where the domain says no, show the form again with everything that was typed."""
    action = ACTIONS["edit_draft" if sight.seen else "register"]
    asking = Asking(action, sight, said=typed(request.POST), posted=True)
    form, wishes = form_for(asking), after.after(request.POST)
    if "look" in request.POST:
        return _form(request, sight, form, wishes=wishes)
    do = _urge if "urge" in request.POST else _keep if sight.seen else _create
    try:
        return do(request, sight, form, wishes)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        if sight.seen:
            asking.sight = web.look_at(request, sight.order.number)
        again = form_for(asking, web.explained(error))
        return _form(request, asking.sight, again, status=error.status, wishes=wishes)


def _create(request: HttpRequest, sight: Sight, form: ActionForm, wishes: After) -> HttpResponseBase:
    keeps = "draft" in request.POST
    if not (keeps or wishes.check(sight.at)):
        return _form(request, sight, form, status=422, wishes=wishes)
    action, key = "save_draft" if keeps else "register", request.POST.get("key", "")
    outcome = services.create(action, form.said, by=sight.person, at=sight.at, key=key)
    return _taken(request, sight, outcome, wishes)


def _keep(request: HttpRequest, sight: Sight, form: ActionForm, wishes: After) -> HttpResponseBase:
    """Write the draft anew; submit it where that was pressed, so that what was typed is kept even if it may not go."""
    number, key = sight.order.number, request.POST.get("key", "")
    page, mark = keeping.page_in(request.POST), seen(request)
    outcome = keeping.write(number, form.said, by=sight.person, at=sight.at, key=key, seen=mark, page=page)
    if "draft" not in request.POST:
        if not wishes.check(sight.at):
            return _form(request, web.look_at(request, number), form, status=422, wishes=wishes)
        outcome = services.perform(number, "submit", {}, by=sight.person, at=sight.at, key=f"{key}.submit")
    return _taken(request, sight, outcome, wishes)


def _urge(request: HttpRequest, sight: Sight, form: ActionForm, wishes: After) -> HttpResponseBase:
    """Press the caller's open order with what was typed instead of registering it again; the draft goes."""
    number, key = request.POST.get("urge", ""), request.POST.get("key", "")
    if not queries.by_phone(sight.person, request.POST.get("phone", "")).filter(number=number).exists():
        raise refuse("phone", "not_theirs", _("这件工单不是这个电话的，不能替人催办"))
    said = {"text": request.POST.get("body", ""), "call_ref": request.POST.get("call_ref", "")}
    try:
        services.perform(number, "urge", said, by=sight.person, at=sight.at, key=f"{key}.urge")
    except Refused as error:
        raise Refused(replace(p, field="body") if p.field == "text" else p for p in error.problems) from error
    if sight.seen:
        services.perform(sight.order.number, "discard", {}, by=sight.person, at=sight.at, key=f"{key}.gone")
    for text in after.carry_out(wishes, number, by=sight.person, at=sight.at, key=key):
        messages.error(request, text)
    messages.success(request, _("已催办 %(number)s") % {"number": number})
    return redirect("intake:desk")


def seen(request: HttpRequest) -> keeping.Mark | None:
    """Return how the page knows the draft."""
    return keeping.mark_in(request.POST.get("seq", ""))


# What follows


def _taken(request: HttpRequest, sight: Sight, outcome: Outcome, wishes: After) -> HttpResponseBase:
    number = outcome.number
    if outcome.stage == Stage.DRAFT:
        messages.success(request, _("已暂存：%(number)s") % {"number": number})
        return redirect("intake:draft", number)
    key = request.POST.get("key", "")
    for text in after.carry_out(wishes, number, by=sight.person, at=sight.at, key=key):
        messages.error(request, text)
    if wishes.ending:
        return _end(request, sight, number, wishes)
    if wishes.then == "more":
        messages.success(request, _("已登记 %(number)s，继续登记同一来电的下一件") % {"number": number})
        return redirect(f"{reverse('intake:new')}?same_call_as={number}")
    return redirect(f"{reverse('intake:desk')}?done={number}")


def _end(request: HttpRequest, sight: Sight, number: str, wishes: After) -> HttpResponseBase:
    """Answer or refuse what was just registered; where that fails, say that the order stands and ask for it again."""
    action, said = wishes.ending or ("", {})
    key = f"{request.POST.get('key', '')}.{wishes.then}"
    try:
        services.perform(number, action, said, by=sight.person, at=sight.at, key=key)
    except DomainError as error:
        now = web.look_at(request, number)
        asking = Asking(ACTIONS[action], now, said=said, posted=True)
        context = {
            "sight": now, "order": now.order, "form": form_for(asking, web.explained(error)),
            "title": ACTIONS[action].title, "url": reverse("orders:do", args=[number, action]),
        }  # fmt: skip
        return web.private(render(request, "intake/second.html", context, status=error.status))
    return redirect(f"{reverse('intake:desk')}?done={number}")


# The page


def _address(request: HttpRequest, draft: WorkOrder | None) -> str:
    """Return where the form is sent to, "" where that is the page it stands on."""
    url = reverse("intake:draft", args=[draft.number]) if draft else reverse("intake:new")
    return "" if url == request.path else url


def _form(
    request: HttpRequest, sight: Sight, form: ActionForm, *, status: int = 200, wishes: After | None = None
) -> HttpResponse:
    draft = sight.seen
    _keys(form)
    said = form.asking.said
    first = said.get("same_call_as")
    typed_in = {name: str(value or "") for name, value in said.items()}
    every = {panel.name: "" for panel in hints.panels()}
    drawn = list(helps.draw(request, sight, typed_in, every))
    context: dict[str, Any] = {
        "sight": sight,
        "form": form,
        "draft": draft,
        "mark": keeping.mark_of(draft) if draft else "",
        "action": _address(request, draft),
        "help": {place: [one for one in drawn if one.panel.place == place] for place in ("beside", "caller", "strip")},
        "told": ", ".join(f"#intake [name={name}]" for name in helps.fields()),
        "wishes": wishes or after.after(request.POST),
        "refusals": asked.refusals_told(sight.pack),
        "mapped": areas.atlas_of(sight.pack) is not None,
        "answerable": [code for code, kind in sight.pack.kinds.items() if kind.answer_directly],
        "first": _first(sight, str(first)) if first else None,
    }
    return web.private(render(request, "intake/form.html", context, status=status))


def _keys(form: ActionForm) -> None:
    """Put the cursor where the talk begins, and the main fields within one key."""
    form.fields["body"].widget.attrs["autofocus"] = True
    for name, key in _FIELD_KEYS.items():
        label = _("到“%(field)s”") % {"field": form.fields[name].label}
        form.fields[name].widget.attrs |= {"data-key": key, "data-key-label": label}


def _first(sight: Sight, number: str) -> WorkOrder | None:
    return queries.visible_to(sight.person).select_related("requester").filter(number=number).first()
