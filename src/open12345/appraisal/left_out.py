"""Which orders of a unit a reason keeps out of each line of its score card: how many, why, and which they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from open12345.appraisal.measuring import Ranked
from open12345.directory.person import SYSTEM
from open12345.facts import queries as facts
from open12345.facts import store
from open12345.facts.cuts import Cut
from open12345.facts.links import figure_url
from open12345.facts.metrics import BY_CODE
from open12345.facts.periods import Period
from open12345.facts.words import labels
from open12345.orders.queries import visible_to
from open12345.orders.sight import Sight

#: So many are named on the card; all of them stand behind its link.
_NAMED: Final = 6


@dataclass(frozen=True)
class LeftOut:
    """Orders that do not count in one line. `orders`: some of them that the reader may see, each with its reasons."""

    count: int
    orders: tuple[tuple[str, str], ...]
    url: str


def left_out(
    sight: Sight, one: Ranked, codes: Iterable[str], over: Period, as_of: date | None
) -> Mapping[str, LeftOut]:
    """Return what is left out by indicator; nothing where the day's facts are not kept any more."""
    view = facts.View(as_of=as_of, compared=False)
    known = [code for code in codes if code in BY_CODE]
    try:
        cells = facts.ask_several(
            known, (over,), person=SYSTEM, at=sight.at, by=("excluded",), where={one.way: one.unit.code}, view=view
        )
        found = {code: _of(sight, one, code, over, cells[code, over], view) for code in known}
    except store.NoFacts:
        return {}
    return {code: some for code, some in found.items() if some.count}


def _of(
    sight: Sight, one: Ranked, code: str, over: Period, cells: Mapping[facts.Key, facts.Figure], view: facts.View
) -> LeftOut:  # fmt: skip
    reasons = facts.excluded_from(BY_CODE[code], sight.pack)
    own = (one.way, one.unit.code)
    counts = {
        str(key): figure.numerator if figure.denominator is None else figure.denominator
        for (key,), figure in cells.items()
        if not set(str(key or "").split()).isdisjoint(reasons)
    }
    numbers: dict[str, str] = {}
    for key, count in counts.items():
        if count and len(numbers) < _NAMED:
            cut = Cut(code, over, (), (own, ("excluded", key)), None, reasons)
            told = " ".join(reason for reason in key.split() if reason in reasons)
            numbers |= dict.fromkeys(facts.orders_of(cut, "excluded", at=sight.at, view=view, most=_NAMED), told)
    seen = set(visible_to(sight.person).filter(number__in=numbers).values_list("number", flat=True))
    words = labels("excluded", numbers.values(), sight.pack)
    url = figure_url(
        Cut(code, over, (), (own,), None, reasons), "excluded", facts.View(as_of=view.as_of, adjudicated=True)
    )
    named = [(number, words[why]) for number, why in numbers.items() if number in seen]
    return LeftOut(sum(counts.values()), tuple(named[:_NAMED]), url)
