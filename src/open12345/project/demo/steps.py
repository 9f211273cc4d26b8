"""The steps of which stories are made: each waits as long as such a thing takes, then acts as the right person."""

from random import Random
from typing import Any

from shapely.geometry import Point

from open12345.directory import areas
from open12345.policy import EvidenceField, Outline
from open12345.project.demo.texts import deputy
from open12345.project.demo.theatre import Case, Story

_VISITORS = ("工作人员两名", "队员三名", "网格员和社工各一名")
#: Share of orders whose agent set no point; degrees of about a hundred metres; throws until a point lies inside.
_NOT_LOCATED, _STREET, _TRIES = 0.15, 0.001, 50
_FLAWS = ("没有写清现场情况", "答复内容和诉求对不上", "缺少处置后的情况")


def register(case: Case, **more: Any) -> None:
    """An agent takes the call; the channel is the phone unless told."""
    text, place, caller = case.matter.text, case.matter.place, case.matter.caller
    person = {} if case.anonymous else {"name": caller.name, "phone": caller.phone, "address": caller.address}
    said = {
        "channel": case.rng.choices(["phone", "web", "walk_in", "letter"], [88, 7, 4, 1])[0],
        "kind": case.kind,
        "category": text.category,
        "urgency": text.urgency or "ordinary",
        "area": place.area,
        "place": f"{place.road} {place.estate}",
        "title": text.title,
        "body": text.body,
        **_point(case),
        "anonymous": case.anonymous,
        "confidential": case.confidential,
        **person,
        **more,
    }
    case.create(case.who("agent"), **said)


def _point(case: Case) -> dict[str, float]:
    """Somewhere in the area of the matter; the same estate is always at the same place, give or take a street."""
    place = case.matter.place
    outline = areas.outline_of(case.theatre.pack, place.area)
    own = Random(case.matter.caller.phone)  # noqa: S311 - dice that move no other
    if outline is None or own.random() < _NOT_LOCATED:
        return {}
    here = spot_of(outline, place.estate)
    near = Point(here.x + own.uniform(-_STREET, _STREET), here.y + own.uniform(-_STREET, _STREET))
    found = near if outline.shape.contains(near) else here
    return {"longitude": round(found.x, 6), "latitude": round(found.y, 6)}


def spot_of(outline: Outline, estate: str) -> Point:
    """Return where an invented estate stands in its area: always the same place."""
    west, south, east, north = outline.shape.bounds
    dice = Random(estate)  # noqa: S311 - a demo's dice
    for _try in range(_TRIES):
        spot = Point(dice.uniform(west, east), dice.uniform(south, north))
        if outline.shape.contains(spot):
            return spot
    return outline.shape.representative_point()


def dispatch(case: Case, **said: Any) -> Story:
    """A dispatcher gives the order to its unit."""
    yield case.office(15, 110)
    done = case.do(case.who("dispatcher"), "dispatch", **said)
    case.lead = str(done.more["lead"])
    case.co_handlers = list(done.more.get("co_handlers", []))


def sign(case: Case) -> Story:
    """The unit's clerk signs."""
    yield case.office(10, 160)
    case.do(case.who("clerk", case.lead), "sign")


def contact(case: Case, outcome: str = "reached") -> Story:
    """The unit calls first; for a confidential order the centre does, for an anonymous one nobody can."""
    if case.anonymous:
        return
    yield case.office(10, 150)
    note = case.rng.choice(("了解了具体位置和时间", "约好下午到现场一起看", "补充了两张照片的情况", "市民希望尽快处理"))
    by, action = (case.who("agent"), "contact_for") if case.confidential else (_unit(case), "contact")
    case.do(by, action, outcome=outcome, note=note)


def _unit(case: Case) -> Any:
    roles = ("clerk", "worker") if case.rng.random() < 0.5 else ("worker", "clerk")  # noqa: PLR2004 - a coin
    return case.who(roles[0], case.lead)


def visit(case: Case) -> Story:
    """Somebody goes there."""
    yield case.office(40, 300)
    case.do(
        case.who("worker", case.lead), "arrive", people=case.rng.choice(_VISITORS),
        place=f"{case.matter.place.road} {case.matter.place.estate}", found=case.matter.text.found,
    )  # fmt: skip


def helped(case: Case) -> Story:
    """Co-handlers sign and report what they did."""
    for unit in case.co_handlers:
        yield case.office(5, 60)
        case.do(case.who("clerk", unit), "sign")
    for unit in case.co_handlers:
        yield case.office(10, 120)
        text = f"{case.at:%m月%d日}配合到现场，{case.matter.text.found}"
        case.do(case.who("clerk", unit), "submit_report", outcome="solved", fact_explanation=text, on_site=True)


