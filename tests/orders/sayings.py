"""Something to say for every action, drawn afresh each time: mostly fitting, and a way to spoil it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from open12345.dispatch.direct import needs_of
from open12345.orders.acts import act_of
from open12345.orders.applications import RECALLS
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Clock, WorkOrder
from open12345.policy import Pack
from open12345.policy.applications import EvidenceField

LEADS = ("c001", "c001", "c001", "urban", "urban", "enforcement", "c002", "s00101")
UNITS = ("c001", "s00101", "s00102", "c002", "urban", "enforcement", "police", "market")
CATEGORIES = ("J0201", "A0101", "A0102", "A0403", "B03", "D0301", "G0101", "P01", "E01", "")
AREAS = ("", "310117107001", "310117107002")
BODIES = (
    "涞亭南路和沪亭北路路口每天傍晚有七八个无证摊贩，老人推车过不去。",
    "亭中小区三号楼外墙渗水，我叫张三丰，手机13912345678，请派人来看。",
    "咨询一下老年人公交卡怎么办理😀",
    "工地拖欠工资三个月，联系人：李四，身份证310117199003074518。",
)
TEXTS = (
    "已到场劝离，并安排傍晚值守两周。",
    "市民说明天再来😀",
    "已联系13812348000，约好周五上门。",
    "经查与事实不符。",
)

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Talk:
    """Who speaks about what, and the dice that choose the words."""

    dice: Random
    pack: Pack
    now: datetime
    order: WorkOrder | None = None
    others: tuple[str, ...] = ()
    unit: str = ""

    def text(self) -> str:
        return self.dice.choice(TEXTS)

    def maybe(self, chance: float) -> bool:
        return self.dice.random() < chance

    def earlier(self) -> str | None:
        return None if self.maybe(0.7) else (self.now - timedelta(minutes=self.dice.randint(0, 300))).isoformat()

    def code(self, options: Any) -> str:
        return str(self.dice.choice([o.code for o in options]))

    def other(self) -> str:
        return self.dice.choice(self.others) if self.others else "nothing"


def say(action: str, talk: Talk) -> Said:
    """Return something that mostly fits the action."""
    return _SAID[action](talk)


def spoil(action: str, said: Said, dice: Random) -> Said:
    """Return `said` with one field missing, unknown, of the wrong kind, too long or absurd."""
    fields = [*act_of(action).input.model_fields, "colour"]
    bad: list[Any] = [None, "", "x" * 6000, 7, -1, [], {}, True, ["?"], {"a": 1}, "9999-12-31T00:00:00Z", "unknown"]
    name = dice.choice(fields)
    if dice.random() < 0.3:
        return {key: value for key, value in said.items() if key != name}
    return {**said, name: dice.choice(bad)}


# -- intake ------------------------------------------------------------------------------------


def _draft(talk: Talk) -> Said:
    full = _order(talk)
    return {key: value for key, value in full.items() if talk.maybe(0.8) or key.startswith(("foreign", "channel"))}


def _order(talk: Talk) -> Said:
    dice = talk.dice
    said: Said = {
        "channel": "phone",
        "kind": dice.choice(["complaint_help", "complaint_help", "inquiry", "suggestion"]),
        "category": dice.choice(CATEGORIES),
        "urgency": dice.choice(["ordinary", "ordinary", "ordinary", "semi_urgent", "urgent"]),
        "area": dice.choice(AREAS),
        "place": dice.choice(["", "涞亭南路100号"]),
        "body": dice.choice(BODIES),
        "title": dice.choice(["", "路口摊贩"]),
        "confidential": talk.maybe(0.15),
    }
    if talk.maybe(0.15):
        said["anonymous"] = True
    else:
        said |= {"name": dice.choice(["李秀兰", ""]), "phone": dice.choice(["13812348000", "021-57630000"])}
    if talk.maybe(0.25):
        said |= {"channel": "upper", "origin": "upper", "foreign_system": "district"}
        said["foreign_number"] = f"QX{dice.randrange(10**6):06}"
        if talk.maybe(0.7):
            said["upper_due_at"] = (talk.now + timedelta(hours=dice.randint(1, 300))).isoformat()
    if talk.others and talk.maybe(0.1):
        said["same_call_as"] = talk.other()
    if talk.maybe(0.05):
        said["order_type"] = dice.choice(["state_council", "supervision", "recheck"])
    return said


def _amend(talk: Talk) -> Said:
    new = {"category": talk.dice.choice(CATEGORIES), "urgency": talk.dice.choice(["ordinary", "urgent"])}
    new |= {"area": talk.dice.choice(AREAS), "kind": talk.dice.choice(["complaint_help", "inquiry"])}
    some: Said = {key: value for key, value in new.items() if talk.maybe(0.5)}
    return {**some, "reason": talk.text()}


def _split(talk: Talk) -> Said:
    parts = [{"body": talk.dice.choice(BODIES), "category": talk.dice.choice(CATEGORIES)}]
    return {"parts": parts * talk.dice.choice([1, 1, 2])}


# -- dispatch and handling ---------------------------------------------------------------------


def _dispatch(talk: Talk) -> Said:
    dice = talk.dice
    said: Said = {"lead": dice.choice(LEADS)}
    if talk.maybe(0.3):
        said["co_handlers"] = dice.sample(UNITS, dice.randint(1, 2))
    if talk.maybe(0.2):
        said |= {"in_copy": [dice.choice(UNITS)], "direct": talk.maybe(0.5)}
    if talk.order is not None and (talk.order.returns_granted >= 2 or talk.maybe(0.1)):
        said |= {"responsibility": "designated", "reason": "联席研判指定，六月二十六日"}
    elif talk.maybe(0.1):
        said["lead"] = ""
    return said


def _directly(talk: Talk) -> Said:
    known = needs_of(talk.pack, talk.order) if talk.order is not None else []
    need = talk.dice.choice(known or talk.pack.dispatching.direct).code
    return {"need": need, "lead": talk.dice.choice(LEADS), "sent_by": "分管副镇长 李某", "reason": talk.text()}


def _contact(talk: Talk) -> Said:
    outcome = talk.dice.choice(["reached", "visited", "reached", "no_answer", "busy"])
    said = {"outcome": outcome, "note": talk.text(), "late_reason": talk.code(talk.pack.closing.late_reasons)}
    return _timed(talk, said)


def _timed(talk: Talk, said: Said) -> Said:
    at = talk.earlier()
    return said if at is None else {**said, "at": at}


def _arrive(talk: Talk) -> Said:
    return _timed(talk, {"people": "队员两名", "found": talk.text(), "photos": [1] if talk.maybe(0.2) else []})


def _answer(talk: Talk) -> Said:
    return _timed(
        talk, {"method": talk.code(talk.pack.closing.answer_methods), "text": TEXTS[talk.dice.choice([0, 3])]}
    )


def _report(talk: Talk) -> Said:
    closing, dice = talk.pack.closing, talk.dice
    on_site = talk.maybe(0.8)
    said: Said = {
        "outcome": dice.choice(["solved", "explained", "partly", "not_solved"]),
        "fact": talk.code(closing.fact_options), "fact_explanation": "现场有摊贩七处，已全部劝离。",
        "demand": talk.code(closing.demand_options), "demand_explanation": "人行道应当畅通，已排定值守。",
        "clause": "市容条例第十二条", "on_site": on_site, "citizen_said": talk.text(),
        "late_reason": talk.code(closing.late_reasons), "proceed_reason": "现场已清理" if talk.maybe(0.8) else "",
    }  # fmt: skip
    said |= {"site_at": talk.now.isoformat(), "site_people": "两名"} if on_site else {"no_site_reason": "电话已说清"}
    category = (talk.order.category if talk.order else "") or ""
    if talk.maybe(0.1):
        category = said["category"] = dice.choice(CATEGORIES)
    form = talk.pack.extra_form(category) if category else None
    if form is not None:
        said["extra"] = {f.code: filled(f, talk) for f in closing.extra_forms[form]}
    return said


def _hand_down(talk: Talk) -> Said:
    below = [unit.code for unit in talk.pack.units if unit.parent == talk.unit]
    return {"unit": talk.dice.choice(below[:2] or list(UNITS)), "note": talk.text()}


def _check(talk: Talk) -> Said:
    return {"ok": talk.maybe(0.6), "note": talk.text()}


# -- applications ------------------------------------------------------------------------------


def _apply(talk: Talk) -> Said:
    kinds = ["extension", "return"] if talk.maybe(0.9) else list(talk.pack.applications)
    return _ask(talk, talk.dice.choice(kinds))


def _ask_centre(talk: Talk) -> Said:
    upper = talk.order is not None and talk.order.origin == "upper"
    return _ask(talk, "return_up" if upper else "withdrawal")


def _ask(talk: Talk, kind: str) -> Said:
    rule = talk.pack.applications[kind]
    reason = talk.dice.choice([r for r in rule.all_reasons if not r.sub])
    evidence = {f.code: filled(f, talk) for f in rule.evidence_for(reason.code) if f.required or talk.maybe(0.5)}
    said: Said = {"kind": kind, "reason": reason.code, "evidence": evidence, "explanation": talk.text()}
    if kind == "extension":
        said["limit"] = talk.dice.choice(["1 wd", "2 wd", "1 wd", "4 h", "12 h", "5 wd", "0.5 wd"])
    if kind == "return":
        said["to"] = talk.dice.choice(UNITS)
    return said


def filled(field: EvidenceField, talk: Talk) -> Any:
    """Return what fits one field of a pack's form."""
    return _FILLED[field.type](field, talk)


