"""Point-to-point dispatch (点对点派单, DIS-09): a listed need goes from the leader in charge to a unit's leader.

000: the district's leader in charge sends urgent medical and other listed needs straight to the main leaders of units.
Which needs those are is pack data (`dispatching.yaml`, direct). The unit may not return what was sent so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from pydantic import Field

from open12345.directory import packs
from open12345.directory.roles import Role as Post
from open12345.dispatch.suggest import suggest
from open12345.orders.acts import Input, effect, only_where, rule
from open12345.orders.asked import all_units
from open12345.orders.asking import Asking, Choices, ask, order_of_fields
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.inputs import Code, Line, NeededCode
from open12345.orders.models import WorkOrder
from open12345.orders.rounds import Plan, open_round, plan_problems
from open12345.policy import Pack
from open12345.policy.dispatching import DirectNeed

#: With these characters the reason of such a dispatch begins, here and in orders of other platforms.
TITLE: Final = "点对点派单"


class DirectInput(Input):
    """For which listed need, to which unit, and on whose word."""

    need: NeededCode = Field(title="点对点事项")
    lead: Code = Field(default="", title="主办单位")
    co_handlers: tuple[Code, ...] = Field(default=(), max_length=10, title="协办单位")
    sent_by: Line = Field(default="", title="派发领导")
    reason: Line = Field(default="", title="要求")


def needs_of(pack: Pack, order: WorkOrder) -> list[DirectNeed]:
    """Return the listed needs that an order is one of: by its category or one above it, or by a word that was said."""
    above = {row.code for row in pack.category_tree.lineage(order.category)} if order.category else set()
    text = f"{order.title}\n{order.body}"
    return [
        need for need in pack.dispatching.direct
        if above.intersection(need.categories) or any(word in text for word in need.words)
    ]  # fmt: skip


def _listed(order: WorkOrder, _assignment: object) -> bool:
    return bool(needs_of(packs.pack_of(order.pack_version), order))


only_where("send_directly", _listed)


@rule("send_directly")
def _of_the_list(change: Change, said: DirectInput) -> Iterator[Problem]:
    if said.need not in {need.code for need in needs_of(change.pack, change.order)}:
        yield Problem("need", "not_listed", _("这件工单不属于点对点清单里的这一事项；请按一般程序派单"))


@rule("send_directly")
def _to_whom(change: Change, said: DirectInput) -> Iterator[Problem]:
    lead = said.lead or _first_named(change.pack, change.order)
    if not lead:
        yield Problem("lead", "missing", _("责任清单没有对应单位，请选择主办单位"))
    yield from plan_problems(lead, said.co_handlers)


@rule("send_directly")
def _on_whose_word(change: Change, said: DirectInput) -> Iterator[Problem]:
    if not said.sent_by and not change.by.has(Post.LEADER):
        yield Problem("sent_by", "missing", _("点对点派单由分管领导派发：写明是哪位领导"))


@effect("send_directly", DirectInput)
def send_directly(change: Change, said: DirectInput) -> None:
    """Send the order straight to the unit's leader: designated, not to be returned; opens a round."""
    need = next(need for need in needs_of(change.pack, change.order) if need.code == said.need)
    lead = said.lead or _first_named(change.pack, change.order)
    wish = f"；{said.reason}" if said.reason else ""
    open_round(change, Plan(
        lead=lead, co_handlers=said.co_handlers, responsibility="designated", no_return=True,
        clause=f"{TITLE}：{need.title}" + (f"（{need.source}）" if need.source else ""),
        facts={
            "need": need.code, "sent_by": said.sent_by or change.by.name,
            "reason": change.masked(f"{TITLE}：{need.title}{wish}"),
        },
    ))  # fmt: skip


def _first_named(pack: Pack, order: WorkOrder) -> str:
    named = next(iter(suggest(pack, order)), None)
    return named.lead if named else ""


# How it is asked


def _needs(asking: Asking) -> Choices:
    return [(need.code, need.title) for need in needs_of(asking.sight.pack, asking.sight.order)]


def _first_need(asking: Asking) -> str:
    return next((code for code, _title in _needs(asking)), "")


def _first_lead(asking: Asking) -> str:
    return _first_named(asking.sight.pack, asking.sight.order)


def _by_another(asking: Asking) -> bool:
    return not asking.sight.person.has(Post.LEADER)


ask("need", "send_directly", choices=_needs, first=_first_need, radios=True)
ask("lead", "send_directly", choices=all_units, first=_first_lead, blank=__("请选择"), needed=True)
ask("co_handlers", "send_directly", choices=all_units)
ask("sent_by", "send_directly", shown=_by_another, needed=True, hint=__("受哪位分管领导委托派发，如“副区长 李某”。"))
ask("reason", "send_directly", hint=__("对办理的要求；单位负责人会收到通知，不得退单。"))
order_of_fields("send_directly", "need", "lead", "co_handlers", "sent_by", "reason")