def answer(case: Case) -> Story:
    """The citizen is told."""
    if case.anonymous:
        return
    yield case.office(30, 240)
    told = f"{case.matter.salutation}您好，关于{case.matter.place.estate}的事：{case.matter.text.told}"
    by, action = (case.who("agent"), "answer_for") if case.confidential else (case.who("clerk", case.lead), "answer")
    case.do(by, action, method=case.rng.choices(["phone", "visit", "message"], [8, 1, 1])[0], text=told)


def report(case: Case, outcome: str = "solved", **more: Any) -> Story:
    """The unit reports to the centre on the day the work is done."""
    yield case.office(5, 50)
    case.do(case.who("clerk", case.lead), "submit_report", **{**_report(case, outcome), **more})


def _report(case: Case, outcome: str) -> dict[str, Any]:
    text, place = case.matter.text, case.matter.place
    said: dict[str, Any] = {
        "outcome": outcome,
        "fact": "true_fact" if outcome == "solved" else "partly_true",
        "fact_explanation": f"{case.at:%m月%d日}到{place.road}{place.estate}核实，{text.found}",
        "demand": "reasonable" if outcome == "solved" else "partly_reasonable",
        "demand_explanation": f"{place.estate}：{text.demand}",
        "citizen_said": "表示认可" if outcome == "solved" else "表示理解，希望继续关注",
        "in_charge": _in_charge(case),
        "extra": extra(case),
    }
    if case.theatre.pack.on_site_required(text.category) or text.kind == "":
        return {**said, "on_site": True, "site_at": case.at.isoformat(), "site_people": "工作人员两名"}
    return {**said, "on_site": False, "no_site_reason": "咨询建议类，电话已说明"}


def _in_charge(case: Case) -> str:
    """Who of the lead answers for it: the invented person who consents there, with a title; always the same one."""
    leader = case.theatre.people("approver", case.lead)[0]
    return f"{leader.name}（{deputy(case.theatre.pack.unit_tree[case.lead].name)}）"


def extra(case: Case) -> dict[str, Any]:
    """Fill the extra form of the category, where it has one."""
    pack = case.theatre.pack
    code = pack.extra_form(case.matter.text.category)
    return {field.code: _fill(case, field) for field in pack.closing.extra_forms[code]} if code else {}


def _fill(case: Case, field: EvidenceField) -> Any:
    if field.type == "number":
        return int(max(field.min or 0, 6))
    if field.type == "choice":
        return field.options[0].code
    if field.type == "date":
        return f"{case.at:%Y-%m-%d}"
    return case.matter.place.estate if field.code in {"estate", "site"} else "见办结报告"


def review(case: Case) -> Story:
    """The centre's reviewer lets the report pass."""
    yield case.office(15, 200)
    case.do(case.who("reviewer"), "pass_review")


def send_back(case: Case) -> Story:
    """The reviewer sends the report back."""
    yield case.office(15, 200)
    case.do(
        case.who("reviewer"),
        "send_back",
        reason=case.rng.choice(_FLAWS),
    )


def heard(case: Case, solved: str = "solved", satisfied: str = "", cause: str = "") -> dict[str, Any]:
    """What the citizen says on the phone."""
    level = satisfied or case.rng.choices(["very_satisfied", "satisfied", "basically"], [30, 55, 15])[0]
    return {
        "contacted": "yes", "truthful": "yes" if solved != "not_solved" else "partly", "solved": solved,
        "satisfied": level, "process_satisfied": level, "cause": cause,
    }  # fmt: skip


def close(case: Case, solved: str = "solved", satisfied: str = "", cause: str = "") -> Story:
    """A callback agent reaches the citizen and closes; an anonymous order is closed by the centre."""
    yield case.office(20, 260)
    said = {"ended": "anonymous"} if case.anonymous else heard(case, solved, satisfied, cause)
    case.do(case.who("callback_agent"), "close", **said)


def handled(case: Case, outcome: str = "solved") -> Story:
    """From the signature to the closing report."""
    yield from sign(case)
    yield from contact(case)
    yield from visit(case)
    yield from helped(case)
    yield from answer(case)
    yield from report(case, outcome)


def ask(case: Case, kind: str, reason: str, evidence: dict[str, Any], **more: Any) -> Story:
    """The unit's clerk asks for something."""
    yield case.office(10, 60)
    case.do(case.who("clerk", case.lead), "apply", kind=kind, reason=reason, evidence=evidence, **more)


def approve(case: Case) -> Story:
    """The unit's leader consents."""
    yield case.office(10, 90)
    case.do(case.who("approver", case.lead), "grant", note="同意")


def check(case: Case, *, granted: bool = True) -> Story:
    """The centre decides."""
    yield case.office(15, 100)
    by = case.who("dispatcher")
    if granted:
        case.do(by, "grant", note="同意")
    else:
        case.do(by, "decline", note="属于本单位职责，请继续办理")
