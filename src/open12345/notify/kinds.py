"""The kinds of notices, as one table: what each is called, and which roles of the unit (or centre) it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from open12345.orders.stages import ClockKind, Role

WORKERS: Final = ("clerk", "worker")
CLERKS: Final = ("clerk", "approver")
DISPATCHERS: Final = ("dispatcher",)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `roles` are those told; empty where the occasion says whom."""

    title: str | Promise
    roles: tuple[str, ...] = WORKERS


KINDS: Final[dict[str, Kind]] = {
    # to the unit that gets work
    "dispatched": Kind(_("新派工单")),
    "sent_directly": Kind(_("点对点派单，请亲自督办"), ("approver",)),
    "redispatched": Kind(_("重办工单")),
    "co_handling": Kind(_("请协办")),
    "copied": Kind(_("抄送本单位")),
    "handed_down": Kind(_("上级转派")),
    "verify_asked": Kind(_("请核实")),
    "sent_back": Kind(_("办结报告被退回")),
    # to the unit whose work goes on
    "child_reported": Kind(_("下级已报结"), CLERKS),
    "co_reported": Kind(_("协办单位已报结")),
    "verified": Kind(_("核实已答复")),
    "answered_for": Kind(_("中心已代为答复，请提交办结报告")),
    "urged": Kind(_("催办")),
    "breach": Kind(_("已超时"), CLERKS),
    "taken_back": Kind(_("工单已收回")),
    "closed": Kind(_("已结案")),
    # the leader's word
    "instructed": Kind(_("领导批示，请回复"), ("clerk", "approver")),
    "instructed_centre": Kind(_("领导批示，请中心回复"), ("dispatcher", "supervisor")),
    "instruction_answered": Kind(_("批示已回复"), ()),
    # callback
    "tasks_given": Kind(_("分给您的回访"), ()),
    # applications
    "asked": Kind(_("申请待您审批"), ()),
    "granted": Kind(_("申请已同意"), CLERKS),
    "declined": Kind(_("申请未同意"), CLERKS),
    # to the centre
    "urgent": Kind(_("紧急工单待派"), DISPATCHERS),
    "urged_waiting": Kind(_("催办：工单还没有派出"), DISPATCHERS),
    "breach_centre": Kind(_("已超时"), ("dispatcher", "supervisor")),
    # about no order
    "breaker_tripped": Kind(_("自动派单已熔断"), ("dispatcher", "floor_supervisor")),
    "breaker_closed": Kind(_("自动派单已恢复"), ("dispatcher", "floor_supervisor")),
    "report_issued": Kind(_("报告已签发"), ()),
    "report_drafted": Kind(_("定时报告已成稿，请审改"), ("analyst", "supervisor")),
    "report_failed": Kind(_("定时报告没有做成"), ("analyst", "supervisor")),
}

#: Of several notices of one order, which matters most: what stands first here.
WEIGHTS: Final = (
    "breach", "breach_centre", "instructed", "instructed_centre", "urgent", "urged", "urged_waiting", "asked",
    "sent_back", "sent_directly", "redispatched", "dispatched", "handed_down", "verify_asked", "co_handling",
    "answered_for", "declined", "granted",
)  # fmt: skip
#: After these, what came before has no weight any more.
ENDS: Final = frozenset({"taken_back", "closed"})

#: What a unit is called to, by its role on the order.
BY_ROLE: Final[dict[str, str]] = {
    Role.LEAD: "dispatched", Role.CO_HANDLER: "co_handling", Role.COPY: "copied", Role.VERIFIER: "verify_asked",
}  # fmt: skip
#: Who of the centre works against which clock, besides the dispatchers.
CLOCK_ROLES: Final[dict[str, str]] = {ClockKind.REVIEW: "reviewer", ClockKind.CALLBACK: "callback_agent"}
