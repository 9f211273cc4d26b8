"""How a dispatcher is asked: the duty list's unit first, with the clause that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.dispatch.suggest import Suggestion, suggest
from open12345.orders.asked import all_units
from open12345.orders.asking import Aside, Asking, Choices, aside, ask, order_of_fields
from open12345.orders.models import WorkOrder
from open12345.policy import Pack

RESPONSIBILITIES: Final = [
    ("", __("按责任清单")), ("first_asked", __("首接负责")), ("designated", __("指定")), ("fallback", __("兜底")),
]  # fmt: skip


@dataclass(frozen=True)
class Reasoned:
    """A suggestion in words."""

    lead: str
    unit: str
    co_handlers: str
    responsibility: str
    principle: str
    clause: str
    item: str
    no_return: bool


def reasoned(pack: Pack, order: WorkOrder) -> list[Reasoned]:
    """Return whom the duty list names for the order, each with its reason."""
    return [_in_words(pack, found) for found in suggest(pack, order)]


def _in_words(pack: Pack, found: Suggestion) -> Reasoned:
    principle = pack.duty.principle(found.principle)
    item = next((item.title for item in pack.duty.items if item.code == found.item), "")
    return Reasoned(
        lead=found.lead, unit=pack.unit_tree[found.lead].name, clause=found.clause, item=item,
        co_handlers="、".join(_names(pack, found.co_handlers)), no_return=found.no_return,
        responsibility=str(dict(RESPONSIBILITIES).get(found.responsibility, "")),
        principle=principle.title if principle else "",
    )  # fmt: skip


def _names(pack: Pack, codes: Sequence[str]) -> list[str]:
    return [pack.unit_tree[code].name for code in codes if code in pack.unit_tree]


def leads(asking: Asking) -> Choices:
    """Return the suggested units first, then all."""
    named = [(s.lead, s.unit) for s in reasoned(asking.sight.pack, asking.sight.order)]
    return ([(_("责任清单"), named)] if named else []) + all_units(asking)


def _first(asking: Asking) -> Suggestion | None:
    return next(iter(suggest(asking.sight.pack, asking.sight.order)), None)


def first_lead(asking: Asking) -> str:
    """Return the unit that the duty list names first."""
    found = _first(asking)
    return found.lead if found else ""


def first_co_handlers(asking: Asking) -> tuple[str, ...]:
    """Return the co-handlers that go with it."""
    found = _first(asking)
    return found.co_handlers if found else ()


@aside("dispatch")
def reasons_beside(asking: Asking) -> Aside:
    """Show whom the duty list names, and why."""
    found = reasoned(asking.sight.pack, asking.sight.order)
    return "dispatch/parts/reasons.html", {"suggestions": found}


def returned_before(asking: Asking) -> bool:
    """Say whether the order came back at least once."""
    return asking.sight.order.returns_granted > 0


ask("lead", "dispatch", choices=leads, first=first_lead, blank=__("请选择"), needed=True)
ask("co_handlers", "dispatch", choices=all_units, first=first_co_handlers)
ask("in_copy", "dispatch", choices=all_units)
ask("direct", "dispatch", hint=__("派到工作站、居村委时，中间各级抄送。"))
ask("responsibility", "dispatch", choices=RESPONSIBILITIES)
ask("no_return", "dispatch", hint=__("不选时按责任清单。"))
ask("reason", "dispatch", hint=__("指定时写明谁指定、何时。"))
order_of_fields("dispatch", "lead", "co_handlers", "in_copy", "direct", "responsibility", "reason", "no_return")
