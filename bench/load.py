"""A lean HTTP client: keep-alive sockets, prepared bytes, so that the load costs little of what is measured."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_CHUNK = 65536


@dataclass
class Tally:
    """What came back: seconds of each good answer, and the first lines of bad ones."""

    seconds: list[float] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    wall: float = 0.0

    def percentile(self, share: float) -> float:
        """Return the time within which `share` of the answers came (milliseconds)."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    @property
    def rate(self) -> float:
        """Return good answers per second."""
        return len(self.seconds) / self.wall


def post_forever(
    port: int, path: str, secret: str, bodies: Callable[[int], dict[str, object]], *, connections: int, seconds: float
) -> Tally:
    """Post over `connections` kept-alive connections for `seconds`; every request has a key of its own."""
    tally = Tally()
    numbers = iter(range(10**9))
    stop_at = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_one_connection, args=(port, path, secret, bodies, numbers, stop_at, tally))
        for _ in range(connections)
    ]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.wall = time.monotonic() - start
    return tally


def _one_connection(
    port: int, path: str, secret: str, bodies: Callable[[int], dict[str, object]], numbers: Iterator[int],
    stop_at: float, tally: Tally,
) -> None:  # fmt: skip
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < stop_at:
            request = _request(path, secret, bodies(next(numbers)))
            begun = time.perf_counter()
            peer.sendall(request)
            head = _answer(peer)
            if b" 201 " in head:
                tally.seconds.append(time.perf_counter() - begun)
            else:
                tally.bad.append(head.decode(errors="replace")[:400])


def _request(path: str, secret: str, body: dict[str, object]) -> bytes:
    content = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Idempotency-Key: {uuid.uuid4()}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _answer(peer: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(peer)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(rest) < length:
        rest += _more(peer)
    return head + b"\r\n\r\n" + rest


def _more(peer: socket.socket) -> bytes:
    chunk = peer.recv(_CHUNK)
    if not chunk:
        message = "the server closed the connection"
        raise ConnectionError(message)
    return chunk
