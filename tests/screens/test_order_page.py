"""A complaint walks from the call to the archive by forms on screens, as the different people."""

from collections.abc import Callable

import pytest

from open12345.orders.models import WorkOrder
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town
from tests.screens.conftest import Browser

AtScreen = Callable[[str], Browser]
CALL = {
    "body": "涞亭南路路口每天傍晚有无证摊贩占道。", "kind": "complaint_help", "category": "A0101",
    "name": "李秀兰", "phone": "13812348000",
}  # fmt: skip


@pytest.mark.function("HAN-02", "HAN-05", "HAN-26", "HAN-27", "CAL-01")
def test_a_complaint_walks_from_the_call_to_its_end_by_forms(town: Town, at_screen: AtScreen) -> None:
    at_screen("agent").fill("/intake/new/", CALL)
    number = WorkOrder.objects.get().number
    at_screen("dispatcher").do(number, "dispatch", {"lead": "enforcement"})
    clerk = at_screen("clerk.enforcement")
    clerk.do(number, "sign")
    clerk.do(number, "contact", CONTACT)
    clerk.do(number, "answer", ANSWER)
    clerk.do(number, "submit_report", {**REPORT, "on_site": "true", "site_at": "2025-06-26T09:00"})
    at_screen("reviewer").do(number, "pass_review")
    at_screen("callback_agent").do(number, "close", HEARD)
    assert town.order(number).stage == "closed"
    page = clerk.open(f"/orders/{number}/")
    for told in ("当日先联", "答复市民", "办结报告", "分管副队长", "已全部劝离", "回访结案"):
        assert told in page
