"""Help that every later desk needs: which limits were kept, and what has been said to the citizen so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from open12345.orders import telling
from open12345.orders.clock_faces import faces
from open12345.orders.helps import Help, lend
from open12345.orders.sight import Sight
from open12345.orders.stages import RecordKind, Role, State
from open12345.text import sentences

_TOLD: Final = frozenset({RecordKind.ANSWER, RecordKind.REPORT})


def limits_kept(sight: Sight) -> Mapping[str, Any] | None:
    """Return the stopped clocks of the present round, the order's own and its lead's; None where none has stopped."""
    leads = {
        a.pk for a in sight.scene.assignments
        if a.role == Role.LEAD and a.parent_id is None and a.state != State.TAKEN_BACK  # of a dispatch that was undone
    }  # fmt: skip
    stopped = [
        clock
        for clock in sight.clocks
        if clock.stopped_at is not None
        and clock.alarm
        and clock.round == sight.order.round
        and clock.assignment_id in {None, *leads}
    ]
    return {"clocks": faces(sight.pack, sorted(stopped, key=lambda c: c.started_at), sight.at)} if stopped else None


def asked(sight: Sight) -> Mapping[str, Any] | None:
    """Return what was asked, sentence by sentence, to be ticked off beside the reply; None where nothing was said."""
    found = sentences(sight.order.body)
    return {"sentences": found} if found else None


def said_so_far(sight: Sight) -> Mapping[str, Any] | None:
    """Return the last answer and report of the round, and every callback before; None where nothing was said."""
    now = [r for r in sight.records.values() if r.round == sight.order.round and RecordKind(r.kind) in _TOLD]
    last = {record.kind: record for record in now}
    earlier = [r for r in sight.records.values() if RecordKind(r.kind) is RecordKind.CALLBACK]
    brought = {event.facts.get("record"): event.action for event in sight.events}
    told = [
        (record, record.get_kind_display(), telling.written_lines(sight, record, brought[record.pk]))
        for record in (*last.values(), *reversed(earlier))
        if record.pk in brought
    ]
    return {"told": told} if told else None


def lend_all() -> None:
    """Lend the panels to the desks that do the work or judge it."""
    kept, said = "orders/parts/limits_kept.html", "orders/parts/said_so_far.html"
    lend(Help("orders.asked", "orders/parts/asked.html", asked, frozenset({"handling", "review"}), order=5))
    lend(Help("orders.said", said, said_so_far, frozenset({"callback", "upper"}), order=10))
    lend(Help("orders.kept", kept, limits_kept, frozenset({"review", "callback", "upper"}), order=20))
