"""Numbers that look drawn but are told by their key alone, so that any request can be made without those before it."""

from functools import lru_cache
from typing import Final

_MASK: Final = (1 << 64) - 1


def mix(*keys: int) -> int:
    """Return 64 well-mixed bits of the keys (the finaliser of splitmix64, once per key)."""
    x = _first(keys[0])
    for key in keys[1:]:
        x = (x + key * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15) & _MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
        x ^= x >> 31
    return x


@lru_cache(maxsize=256)
def _first(key: int) -> int:
    """Mix the first key, which is nearly always the seed of the run."""
    x = (0x9E3779B97F4A7C15 + key * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def stir(key: int, salt: int) -> int:
    """Return other bits of a key that is well mixed already: half the work of `mix`."""
    x = ((key ^ (salt * 0xBF58476D1CE4E5B9)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 29)


def key_of(text: str) -> int:
    """Return a number for a text, the same in every process (unlike `hash`)."""
    x = 0xCBF29CE484222325
    for byte in text.encode():
        x = ((x ^ byte) * 0x100000001B3) & _MASK
    return x
