"""What registering and dispatching write of one request: the values that no two orders share.

The same functions as in the rooms (`text`, `writing`, `vault`, `requesters`, `suggest`), each called once for what many
orders have in common.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from open12345.directory.models import Area
from open12345.dispatch.suggest import Suggestion, suggest
from open12345.intake.taking import first_line
from open12345.orders import chain, requesters, vault
from open12345.orders.models import WorkOrder
from open12345.policy import Pack
from open12345.simulate.history.learning import PatternError
from open12345.simulate.history.texts import Texts
from open12345.simulate.lives.filling import Fixed

_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
_KEY: Final = 32
_NONCE: Final = 12
_POOL: Final = 1 << 16
_SLOT: Final = "\ue002"


def told(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts as `Change.say` keeps them."""
    return {name: value for name, value in facts.items() if value not in _EMPTY}


def hexed(value: bytes | None) -> str:
    """Return bytes in COPY's text form."""
    return "\\N" if value is None else "\\\\x" + value.hex()


@dataclass(slots=True)
class Opened:
    """The values of a registered order, in COPY's text form where a column takes them."""

    body: str
    phone_index: bytes | None
    facts: dict[str, Any]
    told: str
    """The facts as canonical JSON."""
    values: dict[str, str]


class Opening:
    """Registers orders of one pack, in memory."""

    def __init__(self, pack: Pack, texts: Texts, version: str) -> None:
        self.pack, self.texts, self.version = pack, texts, version
        self._random, self._drawn = b"", 0
        self.areas: dict[str, int] = dict(Area.objects.values_list("code", "pk"))
        self.provider = vault.provider()
        self._facts: dict[tuple[Any, ...], tuple[dict[str, Any], str]] = {}
        self._given: dict[tuple[Any, ...], Given] = {}
        self._grounds: dict[str, str] = {}
        self._suggested: dict[tuple[str, str], list[Suggestion]] = {}

    def open(self, said: dict[str, Any], *, order: int, requester: int, number: str) -> Opened:
        """Return what `taking.fill_order` and `requesters.make` would write of `said`."""
        name, phone, address = said.get("name", ""), said.get("phone", ""), said.get("address", "")
        text = self.texts.of_request(said, name, address, first_line)
        key = self._fresh(_KEY)
        box, context = AESGCM(key), f"orders_requester/{requester}/"
        sealed = None
        if text.changed:
            sealed = self._seal(box, text.whole, f"{context}order/{order}")
        digest = _digest([text.title, text.body, text.place, *_point(said)], sealed)
        index = requesters.phone_index(phone) if phone else None
        area = self.areas.get(said["area"]) if said["area"] else None
        if area is None and "longitude" in said:
            raise PatternError(f"a point without its area, which the platform would look up: {number}")
        facts, told_so = self._told(said, area, number, digest)
        values = {
            "pack_version": self.version, "number": number, "channel": said["channel"], "kind": said["kind"],
            "category": said["category"], "urgency": said["urgency"], "area": "\\N" if area is None else str(area),
            "title": copied(text.title), "body": copied(text.body), "place": copied(text.place),
            "sealed": hexed(sealed), "search": text.search,
            "key": hexed(self.provider.wrap(key, f"{context}key".encode())),
            "name": hexed(self._seal(box, name, f"{context}name") if name else None),
            "phone": hexed(self._seal(box, phone, f"{context}phone") if phone else None),
            "address": hexed(self._seal(box, address, f"{context}address") if address else None),
            "phone_index": hexed(index), "enterprise": "t" if said.get("enterprise") else "f",
            "longitude": _float(said.get("longitude")), "latitude": _float(said.get("latitude")),
            "foreign_number": said.get("foreign_number", ""),
        }  # fmt: skip
        return Opened(text.body, index, facts, told_so, values)

    def _told(self, said: dict[str, Any], area: int | None, number: str, digest: str) -> tuple[dict[str, Any], str]:
        """Return what the first event tells of the order, and the same as canonical JSON."""
        foreign = said.get("foreign_number", "")
        common = {
            "origin": said.get("origin", "own"), "channel": said["channel"], "kind": said["kind"],
            "category": said["category"], "urgency": said["urgency"], "area": area, "type": "ordinary",
            "located": said.get("longitude") is not None or None, "foreign_system": said.get("foreign_system"),
        }  # fmt: skip
        own = {"foreign_number": foreign, "number": number, "text": digest} if foreign else {
            "number": number, "text": digest,
        }  # fmt: skip
        key = (*common.values(), len(own))
        known = self._facts.get(key)
        if known is None:
            text = chain.canonical({**told(common), **dict.fromkeys(own, _SLOT)}).decode()
            known = self._facts[key] = told(common), text.replace("%", "%%").replace(f'"{_SLOT}"', "%s")
        slots = tuple(map(encode_basestring, own.values()))  # in the order of their names, as canonical JSON has them
        return {**known[0], **own}, known[1] % slots

    def _seal(self, box: AESGCM, value: str, context: str) -> bytes:
        nonce = self._fresh(_NONCE)
        return nonce + box.encrypt(nonce, value.encode(), context.encode())

    def _fresh(self, many: int) -> bytes:
        """Return random bytes, drawn from the system for hundreds of orders at once; none is given twice."""
        begin, self._drawn = self._drawn, self._drawn + many
        if self._drawn > len(self._random):
            self._random, begin, self._drawn = os.urandom(_POOL), 0, many
        return self._random[begin : self._drawn]

    # -- dispatching -----------------------------------------------------------------------------------------------

    def given(self, own: dict[str, Any], fixed: Fixed, category: str, area: str) -> Given:
        """Return what the dispatch of such an order to such units says, and with it the lead's assignment.

        Of the area only the unit counts that looks after it.
        """
        ground = self._ground(area)
        helpers = own.get("co_handlers")
        key = (category, ground, own["lead"], helpers and tuple(helpers), own.get("reason"), fixed)
        found = self._given.get(key)
        if found is None:
            found = self._given[key] = self._give({**dict(fixed), **own}, category, area)
        return found

    def _ground(self, area: str) -> str:
        found = self._grounds.get(area)
        if found is None:
            unit = self.pack.territory_unit(area if area in self.areas else None)
            found = self._grounds[area] = unit.code if unit else ""
        return found

    def _suggestions(self, category: str, area: str) -> list[Suggestion]:
        key = (category, self._ground(area))
        found = self._suggested.get(key)
        if found is None:
            order = WorkOrder(category=category, area=Area(code=area) if area in self.areas else None)
            found = self._suggested[key] = suggest(self.pack, order)
        return found

    def _give(self, said: dict[str, Any], category: str, area: str) -> Given:
        known = self._suggestions(category, area)
        chosen: Suggestion | None = next((s for s in known if s.lead == said["lead"]), None)
        reason = said.get("reason", "")
        fixed = said.get("no_return")
        no_return = bool(fixed) if fixed is not None else bool(chosen and chosen.no_return)
        responsibility = chosen.responsibility if chosen else ""
        principle, clause = (chosen.principle, chosen.clause) if chosen else ("", reason)
        facts = told({
            "lead": said["lead"], "co_handlers": list(said.get("co_handlers", ())), "responsibility": responsibility,
            "principle": principle, "clause": clause, "no_return": no_return or None,
            "item": chosen.item if chosen else None, "suggested": known[0].lead if known else None, "reason": reason,
        })  # fmt: skip
        text = chain.canonical(facts).decode()
        return Given(text, copied(text), copied(responsibility), copied(principle), copied(clause), no_return=no_return)


@dataclass(frozen=True, slots=True)
class Given:
    """One way of dispatching: the event's facts (canonical JSON, and as copied) and the assignment's columns."""

    facts: str
    copied: str
    responsibility: str
    principle: str
    clause: str
    no_return: bool

    def column(self, name: str) -> str:
        """Return a column of the lead's assignment as COPY wants it."""
        if name == "no_return":
            return "t" if self.no_return else "f"
        return str(getattr(self, name))


def copied(text: str) -> str:
    """Return a text as COPY's text form wants it."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


def _digest(said: list[str], sealed: bytes | None) -> str:
    """Return `chain.content_digest` of some texts."""
    told = "[" + ",".join(map(encode_basestring, said)) + "]"
    return hashlib.sha256(told.encode() + (sealed or b"")).hexdigest()


def _point(said: dict[str, Any]) -> list[str]:
    """Return an order's point as its digest holds it (`chain.order_digest`)."""
    longitude, latitude = said.get("longitude"), said.get("latitude")
    return [] if longitude is None or latitude is None else [f"{longitude:.6f}", f"{latitude:.6f}"]


def _float(value: float | None) -> str:
    return "\\N" if value is None else repr(value)
