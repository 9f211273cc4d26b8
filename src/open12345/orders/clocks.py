"""Starting, stopping, pausing and moving the limits of an order, and explaining each deadline.

The limits themselves are pack data (`Pack.clock_limit`); which action starts and stops what is in `lifecycle`.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from open12345 import worktime
from open12345.orders.models import Clock, WorkOrder
from open12345.orders.stages import ClockKind, Origin
from open12345.policy import Pack
from open12345.worktime import Calendar, Limit, Unit

#: Clocks that belong to one assignment; all others belong to the order's round.
OF_ASSIGNMENT = frozenset({ClockKind.SIGN, ClockKind.REPLY, ClockKind.REPORT})
#: The last moment to ask for a return: passing it is no breach (order.md).
WINDOWS = frozenset({ClockKind.RETURN})
#: The limit text of a clock that another clock or platform sets.
GIVEN = "given"

_AMBER = 0.75
_TODAY = Limit.parse("today")


_PLUS = " + "
#: Clocks in words that are kept at hand, some 300 bytes each.
_KEPT = 4096


@lru_cache(maxsize=256)
def parse(limit: str) -> tuple[Limit, ...]:
    """Return the limits of a text such as "5 wd" or "4 wh + 5 wd"; none for a clock set from above."""
    return () if limit == GIVEN else tuple(Limit.parse(part) for part in limit.split(_PLUS))


def written(limits: tuple[Limit, ...]) -> str:
    """Return the text of `limits` that `parse` reads."""
    return _PLUS.join(map(str, limits))


def unit_of(clock: Clock) -> Unit:
    """Return the unit in which the clock's length counts; running hours for a clock set from above."""
    limits = parse(clock.limit)
    return limits[-1].unit if limits else Unit.H


def limits_for(pack: Pack, order: WorkOrder, kind: ClockKind) -> tuple[Limit, ...]:
    """Return the pack's limit of `kind` for this order: several to be added up, or none where no such clock runs."""
    return pack.clock_parts(
        str(kind), urgency=order.urgency, order_kind=order.kind, category=order.category or None,
        round_no=max(1, order.round),
    )  # fmt: skip


def new_clock(pack: Pack, order: WorkOrder, kind: ClockKind, limits: tuple[Limit, ...], at: datetime) -> Clock:
    """Return an unsaved running clock of `limits` from `at`."""
    due, provisional = due_of(pack, limits, at)
    return Clock(
        order_id=order.pk, round=order.round, kind=kind, limit=written(limits),
        alarm=kind not in WINDOWS, provisional=provisional, started_at=at, due_at=due,
    )  # fmt: skip


def due_of(pack: Pack, limits: tuple[Limit, ...], at: datetime) -> tuple[datetime, bool]:
    """Return when `limits`, one after the other, are used up, and whether the calendar is provisional."""
    provisional = False
    for limit in limits:
        deadline = worktime.deadline(pack.calendar(), at, limit)
        at, provisional = deadline.due, provisional or deadline.provisional
    return at, provisional


def moved(pack: Pack, clock: Clock, at: datetime) -> tuple[datetime, bool] | None:
    """Return the (due, provisional) that the pack in force at `at` gives a running clock where it differs, else None.

    A clock that was extended, resumed or set from above keeps the due moment that was decided for it, as does one
    that is over; and no clock becomes late because a calendar was changed.
    """
    if clock.limit == GIVEN or clock.extended_by or clock.paused_seconds or decided(clock, at):
        return None
    anew = due_of(pack, parse(clock.limit), clock.started_at)
    return None if anew == (clock.due_at, clock.provisional) or anew[0] < seen_at(clock, at) else anew


def seen_at(clock: Clock, at: datetime) -> datetime:
    """Return the moment that counts for the clock at `at`: the one at which it was paused, if it stands still."""
    return clock.paused_at or at


def decided(clock: Clock, at: datetime) -> bool:
    """Say whether the clock has run out: what was due then stays so, whether the watch has come by or not."""
    return clock.breached_at is not None or clock.due_at < seen_at(clock, at)


def before(pack: Pack, due: datetime, reserve: Limit | None) -> datetime:
    """Return `due` less the pack's reserve, in the reserve's own calendar."""
    return due if reserve is None else worktime.subtract(pack.calendar(), due, reserve)


def upper_due(pack: Pack, order: WorkOrder, kind: ClockKind) -> datetime | None:
    """Return the upper platform's date less the pack's reserve, None for an order that has none."""
    if order.origin != Origin.UPPER or order.upper_due_at is None:
        return None
    return before(pack, order.upper_due_at, pack.clock_rules[kind].reserve)


def share_of(limit: Limit, share: float) -> Limit:
    """Return `limit` times `share`, at least one unit of whole-day limits (co-handlers: 60 %, ours)."""
    number = limit.number * type(limit.number)(str(share))
    if limit.unit in {Unit.WD, Unit.D, Unit.TODAY}:
        number = max(number.to_integral_value(rounding="ROUND_FLOOR"), type(number)(1))
    return Limit(number=number, unit=limit.unit)


