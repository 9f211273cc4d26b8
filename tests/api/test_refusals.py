"""Every "no" has one form, names what is wrong, tells nothing else, and speaks the reader's language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.db import DataError, Error, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from django.test import Client

from open12345.api.reading import BODY_AT_MOST
from open12345.directory import packs
from open12345.orders.models import WorkOrder
from tests.api.callers import V1, Caller, machine
from tests.api.test_orders import TOLD, handed_out, taken
from tests.cast import complaint

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.function("API-01")

PARTS = {"type", "title", "status", "code", "detail", "errors"}


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """Return the document, after everything that holds for each has been checked."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert PARTS <= set(said) <= PARTS | {"facts"}
    assert (said["status"], said["code"]) == (status, code)
    assert said["type"] == f"urn:open12345:problem:{code}"
    assert said["title"]
    assert said["detail"]
    assert "Traceback" not in answer.content.decode()
    return said


def fields(said: dict[str, Any]) -> set[str]:
    assert all({"field", "code", "message"} <= set(error) and error["message"] for error in said["errors"])
    return {error["field"] for error in said["errors"]}


# -- who calls -------------------------------------------------------------------------------------------------


def test_without_a_key_the_caller_is_asked_for_one(centre: Caller) -> None:
    answer = Caller().get("/orders")
    problem(answer, 401, "no_credentials")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Basic YTpi", "o12345_a_b", "Bearer " + "o12345_" + "0" * 12 + "_" + "0" * 64]
)
def test_a_key_that_is_none_is_refused(centre: Caller, header: str) -> None:
    problem(Caller(headers={"Authorization": header}).get("/orders"), 401, "bad_key")


def test_a_stranger_gets_404_and_the_wrong_role_403(centre: Caller, unit: Caller, stranger: Caller) -> None:
    number = handed_out(centre)
    problem(stranger.act(number, "sign"), 404, "not_found")
    said = problem(unit.act(number, "take_back"), 403, "not_allowed")
    assert "收回" in said["detail"]


