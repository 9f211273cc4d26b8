"""Short ways to a month that can be ranked."""

from __future__ import annotations

from open12345.appraisal import queries
from open12345.appraisal.months import Month, month_of
from open12345.facts import services as mirror
from tests.cast import HEARD, Town
from tests.orders.walks import closed, to_callback


def unhappy_month(town: Town) -> Month:
    """Last month, in the facts: of three orders the market office has one unhappy citizen, the urban office none."""
    now, last = town.now, month_of(queries.today(town.pack, town.now)).back()
    town.now = now.replace(year=last.first.year, month=last.first.month, day=9, hour=1)
    for unit in ("urban", "urban", "urban", "market", "market"):
        closed(town, unit)
    number = to_callback(town, "market")
    town.do("callback_agent", number, "close", {**HEARD, "satisfied": "dissatisfied", "cause": "policy"})
    town.now = now
    mirror.refresh(now)
    return last