def stop(clock: Clock, at: datetime) -> None:
    """Stop `clock` as of `at`; one that stopped after its due moment was late."""
    clock.stopped_at = at
    if clock.alarm and at > clock.due_at and clock.breached_at is None:
        clock.breached_at = clock.due_at


def unmarked(clock: Clock, at: datetime) -> bool:
    """Say whether the clock has run out by `at` and nobody has put it on record yet."""
    return clock.alarm and clock.paused_at is None and clock.breached_at is None and clock.due_at < at


def pause(clock: Clock, at: datetime) -> None:
    """Let the clock stand still from `at`."""
    clock.paused_at = at


def unpause(pack: Pack, clock: Clock, at: datetime) -> None:
    """Let the clock run on; its due moment moves by the time it stood still, in its own calendar."""
    if clock.paused_at is None:
        return
    lost_from = _counts_from(pack, clock, clock.paused_at)
    if at > lost_from and clock.due_at > lost_from:
        clock.due_at = worktime.resume(pack.calendar(), clock.due_at, lost_from, at, unit_of(clock))
    clock.paused_seconds += max(0, int((at - clock.paused_at).total_seconds()))
    clock.paused_at = None


def _counts_from(pack: Pack, clock: Clock, paused_at: datetime) -> datetime:
    """Return from when a pause is given back: the starting day does not count in days, so none of it was lost."""
    if unit_of(clock) not in {Unit.WD, Unit.D}:
        return paused_at
    return max(paused_at, worktime.add(pack.calendar(), clock.started_at, _TODAY))


def extended(pack: Pack, clock: Clock, limit: Limit) -> datetime:
    """Return when `clock` would be due if it were extended by `limit`."""
    return worktime.extend(pack.calendar(), clock.due_at, limit)


def extend(pack: Pack, clock: Clock, limit: Limit) -> None:
    """Move the due moment of `clock` by `limit` (a granted extension)."""
    clock.due_at = extended(pack, clock, limit)
    clock.extended_by = str(limit)


def used(pack: Pack, clock: Clock, until: datetime) -> float:
    """Return the share of the clock's length that is used at `until`, in its own calendar."""
    return worktime.used_share(pack.calendar(), clock.started_at, clock.due_at, until, unit_of(clock))


def colour(pack: Pack, clock: Clock, now: datetime, share: float | None = None) -> str:
    """Return grey (stopped or standing), red (late), amber (due soon) or green.

    `share` is what is used at `now`, where the caller knows it.
    """
    if clock.stopped_at is not None:
        return "red" if clock.breached_at else "grey"
    if clock.paused_at is not None:
        return "grey"
    if now > clock.due_at:
        return "red" if clock.alarm else "grey"
    rule = pack.clock_rules.get(clock.kind)
    share = used(pack, clock, now) if share is None else share
    return "amber" if share >= (rule.amber if rule else _AMBER) else "green"


def explain(pack: Pack, clock: Clock, lang: str = "zh") -> str:
    """Return why the clock is due when it is: start, length, what was skipped and why, what moved it.

    Where the steps told do not lead to the stored moment, that is said at the end.
    """
    if clock.limit == GIVEN:
        texts = ["按上级单位时限预留后确定" if lang == "zh" else "Set by the deadline above, less the reserve"]
        computed = None
    else:
        told, computed = _explain_parts(pack.calendar(), clock.limit, clock.started_at, lang)
        texts = list(told)
    texts += _changes(clock, lang)
    if computed != clock.due_at:
        texts += _stands(pack, clock, lang)
    return ("；" if lang == "zh" else "; ").join(texts)


@lru_cache(maxsize=_KEPT)
def _explain_parts(calendar: Calendar, limit: str, at: datetime, lang: str) -> tuple[tuple[str, ...], datetime]:
    """Return a limit from `at` in words, and when it ends; every list that shows the clock asks it anew."""
    texts = []
    for part in parse(limit):
        computed = worktime.deadline(calendar, at, part)
        texts.append(worktime.explain(computed, lang))
        at = computed.due
    return tuple(texts), at


def _changes(clock: Clock, lang: str) -> list[str]:
    zh = lang == "zh"
    notes = []
    if clock.extended_by:
        notes.append(f"延期 {clock.extended_by}" if zh else f"extended by {clock.extended_by}")
    if clock.paused_seconds:
        minutes = clock.paused_seconds // 60
        notes.append(f"暂停 {minutes} 分钟" if zh else f"paused for {minutes} min")
    if clock.provisional:
        notes.append("节假日安排未公布，暂按周末推算" if zh else "calendar not yet published, provisional")
    return notes


def _stands(pack: Pack, clock: Clock, lang: str) -> list[str]:
    """Say when the clock is really due, and that it was decided so where nothing else told explains it."""
    zh = lang == "zh"
    due = worktime.moment_text(clock.due_at.astimezone(pack.calendar().zone), lang)
    notes = [f"实际截止{due}" if zh else f"in fact due {due}"]
    if clock.limit != GIVEN and not (clock.extended_by or clock.paused_seconds):
        notes.insert(0, "工作日历其后有变，仍按原定时限" if zh else "the calendar has changed since, this limit stands")
    return notes
