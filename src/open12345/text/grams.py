"""Keys of a text: its fingerprint, its search terms, and how alike two texts are."""

import re
from hashlib import blake2b
from operator import add
from typing import Final

from .clean import normalise

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\u3007\uf900-\ufaff\U00020000-\U0003ffff"
_TERMS: Final = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_FIRST_HAN: Final = "\u3400"
_A_HAN: Final = re.compile(f"[{_HAN}]")
_WORD: Final = re.compile(r"[^\W_]+")
_BYTES: Final = 16


def bare(s: str) -> str:
    """Return the letters and digits of the normalised text, lower-case, without anything between."""
    return "".join(_WORD.findall(normalise(s).casefold()))


def fingerprint(s: str) -> bytes:
    """Return 16 bytes that are equal for texts equal but for punctuation, spaces, case and width.

    A text without any letter or digit is taken as normalised, so that emoji differ.
    """
    return blake2b((bare(s) or normalise(s)).encode(), digest_size=_BYTES).digest()


def bigrams(s: str) -> list[str]:
    """Return search terms in order: pairs of Chinese characters, words of letters and digits.

    A Chinese run of one character is a term itself; to look for a single character, search terms
    that begin with it.
    """
    return [term for run in runs(s) for term in terms_of(run)]


def runs(s: str) -> list[str]:
    """Return the runs of Chinese characters, and of letters and digits, of which `bigrams` makes its terms."""
    found: list[str] = _TERMS.findall(normalise(s).casefold())
    return found


def terms_of(run: str) -> tuple[str, ...]:
    """Return the search terms of one of `runs`."""
    if len(run) > 1 and run[0] >= _FIRST_HAN and _is_han(run[0]):
        return tuple(map(add, run, run[1:]))
    return (run,)


def similarity(a: str, b: str) -> float:
    """Return the share of character pairs that two texts have in common (Jaccard), 0 to 1."""
    one, other = _pairs(a), _pairs(b)
    if not one or not other:
        return float(one == other)
    return len(one & other) / len(one | other)


def containment(part: str, whole: str) -> float:
    """Return the share of the character pairs of `part` that `whole` has too, 0 to 1."""
    one, other = _pairs(part), _pairs(whole)
    return len(one & other) / len(one) if one else 0.0


def _is_han(char: str) -> bool:
    return _A_HAN.match(char) is not None


def _pairs(s: str) -> set[str]:
    text = bare(s)
    return {text[n : n + 2] for n in range(len(text) - 1)} or ({text} if text else set())
