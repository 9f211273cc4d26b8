"""Texts as orders keep them: normalised, masked, with their search words; each piece worked on once.

Whatever the rooms do to a text (`inputs`, `writing.Mask`, `watch.index_words`) is done here by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from open12345.orders import writing
from open12345.policy import Pack
from open12345.simulate import sayings
from open12345.text import bigrams, normalise, places
from open12345.text.grams import bare

#: What a saying says in a record: in JSON's quotes, cut where the order's number stands in it.
Cut = tuple[str, ...]
_TWIN_BYTES: Final = 16
_KEPT: Final = 200_000


class NotPlain(ValueError):
    """A saying that the platform would mask or change; the message quotes it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A request's text as stored, and as it was said where masking took something away."""

    title: str
    body: str
    place: str
    whole: str
    changed: bool
    search: str


class Texts:
    """The texts of one pack's orders."""

    def __init__(self, pack: Pack) -> None:
        self.allow = writing.service_numbers(pack)
        self.mask = writing.Mask((), self.allow)
        self.plain = lru_cache(maxsize=_KEPT)(self._plain)
        self.twin = lru_cache(maxsize=_KEPT)(self._twin)
        self._said = lru_cache(maxsize=20_000)(self._of_text)
        self._place = lru_cache(maxsize=50_000)(self.mask)

    def of_request(self, said: dict[str, Any], name: str, address: str, titled: Callable[[str], str]) -> Text:
        """Return the text of a request as `taking.fill_order` keeps it."""
        return self._said(said["title"], said["body"], said["place"], name, address, titled)

    def _of_text(
        self, title: str, body: str, place: str, name: str, address: str, titled: Callable[[str], str]
    ) -> Text:
        title, body, named = (normalise(text).strip() for text in (title, body, place))
        title = title or titled(body)
        place = named or next(iter(places(body)), "")
        mask = writing.Mask((name,) if name else (), self.allow, (address,) if address else ())
        masked = (mask(title), mask(body))
        special = address or (name and name in place)
        masked_place = replace(mask, is_place=bool(named))(place) if special else self._place(place)
        changed = (*masked, masked_place) != (title, body, place)
        words = sorted(set(bigrams(f"{masked[0]} {masked_place} {masked[1]}")))
        whole = f"{title}\n{place}\n{body}" if changed else ""
        return Text(*masked, masked_place, whole, changed, _vector(words))

    def _plain(self, text: str, number: str) -> Cut:
        """Return a saying cut at the order's number; `number` is any order's of the pack, for the mask to judge."""
        said = normalise(text.replace(sayings.NUMBER, number)).strip()
        if self.mask(said) != said or any(sign in said for sign in '"\\\n\t'):
            raise NotPlain(said)
        return tuple(said.split(number)) if sayings.NUMBER in text else (said,)

    def _twin(self, text: str, number: str) -> tuple[bytes, ...]:
        found = bare(text.replace(sayings.NUMBER, number))
        return tuple(part.encode() for part in (found.split(number) if sayings.NUMBER in text else (found,)))

    def twin_key(self, said: tuple[str, ...], number: str, model: str) -> bytes:
        """Return `writing.twin_key` of the joined texts; both numbers are the pack's, `model` the one judged by."""
        digits = number.encode()
        joined = b"".join(digits.join(self.twin(text, model)) for text in said)
        return blake2b(joined, digest_size=_TWIN_BYTES).digest()


def _vector(words: list[str]) -> str:
    """Return the search words as a tsvector in COPY's text form."""
    return " ".join(f"'{word}'" for word in words)
