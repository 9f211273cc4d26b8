"""The ranked list of units for an order: what is known is gathered once for a page, then each order is weighed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from open12345.directory.person import Person
from open12345.dispatch import learnt
from open12345.dispatch.advice import features, sources, stored, weights, wording
from open12345.dispatch.advice.evidence import Evidence, chain
from open12345.dispatch.advice.features import Candidate, Question
from open12345.dispatch.advice.shapes import Recommendation, Tip
from open12345.dispatch.advice.weights import Weights
from open12345.dispatch.suggest import DISPUTES, suggest
from open12345.orders import queries
from open12345.orders.models import WorkOrder
from open12345.policy import Pack

#: Where no category is set, so many that the words speak for are weighed, from this probability.
_GUESSED: Final = 4
_LEAST_SURE: Final = 0.05
#: What a number that says nothing may differ from 0 by.
_NOTHING: Final = 1e-6
_decided: ContextVar[Mapping[int, Sequence[Recommendation]]] = ContextVar("decided", default=MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as it is weighed: under one category, or under several with how sure the words make each."""

    order: WorkOrder
    under: tuple[tuple[str, float], ...]
    area: str
    text: str

    @property
    def question(self) -> Question:
        """The order without a category."""
        return Question("", self.area, self.text)


def recommend(
    pack: Pack, order: WorkOrder, *, at: datetime, most: int = 5, viewer: Person | None = None
) -> list[Recommendation]:
    """Return the units for one order, the best first, each once.

    `viewer`: precedents that this person may not see are not named in the reasons (None: for the platform itself).
    """
    return recommend_all(pack, [order], at=at, most=most, viewer=viewer)[0]


def recommend_all(
    pack: Pack, orders: Sequence[WorkOrder], *, at: datetime, most: int = 5, viewer: Person | None = None
) -> list[list[Recommendation]]:
    """Return the units for each of several orders; the number of queries does not grow with them."""
    asked = [_asked(pack, order) for order in orders]
    known = stored.evidence(
        (level for one in asked for code, _sure in one.under for level in chain(pack, code, one.area).all),
        {code for one in asked for code, _sure in one.under}, at,
    )  # fmt: skip
    back = stored.came_back([order.pk for order in orders if order.pk and order.round])
    found = weigh_all(pack, asked, known, back, sources.tips(pack, orders, at), weights.in_force(pack.id))
    return _seen([each[:most] for each in found], viewer)


@contextmanager
def decided_with(found: Mapping[int, Sequence[Recommendation]]) -> Iterator[None]:
    """Let what is done to orders in here, or shown of them, rest on recommendations that were asked for before.

    They are asked for without the orders' locks; `found`: what was recommended, by the order's id.
    """
    token = _decided.set(found)
    try:
        yield
    finally:
        _decided.reset(token)


def kept(pack: Pack, order: WorkOrder, *, at: datetime, viewer: Person | None = None) -> list[Recommendation]:
    """Return what `recommend` says, asked once for an order as it was read: form, aside and rules of one request.

    Within `decided_with` what was decided with, so that the event tells no other one.
    """
    decided = _decided.get()
    if order.pk in decided:
        return list(decided[order.pk])
    held: dict[Any, list[Recommendation]] = order.__dict__.setdefault("_advice", {})
    key = (at, order.category, order.area_id, order.returns_granted, viewer and viewer.ref)
    if key not in held:
        held[key] = recommend(pack, order, at=at, viewer=viewer)
    return held[key]


def _asked(pack: Pack, order: WorkOrder) -> Asked:
    area = order.area.code if order.area else ""
    if order.category:
        return Asked(order, ((order.category, 1.0),), area, f"{order.title}\n{order.body}")
    guesses = learnt.guessed(pack, order.title, order.body, confidential=order.confidential)[:_GUESSED]
    sure = tuple((one.code, one.probability) for one in guesses if one.probability >= _LEAST_SURE)
    return Asked(order, sure, area, f"{order.title}\n{order.body}")


