"""How a dispatcher is asked: who is recommended stands first, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.dispatch.advice import Reason, Recommendation, kept
from open12345.dispatch.automatic import modes
from open12345.orders.asked import all_units
from open12345.orders.asking import Aside, Asking, Choices, aside, ask, order_of_fields
from open12345.policy import Pack

RESPONSIBILITIES: Final = [
    ("", __("按责任清单")), ("first_asked", __("首接负责")), ("designated", __("指定")), ("fallback", __("兜底")),
]  # fmt: skip


#: Units of which the reasons are told.
_TOLD: Final = 4


@dataclass(frozen=True)
class Reasoned:
    """A recommendation in words."""

    lead: str
    unit: str
    percent: int
    co_handlers: str
    responsibility: str
    clause: str
    no_return: bool
    reasons: tuple[Reason, ...]
    #: Whether the pack's floor is reached; below it the desk says that it is not sure.
    sure: bool
    #: What taking it puts into the form.
    takes: str


def advised(asking: Asking) -> list[Recommendation]:
    """Return who is recommended for the order, asked once for the form; nobody where that is switched off."""
    sight = asking.sight
    if not modes.suggests(sight.pack, sight.order.category):
        return []
    return kept(sight.pack, sight.order, at=sight.at, viewer=sight.person)


def in_words(pack: Pack, found: Recommendation) -> Reasoned:
    """Return a recommendation as it is shown."""
    return Reasoned(
        lead=found.lead, unit=pack.unit_tree[found.lead].name, percent=round(100 * found.probability),
        clause=found.clause if found.item else "", co_handlers="、".join(_names(pack, found.co_handlers)),
        no_return=found.no_return, responsibility=_responsibility(found),
        reasons=found.reasons, sure=found.sure(pack.dispatching.sure_from),
        takes=f"lead={found.lead} co_handlers={'|'.join(found.co_handlers)}",
    )  # fmt: skip


def _responsibility(found: Recommendation) -> str:
    """Return how the unit is named by the duty list, "" where it is not."""
    return str(dict(RESPONSIBILITIES).get(found.responsibility, "")) if found.item or found.responsibility else ""


def told_of(pack: Pack, found: Recommendation) -> str:
    """Return in one phrase why a unit is recommended: principle or responsibility, else the weightiest reason."""
    principle = pack.duty.principle(found.principle)
    listed = principle.title if principle else str(dict(RESPONSIBILITIES).get(found.responsibility or "?", ""))
    speaks_for = (reason.text for reason in found.reasons if reason.weight > 0)
    return listed or next(speaks_for, "") or next((reason.text for reason in found.reasons), "")


def _names(pack: Pack, codes: Sequence[str]) -> list[str]:
    return [pack.unit_tree[code].name for code in codes if code in pack.unit_tree]


def leads(asking: Asking) -> Choices:
    """Return the recommended units first, then all."""
    units = asking.sight.pack.unit_tree
    named = [(one.lead, f"{units[one.lead].name} · {round(100 * one.probability)}%") for one in advised(asking)]
    return ([(_("推荐"), named)] if named else []) + all_units(asking)


def _filled_in(asking: Asking) -> Recommendation | None:
    """Return what the form says before anybody chooses: the first unit, nothing where that is not sure enough."""
    first = next(iter(advised(asking)), None)
    return first if first and first.sure(asking.sight.pack.dispatching.sure_from) else None


def first_lead(asking: Asking) -> str:
    """Return the unit that is recommended first, "" where the desk is not sure of it."""
    found = _filled_in(asking)
    return found.lead if found else ""


def first_co_handlers(asking: Asking) -> tuple[str, ...]:
    """Return the co-handlers that go with it."""
    found = _filled_in(asking)
    return found.co_handlers if found else ()


@aside("dispatch")
def reasons_beside(asking: Asking) -> Aside:
    """Show who is recommended, and why."""
    found = [in_words(asking.sight.pack, one) for one in advised(asking)[:_TOLD]]
    return "dispatch/parts/reasons.html", {"suggestions": found, "unsure": bool(found) and not found[0].sure}


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
