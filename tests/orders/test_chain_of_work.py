"""An order walks from the call to the archive, as the different people see it."""

from open12345.orders import history, invariants
from open12345.orders.models import WorkOrder
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town


def flaws() -> list[str]:
    found = [*invariants.check_all(), *history.verify(WorkOrder.objects.all()), *history.verify_anchors()]
    return [f"{f.code}: {f.order} {f.message}" for f in found]


def test_a_complaint_walks_from_the_call_to_the_archive(town: Town) -> None:
    number = town.register()
    assert town.order(number).stage == "accepted"
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    town.do("clerk.enforcement", number, "sign")
    town.do("clerk.enforcement", number, "contact", CONTACT)
    town.do("clerk.enforcement", number, "answer", ANSWER)
    assert town.do("clerk.enforcement", number, "submit_report", REPORT).stage == "review"
    assert town.do("reviewer", number, "pass_review").stage == "callback"
    assert town.do("callback_agent", number, "close", HEARD).stage == "closed"
    town.wait(days=31)
    assert town.do("system", number, "archive").stage == "archived"
    assert flaws() == []
