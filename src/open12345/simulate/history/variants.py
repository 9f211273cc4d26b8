"""The same life, in time or late: what the overdue watch and a missed limit add to the rows, put in or taken out.

A life is learnt once; whether limits were missed differs from order to order. What lateness writes is little (a line of
the watch in the history, a reason in what is written), so that variants are made from the rows themselves. The life
that was played is made again in this way and must come out exactly as it was written (`check`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.db import models

from open12345.directory.person import SYSTEM
from open12345.orders.models import Clock, Event, Record, WorkOrder
from open12345.orders.stages import ClockKind
from open12345.simulate.history.learning import Found, PatternError, Rows, Skeleton
from open12345.simulate.history.shadow import Row
from open12345.simulate.lives.steps import Step

#: (place among all acts, clocks marked) of each look of the watch.
Marks = tuple[tuple[int, tuple[int, ...]], ...]
_TICK: Final = timedelta(microseconds=1)
_REASON: Final = "late_reason"
_CHANGED: Final = frozenset({Event, Record, WorkOrder})
#: Columns that hold what an event or a record says.
_SAID: Final = frozenset({"facts", "content"})


def in_time(found: Found) -> Found:
    """Return the life as if no limit had been missed."""
    rows = _copied(found.rows)
    rows[Event] = [event for event in rows[Event] if event["action"] != "breach"]
    for event in rows[Event]:
        event["facts"].pop(_REASON, None)
    for record in rows.get(Record, []):
        if _REASON in record["content"]:
            record["content"][_REASON] = ""
    kept = [(s, p) for s, p in zip(found.steps, found.places, strict=True) if p is not None]
    return replace(found, rows=_renumbered(rows), steps=tuple(s for s, _ in kept), places=tuple(p for _, p in kept))


def late(found: Found, reasons: tuple[int, ...], reason: str, marks: Marks) -> Found:
    """Return a life that was in time as if limits had been missed.

    `reasons`: the acts (by place in the script) that had to tell why; `marks`: when the watch saw what.
    """
    rows = _copied(found.rows)
    for place in reasons:
        _tell(rows, found.steps[place], reason)
    steps, places = list(found.steps), list(found.places)
    for place, clocks in marks:
        at = steps[place - 1].at + _TICK
        steps.insert(place, Step(at, "breach", SYSTEM))
        places.insert(place, None)
        before = max((e for e in rows[Event] if e["at"] < at), key=lambda e: e["at"])
        rows[Event].insert(rows[Event].index(before) + 1, _seen(before, at, rows[Clock], clocks))
    return replace(found, rows=_renumbered(rows), steps=tuple(steps), places=tuple(places))


def barred(bones: Skeleton, found: Found, places: tuple[int, ...]) -> tuple[Skeleton, Found]:
    """Return a life as if, after the dispatches at these places of the script, the unit could not have handed back.

    What the platform then leaves out is the window for it (`rounds.open_round`); no other clock hangs on that.
    """
    gone = {n for n, rule in enumerate(bones.clocks) if rule.kind == ClockKind.RETURN and rule.start in places}
    if not gone:
        return bones, found
    left = [n for n in range(len(bones.clocks)) if n not in gone]
    now = {n: m for m, n in enumerate(left)}
    kept = [bones.clocks[n] for n in left]
    rules = tuple(rule if rule.above is None else replace(rule, above=now[rule.above]) for rule in kept)
    answered = tuple((place, now[n]) for place, n in bones.late)
    clocks = [found.rows[Clock][n] for n in left]
    return Skeleton(rules, answered), replace(found, rows={**found.rows, Clock: clocks})


def check(ours: Found, played: Found) -> None:
    """Raise `PatternError` where a life made late is not the one that was played."""
    for model, wanted in played.rows.items():
        for one, other in zip(wanted, ours.rows[model], strict=True):
            differ = {n for n in one if one[n] != other[n] and n not in _free(model, one, played)}
            if differ:
                told = {n: (one[n], other[n]) for n in differ}
                raise PatternError(f"{model.__name__} of a late life: {told}")


def _free(model: type[models.Model], row: Row, played: Found) -> set[str]:
    """Return what no variant keeps: hashes, digests, and the very moment of the watch."""
    free = {"prev", "hash", "digest", "head_hash", "breached_at", "changed_at"}
    if model is Event and (row["action"] == "breach" or "record_digest" in row["facts"]):
        free |= {"at"} if row["action"] == "breach" else set()
    return free


def _copied(rows: Rows) -> Rows:
    """Return the rows, of which variants change the order, events and records, and what these say."""
    return {model: [_row(row) for row in some] if model in _CHANGED else some for model, some in rows.items()}


def _row(row: Row) -> Row:
    return {name: dict(value) if name in _SAID else value for name, value in row.items()}


def _tell(rows: Rows, step: Step, reason: str) -> None:
    for event in rows[Event]:
        if event["at"] == step.at:
            event["facts"][_REASON] = reason
    for record in rows.get(Record, []):
        if record["at"] == step.at:
            record["content"][_REASON] = reason


def _seen(before: Row, at: Any, clocks: list[Row], marked: tuple[int, ...]) -> Row:
    """Return the event of the watch, as `housekeeping.breach` tells it."""
    return {
        **before, "at": at, "action": "breach", "stage_from": before["stage_to"], "stage_to": before["stage_to"],
        "assignment": None, "actor_kind": SYSTEM.kind, "actor": None, "actor_name": SYSTEM.name, "unit": None,
        "facts": {"late": [clocks[n]["kind"] for n in marked], "clocks": [clocks[n]["id"] for n in marked]},
    }  # fmt: skip


def _renumbered(rows: Rows) -> Rows:
    for seq, event in enumerate(rows[Event], start=1):
        event["seq"] = seq
    last = rows[Event][-1]
    for order in rows[WorkOrder]:
        order["head_seq"], order["changed_at"] = last["seq"], last["at"]
    return rows
