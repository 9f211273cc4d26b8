"""Over real HTTP: a retried order is one order, and of many who try the same one wins and the rest are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from open12345.orders import history, invariants
from open12345.orders.models import IdempotencyKey, WorkOrder
from tests.api.callers import Caller, machine
from tests.api.serving import at_once, client_of, served
from tests.cast import Town, complaint

pytestmark = pytest.mark.function("API-01")


@pytest.fixture
def town(committed_town: Town) -> Town:
    """A town whose commits are real."""
    return committed_town


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    with served() as address:
        yield address


def flaws() -> list[str]:
    found = [*invariants.check_all(), *history.verify(WorkOrder.objects.all())]
    return [f"{f.code}: {f.order} {f.message}" for f in found]


def retry_orders(address: str, caller: Caller, keys: int, tries: int) -> None:
    """Post each of `keys` orders `tries` times at once."""
    clients = [client_of(caller, address) for _ in range(tries)]
    try:
        for number in range(keys):
            said = complaint(phone=f"138{number:08d}", title=f"第{number}件")
            headers = {"Idempotency-Key": f"call-{number}"}

            def post(place: int, said: dict[str, object] = said, headers: dict[str, str] = headers) -> httpx.Response:
                return clients[place].post("/orders", json=said, headers=headers)

            answers = at_once(tries, post)
            assert {answer.status_code for answer in answers} == {201}, [a.text for a in answers]
            assert len({answer.content for answer in answers}) == 1
            replayed = Counter(answer.headers.get("Idempotent-Replayed") for answer in answers)
            assert replayed == {None: 1, "true": tries - 1}
    finally:
        for client in clients:
            client.close()
    assert WorkOrder.objects.count() == IdempotencyKey.objects.count() == keys
    assert WorkOrder.objects.values("title").distinct().count() == keys
    assert flaws() == []


def test_each_key_makes_one_order_however_often_it_is_posted(town: Town, address: str) -> None:
    retry_orders(address, machine("agent@centre"), keys=12, tries=8)


@pytest.mark.nightly
def test_200_keys_posted_8_times_at_once_make_200_orders(town: Town, address: str) -> None:
    retry_orders(address, machine("agent@centre"), keys=200, tries=8)


def race(address: str, town: Town, rounds: int, tries: int) -> None:
    """Let `tries` clients do the same action to the same order at once, again and again."""
    centre = machine("agent@centre", "dispatcher@centre")
    clients = [client_of(centre, address) for _ in range(tries)]
    turn = count()
    number = clients[0].post("/orders", json=complaint()).json()["number"]

    def act(place: int) -> httpx.Response:
        said = {"data": data, "expected_seq": seq} if careful else {"data": data}
        return clients[place].post(f"/orders/{number}/actions/{action}", json=said)

    try:
        for _ in range(rounds):
            seq = WorkOrder.objects.get(number=number).head_seq
            action, data, careful = _MOVES[next(turn) % len(_MOVES)]
            answers = at_once(tries, act)
            codes = Counter(answer.status_code for answer in answers)
            assert codes == {200: 1, 409: tries - 1}, [answer.text for answer in answers]
            for answer in answers:
                if answer.status_code == 409:
                    assert answer.json()["code"] in {"wrong_stage", "overtaken"}
                    assert answer.json()["detail"]
            assert WorkOrder.objects.get(number=number).head_seq == seq + 1
    finally:
        for client in clients:
            client.close()
    assert flaws() == []


#: An order goes to and fro; notes are refereed by the seq that each had seen.
_MOVES: tuple[tuple[str, dict[str, str], bool], ...] = (
    ("dispatch", {"lead": "enforcement"}, False),
    ("take_back", {"reason": "派错单位"}, False),
    ("note", {"text": "同时写的备注"}, True),
)


def test_of_16_who_do_the_same_at_once_one_wins_and_15_are_told(town: Town, address: str) -> None:
    race(address, town, rounds=6, tries=16)


@pytest.mark.nightly
def test_1000_rounds_of_16_at_once_have_one_winner_each(town: Town, address: str) -> None:
    race(address, town, rounds=1000, tries=16)


def test_a_retry_of_an_action_is_answered_as_the_first(town: Town, address: str) -> None:
    centre = machine("agent@centre", "dispatcher@centre")
    with client_of(centre, address) as client:
        number = client.post("/orders", json=complaint()).json()["number"]
    clients = [client_of(centre, address) for _ in range(8)]

    def dispatch(place: int) -> httpx.Response:
        return clients[place].post(
            f"/orders/{number}/actions/dispatch",
            json={"data": {"lead": "enforcement"}},
            headers={"Idempotency-Key": "dispatch-1"},
        )

    answers = at_once(8, dispatch)
    for client in clients:
        client.close()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert WorkOrder.objects.get(number=number).head_seq == 2


def test_eight_writers_never_share_a_number(town: Town, address: str) -> None:
    caller = machine("agent@centre")

    def post(_place: int) -> list[str]:
        with client_of(caller, address) as client:
            return [client.post("/orders", json=complaint()).json()["number"] for _ in range(10)]

    numbers = [number for some in at_once(8, post) for number in some]
    assert len(set(numbers)) == 80
