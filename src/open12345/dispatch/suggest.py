"""Which unit the duty list names for an order, with the clause that says so (DIS-02, DIS-18)."""

from __future__ import annotations

from dataclasses import dataclass

from open12345.orders.models import WorkOrder
from open12345.policy import Pack
from open12345.policy.duty import DutyItem
from open12345.policy.names import TERRITORY

#: After so many granted returns nobody may return again: designated, else the territory takes it (order.md).
DISPUTES = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit with the reason a person can check."""

    lead: str
    co_handlers: tuple[str, ...]
    item: str
    principle: str
    clause: str
    responsibility: str
    no_return: bool


def suggest(pack: Pack, order: WorkOrder) -> list[Suggestion]:
    """Return the units of the duty list for the order's category, most specific first, the territory last."""
    found = [_from_item(pack, order, item) for item in pack.duty.find(order.category)] if order.category else []
    wanted = [suggestion for suggestion in found if suggestion is not None]
    fallback = _territory(pack, order)
    if fallback is not None and all(s.lead != fallback.lead for s in wanted):
        wanted.append(fallback)
    if order.returns_granted >= DISPUTES and fallback is not None:
        return [fallback]
    return wanted


def _area(order: WorkOrder) -> str | None:
    return order.area.code if order.area else None


def _from_item(pack: Pack, order: WorkOrder, item: DutyItem) -> Suggestion | None:
    unit = pack.territory_unit(_area(order)) if item.to_territory else pack.unit_tree.get(item.lead)
    if unit is None:
        return None
    principle = pack.duty.principle(item.principle)
    clause = item.clause or (principle.clause if principle else "")
    return Suggestion(
        lead=unit.code, co_handlers=_co_handlers(pack, order, item, unit.code), item=item.code,
        principle=item.principle or "", clause=clause[:200], responsibility="first_asked",
        no_return=item.no_return,
    )  # fmt: skip


def _co_handlers(pack: Pack, order: WorkOrder, item: DutyItem, lead: str) -> tuple[str, ...]:
    """The item's co-handlers; "territory" is the unit of the order's area, nobody where the area is not known."""
    here = pack.territory_unit(_area(order))
    codes = [(here.code if here else "") if code == TERRITORY else code for code in item.co_handlers]
    return tuple(dict.fromkeys(code for code in codes if code and code != lead))


def _territory(pack: Pack, order: WorkOrder) -> Suggestion | None:
    """The fallback responsibility (兜底): who looks after the place, where nobody else is named."""
    unit = pack.territory_unit(_area(order))
    if unit is None:
        return None
    return Suggestion(
        lead=unit.code, co_handlers=(), item="", principle="", clause="属地托管（兜底责任）",
        responsibility="fallback", no_return=order.returns_granted >= DISPUTES,
    )  # fmt: skip
