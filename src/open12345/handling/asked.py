"""How units and reviewers are asked: contact, visit, answer, closing report with its extra form, hand-down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from open12345.orders import telling
from open12345.orders.asked import of_list, other_units, units_below
from open12345.orders.asking import Aside, Asking, aside, ask, order_of_fields
from open12345.orders.models import Record
from open12345.orders.questions import sheet_from
from open12345.orders.stages import OPEN_STATES, ClockKind, RecordKind, Role, State
from open12345.policy.applications import EvidenceField


def overdue(kind: ClockKind) -> Any:
    """Return a test: has the running clock of `kind` run out."""

    def test(asking: Asking) -> bool:
        running = (c for c in asking.sight.clocks if c.kind == kind and c.stopped_at is None and c.paused_at is None)
        clock = min(running, key=lambda c: c.pk, default=None)
        return clock is not None and clock.due_at < asking.sight.at

    return test


def is_top_lead(asking: Asking) -> bool:
    """Say whether the report is the one that goes to the centre."""
    given = asking.assignment
    return given is not None and given.role == Role.LEAD and given.parent_id is None


def others_open(asking: Asking) -> bool:
    """Say whether co-handlers or units below have not reported yet."""
    own, waiting = asking.assignment, (*OPEN_STATES, State.REPORTED)
    return is_top_lead(asking) and any(
        a.state in waiting and a.round == asking.sight.order.round and a.role != Role.COPY and own and a.pk != own.pk
        for a in asking.sight.scene.assignments
    )


def extra_lines(asking: Asking) -> Sequence[EvidenceField]:
    """Return the lines of the category's extra form."""
    pack = asking.sight.pack
    code = pack.extra_form(asking.value("category") or asking.sight.order.category)
    return pack.closing.extra_forms[code] if code and (asking.assignment is None or is_top_lead(asking)) else ()


def extra_title(asking: Asking) -> str:
    """Return the name of the category's extra form."""
    code = asking.sight.pack.extra_form(asking.value("category") or asking.sight.order.category) or ""
    return asking.sight.pack.closing.extra_form_titles.get(code, "")


def last_visit(asking: Asking) -> Record | None:
    """Return the latest on-site view of the round, from which the report is filled in."""
    of_round = (
        r for r in asking.sight.records.values()
        if r.kind == RecordKind.SITE_VISIT and r.round == asking.sight.order.round
    )  # fmt: skip
    return max(of_round, key=lambda r: r.pk, default=None)


def visited(asking: Asking) -> bool | None:
    """Return True where a view is on record; else the question stays open."""
    return True if last_visit(asking) else None


def visited_at(asking: Asking) -> datetime | None:
    """Return when somebody was there."""
    visit = last_visit(asking)
    if visit is None:
        return None
    at = visit.content.get("at")
    return datetime.fromisoformat(at) if at else visit.at


def visited_by(asking: Asking) -> str:
    """Return who was there."""
    visit = last_visit(asking)
    return str(visit.content.get("people", "")) if visit else ""


@aside("pass_review", "send_back", "check_child")
def report_beside(asking: Asking) -> Aside:
    """Show what was asked beside what was answered and reported."""
    sight, given = asking.sight, asking.assignment
    own = [r for r in sight.records.values() if r.round == sight.order.round]
    if given is not None:
        own = [r for r in own if r.assignment_id == given.pk]
    shown = [r for r in own if r.kind in {RecordKind.CONTACT, RecordKind.ANSWER, RecordKind.REPORT}]
    actions = {RecordKind.CONTACT: "contact", RecordKind.ANSWER: "answer", RecordKind.REPORT: "submit_report"}
    told = [
        (r, r.get_kind_display(), telling.written_lines(sight, r, actions[RecordKind(r.kind)])) for r in shown
    ]  # fmt: skip
    facts = sight.events[-1].facts if sight.events else {}
    return "handling/parts/report.html", {"told": told, "twin": facts.get("twin") if sight.is_centre else None}


_TOP: dict[str, Any] = {"shown": is_top_lead}

ask("outcome", "contact", "contact_for", choices=of_list(lambda p: p.closing.contact_outcomes), radios=True)
ask("at", "contact", "contact_for", "arrive", "answer", "answer_for", hint=_("空着表示现在。"))
ask(
    "late_reason",
    "contact",
    "contact_for",
    choices=of_list(lambda p: p.closing.late_reasons),
    shown=overdue(ClockKind.CONTACT),
    needed=True,
)
ask("recording", "contact", "contact_for", shown=lambda asking: bool(asking.sight.files))
ask("photos", "arrive", shown=lambda asking: bool(asking.sight.files))
ask("method", "answer", "answer_for", choices=of_list(lambda p: p.closing.answer_methods), radios=True)
ask("text", "answer", "answer_for", lines=6, hint=_("市民会看到这段话：不写个人手机号和证件号。"))
ask(
    "warning_reason",
    "answer",
    "answer_for",
    "submit_report",
    shown=lambda asking: asking.flagged("warning_words"),
    needed=True,
)

ask("outcome", "submit_report", choices=of_list(lambda p: p.closing.outcomes), radios=True)
ask("category", "submit_report", first=lambda asking: asking.sight.order.category, again=True, **_TOP)
ask("fact", "submit_report", choices=of_list(lambda p: p.closing.fact_options), radios=True, needed=is_top_lead)
ask("fact_explanation", "submit_report", lines=4)
ask(
    "demand", "submit_report", choices=of_list(lambda p: p.closing.demand_options), radios=True, needed=True, **_TOP
)  # fmt: skip
ask("demand_explanation", "submit_report", lines=4, **_TOP)
ask("clause", "submit_report", hint=_("认定不合法、不合理或超出职权时要写。"), **_TOP)
ask("on_site", "submit_report", first=visited, needed=is_top_lead)
ask("site_at", "submit_report", first=visited_at, when="on_site=true")
ask("site_people", "submit_report", first=visited_by, when="on_site=true")
ask("no_site_reason", "submit_report", when="on_site=false")
ask("citizen_said", "submit_report", lines=3, **_TOP)
ask("in_charge", "submit_report", **_TOP)
ask(
    "late_reason",
    "submit_report",
    choices=of_list(lambda p: p.closing.late_reasons),
    shown=lambda asking: is_top_lead(asking) and overdue(ClockKind.REPLY)(asking),
    needed=True,
)
ask("proceed_reason", "submit_report", shown=others_open, hint=_("协办或下级单位还没有办结。"))
order_of_fields(
    "submit_report", "outcome", "fact", "fact_explanation", "demand", "demand_explanation", "clause", "on_site",
    "site_at", "site_people", "no_site_reason", "citizen_said", "in_charge", "category", "extra",
)  # fmt: skip
sheet_from("extra", "submit_report", title=extra_title, fields=extra_lines)

ask("unit", "hand_down", choices=units_below)
ask("unit", "ask_verifier", choices=other_units)
ask("question", "ask_verifier", hint=_("一次问清一件事实；对方一个工作日内答复。"))
ask("ok", "check_child")
ask("note", "check_child", hint=_("退回下级时必填。"))
