"""A leader's instructions on screen: how they are asked, above the order they are on, and the leader's own list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET

from open12345.directory.person import Person
from open12345.directory.web import needs
from open12345.handling.instructions import of_leader, on_top
from open12345.handling.models import Instruction
from open12345.orders import lists, web
from open12345.orders.asking import Asking, Choices, ask
from open12345.orders.bench import Bench, Row, show
from open12345.orders.helps import Help
from open12345.orders.helps import lend as lend_help
from open12345.orders.listing import Tab
from open12345.orders.parts import hang
from open12345.orders.sight import Sight
from open12345.orders.stages import LIVE_STATES, Role
from open12345.ui import navigation

_TABS = {"open": __("未回复"), "answered": __("已回复")}


def units_on_it(asking: Asking) -> Choices:
    """Return the units that have a share of the order now."""
    order = asking.sight.order
    now = [a for a in asking.sight.scene.assignments if a.round == order.round and a.state in LIVE_STATES]
    return [(a.unit.code, a.unit.name) for a in now if a.role != Role.COPY]


def lead_now(asking: Asking) -> str:
    """Return the unit that leads the order now."""
    units = dict(units_on_it(asking))
    lead = asking.sight.order.lead_unit
    return lead.code if lead is not None and lead.code in units else ""


ask("unit", "instruct", choices=units_on_it, first=lead_now, blank=__("热线中心"))
ask("text", "instruct", "answer_instruction", lines=4)


@needs("leader")
@require_GET
def instructions(request: HttpRequest) -> HttpResponseBase:
    """List what the leader said: first what nobody has answered, the oldest on top."""
    sight = web.look(request)
    tab = "answered" if request.GET.get("tab") == "answered" else "open"
    found = of_leader(sight.person, answered=tab == "answered")
    page = lists.page_of(found, request.GET.get("after", ""), by="at")
    bench = Bench(
        desk="instructions",
        rows=_rows(page.rows, sight),
        page=page,
        rest=f"tab={tab}",
        tabs=[Tab(code, title, code == tab) for code, title in _TABS.items()],
        empty=(_("没有批示"), _("在工单页的“批示”里写明要求，单位回复前会排在这里。")),
        words="时限",
    )
    return show(request, sight, bench)


def _rows(found: list[Instruction], sight: Sight) -> list[Row]:
    orders = list({row.order_id: row.order for row in found}.values())
    lines = {line.order.pk: line for line in lists.lines(orders, sight.pack, sight.at)}
    return [_row(row, lines[row.order_id], sight) for row in found]


def _row(row: Instruction, line: lists.Line, sight: Sight) -> Row:
    late = row.answered_at is None and row.reply_by is not None and row.reply_by < sight.at
    unit = row.unit.name if row.unit else _("热线中心")
    return Row(line, note=unit, due=row.reply_by, late=late, clocked=False, state=row.order.get_stage_display())


def unanswered_of(person: Person) -> int:
    """Return how many of a leader's instructions nobody has answered."""
    return of_leader(person, answered=False).count()


def lend() -> None:
    """Lend the list to the leader's menu, and the instructions to the top of their order."""
    entry = navigation.Entry(
        "handling:instructions", __("批示"), frozenset({"leader"}), order=45, hint=__("您的批示，未回复的在前"),
        count=unanswered_of,
    )  # fmt: skip
    navigation.register(entry)
    hang(Instruction)
    web.add_desk("instructions", web.Desk("handling:instructions", __("批示"), queue=False))
    lend_help(Help("handling.instructions", "handling/parts/instructions.html", on_top, frozenset({"top"}), order=1))
