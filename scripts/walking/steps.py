"""Steps that many endings share, each sent over HTTP as the right person."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from walking.people import Walk

ZONE = ZoneInfo("Asia/Shanghai")
REFUSED, FORBIDDEN, MISSING, CONFLICT = 422, 403, 404, 409
NOT_OURS = {"clauses": [{"document": "首接负责清单", "clause": "该事项主办单位不是本单位"}]}
WAGES = {"site": "某工地", "persons": 6, "amount": 48000, "stage": "agreed"}


def now() -> str:
    """Return this moment as the API takes it."""
    return datetime.now(ZONE).isoformat(timespec="seconds")


def clerk(walk: Walk) -> str:
    """The clerk of the leading unit."""
    return f"clerk.{walk.lead}"


def dispatch(walk: Walk, **said: Any) -> None:
    """The dispatcher gives the order to a unit; left open, to that of the duty list."""
    more = walk.act("dispatcher", "dispatch", said)
    walk.lead, walk.co_handlers = more["lead"], list(more.get("co_handlers", []))


def sign(walk: Walk) -> None:
    """The unit signs; a stranger does not even see the order."""
    walk.act(clerk(walk), "sign")


def contact(walk: Walk) -> None:
    """The unit calls the citizen."""
    walk.act(clerk(walk), "contact", {"outcome": "reached", "note": "已了解详细情况"})


def visit(walk: Walk) -> None:
    """A worker goes there."""
    walk.act(f"worker.{walk.lead}", "arrive", {"people": "工作人员两名", "found": "已查看现场，情况与所述相符"})


def answer(walk: Walk) -> None:
    """The citizen is told."""
    text = f"您好，工单 {walk.number[-6:]} 反映的情况已经核实处理，现场已恢复，感谢您的监督。"
    walk.act(clerk(walk), "answer", {"method": "phone", "text": text})


def report(walk: Walk, outcome: str = "solved", **more: Any) -> None:
    """The unit reports to the centre."""
    walk.act(clerk(walk), "submit_report", reported(walk, outcome, **more))


def reported(walk: Walk, outcome: str = "solved", **more: Any) -> dict[str, Any]:
    """Return a closing report that holds."""
    said = {
        "outcome": outcome, "fact": "true_fact", "demand": "reasonable", "on_site": True, "site_at": now(),
        "fact_explanation": f"接单后到现场核实，工单 {walk.number[-6:]} 反映的情况存在，已处置完毕。",
        "demand_explanation": f"诉求应予支持，针对工单 {walk.number[-6:]} 已安排一周内复查一次。",
        "site_people": "工作人员两名", "citizen_said": "表示认可", "in_charge": "分管负责人",
    }  # fmt: skip
    if walk.co_handlers:
        said["proceed_reason"] = "协办单位另行反馈"
    return {**said, **more}


def handle(walk: Walk, outcome: str = "solved") -> None:
    """From the signature to the report."""
    sign(walk)
    contact(walk)
    visit(walk)
    answer(walk)
    report(walk, outcome)


def review(walk: Walk) -> None:
    """The reviewer lets the report pass."""
    walk.act("reviewer", "pass_review")


def close(walk: Walk, solved: str = "solved", satisfied: str = "satisfied", cause: str = "", **more: Any) -> None:
    """The callback agent calls back and closes."""
    walk.act("callback_agent", "close", {**heard(solved, satisfied, cause), **more})


def heard(solved: str, satisfied: str, cause: str = "") -> dict[str, Any]:
    """What the citizen says."""
    return {
        "contacted": "yes", "truthful": "yes", "solved": solved, "satisfied": satisfied,
        "process_satisfied": satisfied, "cause": cause,
    }  # fmt: skip


def done(walk: Walk) -> None:
    """From dispatch to the end, without trouble."""
    dispatch(walk)
    handle(walk)
    review(walk)
    close(walk)


def ask(walk: Walk, kind: str, reason: str, evidence: dict[str, Any], **more: Any) -> None:
    """The unit asks, its own leader consents; nobody decides what they asked themselves."""
    walk.act(clerk(walk), "apply", {"kind": kind, "reason": reason, "evidence": evidence, **more})
    walk.act(clerk(walk), "grant", expect=FORBIDDEN)
    walk.act(f"approver.{walk.lead}", "grant", {"note": "同意"})


def give_back(walk: Walk, to: str) -> None:
    """Return the order with everybody's consent."""
    sign(walk)
    ask(walk, "return", "not_our_duty", NOT_OURS, to=to)
    walk.act("dispatcher2", "grant", {"note": "同意退单"})


def redispatch(walk: Walk, solved: str, satisfied: str, cause: str, **more: Any) -> None:
    """The callback agent opens a new round."""
    walk.act("callback_agent", "close", heard(solved, satisfied, cause), expect=REFUSED, code="must_redispatch")
    said = {**heard(solved, satisfied, cause), "reason": "市民反映没有处理好", **more}
    told = walk.act("callback_agent", "redispatch", said)
    walk.lead, walk.co_handlers = told["lead"], list(told.get("co_handlers", []))
