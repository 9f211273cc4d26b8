"""Screens that list: all orders with filters and search, and the applications a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.directory.web import needs
from open12345.orders import lists, queries, rights, telling, web
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Application, Assignment, WorkOrder
from open12345.orders.rights import Scene
from open12345.orders.sight import Sight
from open12345.orders.stages import ENDED, Stage, Urgency

READERS: Final = tuple(sorted(CENTRE_ROLES | UNIT_ROLES))
#: Who may decide an application: leaders of units, their clerks for what hangs below, and the centre's check.
DECIDERS: Final = ("approver", "clerk", "dispatcher", "supervisor")
_FOUND: Final = 50
_INBOX: Final = 200


@dataclass(frozen=True)
class Tab:
    """One view of a list."""

    code: str
    title: str | Promise
    active: bool = False
    count: int | None = None


_STATES: Final[dict[str, tuple[str | Promise, Q]]] = {
    "open": (__("在办"), ~Q(stage__in=[*ENDED, Stage.DRAFT])),
    "late": (__("超时"), ~Q(stage__in=[*ENDED, Stage.DRAFT])),
    "closed": (Stage.CLOSED.label, Q(stage=Stage.CLOSED)),
    "archived": (Stage.ARCHIVED.label, Q(stage=Stage.ARCHIVED)),
    "cancelled": (Stage.CANCELLED.label, Q(stage=Stage.CANCELLED)),
    "all": (__("全部"), ~Q(stage=Stage.DRAFT)),
}


@needs(*READERS)
@require_GET
def orders(request: HttpRequest) -> HttpResponseBase:
    """List every order that the person may see, newest first, with filters that stand in the address."""
    sight = web.look(request)
    state = request.GET.get("state", "")
    state = state if state in _STATES else "open"
    found = _filtered(queries.visible_to(sight.person).filter(_STATES[state][1]), sight, state, request.GET)
    page = lists.page_of(found.select_related("lead_unit"), request.GET.get("after", ""), by="pk", down=True)
    context = {
        "sight": sight,
        "tabs": [Tab(code, title, code == state) for code, (title, _where) in _STATES.items()],
        "filters": _filters(sight, request.GET),
        "state": state,
        "lines": lists.lines(page.rows, sight.pack, sight.at),
        "page": page,
        "rest": _rest(request.GET),
    }
    return web.private(render(request, "orders/list.html", context))


def _filtered(found: QuerySet[WorkOrder], sight: Sight, state: str, query: QueryDict) -> QuerySet[WorkOrder]:
    if state == "late":
        found = found.filter(due_at__lt=sight.at)
    for name in ("stage", "kind", "urgency", "channel"):
        if value := query.get(name, ""):
            found = found.filter(**{name: value})
    if unit := query.get("unit", ""):
        found = found.filter(lead_unit__code=unit)
    return found


@dataclass(frozen=True)
class Filter:
    """One filter of a list, as a select."""

    name: str
    title: str
    options: list[tuple[str, str]]
    value: str


def _filters(sight: Sight, query: QueryDict) -> list[Filter]:
    living = [(s.value, str(s.label)) for s in Stage if s not in ENDED and s is not Stage.DRAFT]
    units = [(u.code, u.name) for u in sight.units if u.kind != "centre"] if sight.is_centre else []
    options: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("stage", _("状态"), living),
        ("kind", _("诉求类型"), [(code, kind.title) for code, kind in sight.pack.kinds.items()]),
        ("urgency", _("紧急程度"), [(u.value, str(u.label)) for u in Urgency]),
        ("channel", _("受理渠道"), [(code, channel.title) for code, channel in sight.pack.channels.items()]),
        ("unit", _("主办单位"), units),
    ]
    return [Filter(name, title, found, query.get(name, "")) for name, title, found in options if found]


def _rest(query: QueryDict) -> str:
    kept = query.copy()
    kept.pop("after", None)
    return kept.urlencode()


@needs(*READERS)
@require_POST
def search(request: HttpRequest) -> HttpResponseBase:
    """Find by number, foreign number, phone or words; by POST, for a phone never stands in an address."""
    sight = web.look(request)
    wanted = request.POST.get("q", "").strip()
    found = _search(sight, wanted)
    if len(found) == 1 and wanted.replace(" ", "") == found[0].number:
        return redirect("orders:page", found[0].number)
    context = {"sight": sight, "q": wanted, "lines": lists.lines(found, sight.pack, sight.at), "most": _FOUND}
    return web.private(render(request, "orders/found.html", context))


def _search(sight: Sight, wanted: str) -> list[WorkOrder]:
    if not wanted:
        return []
    tries = (queries.by_any_number, queries.by_phone, queries.by_words)
    for attempt in tries:
        found = attempt(sight.person, wanted).select_related("lead_unit").order_by("-pk")[:_FOUND]
        if rows := list(found):
            return rows
    return []


# Applications


@dataclass(frozen=True)
class Waiting:
    """An application that waits for this person."""

    asked: telling.ToldApplication
    order: WorkOrder
    unit: str


@needs(*DECIDERS)
@require_GET
def inbox(request: HttpRequest) -> HttpResponseBase:
    """List the applications that wait for this person's decision, the oldest first."""
    sight = web.look(request)
    waiting = [_waiting(sight, a) for a in decidable(sight)]
    return web.private(render(request, "orders/inbox.html", {"sight": sight, "waiting": waiting}))


def decidable(sight: Sight) -> list[Application]:
    """Return the pending applications that this person decides, in three queries."""
    parts = Prefetch("order__assignments", Assignment.objects.select_related("unit").order_by("pk"))
    pending = queries.inbox(sight.person).prefetch_related(parts)[:_INBOX]
    return [asked for asked in pending if _is_for(sight, asked)]


def _is_for(sight: Sight, asked: Application) -> bool:
    scene = Scene(asked.order, sight.pack, list(asked.order.assignments.all()), [asked])
    given = scene.assignment(asked.assignment_id)
    return rights.grounds(scene, ACTIONS["grant"], sight.person, given, asked) is not None


def _waiting(sight: Sight, asked: Application) -> Waiting:
    unit: dict[str, Any] = {"name": _("中心")} if asked.asked_unit is None else {"name": asked.asked_unit.name}
    return Waiting(telling.told_application(sight, asked), asked.order, unit["name"])