def _text(field: EvidenceField, talk: Talk) -> str:
    return ("联系过两次，" * 8)[: max(int(field.min or 1), min(20, int(field.max or 20)))]


def _rows(field: EvidenceField, talk: Talk) -> list[Said]:
    return [{f.code: filled(f, talk) for f in field.fields} for _ in range(talk.dice.randint(1, 2))]


_FILLED: Mapping[str, Callable[[EvidenceField, Talk], Any]] = {
    "text": _text,
    "number": lambda field, talk: int(field.min or 1),
    "rows": _rows,
    "orders": lambda field, talk: [talk.other()],
    "site_visit": lambda field, talk: {"at": talk.now.isoformat(), "people": "两名", "found": talk.text()},
    "attachment": lambda field, talk: [1],
    "choice": lambda field, talk: talk.code(field.options),
    "date": lambda field, talk: talk.now.date().isoformat(),
}


# -- callback ----------------------------------------------------------------------------------


def _heard(talk: Talk) -> Said:
    rules = talk.pack.callback
    said: Said = {
        "contacted": "yes", "truthful": talk.dice.choice(["yes", "partly"]),
        "solved": talk.code(rules.solved_options), "satisfied": talk.code(rules.scale),
        "process_satisfied": talk.code(rules.scale), "wish": talk.text(),
    }  # fmt: skip
    return {**said, "cause": talk.code(rules.causes)} if talk.maybe(0.7) else said


