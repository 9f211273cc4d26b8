"""One order for each situation the life cycle knows, with a valid thing to say for every action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from open12345.callback.models import DirectCheck
from open12345.callback.sampling import open_checks
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Clock, WorkOrder
from open12345.orders.stages import Stage
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town, complaint
from tests.orders.walks import APPEAL, EXTENSION, RETURN, RETURN_UP, UNHAPPY, UPPER, WITHDRAWAL

#: The lead of every scene, one unit below it, beside it, above it, and one that has nothing to do with it.
OWN, CHILD, SIBLING, PARENT, STRANGER = "c001", "s00101", "c002", "centre", "s00201"
CO_HANDLER, VERIFIER, LATE_VERIFIER = "enforcement", "police", "market"

_foreign = count(1)

Said = Mapping[str, Any]


def dispatched(town: Town, **said: Any) -> str:
    number = town.register(**said)
    plan = {"lead": OWN, "co_handlers": [CO_HANDLER], "in_copy": ["sanitation"]}
    town.do("dispatcher", number, "dispatch", plan)
    return number


def signed(town: Town, **said: Any) -> str:
    number = dispatched(town, **said)
    town.do(f"clerk.{OWN}", number, "sign")
    return number


def handling(town: Town, **said: Any) -> str:
    """Everything at once: a child has reported, co-handler and verifier are at work, another verifier waits."""
    number = signed(town, **said)
    own = f"clerk.{OWN}"
    by, suffix = ("agent", "_for") if said.get("confidential") else (own, "")
    town.do(by, number, f"contact{suffix}", CONTACT)
    town.do(by, number, f"answer{suffix}", ANSWER)
    town.do(own, number, "hand_down", {"unit": CHILD})
    town.do(f"clerk.{CHILD}", number, "sign")
    town.do(f"clerk.{CHILD}", number, "submit_report", {"outcome": "solved", "fact_explanation": "已到场清理"})
    for verifier in (VERIFIER, LATE_VERIFIER):
        town.do(own, number, "ask_verifier", {"unit": verifier, "question": "摊主是否有照"})
    for helper in (CO_HANDLER, VERIFIER):
        town.do(f"clerk.{helper}", number, "sign")
    return number


def upper() -> dict[str, Any]:
    """What is said of an order from the platform above, under a number of its own."""
    return {**UPPER, "foreign_number": f"QX{next(_foreign):08}"}


def review(town: Town, **said: Any) -> str:
    """In review, while the child is unchecked, the co-handler works on and the verifiers have not answered."""
    number = handling(town, **said)
    town.do(f"clerk.{OWN}", number, "submit_report", {**REPORT, "proceed_reason": "现场已清理"})
    return number


def reported_up(town: Town) -> str:
    number = review(town, **upper())
    town.do("reviewer", number, "pass_review")
    return number


def callback(town: Town) -> str:
    number = review(town)
    town.do("reviewer", number, "pass_review")
    return number


def closed(town: Town, **said: Any) -> str:
    number = callback(town)
    town.do("callback_agent", number, "close", HEARD)
    return number


def archived(town: Town, **said: Any) -> str:
    number = closed(town)
    town.wait(days=31)
    town.do("supervisor", number, "archive")
    return number


def cancelled(town: Town) -> str:
    number = town.register()
    town.do("agent", number, "refuse", {"reason": "outside_area", "told": "请拨打当地热线"})
    return number


def asked(scene: Callable[..., str], said: Said, *, steps: int = 0, above: bool = False) -> Callable[[Town], str]:
    """The scene with an application pending at its `steps`-th step."""

    def build(town: Town) -> str:
        number = scene(town, **(upper() if above else {}))
        by_centre = said["kind"] in {"withdrawal", "return_up"}
        by = "agent" if by_centre else f"clerk.{OWN}"
        appeals = said["kind"] == "appraisal_appeal"
        town.do(by, number, "ask_centre" if by_centre else "appeal" if appeals else "apply", said)
        for step in range(steps):
            own = "dispatcher" if appeals and step else f"approver.{OWN}"
            town.do("supervisor" if by_centre else own, number, "grant")
        return number

    return build


def instructed(scene: Callable[[Town], str]) -> Callable[[Town], str]:
    """The scene with a leader's word on it that the centre has to answer."""

    def build(town: Town) -> str:
        number = scene(town)
        town.do("leader", number, "instruct", {"text": "请中心跟进"})
        return number

    return build


def checked(town: Town) -> str:
    """Answered at once, and drawn for a check whatever its number."""
    number = accepted(town, kind="inquiry", category="P01")
    town.do("agent", number, "answer_directly", {"text": "办理时间为工作日九点到五点"})
    if not open_checks().filter(order__number=number).exists():
        DirectCheck.objects.create(order=town.order(number), drawn_at=town.now, share=1)
    return number


def drafted(town: Town) -> str:
    return town.create("save_draft", complaint()).number


def accepted(town: Town, **said: Any) -> str:
    return town.register(**said)


