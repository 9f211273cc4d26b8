"""Sealing what names a person: AES-256-GCM, one key per requester, wrapped by a master key.

The associated data binds table, row and field, so that a sealed value moved elsewhere does not open.
Destroying a requester's wrapped key erases the person for good; history and figures stay.
A key service (KMS, HSM) plugs in by another `KeyProvider`.
"""

from __future__ import annotations

import hmac
import os
from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
_INDEX_BYTES = 16


class KeyProvider(Protocol):
    """Whoever keeps the master key."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return `key` sealed for `context`."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key; raises `SealError` where the seal is broken."""

    def index_key(self) -> bytes:
        """Return the secret of the blind indexes."""


class SealError(Exception):
    """A sealed value does not open: wrong key, wrong place, or tampered with."""


def seal(key: bytes, value: bytes, context: bytes) -> bytes:
    """Return nonce + ciphertext of `value`, bound to `context`."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Return the value; raises `SealError`."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
    except InvalidTag as error:
        msg = f"sealed value does not open in {context.decode()}"
        raise SealError(msg) from error


class FileKeys:
    """The default provider: a master key in a file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self._master = _read_or_make(path)
        self._box = AESGCM(self._master)
        self._index = hmac.digest(self._master, b"open12345 blind index", "sha256")

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return `key` sealed under the master key."""
        nonce = os.urandom(_NONCE)
        return nonce + self._box.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key sealed by `wrap`."""
        return unseal(self._master, wrapped, context)

    def index_key(self) -> bytes:
        """Return the secret of the blind indexes, derived from the master key."""
        return self._index


def _read_or_make(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        master = path.read_bytes()
    else:
        master = os.urandom(32)
        with os.fdopen(descriptor, "wb") as file:
            file.write(master)
            file.flush()
            os.fsync(file.fileno())
    if len(master) != 32:  # noqa: PLR2004 - AES-256
        msg = f"master key {path.name} is damaged: 32 bytes expected, {len(master)} found; restore it from the backup"
        raise SealError(msg)
    return master


@cache
def provider() -> KeyProvider:
    """Return the one provider of this process."""
    return FileKeys(Path(settings.OPEN12345_HOME) / "keys" / "master.key")


def new_key() -> bytes:
    """Return a fresh 256-bit key."""
    return os.urandom(32)


def blind_index(kind: str, canonical: str) -> bytes:
    """Return the keyed digest by which an encrypted `canonical` value is found again (16 bytes)."""
    message = f"{kind}:{canonical}".encode()
    return hmac.digest(provider().index_key(), message, "sha256")[:_INDEX_BYTES]
