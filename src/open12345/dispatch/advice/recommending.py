"""The ranked list of units for an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.dispatch.advice.shapes import Reason, Recommendation
from open12345.dispatch.suggest import Suggestion, suggest
from open12345.orders.models import WorkOrder
from open12345.policy import Pack


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
    """Return the units for each of several orders in a fixed number of queries."""
    return [_listed(pack, order)[:most] for order in orders]


def _listed(pack: Pack, order: WorkOrder) -> list[Recommendation]:
    found: dict[str, Recommendation] = {}
    for rank, one in enumerate(suggest(pack, order)):
        found.setdefault(one.lead, _from_list(one, rank))
    return list(found.values())


def _from_list(one: Suggestion, rank: int) -> Recommendation:
    source, title = ("duty", _("责任清单")) if one.item else ("territory", "")
    text = " ".join(filter(None, (title, one.item, one.clause)))
    return Recommendation(
        lead=one.lead, co_handlers=one.co_handlers, probability=0.8 / (rank + 1), item=one.item,
        principle=one.principle, clause=one.clause, responsibility=one.responsibility, no_return=one.no_return,
        reasons=(Reason("duty" if source == "duty" else "territory", text, 1.0),),
    )  # fmt: skip
