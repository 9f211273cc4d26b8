"""Cards of the home page: the applications that wait for one's decision, and what is late in the whole centre."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.orders import dues, inbox, queries
from open12345.orders.models import Application, WorkOrder
from open12345.orders.sight import Sight
from open12345.orders.stages import LIVING
from open12345.ui import home


def waiting(person: Person, visit: home.Visit) -> home.Shown | None:
    """Return the oldest applications; None where none waits."""
    try:
        pack = packs.shown_at(visit.at)
    except packs.NoPack:
        return None
    found = inbox.decidable(Sight(person=person, at=visit.at, pack=pack))
    if not found:
        return None
    titles = {code: rule.title for code, rule in pack.applications.items()}
    return home.Shown(
        figures=[home.Figure(_("全部"), len(found), reverse("orders:inbox"))],
        rows=[_row(asked, titles) for asked in found[: home.TOP]],
    )


def _row(asked: Application, titles: dict[str, str]) -> home.Row:
    unit = asked.asked_unit.name if asked.asked_unit else _("中心")
    url = f"{reverse('orders:inbox')}?{urlencode({'open': asked.order.number})}"
    title = f"{titles.get(asked.kind, asked.kind)} · {asked.order.title}"
    return home.Row(url, title, unit, at=asked.asked_at, happened=_("申请于"))


def late(person: Person, visit: home.Visit) -> home.Shown:
    """Return the open orders that are late, the longest late first."""
    url = reverse("orders:list")
    overdue = queries.visible_to(person).filter(stage__in=LIVING, due_at__lt=visit.at)
    counted = overdue.annotate(n_late=Window(Count("pk"))).select_related("lead_unit")
    found = list(counted.order_by("due_at", "pk")[: home.TOP])
    rows = [_late_row(order) for order in found]
    count = found[0].n_late if found else 0
    figures = [home.Figure(dues.TITLES["late"], count, f"{url}?state=late", late=True)]
    return home.Shown(figures, rows, _("没有超时的工单"))


def closed(person: Person, visit: home.Visit) -> home.Shown:
    """Return the orders that were closed last, for who inspects how they were handled."""
    del visit
    found = queries.visible_to(person).filter(closed_at__isnull=False).select_related("lead_unit")
    rows = [
        home.Row(reverse("orders:page", args=[order.number]), order.title,
                 order.lead_unit.name if order.lead_unit else "", at=order.closed_at, happened=_("结案于"))
        for order in found.order_by("-closed_at", "-pk")[: home.TOP]
    ]  # fmt: skip
    return home.Shown((), rows, _("还没有结案的工单"))


def _late_row(order: WorkOrder) -> home.Row:
    unit = order.lead_unit.name if order.lead_unit else ""
    url = reverse("orders:page", args=[order.number])
    return home.Row(url, order.title, f"{order.get_stage_display()} · {unit}".rstrip(" ·"), due=order.due_at, late=True)


def lend() -> None:
    """Add the cards; called once when the room starts."""
    watching = frozenset({"supervisor", "leader", "floor_supervisor", "inspector"})
    home.lend(home.Card("late", __("全部工单"), "orders:list", watching, late, order=70))
    inspecting = frozenset({"inspector"})
    home.lend(home.Card("closed", __("最近结案"), "orders:list", inspecting, closed, order=75))
    home.lend(home.Card("applications", __("审批"), "orders:inbox", frozenset(inbox.DECIDERS), waiting, order=60))
