"""The life cycle of a work order, as data.

Everything that depends on "who may do what when" is made from `ACTIONS`: the buttons on screens, the rights of the
API, the flow chart in the documents, the stage rules in the database and the tests' matrix. The effects live in the
process rooms' `acts.py`, registered under the same names (`acts.effect`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from open12345.orders.stages import OPEN_STATES, ClockKind, Role, Stage, State

Text: TypeAlias = str | Promise
Moves: TypeAlias = Mapping[Stage | None, tuple[Stage, ...]]


class Relation(StrEnum):
    """What the person must be to the order."""

    CENTRE = "centre"  # holds the role in the hotline centre
    AUTHOR = "author"  # began the draft
    ASSIGNEE = "assignee"  # holds the role in the assignment's unit
    PARENT = "parent"  # holds the role in the unit that handed the assignment down
    DECIDER = "decider"  # is whom the application's current step waits for
    RECALLER = "recaller"  # the same, where that step is decided by calling the citizen again
    APPLICANT = "applicant"  # belongs to whoever asked
    SYSTEM = "system"  # is the platform itself, by rule


@dataclass(frozen=True, slots=True)
class Who:
    """One way to be entitled: any of `roles`, in `relation` to the order."""

    relation: Relation
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the life-cycle table."""

    name: str
    title: Text
    moves: Moves
    who: tuple[Who, ...]
    states: tuple[State, ...] = ()  # of the assignment it acts on; empty: it acts on the order
    roles: tuple[Role, ...] = (Role.LEAD, Role.CO_HANDLER, Role.VERIFIER)  # of that assignment
    starts: tuple[ClockKind, ...] = ()
    stops: tuple[ClockKind, ...] = ()
    while_locked: bool = False  # allowed though a pending application locks the order
    on_application: bool = False
    confidential_ok: bool = True  # may be done by handlers of a confidential order
    offered: bool = True  # stands as a button on the order page

    @property
    def creates(self) -> bool:
        """Say whether the action brings an order into the world."""
        return None in self.moves


def _stay(*stages: Stage) -> Moves:
    return {stage: (stage,) for stage in stages}


def _centre(*roles: str) -> Who:
    return Who(Relation.CENTRE, frozenset(roles))


_UNIT = frozenset({"clerk", "approver", "worker"})
_CLERKS = frozenset({"clerk", "approver"})
_HANDLER = Who(Relation.ASSIGNEE, _UNIT)
_CLERK = Who(Relation.ASSIGNEE, _CLERKS)
_PARENT = Who(Relation.PARENT, _CLERKS)
_SYSTEM = Who(Relation.SYSTEM)
_LEAD_ONLY = (Role.LEAD,)
_DOERS = (Role.LEAD, Role.CO_HANDLER)

D, A, P, H, R, U, B, C, Z, X = (
    Stage.DRAFT, Stage.ACCEPTED, Stage.DISPATCHED, Stage.HANDLING, Stage.REVIEW, Stage.REPORTED_UP,
    Stage.CALLBACK, Stage.CLOSED, Stage.ARCHIVED, Stage.CANCELLED,
)  # fmt: skip
_LIVING: Final = (A, P, H, R, U, B)
_ROUND_CLOCKS: Final = (
    ClockKind.SIGN, ClockKind.CONTACT, ClockKind.RETURN, ClockKind.FEEDBACK, ClockKind.REPLY,
)  # fmt: skip

