"""Patterns of speech: `[one/other/]` is a choice (an empty one may be left out), `{R}` a blank that the facts fill.

Read once into nested tuples, so that saying one costs a few microseconds. Choices are drawn by the wording, blanks by
the facts: the same person tells the same facts in other words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Draw = Callable[[], float]
"""Uniform in [0, 1), the wording's own."""

_TOKENS: Final = re.compile(r"[\[\]/]|\{[^{}]*\}|[^\[\]/{}]+")


@dataclass(frozen=True, slots=True)
class Blank:
    """A place in a pattern that the facts fill."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Several ways to say one thing."""

    ways: "tuple[Pattern, ...]"


Pattern = tuple[str | Blank | Choice, ...]


class GrammarError(ValueError):
    """A pattern that cannot be read; says which."""


def compile_pattern(text: str) -> Pattern:
    """Read one pattern; raises GrammarError for brackets that do not close."""
    tokens = _TOKENS.findall(text)
    pattern, rest = _sequence(tokens, 0, inside=False)
    if rest != len(tokens) or "".join(tokens) != text:
        raise GrammarError(f"cannot read {text!r}")
    return pattern


def _sequence(tokens: list[str], at: int, *, inside: bool) -> tuple[Pattern, int]:
    parts: list[str | Blank | Choice] = []
    while at < len(tokens):
        piece = tokens[at]
        if inside and piece in "]/":
            break
        at += 1
        if piece == "[":
            choice, at = _choice(tokens, at)
            parts.append(choice)
        elif piece == "]":
            raise GrammarError("a bracket closes that was not opened")
        elif piece.startswith("{"):
            parts.append(Blank(piece[1:-1]))
        else:
            parts.append(piece)
    return tuple(parts), at


def _choice(tokens: list[str], at: int) -> tuple[Choice, int]:
    ways: list[Pattern] = []
    while at < len(tokens):
        way, at = _sequence(tokens, at, inside=True)
        ways.append(way)
        if at >= len(tokens):
            break
        at += 1
        if tokens[at - 1] == "]":
            return Choice(tuple(ways)), at
    raise GrammarError("a bracket is not closed")


def say(pattern: Pattern, draw: Draw, blanks: Mapping[str, str]) -> str:
    """Return the pattern as words."""
    out: list[str] = []
    _say(pattern, draw, blanks, out)
    return "".join(out)


def _say(pattern: Pattern, draw: Draw, blanks: Mapping[str, str], out: list[str]) -> None:
    for part in pattern:
        if type(part) is str:
            out.append(part)
        elif type(part) is Choice:
            ways = part.ways
            _say(ways[int(draw() * len(ways))], draw, blanks, out)
        elif type(part) is Blank:
            out.append(blanks[part.name])


def blanks_of(pattern: Pattern) -> frozenset[str]:
    """Return the names of all blanks, in any choice too."""
    found: set[str] = set()
    for part in pattern:
        if isinstance(part, Blank):
            found.add(part.name)
        elif isinstance(part, Choice):
            for way in part.ways:
                found |= blanks_of(way)
    return frozenset(found)
