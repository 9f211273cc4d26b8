"""The rules of answer and closing report (order.md, "Doing the work"): each a clear error at its field.

A rule is a generator of problems; the report is refused with all of them at once, and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from open12345.handling.forms import AnswerInput, ArriveInput, ContactInput, ReportInput
from open12345.orders.acts import rule
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.evidence import check_files, check_form
from open12345.orders.models import Record
from open12345.orders.stages import ClockKind, RecordKind, Role
from open12345.repeats.queries import fellows_of
from open12345.text import fingerprint, private_numbers

#: A caller never reached is taken as contacted after so many recorded tries (ours).
TRIES = 2
#: Kinds of request that are true or false; an inquiry or a suggestion is not (order.md).
_NEEDS_ON_SITE_PEOPLE = ("site_at", "site_people")


@rule("answer")
@rule("answer_for")
def answer_rules(change: Change, said: AnswerInput) -> Iterator[Problem]:
    """Check what the citizen will read."""
    methods = {m.code: m.title for m in change.pack.closing.answer_methods}
    if said.method not in methods:
        yield Problem("method", "unknown", _("请选择：%(options)s") % {"options": "、".join(methods.values())})
    yield from moment_problems(change, "at", said.at, since=change.order.dispatched_at)
    yield from _private(change, "text", said.text)
    yield from _warned(change, "text", said.text, said.warning_reason)


@rule("arrive")
def arrival_rules(change: Change, said: ArriveInput) -> Iterator[Problem]:
    """Check that nobody was there in the future, and that the photos are files of this order."""
    yield from moment_problems(change, "at", said.at)
    yield from check_files(change, "photos", said.photos)


@rule("contact")
@rule("contact_for")
def recording_rules(change: Change, said: ContactInput) -> Iterator[Problem]:
    """Check that the recording is a file of this order."""
    yield from check_files(change, "recording", () if said.recording is None else (said.recording,))


@rule("submit_report")
def report_rules(change: Change, said: ReportInput) -> Iterator[Problem]:
    """Check a closing report; a co-handler's or lower unit's only for its own findings."""
    assignment = change.assignment
    if assignment is None or assignment.role != Role.LEAD or assignment.parent_id is not None:
        yield from _helper_rules(change, said)
        return
    yield from _contacted(change)
    yield from _answered(change)
    yield from _findings(change, said)
    yield from _negative(change, said)
    yield from _on_site(change, said)
    yield from _special_orders(change, said)
    yield from _extra_form(change, said)
    yield from _category(change, said)
    yield from _others(change, said)
    yield from _late(change, said.late_reason, ClockKind.REPLY)
    yield from _citizen_texts(change, said)


def _helper_rules(change: Change, said: ReportInput) -> Iterator[Problem]:
    if not said.fact_explanation:
        yield Problem("fact_explanation", "missing", _("请写明办理情况"))
    if change.assignment is not None and change.assignment.role == Role.LEAD:
        yield from _others(change, said)
    yield from check_form((), said.extra, "extra", change)
    yield from late_reason_problems(change, said.late_reason, late=False)


def _contacted(change: Change) -> Iterator[Problem]:
    if not change.pack.closing.contact_required or change.order.requester.phone_index is None:
        return
    tries = Record.objects.filter(order=change.order, round=change.order.round, kind=RecordKind.CONTACT)
    if change.order.contacted_at is None and tries.count() < TRIES:
        yield Problem("__all__", "not_contacted", _("还没有记录先行联系：请先联系市民（联系不上的至少记录两次）"))


def _answered(change: Change) -> Iterator[Problem]:
    if change.order.answered_at is None and change.order.requester.phone_index is not None:
        yield Problem("__all__", "not_answered", _("还没有记录答复市民：答复和办结报告是两件事（细则第六条）"))


def _findings(change: Change, said: ReportInput) -> Iterator[Problem]:
    kind = change.pack.kinds.get(change.order.kind)
    needed = kind is None or kind.findings_required
    rules = change.pack.closing
    for name, options in (("fact", rules.fact_options), ("demand", rules.demand_options)):
        code, explanation = getattr(said, name), getattr(said, f"{name}_explanation")
        option = next((o for o in options if o.code == code), None)
        if not code:
            if needed:
                yield Problem(name, "missing", _("请选择：%(list)s") % {"list": "、".join(o.title for o in options)})
        elif option is None:
            yield Problem(name, "unknown", _("请选择：%(list)s") % {"list": "、".join(o.title for o in options)})
        elif not explanation:
            yield Problem(f"{name}_explanation", "missing", _("请写明说明"))
        elif fingerprint(explanation) in {fingerprint(option.text), fingerprint(option.title)}:
            yield Problem(f"{name}_explanation", "repeats_option", _("说明不能只重复选项的文字，请写这件事的实际情况"))


def _negative(change: Change, said: ReportInput) -> Iterator[Problem]:
    option = next((o for o in change.pack.closing.demand_options if o.code == said.demand), None)
    if option is not None and option.negative and not said.clause:
        yield Problem("clause", "missing", _("认定不合法或不合理，要写明依据的条款"))


def _on_site(change: Change, said: ReportInput) -> Iterator[Problem]:
    if said.on_site is None:
        yield Problem("on_site", "missing", _("请回答是否现场查看"))
    elif said.on_site:
        for name in _NEEDS_ON_SITE_PEOPLE:
            if not getattr(said, name):
                title = ReportInput.model_fields[name].title
                yield Problem(name, "missing", _("现场查看要写明%(what)s") % {"what": title})
        yield from moment_problems(change, "site_at", said.site_at)
    elif change.pack.on_site_required(said.category or change.order.category):
        yield Problem("on_site", "required", _("这类诉求必须现场查看"))
    elif not said.no_site_reason:
        yield Problem("no_site_reason", "missing", _("没有现场查看，请写明原因"))


def _special_orders(change: Change, said: ReportInput) -> Iterator[Problem]:
    files = list(change.order.attachments.values_list("purpose", flat=True))
    if change.order.order_type == "state_council" and "leader_signed" not in files:
        yield Problem("__all__", "leader_signed", _("国办单要上传单位负责人签字的材料"))
    if change.order.order_type == "recheck":
        at_most = change.pack.closing.recordings_at_most
        if not 1 <= files.count("recording") <= at_most:
            yield Problem("__all__", "recording", _("复核单要上传 1 至 %(n)s 个通话录音") % {"n": at_most})
        if said.site_at is None:
            yield Problem("site_at", "missing", _("复核单要写明查看时间"))


def _extra_form(change: Change, said: ReportInput) -> Iterator[Problem]:
    code = change.pack.extra_form(said.category or change.order.category)
    fields = change.pack.closing.extra_forms[code] if code is not None else ()
    yield from check_form(fields, said.extra, "extra", change)


def _category(change: Change, said: ReportInput) -> Iterator[Problem]:
    if said.category and not change.pack.is_leaf(said.category):
        yield Problem("category", "unknown", _("请选择分类的最末一级"))


def _others(change: Change, said: ReportInput) -> Iterator[Problem]:
    waiting = change.open_below(change.assignment)
    if waiting and not said.proceed_reason:
        names = "、".join(f"{a.unit.name}（{a.part}）" for a in waiting)
        yield Problem("proceed_reason", "others_open", _("%(names)s 还没有办结；不等的话请写明理由") % {"names": names})


def _late(change: Change, reason: str, kind: ClockKind) -> Iterator[Problem]:
    clock = change.running(kind)
    yield from late_reason_problems(change, reason, late=clock is not None and change.at > clock.due_at)


def late_reason_problems(change: Change, reason: str, *, late: bool) -> Iterator[Problem]:
    """Yield a problem where a missed limit has no reason of the pack (003 art. 6 (2), HAN-26)."""
    known = {r.code: r.title for r in change.pack.closing.late_reasons}
    titles = "、".join(known.values())
    if reason and reason not in known:
        yield Problem("late_reason", "unknown", _("没有这个原因；可选：%(list)s") % {"list": titles})
    elif late and not reason:
        yield Problem("late_reason", "missing", _("已过时限，请选择原因：%(list)s") % {"list": titles})


def _citizen_texts(change: Change, said: ReportInput) -> Iterator[Problem]:
    for name in ("fact_explanation", "demand_explanation"):
        if name in change.pack.closing.citizen_text_fields:
            yield from _private(change, name, getattr(said, name))
            yield from _warned(change, name, getattr(said, name), said.warning_reason)


def _private(change: Change, name: str, text: str) -> Iterator[Problem]:
    allow = frozenset({*change.pack.closing.service_numbers, change.pack.hotline})
    if private_numbers(text, allow=allow):
        yield Problem(name, "private_number", _("市民会看到这段话：请删除个人手机号或证件号（服务电话可以保留）"))


def _warned(change: Change, name: str, text: str, reason: str) -> Iterator[Problem]:
    words = [w for w in (*change.pack.closing.promise_words, *change.pack.closing.tone_words) if w in text]
    if words and not reason:
        message = _("含有承诺或生硬的说法：%(words)s。请修改，或在“理由”中说明为什么要这样写")
        yield Problem(name, "warning_words", message % {"words": "、".join(words)}, {"words": words})


def moment_problems(
    change: Change, name: str, at: datetime | None, *, since: datetime | None = None
) -> Iterator[Problem]:
    """Yield a problem where `at` lies ahead, or (by the minute) before the dispatch of the round, `since`."""
    if at is not None and at > change.at:
        yield Problem(name, "future", _("时间不能在将来"))
    if at is not None and since is not None and at < since.replace(second=0, microsecond=0):
        yield Problem(name, "before_dispatch", _("时间不能早于派单"))


def twin_of(change: Change, text: str) -> str | None:
    """Return the number of another order with the very same reply, to be flagged (not refused).

    Orders of one mass group are exempt (order.md): they may well be answered alike.
    """
    twins = Record.objects.filter(fingerprint=fingerprint(text), kind__in=[RecordKind.REPORT, RecordKind.ANSWER])
    others = twins.exclude(order=change.order).exclude(order__in=fellows_of(change.order))
    found = others.select_related("order").order_by("-pk").first()
    return found.order.number if found else None
