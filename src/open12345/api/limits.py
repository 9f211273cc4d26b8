"""How many requests a key may make: a token bucket per key, in each web process.

Counting in the process costs no SQL. With N web processes a key can reach N times its limit, which is good enough to
stop a runaway client; a limit that must be exact belongs into the proxy in front.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

#: Seconds' worth of requests that may come at once after a rest.
BURST_SECONDS = 10.0
_KEPT = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Limiter:
    """Buckets by key; `take` is safe among threads."""

    def __init__(self) -> None:
        self._buckets: dict[int, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, key: int, per_minute: int, now: float | None = None) -> float:
        """Take one request; return 0, or the seconds to wait where none is left. `per_minute` 0: no limit."""
        if per_minute <= 0:
            return 0.0
        rate = per_minute / 60
        most = max(1.0, rate * BURST_SECONDS)
        moment = time.monotonic() if now is None else now
        with self._lock:
            bucket = self._bucket(key, most, moment)
            bucket.tokens = min(most, bucket.tokens + (moment - bucket.filled_at) * rate)
            bucket.filled_at = moment
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0.0
            return (1 - bucket.tokens) / rate

    def _bucket(self, key: int, most: float, now: float) -> _Bucket:
        if key not in self._buckets and len(self._buckets) >= _KEPT:
            self._buckets.clear()
        return self._buckets.setdefault(key, _Bucket(most, now))

    def forget(self) -> None:
        """Start anew (tests)."""
        with self._lock:
            self._buckets.clear()


limiter = Limiter()
