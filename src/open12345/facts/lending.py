"""What rooms above add to the facts: reasons for which an order does not count, and word that something moved.

A room that decides exclusions (the appraisal's flow) lends a SELECT of (order_id, unit_id or NULL for all units, code);
when a decision changes, it calls `services.touch`, in the same transaction.
"""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "SELECT NULL::bigint AS order_id, NULL::bigint AS unit_id, NULL::text AS code WHERE false"
_exclusions: list[str] = []


def lend_exclusions(select: str) -> None:
    """Add a SELECT of (order_id, unit_id, code), without parameters; a percent sign in it is doubled."""
    if select not in _exclusions:
        _exclusions.append(select)


def take_back(select: str) -> None:
    """Take a lent SELECT away again."""
    _exclusions.remove(select)


def exclusions() -> str:
    """Return what is lent, as one SELECT."""
    return " UNION ALL ".join(_exclusions) or _NOTHING
