"""Finding orders by what somebody remembers of them: a number, a phone, any words; a page at a time, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.db.models import F, QuerySet

from open12345.directory.person import Person
from open12345.orders import lists, queries
from open12345.orders.models import WorkOrder
from open12345.text import normalise, phone_key

#: Orders on one page of what was found.
SIZE: Final = 50
#: So many of the newest orders are looked through before the index of words is asked (see `_newest`).
_WINDOW: Final = 500
#: So many hits in the window promise a full page of a wider one, cheaper than the index with its thousands.
_OFTEN: Final = 20
#: Fewer digits are no phone.
_PHONE_AT_LEAST: Final = 5
#: More of a text is not searched for: nobody types it, and each pair of characters is a condition of the query.
LONGEST: Final = 200
#: A digit somewhere, looked for once: two open ends around it would take a time that grows with the square.
_NUMBER = re.compile(r"(?=\D*\d)[\w\s+()./#-]+", re.ASCII)
_RUNS = re.compile(r"\w+")


@dataclass
class Found:
    """One page of orders; `after` leads to the next one, "" on the last."""

    rows: list[WorkOrder] = field(default_factory=list)
    after: str = ""
    exact: bool = False  # the one order with this very number


def find(person: Person, wanted: str, after: str = "") -> Found:
    """Return the visible orders that `wanted` leads to: by number first, then by phone, then by words."""
    wanted = wanted.strip()[:LONGEST]
    if not wanted:
        return Found()
    if _NUMBER.fullmatch(wanted):
        for tried in (queries.by_any_number, queries.by_phone):
            if tried is queries.by_phone and len(phone_key(wanted)) < _PHONE_AT_LEAST:
                continue
            page = lists.page_of(lists.shown(tried(person, wanted)), after, by="pk", down=True, size=SIZE)
            if page.rows:
                exact = page.rows[0].number == wanted.replace(" ", "") and len(page.rows) == 1
                return Found(page.rows, page.after, exact)
    return _by_words(person, wanted, after)


def _by_words(person: Person, words: str, after: str) -> Found:
    """Return orders that really hold every run of `words`: the index knows pairs of characters, not their order."""
    runs = _RUNS.findall(normalise(words).casefold())
    before = lists.place(after)
    rows: list[WorkOrder] = []
    for order in _candidates(person, words, before):
        if _holds(order, runs):
            rows.append(order)
        if len(rows) > SIZE:
            return Found(rows[:SIZE], lists.marked(rows[SIZE - 1]))
    return Found(rows)


def _holds(order: WorkOrder, runs: list[str]) -> bool:
    text = normalise(f"{order.title} {order.place} {order.body}").casefold()
    return all(run in text for run in runs)


def _candidates(person: Person, words: str, before: int | None) -> Iterator[WorkOrder]:
    """Yield what the index finds, newest first, in portions of a little more than a page."""
    units = queries.units_of(person)
    while True:
        some = _newest(person, units, words, before)
        yield from some
        if len(some) <= SIZE:
            return
        before = some[-1].pk


def _newest(person: Person, units: list[int] | None, words: str, before: int | None) -> list[WorkOrder]:
    """Return the newest orders, at most SIZE + 1, that the index of words finds before an id.

    A word of every second order would make the index bring 50,000 to be sorted for one page, and the planner, who
    takes the pairs of characters for independent, is as often wrong about the other way. So the newest few hundred
    are looked through first: a common word fills the page from them; what does not is rare enough for the index.
    """
    seen = queries.visible_to(person, units)
    if before is not None:
        seen = seen.filter(pk__lt=before)
    rows = _rows(queries.with_words(_near(seen, units, before, _WINDOW), words))
    if _OFTEN <= len(rows) <= SIZE:
        rows = _rows(queries.with_words(_near(seen, units, before, _WINDOW * 2 * SIZE // len(rows)), words))
    if len(rows) > SIZE:
        return rows
    # Sorted by an expression, lest the planner walk all orders backwards; ids alone, for whole rows sort slowly.
    by_index = queries.with_words(seen, words).order_by((F("pk") + 0).desc()).values("pk")[: SIZE + 1]
    return _rows(WorkOrder.objects.filter(pk__in=by_index))


def _near(seen: QuerySet[WorkOrder], units: list[int] | None, before: int | None, window: int) -> QuerySet[WorkOrder]:
    """Return the newest orders that are seen, for a unit those last given to it and to the units below."""
    if units is None:
        return WorkOrder.objects.filter(pk__in=seen.order_by("-pk").values("pk")[:window])
    return seen.filter(pk__in=queries.newest_of(units, before, window))


def _rows(orders: QuerySet[WorkOrder]) -> list[WorkOrder]:
    return list(lists.shown(orders, "place", "body").order_by("-pk")[: SIZE + 1])
