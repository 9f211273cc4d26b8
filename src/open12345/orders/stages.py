"""The closed lists of the heart: stages of an order, states and roles of its parts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stage(TextChoices):
    """Where an order stands (order.md, "Stages of an order")."""

    DRAFT = "draft", _("暂存")
    ACCEPTED = "accepted", _("待派单")
    DISPATCHED = "dispatched", _("待签收")
    HANDLING = "handling", _("办理中")
    REVIEW = "review", _("待审核")
    REPORTED_UP = "reported_up", _("待上级回访")
    CALLBACK = "callback", _("待回访")
    CLOSED = "closed", _("已结案")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已撤单")


#: Stages in which nobody owes the citizen anything more.
ENDED = frozenset({Stage.CLOSED, Stage.ARCHIVED, Stage.CANCELLED})
#: Stages in which somebody does: the open orders.
LIVING = tuple(stage.value for stage in Stage if stage not in ENDED and stage is not Stage.DRAFT)
#: Stages in which a unit holds the order.
WITH_UNIT = frozenset({Stage.DISPATCHED, Stage.HANDLING})


class Origin(TextChoices):
    """Who gave us the order: our own line, the platform above or one below."""

    OWN = "own", _("本级受理")
    UPPER = "upper", _("上级派发")
    LOWER = "lower", _("下级上报")


class Urgency(TextChoices):
    """How fast (002): urgency is a word with weight, never a colour."""

    URGENT = "urgent", _("紧急")
    SEMI_URGENT = "semi_urgent", _("次紧急")
    ORDINARY = "ordinary", _("一般")


class Role(TextChoices):
    """What a unit is on an order."""

    LEAD = "lead", _("主办")
    CO_HANDLER = "co_handler", _("协办")
    VERIFIER = "verifier", _("核实")
    COPY = "copy", _("抄送")


class State(TextChoices):
    """The life of one assignment."""

    WAITING = "waiting", _("待签收")
    SIGNED = "signed", _("已签收")
    WORKING = "working", _("办理中")
    REPORTED = "reported", _("已报结")
    CHECKED = "checked", _("已核")
    RETURNED = "returned", _("已退回")
    TAKEN_BACK = "taken_back", _("已收回")
    COPIED = "copied", _("已抄送")


#: The unit still owes work or an answer.
OPEN_STATES = (State.WAITING, State.SIGNED, State.WORKING)
#: The assignment still counts for its round.
LIVE_STATES = (*OPEN_STATES, State.REPORTED, State.CHECKED)


class ApplicationState(TextChoices):
    """The life of one application."""

    PENDING = "pending", _("待审批")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")
    LAPSED = "lapsed", _("已失效")


class ClockKind(TextChoices):
    """The limits that run on an order (order.md, "Clocks")."""

    DISPATCH = "dispatch", _("派单时限")
    SIGN = "sign", _("签收时限")
    CONTACT = "contact", _("先行联系时限")
    RETURN = "return", _("退单窗口")
    FEEDBACK = "feedback", _("首次反馈时限")
    REPLY = "reply", _("办理时限")
    REPORT = "report", _("办结反馈时限")
    REVIEW = "review", _("审核时限")
    CALLBACK = "callback", _("回访时限")
    OVERALL = "overall", _("总时限")
    DECISION = "decision", _("审批时限")


class RecordKind(TextChoices):
    """What people write while they work on an order."""

    CONTACT = "contact", _("先行联系")
    SITE_VISIT = "site_visit", _("现场查看")
    ANSWER = "answer", _("答复市民")
    REPORT = "report", _("办结报告")
    VERIFICATION = "verification", _("事实核实")
    DIRECT_ANSWER = "direct_answer", _("直接答复")
    CALLBACK = "callback", _("回访")
    NOTE = "note", _("备注")


class LinkKind(TextChoices):
    """How two orders belong together."""

    RELATED = "related", _("相关")
    SPLIT_FROM = "split_from", _("拆分自")
    MERGED_INTO = "merged_into", _("并入")
    SAME_CALL = "same_call", _("同一来电")
    REPEAT_OF = "repeat_of", _("重复来电")
