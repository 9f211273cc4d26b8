"""What a key looks like: `o12345_<prefix>_<secret>`.

The secret is 256 random bits, so that its plain SHA-256 is safe to keep (nothing can be guessed or looked up) and
cheap to compare; the fixed beginning lets secret scanners find a key that leaked into a repository.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_START = "o12345"
_PREFIX_BYTES = 6
_SECRET_BYTES = 32
_SHAPE = re.compile(rf"{_START}_([0-9a-f]{{{2 * _PREFIX_BYTES}}})_([0-9a-f]{{{2 * _SECRET_BYTES}}})")


@dataclass(frozen=True, slots=True)
class Token:
    """A key as its owner holds it."""

    prefix: str
    secret: str

    def __str__(self) -> str:
        return f"{_START}_{self.prefix}_{self.secret}"

    @property
    def digest(self) -> bytes:
        """What is kept of the secret."""
        return hashlib.sha256(self.secret.encode()).digest()

    def fits(self, digest: bytes) -> bool:
        """Say, in constant time, whether `digest` was made of this secret."""
        return hmac.compare_digest(self.digest, digest)


def new_token() -> Token:
    """Return a fresh key."""
    return Token(secrets.token_hex(_PREFIX_BYTES), secrets.token_hex(_SECRET_BYTES))


def read_token(text: str) -> Token | None:
    """Return the key that `text` writes, None where it writes none."""
    found = _SHAPE.fullmatch(text)
    return Token(found[1], found[2]) if found else None
