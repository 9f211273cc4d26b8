"""What a caller has open when they call again (`taking.note_repeats`), kept in memory while orders are stamped."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from open12345.intake.taking import _LOOK_BACK, REPEAT_SIMILARITY
from open12345.orders.chain import canonical
from open12345.simulate.history.opening import Opened
from open12345.text import similarity

_KEPT: Final = 50
Earlier = tuple[int, str, datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of registering, as canonical JSON, and the order that this one repeats."""

    facts: str
    repeat_of: int | None = None


class Callers:
    """The orders of each caller that may still be open: id, body, when registered, when ended."""

    def __init__(self) -> None:
        self._orders: dict[bytes, list[Earlier]] = defaultdict(list)

    def add(self, index: bytes, earlier: Earlier) -> None:
        """Note an order that is there already."""
        self._orders[index].append(earlier)

    def note(self, opened: Opened, order: int, at: datetime, ended: datetime | None) -> Told:
        """Return what registering tells of the caller's other orders, and keep this one for the next call."""
        index = opened.phone_index
        if index is None:
            return Told(opened.told)
        earlier = self._orders[index]
        told = self._told(opened, earlier, at) if earlier else Told(opened.told)
        earlier.append((order, opened.body, at, ended))
        return told

    def _told(self, opened: Opened, earlier: list[Earlier], at: datetime) -> Told:
        earlier[:] = [one for one in earlier if one[3] is None or one[3] > at]
        still = sorted((one for one in earlier[-_KEPT:] if one[2] < at), key=lambda one: -one[0])[:_LOOK_BACK]
        if not still:
            return Told(opened.told)
        alike, best = max((similarity(opened.body, text), pk) for pk, text, _at, _ended in still)
        facts = {**opened.facts, "caller_open": [pk for pk, *_ in still]}
        if alike < REPEAT_SIMILARITY:
            return Told(canonical(facts).decode())
        return Told(canonical({**facts, "repeat_of": best}).decode(), best)
