"""An embedding service over the network: texts in, vectors out, by the protocol `POST …/v1/embeddings` of OpenAI.

Many programs that run models on a centre's own machines speak it. Two kinds of callers: jobs (`embed`) wait, try again
and go on in batches; who types (`embed_soon`) waits for a moment only, and after some failures not at all until the
service has rested. Personal data is masked before a text leaves; no redirect is followed and no proxy of the
environment used, so texts and key go to the address that the operator named and to no other.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx
import numpy as np
from numpy.typing import NDArray

from open12345.text import mask_text

Vectors = NDArray[np.float32]

#: Tries of a job for one batch, the first pause between them (seconds, doubled each time), and the longest one.
_TRIES, _PAUSE, _LONGEST_PAUSE = 4, 0.5, 30.0
#: Bytes of an answer per text, beyond which it is no list of numbers of ours.
_ANSWER: Final = 256 * 1024
#: Answers after which another try may help.
_AGAIN: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
#: Questions of desks under way at once in a process; one more does without.
_AT_ONCE: Final = 16


class EmbeddingAway(Exception):
    """The service does not answer, or not what the protocol says; never holds a text, a key or an address."""


class EmbeddingRefused(EmbeddingAway):
    """The service will not answer this, however often it is asked: a wrong key, an unknown model."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the service is and how it is asked. Seconds; `longest` in characters, of which head and tail are sent."""

    url: str
    """All before `/embeddings`, e.g. http://10.0.0.5:8080/v1."""
    model: str
    key: str = field(default="", repr=False)
    seconds: float = 0.25
    """How long a desk waits."""
    patience: float = 30.0
    """How long a job waits for one batch."""
    batch: int = 64
    longest: int = 2000


@dataclass(slots=True)
class Rest:
    """Keeps desks from a service that has failed: after `failures` in a row nobody asks for a while, then one does."""

    failures: int = 3
    first: float = 15.0
    longest: float = 240.0
    clock: Callable[[], float] = time.monotonic
    _failed: int = 0
    _until: float = 0.0
    _asking: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_ask(self) -> bool:
        """Say whether to ask now; while resting no, and when the rest is over only one asks until it has an answer."""
        with self._lock:
            if self._failed < self.failures:
                return True
            if self._asking or self.clock() < self._until:
                return False
            self._asking = True
            return True

    def answered(self) -> None:
        """Forget the failures."""
        with self._lock:
            self._failed, self._asking = 0, False

    def failed(self) -> None:
        """Count a failure; each beyond the allowed ones doubles the rest."""
        with self._lock:
            self._failed, self._asking = self._failed + 1, False
            rounds = self._failed - self.failures
            if rounds >= 0:
                self._until = self.clock() + min(self.longest, self.first * 2.0 ** min(rounds, 30))


