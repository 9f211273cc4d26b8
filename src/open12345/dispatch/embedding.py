"""The embedding service of this instance (DIS-03): one client per process, and a notice that all processes see."""

from __future__ import annotations

import logging
import time
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.cache import cache as shared

if TYPE_CHECKING:  # scikit-learn is loaded where a classifier is read
    from open12345.classify import EmbeddingService

#: Seconds for which the notice stands after the last text that had to do without, and between two notes of it.
STANDS: Final = 300
_NOTED_EVERY: Final = 30.0
_AWAY: Final = "dispatch.embedding.away"

log = logging.getLogger(__name__)
_lock = Lock()
_noted: list[float] = [float("-inf")]


def configured() -> bool:
    """Say whether the operator has named a service."""
    return bool(settings.EMBEDDING)


@cache
def service() -> EmbeddingService | None:
    """Return the client of the service that the operator has named, None without one."""
    if not configured():
        return None
    from open12345.classify import EmbeddingService, Endpoint  # noqa: PLC0415 - loads scikit-learn

    return EmbeddingService(Endpoint(**settings.EMBEDDING))


def note(why: str) -> None:
    """Let all processes know that a text had to be read without the service; written at most twice a minute."""
    with _lock:
        now = time.monotonic()
        if now - _noted[0] < _NOTED_EVERY:
            return
        _noted[0] = now
    log.warning("%s Texts are read by their characters alone.", why)
    shared.set(_AWAY, value=True, timeout=STANDS)


def is_away() -> bool:
    """Say whether a text had to be read without the service in the last minutes; no query where there is none."""
    return configured() and bool(shared.get(_AWAY))


def forget() -> None:
    """Make the client anew and drop the notice (tests: other settings)."""
    service.cache_clear()
    _noted[0] = float("-inf")
    shared.delete(_AWAY)
