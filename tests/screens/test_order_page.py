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


@pytest.mark.parametrize(
    ("system", "said"),
    [("upper", "12345热线派发 SJ1"), ("jiuting-upper", "12345热线派发 SJ1"), ("songjiang12345", "songjiang12345 SJ1")],
)
def test_another_platform_is_called_as_the_pack_calls_its_channel(
    town: Town, at_screen: AtScreen, system: str, said: str
) -> None:
    number = town.register(channel="upper", origin="upper", foreign_system=system, foreign_number="SJ1")
    assert said in at_screen("dispatcher").open(f"/orders/{number}/")


def test_whom_the_lead_has_handed_the_order_down_to_is_no_second_lead(town: Town, at_screen: AtScreen) -> None:
    number = town.register(area="31011710700101", category="L0101")
    town.do("dispatcher", number, "dispatch")
    town.do("clerk.c001", number, "sign")
    town.do("clerk.c001", number, "hand_down", {"unit": "s00101"})
    page = at_screen("dispatcher").open(f"/orders/{number}/")
    units = page.partition('class="card assignments"')[2].partition("</section>")[0]
    assert (units.count("主办</span>"), units.count("下级承办</span>")) == (1, 1)
