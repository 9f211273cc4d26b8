"""One canonical form for whatever people type, paste or import."""

import re
import unicodedata
from typing import Final

# Kept as typed, because NFKC would ruin them: ，：；？！（）～ …, ①②, ㎡℃№, Ⅱ, ½, m², emoji.
_KEPT: Final = (
    "\uff0c\uff1a\uff1b\uff1f\uff01\uff08\uff09\uff5e\u2025\u2026\u203c\u2047-\u2049"
    "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2100-\u218f\u2460-\u24ff\u3200-\u33ff"
    "\U0001f000-\U0001faff"
)
# What NFKC may change, with the one character before it (a letter before its accent).
_CHANGEABLE: Final = re.compile(f"[^{_KEPT}]?[^\\x00-\\x7f\u4e00-\u9fff\u3001\u3002{_KEPT}]+")
# Control characters, soft hyphen, zero-width and direction marks, fillers, variation selectors,
# lone surrogates and noncharacters: nothing a reader sees, much that a database refuses.
_UNSEEN: Final = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef"
    "\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\\ud800-\\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_EMOJI: Final = (
    "\u00a9\u00ae\u203c\u2049\u2100-\u214f\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# A joiner or an emoji style mark that joins or styles no emoji.
_STRAY: Final = re.compile(f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])|(?<![{_EMOJI}])\ufe0f(?!\u20e3)")
_PAIR: Final = re.compile("[\\ud800-\\udbff][\\udc00-\\udfff]")
_BREAK: Final = re.compile("\\r\\n|[\\r\\x0b\\x0c\\x85\u2028\u2029]")
_SPACES: Final = re.compile("[ \\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND_BREAK: Final = re.compile(" ?\\n ?")
_BREAKS: Final = re.compile("\\n{3,}")
# What nothing below changes: most texts are of such characters alone, which is seen in one go.
_COMMON: Final = "[!-~\u4e00-\u9fff\u3001\u3002\uff0c\uff1a\uff1b\uff1f\uff01\uff08\uff09]+"
_CANONICAL: Final = re.compile(f"(?:{_COMMON}(?:[ \\n]{_COMMON})*)?")


def normalise(s: str) -> str:
    """Return `s` in canonical form; idempotent.

    Full-width letters and digits become ASCII (NFKC), Chinese punctuation, ①, ㎡ and emoji stay
    as typed. NUL, control, zero-width and direction characters, lone surrogates and noncharacters
    go. Line ends become newlines, at most two in a row; runs of spaces become one; ends are cut.
    """
    if _CANONICAL.fullmatch(s):
        return s
    s = _UNSEEN.sub("", _PAIR.sub(_joined, s))
    s = _STRAY.sub("", s)
    s = _BREAK.sub("\n", s)
    s = _CHANGEABLE.sub(_nfkc, s)
    s = _AROUND_BREAK.sub("\n", _SPACES.sub(" ", s))
    return _BREAKS.sub("\n\n", s).strip(" \n")


def _joined(match: re.Match[str]) -> str:
    """Join two surrogates that stand for one character (badly decoded JSON)."""
    return match[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _nfkc(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])
