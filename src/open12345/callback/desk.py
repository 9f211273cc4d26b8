"""The callback desk: one's own tasks, the pool, all; taking, giving and releasing several at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_POST

from open12345.callback import queries, sampling, services
from open12345.callback.models import CallTask
from open12345.directory.models import Staff
from open12345.directory.web import actor, needs
from open12345.orders import dues, lists, web
from open12345.orders import queries as order_queries
from open12345.orders.bench import Batch, Bench, Row, show
from open12345.orders.errors import DomainError
from open12345.orders.listing import Tab
from open12345.orders.models import WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind

_DIGITS: Final = 9


@dataclass(frozen=True)
class View:
    """A tab of the desk."""

    title: str | Promise
    rows: Callable[[Sight], QuerySet[WorkOrder]]
    empty: tuple[str | Promise, str | Promise]


@dataclass
class Queue(Bench):
    """The desk, with the agents to whom a floor supervisor may give tasks and how many each has."""

    agents: Sequence[tuple[Staff, int]] = ()
    may_take: bool = False


VIEWS: Final[Mapping[str, View]] = {
    "mine": View(
        __("我的"), lambda sight: queries.mine(sight.person, sight.at),
        (__("您没有领取的回访"), __("在“待领取”里标选工单领取，或一次领取几件。")),
    ),
    "pool": View(
        __("待领取"), lambda sight: queries.pool(sight.person, sight.at),
        (__("没有待领取的回访"), __("办结报告审核通过后，工单会出现在这里。")),
    ),
    "all": View(
        __("全部"), lambda sight: queries.waiting(sight.person),
        (__("没有待回访的工单"), __("办结报告审核通过后，工单会出现在这里。")),
    ),
    "checks": View(
        __("直答抽查"), lambda sight: sampling.to_check(sight.person),
        (__("没有抽中的直接答复"), __("当场答复的工单会按比例抽中，回访核查答复是否清楚、是否解决。")),
    ),
}  # fmt: skip


@needs(*queries.CALLERS)
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the orders to be called back, each by its clock; one's own first, where there are any."""
    sight = web.look(request)
    counts = queries.counts(sight.person, sight.at)
    counts["checks"] = {"all": sampling.to_check(sight.person).count(), "late": 0}
    tab = _tab(request.GET, counts)
    view = VIEWS[tab]
    orders = dues.narrowed(view.rows(sight), request.GET, sight.at, new="submitted_at")
    figure = dues.tabs(request.GET)
    page = lists.page_of(orders.select_related("lead_unit"), request.GET.get("after", ""), by="due_at")
    bench = Queue(
        desk="callback",
        rows=_rows(page.rows, sight, held=tab == "all"),
        page=page,
        rest=dues.rest(request.GET) or f"tab={tab}",
        tabs=[
            *(Tab(code, other.title, code == tab and not figure, counts[code]["all"]) for code, other in VIEWS.items()),
            *figure,
        ],
        counts=counts[tab],
        batches=_batches(sight, tab),
        empty=(str(view.empty[0]), str(view.empty[1])),
        words="回访 重新派单 轮次 答复 时限",
        agents=_agents(sight),
        may_take=sight.person.has("callback_agent"),
    )
    return show(request, sight, bench, "callback/queue.html")


def _tab(query: QueryDict, counts: Mapping[str, Mapping[str, int]]) -> str:
    """The tab that the address names; without one, what one has to do."""
    wanted = query.get("tab", "")
    if wanted in VIEWS:
        return wanted
    if wanted:
        return "all"
    return "mine" if counts["mine"]["all"] else "pool"


def _batches(sight: Sight, tab: str) -> list[Batch]:
    boss = sight.person.has("floor_supervisor")
    take = Batch(reverse("callback:take"), _("领取"), "take", key="t")
    if tab == "checks":
        return []
    free = Batch(reverse("callback:release"), _("释放"), "release", key="r")
    give = Batch(
        reverse("callback:assign"), _("分配"), "assign", template="callback/parts/agents.html", needs="staff",
        asks=_("先选回访员"),
    )  # fmt: skip
    wanted = {"mine": [free], "pool": [take, give], "all": [take, give, free]}[tab]
    own = {take.verb: sight.person.has("callback_agent"), give.verb: boss, free.verb: boss or tab == "mine"}
    return [batch for batch in wanted if own[batch.verb]]


def _agents(sight: Sight) -> list[tuple[Staff, int]]:
    if not sight.person.has("floor_supervisor"):
        return []
    found = list(queries.agents())
    loads = queries.loads([agent.pk for agent in found], sight.at)
    return [(agent, loads.get(agent.pk, 0)) for agent in found]


