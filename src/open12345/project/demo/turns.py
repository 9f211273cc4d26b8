"""Orders that go back and forth: returned, disputed, extended, dispatched again after the callback (order.md)."""

from typing import Any

from open12345.policy.names import TERRITORY
from open12345.project.demo.steps import (
    answer,
    approve,
    ask,
    check,
    close,
    contact,
    dispatch,
    handled,
    heard,
    register,
    report,
    review,
    sign,
    visit,
)
from open12345.project.demo.theatre import Case, Story

NOT_OURS = {"clauses": [{"document": "首接负责清单", "clause": "该事项主办单位不是本单位"}]}
_PLAN = {"plan": "已联系专业单位排期，本周进场施工，完工后回复市民。"}


def _returned(case: Case, to: str) -> Story:
    yield from sign(case)
    yield from ask(case, "return", "not_our_duty", NOT_OURS, to=to, explanation="责任清单上主办单位不是我们")
    yield from approve(case)
    yield from check(case)


def elsewhere(case: Case, *spared: str) -> str:
    """A unit to which a dispatcher may well send the matter by mistake, and that has not had the order yet.

    Whoever helps with such matters, or the territory; else who leads other items of the same class of the duty list,
    or the territory next door; only where all of them are `spared`, another department.
    """
    pack = case.theatre.pack
    items = pack.duty.find(case.matter.text.category)
    beside = {duty(case), case.lead, pack.centre.code, *spared}
    here = pack.territory_unit(case.matter.place.area)
    helpers = [code for item in items[:1] for code in item.co_handlers]
    akin = [one.lead for part in pack.duty.classes if any(item in part.items for item in items) for one in part.items]
    next_door = [unit.code for unit in pack.units if here and unit.kind == here.kind]
    departments = [unit.code for unit in pack.units if unit.kind == "department"]
    for codes in ([*helpers, TERRITORY], akin, next_door, departments):
        units = [here.code if code == TERRITORY and here else code for code in codes]
        if fitting := [code for code in dict.fromkeys(units) if code not in {*beside, TERRITORY}]:
            return case.rng.choice(fitting)
    return case.rng.choice(departments)


def returned(case: Case) -> Story:
    """Sent to the wrong unit, returned, dispatched anew, solved."""
    register(case)
    right = duty(case)
    yield from dispatch(case, lead=elsewhere(case), reason="按市民所述先派", no_return=False)
    yield from _returned(case, right)
    yield from dispatch(case, lead=right)
    yield from handled(case)
    yield from review(case)
    yield from close(case)


def duty(case: Case) -> str:
    """The unit that the duty list names."""
    pack, place = case.theatre.pack, case.matter.place
    lead = pack.duty.find(case.matter.text.category)[0].lead
    unit = pack.territory_unit(place.area)
    return unit.code if lead == TERRITORY and unit is not None else lead


def return_declined(case: Case) -> Story:
    """The centre says no; the time is spent."""
    register(case)
    yield from dispatch(case, lead=duty(case), no_return=False)
    yield from sign(case)
    yield from ask(case, "return", "not_our_duty", NOT_OURS)
    yield from approve(case)
    yield from check(case, granted=False)
    yield from contact(case)
    yield from visit(case)
    yield from answer(case)
    yield from report(case, proceed_reason="协办单位另行反馈")
    yield from review(case)
    yield from close(case, "solved", "dissatisfied", "needs_time")


def _disputed(case: Case) -> Story:
    """Two departments have returned it; the territory, to which it may fall in the end, has not had it."""
    here = case.theatre.pack.territory_unit(case.matter.place.area)
    spared = here.code if here else ""
    register(case)
    yield from dispatch(case, lead=elsewhere(case, spared), reason="按市民所述先派", no_return=False)
    yield from _returned(case, duty(case))
    yield from dispatch(case, lead=elsewhere(case, spared), reason="按退单建议改派", no_return=False)
    yield from _returned(case, duty(case))


def designated(case: Case) -> Story:
    """Returned twice: the joint assessment names who must."""
    yield from _disputed(case)
    yield from dispatch(case, lead=duty(case), responsibility="designated", reason="联席研判会议指定")
    yield from handled(case)
    yield from review(case)
    yield from close(case)


def territory(case: Case) -> Story:
    """Returned twice and nobody named: the territory takes it (兜底)."""
    yield from _disputed(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    yield from close(case, "basically", "basically")


def taken_back(case: Case) -> Story:
    """Dispatched by mistake, taken back, dispatched right."""
    register(case)
    yield from dispatch(case, lead=elsewhere(case), reason="按市民所述先派")
    yield case.office(10, 40)
    case.do(case.who("dispatcher"), "take_back", reason="派错单位，改派")
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    yield from close(case)


def asked_for_time(case: Case) -> Story:
    """Works take time: the unit asks, its own leader consents."""
    register(case)
    yield from dispatch(case)
    yield from sign(case)
    yield from contact(case)
    yield from visit(case)
    yield from ask(case, "extension", "works", _PLAN, limit="3 wd" if not case.hurried else "12 h")
    yield from approve(case)


def extended(case: Case) -> Story:
    """Works take time: granted, done within it."""
    yield from asked_for_time(case)
    yield from check(case)
    yield case.days(4, 6)
    yield from answer(case)
    yield from report(case, proceed_reason="协办单位另行反馈")
    yield from review(case)
    yield from close(case)


def extension_declined(case: Case) -> Story:
    """Asked for time, not given."""
    yield from asked_for_time(case)
    yield from check(case, granted=False)
    yield from answer(case)
    yield from report(case, proceed_reason="协办单位另行反馈")
    yield from review(case)
    yield from close(case)


# --- after the callback -------------------------------------------------------------------------------


def _called_back_unhappy(case: Case, cause: str = "rebound", **more: Any) -> Story:
    register(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    yield case.office(20, 260)
    said = heard(case, "not_solved", "dissatisfied", cause)
    done = case.do(case.who("callback_agent"), "redispatch", reason="市民反映没有解决", **{**said, **more})
    case.lead, case.co_handlers = str(done.more["lead"]), list(done.more.get("co_handlers", []))


def again(case: Case) -> Story:
    """Not solved at the first callback; a second round solves it."""
    yield from _called_back_unhappy(case)
    yield from handled(case)
    yield from review(case)
    yield from close(case)


def for_conduct(case: Case) -> Story:
    """Solved, but the citizen was treated badly: another unit goes there again."""
    there = "community_office" in case.theatre.pack.unit_tree
    other = "community_office" if there else elsewhere(case)
    more = {"solved": "solved", "satisfied": "very_dissatisfied", "lead": other}
    yield from _called_back_unhappy(case, "attitude", **more)
    yield from handled(case)
    yield from review(case)
    yield from close(case, "solved", "satisfied")


def twice_unhappy(case: Case) -> Story:
    """Unhappy at the second callback too: closed, and marked for supervision."""
    yield from _called_back_unhappy(case)
    yield from handled(case, "partly")
    yield from review(case)
    yield from close(case, "not_solved", "very_dissatisfied", "perfunctory")


def unreachable(case: Case) -> Story:
    """Three calls on three days, nobody answers."""
    register(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)
    for _call in range(3):
        yield case.days(0.4, 1)
        case.do(case.who("callback_agent"), "log_attempt", outcome="no_answer")
    yield case.office(5, 30)
    case.do(case.who("callback_agent"), "close", ended="unreachable")
