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
from open12345.worktime import Limit, Unit

#: Clocks that belong to one assignment; all others belong to the order's round.
OF_ASSIGNMENT = frozenset({ClockKind.SIGN, ClockKind.REPLY, ClockKind.REPORT})
#: The last moment to ask for a return: passing it is no breach (order.md).
WINDOWS = frozenset({ClockKind.RETURN})
#: The limit text of a clock that another clock or platform sets.
GIVEN = "given"

_AMBER = 0.75


_PLUS = " + "


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


def moved(pack: Pack, clock: Clock) -> tuple[datetime, bool] | None:
    """Return the (due, provisional) that the pack in force gives a running clock where it differs, else None.

    A clock that was extended, paused or set from above keeps the due moment that was decided for it.
    """
    if clock.limit == GIVEN or clock.extended_by or clock.paused_at or clock.paused_seconds:
        return None
    anew = due_of(pack, parse(clock.limit), clock.started_at)
    return None if anew == (clock.due_at, clock.provisional) else anew


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
    if limit.unit in {Unit.WD, Unit.D}:
        number = max(number.to_integral_value(rounding="ROUND_FLOOR"), type(number)(1))
    return Limit(number=number, unit=limit.unit)


def stop(clock: Clock, at: datetime) -> None:
    """Stop `clock` as of `at`; one that stopped after its due moment was late."""
    clock.stopped_at = at
    if clock.alarm and at > clock.due_at and clock.breached_at is None:
        clock.breached_at = clock.due_at


def pause(clock: Clock, at: datetime) -> None:
    """Let the clock stand still from `at`."""
    clock.paused_at = at


def unpause(pack: Pack, clock: Clock, at: datetime) -> None:
    """Let the clock run on; its due moment moves by the time it stood still, in its own calendar."""
    if clock.paused_at is None:
        return
    if at > clock.paused_at and clock.due_at > clock.paused_at:
        clock.due_at = worktime.resume(pack.calendar(), clock.due_at, clock.paused_at, at, unit_of(clock))
    clock.paused_seconds += max(0, int((at - clock.paused_at).total_seconds()))
    clock.paused_at = None


def extended(pack: Pack, clock: Clock, limit: Limit) -> datetime:
    """Return when `clock` would be due if it were extended by `limit`."""
    return worktime.extend(pack.calendar(), clock.due_at, limit)


def extend(pack: Pack, clock: Clock, limit: Limit) -> None:
    """Move the due moment of `clock` by `limit` (a granted extension)."""
    clock.due_at = extended(pack, clock, limit)
    clock.extended_by = str(limit)


def colour(pack: Pack, clock: Clock, now: datetime) -> str:
    """Return grey (stopped or standing), red (late), amber (due soon) or green."""
    if clock.stopped_at is not None:
        return "red" if clock.breached_at else "grey"
    if clock.paused_at is not None:
        return "grey"
    if now > clock.due_at:
        return "red" if clock.alarm else "grey"
    used = worktime.used_share(pack.calendar(), clock.started_at, clock.due_at, now, unit_of(clock))
    rule = pack.clock_rules.get(clock.kind)
    return "amber" if used >= (rule.amber if rule else _AMBER) else "green"


def explain(pack: Pack, clock: Clock, lang: str = "zh") -> str:
    """Return why the clock is due when it is: start, length, what was skipped and why, what moved it."""
    if clock.limit == GIVEN:
        text = "按上级单位时限预留后确定" if lang == "zh" else "Set by the deadline above, less the reserve"
    else:
        text = _explain_parts(pack, clock, lang)
    return "；".join([text, *_moved(clock, lang)]) if lang == "zh" else "; ".join([text, *_moved(clock, lang)])


def _explain_parts(pack: Pack, clock: Clock, lang: str) -> str:
    at, texts = clock.started_at, []
    for limit in parse(clock.limit):
        computed = worktime.deadline(pack.calendar(), at, limit)
        texts.append(worktime.explain(computed, lang))
        at = computed.due
    return "；".join(texts) if lang == "zh" else "; ".join(texts)


def _moved(clock: Clock, lang: str) -> list[str]:
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