def _close(talk: Talk) -> Said:
    ended = talk.dice.choice(["connected"] * 6 + ["unreachable", "anonymous"])
    return {**_heard(talk), "ended": ended}


def _check_answer(talk: Talk) -> Said:
    rules = talk.pack.callback
    return {
        "ended": talk.dice.choice(["connected", "connected", "unreachable"]), "heard": talk.dice.choice(["yes", "no"]),
        "solved": talk.code(rules.solved_options), "satisfied": talk.code(rules.scale),
        "cause": talk.code(rules.causes),
    }  # fmt: skip


def _instruct(talk: Talk) -> Said:
    said: Said = {"text": talk.text(), "unit": talk.dice.choice([*LEADS, ""])}
    return {**said, "reply_by": (talk.now + timedelta(days=2)).isoformat()} if talk.maybe(0.5) else said


def _redispatch(talk: Talk) -> Said:
    said: Said = {**_heard(talk), "reason": "市民说没有解决"}
    return {**said, "lead": talk.dice.choice(LEADS), "co_handlers": ["police"]} if talk.maybe(0.4) else said


def _restart(talk: Talk) -> Said:
    return {"reason": "市民再次反映", "lead": talk.dice.choice([*LEADS, ""])}


def _clocks(talk: Talk) -> Said:
    ids = list(Clock.objects.filter(order=talk.order).values_list("pk", flat=True)) if talk.order else []
    return {"clocks": ids or [1]}


_SAID: Mapping[str, Callable[[Talk], Said]] = {
    "save_draft": _draft,
    "edit_draft": _draft,
    "submit": lambda talk: {},
    "discard": lambda talk: {},
    "register": _order,
    "amend": _amend,
    "answer_directly": lambda talk: {"text": "工作日九点到五点办理", "method": "phone"},
    "refuse": lambda talk: {"reason": talk.code(talk.pack.refusals), "told": talk.text()},
    "split": _split,
    "merge": lambda talk: {"into": talk.other()},
    "relate": lambda talk: {"other": talk.other()},
    "urge": lambda talk: {"text": talk.text(), "call_ref": "C1"},
    "dispatch": _dispatch,
    "send_directly": _directly,
    "take_back": lambda talk: {"reason": talk.text()},
    "undo_dispatch": lambda talk: {},
    "sign": lambda talk: {},
    "contact": _contact,
    "contact_for": _contact,
    "arrive": _arrive,
    "answer": _answer,
    "answer_for": _answer,
    "hand_down": _hand_down,
    "check_child": _check,
    "ask_verifier": lambda talk: {"unit": talk.dice.choice(UNITS), "question": "是否有营业执照"},
    "verify": lambda talk: {"text": talk.text()},
    "submit_report": _report,
    "pass_review": lambda talk: {"note": talk.text()},
    "send_back": lambda talk: {"reason": "没有写明处置情况"},
    "apply": _apply,
    "ask_centre": _ask_centre,
    "appeal": lambda talk: _ask(talk, "appraisal_appeal"),
    "recall": lambda talk: {"outcome": talk.dice.choice(RECALLS), "note": talk.text()},
    "grant": lambda talk: {"note": talk.text()},
    "decline": lambda talk: {"note": "理由不足"},
    "withdraw_application": lambda talk: {},
    "log_attempt": lambda talk: _timed(talk, {"outcome": talk.dice.choice(["no_answer", "busy"])}),
    "close": _close,
    "redispatch": _redispatch,
    "close_by_upper": lambda talk: {"solved": "solved", "satisfied": "satisfied", "note": talk.text()},
    "reopen_by_upper": _restart,
    "reopen": _restart,
    "archive": lambda talk: {},
    "check_answer": _check_answer,
    "instruct": _instruct,
    "answer_instruction": lambda talk: {"text": talk.text()},
    "note": lambda talk: {"text": talk.text()},
    "attach": lambda talk: {"attachment": 1, "purpose": "photo", "sha256": "0" * 64, "size": 3},
    "unmask": lambda talk: {"reason": "核对联系方式", "what": talk.dice.choice(["requester", "text", "records"])},
    "breach": _clocks,
    "recompute": lambda talk: {"cause": talk.dice.choice(["pack", "calendar"])},
}
assert frozenset(_SAID) == frozenset(ACTIONS)