class EmbeddingService:
    """One service, asked by all threads of a process."""

    def __init__(
        self, endpoint: Endpoint, *, rest: Rest | None = None, pause: float = _PAUSE,
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        self.endpoint, self.rest, self._pause = endpoint, rest or Rest(), pause
        headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._client = httpx.Client(
            headers=headers, follow_redirects=False, trust_env=False, transport=transport,
            limits=httpx.Limits(max_connections=_AT_ONCE * 2),
        )  # fmt: skip
        self._desks: ThreadPoolExecutor | None = None
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    @property
    def name(self) -> str:
        """Return the model whose vectors come; those of two models have nothing to do with each other."""
        return self.endpoint.model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length 1 per text, for a job: in batches, each tried some times with growing pauses.

        Raises `EmbeddingAway`.
        """
        size = max(1, self.endpoint.batch)
        parts = [self._patient(texts[start : start + size]) for start in range(0, len(texts), size)]
        if len({part.shape[1] for part in parts}) > 1:
            raise EmbeddingAway("The embedding service answers with vectors of several lengths.")
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def embed_soon(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors within `endpoint.seconds` or raise `EmbeddingAway`; at once while the service rests."""
        if not self._room.acquire(blocking=False):
            raise EmbeddingAway("The embedding service is behind with its answers.")
        if not self.rest.may_ask():
            self._room.release()
            raise EmbeddingAway("The embedding service has failed and rests.")
        future = self._pool().submit(self._once, list(texts), self.endpoint.seconds)
        future.add_done_callback(self._done)
        try:
            found = future.result(self.endpoint.seconds)
        except TooLate as error:
            self.rest.failed()
            raise EmbeddingAway("The embedding service did not answer in time.") from error
        except EmbeddingAway:
            self.rest.failed()
            raise
        self.rest.answered()
        return found

    def _done(self, _future: Future[Vectors]) -> None:
        self._room.release()

    def _pool(self) -> ThreadPoolExecutor:
        if self._desks is None:  # made where it is used: processes fork before
            self._desks = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="embedding")
        return self._desks

    def _patient(self, texts: Sequence[str]) -> Vectors:
        pause = self._pause
        for tried in range(1, _TRIES + 1):
            try:
                return self._once(texts, self.endpoint.patience)
            except EmbeddingRefused:
                raise
            except _Later as error:
                if tried == _TRIES:
                    raise EmbeddingAway(str(error)) from error
                wait = max(error.after, pause * (0.5 + random.random()))  # noqa: S311 - spreads tries, nothing secret
                time.sleep(min(_LONGEST_PAUSE, wait))
                pause *= 2
        raise AssertionError("the last try returns or raises")

    def _once(self, texts: Sequence[str], seconds: float) -> Vectors:
        said = [sent(text, self.endpoint.longest) for text in texts]
        body = {"model": self.endpoint.model, "input": said, "encoding_format": "float"}
        asked = self._client.build_request("POST", f"{self.endpoint.url}/embeddings", json=body, timeout=seconds)
        try:
            answer = self._client.send(asked, stream=True)
            try:
                if answer.status_code != HTTPStatus.OK:
                    raise _refusal(answer)
                found = _read(answer, _ANSWER * len(said))
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise _Later(f"The embedding service cannot be reached: {type(error).__name__}.") from None
        return _vectors(found, len(said))


class _Later(EmbeddingAway):
    """Another try may help; `after`: seconds that the service asks to wait."""

    def __init__(self, text: str, after: float = 0.0) -> None:
        super().__init__(text)
        self.after = after


def sent(text: str, longest: int) -> str:
    """Return what leaves the house of a text: masked, head and tail of a long one, never empty."""
    masked = mask_text(text).text.strip()
    if len(masked) > longest:
        tail = longest // 4
        masked = f"{masked[: longest - tail]}\n{masked[-tail:]}"
    return masked or "-"


def _refusal(answer: httpx.Response) -> EmbeddingAway:
    status = answer.status_code
    if status not in _AGAIN:
        return EmbeddingRefused(f"The embedding service refuses with status {status}: look at its address and key.")
    after = answer.headers.get("Retry-After", "")
    return _Later(f"The embedding service answers with status {status}.", float(after) if after.isdecimal() else 0.0)


def _read(answer: httpx.Response, most: int) -> Any:
    """Read the JSON of an answer of at most so many bytes."""
    found = bytearray()
    for piece in answer.iter_bytes():
        found += piece
        if len(found) > most:
            raise EmbeddingRefused("The embedding service answers with far more than vectors.")
    try:
        return json.loads(found)
    except ValueError as error:
        raise _Later("The embedding service answers with something that is no JSON.") from error


def _vectors(found: Any, count: int) -> Vectors:
    """Return the vectors in the order of the texts, each of length 1; raises where one is missing or no vector."""
    try:
        rows = sorted((int(one["index"]), one["embedding"]) for one in found["data"])
        vectors = np.array([row for _place, row in rows], np.float32)
        places = [place for place, _row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise EmbeddingRefused("The embedding service answers with something that is no list of vectors.") from error
    if places != list(range(count)) or vectors.ndim != 2 or not vectors.size:  # noqa: PLR2004 - texts by numbers
        raise EmbeddingRefused(f"The embedding service answers with {len(places)} vectors to {count} texts.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(vectors).all() or not (lengths > 0).all():
        raise EmbeddingRefused("The embedding service answers with vectors that are no directions.")
    return np.asarray(vectors / lengths, np.float32)
