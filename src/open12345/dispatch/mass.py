"""Mass dispatch (DIS-15): what many people say of one matter goes to one unit by one decision, order by order.

Each order stays its own: it is dispatched, answered and counted by itself. What cannot go (somebody was first, a rule
of the order stands against it) stays where it is and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_http_methods

from open12345.directory.person import Person
from open12345.directory.web import needs
from open12345.dispatch.forms import DispatchInput
from open12345.orders import batches, lists, web
from open12345.orders.action_forms import ActionForm, form_for, typed
from open12345.orders.asking import Asking, aside_of
from open12345.orders.errors import Problem
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind, Stage
from open12345.repeats import offers
from open12345.repeats import queries as repeats
from open12345.repeats.models import Group, Kind

#: Asked once for all of them; what belongs to one order (who may not return it) is decided by its own rules.
_FIELDS: Final = ("lead", "co_handlers", "in_copy", "responsibility", "reason")
_MARK: Final = "mark"


@dataclass(frozen=True)
class Waiting:
    """The orders of a group that wait for dispatch (at most a page), and how many there are in all."""

    group: Group
    orders: Sequence[WorkOrder]
    count: int

    @property
    def title(self) -> str:
        """What the group is."""
        return str(Kind(self.group.kind).label)


def some_wait(group: Group, person: Person) -> bool:
    """Say whether there is anything to dispatch in a group of several people."""
    return group.kind != Kind.AGAIN and repeats.orders_of(group, person).filter(stage=Stage.ACCEPTED).exists()


def lend() -> None:
    """Offer mass dispatch on the page of a group."""
    offers.lend(offers.Offer("dispatch:mass", __("成组派单"), frozenset({"dispatcher"}), some_wait))


def waiting_of(group: Group, sight: Sight) -> Waiting:
    """Return the orders of a group that wait for dispatch, the one due first on top."""
    rows = repeats.orders_of(group, sight.person).filter(stage=Stage.ACCEPTED)
    shown = list(rows.select_related("area").order_by("due_at", "pk")[: batches.AT_MOST])
    return Waiting(group, shown, rows.count() if len(shown) == batches.AT_MOST else len(shown))


@needs("dispatcher")
@require_http_methods(["GET", "POST"])
def mass(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask once to whom the waiting orders of a group go, and send those that are marked."""
    sight = web.look(request)
    group = Group.objects.filter(pk=pk).exclude(kind=Kind.AGAIN).first()
    if group is None:
        raise Http404
    found = waiting_of(group, sight)
    if not found.orders:
        return _nothing_waits(request, group, sight)
    asking = _asking(request, found)
    form = form_for(asking)
    if request.method == "POST":
        marked = [mark for mark in request.POST.getlist(_MARK) if mark in {order.number for order in found.orders}]
        problems = _problems(form, marked)
        if not problems:
            return _send(request, pk, form.said, marked)
        form = form_for(asking, problems)
    return web.private(render(request, "dispatch/mass.html", _shown(request, sight, found, form, asking)))


def _nothing_waits(request: HttpRequest, group: Group, sight: Sight) -> HttpResponseBase:
    if not repeats.orders_of(group, sight.person).exists():
        raise Http404
    messages.info(request, _("这一组没有待派的工单"))
    return redirect("repeats:group", group.pk)


def _asking(request: HttpRequest, found: Waiting) -> Asking:
    """Ask as for the order that is due first; it stands for all."""
    sample = web.look_at(request, found.orders[0].number)
    url = reverse("dispatch:mass", args=[found.group.pk])
    said = {name: value for name, value in typed(request.POST).items() if name.partition(".")[0] in _FIELDS}
    return Asking(ACTIONS["dispatch"], sample, said=said, url=url, posted=request.method == "POST")


def _problems(form: ActionForm, marked: Sequence[str]) -> list[Problem]:
    """Return what is wrong before any order goes: nothing is marked, or no unit is chosen."""
    found = [] if marked else [Problem("__all__", "nothing_marked", _("没有勾选工单"))]
    if not form.said.get("lead"):
        found.append(Problem("lead", "missing", _("请选择主办单位：一组工单由同一单位主办")))
    if form.said.get("responsibility") == "designated" and not form.said.get("reason"):
        found.append(Problem("reason", "missing", _("指定责任要写明依据（谁指定、何时）")))
    return found


def _send(request: HttpRequest, pk: int, said: dict[str, Any], marked: Sequence[str]) -> HttpResponseBase:
    words = {name: value for name, value in said.items() if name in _FIELDS and name in DispatchInput.model_fields}

    def each(_sight: Sight) -> dict[str, Any]:
        return words

    done = batches.each(request, "dispatch", each, marked)
    messages.add_message(request, done.level, done.told(_("派单")))
    return redirect("dispatch:mass", pk)


def _shown(
    request: HttpRequest, sight: Sight, found: Waiting, form: ActionForm, asking: Asking
) -> dict[str, Any]:  # fmt: skip
    posted = request.method == "POST"
    marked = set(request.POST.getlist(_MARK)) if posted else {order.number for order in found.orders}
    entries = [e for e in form.entries() if e.bound is not None and e.bound.name in _FIELDS]
    return {
        "sight": sight, "found": found, "form": form, "entries": entries, "aside": aside_of(asking), "url": asking.url,
        "lines": [
            (line, line.order.number in marked)
            for line in lists.lines(found.orders, sight.pack, sight.at, ClockKind.DISPATCH)
        ],
    }  # fmt: skip
