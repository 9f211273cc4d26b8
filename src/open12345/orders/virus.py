"""Asking a virus scanner about a file before it is kept: ClamAV's daemon by its own protocol (INSTREAM).

`OPEN12345_CLAMAV` names the daemon: `unix:/run/clamav/clamd.ctl` or `host:3310`. Unset, nothing is scanned, and every
answer about an upload says so. A scanner that is named but does not answer lets nothing through.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
from typing import BinaryIO, Final, Protocol

from django.utils.translation import gettext as _

from open12345.orders.errors import DomainError

log = logging.getLogger(__name__)

VARIABLE: Final = "OPEN12345_CLAMAV"
_SECONDS: Final = 60.0
_CHUNK: Final = 64 * 1024
_PORT: Final = 3310
_REPLY_AT_MOST: Final = 4096


class ScannerAway(DomainError):
    """A scanner is set up but gives no verdict; the file is not kept, trying again later may help."""

    status = 503
    code = "scanner_away"


class Scanner(Protocol):
    """Whoever tells whether a file is infected."""

    def scan(self, file: BinaryIO) -> str:
        """Return the name of what was found, "" for a clean file; raises `ScannerAway`."""


class Clamd:
    """ClamAV's daemon behind a socket (clamd(8), "INSTREAM")."""

    def __init__(self, address: str, seconds: float = _SECONDS) -> None:
        self._address = address
        self._seconds = seconds

    def scan(self, file: BinaryIO) -> str:
        """Return the signature that was found, "" for a clean file; raises `ScannerAway`."""
        try:
            with self._connect() as line:
                reply = _ask(line, file)
        except (OSError, ValueError) as error:
            raise _away(str(error)) from error
        return _verdict(reply)

    def _connect(self) -> socket.socket:
        kind, _colon, place = self._address.partition(":")
        if kind == "unix" or self._address.startswith("/"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self._seconds)
            line.connect(place if kind == "unix" else self._address)
            return line
        return socket.create_connection((kind, int(place or _PORT)), self._seconds)


def _ask(line: socket.socket, file: BinaryIO) -> str:
    """Send the file in chunks, each behind its length (four bytes, big-endian), a length of zero last."""
    file.seek(0)
    try:
        line.sendall(b"zINSTREAM\0")
        while chunk := file.read(_CHUNK):
            line.sendall(struct.pack(">I", len(chunk)) + chunk)
        line.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # the daemon hangs up on a stream over its own limit; its reply says so
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < _REPLY_AT_MOST:
        part = line.recv(_REPLY_AT_MOST)
        if not part:
            break
        reply += part
    return reply.rstrip(b"\0\n").decode(errors="replace")


def _verdict(reply: str) -> str:
    """`stream: OK`, `stream: Eicar-Signature FOUND`, or an error."""
    _stream, _colon, word = reply.partition(": ")
    if word == "OK":
        return ""
    if word.endswith(" FOUND"):
        return word.removesuffix(" FOUND")
    raise _away(reply)


def _away(why: str) -> ScannerAway:
    log.error("virus scanner gives no verdict: %s", why[:200])
    return ScannerAway(_("病毒查杀暂时不可用，文件没有保存，请稍后重试"))


def scanner() -> Scanner | None:
    """Return the scanner that is set up, None where there is none."""
    address = os.environ.get(VARIABLE, "")
    return Clamd(address) if address else None
