"""What a careful centre lets a person look at first, whatever a model says (DIS-05).

An order that may not go by itself is left with the reason; nothing here asks a model. A pack lets urgent, sensitive
and upper-dated orders go by themselves only by naming them (`dispatching.yaml`, `also`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from open12345.directory.person import SYSTEM
from open12345.dispatch.direct import needs_of
from open12345.orders import claims
from open12345.orders.models import WorkOrder
from open12345.orders.stages import LIVING, ApplicationState, LinkKind, Stage, Urgency
from open12345.policy import Pack
from open12345.repeats.models import Kind
from open12345.repeats.queries import on_arrival

#: Levels of a mass complaint that are dispatched together (`dispatch.mass`), not one by one.
_GRAVE: Final = frozenset({"orange", "red"})
#: Why an order is left to people, by code; kept with the decision (`AutomaticDispatch.why`).
WHY: Final[dict[str, str | Promise]] = {
    "mode": _("这一类没有开通自动派单"),
    "confidential": _("保密工单由人派"),
    "pending": _("有申请待审批"),
    "claimed": _("已有派单员打开"),
    "urgent": _("紧急、次紧急工单由人派"),
    "alarming": _("有紧急词，由人判断紧急程度"),
    "sensitive": _("有敏感词，由人派"),
    "upper": _("上级限时的工单由人派"),
    "special": _("特殊种类的工单由人派"),
    "answerable": _("可以直接答复的诉求由人判断"),
    "repeat": _("可能是重复来电，由人判断催办还是派单"),
    "many": _("多人反映同一件事，由人判断是否一起派"),
    "direct": _("属于点对点派单的事项"),
    "no_classifier": _("没有分类，也没有在用的分类模型"),
    "unknown": _("认不准是哪一类"),
    "no_unit": _("没有可以推荐的单位"),
    "below": _("把握不到门槛"),
    "held": _("熔断：暂停自动派单"),
    "surge": _("陌生事项激增，全部暂停"),
    "master": _("总开关已关"),
    "overtaken": _("判断时工单有了变化"),
    "failed": _("自动派单没有成功"),
}


def waits(order: WorkOrder) -> bool:
    """Say whether an order waits for its very first dispatch.

    What came back is people's matter, and so is what was cancelled and begun again before it was ever sent.
    """
    fresh = order.stage == Stage.ACCEPTED and order.round == 0 and not order.returns_granted
    return fresh and not order.events.filter(action="reopen").exists()


def left_to_people(pack: Pack, order: WorkOrder, at: datetime) -> str:
    """Return why a person must look at an order first (a code of `WHY`), "" where nothing speaks for that.

    Asks for the order's applications, links and claim, and the index of repeats; what stands on the order itself
    decides first.
    """
    return next(_reasons(pack, order, at), "")


def _reasons(pack: Pack, order: WorkOrder, at: datetime) -> Iterator[str]:
    yield from plain_reasons(pack, order)
    if order.locked_by or order.applications.filter(state=ApplicationState.PENDING).exists():
        yield "pending"
    if order.links.filter(kind=LinkKind.REPEAT_OF, other__stage__in=LIVING).exists():
        yield "repeat"
    if claims.held(order, at) is not None:
        yield "claimed"
    yield from _alike(pack, order)


def _alike(pack: Pack, order: WorkOrder) -> Iterator[str]:
    """Yield what the index of repeats says: the same person again, or many about one matter (群发, grave 群诉).

    It has what was indexed by then: of orders that arrive within the same seconds some may not be found yet.
    """
    found = on_arrival(order, SYSTEM, pack)
    if found.of(Kind.AGAIN) is not None:
        yield "repeat"
    mass = found.of(Kind.MASS)
    if found.of(Kind.SENT) is not None or (mass is not None and mass.level in _GRAVE):
        yield "many"


def plain_reasons(pack: Pack, order: WorkOrder) -> Iterator[str]:
    """Yield the reasons that stand on the order itself: also asked when past orders are replayed."""
    also = pack.dispatching.also
    if order.confidential:
        yield "confidential"
    if order.urgency != Urgency.ORDINARY and "urgent" not in also:
        yield "urgent"
    if order.order_type != "ordinary":
        yield "special"
    if order.upper_due_at is not None and "upper" not in also:
        yield "upper"
    if "sensitive" not in also and pack.words.found_in(f"{order.title}\n{order.body}"):
        yield "sensitive"
    if "urgent" not in also and any(word in f"{order.title}\n{order.body}" for word in _alarms(pack, order)):
        yield "alarming"
    kind = pack.kinds.get(order.kind)
    if kind is not None and kind.answer_directly:
        yield "answerable"
    if needs_of(pack, order):
        yield "direct"


def _alarms(pack: Pack, order: WorkOrder) -> tuple[str, ...]:
    """Return the words of the pack and of the category that speak for urgency, whatever was chosen at the desk."""
    return pack.urgent_words(order.category or None) + pack.urgencies["semi_urgent"].words
