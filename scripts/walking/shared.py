"""Orders that several units have a hand in, and what they ask for: returns, time, stations, co-handlers.

A walk raises `Unexpected` at the first wrong answer.
"""

from typing import Any

from walking.people import Walk
from walking.steps import (
    CONFLICT,
    FORBIDDEN,
    NOT_OURS,
    REFUSED,
    answer,
    ask,
    clerk,
    close,
    contact,
    dispatch,
    done,
    give_back,
    handle,
    now,
    report,
    reported,
    review,
    sign,
    visit,
)

COMMUNITY, STATION, OTHER_COMMUNITY = "c001", "s00101", "c002"


def returned(walk: Walk) -> None:
    """Sent to the wrong unit; while the return is pending nothing else may be done."""
    walk.register()
    dispatch(walk, lead="culture", no_return=False, reason="按市民所述先派")
    sign(walk)
    ask(walk, "return", "not_our_duty", NOT_OURS, to="sanitation")
    walk.act(clerk(walk), "contact", {"outcome": "reached"}, expect=CONFLICT, code="locked")
    walk.act("dispatcher", "grant", {"note": "同意退单"})
    done(walk)
    walk.must_be("closed")


def return_declined(walk: Walk) -> None:
    """The centre says no."""
    walk.register()
    dispatch(walk, lead="housing", no_return=False)
    sign(walk)
    ask(walk, "return", "not_our_duty", NOT_OURS)
    walk.act("dispatcher", "decline", {"note": "属于本单位职责"})
    contact(walk)
    visit(walk)
    answer(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def no_return(walk: Walk) -> None:
    """A unit that the duty list names first may not return (首接负责)."""
    walk.category = "A0101"
    walk.register()
    dispatch(walk)
    sign(walk)
    said = {"kind": "return", "reason": "not_our_duty", "evidence": NOT_OURS}
    walk.act(clerk(walk), "apply", said, expect=REFUSED, code="no_return")
    contact(walk)
    visit(walk)
    answer(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def _disputed(walk: Walk) -> None:
    walk.register()
    dispatch(walk, lead="culture", no_return=False)
    give_back(walk, "agriculture")
    dispatch(walk, lead="agriculture", no_return=False)
    give_back(walk, "housing")
    walk.act("dispatcher", "dispatch", {"lead": "housing"}, expect=REFUSED, code="disputed")


def designated(walk: Walk) -> None:
    """After the second dispute the joint assessment names a unit, which may not return."""
    _disputed(walk)
    dispatch(walk, lead="housing", responsibility="designated", reason="联席研判会议指定")
    handle(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def territory(walk: Walk) -> None:
    """After the second dispute, nobody named: the territory takes it."""
    _disputed(walk)
    dispatch(walk)
    handle(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def _asked_for_time(walk: Walk) -> None:
    walk.register()
    dispatch(walk)
    sign(walk)
    contact(walk)
    visit(walk)
    plan = {"plan": "已联系专业单位排期，本周进场施工，完工后回复市民。"}
    said = {"kind": "extension", "reason": "works", "evidence": plan, "limit": "30 wd"}
    walk.act(clerk(walk), "apply", said, expect=REFUSED, code="limit")
    ask(walk, "extension", "works", plan, limit="3 wd")


def extended(walk: Walk) -> None:
    """More time asked, too much refused, some granted."""
    _asked_for_time(walk)
    walk.act("dispatcher", "grant", {"note": "同意"})
    answer(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def extension_declined(walk: Walk) -> None:
    """More time asked, none given."""
    _asked_for_time(walk)
    walk.act("supervisor", "decline", {"note": "请在原时限内完成"})
    answer(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def _handed_down(walk: Walk) -> int:
    walk.area, walk.category = "31011710700101", "L0101"
    walk.register()
    dispatch(walk, lead=COMMUNITY)
    sign(walk)
    contact(walk)
    walk.act(clerk(walk), "hand_down", {"unit": OTHER_COMMUNITY}, expect=REFUSED, code="not_below")
    child = int(walk.act(clerk(walk), "hand_down", {"unit": STATION, "note": "请到现场处置"})["child"])
    walk.act(f"clerk.{STATION}", "sign")
    return child


def station(walk: Walk) -> None:
    """Handed down to a grid station; its first report is sent back by the community."""
    child = _handed_down(walk)
    walk.act(f"worker.{STATION}", "arrive", {"people": "网格员两名", "found": "已查看现场"})
    said: dict[str, Any] = {"outcome": "partly", "fact_explanation": "已到现场，正在处置"}
    walk.act(f"clerk.{STATION}", "submit_report", said)
    walk.act(clerk(walk), "check_child", {"ok": False, "note": "请写清处置结果"}, assignment=child)
    said = {"outcome": "solved", "fact_explanation": "杂物已清走，现场照片已发居委会"}
    walk.act(f"clerk.{STATION}", "submit_report", said)
    answer(walk)
    walk.act(clerk(walk), "submit_report", reported(walk), expect=REFUSED, code="others_open")
    walk.act(clerk(walk), "check_child", {"ok": True}, assignment=child)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def station_returns(walk: Walk) -> None:
    """The station's return goes to the community that handed down, and no further."""
    _handed_down(walk)
    visited = {"at": now(), "people": "网格员", "found": "不在本网格"}
    evidence = {"visit": visited, "right_place": "隔壁网格"}
    said = {"kind": "return", "reason": "wrong_place", "evidence": evidence}
    walk.act(f"clerk.{STATION}", "apply", said)
    walk.act("dispatcher", "grant", expect=FORBIDDEN)
    walk.act(f"approver.{COMMUNITY}", "grant", {"note": "同意"})
    walk.act(clerk(walk), "grant", {"note": "同意，由居委会办理"})
    visit(walk)
    answer(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def co_handled(walk: Walk) -> None:
    """The co-handler signs and reports; without it the lead must say why it does not wait."""
    walk.register()
    dispatch(walk, lead="urban", co_handlers=["water"])
    sign(walk)
    contact(walk)
    visit(walk)
    answer(walk)
    walk.act(clerk(walk), "submit_report", reported(walk, proceed_reason=""), expect=REFUSED, code="others_open")
    walk.act("clerk.water", "sign")
    walk.act("clerk.water", "submit_report", {"outcome": "solved", "fact_explanation": "管网已检查，无异常"})
    report(walk, proceed_reason="")
    review(walk)
    close(walk)
    walk.must_be("closed")


def verified(walk: Walk) -> None:
    """Another department answers a question of fact and may do nothing else."""
    walk.register()
    dispatch(walk, lead="community_office", co_handlers=[])
    sign(walk)
    contact(walk)
    walk.act(clerk(walk), "ask_verifier", {"unit": "police", "question": "该处登记情况是否属实？"})
    walk.act("clerk.police", "sign")
    walk.act("clerk.police", "submit_report", reported(walk), expect=FORBIDDEN, code="wrong_role")
    walk.act("clerk.police", "verify", {"text": "经核对登记信息，基本一致。"})
    visit(walk)
    answer(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def sent_back(walk: Walk) -> None:
    """The reviewer sends the report back; the second holds."""
    walk.register()
    dispatch(walk)
    handle(walk)
    walk.act("reviewer", "send_back", {"reason": "没有写清现场情况"})
    visit(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def taken_back(walk: Walk) -> None:
    """Dispatched by mistake."""
    walk.register()
    dispatch(walk, lead="culture")
    walk.act("dispatcher", "take_back", {"reason": "派错单位"})
    done(walk)
    walk.must_be("closed")
