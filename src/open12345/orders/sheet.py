"""The record sheet of an order (003 annex 2, 工单信息记录表): what a paper form would hold, read from the order.

What is not known yet stays empty, as lines to write on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from open12345.orders import telling
from open12345.orders.models import Record
from open12345.orders.sight import Sight
from open12345.orders.stages import RecordKind, Role
from open12345.orders.telling import Line

#: What a closing report says under "事实认定"; the rest of it stands under "办结汇报".
_FACTS = frozenset({"fact", "fact_explanation"})
#: Asked by boxes of their own, or of no use on paper.
_BOXED = frozenset({"on_site", "category", "warning_reason", "proceed_reason"})


class Box(NamedTuple):
    """A box of the form, ticked or not."""

    title: str
    ticked: bool


@dataclass(frozen=True)
class Sheet:
    """The fields of the form, in its order."""

    came_at: datetime | None
    kinds: list[Box]
    units: list[str]
    same_day: list[Box]
    on_site: list[Box]
    facts: list[Line]
    report: list[Line]
    answered_at: datetime | None
    satisfied: list[Box]


def sheet_of(sight: Sight) -> Sheet:
    """Return what the sheet of the order says of its present round."""
    order, report = sight.order, _last(sight, RecordKind.REPORT, of_lead=True)
    direct = _last(sight, RecordKind.DIRECT_ANSWER)
    level = sight.pack.callback.level(order.satisfied)
    return Sheet(
        came_at=order.accepted_at,
        kinds=[Box(kind.title, code == order.kind) for code, kind in sight.pack.kinds.items()],
        units=_units(sight),
        same_day=yes_no(_same_day(sight)),
        on_site=yes_no(_on_site(sight, report)),
        facts=_said(sight, report, "submit_report", only=_FACTS),
        report=[*_said(sight, report, "submit_report", but=_FACTS | _BOXED), *_said(sight, direct, "answer_directly")],
        answered_at=_answered_at(sight) or (direct.at if direct else None),
        satisfied=yes_no(level.satisfied if level else None),
    )


def yes_no(value: object) -> list[Box]:
    """Return the boxes 是 and 否, neither ticked where nobody knows yet (None)."""
    return [Box(_("是"), value is True), Box(_("否"), value is False)]


def _records(sight: Sight, *kinds: RecordKind) -> list[Record]:
    return [r for r in sight.records.values() if r.round == sight.order.round and RecordKind(r.kind) in kinds]


def _last(sight: Sight, kind: RecordKind, *, of_lead: bool = False) -> Record | None:
    """Return the last record of a kind in the round; of the order's lead alone, where helpers write such too."""
    leads = {a.pk for a in sight.scene.assignments if a.role == Role.LEAD and a.parent_id is None}
    found = [r for r in _records(sight, kind) if not of_lead or r.assignment_id in leads]
    return found[-1] if found else None


def _units(sight: Sight) -> list[str]:
    """The lead first, then who helps; handed-down shares are the lead's own matter."""
    now = [a for a in sight.scene.assignments if a.round == sight.order.round and a.parent_id is None]
    kept = [a for a in now if a.role in {Role.LEAD, Role.CO_HANDLER} and a.state not in {"returned", "taken_back"}]
    rank = [Role.LEAD, Role.CO_HANDLER]
    found = sorted(kept, key=lambda a: (rank.index(Role(a.role)), a.pk))
    return [f"{a.unit.name}（{a.get_role_display()}）" for a in found]


def _same_day(sight: Sight) -> bool | None:
    """Whether the citizen was first called on the day of dispatch (当日先联)."""
    calls = [e.facts for e in sight.events if e.round == sight.order.round and e.action in {"contact", "contact_for"}]
    reached = [facts for facts in calls if facts.get("reached")]
    return bool(reached[0].get("same_day")) if reached else None


def _on_site(sight: Sight, report: Record | None) -> bool | None:
    if _records(sight, RecordKind.SITE_VISIT):
        return True
    said = report.content.get("on_site") if report else None
    return bool(said) if said is not None else None


def _answered_at(sight: Sight) -> datetime | None:
    answer = _last(sight, RecordKind.ANSWER)
    if answer is None:
        return None
    return parse_datetime(str(answer.content.get("at") or "")) or answer.at


def _said(
    sight: Sight, record: Record | None, action: str, *, only: frozenset[str] = frozenset(),
    but: frozenset[str] = frozenset(),
) -> list[Line]:  # fmt: skip
    if record is None:
        return []
    wanted = dict(_chosen(record.content, only, but))
    return telling.spoken(sight, wanted, action)


def _chosen(content: dict[str, object], only: frozenset[str], but: frozenset[str]) -> Iterator[tuple[str, object]]:
    for name, value in content.items():
        if name not in but and (not only or name in only):
            yield name, value
