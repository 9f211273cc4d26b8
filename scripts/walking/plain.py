"""Orders of which one unit makes an end, or the centre at once.

A walk raises `Unexpected` at the first wrong answer.
"""

from walking.people import Walk
from walking.steps import (
    CONFLICT,
    FORBIDDEN,
    MISSING,
    REFUSED,
    WAGES,
    answer,
    clerk,
    close,
    contact,
    dispatch,
    done,
    handle,
    now,
    report,
    reported,
    review,
    sign,
    visit,
)


def solved(walk: Walk) -> None:
    """The plain way, with what the rules refuse on it."""
    walk.register()
    dispatch(walk)
    stranger = "clerk.veterans" if walk.lead != "veterans" else "clerk.culture"
    walk.read(stranger, expect=MISSING)
    walk.act(stranger, "sign", expect=MISSING)
    sign(walk)
    walk.act(clerk(walk), "sign", expect=CONFLICT)
    walk.act(clerk(walk), "submit_report", reported(walk), expect=REFUSED, code="not_contacted")
    contact(walk)
    visit(walk)
    walk.act(clerk(walk), "submit_report", reported(walk), expect=REFUSED, code="not_answered")
    private = {"method": "phone", "text": "请直接拨打工作人员手机 13812348000 联系。"}
    walk.act(clerk(walk), "answer", private, expect=REFUSED, code="private_number")
    answer(walk)
    walk.act(clerk(walk), "submit_report", reported(walk, fact=""), expect=REFUSED, code="fact")
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def explained(walk: Walk) -> None:
    """Dissatisfied for a cause that no unit has: explained and closed."""
    walk.register()
    dispatch(walk)
    handle(walk, "explained")
    review(walk)
    close(walk, "basically", "dissatisfied", "policy")
    walk.must_be("closed")


def answered_at_once(walk: Walk) -> None:
    """An inquiry answered by the agent; a complaint cannot be."""
    walk.register()
    text = "可以携带身份证到社区事务受理服务中心办理。"
    walk.act("agent", "answer_directly", {"text": text}, expect=REFUSED, code="kind")
    walk.act("agent", "amend", {"kind": "inquiry", "category": "P01"})
    walk.act("agent", "answer_directly", {"text": text})
    walk.must_be("closed")


def refused(walk: Walk) -> None:
    """Not for this line."""
    walk.register()
    walk.act("agent", "refuse", {"reason": "outside_area", "told": "地点不在本镇，已告知可拨打12345。"})
    walk.must_be("cancelled")


def revived(walk: Walk) -> None:
    """Refused by mistake; a supervisor begins it again."""
    refused(walk)
    walk.act("supervisor", "reopen", {"reason": "地点核对后在本镇范围内"})
    done(walk)
    walk.must_be("closed")


def withdrawn(walk: Walk) -> None:
    """The citizen gives it up; another person than who asks agrees."""
    walk.register()
    dispatch(walk)
    evidence = {"called_on": now()[:10], "said": "已经自己谈好了，不用来了"}
    walk.act("agent", "ask_centre", {"kind": "withdrawal", "reason": "citizen_gave_up", "evidence": evidence})
    walk.act("supervisor", "grant", {"note": "已向市民确认"})
    walk.must_be("cancelled")


def merged(walk: Walk) -> None:
    """The same caller twice about the same: the second order goes into the first."""
    walk.register()
    first = walk.number
    dispatch(walk)
    walk.register()
    walk.act("agent", "merge", {"into": first})
    walk.must_be("cancelled")
    walk.number = first
    handle(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def split(walk: Walk) -> None:
    """Two matters in one call."""
    walk.register()
    first = walk.number
    part = {"title": "另一件事", "body": "楼道感应灯也不亮，请一起处理。", "category": "L0302"}
    parts = walk.act("dispatcher", "split", {"parts": [part]})["parts"]
    for number in (first, *parts):
        walk.number = number
        done(walk)
        walk.must_be("closed")


def urged(walk: Walk) -> None:
    """The caller asks again: a push, no new order."""
    walk.register()
    dispatch(walk)
    sign(walk)
    walk.act("agent", "urge", {"text": "市民再次来电，问什么时候能处理"})
    contact(walk)
    visit(walk)
    answer(walk)
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def confidential(walk: Walk) -> None:
    """The unit never learns who asked; the centre contacts and answers."""
    walk.register(confidential=True)
    dispatch(walk)
    sign(walk)
    walk.act(clerk(walk), "contact", {"outcome": "reached"}, expect=FORBIDDEN, code="confidential")
    if walk.read(clerk(walk)).get("requester"):
        raise AssertionError(f"{walk.number}: the unit sees who asked")
    walk.act("agent", "contact_for", {"outcome": "reached", "note": "由中心联系"})
    visit(walk)
    walk.act(
        "agent", "answer_for", {"method": "phone", "text": f"您反映的 {walk.number[-6:]} 号事项已处理，由中心转告。"}
    )
    report(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def anonymous(walk: Walk) -> None:
    """Nobody to call: no contact, no answer, closed by the centre."""
    walk.register(anonymous=True, name="", phone="")
    dispatch(walk)
    sign(walk)
    visit(walk)
    report(walk)
    review(walk)
    close(walk, "", "", ended="anonymous", contacted="", truthful="")
    walk.must_be("closed")


def wages(walk: Walk) -> None:
    """A category with a form of its own."""
    walk.category = "G0102"
    walk.register()
    dispatch(walk)
    sign(walk)
    contact(walk)
    visit(walk)
    answer(walk)
    walk.act(clerk(walk), "submit_report", reported(walk), expect=REFUSED, code="extra.amount")
    report(walk, extra=WAGES)
    review(walk)
    close(walk)
    walk.must_be("closed")


def begun_again(walk: Walk) -> None:
    """A supervisor begins a closed order again."""
    walk.register()
    done(walk)
    told = walk.act("supervisor", "reopen", {"reason": "抽查发现问题反弹"})
    walk.lead, walk.co_handlers = told["lead"], list(told.get("co_handlers", []))
    handle(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")
