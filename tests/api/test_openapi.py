"""The OpenAPI document is the checked-in one, and the API does what it says, whatever is thrown at it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from open12345.api import main, schema
from open12345.orders import acts, history, invariants, vault
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import WorkOrder
from open12345.project.home import CHECKOUT
from tests.api.callers import V1, Caller, machine
from tests.api.test_orders import handed_out, taken
from tests.cast import Town
from tests.orders.files import png

pytestmark = pytest.mark.function("API-01")
FILE = CHECKOUT / "docs" / "openapi.json"
DOCUMENT = main.openapi()
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def test_the_document_is_the_checked_in_one() -> None:
    """`open12345 openapi > docs/openapi.json` after a change that is meant."""
    assert schema.text(DOCUMENT) == FILE.read_text(encoding="utf-8")


def test_everybody_may_read_the_document() -> None:
    answer = Client().get(f"{V1}/openapi.json")
    assert answer.json() == DOCUMENT
    assert answer["Content-Type"] == "application/json"


def test_every_operation_asks_who_calls_and_tells_every_no() -> None:
    for path, method in OPERATIONS:
        operation = DOCUMENT["paths"][path][method]
        assert operation["security"] == [{"key": []}, {"session": []}], path
        assert {"401", "403", "422", "429", "500", "503"} <= set(operation["responses"]), path
        assert operation["description"], path


@pytest.mark.django_db
def test_no_operation_answers_a_nobody() -> None:
    for path, method in OPERATIONS:
        address = path.replace("{number}", "1").replace("{action}", "sign").replace("{token}", "x")
        answer = Client().generic(method.upper(), address)
        assert answer.status_code == 401, path


def test_every_action_of_a_client_tells_its_input() -> None:
    for name, action in ACTIONS.items():
        if action.offered:
            assert acts.act_of(name).input.model_json_schema()["type"] == "object"


# -- whatever is thrown at it ----------------------------------------------------------------------------------


@pytest.fixture
def desk(town: Town, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A key that may do everything; what it tries is not told on the screen."""
    vault.provider()  # keys stay where they are
    settings.OPEN12345_HOME = tmp_path_factory.mktemp("home")
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    yield machine(
        "agent@centre", "dispatcher@centre", "reviewer@centre", "callback_agent@centre", "supervisor@centre",
        "clerk@enforcement", "approver@enforcement",
    )  # fmt: skip
    log.setLevel(level)


@contextmanager
def transaction_kept_open() -> Iterator[None]:
    """Requests to the bare WSGI application would close the connection that holds the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def known(desk: Caller, path: str) -> st.SearchStrategy[dict[str, str]]:
    """Draw what stands in the address: mostly something that is there."""
    numbers = [taken(desk), handed_out(desk), "310117202506261999999", "x"]
    desk.act(numbers[1], "sign")
    token = desk.upload(numbers[0], "a.png", png()).json()["token"]
    places = {
        "number": st.sampled_from(numbers),
        "action": st.sampled_from([*ACTIONS, "fly"]),
        "token": st.sampled_from([token, "x"]),
    }
    return st.fixed_dictionaries({name: drawn for name, drawn in places.items() if f"{{{name}}}" in path})


@pytest.fixture(scope="module")
def described() -> Any:
    """The API as the document describes it."""
    with transaction_kept_open():
        return schemathesis.openapi.from_wsgi(f"{V1}/openapi.json", app=get_wsgi_application())


def throw(described: Any, desk: Caller, path: str, method: str, examples: int) -> None:
    """Send requests that fit the document and requests that do not; every answer must be one it tells of."""
    places = known(desk, path)
    operation: APIOperation[Any, Any, Any, Any] = described[path][method.upper()]
    drawn = st.tuples(
        st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE),
            operation.as_strategy(GenerationMode.NEGATIVE) if _can_be_wrong(path, method) else st.nothing(),
        ),
        places,
    )

    @settings(
        max_examples=examples, deadline=None, phases=[Phase.generate], database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(drawn)
    def run(made: tuple[Case[Any], dict[str, str]]) -> None:
        case, place = made
        case.path_parameters = {**(case.path_parameters or {}), **place}
        case.call_and_validate(headers=desk.headers, checks=CHECKS)

    with transaction_kept_open():
        run()


def _can_be_wrong(path: str, method: str) -> bool:
    operation = DOCUMENT["paths"][path][method]
    return "requestBody" in operation or any(p["in"] != "path" for p in operation["parameters"])


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_the_document_tells_of(desk: Caller, described: Any, path: str, method: str) -> None:
    throw(described, desk, path, method, examples=20 if method == "post" else 8)
    assert [f"{f.code}: {f.message}" for f in invariants.check_all()] == []


@pytest.mark.nightly
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_the_document_tells_of_for_long(
    desk: Caller, described: Any, path: str, method: str
) -> None:
    throw(described, desk, path, method, examples=1500)
    assert [f"{f.code}: {f.message}" for f in invariants.check_all()] == []
    assert list(history.verify(WorkOrder.objects.all())) == []


def test_the_document_names_no_machine() -> None:
    text = json.dumps(DOCUMENT)
    assert "localhost" not in text
    assert "127.0.0.1" not in text