def _rows(orders: Sequence[WorkOrder], sight: Sight, *, held: bool) -> list[Row]:
    """Return the lines; whose they are is told where the tab does not say it."""
    tasks = queries.holders(orders, sight.at) if held else {}
    shown = lists.lines(orders, sight.pack, sight.at, ClockKind.CALLBACK)
    rows = [row_of(line, tasks.get(line.order.pk), sight) for line in shown]
    return [replace(row, fits=_fits(tasks.get(row.line.order.pk), sight)) for row in rows] if held else rows


def _fits(task: CallTask | None, sight: Sight) -> tuple[str, ...]:
    """What can be done with an order of the list of all: it is free, or it is one's own to release."""
    if task is None:
        return ("take", "assign")
    return ("release",) if sight.person.has("floor_supervisor") or task.staff_id == sight.person.id else ()


def row_of(line: lists.Line, task: CallTask | None, sight: Sight) -> Row:
    """Return an order in the list: whose it is, how often it was tried."""
    order = line.order
    tried = (_("未接通 %(n)s 次") % {"n": order.attempts},) if order.attempts else ()
    second = (_("第二次回访"),) if order.callbacks else ()
    unit = order.lead_unit.name if order.lead_unit else ""
    return Row(line, note=unit, chips=(*_whose(task, sight), *second, *tried), mark=order.number)


def _whose(task: CallTask | None, sight: Sight) -> tuple[str, ...]:
    if task is None:
        return ()
    return (_("我的"),) if task.staff_id == sight.person.id else (_("%(name)s 负责") % {"name": task.staff.name},)


@needs("supervisor")
@require_GET
def unhappy(request: HttpRequest) -> HttpResponseBase:
    """List the orders answered at once whose check suggests to open them again."""
    sight = web.look(request)
    orders = sampling.to_reopen(sight.person)
    page = lists.page_of(orders.select_related("lead_unit"), request.GET.get("after", ""), by="closed_at", down=True)
    bench = Bench(
        desk="unhappy",
        rows=[Row(line) for line in lists.lines(page.rows, sight.pack, sight.at)],
        page=page,
        empty=(_("没有建议重启的工单"), _("直接答复抽查没有解决或不满意的工单会出现在这里，由您决定是否重启。")),
        words="回访",
    )
    return show(request, sight, bench)


# Taking, giving, releasing


@needs(*queries.CALLERS)
@require_POST
def take(request: HttpRequest) -> HttpResponseBase:
    """Take the marked orders, or so many of those due first."""
    by, at = actor(request), order_queries.database_time()
    marked, count = request.POST.getlist("mark"), request.POST.get("count", "")

    def do() -> services.Taken:
        if "count" in request.POST:
            return services.take_next(_number(count), by=by, at=at)
        return services.take(marked, by=by, at=at)

    return _told(request, _("领取"), do, "mine")


@needs("floor_supervisor")
@require_POST
def assign(request: HttpRequest) -> HttpResponseBase:
    """Give the marked orders to the chosen agents, evenly."""
    by, at = actor(request), order_queries.database_time()
    marked, staff = request.POST.getlist("mark"), [_number(pk) for pk in request.POST.getlist("staff")]
    return _told(request, _("分配"), lambda: services.assign(marked, staff, by=by, at=at), "all")


@needs(*queries.CALLERS)
@require_POST
def release(request: HttpRequest) -> HttpResponseBase:
    """Put the marked orders back into the pool."""
    freed = services.release(request.POST.getlist("mark"), by=actor(request), at=order_queries.database_time())
    messages.success(request, _("已释放 %(n)s 件") % {"n": freed})
    return _back("mine" if not actor(request).has("floor_supervisor") else "all")


def _told(request: HttpRequest, verb: str, do: Callable[[], services.Taken], tab: str) -> HttpResponseBase:
    try:
        taken = do()
    except DomainError as error:
        messages.error(request, error.message)
        return _back("pool")
    text = _("%(verb)s %(n)s 件") % {"verb": verb, "n": len(taken.numbers)}
    if taken.held:
        text += _("；%(n)s 件没有办成：%(why)s") % {"n": len(taken.held), "why": _why(taken.held)}
    level = messages.WARNING if taken.held else messages.SUCCESS
    messages.add_message(request, level, text)
    return _back(tab if taken.numbers else "pool")


def _why(held: Sequence[tuple[str, str]]) -> str:
    found = Counter(_("%(name)s 负责") % {"name": name} if name else _("已不待回访") for _number, name in held)
    return "；".join(f"{why}（{n}）" for why, n in found.most_common(3))


def _back(tab: str) -> HttpResponseBase:
    return redirect(f"{reverse('callback:queue')}?tab={tab}")


def _number(text: Any) -> int:
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0
