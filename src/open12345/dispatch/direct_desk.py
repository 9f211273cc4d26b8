"""The desk of point-to-point dispatch: the listed needs that still wait for the leader in charge."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.directory.web import needs
from open12345.dispatch.direct import needs_of
from open12345.orders import lists, queries, web
from open12345.orders.bench import Bench, Row, show
from open12345.orders.listing import Tab
from open12345.orders.models import Event, WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.stages import LIVING, ClockKind, Stage
from open12345.policy import Pack
from open12345.ui import navigation

_TABS: Final = {"": __("待派发"), "sent": __("已派发")}


def listed(person: Person, pack: Pack) -> QuerySet[WorkOrder]:
    """Return the orders waiting for dispatch that a listed need of the pack may be about."""
    found = Q()
    for need in pack.dispatching.direct:
        codes = [row.code for row in pack.categories if _under(pack, row.code, need.categories)]
        found |= Q(category__in=codes)
        for word in need.words:
            found |= Q(body__contains=word) | Q(title__contains=word)
    waiting = queries.visible_to(person).filter(stage=Stage.ACCEPTED)
    return waiting.filter(found) if found else waiting.none()


def _under(pack: Pack, code: str, wanted: tuple[str, ...]) -> bool:
    return any(row.code in wanted for row in pack.category_tree.lineage(code))


def sent(person: Person) -> QuerySet[WorkOrder]:
    """Return the open orders that were sent so."""
    so = Event.objects.filter(order=OuterRef("pk"), action="send_directly")
    return queries.visible_to(person).filter(Exists(so), stage__in=LIVING)


@needs("leader", "dispatcher")
@require_GET
def direct(request: HttpRequest) -> HttpResponseBase:
    """List what waits for a leader's word, the one due first on top; or what was sent and is still open."""
    sight = web.look(request)
    tab = "sent" if request.GET.get("tab") == "sent" else ""
    orders = sent(sight.person) if tab else listed(sight.person, sight.pack)
    page = lists.page_of(orders.select_related("area", "lead_unit"), request.GET.get("after", ""), by="due_at")
    lines = lists.lines(page.rows, sight.pack, sight.at, ClockKind.REPLY if tab else ClockKind.DISPATCH)
    bench = Bench(
        desk="direct",
        rows=[_row(sight, line) for line in lines],
        page=page,
        rest=f"tab={tab}" if tab else "",
        tabs=[Tab(code, title, code == tab) for code, title in _TABS.items()],
        empty=(_("没有待派发的点对点事项"), _empty(sight.pack)),
        words="点对点 派单 时限",
    )
    return show(request, sight, bench)


def _empty(pack: Pack) -> str:
    titles = "、".join(need.title for need in pack.dispatching.direct)
    if not titles:
        return _("本中心的规则包没有列出点对点事项。")
    return _("清单内的事项登记后会排在这里：%(titles)s。") % {"titles": titles}


def _row(sight: Sight, line: lists.Line) -> Row:
    titles = "、".join(need.title for need in needs_of(sight.pack, line.order))
    unit = line.order.lead_unit
    return Row(line, note=f"→ {unit.name}" if unit else titles)


def waiting(person: Person) -> int:
    """Return how many listed needs wait."""
    latest = WorkOrder.objects.order_by("-pk").values_list("pack_version", flat=True).first()
    return listed(person, packs.pack_of(latest)).count() if latest is not None else 0


def lend() -> None:
    """Lend the desk to the menu."""
    entry = navigation.Entry(
        "dispatch:direct", __("点对点"), frozenset({"leader", "dispatcher"}), order=22,
        hint=__("清单内的紧急事项，由分管领导直接派给单位负责人"), count=waiting,
    )  # fmt: skip
    navigation.register(entry)
    web.add_desk("direct", web.Desk("dispatch:direct", __("点对点")))
