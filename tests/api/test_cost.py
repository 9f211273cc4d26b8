"""What a request costs in SQL: counted, so that nothing is added unseen (BEGIN and COMMIT stand as savepoints here)."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.api.callers import Caller, person
from tests.api.test_orders import TOLD, handed_out, taken
from tests.cast import Town, complaint


def test_taking_an_order_in_costs_seven_statements(
    centre: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Key, retry, BEGIN, ids, the caller's open orders, everything written at once, COMMIT; an area is looked up."""
    taken(centre)
    with django_assert_num_queries(7):
        assert centre.post("/orders", complaint(**TOLD), Idempotency_Key="a").status_code == 201
    with django_assert_num_queries(6):
        assert centre.post("/orders", complaint(**TOLD)).status_code == 201
    with django_assert_num_queries(8):
        assert centre.post("/orders", complaint(area="310117107001"), Idempotency_Key="b").status_code == 201


def test_a_retry_costs_three_statements(centre: Caller, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Key, the first answer, and whether the order still exists for whoever asks."""
    centre.post("/orders", complaint(), Idempotency_Key="a")
    with django_assert_num_queries(3):
        assert centre.post("/orders", complaint(), Idempotency_Key="a")["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(("part", "statements"), [("", 8), ("/events", 3), ("/records", 3), ("/actions", 5)])
def test_reading_an_order_costs_the_same_however_long_it_lived(
    centre: Caller, unit: Caller, part: str, statements: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    number = handed_out(centre)
    for _ in range(3):
        unit.act(number, "note", {"text": "一条备注"})
        centre.act(number, "relate", {"other": taken(centre)})
    with django_assert_num_queries(statements):
        assert centre.get(f"/orders/{number}{part}").status_code == 200


def test_a_page_costs_two_statements_however_long_it_is(
    centre: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        handed_out(centre)
    for limit in (1, 5, 200):
        with django_assert_num_queries(2):
            assert centre.get("/orders", {"limit": limit}).status_code == 200


def test_staff_with_a_session_cost_four_statements_more(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, account, posts, the database's time, instead of the key."""
    caller = person("agent")
    caller.get("/orders")
    with django_assert_num_queries(5):
        assert caller.get("/orders").status_code == 200
