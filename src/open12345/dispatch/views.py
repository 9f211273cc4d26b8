"""The dispatch desk: what waits for a unit, by clock, with whom is recommended; several at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.web import needs
from open12345.dispatch.advice import Recommendation, decided_with, kept, recommend_all
from open12345.dispatch.asked import told_of
from open12345.dispatch.automatic import modes
from open12345.orders import batches, dues, lists, queries, web
from open12345.orders.bench import Batch, Bench, Row, show
from open12345.orders.errors import refuse
from open12345.orders.listing import Tab
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind, Stage
from open12345.repeats.models import Group
from open12345.repeats.panels import chip
from open12345.repeats.queries import marks_of

#: What stands before a unit that does not reach the pack's floor.
UNSURE = __("没有把握")


@needs("dispatcher")
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the orders that wait for dispatch, the one due first on top, one of them open."""
    sight = web.look(request)
    orders = queries.visible_to(sight.person).filter(stage=Stage.ACCEPTED)
    tab = request.GET.get("tab", "")
    shown = {
        "returned": orders.filter(returns_granted__gt=0),
        "urgent": orders.exclude(urgency="ordinary"),
    }.get(tab, dues.narrowed(orders, request.GET, sight.at, new="accepted_at"))
    page = lists.page_of(shown.select_related("area", "claim"), request.GET.get("after", ""), by="due_at")
    lines = lists.lines(page.rows, sight.pack, sight.at, ClockKind.DISPATCH)
    advised = recommend_all(sight.pack, [line.order for line in lines], at=sight.at, viewer=sight.person)
    known = {line.order.pk: found for line, found in zip(lines, advised, strict=True)}
    off = modes.switched_off(sight.pack, [line.order.category for line in lines])
    advised = [[] if silent else found for silent, found in zip(off, advised, strict=True)]
    groups = marks_of([line.order.pk for line in lines])
    titles = {"": _("全部"), "urgent": _("紧急"), "returned": _("退回的")}
    bench = Bench(
        desk="dispatch",
        rows=[_row(sight, line, found[:1], groups[line.order.pk]) for line, found in zip(lines, advised, strict=True)],
        page=page,
        rest=dues.rest(request.GET) or (f"tab={tab}" if tab else ""),
        tabs=[*(Tab(code, title, code == tab) for code, title in titles.items()), *dues.tabs(request.GET)],
        counts=lists.counts(orders, sight.at),
        batches=[Batch(reverse("dispatch:batch"), _("按推荐派单"), "dispatch", key="b")],
        empty=(_("没有待派的工单"), _("新登记的和退回的工单会按时限排在这里。")),
        words="派单 责任清单 主办 协办 核实 占有 时限 退单",
    )
    with decided_with(known):  # the order beside the list is mostly one of it
        return show(request, sight, bench, "dispatch/queue.html")


def _row(sight: Sight, line: lists.Line, found: list[Recommendation], groups: Sequence[Group]) -> Row:
    back = line.order.returns_granted
    return Row(
        line,
        note=_told(sight, found),
        chips=(*((_("退单 %(n)s") % {"n": back},) if back else ()), *map(chip, groups)),
        mark=line.order.number,
        fits=("dispatch",) if found and _sure(sight, found[0]) else (),
    )


def _told(sight: Sight, found: list[Recommendation]) -> str:
    if not found:
        return _("清单没有对应单位")
    first = found[0]
    unsure = "" if _sure(sight, first) else str(UNSURE)
    told = (unsure, sight.unit_named(first.lead), told_of(sight.pack, first), f"{round(100 * first.probability)}%")
    return f"→ {' · '.join(part for part in told if part)}"


def _sure(sight: Sight, one: Recommendation) -> bool:
    return one.sure(sight.pack.dispatching.sure_from)


@needs("dispatcher")
@require_POST
def batch(request: HttpRequest) -> HttpResponseBase:
    """Dispatch each marked order to the unit that is recommended first; tell which could not go.

    Orders of which the desk is not sure stay, each named: those that were marked but not sent along (`left`), too.
    """
    done = batches.each(request, "dispatch", _said)
    done.leave(request, _why_left)
    messages.add_message(request, done.level, done.told(_("派单")))
    return redirect("dispatch:queue")


def _said(sight: Sight) -> dict[str, object] | None:
    """What a dispatch as recommended says; None where nobody is, refused where the unit is not sure enough."""
    found = _recommended(sight)
    if found is None:
        return None
    if not _sure(sight, found):
        raise refuse("lead", "unsure", _why_left(sight))
    return {"lead": found.lead, "co_handlers": list(found.co_handlers)}


def _recommended(sight: Sight) -> Recommendation | None:
    if not modes.suggests(sight.pack, sight.order.category):
        return None
    return next(iter(kept(sight.pack, sight.order, at=sight.at, viewer=sight.person)), None)


def _why_left(sight: Sight) -> str:
    """Say why an order is not dispatched with others."""
    found = _recommended(sight)
    if found is None:
        return batches.nobody_named()
    return _("推荐的单位没有把握，请打开工单选定") if not _sure(sight, found) else _("没有勾选")
