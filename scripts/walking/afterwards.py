"""Orders after the callback, and those of the platform above.

A walk raises `Unexpected` at the first wrong answer.
"""

from datetime import datetime, timedelta

from walking.people import Walk
from walking.steps import NOT_OURS, REFUSED, ZONE, close, dispatch, handle, heard, redispatch, review


def again(walk: Walk) -> None:
    """Not solved at the callback: a new round, then closed."""
    walk.register()
    dispatch(walk)
    handle(walk)
    review(walk)
    redispatch(walk, "not_solved", "dissatisfied", "rebound")
    handle(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def again_elsewhere(walk: Walk) -> None:
    """Solved but badly: another unit takes the second round."""
    walk.register()
    dispatch(walk)
    handle(walk)
    review(walk)
    redispatch(walk, "solved", "very_dissatisfied", "attitude", lead="community_office")
    handle(walk)
    review(walk)
    close(walk)
    walk.must_be("closed")


def twice_unhappy(walk: Walk) -> None:
    """Unhappy at the second callback: there is no third round, it closes and is marked for supervision."""
    walk.register()
    dispatch(walk)
    handle(walk)
    review(walk)
    redispatch(walk, "not_solved", "dissatisfied", "slow")
    handle(walk, "partly")
    review(walk)
    said = {**heard("not_solved", "dissatisfied", "slow"), "reason": "仍未解决"}
    walk.act("callback_agent", "redispatch", said, expect=REFUSED, code="last_callback")
    close(walk, "not_solved", "very_dissatisfied", "perfunctory")
    walk.must_be("closed")


def unreachable(walk: Walk) -> None:
    """Nobody answers today: calls on one day alone are not enough, the order waits for another (`finish`)."""
    walk.register()
    dispatch(walk)
    handle(walk)
    review(walk)
    early = datetime.now(ZONE) - timedelta(days=1)
    told = {"outcome": "no_answer", "at": early.isoformat()}
    walk.act("callback_agent", "log_attempt", told, expect=REFUSED, code="before_report")
    for _call in range(3):
        walk.act("callback_agent", "log_attempt", {"outcome": "no_answer"})
    walk.act("callback_agent", "close", {"ended": "unreachable"}, expect=REFUSED, code="too_few_attempts")
    walk.must_be("callback")
    walk.waits = True


def finish(walk: Walk) -> None:
    """Call once more on another day, and close as unreachable."""
    walk.act("callback_agent", "log_attempt", {"outcome": "powered_off"})
    walk.act("callback_agent", "close", {"ended": "unreachable"})
    walk.must_be("closed")


def _from_above(walk: Walk) -> None:
    due = datetime.now(ZONE).replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=9)
    walk.register(
        "dispatcher", channel="upper", origin="upper", foreign_system="district12345",
        foreign_number=walk.foreign, upper_due_at=due.isoformat(),
    )  # fmt: skip


def closed_above(walk: Walk) -> None:
    """From the platform above, reported up, closed there; its number is taken once."""
    _from_above(walk)
    number = walk.number
    said = {"channel": "upper", "origin": "upper", "foreign_system": "district12345"}
    walk.register("dispatcher", expect=REFUSED, foreign_number=walk.foreign, **said)
    walk.number = number
    dispatch(walk)
    handle(walk)
    review(walk)
    walk.must_be("reported_up")
    walk.act("dispatcher", "close_by_upper", {"solved": "solved", "satisfied": "satisfied"})
    walk.must_be("closed")


def reopened_above(walk: Walk) -> None:
    """The platform above sends it back for another round."""
    _from_above(walk)
    dispatch(walk)
    handle(walk)
    review(walk)
    told = walk.act("dispatcher", "reopen_by_upper", {"reason": "上级回访：仍未解决"})
    walk.lead, walk.co_handlers = told["lead"], list(told.get("co_handlers", []))
    handle(walk)
    review(walk)
    walk.act("dispatcher", "close_by_upper", {"solved": "basically", "satisfied": "basically"})
    walk.must_be("closed")


def _asked_up(walk: Walk) -> None:
    _from_above(walk)
    said = {"kind": "return_up", "reason": "not_town_duty", "evidence": NOT_OURS}
    walk.act("agent", "ask_centre", said)
    walk.act("supervisor", "grant", {"note": "不属于本镇"})


def returned_up(walk: Walk) -> None:
    """Not our town's: our own check, then the verdict from above."""
    _asked_up(walk)
    walk.act("dispatcher", "grant", {"note": "上级同意改派"})
    walk.must_be("cancelled")


def return_up_declined(walk: Walk) -> None:
    """The platform above does not take it back: it is ours."""
    _asked_up(walk)
    walk.act("dispatcher", "decline", {"note": "上级维持派单"})
    dispatch(walk)
    handle(walk)
    review(walk)
    walk.act("dispatcher", "close_by_upper", {"solved": "solved", "satisfied": "satisfied"})
    walk.must_be("closed")
