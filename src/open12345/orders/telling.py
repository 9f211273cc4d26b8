"""An order's history in words: who did what when, what was written, what it led to. Codes become titles.

What stands in an event or record is named by the titles of the action's own input; the rest by `_FACTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.orders.acts import registered
from open12345.orders.asking import Asking, made_for, titles, way_of
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.marks import MARKS
from open12345.orders.models import Application, Attachment, Event, Record
from open12345.orders.questions import field_titles, lines_of_sheet
from open12345.orders.sight import Sight
from open12345.orders.stages import ClockKind, Origin, Stage
from open12345.policy.applications import EvidenceField
from open12345.worktime import Limit, limit_text, moment_text

from .asked import language


class Line(NamedTuple):
    """A fact in words."""

    label: str
    text: str


@dataclass
class Told:
    """One event of the history, as people read it."""

    seq: int
    at: datetime
    title: str
    who: str
    unit: str
    machine: bool
    stage: str  # the stage it led to, "" where the order stayed
    action: str
    lines: list[Line] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    sealed: int | None = None  # the record whose words were masked

    @property
    def mark(self) -> str:
        """One sign for the kind of step, drawn on the line."""
        return str(MARKS.get(self.action, ""))


def history(sight: Sight) -> list[Told]:
    """Return the whole history, newest first."""
    return [_told(sight, event) for event in reversed(sight.events)]


def _told(sight: Sight, event: Event) -> Told:
    record = sight.records.get(int(event.facts.get("record") or 0))
    moved = event.stage_from != event.stage_to
    return Told(
        seq=event.seq, at=event.at, title=_title(event), action=event.action,
        who=event.actor_name, unit=sight.unit_names.get(event.unit or 0, ""), machine=event.actor_kind != "staff",
        stage=str(Stage(event.stage_to).label) if moved else "",
        lines=list(_lines(sight, event, record)), files=_files(sight, event, record),
        sealed=record.pk if record is not None and record.sealed is not None else None,
    )  # fmt: skip


def _title(event: Event) -> str:
    """Return what was done; what the platform dispatched is told apart from what people dispatched."""
    by_itself = event.action == "dispatch" and event.actor_kind == "system"
    return _("自动派单") if by_itself else str(ACTIONS[event.action].title)


def _lines(sight: Sight, event: Event, record: Record | None) -> Iterator[Line]:
    written = written_lines(sight, record, event.action) if record is not None else []
    yield from written
    said = {line.label for line in written}
    told = set(record.content) if record is not None else set()
    if event.facts.get("reason") and event.facts.get("reason") == event.facts.get("clause"):
        told.add("reason")  # the clause is the reason: once is enough
    for key in [k for k in ("reason", *_FACTS) if k in event.facts and k not in told]:
        line = _fact(sight, event, key, event.facts[key])
        if line is not None and line.label not in said and line.text:
            yield line


def _files(sight: Sight, event: Event, record: Record | None) -> list[Attachment]:
    wanted = {event.facts.get("attachment"), *event.facts.get("photos", [])}
    if record is not None:
        wanted |= {record.content.get("recording")}
    return [file for file in sight.files if file.pk in wanted]


# What people wrote


def written_lines(sight: Sight, record: Record, action: str) -> list[Line]:
    """Return the filled fields of a record in words; `action` is what brought it."""
    return spoken(sight, record.content, action)


def spoken(sight: Sight, content: Mapping[str, Any], action: str) -> list[Line]:
    """Return the filled fields of an action's input in words."""
    asking = Asking(ACTIONS[action], sight, said=content)
    known = list(field_titles(action)) if action in registered() else []
    names = [n for n in known if n in content] + [n for n in content if n not in known]
    found = [line for name in names for line in _field(asking, name, content[name])]
    return [line for line in found if line.text]


#: Ids that stand in records only for the software.
_SILENT: Final = frozenset({"photos", "recording", "connected"})


def _field(asking: Asking, name: str, value: Any) -> Iterator[Line]:
    if name in _SILENT or value in (None, "", [], {}, False):
        return
    known = field_titles(asking.action.name) if asking.action.name in registered() else {}
    label = _(known[name]) if name in known else str(_FACTS[name].label if name in _FACTS else name)
    if isinstance(value, dict):
        yield from sheet_lines(lines_of_sheet(asking.action.name, name, asking), value)
        return
    yield Line(label, _value(asking, name, value))


def sheet_lines(lines: Sequence[EvidenceField], filled: Mapping[str, Any]) -> Iterator[Line]:
    """Return a pack's form as filled in, in words."""
    known = {line.code: line for line in lines}
    for code in _ranked(known, filled):
        line = known.get(code)
        text = _evidence(line, filled[code])
        if text:
            yield Line(line.title if line else code, text)


