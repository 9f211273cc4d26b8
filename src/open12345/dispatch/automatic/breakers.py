"""The breakers' door: ask before an automatic dispatch, note what became of one, force by a person's word (DIS-06).

Every change is a row of `BreakerChange` with the figures behind it, written in the transaction that caused it, under
the breaker's lock: of several workers none sees another one's half of a change, and no two count the same probe.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from open12345.directory import access
from open12345.directory.person import SYSTEM, Person
from open12345.dispatch.automatic import alerts, breaker, keys, surge
from open12345.dispatch.automatic.breaker import Standing, State, Step
from open12345.dispatch.automatic.keys import ALL, MASTER, SURGE, Key, Known
from open12345.dispatch.models import (
    AutomaticDispatch,
    BreakerChange,
    BreakerScope,
    Decision,
    Ending,
    Learnt,
    TrainedClassifier,
)
from open12345.dispatch.models import (
    Standing as Trained,
)
from open12345.orders.errors import NotAllowed, NotFound, refuse
from open12345.policy import Pack

#: Who may force a breaker.
FORCERS: Final = ("floor_supervisor", "supervisor")
#: Breakers that close when released instead of coming back by sampling.
_PLAIN: Final = frozenset({BreakerScope.MASTER, BreakerScope.SURGE})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an order may go by itself.

    `states` tells every breaker that was asked ("global", "category:A01", …), `held_by` the one that says no, "" where
    none does; `probe` must be kept with the dispatch: it is counted.
    """

    allowed: bool
    probe: bool = False
    states: dict[str, str] = field(default_factory=dict)
    held_by: str = ""


def ask(pack: Pack, category: str, unit: str, at: datetime, draw: float) -> Verdict:
    """Say whether an order of `category` may go to `unit` by itself at `at`; `draw` (0 <= draw < 1) samples probes.

    To be called once in the transaction that then dispatches and writes the `AutomaticDispatch`, after the order's own
    lock is taken (`orders.queries.get_for(..., lock=True)`): until its end nobody else takes the same place.
    """
    _in_transaction()
    rule = pack.dispatching.breaker
    asked = [MASTER, SURGE, *keys.keys_of(pack, category, unit)]
    before = keys.known(pack, asked)
    changing = frozenset(key for key, found in before.items() if _may_change(pack, key, found, at))
    keys.lock(pack, asked, changing=changing)
    now = keys.known(pack, asked)
    for key in changing:
        now[key] = _move(pack, key, now[key], at)
    states = {key.name: str(found.standing.state) for key, found in now.items()}
    probe = False
    for key, found in now.items():
        half = found.standing.state is State.HALF_OPEN
        if half and key not in changing:  # half open since the lock: its probes cannot be counted safely here
            return Verdict(allowed=False, states=states, held_by=key.name)
        seen = keys.window(pack, key, found) if half else breaker.Window()
        admission = breaker.admit(rule, found.standing, seen, draw)
        if not admission.allowed:
            return Verdict(allowed=False, states=states, held_by=key.name)
        probe = probe or admission.probe
    return Verdict(allowed=True, probe=probe, states=states)


def _may_change(pack: Pack, key: Key, found: Known, at: datetime) -> bool:
    """Say whether asking may change the breaker, or must count its probes."""
    if found.standing.state is State.HALF_OPEN:
        return True
    if key == SURGE:
        return surge.judge(pack, found.standing, at) is not None
    return key != MASTER and breaker.wake(pack.dispatching.breaker, found.standing, at) is not None


def _move(pack: Pack, key: Key, found: Known, at: datetime) -> Known:
    """Make the change that is due, under the lock: the surge by the texts, the others by the end of a pause."""
    if key == SURGE:
        step = surge.judge(pack, found.standing, at)
    else:
        step = breaker.wake(pack.dispatching.breaker, found.standing, at)
    return keys.known_of(_write(pack, key, found.standing, step, at)) if step else found


def note_ending(row: AutomaticDispatch, ending: Ending, *, pack: Pack, at: datetime) -> bool:
    """Note what became of an automatic dispatch, and let its breakers judge it in the same transaction.

    An ending is noted once. One exception: who kept an order at first may lose it later. False where it was noted.
    One that says nothing (`VOID`) never replaces another, moves no figure and frees the place of a probe.
    """
    _in_transaction()
    open_now = [Ending.OPEN] if ending in {Ending.KEPT, Ending.VOID} else [Ending.OPEN, Ending.KEPT]
    fresh = AutomaticDispatch.objects.filter(pk=row.pk, decision=Decision.DISPATCHED, ending__in=open_now)
    if not fresh.update(ending=ending, ended_at=at):
        return False
    evaluate(pack, keys.keys_of(pack, row.category, row.unit.code if row.unit else ""), at)
    return True


