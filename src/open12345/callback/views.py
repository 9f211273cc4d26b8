"""The orders that wait for the platform above; the callback desk itself stands in `desk`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from open12345.directory.web import needs
from open12345.orders import dues, lists, queries, web
from open12345.orders.bench import Bench, Row, show
from open12345.orders.stages import ClockKind, Stage


@needs("dispatcher")
@require_GET
def upper(request: HttpRequest) -> HttpResponseBase:
    """List the orders reported up, whose result the platform above will tell."""
    empty = (_("没有等待上级回访的工单"), _("上级转来的工单报结后会排在这里，等上级平台的结果。"))
    return _list(request, "upper", Stage.REPORTED_UP, empty)


def _list(request: HttpRequest, desk: str, stage: Stage, empty: tuple[str, str]) -> HttpResponseBase:
    sight = web.look(request)
    orders = queries.visible_to(sight.person).filter(stage=stage)
    some = dues.narrowed(orders, request.GET, sight.at, new="submitted_at")
    page = lists.page_of(some.select_related("lead_unit"), request.GET.get("after", ""), by="due_at")
    lines = lists.lines(page.rows, sight.pack, sight.at, ClockKind.CALLBACK)
    bench = Bench(
        desk=desk,
        rows=[_row(line) for line in lines],
        page=page,
        rest=dues.rest(request.GET),
        tabs=dues.tabs_with_all(request.GET),
        counts=lists.counts(orders, sight.at),
        empty=empty,
        words="回访 重新派单 轮次 答复 时限",
    )
    return show(request, sight, bench)


def _row(line: lists.Line) -> Row:
    order = line.order
    tried = (_("未接通 %(n)s 次") % {"n": order.attempts},) if order.attempts else ()
    second = (_("第二次回访"),) if order.callbacks else ()
    return Row(line, note=order.lead_unit.name if order.lead_unit else "", chips=(*second, *tried))
