"""Whether an order goes to a unit by itself, decided once after it was taken in, with all it rested on (DIS-05).

Models are asked first, without a lock; then, in one transaction under the order's lock, it is asked once more whether
a person looks first, the breakers are asked, and the order is dispatched together with its `AutomaticDispatch`, or left
to people with the reason. Where the order, or what was decided about its category, changed in between, it is looked at
again. Whatever fails leaves the order as it was.
"""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.person import SYSTEM
from open12345.dispatch.advice import Recommendation, decided_with, recommend
from open12345.dispatch.automatic import breakers, careful, reading
from open12345.dispatch.automatic.modes import Ruling, Rulings
from open12345.dispatch.automatic.reading import Reading
from open12345.dispatch.automatic.surge import STRANGE
from open12345.dispatch.models import AutomaticDispatch, Decision, Mode
from open12345.orders import queries
from open12345.orders.models import WorkOrder
from open12345.orders.rounds import known_units
from open12345.orders.services import perform
from open12345.policy import Pack

#: How often an order is looked at anew because somebody changed it meanwhile.
_TRIES: Final = 3
_OTHERS: Final = 3
_RESPONSIBILITIES: Final = frozenset({"first_asked", "fallback"})
_HELD: Final = {"master": "master", "surge": "surge"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the platform would do with an order, before the breakers are asked; `why` "" says that it may go."""

    order: WorkOrder
    pack: Pack
    reading: Reading
    ruling: Ruling
    why: str = ""
    advice: tuple[Recommendation, ...] = ()

    @property
    def best(self) -> Recommendation | None:
        """The unit that it would go to."""
        return self.advice[0] if self.advice else None

    @property
    def probability(self) -> float | None:
        """That category and unit are right together (0-1)."""
        return self.best.probability * self.reading.probability if self.best else None


class _Overtaken(Exception):
    """The order, or what was decided about its category, changed after it was judged."""


def look(
    order_id: int, *, now: Callable[[], datetime], draw: Callable[[], float] = random.random
) -> AutomaticDispatch | None:
    """Decide about an order that was just taken in, and do it; None where there is nothing (more) to decide.

    `draw` (0 <= draw < 1) samples the probes of half-open breakers. Never raises: what fails is logged, and the order
    waits for people.
    """
    try:
        return _look(order_id, now, draw)
    except Exception:  # a model, a service or a rule that fails must not keep an order from people
        log.exception("order %s could not be dispatched by itself", order_id)
        return _failed(order_id, now())


def _look(order_id: int, now: Callable[[], datetime], draw: Callable[[], float]) -> AutomaticDispatch | None:
    for _attempt in range(_TRIES):
        order = WorkOrder.objects.select_related("area", "requester").filter(pk=order_id).first()
        if order is None or not careful.waits(order) or _decided(order):
            return None
        at = now()
        pack = packs.pack_at(at)[1]
        rulings = Rulings(pack)
        if not rulings.anything_automatic:
            return None
        found = judge(pack, rulings, order, at)
        try:
            return _settle(found, at, draw)
        except _Overtaken:
            continue
    return _leave(found, at, "overtaken")


def _decided(order: WorkOrder) -> bool:
    return AutomaticDispatch.objects.filter(order=order).exists()


# --- judging ------------------------------------------------------------------------------------------


def judge(pack: Pack, rulings: Rulings, order: WorkOrder, at: datetime) -> Judgement:
    """Say what would be done with an order and why; changes nothing, takes no lock."""
    found = reading.read(pack, order)
    seen = _as_read(order, found)
    ruling = rulings.of(found.category)
    why = _before_advice(pack, seen, found, ruling, at)
    if why:
        return Judgement(order, pack, found, ruling, why)
    advice = tuple(recommend(pack, seen, at=at, most=_OTHERS))
    whole = Judgement(order, pack, found, ruling, advice=advice)
    return Judgement(order, pack, found, ruling, _after_advice(whole), advice)


def _as_read(order: WorkOrder, found: Reading) -> WorkOrder:
    """Return the order as if the category stood there: the stored one is written only with the dispatch."""
    seen = copy.copy(order)
    seen.category = found.category
    return seen


def _before_advice(pack: Pack, seen: WorkOrder, found: Reading, ruling: Ruling, at: datetime) -> str:
    if not found.category:
        return "unknown" if found.classifier else "no_classifier"
    if found.guessed and (found.strangeness or 0) >= STRANGE:
        return "unknown"
    if ruling.mode != Mode.AUTOMATIC or ruling.threshold is None:
        return "mode"
    return careful.left_to_people(pack, seen, at)


def _after_advice(found: Judgement) -> str:
    best, probability, threshold = found.best, found.probability, found.ruling.threshold
    if best is None or probability is None or not known_units([best.lead]):
        return "no_unit"
    return "below" if threshold is None or probability < threshold else ""


# --- doing it -----------------------------------------------------------------------------------------


@transaction.atomic
def _settle(found: Judgement, at: datetime, draw: Callable[[], float]) -> AutomaticDispatch | None:
    """Dispatch or leave the order, with the row that says why; raises `_Overtaken` where it is not as it was judged."""
    order = queries.get_for(SYSTEM, found.order.number, lock=True)
    if not careful.waits(order) or _decided(order):
        return None
    if order.head_seq != found.order.head_seq:
        raise _Overtaken
    at = max(at, order.changed_at)
    best = found.best
    if found.why or best is None:
        return _keep(found, at, Decision.LEFT, why=found.why or "no_unit")
    if why := _since(found, order, at):
        return _keep(found, at, Decision.LEFT, why=why)
    verdict = breakers.ask(found.pack, found.reading.category, best.lead, at, draw())
    if not verdict.allowed:
        why = _HELD.get(verdict.held_by, "held")
        return _keep(found, at, Decision.LEFT, why=why, verdict=verdict)
    _dispatch(found, best, at)
    return _keep(found, at, Decision.DISPATCHED, verdict=verdict)


def _since(found: Judgement, order: WorkOrder, at: datetime) -> str:
    """Return why people look first after all: who opened the order, or linked it, while models were asked.

    Raises `_Overtaken` where something else holds for the category by now.
    """
    if Rulings(found.pack).of(found.reading.category) != found.ruling:
        raise _Overtaken
    return careful.left_to_people(found.pack, _as_read(order, found.reading), at)


def _dispatch(found: Judgement, best: Recommendation, at: datetime) -> None:
    """Write the guessed category and dispatch, each by its own act of the life cycle, as the platform itself.

    The event keeps the recommendation that was decided with: asked anew under the lock it may be another one by now.
    """
    number, key = found.order.number, f"automatic/{found.order.pk}"
    if found.reading.guessed:
        said = {"category": found.reading.category, "reason": _("智能识别分类")}
        perform(number, "amend", said, by=SYSTEM, at=at, key=f"{key}/category")
    helpers = known_units(best.co_handlers)
    dispatched = {
        "lead": best.lead,
        "co_handlers": [code for code in best.co_handlers if code in helpers],
        "responsibility": best.responsibility if best.responsibility in _RESPONSIBILITIES else "",
        "no_return": best.no_return,
        "reason": best.clause or _("智能派单：按同类工单的承办惯例"),
    }
    with decided_with({found.order.pk: found.advice}):
        perform(number, "dispatch", dispatched, by=SYSTEM, at=at, key=key)


def _keep(
    found: Judgement, at: datetime, decision: Decision, *, why: str = "", verdict: breakers.Verdict | None = None
) -> AutomaticDispatch:
    best = found.best
    unit = known_units([best.lead]).get(best.lead) if best else None
    return AutomaticDispatch.objects.create(
        order=found.order, at=at, round=1, decision=decision, why=why, category=found.reading.category, unit=unit,
        probability=found.probability, threshold=found.ruling.threshold, classifier_id=found.reading.classifier,
        recommender_id=best.model if best else None, clause=best.clause[:200] if best else "",
        basis=_basis(found), breakers=verdict.states if verdict else {}, probe=bool(verdict and verdict.probe),
    )  # fmt: skip


def _basis(found: Judgement) -> dict[str, Any]:
    """Return all that the decision rested on, to be read back years later."""
    ruling, row = found.ruling, found.ruling.row
    told = found.reading.as_json()
    told["mode"] = {"mode": ruling.mode.value, "of": ruling.of, "decision": row.pk if row else None}
    if found.best:
        told["recommendation"] = found.best.as_json()
        told["others"] = [[one.lead, round(one.probability, 4)] for one in found.advice[1:]]
    return told


def _leave(found: Judgement, at: datetime, why: str) -> AutomaticDispatch | None:
    """Leave an order that is still as people have to find it, in a transaction of its own."""
    with transaction.atomic():
        order = queries.get_for(SYSTEM, found.order.number, lock=True)
        if not careful.waits(order) or _decided(order):
            return None
        return _keep(found, max(at, order.changed_at), Decision.LEFT, why=why)


def _failed(order_id: int, at: datetime) -> AutomaticDispatch | None:
    """Say on record that automatic dispatch failed; where not even that can be written, the log has it."""
    try:
        order = WorkOrder.objects.filter(pk=order_id).first()
        if order is None:
            return None
        pack = packs.pack_at(at)[1]
        nothing = Judgement(order, pack, Reading(order.category), Rulings(pack).of(order.category))
        return _leave(nothing, at, "failed")
    except Exception:
        log.exception("nothing could be written about order %s", order_id)
        return None
