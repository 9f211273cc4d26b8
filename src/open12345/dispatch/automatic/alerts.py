"""Who hears that a breaker changed: the dispatchers and floor supervisors of the centre, by the bell."""

from __future__ import annotations

from typing import Final

from open12345.dispatch.models import BreakerChange, BreakerScope, BreakerState
from open12345.orders import news
from open12345.orders.news import News

PAGE: Final = "dispatch:breakers"
_KINDS: Final = {BreakerState.OPEN: "breaker_tripped", BreakerState.CLOSED: "breaker_closed"}


def tell(change: BreakerChange) -> None:
    """Tell those who look after dispatching that a breaker opened or closed; a half opening is no news."""
    kind = _KINDS.get(BreakerState(change.state))
    if kind is None or change.state == change.state_from:
        return
    facts = {"scope": str(change.scope), "code": change.key, "forced": change.forced}
    if change.scope not in (BreakerScope.SURGE, BreakerScope.MASTER):
        facts["rate"] = change.figures.get("rate")
    told = {name: value for name, value in facts.items() if value is not None and value != "" and value is not False}
    news.tell(News(kind, None, None, f"b{change.pk}", change.by_id, change.at, page=PAGE, facts=told))
