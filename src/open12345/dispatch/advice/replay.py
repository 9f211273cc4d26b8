"""Past orders once more, in time order: at each dispatch, what could have been known then, and who kept the order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from random import Random
from typing import Any, Final

from django.db import connection

from open12345.directory.models import Area
from open12345.dispatch.advice import features
from open12345.dispatch.advice.evidence import Past
from open12345.dispatch.advice.features import Candidate, Question
from open12345.dispatch.advice.memory import Memory
from open12345.dispatch.advice.stored import ENDED, KEPT, SINCE
from open12345.dispatch.suggest import Suggestion, suggest
from open12345.orders.models import WorkOrder
from open12345.policy import Pack

#: Units with the most orders, among which pairs are swapped.
_SHAKEN: Final = 30
#: Orders further back than so many are not read: who does what changes.
MOST: Final = 60_000


@dataclass(frozen=True, slots=True)
class Taken:
    """An order as it was taken in."""

    order: int
    number: str
    category: str
    area: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Share:
    """One lead's share that has ended."""

    order: int
    unit: str
    kept: bool
    sent: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """Orders and what became of them, both in the order of time."""

    taken: Sequence[Taken]
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Sent:
    """One dispatch: of what, when, to whom, who kept the order in the end, and for whom something spoke then."""

    taken: Taken
    at: datetime
    unit: str
    keeper: str
    candidates: Sequence[Candidate]


def read(pack: Pack, *, at: datetime, most: int = MOST) -> Story:
    """Return the newest orders taken in before `at`, with every lead's share that had ended by then."""
    codes = [row.code for row in pack.categories if pack.is_leaf(row.code)]
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"codes": codes, "at": at, "most": most})
        taken = [Taken(*row) for row in cursor.fetchall()]
        cursor.execute(_SHARES, {"at": at, "since": min((one.at for one in taken), default=at)})
        known = {one.order for one in taken}
        shares = [Share(*row) for row in cursor.fetchall() if row[0] in known]
    return Story(taken, shares)


_TAKEN: Final = """
    SELECT * FROM (
        SELECT o.id, o.number, o.category, coalesce(ar.code, ''), o.accepted_at,
               o.title || chr(10) || left(o.body, 300)
        FROM orders_workorder o LEFT JOIN directory_area ar ON ar.id = o.area_id
        WHERE o.accepted_at < %(at)s AND o.category = ANY(%(codes)s)
        ORDER BY o.accepted_at DESC, o.id DESC LIMIT %(most)s
    ) AS newest ORDER BY 5, 1
"""

_SHARES: Final = f"""
    SELECT a.order_id, u.code, {KEPT}, a.assigned_at, {SINCE}
    FROM orders_assignment a JOIN directory_unit u ON u.id = a.unit_id JOIN orders_workorder o ON o.id = a.order_id
    WHERE {ENDED} AND {SINCE} < %(at)s AND o.accepted_at >= %(since)s ORDER BY 5, 1
"""  # noqa: S608 - put together from constants alone


def replay(
    pack: Pack, story: Story, *, since: datetime | None = None, most: int | None = None,
    asked_as: Callable[[Taken], str] = lambda taken: taken.category,
) -> Iterator[Sent]:  # fmt: skip
    """Yield the dispatches from `since` on, the newest `most` of them: only of orders that somebody kept in the end.

    `asked_as` says under which category an order is asked about, where that is not the one it ended under.
    """
    taken = {one.order: one for one in story.taken}
    keeper: dict[int, str] = {one.order: one.unit for one in story.shares if one.kept}
    asked = sorted((one for one in story.shares if one.order in keeper), key=lambda one: (one.sent, one.order))
    asked = [one for one in asked if since is None or one.sent >= since][-(most or len(asked)) :]
    listed = Listed(pack)
    memory, back = Memory(pack), defaultdict(set)
    given = moves(story.shares)
    one: Any
    for _at, _rank, kind, one in merge(
        ((one.at, 0, "taken", one) for one in story.taken), ((one.sent, 1, "sent", one) for one in asked),
        ((one.sent, 2, "moved", (before, one)) for before, one in given),
        ((one.at, 3, "ended", one) for one in story.shares), key=lambda event: event[:2],
    ):  # fmt: skip
        if kind == "taken":
            memory.accepted(one.order, one.category)
        elif kind == "moved":
            of, (before, after) = taken[one[1].order], one
            memory.moved(of.category, of.area, before.unit, after.unit, before.sent)
        elif kind == "ended":
            of = taken[one.order]
            memory.ended(of.category, Past(of.order, of.number, of.area, one.unit, one.kept, one.at, of.text, one.sent))
            if not one.kept:
                back[one.order].add(one.unit)
        else:
            of = taken[one.order]
            category = asked_as(of)
            question = Question(category, of.area, of.text, frozenset(back.get(one.order, ())), one.order)
            known = memory.evidence([category], of.area, one.sent)
            found = features.candidates(pack, question, listed(category, of.area), (), known)
            yield Sent(of, one.sent, one.unit, keeper[one.order], found)


def moves(shares: Sequence[Share]) -> list[tuple[Share, Share]]:
    """Return each share that was given back with each that followed it at another unit, in the order of time."""
    found, given = [], defaultdict[int, list[Share]](list)
    for one in sorted(shares, key=lambda one: (one.sent, one.order)):
        found += [(before, one) for before in given[one.order] if before.unit != one.unit]
        if not one.kept:
            given[one.order].append(one)
    return found


class Listed:
    """Whom the duty list names for a category in an area, looked up once each."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._known: dict[tuple[str, str], list[Suggestion]] = {}

    def __call__(self, category: str, area: str) -> list[Suggestion]:
        """Return the suggestions of the list."""
        found = self._known.get((category, area))
        if found is None:
            order: Any = WorkOrder(category=category, area=Area(code=area) if area else None)
            found = self._known[category, area] = suggest(self._pack, order)
        return found


def shaken(story: Story, seed: int, pairs: int = 4) -> Story:
    """Return a past that never was: from some day on pairs of units do each other's work, the senders not knowing.

    A centre that has seen no reorganisation would learn that the list is always right, and meet the first one blindly.
    What went to the wrong one of a pair comes back within a day or so and is kept by the other.
    """
    dice = Random(seed)  # noqa: S311 - the same seed gives the same past, nothing is kept secret by it
    many = Counter(one.unit for one in story.shares if one.kept)
    often = [unit for unit, _n in many.most_common(_SHAKEN)]
    dice.shuffle(often)
    first, last = story.shares[0].sent, story.shares[-1].sent
    since: dict[str, tuple[str, datetime]] = {}
    for one, other in zip(often[0 : 2 * pairs : 2], often[1 : 2 * pairs : 2], strict=False):
        day = first + (last - first) * dice.uniform(0.2, 0.9)
        since |= {one: (other, day), other: (one, day)}
    shares = []
    for share in story.shares:
        other, day = since.get(share.unit, ("", last))
        if not share.kept or not other or share.sent < day:
            shares.append(share)
            continue
        back = share.sent + timedelta(hours=dice.uniform(3, 36))
        shares.append(Share(share.order, share.unit, kept=False, sent=share.sent, at=back))
        shares.append(Share(share.order, other, kept=True, sent=back, at=back + (share.at - share.sent)))
    return Story(story.taken, sorted(shares, key=lambda one: (one.at, one.order)))
