"""Texts as orders keep them: normalised, masked, with their search words; each piece worked on once.

Whatever the rooms do to a text (`inputs`, `writing.Mask`, `watch.index_words`) is done here by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from open12345.orders import writing
from open12345.policy import Pack
from open12345.simulate.lives import sayings
from open12345.text import normalise, places
from open12345.text.grams import bare, runs, terms_of

#: A place that nobody would mask, by which sayings about a place are judged.
_SPOT: Final = "涞亭南路"
_TWIN_BYTES: Final = 16
_KEPT: Final = 200_000
_KEPT_RUNS: Final = 60_000


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

    def __init__(self, pack: Pack, number: str) -> None:
        """`number`: any order's of the pack, by which the mask judges sayings that quote one."""
        self.number = number
        self.allow = writing.service_numbers(pack)
        self.mask = writing.Mask((), self.allow)
        self._plain: dict[str, str] = {}
        self.fixed: dict[str, str] = {}
        """Sayings and codes in which nothing is put, as they are written."""
        self._twin = lru_cache(maxsize=_KEPT)(self._bare)
        self._bare_spot = lru_cache(maxsize=_KEPT)(bare)
        self._terms = lru_cache(maxsize=_KEPT_RUNS)(_joined)
        self._place = lru_cache(maxsize=50_000)(self.mask)

    def of_request(self, said: dict[str, Any], name: str, address: str, titled: Callable[[str], str]) -> Text:
        """Return the text of a request as `taking.fill_order` keeps it."""
        title, body, named = (normalise(said[key]).strip() for key in ("title", "body", "place"))
        title = title or titled(body)
        place = named or next(iter(places(body)), "")
        mask = writing.Mask((name,) if name else (), self.allow, (address,) if address else ())
        together = f"{title}\n{place}\n{body}"  # what stands in one line is masked without the others
        if not address and mask(together) == together:
            masked, masked_place = (title, body), place
        else:
            masked = (mask(title), mask(body))
            special = address or (name and name in place)
            masked_place = replace(mask, is_place=bool(named))(place) if special else self._place(place)
        changed = (*masked, masked_place) != (title, body, place)
        search = self._vector(f"{masked[0]} {masked_place} {masked[1]}")
        return Text(*masked, masked_place, together if changed else "", changed, search)

    def _vector(self, text: str) -> str:
        """Return the search words (`bigrams`) as COPY wants a tsvector: letters and digits need no quotes."""
        return " ".join(map(self._terms, runs(text)))  # one that comes twice stands twice: the server takes it once

    def saying(self, text: str, number: str, spot: str) -> str:
        """Return a saying as it stands in a record's JSON, with the order's number and the place put in.

        Raises `NotPlain` for one that the platform would mask or change. Codes and moments go through as they are.
        """
        if text.isascii():
            if not text[:1].isdigit():  # a code; moments are never the same
                self.fixed[text] = text
            return text
        known = self._plain.get(text)
        if known is None:
            known = self._plain[text] = self._judged(text)
            if sayings.NUMBER not in known and sayings.SPOT not in known:
                self.fixed[text] = known
        return known.replace(sayings.NUMBER, number).replace(sayings.SPOT, spot)

    def _judged(self, text: str) -> str:
        """Return the saying as normalised; the place was judged by itself (`Filled.spot`)."""
        said = normalise(text.replace(sayings.NUMBER, self.number).replace(sayings.SPOT, _SPOT)).strip()
        if self.mask(said) != said or any(sign in said for sign in '"\\\n\t'):
            raise NotPlain(said)
        return said.replace(self.number, sayings.NUMBER).replace(_SPOT, sayings.SPOT)

    def _bare(self, text: str) -> str:
        found = bare(text.replace(sayings.NUMBER, self.number).replace(sayings.SPOT, _SPOT))
        return found.replace(self.number.casefold(), sayings.NUMBER).replace(_SPOT, sayings.SPOT)

    def twin_key(self, said: Iterable[str], number: str, spot: str) -> bytes:
        """Return `writing.twin_key` of the joined texts."""
        joined = "".join(map(self._twin, said)).replace(sayings.NUMBER, number.casefold())
        if sayings.SPOT in joined:
            joined = joined.replace(sayings.SPOT, self._bare_spot(spot))
        return blake2b(joined.encode(), digest_size=_TWIN_BYTES).digest()


def _joined(run: str) -> str:
    """Return the terms of a run of characters, joined: a run comes in many texts."""
    return " ".join(terms_of(run))
