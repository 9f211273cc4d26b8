"""What a text is found again by: MinHash bands of its runs of three characters, and its exact fingerprint.

Eight bands of five minima each: two texts with 0.9 of their runs in common share a band in 999 of 1,000 cases, with
0.8 in 96 of 100, with 0.3 (one template, other facts) in 2 of 100. Whether they are near copies is decided by the
texts themselves (`matters.alike`); the bands only find them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from open12345.text import bare, fingerprint

BANDS: Final = 8
_ROWS: Final = 5
#: Letters and digits below which a text has no bands: it is found by its fingerprint alone.
SHORTEST: Final = 12
_RUN: Final = 3
_rng = np.random.default_rng(12345)
_FACTORS: Final = _rng.integers(1, 2**63, BANDS * _ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_WITHIN: Final = _rng.integers(1, 2**63, _ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_BAND_SALT: Final = _rng.integers(1, 2**63, BANDS, dtype=np.uint64)
_PLACES: Final = _rng.integers(1, 2**63, _RUN, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def print_of(text: str) -> int:
    """Return a number (64 bits, signed) that is equal for texts equal but for punctuation, spaces, case and width."""
    return int.from_bytes(fingerprint(text)[:8], "big", signed=True)


def bands_of(text: str) -> list[int]:
    """Return the bands of a text (32 bits each, signed); none for a text too short to be told from others."""
    letters = bare(text)
    if len(letters) < SHORTEST:
        return []
    codes = np.frombuffer(letters.encode("utf-32-le"), np.uint32).astype(np.uint64)
    runs: NDArray[np.uint64] = codes[:-2] * _PLACES[0] + codes[1:-1] * _PLACES[1] + codes[2:] * _PLACES[2]
    runs ^= runs >> np.uint64(31)
    mixed = runs[:, None] * _FACTORS
    mixed ^= mixed >> np.uint64(29)
    minima = (mixed * _FACTORS).min(axis=0).reshape(BANDS, _ROWS)
    found = (minima ^ (minima >> np.uint64(32))) * _WITHIN
    sums = found.sum(axis=1) + _BAND_SALT
    sums ^= sums >> np.uint64(33)
    return [int(number) for number in (sums >> np.uint64(32)).astype(np.uint32).view(np.int32)]