# -- where and how ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/order", "/orders/", "/orders/1/2/3", "/", "/../v2/orders", "/docs"])
def test_addresses_that_are_not_there_say_so_in_the_same_form(centre: Caller, path: str) -> None:
    problem(centre.get(path), 404, "no_such_address")
    problem(Client().get(V1 + path), 404, "no_such_address")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("delete", "/orders/1", "GET"),
        ("put", "/orders", "GET, POST"),
        ("patch", "/orders/1", "GET"),
        ("get", "/orders/1/unmask", "POST"),
        ("post", "/pack", "GET"),
        ("post", "/openapi.json", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(
    centre: Caller, method: str, path: str, allow: str
) -> None:
    answer = getattr(centre.client, method)(V1 + path, headers=centre.headers)
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == allow


def send(caller: Caller, body: bytes | str, kind: str = "application/json") -> Answer:
    return caller.client.post(f"{V1}/orders", body, content_type=kind, headers=caller.headers)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_refused(centre: Caller, kind: str) -> None:
    answer = send(centre, b"{}", kind)
    problem(answer, 415, "content_type")
    assert answer["Accept"] == "application/json"


MALFORMED: dict[str, bytes] = {
    "nothing": b" ",
    "no json": b"hello",
    "cut off": b'{"kind": "complaint_help',
    "a list": b"[]",
    "a number": b"12345",
    "null": b"null",
    "gb18030": '{"body": "路灯坏了"}'.encode("gb18030"),
    "a control character": b'{"body": "a\x01b"}',
    "a raw NUL": b'{"body": "a\x00b"}',
    "a name twice": b'{"kind": "a", "kind": "b"}',
    "a name twice inside": b'{"a": {"b": 1, "b": 2}}',
    "half a surrogate": rb'{"body": "\ud83d"}',
    "half a surrogate in a name": rb'{"\ud83d": 1}',
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": 1e999}',
    "a number of 5000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "too deep": b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
    "endlessly deep": b'{"a": ' + b"[" * 100_000,
    "deep objects": b'{"a": ' * 30 + b"1" + b"}" * 30,
    "a comma too much": b'{"a": 1,}',
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_body_that_cannot_be_read_is_told_why(centre: Caller, what: str) -> None:
    said = problem(send(centre, MALFORMED[what]), 400, "malformed")
    assert "JSON" in said["detail"] or "请求体" in said["detail"]


def test_a_body_without_a_length_is_asked_for_it(centre: Caller) -> None:
    headers = centre.headers | {"Transfer-Encoding": "chunked"}
    answer = centre.client.generic("POST", f"{V1}/orders", headers=headers, CONTENT_TYPE="application/json")
    problem(answer, 411, "length_required")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(centre: Caller) -> None:
    said = problem(send(centre, b'{"body": "' + b"a" * BODY_AT_MOST + b'"}'), 413, "too_large")
    assert "256" in said["detail"]


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(
    centre: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPEN12345_ATTACHMENT_MB", "1")
    number = taken(centre)
    problem(centre.upload(number, "a.txt", b"a" * (2 << 20)), 413, "too_large")
    problem(centre.upload(number, "a.txt", b"a", remark="a" * (6 << 20)), 413, "too_large")


UPPER = {"origin": "upper", "channel": "upper", "foreign_system": "city", "foreign_number": "SH1"}

# -- what was filled in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"kind": ""}, {"kind"}),
        ({"kind": None}, {"kind"}),
        ({"kind": 5}, {"kind"}),
        ({"kind": "gossip"}, {"kind"}),
        ({"body": "\u0000\u200b \n"}, {"body"}),
        ({"body": "字" * 20_001}, {"body"}),
        ({"title": "字" * 201}, {"title"}),
        ({"category": "A01"}, {"category"}),
        ({"channel": "pigeon"}, {"channel"}),
        ({"area": "nowhere"}, {"area"}),
        ({"urgency": "very"}, {"urgency"}),
        ({"phone": ""}, {"phone"}),
        ({"phone": "abc"}, {"phone"}),
        ({"phone": "1" * 16}, {"phone"}),
        ({"phon": "13812348000"}, {"phon"}),
        ({"anonymous": "maybe"}, {"anonymous"}),
        ({"origin": "above"}, {"origin"}),
        ({"origin": "upper"}, {"foreign_number"}),
        ({"foreign_number": "X1"}, {"foreign_number"}),
        ({"upper_due_at": "tomorrow"}, {"upper_due_at"}),
        ({"upper_due_at": "2031-01-01T00:00:00"}, {"upper_due_at"}),
        ({**UPPER, "upper_due_at": "0001-01-01T00:00:00+14:00"}, {"upper_due_at"}),
        ({**UPPER, "upper_due_at": "9999-12-31T23:59:59-14:00"}, {"upper_due_at"}),
        ({"same_call_as": "no-such-order"}, {"same_call_as"}),
        ({"kind": "gossip", "channel": "pigeon", "area": "nowhere"}, {"kind", "channel", "area"}),
        ({"body": ["a"]}, {"body"}),
        ({"body": {"a": 1}}, {"body"}),
    ],
)
def test_every_wrong_field_is_named(centre: Caller, said: dict[str, Any], wrong: set[str]) -> None:
    answer = centre.post("/orders", complaint(**said))
    assert fields(problem(answer, 422, "refused")) == wrong
    assert not WorkOrder.objects.exists()


def test_all_that_is_missing_is_named_at_once(centre: Caller) -> None:
    assert fields(problem(centre.post("/orders", {}), 422, "refused")) == {"kind", "body", "phone"}


def test_odd_but_honest_text_is_taken(centre: Caller) -> None:
    said = {"phone": "１３８ １２３４ ８０００", "body": "路灯😀坏了\u0000，在\u200b涞亭南路１２号", "title": "👨‍👩‍👧"}
    number = taken(centre, **said)
    order = centre.get(f"/orders/{number}").json()
    assert "😀" in order["body"]
    assert "\x00" not in order["body"]
    assert order["requester"]["phone"] == "138****8000"


def test_a_foreign_number_taken_twice_names_the_first_order(centre: Caller) -> None:
    said = {"origin": "upper", "channel": "upper", "foreign_system": "city12345", "foreign_number": "SH2025-1"}
    number = taken(centre, **said)
    told = problem(centre.post("/orders", complaint(**said)), 422, "refused")
    (error,) = told["errors"]
    assert (error["field"], error["code"], error["number"]) == ("foreign_number", "already_taken", number)


@pytest.mark.parametrize("key", ["a" * 81, "a b", "钥匙", "\x7f"])
def test_an_idempotency_key_that_is_none_is_named(centre: Caller, key: str) -> None:
    answer = centre.post("/orders", complaint(), Idempotency_Key=key.encode().decode("latin-1"))
    assert fields(problem(answer, 422, "refused")) == {"Idempotency-Key"}


def test_a_key_used_for_something_else_is_named(centre: Caller) -> None:
    assert centre.post("/orders", complaint(), Idempotency_Key="k").status_code == 201
    answer = centre.post("/orders", complaint(title="别的"), Idempotency_Key="k")
    assert fields(problem(answer, 422, "refused")) == {"Idempotency-Key"}
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"data": []}, {"data"}),
        ({"data": {}, "expected_seq": "soon"}, {"expected_seq"}),
        ({"data": {}, "client_at": "then"}, {"client_at"}),
        ({"data": {}, "client_at": "0001-01-01T00:00:00+14:00"}, {"client_at"}),
        ({"data": {}, "assignment": 1.5}, {"assignment"}),
        ({"dta": {}}, {"dta"}),
    ],
)
def test_a_wrong_envelope_is_named(centre: Caller, said: dict[str, Any], wrong: set[str]) -> None:
    answer = centre.post(f"/orders/{taken(centre)}/actions/note", said)
    assert fields(problem(answer, 422, "refused")) == wrong


