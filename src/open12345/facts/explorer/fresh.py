"""How fresh the figures are, in a line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from django.utils.timezone import localtime

from open12345.facts import store


class Fresh(NamedTuple):
    """Up to which moment the facts are whole, and how long ago that was (seconds)."""

    at: datetime
    seconds: int


def fresh(now: datetime, as_of: object = None) -> Fresh | None:
    """Return how fresh the facts are; None for what was published, which does not change."""
    looked = store.looked_at()
    if looked is None or as_of is not None:
        return None
    at = datetime.fromtimestamp(looked, UTC)
    return Fresh(localtime(at), max(0, round((now - at).total_seconds())))