def _ranked(known: Mapping[str, EvidenceField], filled: Mapping[str, Any]) -> list[str]:
    """The order of the pack's form; the database does not keep that of the keys."""
    return [code for code in known if code in filled] + [code for code in filled if code not in known]


def _evidence(line: EvidenceField | None, value: Any) -> str:
    if line is not None and line.type == "choice":
        return {option.code: option.title for option in line.options}.get(value, str(value))
    if isinstance(value, list):
        rows = [_evidence_row(line, row) if isinstance(row, dict) else str(row) for row in value]
        return "；".join(rows)
    return _evidence_row(line, value) if isinstance(value, dict) else _plain(value)


def _evidence_row(line: EvidenceField | None, row: Mapping[str, Any]) -> str:
    known = {sub.code: sub for sub in line.fields} if line else {}
    codes = _ranked(known, row) if known else [c for c in ("at", "people", "found") if c in row] or list(row)
    return " · ".join(_evidence(known.get(code), row[code]) for code in codes if row[code])


def _value(asking: Asking, name: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(_value(asking, name, one) for one in value)
    if isinstance(value, str):
        choices = made_for(asking, way_of(asking.action.name, name).choices)
        if choices is not None:
            return titles(choices).get(value) or _unit_or_code(asking.sight, name, value)
    return _plain(value)


def _unit_or_code(sight: Sight, name: str, value: str) -> str:
    return sight.unit_named(value) if name in {"lead", "unit", "to", "co_handlers", "in_copy"} else value


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else str(value)


# Facts of events


class Fact(NamedTuple):
    """How a fact of an event is told: its label, how its value is read, whether only the centre is told."""

    label: str | Promise
    read: Callable[[Sight, Any], str]
    centre: bool = False


def _as_it_is(sight: Sight, value: Any) -> str:
    return "、".join(_plain(v) for v in value) if isinstance(value, list) else _plain(value)


def _yes(sight: Sight, value: Any) -> str:
    return _("是") if value else _("否")


def _only_yes(sight: Sight, value: Any) -> str:
    return _("是") if value else ""


def _unit(sight: Sight, value: Any) -> str:
    return "、".join(sight.unit_named(str(code)) for code in (value if isinstance(value, list) else [value]))


def _count(sight: Sight, value: Any) -> str:
    return str(len(value))


def _limits(sight: Sight, value: Any) -> str:
    return "、".join(str(ClockKind(kind).label) for kind in value)


def _due(sight: Sight, value: Any) -> str:
    """An end as explanations write it: 24:00 of the day that ends, never 0:00 of the next."""
    moment = parse_datetime(value) if isinstance(value, str) else None
    return moment_text(localtime(moment), language()) if moment else str(value)


def _dues(sight: Sight, value: Any) -> str:
    return "；".join(f"{ClockKind(kind).label} {_due(sight, old)} → {_due(sight, new)}" for kind, old, new in value)


def _category(sight: Sight, value: Any) -> str:
    return _both(value, sight.pack.category_path)


def _titled(name: str) -> Callable[[Sight, Any], str]:
    def read(sight: Sight, value: Any) -> str:
        entries = getattr(sight.pack, name)
        return _both(value, lambda code: getattr(entries.get(code), "title", None) or str(entries.get(code, code)))

    return read


def _both(value: Any, title: Callable[[str], str]) -> str:
    """An amended element stands as [before, after]."""
    if isinstance(value, list):
        return " → ".join(title(v) if v else _("空") for v in value)
    return title(value)


def _chosen(action: str, name: str) -> Callable[[Sight, Any], str]:
    """Read a code by the choices of the field it came from."""

    def read(sight: Sight, value: Any) -> str:
        choices = made_for(Asking(ACTIONS[action], sight), way_of(action, name).choices)
        known = titles(choices) if choices else {}
        return _both(value, lambda code: known.get(code, code))

    return read


def _reason_of(sight: Sight, event: Event, code: str) -> str:
    """A reason is a code of the pack for applications and refusals, else what somebody wrote."""
    rule = sight.pack.applications.get(str(event.facts.get("kind", "")))
    refusals = [r for top in sight.pack.refusals for r in (top, *top.sub)]
    found = rule.reason(code) if rule else next((r for r in refusals if r.code == code), None)
    return found.title if found else code


def _wanted(sight: Sight, value: Any) -> str:
    parts = []
    if value.get("limit"):
        parts.append(limit_text(Limit.parse(value["limit"]), language()))
    if value.get("to"):
        parts.append(sight.unit_named(value["to"]))
    return "、".join(parts)


def _application(sight: Sight, value: Any) -> str:
    rule = sight.pack.applications.get(value)
    return rule.title if rule else str(value)


def _principle(sight: Sight, value: Any) -> str:
    found = sight.pack.duty.principle(value)
    return found.title if found else ""


def _item(sight: Sight, value: Any) -> str:
    return next((item.title for item in sight.pack.duty.items if item.code == value), "")


def _need(sight: Sight, value: Any) -> str:
    return next((need.title for need in sight.pack.dispatching.direct if need.code == value), str(value))


def _others(sight: Sight, value: Any) -> str:
    """Numbers of other orders: only of those that the reader may see."""
    seen = {related.order.number for related in sight.related}
    numbers = value if isinstance(value, list) else [value]
    return "、".join(n for n in numbers if sight.is_centre or n in seen)


_UNHAPPY: Final = {"not_solved": __("没有解决"), "subjective": __("单位主观原因")}


def _origin(sight: Sight, value: Any) -> str:
    return str(Origin(value).label)


def _confidential(sight: Sight, value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return " → ".join(_yes(sight, one) for one in values)


def _limit(sight: Sight, value: Any) -> str:
    return limit_text(Limit.parse(value), language())


def _unhappy(sight: Sight, value: Any) -> str:
    return str(_UNHAPPY.get(value, value))


_RECALLED: Final = {
    "passed": __("通过"), "not_reached_1": __("未接通（第一次）"), "not_reached_2": __("未接通（第二次）"),
    "refused": __("不通过"), "out_of_scope": __("不在范围"),
}  # fmt: skip


def _recalled(_sight: Sight, value: Any) -> str:
    return str(_RECALLED.get(value, value))


_FACTS: Final[Mapping[str, Fact]] = {
    "origin": Fact(__("来源层级"), _origin),
    "channel": Fact(__("受理渠道"), _titled("channels")),
    "kind": Fact(__("诉求类型"), _titled("kinds")),
    "category": Fact(__("诉求分类"), _category),
    "urgency": Fact(__("紧急程度"), _titled("urgencies")),
    "type": Fact(__("工单种类"), _titled("order_types")),
    "confidential": Fact(__("保密"), _confidential),
    "located": Fact(__("地图选点"), _only_yes),
    "foreign_number": Fact(__("来源平台编号"), _as_it_is),
    "caller_open": Fact(__("该诉求人在办工单"), _count, centre=True),
    "parts": Fact(__("拆出工单"), _others),
    "into": Fact(__("并入工单"), _others),
    "other": Fact(__("相关工单"), _others),
    "urges": Fact(__("累计催办"), _as_it_is),
    "urge": Fact(__("催办内容"), _as_it_is),
    "told": Fact(__("告知内容"), _as_it_is),
    "lead": Fact(__("主办单位"), _unit),
    "co_handlers": Fact(__("协办单位"), _unit),
    "in_copy": Fact(__("抄送单位"), _unit),
    "responsibility": Fact(__("责任制"), _chosen("dispatch", "responsibility")),
    "principle": Fact(__("派单原则"), _principle),
    "clause": Fact(__("依据"), _as_it_is),
    "need": Fact(__("点对点事项"), _need),
    "sent_by": Fact(__("派发领导"), _as_it_is),
    "no_return": Fact(__("不得退单"), _only_yes),
    "item": Fact(__("责任清单事项"), _item),
    "changed_unit": Fact(__("更换单位"), _only_yes),
    "unit": Fact(__("单位"), _unit),
    "note": Fact(__("意见"), _as_it_is),
    "same_day": Fact(__("当日先联"), _yes),
    "outcome": Fact(__("结果"), _as_it_is),
    "late_reason": Fact(__("超时原因"), _chosen("submit_report", "late_reason")),
    "twin": Fact(__("与另一工单内容相同"), _as_it_is, centre=True),
    "ok": Fact(__("核对通过"), _yes),
    "wanted": Fact(__("申请内容"), _wanted),
    "granted": Fact(__("同意"), _yes),
    "recalled": Fact(__("回访结果"), _recalled),
    "advice": Fact(__("建议单位"), _unit),
    "due": Fact(__("新的期限"), _due),
    "dues": Fact(__("新的期限"), _dues),
    "limit": Fact(__("延长"), _limit),
    "attempts": Fact(__("累计未接通"), _as_it_is),
    "callback": Fact(__("第几次回访"), _as_it_is),
    "unhappy": Fact(__("不满意情形"), _unhappy),
    "supervise": Fact(__("转督办"), _only_yes),
    "solved": Fact(__("是否解决"), _chosen("close", "solved")),
    "satisfied": Fact(__("是否满意"), _chosen("close", "satisfied")),
    "late": Fact(__("超时的时限"), _limits),
    "moved": Fact(__("重算的时限"), _limits),
    "what": Fact(__("查看内容"), _chosen("unmask", "what")),
}


def _fact(sight: Sight, event: Event, key: str, value: Any) -> Line | None:
    if key == "reason" and isinstance(value, str):
        return Line(_("原因"), _reason_of(sight, event, value))
    if key == "cause" and event.action == "recompute":
        return Line(_("原因"), _("工作日历有变") if value == "calendar" else _("规则包有变"))
    if key == "kind" and "application" in event.facts:
        return Line(_("申请种类"), _application(sight, value))
    fact = _FACTS.get(key)
    if fact is None or (fact.centre and not sight.is_centre):
        return None
    return Line(str(fact.label), fact.read(sight, value))


# Applications


@dataclass
class ToldApplication:
    """An application with its reason, evidence and decisions in words."""

    application: Application
    title: str
    reason: str
    lines: list[Line]
    decisions: list[tuple[str, str, str, str, str]]  # step, verdict, by, at, note
    waits_for: str


def applications(sight: Sight) -> list[ToldApplication]:
    """Return the order's applications, newest first."""
    return [told_application(sight, application) for application in reversed(sight.scene.applications)]


def _verdict(line: Mapping[str, Any]) -> str:
    """What a step of an application was decided as."""
    if line.get("outcome") in _RECALLED:
        return str(_RECALLED[line["outcome"]])
    return _("同意") if line["granted"] else _("不同意")


def told_application(sight: Sight, asked: Application) -> ToldApplication:
    """Return an application in words."""
    rule = sight.pack.applications.get(asked.kind)
    if rule is None:
        return ToldApplication(asked, asked.kind, asked.reason, [], [], "")
    reason = rule.reason(asked.reason)
    lines = [Line(_("说明"), asked.explanation)] if asked.explanation else []
    if wanted := _wanted(sight, asked.wanted):
        lines.append(Line(_("申请内容"), wanted))
    lines += sheet_lines(rule.evidence_for(asked.reason), asked.evidence)
    steps = {step.code: step.title for step in rule.steps}
    decided = [
        (steps.get(d["step"], d["step"]), _verdict(d), d["by"], _plain(d["at"]), d["note"])
        for d in asked.decisions
    ]  # fmt: skip
    waits = rule.steps[min(asked.step, len(rule.steps) - 1)].title if asked.state == "pending" else ""
    return ToldApplication(asked, rule.title, reason.title if reason else asked.reason, lines, decided, waits)


def since(sight: Sight, seq: int) -> list[Told]:
    """Return what happened after the event that somebody had seen last, oldest first."""
    return [_told(sight, event) for event in _after(sight.events, seq)]


def _after(events: Iterable[Event], seq: int) -> list[Event]:
    return [event for event in events if event.seq > seq]


# Elements


def elements(sight: Sight) -> list[Line]:
    """Return the elements of the order, those that are there."""
    order, pack = sight.order, sight.pack
    area = pack.area_path(order.area.code) if order.area else ""
    found = [
        Line(_("诉求类型"), _titled("kinds")(sight, order.kind)),
        Line(_("诉求分类"), pack.category_path(order.category) if order.category else _("未分类")),
        Line(_("所属区域"), area),
        Line(_("诉求地址"), order.place),
        Line(_("受理渠道"), _titled("channels")(sight, order.channel)),
        Line(_("来源层级"), str(Origin(order.origin).label)),
        *(Line(_("来源平台编号"), f"{_platform(sight, system)} {number}") for system, number in sight.foreign),
        Line(_("工单种类"), _titled("order_types")(sight, order.order_type)),
        Line(_("轮次"), str(order.round) if order.round else ""),
        *_tallies(sight),
    ]
    return [line for line in found if line.text]


def _platform(sight: Sight, system: str) -> str:
    """What another platform is called: as the channel is by which its orders come; its code where none is known."""
    channels, own = sight.pack.channels, sight.order.channel
    code = own if system.endswith(f"-{Origin.UPPER}") and system not in channels else system
    known = code in channels and Origin(channels[code].origin) == Origin.UPPER
    return channels[code].title if known else system


def _tallies(sight: Sight) -> Iterator[Line]:
    """What happened more than never."""
    order = sight.order
    names = {
        "urges": _("催办"), "returns_asked": _("申请退单"), "returns_granted": _("退单"), "extensions": _("延期"),
        "callbacks": _("回访"), "attempts": _("未接通"), "reopened": _("重启"), "upper_returns": _("上级退单"),
    }  # fmt: skip
    for name, label in names.items():
        if value := getattr(order, name):
            yield Line(label, _("%(n)s 次") % {"n": value})
    results = {"outcome": "submit_report", "solved": "close", "satisfied": "close"}
    labels = {"outcome": _("办理结果"), "solved": _("是否解决"), "satisfied": _("是否满意")}
    for name, action in results.items():
        if value := getattr(order, name):
            yield Line(labels[name], _chosen(action, name)(sight, value))
    if order.twice_unhappy:
        yield Line(_("两次不满意"), _("是"))