SCENES: Mapping[str, Callable[[Town], str]] = {
    "draft": drafted,
    "accepted": accepted,
    "accepted, an inquiry": lambda town: accepted(town, kind="inquiry", category="P01"),
    "accepted, of the listed needs": lambda town: accepted(town, category="J0201"),
    "accepted, withdrawal pending": asked(accepted, WITHDRAWAL),
    "accepted, locked by a return to above": asked(accepted, RETURN_UP, above=True),
    "accepted, return to above checked": asked(accepted, RETURN_UP, steps=1, above=True),
    "dispatched": dispatched,
    "dispatched, locked by a return": asked(dispatched, RETURN),
    "dispatched, return approved": asked(dispatched, RETURN, steps=1),
    "dispatched, withdrawal pending": asked(dispatched, WITHDRAWAL),
    "dispatched, confidential": lambda town: dispatched(town, confidential=True),
    "handling": handling,
    "handling, locked by a return": asked(signed, RETURN),
    "handling, return approved": asked(signed, RETURN, steps=1),
    "handling, extension pending": asked(handling, EXTENSION),
    "handling, extension approved": asked(handling, EXTENSION, steps=1),
    "handling, withdrawal pending": asked(handling, WITHDRAWAL),
    "handling, confidential": lambda town: handling(town, confidential=True),
    "review": review,
    "review, from above": lambda town: review(town, **upper()),
    "reported_up": reported_up,
    "callback": callback,
    "accepted, instructed": instructed(accepted),
    "dispatched, instructed": instructed(dispatched),
    "handling, instructed": instructed(handling),
    "review, instructed": instructed(review),
    "reported_up, instructed": instructed(reported_up),
    "callback, instructed": instructed(callback),
    "closed, drawn for a check": checked,
    "closed": closed,
    "archived": archived,
    "cancelled": cancelled,
    "closed, appeal pending": asked(closed, APPEAL),
    "closed, appeal approved": asked(closed, APPEAL, steps=1),
    "closed, appeal waits for the call": asked(closed, APPEAL, steps=2),
    "archived, appeal pending": asked(archived, APPEAL),
    "archived, appeal waits for the call": asked(archived, APPEAL, steps=2),
}


@dataclass(frozen=True, slots=True)
class Place:
    """An order in its situation, and another of the same caller; `plain`: nothing but its stage is to be said of it."""

    town: Town
    order: WorkOrder
    other: str
    plain: bool = True


def sample(action: str, place: Place, unit: str) -> Said:
    """Something valid to say for the action as somebody of `unit`."""
    made = _SAMPLES[action]
    return made(place, unit) if callable(made) else made


def _apply(place: Place, unit: str) -> Said:
    if place.order.stage == Stage.HANDLING and unit == OWN and not place.order.applications.exists():
        return EXTENSION
    return RETURN


def _ask_centre(place: Place, unit: str) -> Said:
    return RETURN_UP if place.order.origin == "upper" else WITHDRAWAL


def _breach(place: Place, unit: str) -> Said:
    return {"clocks": list(Clock.objects.filter(order=place.order).values_list("pk", flat=True))}


_RESTART = {"reason": "市民再次反映", "lead": OWN}
_FACTS = {"outcome": "solved", "fact_explanation": "已到场清理完毕，路口畅通。"}
_SAMPLES: Mapping[str, Said | Callable[[Place, str], Said]] = {
    "save_draft": complaint(),
    "edit_draft": complaint(body="涞亭南路和沪亭北路路口又有摊贩"),
    "submit": {},
    "discard": {},
    "register": complaint(),
    "amend": {"urgency": "semi_urgent", "reason": "天黑路滑"},
    "answer_directly": {"text": "办理时间为工作日九点到五点"},
    "refuse": {"reason": "outside_area", "told": "请拨打当地热线"},
    "split": {"parts": [{"body": "路灯不亮", "category": "B03"}]},
    "merge": lambda place, unit: {"into": place.other},
    "relate": lambda place, unit: {"other": place.other},
    "urge": {"text": "昨天又来了"},
    "dispatch": {"lead": OWN},
    "send_directly": {"need": "medical", "lead": OWN, "sent_by": "分管副镇长 李某"},
    "take_back": {"reason": "派错单位"},
    "undo_dispatch": {},
    "sign": {},
    "contact": CONTACT,
    "contact_for": CONTACT,
    "arrive": {"people": "队员两名", "found": "摊贩七处"},
    "answer": ANSWER,
    "answer_for": ANSWER,
    "hand_down": lambda place, unit: {"unit": "s00102"},
    "check_child": {"ok": True},
    "ask_verifier": {"unit": "market", "question": "是否有营业执照"},
    "verify": {"text": "经查没有营业执照"},
    "submit_report": lambda place, unit: {**(REPORT if unit == OWN else _FACTS), "proceed_reason": "现场已清理"},
    "pass_review": {},
    "send_back": {"reason": "没有写明处置情况"},
    "apply": _apply,
    "ask_centre": _ask_centre,
    "appeal": APPEAL,
    "recall": {"outcome": "passed"},
    "grant": {},
    "decline": {"note": "理由不足"},
    "withdraw_application": {},
    "log_attempt": {"outcome": "no_answer"},
    "close": HEARD,
    "redispatch": {**UNHAPPY, "reason": "市民说没有解决"},
    "close_by_upper": {"solved": "solved", "satisfied": "satisfied"},
    "reopen_by_upper": _RESTART,
    "reopen": _RESTART,
    "archive": {},
    "check_answer": {"heard": "yes", "solved": "solved", "satisfied": "satisfied"},
    "instruct": {"text": "请当面向市民说明，并报告结果"},
    "answer_instruction": {"text": "已上门说明"},
    "note": {"text": "市民希望晚上联系"},
    "attach": {"attachment": 1, "purpose": "photo", "sha256": "0" * 64, "size": 3},
    "unmask": {"reason": "核对联系方式"},
    "breach": _breach,
    "recompute": {"cause": "calendar"},
}
SAMPLED = frozenset(_SAMPLES)
#: How long some actions must wait to be possible.
PATIENCE = {"archive": timedelta(days=31)}
assert frozenset(ACTIONS) == SAMPLED, SAMPLED ^ frozenset(ACTIONS)
