"""An order comes in, is read and is listed through the API, by those for whom it exists and by nobody else."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from open12345.orders.models import WorkOrder
from open12345.orders.queries import database_time
from tests.api.callers import Caller, machine
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town, complaint

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.function("API-01")

PLAIN = ("李秀兰", "13812348000", "310104199001011234", "涞亭南路88弄3号601室")
TOLD: dict[str, Any] = {
    "name": "李秀兰",
    "phone": "13812348000",
    "id_number": "310104199001011234",
    "address": "九亭镇涞亭南路88弄3号601室",
}


def taken(caller: Caller, **said: Any) -> str:
    answer = caller.post("/orders", complaint(**said))
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["number"])


def handed_out(centre: Caller, **said: Any) -> str:
    number = taken(centre, **said)
    assert centre.act(number, "dispatch", {"lead": "enforcement"}).status_code == 200
    return number


def same_body(*answers: Answer) -> bool:
    return len({answer.content for answer in answers}) == 1


def test_an_order_is_taken_in(centre: Caller) -> None:
    answer = centre.post("/orders", complaint(**TOLD), Idempotency_Key="call-1")
    assert answer.status_code == 201
    done = answer.json()
    order = WorkOrder.objects.get(number=done["number"])
    assert (order.stage, order.channel, order.category) == ("accepted", "phone", "A0101")
    assert (done["action"], done["stage"], done["seq"]) == ("register", "accepted", 1)
    assert abs(datetime.fromisoformat(done["at"]) - database_time()) < timedelta(minutes=1)
    event = order.events.get()
    assert (event.actor_kind, event.actor_name) == ("machine", "测试接口")
    assert order.created_by == -(event.actor or 0)


def test_an_order_is_read_with_its_clocks_explained(centre: Caller) -> None:
    number = handed_out(centre)
    order = centre.get(f"/orders/{number}").json()
    assert order["stage"] == "dispatched"
    assert order["lead_unit"] == {"code": "enforcement", "name": "综合行政执法队"}
    (lead,) = order["assignments"]
    assert (lead["role"], lead["state"], lead["unit"]["code"]) == ("lead", "waiting", "enforcement")
    running = {clock["kind"]: clock for clock in order["clocks"] if clock["stopped_at"] is None}
    assert {"sign", "contact", "reply", "overall"} <= set(running)
    assert running["reply"]["limit"] == "5 wd"
    assert running["reply"]["colour"] == "green"
    assert "截止" in running["reply"]["explanation"]
    assert order["seq"] == 2


def test_deadlines_are_explained_in_english_too(centre: Caller) -> None:
    number = taken(centre)
    clock = centre.get(f"/orders/{number}", Accept_Language="en").json()["clocks"][0]
    assert "due" in clock["explanation"].lower()


def test_nothing_that_names_the_caller_leaves_unmasked(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre, **TOLD, body="我叫李秀兰，电话13812348000，身份证310104199001011234，摊贩太多")
    for caller in (centre, unit):
        for part in ("", "/events", "/records", "/actions", "/attachments"):
            text = caller.get(f"/orders/{number}{part}").content.decode()
            assert not [plain for plain in PLAIN if plain in text], part
        assert "13812348000" not in caller.get("/orders").content.decode()
    requester = unit.get(f"/orders/{number}").json()["requester"]
    assert requester["name"] == "李**"
    assert requester["phone"] == "138****8000"


def test_handlers_of_a_confidential_order_see_nothing_of_the_caller(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre, **TOLD, confidential=True)
    assert unit.get(f"/orders/{number}").json()["requester"] is None
    assert centre.get(f"/orders/{number}").json()["requester"]["phone"] == "138****8000"


@pytest.mark.parametrize("part", ["", "/events", "/records", "/actions", "/attachments"])
def test_to_a_stranger_the_order_does_not_exist(centre: Caller, stranger: Caller, part: str) -> None:
    number = handed_out(centre, **TOLD)
    assert centre.get(f"/orders/{number}{part}").status_code == 200
    foreign, absent = stranger.get(f"/orders/{number}{part}"), stranger.get(f"/orders/{number}9{part}")
    assert foreign.status_code == absent.status_code == 404
    assert same_body(foreign, absent)


@pytest.mark.parametrize("path", ["/actions/sign", "/actions/note", "/unmask"])
def test_to_a_stranger_the_order_cannot_be_acted_on(centre: Caller, stranger: Caller, path: str) -> None:
    number = handed_out(centre)
    said: dict[str, Any] = {"reason": "看看"} if path == "/unmask" else {"data": {}}
    foreign, absent = (stranger.post(f"/orders/{n}{path}", said) for n in (number, number + "9"))
    assert foreign.status_code == absent.status_code == 404
    assert same_body(foreign, absent)


def test_the_list_of_a_unit_holds_its_own_orders_alone(centre: Caller, unit: Caller, stranger: Caller) -> None:
    own, other = handed_out(centre), taken(centre)
    assert numbers(centre.get("/orders")) == [other, own]
    assert numbers(unit.get("/orders")) == [own]
    assert numbers(stranger.get("/orders")) == []


def numbers(answer: Answer) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [order["number"] for order in answer.json()["orders"]]


def test_links_and_facts_name_no_order_that_the_reader_may_not_see(centre: Caller, unit: Caller) -> None:
    hidden, number = taken(centre), handed_out(centre)
    assert centre.act(number, "relate", {"other": hidden}).status_code == 200
    assert {link["number"] for link in centre.get(f"/orders/{number}").json()["links"]} == {hidden}
    assert hidden in centre.get(f"/orders/{number}/events").content.decode()
    for part in ("", "/events", "/records"):
        answer = unit.get(f"/orders/{number}{part}")
        assert hidden not in answer.content.decode()
        assert "caller_open" not in answer.content.decode()
    assert unit.get(f"/orders/{number}").json()["links"] == []


def test_the_history_is_read_in_order(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    unit.act(number, "sign")
    unit.act(number, "contact", CONTACT)
    events = centre.get(f"/orders/{number}/events").json()["events"]
    assert [event["action"] for event in events] == ["register", "dispatch", "sign", "contact"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert len({event["hash"] for event in events}) == 4
    (record,) = unit.get(f"/orders/{number}/records").json()["records"]
    assert record["kind"] == "contact"
    assert record["content"]["note"] == CONTACT["note"]


def test_an_order_walks_from_intake_to_its_end_through_the_api(centre: Caller, unit: Caller, town: Town) -> None:
    desk = machine("reviewer@centre", "callback_agent@centre", name="中心")
    number = handed_out(centre)
    report = {**REPORT, "site_at": database_time().isoformat()}
    for caller, action, data in (
        (unit, "sign", {}),
        (unit, "contact", CONTACT),
        (unit, "answer", ANSWER),
        (unit, "submit_report", report),
        (desk, "pass_review", {}),
        (desk, "close", HEARD),
    ):
        answer = caller.act(number, action, data)
        assert answer.status_code == 200, answer.content.decode()
    order = centre.get(f"/orders/{number}").json()
    assert (order["stage"], order["solved"], order["satisfied"]) == ("closed", "solved", "satisfied")


# -- lists -----------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_without_gap_or_repetition(centre: Caller) -> None:
    made = [taken(centre) for _ in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = centre.get("/orders", query).json()
        seen += [order["number"] for order in page["orders"]]
        if page["next"] is None:
            break
        taken(centre)  # what comes in meanwhile does not move the pages
        query["cursor"] = page["next"]
    assert seen == made[::-1]


def test_a_copy_is_kept_by_reading_what_changed(centre: Caller) -> None:
    made = [taken(centre) for _ in range(4)]
    first = centre.get("/orders", {"sort": "changed", "limit": 2}).json()
    assert [order["number"] for order in first["orders"]] == made[:2]
    centre.act(made[0], "note", {"text": "改了"})
    rest = centre.get("/orders", {"sort": "changed", "limit": 9, "cursor": first["next"]}).json()
    assert [order["number"] for order in rest["orders"]] == [made[2], made[3], made[0]]
    since = rest["orders"][-1]["changed_at"]
    assert numbers(centre.get("/orders", {"sort": "changed", "changed_since": since})) == [made[0]]


def test_a_list_is_narrowed_by_every_filter(centre: Caller) -> None:
    before = database_time()
    plain = taken(centre)
    between = database_time()
    urgent = taken(centre, urgency="urgent", category="A0102")
    out = handed_out(centre, category="B0101")
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"stage": "accepted"}, [urgent, plain]),
        ({"stage": "dispatched"}, [out]),
        ({"urgency": "urgent"}, [urgent]),
        ({"category": "A0101"}, [plain]),
        ({"category": "A"}, [urgent, plain]),
        ({"unit": "enforcement"}, [out]),
        ({"unit": "centre"}, [out]),
        ({"unit": "market"}, []),
        ({"accepted_from": between.isoformat()}, [out, urgent]),
        ({"accepted_to": between.isoformat()}, [plain]),
        ({"accepted_from": before.isoformat(), "accepted_to": between.isoformat()}, [plain]),
        ({"changed_since": between.isoformat(), "stage": "accepted"}, [urgent]),
        ({"stage": "accepted", "urgency": "urgent", "category": "A0101"}, []),
    ]
    for query, expected in cases:
        assert numbers(centre.get("/orders", query)) == expected, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stage": "waiting"}, "stage"),
        ({"urgency": "very"}, "urgency"),
        ({"unit": "nobody"}, "unit"),
        ({"unit": "a\x00b"}, "unit"),
        ({"category": "Q9"}, "category"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"accepted_from": "yesterday"}, "accepted_from"),
        ({"accepted_from": "2025-06-26"}, "accepted_from"),
        ({"accepted_from": "0001-01-01T00:00:00+23:00"}, "accepted_from"),
        ({"changed_since": "9999-12-31T23:59:59-23:00"}, "changed_since"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
        ({"cursor": "WyJjaGFuZ2VkIixudWxsLDFd"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"sort": "best"}, "sort"),
        ({"stgae": "accepted"}, "stgae"),
    ],
)
def test_a_filter_that_means_nothing_is_named(centre: Caller, query: dict[str, str], field: str) -> None:
    answer = centre.get("/orders", query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_cursor_belongs_to_its_sort(centre: Caller) -> None:
    for _ in range(2):
        taken(centre)
    cursor = centre.get("/orders", {"limit": 1}).json()["next"]
    assert centre.get("/orders", {"limit": 1, "cursor": cursor, "sort": "changed"}).status_code == 422


def test_drafts_are_nobodys_but_their_authors(centre: Caller, town: Town) -> None:
    number = town.create("save_draft", {"body": "还没写完"}).number
    assert centre.get(f"/orders/{number}").status_code == 404
    assert numbers(centre.get("/orders")) == []


# -- the pack --------------------------------------------------------------------------------------------------


def test_a_client_finds_in_the_pack_what_its_forms_need(centre: Caller) -> None:
    answer = centre.get("/pack")
    pack = answer.json()
    assert {"code": "complaint_help", "title": "投诉求助"} in pack["kinds"]
    leaf = next(category for category in pack["categories"] if category["code"] == "A0101")
    assert leaf["leaf"] is True
    assert {"photo", "recording"} <= {found["code"] for found in pack["attachment_classes"]}
    assert pack["applications"]["return"]["reasons"]
    assert pack["attachments"]["virus_check"] is False
    assert centre.get("/pack", If_None_Match=answer["ETag"]).status_code == 304


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+14:00", "2025-06-26T09:00:00"])
def test_a_cursor_of_no_usable_moment_is_refused_at_its_field(town: Town, centre: Caller, moment: str) -> None:
    taken(centre)
    text = base64.urlsafe_b64encode(json.dumps(["changed", moment, 1]).encode()).decode().rstrip("=")
    answer = centre.get("/orders", {"sort": "changed", "cursor": text})
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == ["cursor"]
