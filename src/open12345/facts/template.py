"""The text of `rows.sql`, whole."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from open12345.facts import columns, lending

TEMPLATE: Final = (Path(__file__).parent / "rows.sql").read_text(encoding="utf-8")


#: How each table of the template names its order.
_ORDER_OF: Final = {"o": "o.id", **{alias: f"{alias}.order_id" for alias in "ecap"}}


def rows_sql(condition: str = "true") -> str:
    """Return the SELECT of all rows of the orders for which the condition holds; `{id}` in it is the order's id.

    The condition stands at every table that is read, so that each is read through its index.
    """
    of = {alias: condition.format(id=name) for alias, name in _ORDER_OF.items()}
    return TEMPLATE.format(of=of, exclusions=lending.exclusions(), columns=columns.select_list())
