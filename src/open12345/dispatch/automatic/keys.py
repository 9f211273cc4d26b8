"""What breakers there are, how each stands by its last row, and what became of the dispatches behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Max, Q

from open12345.dispatch.automatic.breaker import Standing, State, Window
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope, Decision, Ending
from open12345.policy import Pack


@dataclass(frozen=True, slots=True)
class Key:
    """One breaker: what it watches, and the code of the category or unit ("" for the others)."""

    scope: BreakerScope
    code: str = ""

    @property
    def name(self) -> str:
        """How a verdict and an automatic dispatch name it: "global", "category:A01"."""
        return f"{self.scope.value}:{self.code}" if self.code else str(self.scope.value)


MASTER: Final = Key(BreakerScope.MASTER)
SURGE: Final = Key(BreakerScope.SURGE)
ALL: Final = Key(BreakerScope.ALL)
#: The order in which locks are taken, everywhere: nobody waits for who waits for them.
_RANK: Final = (BreakerScope.MASTER, BreakerScope.SURGE, BreakerScope.ALL, BreakerScope.CATEGORY, BreakerScope.UNIT)


def in_order(keys: Iterable[Key]) -> list[Key]:
    """Return the keys in the order in which they are locked and told."""
    return sorted(set(keys), key=lambda key: (_RANK.index(key.scope), key.code))


def keys_of(pack: Pack, category: str, unit: str) -> list[Key]:
    """Return the breakers behind a dispatch: global, its category and all above that, its unit."""
    above = [Key(BreakerScope.CATEGORY, row.code) for row in pack.category_tree.lineage(category)]
    return in_order([ALL, *above, *([Key(BreakerScope.UNIT, unit)] if unit else [])])


@dataclass(frozen=True, slots=True)
class Known:
    """How a breaker stands, and up to which automatic dispatch its window is cut off."""

    standing: Standing
    after: int = 0


def known_of(row: BreakerChange) -> Known:
    """Read a breaker from its last row."""
    figures: dict[str, Any] = row.figures
    standing = Standing(State(row.state), row.at, row.forced, int(figures.get("fails", 0)))
    return Known(standing, int(figures.get("after", 0)))


def known(pack: Pack, keys: Iterable[Key]) -> dict[Key, Known]:
    """Return how breakers stand, in one query; those that never changed are closed."""
    wanted = in_order(keys)
    which = Q()
    for key in wanted:
        which |= Q(scope=key.scope, key=key.code)
    rows = BreakerChange.objects.filter(which, pack=pack.id).order_by("scope", "key", "-pk").distinct("scope", "key")
    found = {Key(BreakerScope(row.scope), row.key): known_of(row) for row in rows}
    return {key: found.get(key, Known(Standing())) for key in wanted}


def all_known(pack: Pack) -> dict[Key, Known]:
    """Return every breaker that ever changed, in one query."""
    rows = BreakerChange.objects.filter(pack=pack.id).order_by("scope", "key", "-pk").distinct("scope", "key")
    return {Key(BreakerScope(row.scope), row.key): known_of(row) for row in rows}


def _behind(pack: Pack, key: Key) -> Q:
    """Which automatic dispatches count for a breaker."""
    return Q(decision=Decision.DISPATCHED) & about(pack, key)


def about(pack: Pack, key: Key) -> Q:
    """Which looks at orders, dispatched or left, a breaker concerns."""
    if key.scope == BreakerScope.CATEGORY:
        return Q(category__in=[row.code for row in pack.category_tree.subtree(key.code)] or [key.code])
    return Q(unit__code=key.code) if key.scope == BreakerScope.UNIT else Q()


def window(pack: Pack, key: Key, found: Known) -> Window:
    """Return what became of the dispatches sent since the breaker changed last, newest first."""
    rule = pack.dispatching.breaker
    sent = AutomaticDispatch.objects.filter(_behind(pack, key), pk__gt=found.after)
    most = max(rule.window, rule.probes)
    told = sent.exclude(ending__in=[Ending.OPEN, Ending.VOID])
    endings = told.order_by("-ended_at", "-pk").values_list("ending", flat=True)[:most]
    half = found.standing.state is State.HALF_OPEN
    outstanding = sent.filter(ending=Ending.OPEN).count() if half else 0
    return Window(tuple(ending == Ending.KEPT for ending in endings), outstanding)


def newest() -> int:
    """Return the number of the last automatic dispatch: what was sent up to it counts no more after a change."""
    found: int | None = AutomaticDispatch.objects.aggregate(last=Max("pk"))["last"]
    return found or 0


def lock(pack: Pack, keys: Iterable[Key], *, changing: frozenset[Key]) -> None:
    """Lock breakers until the transaction ends: those that may change for oneself, the others beside other readers.

    Always in the same order, and once in a transaction: two that wait for each other there cannot be.
    """
    with connection.cursor() as cursor:
        for key in in_order(keys):
            function = "pg_advisory_xact_lock" if key in changing else "pg_advisory_xact_lock_shared"
            cursor.execute(f"SELECT {function}(hashtextextended(%s, 12345))", [_lock_of(pack, key)])


def locked_at_once(pack: Pack, key: Key) -> bool:
    """Lock a breaker for oneself until the transaction ends if nobody holds it: whoever waits for nothing may ask late.

    False where somebody does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 12345))", [_lock_of(pack, key)])
        return bool(cursor.fetchone()[0])


def _lock_of(pack: Pack, key: Key) -> str:
    return f"open12345.breaker/{pack.id}/{key.name}"


def each(pack: Pack, keys: Iterable[Key]) -> Iterator[tuple[Key, Known]]:
    """Yield breakers with how they stand, in order."""
    yield from known(pack, keys).items()