def weigh_all(
    pack: Pack, asked: Sequence[Asked], known: Evidence, back: Mapping[int, frozenset[str]],
    tips: Sequence[Sequence[Tip]], weigh: Weights,
) -> list[list[Recommendation]]:  # fmt: skip
    """Return the ranked units of each order from what is known."""
    return [
        _disputed(one.order, weighed(pack, one, known, back.get(one.order.pk, frozenset()), said, weigh))
        for one, said in zip(asked, tips, strict=True)
    ]


def weighed(
    pack: Pack, asked: Asked, known: Evidence, back: frozenset[str], tips: Sequence[Tip], weigh: Weights
) -> list[Recommendation]:
    """Return the ranked units of one order.

    Without a set category: P(unit keeps it) = sum over categories of P(category | words) · P(unit keeps it | category).
    What the words leave open speaks for nobody; by place alone an order is weighed where they say nothing at all.
    """
    under = asked.under or (("", 1.0),)
    sums: dict[str, float] = {}
    tells: dict[str, tuple[float, Recommendation]] = {}
    for code, sure in under:
        for one in _under(pack, asked, code, known, back, tips, weigh):
            part = one.probability * sure
            sums[one.lead] = sums.get(one.lead, 0.0) + part
            if one.lead not in tells or part > tells[one.lead][0]:
                tells[one.lead] = (part, replace(one, ruled=code == asked.order.category and _listed_alone(one)))
    total = max(1.0, sum(sums.values()))
    ranked = [replace(one, probability=sums[code] / total) for code, (_part, one) in tells.items()]
    return sorted(ranked, key=lambda one: -one.probability)


def _listed_alone(one: Recommendation) -> bool:
    return {name for name, value in one.features.items() if abs(value) > _NOTHING} == {"duty"}


def _under(
    pack: Pack, asked: Asked, code: str, known: Evidence, back: frozenset[str], tips: Sequence[Tip], weigh: Weights
) -> Iterable[Recommendation]:
    order = asked.order
    listed = suggest(pack, WorkOrder(category=code, area=order.area)) if code != order.category else (
        suggest(pack, order)
    )  # fmt: skip
    question = Question(code, asked.area, asked.text, back, order.pk or 0)
    for own in features.candidates(pack, question, listed, tips, known):
        yield _recommended(pack, own, weigh)


def _recommended(pack: Pack, own: Candidate, weigh: Weights) -> Recommendation:
    listed, tip = own.listed, next(iter(own.tips), None)
    return Recommendation(
        lead=own.unit, probability=weigh.probability(own.values),
        co_handlers=listed.co_handlers if listed else (), item=listed.item if listed else "",
        principle=listed.principle if listed else "",
        clause=listed.clause if listed else tip.clause if tip else "",
        responsibility=listed.responsibility if listed else "", no_return=bool(listed and listed.no_return),
        reasons=wording.reasons(pack, own, weigh.parts(own.values)), model=weigh.number, features=dict(own.values),
    )  # fmt: skip


def _disputed(order: WorkOrder, found: list[Recommendation]) -> list[Recommendation]:
    """After the second granted return the territory alone is left, where there is one (order.md)."""
    if order.returns_granted < DISPUTES:
        return found
    fallback = [replace(one, ruled=True) for one in found if one.responsibility == "fallback" and not one.item]
    return fallback or found


def _seen(found: list[list[Recommendation]], viewer: Person | None) -> list[list[Recommendation]]:
    """Leave out precedents that the viewer may not see; the centre sees all that is dispatched."""
    if viewer is None or viewer.is_centre or viewer.kind == "system":
        return found
    named = {reason.number for each in found for one in each for reason in one.reasons if reason.number}
    seen = set(queries.visible_to(viewer).filter(number__in=named).values_list("number", flat=True)) if named else set()
    return [
        [
            replace(one, reasons=tuple(r for r in one.reasons if not r.number or r.number in seen))
            for one in each
        ]
        for each in found
    ]  # fmt: skip
