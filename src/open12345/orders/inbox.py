"""The approver's desk: the applications that wait for one's decision, by its clock; the evidence beside the consent.

There is no batch here on purpose: consent rests on the evidence of one order, and whoever ticks twenty has read none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from open12345.directory.web import needs
from open12345.orders import clocks, lists, queries, rights, telling, web
from open12345.orders.applications import RECALLS
from open12345.orders.asked import language
from open12345.orders.asking import Aside, Asking, Choices, aside, ask
from open12345.orders.bench import Bench, Row, show
from open12345.orders.clock_faces import face
from open12345.orders.dues import midnight
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Application, Assignment, Clock
from open12345.orders.rights import Scene
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind
from open12345.policy.applications import ApplicationRule
from open12345.worktime import Limit, moment_text

#: Who may decide an application: leaders of units, their clerks for what hangs below, and the centre's check.
DECIDERS: Final = ("approver", "clerk", "dispatcher", "supervisor")
_AT_ONCE: Final = 200
_DECIDING: Final = ("grant", "recall")


@needs(*DECIDERS)
@require_GET
def inbox(request: HttpRequest) -> HttpResponseBase:
    """List the applications that wait for this person's decision, the one due first on top."""
    sight = web.look(request)
    waiting = decidable(sight)
    due = decision_clocks(waiting)
    waiting.sort(key=lambda asked: (asked.pk not in due, due[asked.pk].due_at if asked.pk in due else asked.asked_at))
    bench = Bench(
        desk="inbox",
        rows=_rows(waiting, due, sight),
        page=lists.Slice(waiting),
        counts={"all": len(waiting), "late": sum(clock.due_at < sight.at for clock in due.values())},
        empty=(_("没有等待您决定的申请"), _("单位提出的退单、延期等申请轮到您时会出现在这里。")),
        words="退单 延期 时限",
    )
    return show(request, sight, bench)


def decidable(sight: Sight) -> list[Application]:
    """Return the pending applications that this person decides, in three queries."""
    parts = Prefetch("order__assignments", Assignment.objects.select_related("unit").order_by("pk"))
    pending = queries.inbox(sight.person).prefetch_related(parts)[:_AT_ONCE]
    return [asked for asked in pending if _is_for(sight, asked)]


def _is_for(sight: Sight, asked: Application) -> bool:
    scene = Scene(asked.order, sight.pack, list(asked.order.assignments.all()), [asked])
    given = scene.assignment(asked.assignment_id)
    return any(rights.grounds(scene, ACTIONS[name], sight.person, given, asked) is not None for name in _DECIDING)


def decision_clocks(waiting: Sequence[Application]) -> dict[int, Clock]:
    """Return the running decision clock of each application, in one query."""
    running = Clock.objects.filter(
        application__in=[asked.pk for asked in waiting], kind=ClockKind.DECISION, stopped_at__isnull=True
    )
    return {clock.application: clock for clock in running if clock.application is not None} if waiting else {}


def _rows(waiting: Sequence[Application], due: Mapping[int, Clock], sight: Sight) -> list[Row]:
    orders = list({asked.order_id: asked.order for asked in waiting}.values())
    lines = {line.order.pk: line for line in lists.lines(orders, sight.pack, sight.at, ClockKind.DECISION)}
    return [_row(asked, lines[asked.order_id], due.get(asked.pk), sight) for asked in waiting]


def _row(asked: Application, line: lists.Line, clock: Clock | None, sight: Sight) -> Row:
    told = telling.told_application(sight, asked)
    unit = asked.asked_unit.name if asked.asked_unit else _("中心")
    late = clock is not None and clock.due_at < sight.at
    return Row(
        replace(line, clock=face(sight.pack, clock, sight.at) if clock else None),
        note=f"{told.title} · {unit} · {told.reason}",
        state=told.waits_for,
        group=_when(clock, sight.at),
        late=late,
        query=urlencode({"do": _deed_of(asked, sight), "application": str(asked.pk)}),
    )


def _deed_of(asked: Application, sight: Sight) -> str:
    rule = sight.pack.applications.get(asked.kind)
    step = rule.steps[min(asked.step, len(rule.steps) - 1)].code if rule else ""
    return "recall" if step == "recall" else "grant"


def _when(clock: Clock | None, now: datetime) -> str:
    if clock is None:
        return _("没有时限")
    if clock.due_at < now:
        return _("已超时")
    return _("今天到期") if clock.due_at <= midnight(now) else _("以后")


# Beside the decision


@aside("grant", "decline", "recall")
def evidence_beside(asking: Asking) -> Aside:
    """Show what is asked for, why, what proves it, and what either answer leads to."""
    asked, sight = asking.application, asking.sight
    rule = sight.pack.applications.get(asked.kind) if asked else None
    told = telling.told_application(sight, asked) if asked else None
    outcome = list(_leads_to(sight, asked, rule)) if asked is not None and rule is not None else []
    return "orders/parts/decide.html", {"asked": told, "rule": rule, "outcome": outcome, "sight": sight}


def _leads_to(sight: Sight, asked: Application, rule: ApplicationRule) -> Iterator[tuple[str, str]]:
    """Yield what comes of a consent, and of a refusal."""
    if asked.step + 1 < len(rule.steps):
        yield _("同意"), _("转下一步：%(step)s") % {"step": rule.steps[asked.step + 1].title}
    elif rule.effect == "return":
        yield _("同意"), _("工单退回待派单，重新确定承办单位")
    elif rule.effect == "exclude":
        yield _("通过"), _("这件工单不计入有关指标；已公布的结果不变，更正版会写明")
    elif rule.effect == "extend" and (moved := _extended(sight, asked)):
        yield _("同意"), moved
    if rule.effect == "return":
        yield _("不同意"), _("本单位继续办理，时限照旧，已用的时间不补")
    elif rule.effect == "extend":
        yield _("不同意"), _("时限照旧")


def _extended(sight: Sight, asked: Application) -> str:
    running = (c for c in sight.clocks if c.kind == ClockKind.REPLY and c.stopped_at is None)
    clock = next((c for c in running if c.assignment_id == asked.assignment_id), None)
    if clock is None or not asked.wanted.get("limit"):
        return ""
    zone, lang = sight.pack.calendar().zone, language()
    then = clocks.extended(sight.pack, clock, Limit.parse(str(asked.wanted["limit"])))
    before, after = (moment_text(moment.astimezone(zone), lang) for moment in (clock.due_at, then))
    return _("办理时限由 %(before)s 延至 %(after)s") % {"before": before, "after": after}


def _recalls(_asking: Asking) -> Choices:
    titles = {"passed": _("通过"), "not_reached": _("未接通"), "refused": _("不通过"), "out_of_scope": _("不在范围")}
    return [(code, titles[code]) for code in RECALLS]


def _note_hint(_asking: Asking) -> str:
    return _("同意可以不填；不同意要写明理由。")


ask("note", "grant", hint=_note_hint, lines=2)
ask("note", "decline", hint=_note_hint)
ask("outcome", "recall", choices=_recalls, radios=True)
ask("note", "recall", lines=2)
