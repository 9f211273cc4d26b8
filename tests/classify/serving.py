"""A stand-in for an embedding service: the same protocol over real HTTP, the same vector for the same text."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

MODEL, SIZE = "stand-in-64", 64


@cache
def _direction(pair: str, size: int) -> NDArray[np.float64]:
    return np.random.default_rng(crc32(pair.encode())).standard_normal(size)


def vector(text: str, size: int = SIZE) -> list[float]:
    """Return a sum of directions, one for each pair of characters: alike texts have alike vectors."""
    found = np.zeros(size)
    for pair in (text[n : n + 2] for n in range(max(1, len(text) - 1))):
        found += _direction(pair, size)
    return [float(value) for value in found / (np.linalg.norm(found) or 1)]


@dataclass
class Served:
    """One running stand-in: what it was asked, and what it shall do wrong."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    #: Answers of the next questions instead of vectors: a status with headers.
    fails: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    key: str = ""
    #: Seconds before each answer.
    slow: float = 0.0
    size: int = SIZE
    #: Makes another answer of a right one.
    spoil: Callable[[dict[str, Any]], Any] = lambda answer: answer

    @property
    def texts(self) -> list[str]:
        """All texts that have come."""
        return [text for body in self.asked for text in body["input"]]


def answer(served: Served, body: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
    """Return status, headers and JSON, as the protocol says."""
    if served.fails:
        status, headers = served.fails.pop(0)
        return status, headers, {"error": {"message": "not now", "type": "server_error"}}
    if body.get("model") != MODEL:
        return 404, {}, {"error": {"message": f"model {body.get('model')} not found", "type": "invalid_request_error"}}
    data = [{"object": "embedding", "index": n, "embedding": vector(text, served.size)}
            for n, text in enumerate(body["input"])]  # fmt: skip
    usage = {"prompt_tokens": sum(map(len, body["input"])), "total_tokens": sum(map(len, body["input"]))}
    return 200, {}, served.spoil({"object": "list", "data": data[::-1], "model": MODEL, "usage": usage})


def _handler(served: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.asked.append(body)
            served.headers.append(dict(self.headers))
            served.paths.append(self.path)
            time.sleep(served.slow)
            refused: tuple[int, dict[str, str], Any] = (401, {}, {"error": {"message": "wrong key"}})
            if served.key and self.headers.get("Authorization") != f"Bearer {served.key}":
                status, headers, told = refused
            else:
                status, headers, told = answer(served, body)
            raw = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    return Handler


@contextmanager
def serving() -> Iterator[Served]:
    """Run a stand-in on a free port of this machine."""
    served = Served()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
