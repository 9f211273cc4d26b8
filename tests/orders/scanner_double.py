"""A stand-in for ClamAV's daemon that speaks its protocol word for word (clamd(8), INSTREAM)."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.orders.files import EICAR


@dataclass
class Daemon:
    """What the stand-in was sent, and how it is to behave."""

    address: str
    stream_at_most: int = 1 << 20
    silent: bool = False
    seen: list[bytes] = field(default_factory=list)
    chunks: list[int] = field(default_factory=list)


@contextmanager
def daemon(path: Path | None = None, *, stream_at_most: int = 1 << 20, silent: bool = False) -> Iterator[Daemon]:
    """Run a stand-in on a socket file, or on a port of this machine."""
    if path is not None:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(str(path))
        server.listen()
        found = Daemon(f"unix:{path}", stream_at_most, silent)
    else:
        server = socket.create_server(("127.0.0.1", 0))
        found = Daemon(f"127.0.0.1:{server.getsockname()[1]}", stream_at_most, silent)
    thread = threading.Thread(target=_serve, args=(server, found), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def _serve(server: socket.socket, found: Daemon) -> None:
    while True:
        try:
            line, _peer = server.accept()
        except OSError:
            return
        with line:
            line.sendall(_answer(line, found))


def _answer(line: socket.socket, found: Daemon) -> bytes:
    if _exactly(line, 10) != b"zINSTREAM\0":
        return b"UNKNOWN COMMAND\0"
    data = b""
    while size := struct.unpack(">I", _exactly(line, 4))[0]:
        if len(data) + size > found.stream_at_most:
            return b"INSTREAM size limit exceeded. ERROR\0"
        data += _exactly(line, size)
        found.chunks.append(size)
    found.seen.append(data)
    if found.silent:
        return b""
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"


def _exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part:
            return data.ljust(count, b"\0")
        data += part
    return data