@pytest.mark.parametrize(
    "data",
    [
        {"kind": ["return"], "reason": {}},
        {"kind": "return", "reason": "not_duty", "evidence": {"rows": "x", "a": [{}]}},
        {"kind": "extension", "reason": "cross_unit", "limit": "9999999999999999 wd", "evidence": {"plan": "长" * 30}},
        {"kind": "extension", "reason": "cross_unit", "limit": "-1 wd", "evidence": {"plan": ["a"]}},
        {"kind": "extension", "reason": "cross_unit", "limit": "never", "evidence": {"plan": "a\u0000b" * 10}},
    ],
)
def test_evidence_of_the_wrong_shape_is_refused(centre: Caller, unit: Caller, data: dict[str, Any]) -> None:
    number = handed_out(centre)
    unit.act(number, "sign")
    assert fields(problem(unit.act(number, "apply", data), 422, "refused"))


# -- what the database says ------------------------------------------------------------------------------------


class _Cause(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("internals of the server")
        self.sqlstate = sqlstate


@pytest.fixture
def failing(centre: Caller) -> Iterator[Callable[[Error, str | None], Answer]]:
    """Let the domain fail with a database error of a certain state."""

    def post(error: Error, state: str | None) -> Answer:
        error.__cause__ = _Cause(state)
        with patch("open12345.orders.services.create", side_effect=error):
            return centre.post("/orders", complaint())

    return post  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("error", "state", "status", "code"),
    [
        (OperationalError("lock timeout"), "55P03", 503, "busy"),
        (OperationalError("deadlock"), "40P01", 503, "busy"),
        (OperationalError("serialise"), "40001", 503, "busy"),
        (OperationalError("statement timeout"), "57014", 503, "busy"),
        (IntegrityError("twice"), "23505", 409, "conflict"),
        (OperationalError("away"), None, 503, "unavailable"),
        (OperationalError("shutting down"), "57P01", 503, "unavailable"),
        (OperationalError("too many connections"), "53300", 503, "unavailable"),
        (InterfaceError("closed"), None, 503, "unavailable"),
        (DataError("out of range"), "22003", 422, "unstorable"),
        (ProgrammingError("no such column"), "42703", 500, "unexpected"),
        (IntegrityError("check"), "23514", 500, "unexpected"),
    ],
)
def test_what_the_database_says_becomes_an_answer(
    failing: Callable[[Error, str | None], Answer], error: Error, state: str | None, status: int, code: str
) -> None:
    answer = failing(error, state)
    said = problem(answer, status, code)
    assert ("Retry-After" in answer) == (status in {409, 503})
    assert "internals" not in answer.content.decode()
    assert str(error) not in said["detail"]


def test_what_nobody_foresaw_gets_a_number_to_quote(centre: Caller, caplog: pytest.LogCaptureFixture) -> None:
    secret = "password=hunter2"
    with patch("open12345.orders.services.create", side_effect=RuntimeError(secret)):
        answer = centre.post("/orders", complaint(**TOLD))
    said = problem(answer, 500, "unexpected")
    number = said["facts"]["number"]
    assert number in said["detail"]
    assert number in caplog.text
    assert secret in caplog.text
    assert secret not in answer.content.decode()
    assert "13812348000" not in caplog.text


def test_without_a_pack_the_client_is_asked_to_wait(centre: Caller) -> None:
    with patch.object(packs, "_rows", return_value=()):
        answer = centre.post("/orders", complaint())
    problem(answer, 503, "no_pack")
    assert answer["Retry-After"]


# -- how often -------------------------------------------------------------------------------------------------


def test_a_key_over_its_limit_is_told_when_to_come_back(town: object) -> None:
    caller = machine("agent@centre", per_minute=6)
    assert caller.get("/orders").status_code == 200
    answer = caller.get("/orders")
    problem(answer, 429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 11
    assert machine("agent@centre", per_minute=6).get("/orders").status_code == 200


# -- in which language -----------------------------------------------------------------------------------------


def test_fields_are_told_in_english_too(centre: Caller) -> None:
    said = complaint(phone="abc", kind="", body="字" * 20_001, urgency="very")
    told = centre.post("/orders", said, Accept_Language="en").json()
    assert {error["field"] for error in told["errors"]} == {"kind", "body", "urgency", "phone"}
    assert not re.search("[\u4e00-\u9fff]", json.dumps(told, ensure_ascii=False))


def test_answers_speak_the_language_that_was_asked_for(centre: Caller) -> None:
    chinese = centre.get("/nowhere").json()
    english = centre.get("/nowhere", Accept_Language="en-GB,en;q=0.9").json()
    assert chinese["detail"] == "没有这个地址"
    assert english["detail"].isascii()
    assert english["title"].isascii()
    assert chinese["code"] == english["code"]
    assert centre.get("/nowhere", Accept_Language="xx").json() == chinese
