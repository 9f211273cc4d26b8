"""Short ways to automatic dispatches and their breakers."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from open12345.directory.models import Unit
from open12345.dispatch.automatic import breakers, keys
from open12345.dispatch.automatic.breaker import Standing
from open12345.dispatch.automatic.breakers import Verdict
from open12345.dispatch.models import AutomaticDispatch, BreakerScope
from open12345.policy import Pack
from open12345.policy.dispatching import BreakerRule, Dispatching, SurgeRule
from tests.cast import Town
from tests.orders.walks import UNIT, dispatched

LEAF = "A0101"
RULE = BreakerRule(window=10, least=4, floor=0.8, pause_minutes=60, sample=0.5, probes=3)


def quick(pack: Pack, **more: Any) -> Pack:
    """The town's pack with breakers that trip after four outcomes."""
    rules = {"breaker": RULE, "surge": SurgeRule(window=20, sigmas=3), **more}
    return pack.model_copy(update={"dispatching": Dispatching(**rules)})


def sent(town: Town, unit: str = UNIT, **said: Any) -> AutomaticDispatch:
    """An order that went by itself, with the row that says so; the breakers let it."""
    category = said.get("category", LEAF)
    with transaction.atomic():
        verdict = ask(town, unit=unit, category=category)
        assert verdict.allowed, verdict
        return written(town, dispatched(town, unit, **said), unit, verdict, category=category)


def ask(town: Town, *, unit: str = UNIT, category: str = LEAF, draw: float = 0.1) -> Verdict:
    """Ask the breakers now."""
    with transaction.atomic():
        return breakers.ask(town.pack, category, unit, town.now, draw)


def written(town: Town, number: str, unit: str, verdict: Verdict, *, category: str = LEAF) -> AutomaticDispatch:
    """The row of a dispatch."""
    order = town.order(number)
    return AutomaticDispatch.objects.create(
        order=order, at=town.now, round=order.round, decision="dispatched", category=category,
        unit=Unit.objects.get(code=unit), breakers=verdict.states, probe=verdict.probe,
    )  # fmt: skip


def standing(town: Town, scope: BreakerScope = BreakerScope.ALL, code: str = "") -> Standing:
    """How a breaker stands."""
    key = keys.Key(scope, code)
    return keys.known(town.pack, [key])[key].standing
