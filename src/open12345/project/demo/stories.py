"""How orders go and end: each kind as one story (order.md).

A story begins at `case.at`, with the citizen's words; it ends, or stands still where its people have not acted yet.
"""

from collections.abc import Callable
from typing import TypeAlias

from open12345.project.demo.steps import (
    answer,
    close,
    contact,
    dispatch,
    handled,
    register,
    report,
    review,
    send_back,
    sign,
    visit,
)
from open12345.project.demo.theatre import Case, Story

Plot: TypeAlias = Callable[[Case], Story]


def solved(case: Case) -> Story:
    """Done, checked, called back, closed."""
    register(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    yield from close(case)


def explained(case: Case) -> Story:
    """What can be done is done, the rest explained; some stay dissatisfied for reasons nobody in the unit has."""
    register(case)
    yield from dispatch(case)
    yield from handled(case, "explained")
    yield from review(case)
    level = case.rng.choice(["basically", "satisfied", "dissatisfied"])
    yield from close(case, "basically", level, "policy" if level == "dissatisfied" else "")


def answered_at_once(case: Case) -> Story:
    """An inquiry that the agent answers while the caller is on the line."""
    register(case, channel="phone")
    yield case.soon(3, 12)
    case.do(case.who("agent"), "answer_directly", text=case.matter.text.told)


def by_a_station(case: Case) -> Story:
    """The community hands the order down to its grid station; the first report of the station is not enough."""
    register(case)
    yield from dispatch(case)
    station = case.station
    if station is None:
        yield from handled(case)
        yield from review(case)
        yield from close(case)
        return
    yield from sign(case)
    yield from contact(case)
    yield case.office(10, 60)
    clerk = case.who("clerk", case.lead)
    child = int(case.do(clerk, "hand_down", unit=station, note="请到现场处置").more["child"])
    yield case.office(15, 90)
    case.do(case.who("clerk", station), "sign")
    yield case.office(40, 200)
    case.do(case.who("worker", station), "arrive", people="网格员两名", found=case.matter.text.found)
    yield case.office(10, 60)
    case.do(case.who("clerk", station), "submit_report", outcome="partly", fact_explanation="已到现场，正在处置")
    yield case.office(10, 60)
    case.do(clerk, "check_child", assignment=child, ok=False, note="请写清处置结果")
    yield case.office(60, 240)
    case.do(case.who("clerk", station), "submit_report", outcome="solved", fact_explanation=case.matter.text.found)
    yield case.office(10, 60)
    case.do(clerk, "check_child", assignment=child, ok=True)
    yield from answer(case)
    yield from report(case, proceed_reason="协办事项不影响办结")
    yield from review(case)
    yield from close(case)


def verified(case: Case) -> Story:
    """Another department is asked a question of fact."""
    register(case)
    yield from dispatch(case)
    yield from sign(case)
    yield from contact(case)
    yield case.office(10, 60)
    other = case.neighbour
    case.do(
        case.who("clerk", case.lead),
        "ask_verifier",
        unit=other,
        question="该处登记情况是否与市民所述一致？",
    )
    yield case.office(20, 120)
    case.do(case.who("clerk", other), "sign")
    yield case.office(60, 300)
    case.do(case.who("clerk", other), "verify", text="经核对登记信息，与市民所述基本一致。")
    yield from visit(case)
    yield from answer(case)
    yield from report(case, proceed_reason="协办单位另行反馈")
    yield from review(case)
    yield from close(case)


def sent_back(case: Case) -> Story:
    """The reviewer finds the report formulaic; the second one holds."""
    register(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from send_back(case)
    yield from visit(case)
    yield from report(case, citizen_said="市民已看到处置结果，表示认可")
    yield from review(case)
    yield from close(case)


def at_last(case: Case) -> Story:
    """Signed late, contacted late, reported late, each with its reason."""
    register(case)
    yield from dispatch(case)
    yield case.days(2, 2.6)
    case.do(case.who("clerk", case.lead), "sign")
    yield from contact(case)
    yield case.days(6, 8)
    yield from visit(case)
    yield from answer(case)
    yield from report(case, proceed_reason="协办单位另行反馈")
    yield from review(case)
    yield from close(case, "basically", "basically")


def archived(case: Case) -> Story:
    """Closed and thirty days at rest."""
    yield from solved(case)
    yield case.soon(31 * 1440 + 60, 31 * 1440 + 240)
    case.system("archive")


# --- not handled --------------------------------------------------------------------------------------


def withdrawn(case: Case) -> Story:
    """The citizen gives it up; the centre checks and agrees."""
    register(case)
    yield from dispatch(case)
    yield case.office(20, 100)
    evidence = {"called_on": f"{case.at:%Y-%m-%d}", "said": "邻居之间已经谈好，不用来了"}
    case.do(case.who("agent"), "ask_centre", kind="withdrawal", reason="citizen_gave_up", evidence=evidence)
    yield case.soon(15, 50)
    case.do(case.who("supervisor"), "grant", note="已向市民确认")


def refused(case: Case) -> Story:
    """Not for this line; the reason is told patiently."""
    reason = case.rng.choice(case.theatre.pack.refusals)
    register(case)
    yield case.soon(2, 15)
    case.do(case.who("agent"), "refuse", reason=reason.code, told=reason.tell)


def merged(case: Case) -> Story:
    """The caller reports the same again on another day; the second order goes into the first."""
    register(case)
    first = case.number
    yield from dispatch(case)
    yield from sign(case)
    yield case.soon(300, 900)
    register(case)
    yield case.soon(3, 15)
    case.do(case.who("agent"), "merge", into=first, reason="同一人同一件事")
    case.number = first
    yield from contact(case)
    yield from visit(case)
    yield from answer(case)
    yield from report(case, proceed_reason="协办单位另行反馈")
    yield from review(case)
    yield from close(case)


def split(case: Case) -> Story:
    """Two matters in one call: the second becomes an order of its own."""
    register(case)
    yield case.office(5, 30)
    body = f"{case.matter.place.estate}楼道感应灯也不亮，晚上看不清台阶。"
    lamps = next(text.category for text in case.theatre.texts.complaints if "感应灯" in text.title)
    part = {"title": "楼道感应灯不亮", "body": body, "category": lamps}
    numbers = case.do(case.who("dispatcher"), "split", parts=[part]).more["parts"]
    other = Case(case.theatre, int(case.rng.random() * 1e9))
    other.number, other.at = str(numbers[0]), case.at
    case.theatre.begin(case.at, _rest(other))
    yield from _rest(case)


def _rest(case: Case) -> Story:
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    yield from close(case)


def urged(case: Case) -> Story:
    """The caller asks again while the unit works: no new order, a push."""
    register(case)
    yield from dispatch(case)
    yield from sign(case)
    yield case.days(0.5, 1.5)
    case.do(case.who("agent"), "urge", text="市民再次来电，问什么时候能处理好")
    yield from contact(case)
    yield from visit(case)
    yield from answer(case)
    yield from report(case, proceed_reason="协办单位另行反馈")
    yield from review(case)
    yield from close(case, "solved", "basically")


# --- the platform above -------------------------------------------------------------------------------


def from_above(case: Case) -> None:
    """The platform above sends us the order, with its number and its date."""
    channels = case.theatre.pack.channels
    register(
        case, channel=next(code for code, one in channels.items() if one.origin == "upper"), origin="upper",
        foreign_system=f"{case.theatre.pack.id}-upper",
        foreign_number=f"SJ{case.at:%Y%m%d}{case.rng.randrange(10**6):06d}",
        upper_due_at=(case.theatre.working(case.at, 6 * 420)).replace(second=0, microsecond=0).isoformat(),
    )  # fmt: skip


def closed_above(case: Case) -> Story:
    """Dispatched to us by the district, reported up, closed there."""
    from_above(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    yield case.days(1, 3)
    case.do(case.who("dispatcher"), "close_by_upper", solved="solved", satisfied="satisfied", note="上级回访满意")


def reopened_above(case: Case) -> Story:
    """The district's callback was not happy: another round, then closed."""
    from_above(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    yield case.days(1, 2)
    done = case.do(case.who("dispatcher"), "reopen_by_upper", reason="上级回访：市民反映仍未解决")
    case.lead, case.co_handlers = str(done.more["lead"]), []
    yield from handled(case)
    yield from review(case)
    yield case.days(1, 3)
    case.do(case.who("dispatcher"), "close_by_upper", solved="basically", satisfied="basically")


def returned_up(case: Case) -> Story:
    """Not our town's: our own check, then the verdict of the district."""
    from_above(case)
    yield case.office(20, 80)
    evidence = {"clauses": [{"document": "上级12345热线职责清单", "clause": "该路段由相邻单位管辖"}]}
    reason = case.theatre.pack.applications["return_up"].reasons[0].code  # of duty, in every pack's return_up
    case.do(case.who("agent"), "ask_centre", kind="return_up", reason=reason, evidence=evidence)
    yield case.office(20, 100)
    case.do(case.who("supervisor"), "grant", note="不属于本级范围")
    yield case.office(60, 300)
    case.do(case.who("dispatcher"), "grant", note="上级同意改派")


# --- who asked ----------------------------------------------------------------------------------------


def anonymous(case: Case) -> Story:
    """Nobody to call: the centre closes."""
    case.anonymous = True
    yield from solved(case)


def confidential(case: Case) -> Story:
    """The unit never learns who asked: the centre contacts and answers."""
    case.confidential = True
    yield from solved(case)