_TABLE: tuple[Action, ...] = (
    # intake 受理
    Action("save_draft", _("暂存"), {None: (D,)}, (_centre("agent", "dispatcher"),)),
    Action("edit_draft", _("继续填写"), {D: (D,)}, (Who(Relation.AUTHOR),)),
    Action("submit", _("提交"), {D: (A,)}, (Who(Relation.AUTHOR),), starts=(ClockKind.DISPATCH, ClockKind.OVERALL)),
    Action("discard", _("作废"), {D: (X,)}, (Who(Relation.AUTHOR),)),
    Action("register", _("登记"), {None: (A,)}, (_centre("agent", "dispatcher"), _SYSTEM),
           starts=(ClockKind.DISPATCH, ClockKind.OVERALL)),
    Action("amend", _("更正要素"), _stay(A), (_centre("agent", "dispatcher"), _SYSTEM)),
    Action("answer_directly", _("直接答复"), {A: (C,)}, (_centre("agent", "dispatcher"),),
           stops=(ClockKind.DISPATCH, ClockKind.OVERALL)),
    Action("refuse", _("不予受理"), {A: (X,)}, (_centre("agent", "dispatcher"),),
           stops=(ClockKind.DISPATCH, ClockKind.OVERALL)),
    Action("split", _("拆分"), _stay(A), (_centre("agent", "dispatcher"),)),
    Action("merge", _("并单"), {A: (X,)}, (_centre("agent", "dispatcher"),),
           stops=(ClockKind.DISPATCH, ClockKind.OVERALL)),
    Action("relate", _("关联"), _stay(*_LIVING, C), (_centre("agent", "dispatcher", "reviewer", "callback_agent"),)),
    Action("urge", _("催办"), _stay(*_LIVING), (_centre("agent", "dispatcher", "supervisor", "callback_agent"),
           _SYSTEM), while_locked=True),
    # dispatch 派单
    Action("dispatch", _("派单"), {A: (P,)}, (_centre("dispatcher"), _SYSTEM), starts=_ROUND_CLOCKS,
           stops=(ClockKind.DISPATCH,)),
    Action("send_directly", _("点对点派单"), {A: (P,)}, (_centre("leader", "dispatcher"),), starts=_ROUND_CLOCKS,
           stops=(ClockKind.DISPATCH,)),
    Action("take_back", _("收回"), {P: (A,), H: (A,)}, (_centre("dispatcher", "supervisor"),),
           starts=(ClockKind.DISPATCH,), stops=(*_ROUND_CLOCKS, ClockKind.REPORT)),
    Action("undo_dispatch", _("撤销派单"), {P: (A,)}, (_centre("dispatcher"),), starts=(ClockKind.DISPATCH,),
           stops=_ROUND_CLOCKS, offered=False),
    # handling 办理
    Action("sign", _("签收"), {P: (H, P), H: (H,), R: (R,)}, (_HANDLER,), (State.WAITING,), stops=(ClockKind.SIGN,)),
    Action("contact", _("先行联系"), _stay(P, H), (_HANDLER,), (State.WAITING, State.SIGNED, State.WORKING), _LEAD_ONLY,
           stops=(ClockKind.CONTACT, ClockKind.FEEDBACK), confidential_ok=False),
    Action("contact_for", _("代为联系"), _stay(P, H), (_centre("agent", "dispatcher", "callback_agent"),),
           stops=(ClockKind.CONTACT, ClockKind.FEEDBACK)),
    Action("arrive", _("现场查看"), _stay(H), (_HANDLER,), (State.SIGNED, State.WORKING), _DOERS,
           stops=(ClockKind.FEEDBACK,)),
    Action("answer", _("答复市民"), _stay(H), (_HANDLER,), (State.SIGNED, State.WORKING), _LEAD_ONLY,
           starts=(ClockKind.REPORT,), stops=(ClockKind.FEEDBACK,), confidential_ok=False),
    Action("answer_for", _("代为答复"), _stay(H), (_centre("agent", "dispatcher", "callback_agent"),),
           starts=(ClockKind.REPORT,), stops=(ClockKind.FEEDBACK,)),
    Action("hand_down", _("转派下级"), _stay(H), (_CLERK,), (State.SIGNED, State.WORKING), _LEAD_ONLY,
           starts=(ClockKind.SIGN, ClockKind.REPLY)),
    Action("check_child", _("核下级办结"), _stay(H, R), (_PARENT,), (State.REPORTED,), stops=(ClockKind.REPORT,)),
    Action("ask_verifier", _("请求核实"), _stay(H), (_HANDLER,), (State.SIGNED, State.WORKING), _LEAD_ONLY,
           starts=(ClockKind.SIGN, ClockKind.REPLY)),
    Action("verify", _("核实答复"), _stay(H, R), (_HANDLER,), (State.SIGNED, State.WORKING), (Role.VERIFIER,),
           stops=(ClockKind.REPLY,)),
    Action("submit_report", _("提交办结报告"), {H: (R, B, U, H), R: (R,)}, (_HANDLER,), (State.SIGNED, State.WORKING),
           _DOERS, starts=(ClockKind.REVIEW, ClockKind.CALLBACK), stops=(ClockKind.REPORT,)),
    Action("pass_review", _("审核通过"), {R: (B, U)}, (_centre("reviewer"),),
           stops=(ClockKind.REVIEW, ClockKind.REPLY, ClockKind.RETURN, ClockKind.CONTACT, ClockKind.FEEDBACK)),
    Action("send_back", _("退回重办"), {R: (H,)}, (_centre("reviewer"),),
           stops=(ClockKind.REVIEW, ClockKind.CALLBACK)),
    # applications 申请
    Action("apply", _("申请"), _stay(P, H), (_CLERK, Who(Relation.ASSIGNEE, frozenset({"worker"}))), OPEN_STATES,
           _DOERS, starts=(ClockKind.DECISION,)),
    Action("ask_centre", _("中心申请"), _stay(A, P, H), (_centre("agent", "dispatcher"),),
           starts=(ClockKind.DECISION,)),
    Action("appeal", _("考核申诉"), _stay(C, Z), (_CLERK,), (State.CHECKED, State.REPORTED), _LEAD_ONLY,
           starts=(ClockKind.DECISION,)),
    Action("grant", _("同意"), {A: (A, X), P: (P, A, X), H: (H, A, X), C: (C,), Z: (Z,)}, (Who(Relation.DECIDER),),
           on_application=True, while_locked=True, starts=(ClockKind.DECISION, ClockKind.DISPATCH),
           stops=(ClockKind.DECISION,)),
    Action("recall", _("核定回访"), _stay(C, Z), (Who(Relation.RECALLER),), on_application=True,
           starts=(ClockKind.DECISION,), stops=(ClockKind.DECISION,)),
    Action("decline", _("不同意"), _stay(A, P, H, C, Z), (Who(Relation.DECIDER),), on_application=True,
           while_locked=True, stops=(ClockKind.DECISION,)),
    Action("withdraw_application", _("撤回申请"), _stay(A, P, H, C, Z), (Who(Relation.APPLICANT),),
           on_application=True, while_locked=True, stops=(ClockKind.DECISION,)),
    # callback 回访
    Action("log_attempt", _("未接通"), _stay(B), (_centre("callback_agent"),), stops=(ClockKind.CALLBACK,)),
    Action("close", _("回访结案"), {B: (C,)}, (_centre("callback_agent"),),
           stops=(ClockKind.CALLBACK, ClockKind.OVERALL)),
    Action("redispatch", _("重新派单"), {B: (P,)}, (_centre("callback_agent", "dispatcher"),),
           starts=(*_ROUND_CLOCKS, ClockKind.OVERALL), stops=(ClockKind.CALLBACK, ClockKind.OVERALL)),
    Action("close_by_upper", _("上级结案"), {U: (C,)}, (_centre("dispatcher"), _SYSTEM),
           stops=(ClockKind.CALLBACK, ClockKind.OVERALL)),
    Action("reopen_by_upper", _("上级重派"), {U: (P,)}, (_centre("dispatcher"), _SYSTEM),
           starts=(*_ROUND_CLOCKS, ClockKind.OVERALL), stops=(ClockKind.OVERALL,)),
    Action("reopen", _("重启"), {C: (P,), X: (A,)}, (_centre("supervisor"),),
           starts=(*_ROUND_CLOCKS, ClockKind.DISPATCH, ClockKind.OVERALL)),
    Action("archive", _("归档"), {C: (Z,)}, (_SYSTEM, _centre("supervisor"))),
    Action("check_answer", _("抽查直接答复"), _stay(C), (_centre("callback_agent"),)),
    # the leader's word 批示
    Action("instruct", _("批示"), _stay(*_LIVING), (_centre("leader"),), while_locked=True),
    Action("answer_instruction", _("回复批示"), _stay(*_LIVING), (_HANDLER, _centre("dispatcher",
           "supervisor")), while_locked=True),
    # on record, whatever the stage
    Action("note", _("备注"), _stay(*_LIVING, C), (_centre("agent", "dispatcher", "reviewer", "callback_agent",
           "supervisor"), _HANDLER), while_locked=True),
    Action("attach", _("上传附件"), _stay(*_LIVING), (_centre("agent", "dispatcher", "reviewer", "callback_agent"),
           _HANDLER), while_locked=True, offered=False),
    Action("unmask", _("查看隐私信息"), _stay(D, *_LIVING, C, Z, X), (_centre("agent", "dispatcher", "callback_agent",
           "supervisor"), _HANDLER), while_locked=True, confidential_ok=False),
    Action("breach", _("超时"), _stay(*_LIVING, C, Z), (_SYSTEM,), while_locked=True, offered=False),
    Action("recompute", _("重算时限"), _stay(*_LIVING, C, Z), (_SYSTEM,), while_locked=True, offered=False),
)  # fmt: skip

ACTIONS: Final[Mapping[str, Action]] = {action.name: action for action in _TABLE}


def stage_rules() -> frozenset[tuple[str, str]]:
    """Return every (from, to) that some action may make; '' stands for "not there yet"."""
    return frozenset(
        (str(source or ""), str(target))
        for action in _TABLE
        for source, targets in action.moves.items()
        for target in targets
    )


def next_stages(stage: Stage) -> frozenset[Stage]:
    """Return the stages that can follow `stage`."""
    return frozenset(t for a in _TABLE for t in a.moves.get(stage, ()) if t != stage)
