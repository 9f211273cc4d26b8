"""The API served for real: sockets, threads, commits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import httpx
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from tests.api.callers import V1, Caller

T = TypeVar("T")


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *args: object) -> None:
        return


@contextmanager
def served() -> Iterator[str]:
    """Serve this process's application on a port of its own; yields the address of the API."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, allow_reuse_address=False)
    server.set_app(get_wsgi_application())
    server.request_queue_size = 64
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{V1}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def client_of(caller: Caller, address: str) -> httpx.Client:
    """Return an HTTP client that shows the caller's key, with a connection of its own."""
    return httpx.Client(base_url=address, headers=caller.headers, timeout=60, trust_env=False)


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Do `work(0…count-1)` in as many threads, all let off at the same moment."""
    ready = threading.Barrier(count)

    def one(place: int) -> T:
        ready.wait(30)
        return work(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
