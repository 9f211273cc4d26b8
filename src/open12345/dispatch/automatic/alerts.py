"""Who hears that a breaker changed: the dispatchers and floor supervisors of the centre, by the bell."""

from __future__ import annotations

from open12345.dispatch.models import BreakerChange


def tell(change: BreakerChange) -> None:
    """Tell those who look after dispatching that a breaker tripped or closed."""
