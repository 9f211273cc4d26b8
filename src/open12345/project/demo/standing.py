"""Orders that stand still where their people have not acted yet, so that every desk of the demo has work."""

from datetime import timedelta

from open12345.orders import services
from open12345.project.demo.steps import (
    approve,
    ask,
    check,
    contact,
    dispatch,
    handled,
    register,
    review,
    sign,
)
from open12345.project.demo.stories import from_above
from open12345.project.demo.theatre import Case, Story
from open12345.project.demo.turns import NOT_OURS, asked_for_time, duty, elsewhere


def draft(case: Case) -> Story:
    """Begun at the desk, not finished."""
    text, person = case.matter.text, case.who("agent")
    said = {"channel": "phone", "category": text.category, "title": text.title, "body": text.body}
    services.create("save_draft", said, by=person, at=case.at)
    yield case.at + timedelta(days=365)


def left_in_hand(case: Case) -> Story:
    """Signed and contacted; the unit has not got further."""
    register(case)
    yield from dispatch(case)
    yield from sign(case)
    yield from contact(case)


def left_unsigned(case: Case) -> Story:
    """Dispatched; the unit has not even signed."""
    register(case)
    yield from dispatch(case)


def asks_to_return(case: Case) -> Story:
    """A return that waits for the unit's own leader."""
    register(case)
    yield from dispatch(case, lead=elsewhere(case), reason="按市民所述先派", no_return=False)
    yield from sign(case)
    yield from ask(case, "return", "not_our_duty", NOT_OURS, to=duty(case))


def asks_to_return_approved(case: Case) -> Story:
    """The same with its own leader's consent: it waits for the centre."""
    yield from asks_to_return(case)
    yield from approve(case)


def asks_for_time(case: Case) -> Story:
    """An extension that waits for the centre."""
    yield from asked_for_time(case)


def left_in_review(case: Case) -> Story:
    """Reported; the reviewer has not looked yet."""
    register(case)
    yield from dispatch(case)
    yield from handled(case)


def left_for_callback(case: Case) -> Story:
    """Passed; nobody has called back, or nobody answered the first call."""
    yield from left_in_review(case)
    yield from review(case)
    if case.rng.random() < 0.5:  # noqa: PLR2004 - a coin
        yield case.soon(20, 90)
        case.do(case.who("callback_agent"), "log_attempt", outcome="busy")


def left_above(case: Case) -> Story:
    """Reported up; the district has not called back."""
    from_above(case)
    yield from dispatch(case)
    yield from handled(case)
    yield from review(case)


def left_with_station(case: Case) -> Story:
    """Handed down; the grid station works, or its report waits for the community's check."""
    register(case)
    yield from dispatch(case)
    yield from sign(case)
    yield from contact(case)
    yield case.office(10, 60)
    station = case.station
    if station is None:
        return
    case.do(case.who("clerk", case.lead), "hand_down", unit=station, note="请到现场处置")
    yield case.office(15, 90)
    case.do(case.who("clerk", station), "sign")
    if case.rng.random() < 0.5:  # noqa: PLR2004 - a coin
        yield case.office(60, 200)
        found = case.matter.text.found
        case.do(case.who("clerk", station), "submit_report", outcome="solved", fact_explanation=found)


def left_with_verifier(case: Case) -> Story:
    """A question of fact that the police station has not answered."""
    register(case)
    yield from dispatch(case)
    yield from sign(case)
    yield from contact(case)
    yield case.office(10, 60)
    question = "该处登记情况是否与市民所述一致？"
    case.do(case.who("clerk", case.lead), "ask_verifier", unit=case.neighbour, question=question)


def left_after_return(case: Case) -> Story:
    """Returned with consent; it waits to be dispatched anew."""
    yield from asks_to_return_approved(case)
    yield from check(case)


def left_at_the_door(case: Case) -> Story:
    """Just registered."""
    register(case)
    yield case.at