def evaluate(pack: Pack, which: Iterable[Key], at: datetime) -> list[BreakerChange]:
    """Let breakers judge their windows and pauses, under their locks; return what changed.

    That of all dispatches is locked only where it changes: all endings of a city would wait for each other otherwise.
    Two endings at once, of other categories and units, may so both find it closed; the next one, or `watch` within a
    minute, trips it.
    """
    _in_transaction()
    wanted = keys.in_order(which)
    wide = ALL in wanted and _changes(pack, ALL, at)
    alone = [key for key in wanted if key != ALL or wide]
    keys.lock(pack, alone, changing=frozenset(alone))
    made = _judged(pack, alone, at)
    later = ALL in wanted and not wide and _changes(pack, ALL, at)  # what somebody noted while we waited for a lock
    if later and keys.locked_at_once(pack, ALL):
        made += _judged(pack, [ALL], at)
    return made


def _changes(pack: Pack, key: Key, at: datetime) -> bool:
    """Say whether a breaker would change, without its lock."""
    return _due(pack, key, keys.known(pack, [key])[key], at) is not None


def _judged(pack: Pack, which: Iterable[Key], at: datetime) -> list[BreakerChange]:
    """Write the changes that are due; under the locks."""
    made = []
    for key, found in keys.each(pack, which):
        step = _due(pack, key, found, at)
        if step is not None:
            made.append(_write(pack, key, found.standing, step, at))
    return made


def _due(pack: Pack, key: Key, found: Known, at: datetime) -> Step | None:
    if key == MASTER:
        return None
    if key == SURGE:
        return surge.judge(pack, found.standing, at)
    rule = pack.dispatching.breaker
    if found.standing.state is State.OPEN:
        return breaker.wake(rule, found.standing, at)
    return breaker.judge(rule, found.standing, keys.window(pack, key, found))


def watch(pack: Pack, at: datetime) -> int:
    """Let the surge and every breaker that ever changed be judged, each in a transaction; return how many changed."""
    changed = 0
    for key in keys.in_order([SURGE, ALL, *keys.all_known(pack)]):
        with transaction.atomic():
            changed += len(evaluate(pack, [key], at))
    return changed


@transaction.atomic
def force(
    pack: Pack, scope: BreakerScope, key: str, state: State | None, *, by: Person, at: datetime, reason: str
) -> BreakerChange:
    """Hold a breaker open or closed by a person's word until it is released (`state` None).

    Raises `NotAllowed`, `NotFound` for a category or unit that the pack has not, `Refused` without a reason and where
    there is nothing to release.
    """
    if by.kind != "system" and not by.has(*FORCERS):
        raise NotAllowed(_("只有运营督导、督办员可以强制熔断或恢复"))
    reason = reason.strip()
    if not reason:
        raise refuse("reason", "missing", _("请写明理由"))
    one = Key(BreakerScope(scope), key)
    _check(pack, one)
    keys.lock(pack, [one], changing=frozenset({one}))
    found = keys.known(pack, [one])[one]
    sampling = one.scope not in _PLAIN
    step = breaker.force(state) if state else breaker.release(found.standing, sampling=sampling)
    if step is None:
        raise refuse("state", "not_forced", _("没有人强制它，不用解除"))
    access.record("breaker.force", by=by, at=at, on=f"breaker:{one.name}", reason=f"{state or step.cause}: {reason}")
    return _write(pack, one, found.standing, step, at, by=by, reason=reason[:200])


def _check(pack: Pack, key: Key) -> None:
    trees: dict[str, Any] = {BreakerScope.CATEGORY: pack.category_tree, BreakerScope.UNIT: pack.unit_tree}
    known = trees.get(key.scope)
    if (known is None and key.code) or (known is not None and key.code not in known):
        raise NotFound(_("没有这个分类或单位"))


def _write(
    pack: Pack, key: Key, before: Standing, step: Step, at: datetime, *, by: Person = SYSTEM, reason: str = ""
) -> BreakerChange:  # fmt: skip
    """Write a change with the figures behind it, and tell those who look after it."""
    figures = dict(step.figures)
    if step.forced or step.cause is breaker.Cause.RELEASED:
        seen = keys.window(pack, key, keys.known(pack, [key])[key]) if key.scope not in _PLAIN else None
        figures |= breaker.figures(pack.dispatching.breaker, seen) if seen else {}
    figures |= {"fails": step.fails, "after": keys.newest(), "classifier": _in_force(pack)}
    made = BreakerChange.objects.create(
        pack=pack.id, scope=key.scope, key=key.code, state_from=before.state, state=step.state, cause=step.cause,
        forced=step.forced, figures=figures, at=max(at, before.since) if before.since else at,
        by_id=by.id if by.kind == "staff" else None, reason=reason,
    )  # fmt: skip
    alerts.tell(made)
    return made


def _in_force(pack: Pack) -> int | None:
    ruling = TrainedClassifier.objects.filter(pack=pack.id, tells=Learnt.CATEGORY, standing=Trained.IN_FORCE)
    return ruling.values_list("pk", flat=True).first()


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a breaker is asked, and told of an ending, inside a transaction")
