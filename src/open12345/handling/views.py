"""The unit desk (what is due today, several signed at once) and the review desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.roles import UNIT_ROLES
from open12345.directory.web import needs
from open12345.handling.desk import TABS, counts, tasks_of
from open12345.orders import batches, dues, lists, queries, web
from open12345.orders.bench import Batch, Bench, Row, show
from open12345.orders.listing import Tab
from open12345.orders.models import Assignment
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind, Role, Stage, State


@needs(*UNIT_ROLES)
@require_GET
def desk(request: HttpRequest) -> HttpResponseBase:
    """List what the person's unit has to do, by clock: late, due today, later."""
    sight = web.look(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "todo"
    found = tasks_of(sight.person, tab).select_related("order", "order__lead_unit", "unit", "parent__unit")
    found = dues.narrowed(found, request.GET, sight.at, new="assigned_at")
    shown = dues.tabs(request.GET)
    known = counts(sight.person)
    page = lists.page_of(found, request.GET.get("after", ""), by="due_at")
    bench = Bench(
        desk="handling",
        rows=_rows(page.rows, sight),
        page=page,
        rest=dues.rest(request.GET) or f"tab={tab}",
        tabs=[
            *(Tab(code, title, code == tab and not shown, known[code]) for code, (title, _where) in TABS.items()),
            *shown,
        ],
        batches=[Batch(reverse("handling:sign"), _("签收"), "sign", key="s")] if tab in {"todo", "waiting"} else (),
        empty=(_("这里没有要办的事"), _("派给本单位的工单会按到期时间排在这里。")),
        words="签收 先行联系 现场查看 转派 协办 核实 答复 办结报告 退单 延期 时限",
    )
    return show(request, sight, bench)


def _rows(found: list[Assignment], sight: Sight) -> list[Row]:
    orders = list({given.order_id: given.order for given in found}.values())
    lines = {line.order.pk: line for line in lists.lines(orders, sight.pack, sight.at)}
    return [_row(given, lines[given.order_id], sight) for given in found]


def _row(given: Assignment, line: lists.Line, sight: Sight) -> Row:
    when = _when(given.due_at, sight.at)
    titles = {"late": _("已超时"), "today": _("今天到期"), "later": _("以后")}
    rounds = (_("第 %(n)s 轮") % {"n": given.round},) if given.round > 1 else ()
    return Row(
        line,
        note=given.question or f"{Role(given.role).label} · {given.unit.name}",
        state=str(State(given.state).label),
        chips=rounds,
        group=titles[when],
        late=when == "late",
        mark=f"{line.order.number}.{given.pk}",
        fits=("sign",) if given.state == State.WAITING and not line.order.locked_by else (),
        due=given.due_at,
        clocked=False,
    )


def _when(due: datetime | None, now: datetime) -> str:
    if due is None:
        return "later"
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return "late" if due < now else "today" if due <= midnight else "later"


@needs(*UNIT_ROLES)
@require_POST
def sign(request: HttpRequest) -> HttpResponseBase:
    """Sign every marked assignment; tell which could not be signed."""
    done = batches.each(request, "sign", _nothing)
    messages.add_message(request, done.level, done.told(_("签收")))
    return redirect("handling:desk")


def _nothing(_sight: Sight) -> Mapping[str, object]:
    return {}


@needs("reviewer")
@require_GET
def reviews(request: HttpRequest) -> HttpResponseBase:
    """List the closing reports that wait for review, the one due first on top."""
    sight = web.look(request)
    orders = queries.visible_to(sight.person).filter(stage=Stage.REVIEW)
    some = dues.narrowed(orders, request.GET, sight.at, new="submitted_at")
    page = lists.page_of(some.select_related("lead_unit"), request.GET.get("after", ""), by="due_at")
    lines = lists.lines(page.rows, sight.pack, sight.at, ClockKind.REVIEW)
    bench = Bench(
        desk="review",
        rows=[Row(line, note=line.order.lead_unit.name if line.order.lead_unit else "") for line in lines],
        page=page,
        rest=dues.rest(request.GET),
        tabs=dues.tabs_with_all(request.GET),
        counts=lists.counts(orders, sight.at),
        empty=(_("没有待审核的办结报告"), _("单位提交的办结报告会按时限排在这里。")),
        words="审核 办结报告 答复 轮次 时限",
    )
    return show(request, sight, bench)
